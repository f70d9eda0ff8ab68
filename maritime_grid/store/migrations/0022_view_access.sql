-- Who reads what of vessels, positions, events, alerts, feeds, refusals and numbers (Art. 30): until here whoever had a
-- role of their own read all of it. The acts vessels.read, vessels.read_all, alerts.read_all, feeds.read and
-- quarantine.read of the table of access decide from here on. The product itself and mg_read see all, as before.

-- They only read; unmarked, one of them would keep every query on these views from running in parallel.
alter function mg.my_account() parallel safe;
alter function mg.my_role() parallel safe;
alter function mg.my_body() parallel safe;
alter function mg.my_person() parallel safe;
alter function mg.my_units() parallel safe;
alter function mg.may(text) parallel safe;
alter function mg.level(text) parallel safe;

create function mg.sees_sea() returns boolean
language sql stable parallel safe
return mg.sees_all() or mg.may('vessels.read_all');
comment on function mg.sees_sea() is 'Whether whoever asks sees every vessel with all that the machine says of it, as a wall shows it.';

create function mg.grids_of(account text) returns smallint[]
language sql stable parallel safe security definer set search_path = mg, pg_temp
return (select coalesce(array_agg(p.code), '{}') from mg.account a cross join mg.place p
        where a.account_id = grids_of.account and a.disabled_at is null and p.layer = 'grid'
          and (p.place_id in (select l.grid_id from mg.grid_lead l join mg.unit u on u.unit_id = l.unit_id
                              where u.path @> array[a.unit_id])
               or p.place_id in (select t.grid_id from mg.post t
                                 where t.body_id = a.body_id
                                   and daterange(t.since, t.until) @> (now() at time zone 'Asia/Shanghai')::date)));
comment on function mg.grids_of(text) is 'Codes of the grids that an account answers for: led by its units, or staffed by its body today (Art. 27).';

create or replace function mg.alert_grids(account text) returns smallint[]
language sql stable parallel safe security definer set search_path = mg, pg_temp
return (select case
    when not exists (select from mg.role_act r where r.role = a.role and r.act = 'page.alerts') then '{}'
    when exists (select from mg.role_act r where r.role = a.role and r.act = 'alerts.read_all') then
      0::smallint || (select array_agg(p.code::smallint) from mg.place p where p.layer = 'grid')
    else mg.grids_of(a.account_id) end
  from mg.account a where a.account_id = alert_grids.account and a.disabled_at is null);
comment on function mg.alert_grids(text) is 'Codes of the grids whose alerts are an account''s to handle: those that it answers for; with alerts.read_all every one, and 0 for what lies in none.';

create function mg.my_grids() returns smallint[]
language sql stable parallel safe security definer set search_path = mg, pg_temp
return case when mg.may('vessels.read') then mg.grids_of(mg.my_account()) else '{}' end;
comment on function mg.my_grids() is 'Codes of the grids in which the account that asks sees every vessel.';

-- The seat of a vessel is its home port: of a grid that leans on it, or of a village.
create function mg.my_vessels() returns integer[]
language sql stable parallel safe security definer set search_path = mg, pg_temp
return case when mg.may('vessels.read') then array(
  select r.mmsi from mg.roster r
  where r.home_port <> ''
    and r.home_port in (select unnest(p.port_ids) from mg.place p where p.code = any ((select mg.my_grids())::smallint[])
                        union all select u.port_id from mg.unit u where u.unit_id = any ((select mg.my_units())::text[]))
  union
  select y.mmsi from mg.case_party y join mg.case_seen c on c.case_id = y.case_id
  where y.mmsi is not null and c.state not in ('closed', 'withdrawn')
  union
  select a.mmsi from mg.alert a
  where a.mmsi <> 0 and a.active and a.grid = any ((select mg.alert_grids(mg.my_account()))::smallint[])) else '{}' end;
comment on function mg.my_vessels() is 'Vessels that the account that asks sees wherever they are: of its home ports, of open cases that it may read, of active alerts in its grids.';

