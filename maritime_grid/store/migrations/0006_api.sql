-- The views that others read. Columns may be added at their ends; none is changed or removed.
create view api.feed as
select f.name, f.kind, f.watched, mg.finite(s.last_at) as last_at, mg.finite(s.down_since) as down_since,
       s.count as hour_count
from mg.feed f left join mg.feed_state s using (code);
comment on view api.feed is 'Sources of data and their health.';
comment on column api.feed.name is 'Name of the feed.';
comment on column api.feed.kind is 'ais, vms (BeiDou terminals), buoy (net buoys) or other.';
comment on column api.feed.watched is 'Whether its silence is a matter for the operator.';
comment on column api.feed.last_at is 'Receipt of its newest data, UTC.';
comment on column api.feed.down_since is 'Down since, UTC; NULL: it is up.';
comment on column api.feed.hour_count is 'Messages in the running hour.';

create view api.position as
select p.t, p.received_at, p.mmsi,
       case when p.lon <> 1810000000 then p.lon / 1e7::float8 end as lon,
       case when p.lat <> 910000000 then p.lat / 1e7::float8 end as lat,
       case when p.sog <> 1023 then p.sog / 10::float8 end as sog,
       case when p.cog <> 3600 then p.cog / 10::float8 end as cog,
       nullif(p.heading, 511)::float8 as heading,
       nullif(p.nav_status::integer, 15) as nav_status,
       f.name as source, g.place_id as grid_id,
       p.quality::integer & 16 <> 0 as implausible,
       p.quality::integer & 32 <> 0 as late
from mg.position p left join mg.feed f on f.code = p.source left join mg.place g on g.code = p.grid;
comment on view api.position is 'Positions as reported; one row a vessel and time.';
comment on column api.position.t is 'The report''s own time, UTC.';
comment on column api.position.received_at is 'When it was received, UTC.';
comment on column api.position.mmsi is 'Maritime mobile service identity, nine digits.';
comment on column api.position.lon is 'Longitude, degrees, WGS 84.';
comment on column api.position.lat is 'Latitude, degrees, WGS 84.';
comment on column api.position.sog is 'Speed over ground, knots; 102.2 means that or more.';
comment on column api.position.cog is 'Course over ground, degrees true.';
comment on column api.position.heading is 'Heading, degrees true.';
comment on column api.position.nav_status is 'Navigational status, ITU-R M.1371-6 table 46.';
comment on column api.position.source is 'Name of the feed.';
comment on column api.position.grid_id is 'Grid whose version in force at t holds the point.';
comment on column api.position.implausible is 'It would have needed an impossible speed; it moved nothing.';
comment on column api.position.late is 'It was older than what was known of its vessel; it raised nothing.';

create view api.vessel as
select mmsi, coalesce(nullif(r.name_zh, ''), s.ship_name) as name, nullif(r.name_zh, '') as name_zh, s.ship_name,
       s.callsign, s.imo, s.ship_type, s.length_m, s.beam_m, s.draught_m, s.destination, s.transmitter,
       nullif(r.vessel_class, '') as vessel_class, nullif(r.gear, '') as gear, nullif(r.home_port, '') as home_port,
       mg.finite(s.t) as updated_at
from mg.vessel_static s full join mg.roster r using (mmsi);
comment on view api.vessel is 'Vessels in the roster or heard of, and what is known of them.';
comment on column api.vessel.mmsi is 'Maritime mobile service identity, nine digits.';
comment on column api.vessel.name is 'Registered name, else the one transmitted.';
comment on column api.vessel.name_zh is 'Registered name.';
comment on column api.vessel.ship_name is 'Name as transmitted.';
comment on column api.vessel.callsign is 'Call sign as transmitted.';
comment on column api.vessel.imo is 'IMO number as transmitted.';
comment on column api.vessel.ship_type is 'Type of ship and cargo, ITU-R M.1371-6 table 53.';
comment on column api.vessel.length_m is 'Length over all, metres.';
comment on column api.vessel.beam_m is 'Beam, metres.';
comment on column api.vessel.draught_m is 'Draught, metres.';
comment on column api.vessel.destination is 'Destination as transmitted.';
comment on column api.vessel.transmitter is 'AIS class A or B.';
comment on column api.vessel.vessel_class is 'Class in the roster: fishing, merchant, patrol and so on.';
comment on column api.vessel.gear is 'Fishing gear in the roster.';
comment on column api.vessel.home_port is 'Id of the home port in the roster.';
comment on column api.vessel.updated_at is 'Time of its newest static report, UTC.';

