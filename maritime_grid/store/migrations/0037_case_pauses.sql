-- When the clocks of cases stood (Art. 26): each pause with its latest end, why, and who stopped it.
create table mg.case_pause (
  case_id text not null references mg.case_file,
  seq integer not null,
  step_seq integer not null,
  since timestamptz not null,
  latest_at timestamptz not null,
  ended_at timestamptz,
  cause text,
  account_id text not null,
  unit_id text references mg.unit,
  body_id text references mg.body,
  primary key (case_id, seq)
);
comment on table mg.case_pause is 'Pauses of the clocks of cases.';
comment on column mg.case_pause.case_id is 'The case.';
comment on column mg.case_pause.seq is 'Entry of its log that stopped the clock.';
comment on column mg.case_pause.step_seq is 'The step whose clock it is: entry of the log that brought the case to it.';
comment on column mg.case_pause.since is 'When the clock was stopped, UTC.';
comment on column mg.case_pause.latest_at is 'When it goes on by itself, UTC.';
comment on column mg.case_pause.ended_at is 'When it went on, or the step was done, UTC; NULL: it stands, until latest_at.';
comment on column mg.case_pause.cause is 'Why, by the list of the configuration; NULL: from before there was one.';
comment on column mg.case_pause.account_id is 'Account that stopped it.';
comment on column mg.case_pause.unit_id is 'Unit that this account worked for then.';
comment on column mg.case_pause.body_id is 'Body that this account worked for then.';
create unique index case_pause_open on mg.case_pause (case_id) where ended_at is null;
create index case_pause_latest on mg.case_pause (latest_at) where ended_at is null;
create index case_pause_ended on mg.case_pause (ended_at) where ended_at is not null;

-- Pauses from before, from the archive. Those that stand get their latest end from the first run of the timers.
insert into mg.case_pause (case_id, seq, step_seq, since, latest_at, ended_at, account_id, unit_id, body_id)
select e.case_id, e.seq, s.seq, e.at, coalesce(e.ended_at, e.at), e.ended_at, e.who, a.unit_id, a.body_id
from (select l.case_id, l.seq, l.at, l.who, l.what, lead(l.at) over each as ended_at
      from mg.case_log l
      where l.what in ('pause', 'resume', 'withdraw', 'return', 'transfer', 'report')
      window each as (partition by l.case_id order by l.seq)) e
join lateral (select x.seq from mg.case_step x where x.case_id = e.case_id and x.seq < e.seq
              order by x.seq desc limit 1) s on true
left join mg.account a on a.account_id = e.who
where e.what = 'pause';

create view api.case_pause with (security_barrier) as
select p.case_id, p.seq, p.step_seq, p.since, p.latest_at, p.ended_at, p.cause, p.account_id, p.unit_id, p.body_id
from mg.case_pause p join mg.case_seen c on c.case_id = p.case_id;
comment on view api.case_pause is 'Pauses of the clocks of cases that whoever asks may read.';
do $$
declare
  c record;
begin
  for c in select a.attname, col_description('mg.case_pause'::regclass, b.attnum) as said
           from pg_attribute a join pg_attribute b on b.attrelid = 'mg.case_pause'::regclass and b.attname = a.attname
           where a.attrelid = 'api.case_pause'::regclass and a.attnum > 0 and b.attnum > 0
  loop
    execute format('comment on column api.case_pause.%I is %L', c.attname, c.said);
  end loop;
end $$;

-- Whose clocks stood, as api.late_steps tells who was late: as definer, for indexes behind guarded views.
create function api.step_pauses(from_ timestamptz, at timestamptz)
returns table (case_id text, seq integer, kind text, title text, grid_id text, step text, since timestamptz,
               latest_at timestamptz, ended_at timestamptz, stands boolean, paused_s double precision, cause text,
               unit_id text, body_id text, account_id text, account_name text, account_post text)
language plpgsql stable security definer set search_path = mg, pg_temp set plan_cache_mode = force_custom_plan
set random_page_cost = 1.1 as $$
#variable_conflict use_column
declare
  me mg.account := (select a from mg.account a where a.account_id = mg.my_account());
  product boolean := mg.sees_all();
  all_of_them boolean := product or mg.may('case.see_late');
  name_level text := case when product then 'full' else mg.level('name') end;
begin
  return query
  with stood as (
    select p.* from mg.case_pause p where p.ended_at is null
    union all
    select p.* from mg.case_pause p where p.ended_at >= step_pauses.from_)
  select t.case_id, t.seq, c.kind, c.title, p.place_id, s.step, t.since, t.latest_at, t.ended_at,
         t.ended_at is null and t.latest_at > step_pauses.at,
         greatest(0, extract(epoch from least(coalesce(t.ended_at, step_pauses.at), t.latest_at, step_pauses.at) - t.since))::float8,
         t.cause, s.unit_id, s.body_id, s.account_id, mg.shown(name_level, 'name', w.name_shown), w.post_zh
  from stood t join mg.case_seen c on c.case_id = t.case_id
  join mg.case_step s on s.case_id = t.case_id and s.seq = t.step_seq
  left join mg.place p on p.code = c.grid left join mg.account_shown w on w.account_id = s.account_id
  where all_of_them or s.body_id = me.body_id or s.account_id = me.account_id
     or (s.body_id is null and s.unit_id = me.unit_id);
end $$;
comment on function api.step_pauses(timestamptz, timestamptz) is
  'Pauses of clocks of cases that whoever asks may read: those that stand at a moment and those ended since from_; of all units and bodies for who may do case.see_late, else its own.';