-- Without a filter, for functions that have one of their own.
create view mg.position_named as
select p.t, p.received_at, p.mmsi,
       case when p.lon <> 1810000000 then p.lon / 1e7::float8 end as lon,
       case when p.lat <> 910000000 then p.lat / 1e7::float8 end as lat,
       case when p.sog <> 1023 then p.sog / 10::float8 end as sog,
       case when p.cog <> 3600 then p.cog / 10::float8 end as cog,
       nullif(p.heading, 511)::float8 as heading,
       nullif(p.nav_status::integer, 15) as nav_status,
       f.name as source, g.place_id as grid_id,
       p.quality::integer & 16 <> 0 as implausible,
       p.quality::integer & 32 <> 0 as late,
       p.grid as grid_code
from mg.position p left join mg.feed f on f.code = p.source left join mg.place g on g.code = p.grid;
comment on view mg.position_named is 'Positions in degrees, knots and names; whoever asks sees all of them.';

do $$
declare
  c record;
begin
  for c in
    select a.attname, col_description(a.attrelid, a.attnum) as said from pg_attribute a
    where a.attrelid = 'api.position'::regclass and a.attnum > 0
  loop
    execute format('comment on column mg.position_named.%I is %L', c.attname, c.said);
  end loop;
end $$;
comment on column mg.position_named.grid_code is 'Code of that grid; 0 none.';

create or replace view api.position with (security_barrier) as
select p.t, p.received_at, p.mmsi, p.lon, p.lat, p.sog, p.cog, p.heading, p.nav_status, p.source, p.grid_id,
       p.implausible, p.late
from mg.position_named p
where (select mg.sees_sea())
   or p.grid_code = any ((select mg.my_grids())::smallint[]) or p.mmsi = any ((select mg.my_vessels())::integer[]);
comment on view api.position is 'Positions as reported, one row a vessel and time: those in the grids of who asks, and those of its vessels.';

create or replace view api.vessel with (security_barrier) as
select mmsi, coalesce(nullif(r.name_zh, ''), s.ship_name) as name, nullif(r.name_zh, '') as name_zh, s.ship_name,
       s.callsign, s.imo, s.ship_type, s.length_m, s.beam_m, s.draught_m, s.destination, s.transmitter,
       nullif(r.vessel_class, '') as vessel_class, nullif(r.gear, '') as gear, nullif(r.home_port, '') as home_port,
       mg.finite(s.t) as updated_at
from mg.vessel_static s full join mg.roster r using (mmsi)
where (select mg.sees_sea()) or mmsi = any ((select mg.my_vessels())::integer[])
   or mmsi in (select v.mmsi from mg.vessel_state v where v.grid = any ((select mg.my_grids())::smallint[]));
comment on view api.vessel is 'Vessels in the roster or heard of, and what is known of them: those now in the grids of who asks, and its vessels.';

create or replace view api.vessel_now with (security_barrier) as
select v.mmsi, v.t, v.received_at, mg.number(v.lon) as lon, mg.number(v.lat) as lat, mg.number(v.sog) as sog,
       mg.number(v.cog) as cog, mg.number(v.heading) as heading, nullif(v.nav_status, -1)::integer as nav_status,
       f.name as source, g.place_id as grid_id, v.in_port,
       (array['unknown', 'under_way', 'fishing', 'moored'])[v.motion + 1] as motion, mg.finite(v.heard_at) as heard_at
from mg.vessel_state v left join mg.feed f on f.code = v.source left join mg.place g on g.code = v.grid
where isfinite(v.t)
  and ((select mg.sees_sea()) or v.grid = any ((select mg.my_grids())::smallint[])
       or v.mmsi = any ((select mg.my_vessels())::integer[]));
comment on view api.vessel_now is 'The newest accepted fix of every vessel in the grids of who asks, and of its vessels.';

create or replace view api.grid_event with (security_barrier) as
select e.t, e.mmsi, p.place_id as grid_id, (array['enter', 'exit', 'cross', 'dwell'])[e.kind] as kind, p.layer,
       mg.number(e.lon) as lon, mg.number(e.lat) as lat, e.confirmed_at
from mg.grid_event e join mg.place p on p.code = e.place
where (select mg.sees_sea())
   or e.place = any ((select mg.my_grids())::smallint[]) or e.mmsi = any ((select mg.my_vessels())::integer[]);
comment on view api.grid_event is 'Entries, exits, crossings and dwells in the grids of who asks; of its vessels in all grids and zones.';