create view api.vessel_now as
select v.mmsi, v.t, v.received_at, mg.number(v.lon) as lon, mg.number(v.lat) as lat, mg.number(v.sog) as sog,
       mg.number(v.cog) as cog, mg.number(v.heading) as heading, nullif(v.nav_status, -1)::integer as nav_status,
       f.name as source, g.place_id as grid_id, v.in_port,
       (array['unknown', 'under_way', 'fishing', 'moored'])[v.motion + 1] as motion, mg.finite(v.heard_at) as heard_at
from mg.vessel_state v left join mg.feed f on f.code = v.source left join mg.place g on g.code = v.grid
where isfinite(v.t);
comment on view api.vessel_now is 'The newest accepted fix of every vessel.';
comment on column api.vessel_now.mmsi is 'Maritime mobile service identity, nine digits.';
comment on column api.vessel_now.t is 'Time of the fix, UTC.';
comment on column api.vessel_now.received_at is 'When it was received, UTC.';
comment on column api.vessel_now.lon is 'Longitude, degrees, WGS 84.';
comment on column api.vessel_now.lat is 'Latitude, degrees, WGS 84.';
comment on column api.vessel_now.sog is 'Speed over ground, knots.';
comment on column api.vessel_now.cog is 'Course over ground, degrees true.';
comment on column api.vessel_now.heading is 'Heading, degrees true.';
comment on column api.vessel_now.nav_status is 'Navigational status, ITU-R M.1371-6 table 46.';
comment on column api.vessel_now.source is 'Name of the feed.';
comment on column api.vessel_now.grid_id is 'Grid in which it is confirmed to be.';
comment on column api.vessel_now.in_port is 'Confirmed inside a port or shelter.';
comment on column api.vessel_now.motion is 'unknown, under_way, fishing (looks like it) or moored.';
comment on column api.vessel_now.heard_at is 'Time of its newest report of any kind, UTC.';

create view mg.place_version_as_filed as
select p.place_id, v.version, v.facts ->> 'name_zh' as name_zh, v.facts ->> 'name_en' as name_en,
       v.facts ->> 'kind' as kind, v.facts #>> '{port_ids,0}' as port_id, mg.finite(v.valid_from) as valid_from,
       mg.finite(v.valid_to) as valid_to, v.fence as geometry, p.layer, v.facts ->> 'county' as county,
       array(select jsonb_array_elements_text(v.facts -> 'port_ids')) as port_ids,
       coalesce((v.facts ->> 'sample')::boolean, false) as sample, coalesce(v.drawn, v.fence) as drawn,
       v.filed_by, v.filed_at, v.reason
from mg.place_version v join mg.place p using (code);
comment on view mg.place_version_as_filed is 'Versions of grids and zones with the names filed with them.';
comment on column mg.place_version_as_filed.place_id is 'Id of the place.';
comment on column mg.place_version_as_filed.version is 'Version, from 1.';
comment on column mg.place_version_as_filed.name_zh is 'Name in Chinese.';
comment on column mg.place_version_as_filed.name_en is 'Name in English.';
comment on column mg.place_version_as_filed.kind is 'inshore, offshore, prohibited, fairway and so on.';
comment on column mg.place_version_as_filed.port_id is 'Chief port that it leans on.';
comment on column mg.place_version_as_filed.valid_from is 'In force from, UTC; NULL: from the beginning.';
comment on column mg.place_version_as_filed.valid_to is 'In force until before, UTC; NULL: still.';
comment on column mg.place_version_as_filed.geometry is 'Polygon that decides: GeoJSON, degrees lon, lat, WGS 84.';
comment on column mg.place_version_as_filed.layer is 'grid or zone.';
comment on column mg.place_version_as_filed.county is 'County or district.';
comment on column mg.place_version_as_filed.port_ids is 'All ports that it leans on.';
comment on column mg.place_version_as_filed.sample is 'True for a sample that is not official.';
comment on column mg.place_version_as_filed.drawn is 'Polygon to draw, land cut out where such a layer was given: GeoJSON.';
comment on column mg.place_version_as_filed.filed_by is 'Who filed it.';
comment on column mg.place_version_as_filed.filed_at is 'When it was filed, UTC.';
comment on column mg.place_version_as_filed.reason is 'Why it was filed.';

