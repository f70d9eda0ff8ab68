-- name: lock
-- One writer at a time; held by the session until it ends.
select pg_advisory_lock(7201002);

-- name: session
-- What this session keeps between its transactions: empty shapes to copy into.
create temporary table if not exists position_in (like mg.position including defaults) on commit delete rows;
create temporary table if not exists vessel_in (like mg.vessel_state) on commit delete rows;
alter table pg_temp.vessel_in alter column rev drop not null;
create temporary table if not exists event_in (like mg.grid_event) on commit delete rows;
alter table pg_temp.event_in alter column rev drop not null;
set timezone = 'UTC';
-- a writer that a cut network hides must not hold the lock for hours
set tcp_keepalives_idle = 20;
set tcp_keepalives_interval = 10;
set tcp_keepalives_count = 3;
set tcp_user_timeout = 50000;

-- name: tick
-- The number of this commit; the clock only goes forward.
update mg.engine_clock set rev = rev + 1, clock = greatest(clock, mg.at(%s)) returning rev;

-- name: is_native
select to_regprocedure('mg.make_day(date)') is not null;

-- name: days
select day from mg.position_day;

-- name: make_days
select mg.make_day(day) from unnest(%s::date[]) as day;

-- name: insert_staged_positions
insert into mg.position (t, received_at, mmsi, lon, lat, sog, cog, heading, grid, source, nav_status, quality)
select t, received_at, mmsi, lon, lat, sog, cog, heading, grid, source, nav_status, quality from pg_temp.position_in
on conflict (mmsi, t) do nothing;

-- name: hours_due
insert into mg.grid_hour_due (hour, rev) select mg.at(hour), %s from unnest(%s::bigint[]) as hour;

-- name: upsert_vessels
insert into mg.vessel_state as v
  (mmsi, t, received_at, lon, lat, sog, cog, heading, nav_status, source, quality, heard_at, outage_us, ais_t, vms_t,
   alt_t, alt_lon, alt_lat, alt_n, grid, in_port, motion, rev)
select mmsi, t, received_at, lon, lat, sog, cog, heading, nav_status, source, quality, heard_at, outage_us, ais_t, vms_t,
       alt_t, alt_lon, alt_lat, alt_n, grid, in_port, motion, %s::bigint
from pg_temp.vessel_in
on conflict (mmsi) do update set
  t = excluded.t, received_at = excluded.received_at, lon = excluded.lon, lat = excluded.lat, sog = excluded.sog,
  cog = excluded.cog, heading = excluded.heading, nav_status = excluded.nav_status, source = excluded.source,
  quality = excluded.quality, heard_at = excluded.heard_at, outage_us = excluded.outage_us, ais_t = excluded.ais_t,
  vms_t = excluded.vms_t, alt_t = excluded.alt_t, alt_lon = excluded.alt_lon, alt_lat = excluded.alt_lat,
  alt_n = excluded.alt_n, grid = excluded.grid, in_port = excluded.in_port, motion = excluded.motion,
  rev = excluded.rev;

-- name: drop_membership
delete from mg.membership where mmsi = any(%s::int4[]);

-- name: insert_events
insert into mg.grid_event (t, confirmed_at, mmsi, place, kind, lon, lat, rev)
select t, confirmed_at, mmsi, place, kind, lon, lat, %s::bigint from pg_temp.event_in
on conflict do nothing;

-- name: upsert_alerts
-- Newer evidence wins and what was cleared stays so; the log has what changed; gives the number of new alerts.
with incoming as (
  select * from jsonb_to_recordset(%(rows)s::jsonb) as x (
    alert_id text, rule text, mmsi integer, place text, severity smallint, raised_at bigint, last_at bigint,
    active boolean, cleared_at bigint, received_at bigint, repeats integer, grid smallint, lon float8, lat float8,
    detail jsonb)
), old as (
  select a.alert_id, a.severity, a.repeats, a.active from mg.alert a join incoming i using (alert_id)
), written as (
  insert into mg.alert as a
    (alert_id, rule, mmsi, place, severity, raised_at, last_at, active, cleared_at, received_at, repeats, grid, lon, lat,
     detail, rev)
  select alert_id, rule, mmsi, place, severity, mg.at(raised_at), mg.at(last_at), active, mg.at(cleared_at),
         mg.at(received_at), repeats, grid, lon, lat, coalesce(detail, '{}'), %(rev)s
  from incoming order by active  -- a situation's old alert is cleared before its next is raised
  on conflict (alert_id) do update set
    severity = excluded.severity, last_at = excluded.last_at, active = excluded.active,
    cleared_at = excluded.cleared_at, received_at = excluded.received_at, repeats = excluded.repeats,
    grid = excluded.grid, lon = excluded.lon, lat = excluded.lat, detail = excluded.detail, rev = excluded.rev
  where excluded.last_at >= a.last_at and (a.active or not excluded.active)
    and (a.severity, a.last_at, a.active, a.cleared_at, a.received_at, a.repeats, a.grid, a.lon, a.lat, a.detail)
        is distinct from
        (excluded.severity, excluded.last_at, excluded.active, excluded.cleared_at, excluded.received_at,
         excluded.repeats, excluded.grid, excluded.lon, excluded.lat, excluded.detail)
  returning a.alert_id
), changed as (
  select i.*, o.alert_id is null as is_new, o.severity as old_severity, o.repeats as old_repeats, o.active as was_active
  from written w join incoming i using (alert_id) left join old o using (alert_id)
), logged as (
  insert into mg.alert_log (alert_id, at, what, severity, rev)
  select alert_id, mg.at(raised_at), 'raise', severity, %(rev)s from changed where is_new
  union all
  select alert_id, mg.at(last_at), 'severity', severity, %(rev)s from changed where severity <> old_severity
  union all
  select alert_id, mg.at(last_at), 'repeat', severity, %(rev)s from changed where repeats > old_repeats
  union all
  select alert_id, mg.at(coalesce(cleared_at, last_at)), 'clear', severity, %(rev)s
  from changed where not active and (is_new or was_active)
)
select count(*) filter (where is_new), count(*) from changed;