create or replace view api.alert with (security_barrier) as
select a.alert_id, a.rule, (array['notice', 'warning', 'alarm', 'emergency'])[a.severity] as severity,
       nullif(a.mmsi, 0) as mmsi, nullif(a.place, '') as place, g.place_id as grid_id, a.raised_at, a.last_at,
       a.cleared_at, a.active, mg.finite(a.received_at) as received_at, a.repeats, a.lon, a.lat, a.detail, a.seen_at,
       case when (select mg.sees_all()) then a.seen_by end as seen_by, a.resolved_at,
       case when (select mg.sees_all()) then concat_ws(': ', a.verdict, nullif(a.resolution, '')) end as resolution,
       a.verdict
from mg.alert a left join mg.place g on g.code = a.grid
where (select mg.sees_sea()) or a.grid = any ((select mg.alert_grids(mg.my_account()))::smallint[])
   or a.mmsi = any ((select mg.my_vessels())::integer[])
   or a.alert_id in (select x.alert_id from mg.case_alert x join mg.case_seen c on c.case_id = x.case_id);
comment on view api.alert is 'Alerts, one row a situation: those that whoever asks is to handle, of its vessels, of cases that it may read; with vessels.read_all every one.';

create or replace view api.feed with (security_barrier) as
select f.name, f.kind, f.watched, case when s.hour <> 0 then mg.finite(s.last_at) end as last_at,
       mg.finite(s.down_since) as down_since, s.count as hour_count
from mg.feed f left join mg.feed_state s using (code)
where (select mg.sees_all() or mg.may('feeds.read'));
comment on view api.feed is 'Sources of data and their health, with feeds.read.';

-- A grid report that made no case holds what a person said of others: that is no matter of feeds.
create or replace view api.quarantine with (security_barrier) as
select q.received_at, f.name as source, q.reason,
       case when (select mg.sees_all()) or q.seq <> 0 then q.raw end as raw, q.seq
from mg.quarantine q left join mg.feed f on f.code = q.source
where (select mg.sees_all() or mg.may('quarantine.read'));
comment on view api.quarantine is 'Lines and messages that could not be used, with quarantine.read.';
comment on column api.quarantine.raw is 'What came, up to 1,024 characters; U+FFFD for what is no text; NULL for accounts where it is a grid report.';

create or replace view api.grid_hour with (security_barrier) as
select h.hour, g.place_id as grid_id, h.positions, h.vessels
from mg.grid_hour h left join mg.place g on g.code = h.grid
where (select mg.sees_sea()) or h.grid = any ((select mg.my_grids())::smallint[]);
comment on view api.grid_hour is 'Positions and vessels, one row a grid and hour, of the grids of who asks.';

-- A number more among the complaints would tell somebody of the one against them.
create or replace view api.case_count with (security_barrier) as
select g.place_id as grid_id, c.kind, count(*) as open, count(*) filter (where c.due_at < clock_timestamp()) as overdue
from mg.case_file c left join mg.place g on g.code = c.grid
where c.state not in ('closed', 'withdrawn')
  and ((select mg.sees_all()) or (select mg.may('vessels.read_all')) and c.kind <> 'complaint'
       or c.case_id in (select s.case_id from mg.case_seen s where s.state not in ('closed', 'withdrawn')))
group by g.place_id, c.kind;
comment on view api.case_count is 'Open and overdue cases, one row a grid and kind: of the cases that whoever asks may read; with vessels.read_all of all but complaints.';

create or replace view api.grid as
select place_id as grid_id, version, name_zh, name_en, kind, port_id, valid_from, valid_to, geometry, county, port_ids,
       sample, drawn,
       case when (select mg.sees_all()) then filed_by else mg.shown((select mg.level('name')), 'name', filed_by) end
         as filed_by,
       filed_at, reason
from mg.place_version_as_filed where layer = 'grid';
create or replace view api.zone as
select place_id as zone_id, version, name_zh, name_en, kind, port_id, valid_from, valid_to, geometry, county, port_ids,
       sample, drawn,
       case when (select mg.sees_all()) then filed_by else mg.shown((select mg.level('name')), 'name', filed_by) end
         as filed_by,
       filed_at, reason