create view api.grid as
select place_id as grid_id, version, name_zh, name_en, kind, port_id, valid_from, valid_to, geometry, county, port_ids,
       sample, drawn, filed_by, filed_at, reason
from mg.place_version_as_filed where layer = 'grid';
comment on view api.grid is 'Grids in all their versions.';
create view api.zone as
select place_id as zone_id, version, name_zh, name_en, kind, port_id, valid_from, valid_to, geometry, county, port_ids,
       sample, drawn, filed_by, filed_at, reason
from mg.place_version_as_filed where layer = 'zone';
comment on view api.zone is 'Zones in all their versions.';

-- The two views say the same of the same columns.
do $$
declare
  c record;
begin
  for c in
    select t.relname, a.attname, col_description(s.attrelid, s.attnum) as said
    from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
    join pg_attribute s on s.attrelid = 'mg.place_version_as_filed'::regclass
      and s.attname = case when a.attname in ('grid_id', 'zone_id') then 'place_id' else a.attname end
    where t.oid in ('api.grid'::regclass, 'api.zone'::regclass)
  loop
    execute format('comment on column api.%I.%I is %L', c.relname, c.attname, c.said);
  end loop;
end $$;

create view api.port as select port_id, name_zh, nullif(name_en, '') as name_en, county, lon, lat from mg.port;
comment on view api.port is 'Ports and berths.';
comment on column api.port.port_id is 'Id of the port.';
comment on column api.port.name_zh is 'Name in Chinese.';
comment on column api.port.name_en is 'Name in English.';
comment on column api.port.county is 'County or district.';
comment on column api.port.lon is 'Longitude, degrees, WGS 84.';
comment on column api.port.lat is 'Latitude, degrees, WGS 84.';

create view api.grid_event as
select e.t, e.mmsi, p.place_id as grid_id, (array['enter', 'exit', 'cross', 'dwell'])[e.kind] as kind, p.layer,
       mg.number(e.lon) as lon, mg.number(e.lat) as lat, e.confirmed_at
from mg.grid_event e join mg.place p on p.code = e.place;
comment on view api.grid_event is 'Entries, exits, crossings and dwells of vessels in grids and zones.';
comment on column api.grid_event.t is 'First fix of the streak that confirmed it, UTC.';
comment on column api.grid_event.mmsi is 'The vessel.';
comment on column api.grid_event.grid_id is 'Id of the grid or zone.';
comment on column api.grid_event.kind is 'enter, exit, cross or dwell.';
comment on column api.grid_event.layer is 'grid or zone.';
comment on column api.grid_event.lon is 'Longitude at t, degrees, WGS 84.';
comment on column api.grid_event.lat is 'Latitude at t, degrees.';
comment on column api.grid_event.confirmed_at is 'The fix that confirmed it, UTC.';

create view api.alert as
select a.alert_id, a.rule, (array['notice', 'warning', 'alarm', 'emergency'])[a.severity] as severity,
       nullif(a.mmsi, 0) as mmsi, nullif(a.place, '') as place, g.place_id as grid_id, a.raised_at, a.last_at,
       a.cleared_at, a.active, mg.finite(a.received_at) as received_at, a.repeats, a.lon, a.lat, a.detail, a.seen_at,
       a.seen_by, a.resolved_at, a.resolution
