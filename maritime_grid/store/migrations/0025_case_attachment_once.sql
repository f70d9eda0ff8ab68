-- The same file is attached to a case once, however often and at once it is sent; and who was late, step by step.

-- What was attached twice before stands in the archive and stays: it is marked, and nothing more of the kind gets in.
alter table mg.case_attachment add column again boolean not null default false;
comment on column mg.case_attachment.again is 'Attached a second time, before the store refused that.';
alter table mg.case_attachment disable trigger case_attachment_kept;
update mg.case_attachment a set again = true
where exists (select from mg.case_attachment b where b.case_id = a.case_id and b.sha256 = a.sha256 and b.seq < a.seq);
alter table mg.case_attachment enable trigger case_attachment_kept;
create unique index case_attachment_once on mg.case_attachment (case_id, sha256) where not again;

-- Each step that a case was or is at, with its clock and whose turn it was (Art. 25, 26).
create table mg.case_step (
  case_id text not null references mg.case_file,
  seq integer not null,
  step text not null,
  since timestamptz not null,
  until timestamptz,
  due_at timestamptz,
  late_s double precision not null default 0 check (late_s >= 0),
  unit_id text references mg.unit,
  body_id text references mg.body,
  account_id text,
  primary key (case_id, seq)
);
comment on table mg.case_step is 'Steps that cases were or are at: when each began, was due and was done, and whose turn it was.';
comment on column mg.case_step.case_id is 'The case.';
comment on column mg.case_step.seq is 'Entry of its log that brought it to the step.';
comment on column mg.case_step.step is 'Step of its flow; a step entered again is another row.';
comment on column mg.case_step.since is 'When it began, UTC.';
comment on column mg.case_step.until is 'When it was done, UTC; NULL: the case stands there.';
comment on column mg.case_step.due_at is 'When it was to be done, UTC, with extensions and pauses; NULL: no limit, its clock stood, or not known.';
comment on column mg.case_step.late_s is 'How long it had been late, seconds, before an extension moved due_at on: granting one later does not undo it.';
comment on column mg.case_step.unit_id is 'Unit that answers for the step.';
comment on column mg.case_step.body_id is 'Body that was to take or handle it; NULL: the unit itself.';
comment on column mg.case_step.account_id is 'Account that had taken it, or that did it in the end; NULL: nobody yet.';
create unique index case_step_open on mg.case_step (case_id) where until is null;
create index case_step_due on mg.case_step (due_at) where until is null;
create index case_step_late on mg.case_step (until) where until > due_at or late_s > 0;

-- Cases from before: their steps from the archive. When a past step was due is not kept there but where it went up.
insert into mg.case_step (case_id, seq, step, since, until, due_at, unit_id, body_id, account_id)
select e.case_id, e.seq, e.step, e.since, coalesce(e.until, c.closed_at),
  case when e.until is null then mg.finite(c.due_at)
       else (select min(x.at) from mg.case_escalation x where x.case_id = e.case_id and x.step_since = e.since) end,
  (select u.unit_id from mg.unit l join mg.unit u on u.unit_id = any (l.path)
   where l.unit_id = c.unit_id
     and (u.level <> 'village' or e.step in ('received', 'fed_back'))
   order by cardinality(u.path) desc limit 1),
  case when e.step in ('dispatched', 'handling') then
    (select l.said::jsonb ->> 'body_id' from mg.case_log l
     where l.case_id = e.case_id and l.seq <= e.seq and l.what in ('dispatch', 'transfer') order by l.seq desc limit 1) end,
  case e.step
    when 'handling' then (select l.who from mg.case_log l
                          where l.case_id = e.case_id and l.seq <= e.seq and l.what = 'accept' order by l.seq desc limit 1)
    when 'dispatched' then case e.done_by_act when 'accept' then e.done_by end
    else e.done_by end
from (
  select l.case_id, l.seq, l.at as since, case l.what when 'file' then 'received' else l.said::jsonb ->> 'step' end as step,
         lead(l.at) over each as until, lead(l.who) over each as done_by, lead(l.what) over each as done_by_act
  from mg.case_log l
  where l.what in ('file', 'resolve', 'collate', 'withdraw', 'dispatch', 'return', 'accept', 'transfer', 'report', 'tell',
                   'rate', 'reopen')
  window each as (partition by l.case_id order by l.seq)) e
join mg.case_file c on c.case_id = e.case_id
where e.step not in ('closed', 'withdrawn');

create view api.case_step with (security_barrier) as
select s.case_id, s.seq, s.step, s.since, s.until, s.due_at, s.late_s, s.unit_id, s.body_id, s.account_id
from mg.case_step s join mg.case_seen c on c.case_id = s.case_id;
comment on view api.case_step is 'Steps that cases were or are at, of those that whoever asks may read.';
do $$
declare
  c record;
begin
  for c in select a.attname, col_description('mg.case_step'::regclass, b.attnum) as said
           from pg_attribute a join pg_attribute b on b.attrelid = 'mg.case_step'::regclass and b.attname = a.attname
           where a.attrelid = 'api.case_step'::regclass and a.attnum > 0 and b.attnum > 0
  loop
    execute format('comment on column api.case_step.%I is %L', c.attname, c.said);
  end loop;
end $$;

-- Who was late. As definer, for indexes behind guarded views; whose cases, and whose steps of them, it decides itself.
-- A random page counts little: the late are few in a wide table, which must not be read whole for them.
create function api.late_steps(from_ timestamptz, at timestamptz)
returns table (case_id text, seq integer, kind text, title text, grid_id text, step text, since timestamptz,
               until timestamptz, due_at timestamptz, late_s double precision, unit_id text, body_id text,
               account_id text, account_name text, account_post text)
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
  with late as (
    select s.* from mg.case_step s where s.until is null and (s.due_at <= late_steps.at or s.late_s > 0)
    union all
    select s.* from mg.case_step s where s.until >= late_steps.from_ and (s.until > s.due_at or s.late_s > 0))
  select l.case_id, l.seq, c.kind, c.title, p.place_id, l.step, l.since, l.until, l.due_at,
         l.late_s + greatest(0, extract(epoch from least(coalesce(l.until, late_steps.at), late_steps.at) - l.due_at))::float8,
         l.unit_id, l.body_id, l.account_id,
         mg.shown(name_level, 'name', w.name_shown), w.post_zh
  from late l join mg.case_seen c on c.case_id = l.case_id
  left join mg.place p on p.code = c.grid left join mg.account_shown w on w.account_id = l.account_id
  where all_of_them or l.body_id = me.body_id or l.account_id = me.account_id
     or (l.body_id is null and l.unit_id = me.unit_id);
end $$;
comment on function api.late_steps(timestamptz, timestamptz) is
  'Late steps of cases that whoever asks may read: those that stand late at a moment and those done late since from_; of all units and bodies for who may do case.see_late, else its own.';

-- A verdict that was wrong is taken back: 0018's words of what people do with alerts, with that one added.
comment on column mg.alert_log.what is 'raise, severity, repeat or clear; of people acknowledge, resolve, reopen or open_case.';
comment on column api.my_alert_log.what is 'raise, severity, repeat or clear; of people acknowledge, resolve, reopen or open_case.';