from mg.place_version_as_filed where layer = 'zone';
comment on column api.grid.filed_by is 'Who filed it; masked or NULL by the level of names.';
comment on column api.zone.filed_by is 'Who filed it; masked or NULL by the level of names.';

-- Art. 21 makes these public; a role that sees no names still sees none: the public reads them through the product.
create or replace view api.grid_contact with (security_barrier) as
select p.grid_id, p.post, w.name_zh as name, nullif(p.work_phone, '') as work_phone, w.sample
from mg.post p join mg.person w using (person_id)
where p.post in ('leader', 'full_time', 'part_time', 'advisor')
  and daterange(p.since, p.until) @> (now() at time zone 'Asia/Shanghai')::date
  and ((select mg.sees_all()) or (select mg.level('name')) <> 'none');
comment on view api.grid_contact is 'Who is in office today and how to reach them: what Art. 21 makes public; nothing for roles that see no names.';

create function mg.impact_shown(impact jsonb) returns jsonb
language sql stable parallel safe security definer set search_path = mg, pg_temp
return case when mg.sees_sea() then impact else impact || jsonb_build_object('vessels', (
    select coalesce(jsonb_agg(v.one order by v.n), '[]')
    from jsonb_array_elements(impact -> 'vessels') with ordinality v (one, n)
    where (v.one ->> 0)::integer = any (mg.my_vessels())
       or exists (select from mg.place p where p.code = any (mg.my_grids()) and p.place_id in (v.one ->> 1, v.one ->> 2))))
  end || case when mg.sees_all() then '{}' else jsonb_build_object('cases', (
    select coalesce(jsonb_agg(c.one order by c.n), '[]')
    from jsonb_array_elements(impact -> 'cases') with ordinality c (one, n)
    where c.one ->> 0 in (select s.case_id from mg.case_seen s))) end;
comment on function mg.impact_shown(jsonb) is 'What a change of grids would move, as far as whoever asks may read the vessels and cases.';

create or replace view api.grid_change with (security_barrier) as
select c.change_id, c.state, c.unit_id, c.features, c.ended, c.valid_from, c.reason, mg.impact_shown(c.impact) as impact,
       c.proposed_by, c.proposed_at
from mg.grid_change c where (select mg.sees_all() or mg.may('page.grids'));
comment on column api.grid_change.impact is 'Who and what would change hands, as of the proposal: of vessels and cases those that whoever asks may read.';

-- Functions that give what lies beyond an account's own vessels, each for one matter that is its own.
create or replace function api.case_track(case_id text, since timestamptz, until timestamptz)
returns table (t timestamptz, mmsi integer, lon double precision, lat double precision, sog double precision, cog double precision)
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select p.t, p.mmsi, p.lon, p.lat, p.sog, p.cog
  from (select distinct y.mmsi, coalesce(c.happened_at, c.opened_at) as about
        from mg.case_party y join mg.case_seen c on c.case_id = y.case_id
        where y.case_id = case_track.case_id and y.mmsi is not null) v
  cross join lateral (
    select * from mg.position_named q
    where q.mmsi = v.mmsi and q.t between case_track.since and case_track.until
      and q.t between v.about - interval '1 day' and v.about + interval '1 day' and q.lon is not null
    order by q.t limit 5000) p
  order by p.mmsi, p.t;
end;
comment on function api.case_track(text, timestamptz, timestamptz) is 'Positions of the vessels of a case within a day of the matter, at most 5,000 each, where whoever asks may read the case.';

create function api.alert_track(alert_id text, since timestamptz, until timestamptz)
returns table (t timestamptz, lon double precision, lat double precision, sog double precision)
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select p.t, p.lon, p.lat, p.sog
  from mg.alert a join mg.position_named p on p.mmsi = a.mmsi
  where a.alert_id = alert_track.alert_id and a.mmsi <> 0
    and (mg.sees_all() or a.grid = any ((select mg.alert_grids(mg.my_account()))::smallint[]))
    and p.t between alert_track.since and alert_track.until
    and p.t between a.raised_at - interval '1 day' and a.raised_at + interval '1 day'
    and p.lon is not null and p.lat is not null and not p.implausible
  order by p.t;
end;
comment on function api.alert_track(text, timestamptz, timestamptz) is 'Positions of the vessel of an alert within a day of its raising, where the alert is for whoever asks to handle.';

