-- What people do with alerts: acknowledge, resolve, open a case. The engine writes none of these columns, and people
-- write none of its.
alter table mg.alert
  add column acts integer not null default 0,
  add column resolved_by text,
  add column verdict text check (verdict in ('true', 'false', 'test')),
  add check ((seen_at is null) = (seen_by is null)),
  add check (num_nulls(resolved_at, resolved_by, verdict) in (0, 3)),
  add check (resolved_at is null or seen_at is not null);
comment on column mg.alert.acts is 'How often people did something with it; a change to send out, as rev is.';
comment on column mg.alert.published_rev is 'rev and acts together as they were sent out last: neither ever falls, so the sum tells every change.';
comment on column mg.alert.seen_by is 'Account that acknowledged it.';
comment on column mg.alert.resolved_by is 'Account that closed it; NULL: nobody has.';
comment on column mg.alert.verdict is 'What it was: true, false or test; NULL: open.';
comment on column mg.alert.resolution is 'Why it was closed so, in the words of who did it.';
drop index mg.alert_unpublished;
create index alert_unpublished on mg.alert (rev) where rev + acts > published_rev;
create index alert_past on mg.alert (coalesce(cleared_at, last_at) desc) where not active;

alter table mg.alert_log
  add column act integer not null default 0,
  add column who text not null default '',
  add column note text not null default '',
  drop constraint alert_log_pkey,
  add primary key (alert_id, rev, what, act);
comment on column mg.alert_log.at is 'Data time, UTC; of what people did the time of the clock.';
comment on column mg.alert_log.what is 'raise, severity, repeat or clear; of people acknowledge, resolve or open_case.';
comment on column mg.alert_log.rev is 'Number of the commit that wrote it; of what people did that of the alert as they saw it.';
comment on column mg.alert_log.act is 'Number of the act of people, from 1; 0: the engine wrote it.';
comment on column mg.alert_log.who is 'Account that did it, or empty: the engine.';
comment on column mg.alert_log.note is 'Verdict and reason of a resolve, number of the case that was opened, or empty.';

create or replace view api.alert as
select a.alert_id, a.rule, (array['notice', 'warning', 'alarm', 'emergency'])[a.severity] as severity,
       nullif(a.mmsi, 0) as mmsi, nullif(a.place, '') as place, g.place_id as grid_id, a.raised_at, a.last_at,
       a.cleared_at, a.active, mg.finite(a.received_at) as received_at, a.repeats, a.lon, a.lat, a.detail, a.seen_at,
       case when (select mg.sees_all()) then a.seen_by end as seen_by, a.resolved_at,
       case when (select mg.sees_all()) then concat_ws(': ', a.verdict, nullif(a.resolution, '')) end as resolution,
       a.verdict
from mg.alert a left join mg.place g on g.code = a.grid;
comment on column api.alert.seen_by is 'Account that acknowledged it; NULL for accounts, which read api.my_alert.';
comment on column api.alert.resolution is 'true, false or test, and why; NULL for accounts, which read api.my_alert.';
comment on column api.alert.verdict is 'What it was: true, false or test; NULL: open.';

-- On a wall an act is a unit's or a body's, not a person's.
create view mg.account_shown as
select a.account_id, a.name_shown, coalesce(b.name_zh, u.name_zh, '') as post_zh,
       coalesce(nullif(b.name_en, ''), b.name_zh, nullif(u.name_en, ''), u.name_zh, '') as post_en
from mg.account a left join mg.body b on b.body_id = a.body_id left join mg.unit u on u.unit_id = a.unit_id;
comment on view mg.account_shown is 'How accounts are named on screens.';
comment on column mg.account_shown.account_id is 'Login name.';
comment on column mg.account_shown.name_shown is 'Name of the person or machine.';
comment on column mg.account_shown.post_zh is 'Its body, else its unit, in Chinese, or empty.';
comment on column mg.account_shown.post_en is 'The same in English where there is such a name.';

-- One rule for the view and for the commands. As definer: accounts read none of these tables.
create function mg.alert_grids(account text) returns smallint[]
language sql stable security definer set search_path = mg, pg_temp
return (select case
    when not exists (select from mg.role_act r where r.role = a.role and r.act = 'page.alerts') then '{}'
    when a.role in ('coast_guard', 'city') then
      0::smallint || (select array_agg(p.code::smallint) from mg.place p where p.layer = 'grid')
    else (select coalesce(array_agg(p.code::smallint), '{}') from mg.place p
          where p.layer = 'grid'
            and (p.place_id in (select l.grid_id from mg.grid_lead l join mg.unit u on u.unit_id = l.unit_id
                                where u.path @> array[a.unit_id])
                 or p.place_id in (select t.grid_id from mg.post t
                                   where t.body_id = a.body_id
                                     and daterange(t.since, t.until) @> (now() at time zone 'Asia/Shanghai')::date)))
    end
  from mg.account a where a.account_id = alert_grids.account and a.disabled_at is null);