from mg.alert a left join mg.place g on g.code = a.grid;
comment on view api.alert is 'Alerts, one row a situation.';
comment on column api.alert.alert_id is 'Natural id of rule, vessel, time of raising and place.';
comment on column api.alert.rule is 'Rule that raised it.';
comment on column api.alert.severity is 'notice, warning, alarm or emergency.';
comment on column api.alert.mmsi is 'The vessel; NULL where none is meant.';
comment on column api.alert.place is 'Id of the zone or feed it is about.';
comment on column api.alert.grid_id is 'Grid where it began.';
comment on column api.alert.raised_at is 'Data time of the evidence that raised it, UTC.';
comment on column api.alert.last_at is 'Data time of its newest evidence, UTC.';
comment on column api.alert.cleared_at is 'Data time at which the condition ended, UTC.';
comment on column api.alert.active is 'The condition still holds.';
comment on column api.alert.received_at is 'Receipt of the evidence that raised it, UTC.';
comment on column api.alert.repeats is 'How often it was called out again unhandled.';
comment on column api.alert.lon is 'Longitude where it began, degrees, WGS 84.';
comment on column api.alert.lat is 'Latitude where it began, degrees.';
comment on column api.alert.detail is 'Facts for its card.';
comment on column api.alert.seen_at is 'When a person acknowledged it, UTC.';
comment on column api.alert.seen_by is 'Who acknowledged it.';
comment on column api.alert.resolved_at is 'When a person closed it, UTC.';
comment on column api.alert.resolution is 'true, false or test, and why.';

create view api."case" as
select c.case_id, c.kind, c.title, c.state, g.place_id as grid_id, c.alert_id, c.opened_at, c.closed_at
from mg.case_file c left join mg.place g on g.code = c.grid;
comment on view api."case" is 'Cases.';
comment on column api."case".case_id is 'Id of the case.';
comment on column api."case".kind is 'dispute, hazard, emergency, service or complaint.';
comment on column api."case".title is 'What it is about, in a line.';
comment on column api."case".state is 'Step of its flow.';
comment on column api."case".grid_id is 'The grid.';
comment on column api."case".alert_id is 'Alert that opened it.';
comment on column api."case".opened_at is 'When it was opened, UTC.';
comment on column api."case".closed_at is 'When it was closed, UTC; NULL: open.';

create view api.case_log as select case_id, seq, at, who, what, detail from mg.case_log;
comment on view api.case_log is 'Steps of cases.';
comment on column api.case_log.case_id is 'The case.';
comment on column api.case_log.seq is 'Number of the step within the case, from 1.';
comment on column api.case_log.at is 'When, UTC.';
comment on column api.case_log.who is 'Who did it.';
comment on column api.case_log.what is 'What was done.';
comment on column api.case_log.detail is 'Facts of the step.';

create view api.quarantine as
select q.received_at, f.name as source, q.reason, q.raw, q.seq
from mg.quarantine q left join mg.feed f on f.code = q.source;
comment on view api.quarantine is 'Lines and messages that could not be used.';
comment on column api.quarantine.received_at is 'When it was received, UTC.';
comment on column api.quarantine.source is 'Name of the feed.';
comment on column api.quarantine.reason is 'Why it was refused.';
comment on column api.quarantine.raw is 'What came, up to 1,024 characters; U+FFFD for what is no text.';
comment on column api.quarantine.seq is 'Number of the line or message within its feed, from 1.';

create view api.grid_hour as
select h.hour, g.place_id as grid_id, h.positions, h.vessels
from mg.grid_hour h left join mg.place g on g.code = h.grid;
comment on view api.grid_hour is 'Positions and vessels, one row a grid and hour.';
comment on column api.grid_hour.hour is 'Beginning of the hour, UTC.';
comment on column api.grid_hour.grid_id is 'The grid; NULL outside of all.';
comment on column api.grid_hour.positions is 'Positions reported in it.';
comment on column api.grid_hour.vessels is 'Different vessels that reported them.';