-- Half a degree of latitude is 30 nm. Whoever is to bring help sees all who can, whosesoever vessels they are.
create function api.alert_near(alert_id text, since timestamptz)
returns table (mmsi integer, name text, vessel_class text, lon double precision, lat double precision, sog double precision, t timestamptz)
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select v.mmsi, coalesce(nullif(r.name_zh, ''), s.ship_name), nullif(r.vessel_class, ''), v.lon, v.lat,
         mg.number(v.sog), v.t
  from mg.alert a
  join mg.vessel_state v on v.lat between a.lat - 0.5 and a.lat + 0.5
    and v.lon between a.lon - 0.5 / greatest(cosd(a.lat), 0.01) and a.lon + 0.5 / greatest(cosd(a.lat), 0.01)
  left join mg.roster r on r.mmsi = v.mmsi left join mg.vessel_static s on s.mmsi = v.mmsi
  where a.alert_id = alert_near.alert_id and (a.active or a.seen_at is null)
    and (mg.sees_all() or a.grid = any ((select mg.alert_grids(mg.my_account()))::smallint[]))
    and v.mmsi <> a.mmsi and isfinite(v.t) and v.t >= alert_near.since;
end;
comment on function api.alert_near(text, timestamptz) is 'Vessels heard since a moment within 30 nm north, south, east and west of an alert that is not over, or that nobody has seen, where it is for whoever asks to handle.';

-- The name of every vessel, for who files a case: the other party is often a stranger. Its place only within reach.
create or replace function api.find_vessels(asked text, most integer)
returns table (mmsi integer, name text, ship_name text, gear text, t timestamptz, lon double precision,
               lat double precision, grid_id text)
language plpgsql stable security definer set search_path = mg, pg_temp as $$
#variable_conflict use_column
declare
  word constant text := mg.name_fold(left(asked, 40));
  keys constant text[] := array(select k from unnest(mg.name_keys(word)) k where length(k) = least(length(word), 3));
  digits constant boolean := word ~ '^[0-9]{2,9}$';
  span constant integer := case when digits then 10 ^ (9 - length(word)) else 0 end;
  low constant integer := case when digits then word::integer * span else -1 end;
  whole constant boolean := mg.sees_sea();
  grids constant smallint[] := case when whole then '{}' else mg.my_grids() end;
  vessels constant integer[] := case when whole then '{}' else mg.my_vessels() end;
begin
  if length(word) < 2 or not (mg.sees_all() or mg.may('case.file')) then
    return;
  end if;
  return query
    with found as (
      (select r.mmsi from mg.roster r
       where mg.name_keys(r.name_zh) @> keys and position(word in mg.name_fold(r.name_zh)) > 0 limit 500)
      union
      (select s.mmsi from mg.vessel_static s
       where mg.name_keys(s.ship_name) @> keys and position(word in mg.name_fold(s.ship_name)) > 0 limit 500)
      union
      (select r.mmsi from mg.roster r where digits and r.mmsi between low and low + span - 1 order by 1 limit 100)
      union
      (select s.mmsi from mg.vessel_static s where digits and s.mmsi between low and low + span - 1 order by 1 limit 100)
      union
      (select v.mmsi from mg.vessel_state v where digits and v.mmsi between low and low + span - 1 order by 1 limit 100))
    select f.mmsi, coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, '')), nullif(s.ship_name, ''),
           nullif(r.gear, ''), mg.finite(v.t), mg.number(v.lon), mg.number(v.lat), p.place_id
    from found f left join mg.roster r using (mmsi) left join mg.vessel_static s using (mmsi)
    left join mg.vessel_state v on v.mmsi = f.mmsi and (whole or v.grid = any (grids) or v.mmsi = any (vessels))
    left join mg.place p on p.code = v.grid and v.grid <> 0
    order by word in (mg.name_fold(coalesce(r.name_zh, '')), mg.name_fold(coalesce(s.ship_name, '')),
                      lpad(f.mmsi::text, 9, '0')) desc,
             mg.finite(v.t) desc nulls last, f.mmsi
    limit least(most, 50);
end $$;
comment on function api.find_vessels(text, integer) is 'Vessels by a part of their name or the first digits of their MMSI, for who may file a case; with where each was last, as far as whoever asks may read that.';