-- name: upsert_statics
insert into mg.vessel_static as v
  (mmsi, t, ship_name, callsign, imo, ship_type, length_m, beam_m, draught_m, destination, transmitter)
select mmsi, mg.at(t), ship_name, callsign, imo, ship_type, length_m, beam_m, draught_m, destination, transmitter
from jsonb_to_recordset(%(rows)s::jsonb) as x (
  mmsi integer, t bigint, ship_name text, callsign text, imo bigint, ship_type bigint, length_m float8, beam_m float8,
  draught_m float8, destination text, transmitter text)
on conflict (mmsi) do update set
  t = excluded.t, ship_name = excluded.ship_name, callsign = excluded.callsign, imo = excluded.imo,
  ship_type = excluded.ship_type, length_m = excluded.length_m, beam_m = excluded.beam_m,
  draught_m = excluded.draught_m, destination = excluded.destination, transmitter = excluded.transmitter
where excluded.t >= v.t;

-- name: upsert_feeds
insert into mg.feed_state (code, last_at, outage_us, down_since, hourly, hour, count)
select code, mg.at(last_at), outage_us, mg.at(down_since), hourly, hour, count
from jsonb_to_recordset(%(rows)s::jsonb) as x (
  code smallint, last_at bigint, outage_us bigint, down_since bigint, hourly bigint[], hour bigint, count bigint)
on conflict (code) do update set
  last_at = excluded.last_at, outage_us = excluded.outage_us, down_since = excluded.down_since,
  hourly = excluded.hourly, hour = excluded.hour, count = excluded.count;

-- name: insert_refusals
with stored as (
  insert into mg.quarantine (received_at, source, seq, reason, raw)
  select mg.at(received_at), source, seq, reason, raw
  from jsonb_to_recordset(%(rows)s::jsonb) as x (
    received_at bigint, source smallint, seq bigint, reason text, raw text)
  on conflict do nothing
  returning source, reason
)
insert into mg.refusal_count as c (source, reason, n) select source, reason, count(*) from stored group by source, reason
on conflict (source, reason) do update set n = c.n + excluded.n;

-- name: insert_texts
insert into mg.text_report (mmsi, t, received_at, source, msg_type, addressed_to, text)
select mmsi, mg.at(t), mg.at(received_at), source, msg_type, addressed_to, text
from jsonb_to_recordset(%(rows)s::jsonb) as x (
  mmsi integer, t bigint, received_at bigint, source smallint, msg_type smallint, addressed_to bigint, text text)
on conflict do nothing;

-- name: insert_sos
insert into mg.sos_report (mmsi, t, received_at, source, lon, lat, people, note)
select mmsi, mg.at(t), mg.at(received_at), source, lon, lat, people, note
from jsonb_to_recordset(%(rows)s::jsonb) as x (
  mmsi integer, t bigint, received_at bigint, source smallint, lon float8, lat float8, people bigint, note text)
on conflict do nothing;

-- name: insert_crew
insert into mg.crew_report (mmsi, t, received_at, source, on_board, names)
select mmsi, mg.at(t), mg.at(received_at), source, on_board, names
from jsonb_to_recordset(%(rows)s::jsonb) as x (
  mmsi integer, t bigint, received_at bigint, source smallint, on_board bigint, names text[])
on conflict do nothing;

-- name: insert_port_reports
insert into mg.port_report (mmsi, t, kind, received_at, source, port_id, on_board)
select mmsi, mg.at(t), left(kind, 100), mg.at(received_at), source, left(port_id, 100), on_board
from jsonb_to_recordset(%(rows)s::jsonb) as x (
  mmsi integer, t bigint, kind text, received_at bigint, source smallint, port_id text, on_board bigint)
on conflict do nothing;

-- name: insert_grid_reports
insert into mg.grid_report (grid_id, t, kind, received_at, source, body)
select left(grid_id, 100), mg.at(t), left(kind, 100), mg.at(received_at), source, body
from jsonb_to_recordset(%(rows)s::jsonb) as x (
  grid_id text, t bigint, kind text, received_at bigint, source smallint, body jsonb)
on conflict do nothing;

-- name: upsert_cursors
insert into mg.feed_cursor (key, position, rev)
select key, position, %(rev)s from jsonb_to_recordset(%(rows)s::jsonb) as x (key text, position bigint)
on conflict (key) do update set position = excluded.position, rev = excluded.rev;

-- name: notify
select pg_notify('mg_commit', %s);