comment on function mg.alert_grids(text) is 'Codes of the grids whose alerts are an account''s: led by its units, staffed by its body (Art. 27); all, and 0 for what lies in none, for the coast guard and the city.';

create view api.my_alert with (security_barrier) as
select a.alert_id, a.rule, a.severity as level, nullif(a.mmsi, 0) as mmsi,
       coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, '')) as vessel_name, nullif(a.place, '') as place,
       g.place_id as grid_id, a.raised_at, a.last_at, a.cleared_at, a.active, a.repeats, a.lon, a.lat, a.detail,
       mg.finite(v.heard_at) as heard_at, a.seen_at,
       mg.shown((select mg.level('name')), 'name', w.name_shown) as seen_name, w.post_zh as seen_post_zh,
       w.post_en as seen_post_en, a.resolved_at,
       mg.shown((select mg.level('name')), 'name', x.name_shown) as resolved_name, x.post_zh as resolved_post_zh,
       x.post_en as resolved_post_en, a.verdict, a.resolution,
       case when a.active and a.resolved_at is not null then 'resolved' when a.active and a.seen_at is null then 'open'
            when a.active then 'seen' when a.seen_at is null then 'over' else 'past' end as state
from mg.alert a left join mg.place g on g.code = a.grid
left join mg.roster r on r.mmsi = a.mmsi left join mg.vessel_static s on s.mmsi = a.mmsi
left join mg.vessel_state v on v.mmsi = a.mmsi
left join mg.account_shown w on w.account_id = a.seen_by left join mg.account_shown x on x.account_id = a.resolved_by
where (select mg.sees_all()) or a.grid = any ((select mg.alert_grids(mg.my_account()))::smallint[]);
comment on view api.my_alert is 'Alerts of the grids of who asks; for the coast guard and the city all of them.';
comment on column api.my_alert.level is '1 notice, 2 warning, 3 alarm, 4 emergency.';
comment on column api.my_alert.mmsi is 'The vessel; NULL where none is meant.';
comment on column api.my_alert.vessel_name is 'Registered name, else the one transmitted; NULL not known.';
comment on column api.my_alert.place is 'Id of the zone or feed it is about.';
comment on column api.my_alert.grid_id is 'Grid of its place; NULL outside of all.';
comment on column api.my_alert.heard_at is 'When the vessel was heard last, UTC.';
comment on column api.my_alert.seen_name is 'Who acknowledged it: name by the level of who asks.';
comment on column api.my_alert.seen_post_zh is 'Body or unit of who acknowledged it, in Chinese.';
comment on column api.my_alert.seen_post_en is 'The same in English.';
comment on column api.my_alert.resolved_name is 'Who closed it: name by the level of who asks.';
comment on column api.my_alert.resolved_post_zh is 'Body or unit of who closed it, in Chinese.';
comment on column api.my_alert.resolved_post_en is 'The same in English.';
comment on column api.my_alert.state is 'open, seen (open and acknowledged), resolved (closed while the condition still holds), over (ended, seen by nobody), or past.';

create view api.my_alert_log with (security_barrier) as
select l.alert_id, l.at, l.what, l.severity as level, l.rev, l.act,
       mg.shown((select mg.level('name')), 'name', w.name_shown) as name, w.post_zh, w.post_en,
       case when l.what = 'open_case' and l.note not in (select c.case_id from mg.case_seen c) then '' else l.note end
         as note
from mg.alert_log l join mg.alert a on a.alert_id = l.alert_id left join mg.account_shown w on w.account_id = l.who
where (select mg.sees_all()) or a.grid = any ((select mg.alert_grids(mg.my_account()))::smallint[]);
comment on view api.my_alert_log is 'What became of the alerts that whoever asks may read.';
comment on column api.my_alert_log.level is 'Severity from then on, 1 notice to 4 emergency.';
comment on column api.my_alert_log.name is 'Who did it: name by the level of who asks; NULL: the engine.';
comment on column api.my_alert_log.post_zh is 'Body or unit of who did it, in Chinese.';
comment on column api.my_alert_log.post_en is 'The same in English.';
comment on column api.my_alert_log.note is 'Verdict and reason, or the number of the case where that is to be seen.';

-- The views say of a column what the table says of it, where they say nothing of their own.
do $$
declare
  c record;
begin
  for c in
    select t.oid::regclass as view, a.attname, col_description(b.attrelid, b.attnum) as said
    from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
    join pg_attribute b on b.attname = a.attname and b.attnum > 0
      and b.attrelid = case t.relname when 'my_alert' then 'mg.alert'::regclass else 'mg.alert_log'::regclass end
    where t.oid in ('api.my_alert'::regclass, 'api.my_alert_log'::regclass) and col_description(t.oid, a.attnum) is null
  loop
    execute format('comment on column %s.%I is %L', c.view, c.attname, c.said);
  end loop;
end $$;

do $$
begin
  if exists (select from pg_roles where rolname = 'mg_reader') then
    grant select on api.my_alert, api.my_alert_log to mg_reader;
  end if;
end $$;
