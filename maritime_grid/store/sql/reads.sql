-- name: vessels
select v.mmsi, v.t, v.received_at, v.lon, v.lat, v.sog, v.cog, v.heading, v.nav_status, v.source, v.grid, v.in_port,
       v.motion, case s.transmitter when 'A' then 1::smallint when 'B' then 2::smallint else 0::smallint end, v.rev
from mg.vessel_state v left join mg.vessel_static s using (mmsi)
where v.rev > {since} and isfinite(v.t)
order by v.mmsi

-- name: vessel_card
select m.mmsi, coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, '')) as name, s.ship_name, s.callsign, s.ship_type,
       nullif(r.vessel_class, '') as vessel_class, nullif(r.gear, '') as gear, nullif(r.home_port, '') as home_port,
       coalesce(v.grid, 0) as grid, mg.finite(v.t) as t, mg.finite(v.received_at) as received_at,
       mg.number(v.lon) as lon, mg.number(v.lat) as lat, mg.number(v.sog) as sog, mg.number(v.cog) as cog,
       mg.number(v.heading) as heading, nullif(v.nav_status, -1) as nav_status, f.name as source, s.transmitter
from (select %s::integer as mmsi) m
left join mg.roster r using (mmsi) left join mg.vessel_static s using (mmsi) left join mg.vessel_state v using (mmsi)
left join mg.feed f on f.code = v.source
where num_nonnulls(r.mmsi, s.mmsi, v.mmsi) > 0;

-- name: names
select mmsi, name from api.vessel where name <> '';

-- name: alerts
-- Every one that is active; of those that are over the last to end. Seen ones grow for ever: two branches, of which one
-- is run, so that each has an index of its own.
select a.alert_id, a.rule, a.severity, a.mmsi,
       coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, '')) as vessel_name, a.place, a.grid, a.raised_at, a.last_at,
       a.cleared_at, a.active, a.repeats, a.lon, a.lat, a.detail, a.seen_at, a.resolved_at,
       nullif(w.post_zh, '') as seen_zh, nullif(w.post_en, '') as seen_en
from (
  select * from mg.alert where active
  union all
  (select * from mg.alert where not active and seen_at is null and %(open_only)s
   order by coalesce(cleared_at, last_at) desc limit %(limit)s)
  union all
  (select * from mg.alert where not active and not %(open_only)s
   order by coalesce(cleared_at, last_at) desc limit %(limit)s)
) a left join mg.roster r using (mmsi) left join mg.vessel_static s using (mmsi)
left join mg.account_shown w on w.account_id = a.seen_by
order by a.active desc, a.severity desc, a.raised_at desc;

-- name: case_tallies
-- Numbers alone: what a wall may show of cases.
select p.code, coalesce(n.disputes, 0) as disputes, coalesce(n.disputes_overdue, 0) as disputes_overdue,
       coalesce(n.emergencies, 0) as emergencies, coalesce(n.emergencies_overdue, 0) as emergencies_overdue,
       coalesce(h.unreceived, 0) as unreceived
from mg.place p
left join (
  select grid_id, sum(open) filter (where kind = 'dispute')::bigint as disputes,
         sum(overdue) filter (where kind = 'dispute')::bigint as disputes_overdue,
         sum(open) filter (where kind = 'emergency')::bigint as emergencies,
         sum(overdue) filter (where kind = 'emergency')::bigint as emergencies_overdue
  from api.case_count group by grid_id) n on n.grid_id = p.place_id
left join (
  select c.grid, count(distinct c.case_id) as unreceived
  from mg.case_hop h join mg.case_file c on c.case_id = h.case_id
  where h.received_at is null and h.due_at < clock_timestamp() and c.state not in ('closed', 'withdrawn')
    and c.kind <> 'complaint'
  group by c.grid) h on h.grid = p.code
where p.layer = 'grid' and num_nonnulls(n.grid_id, h.grid) > 0 order by p.code;

-- name: late_reports
-- To whom and of which grid, and nothing of the matter; complaints are not for a room full of people.
select c.grid::integer as grid, n.name_zh as to_zh, n.name_en as to_en, h.due_at
from mg.case_hop h
join mg.case_file c on c.case_id = h.case_id and c.state not in ('closed', 'withdrawn') and c.kind <> 'complaint'
join api.name n on (n.what, n.id) = (case when h.to_unit is null then 'body' else 'unit' end, coalesce(h.to_unit, h.to_body))
where h.received_at is null and h.due_at < clock_timestamp()
order by h.due_at, h.hop_id limit 20;

-- name: sample_vessels
select mmsi from mg.roster where owner @> '{"sample": true}';

-- name: events
select e.t, e.mmsi, coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, '')) as vessel_name, e.place as place_code,
       (array['enter', 'exit', 'cross', 'dwell'])[e.kind] as kind
from (select * from mg.grid_event order by t desc, place limit %s) e
left join mg.roster r using (mmsi) left join mg.vessel_static s using (mmsi)
order by e.t desc, e.mmsi, e.place, e.kind;

-- name: places
-- In force at the engine's clock, which in a replay is not that of the wall.
select p.code, p.place_id, p.layer, v.facts ->> 'kind' as kind, v.facts ->> 'name_zh' as name_zh,
       v.facts ->> 'name_en' as name_en, v.facts ->> 'county' as county,
       array(select jsonb_array_elements_text(v.facts -> 'port_ids')) as port_ids,
       (v.facts ->> 'sample')::boolean as sample, v.version, mg.finite(v.valid_from) as valid_from,
       mg.finite(v.valid_to) as valid_to, coalesce(v.drawn, v.fence) as geojson,
       v.facts -> 'attributes' -> 'track' as track
from mg.place p join mg.place_version v using (code)
cross join (select coalesce(mg.finite(clock), now()) as now from mg.engine_clock) c
where v.valid_from <= c.now and c.now < v.valid_to and p.layer in ('grid', 'zone')
order by p.code;

-- name: ports
select port_id, name_zh, name_en, county, lon, lat from mg.port order by port_id;

-- name: feeds
-- The running hour tells a pace as it goes; its first ten minutes count as ten, lest a few messages seem many.
-- A feed that was never heard (hour 0) counts its outage from when it was first watched: that is no receipt.
select f.code, f.name, f.kind, f.watched, case when s.hour <> 0 then mg.finite(s.last_at) end as last_at, mg.finite(s.down_since) as down_since,
       coalesce(s.count, 0) as hour_count, coalesce(q.refused, 0) as refused,
       greatest((select max(h) from unnest(s.hourly) h), 0,
                s.count * 3600 / greatest(extract(epoch from s.last_at) - s.hour * 3600, 600))::bigint as hour_pace
from mg.feed f left join mg.feed_state s using (code)
left join (select source, sum(n)::bigint as refused from mg.refusal_count group by source) q on q.source = f.code
order by f.code;

-- name: refusals
select f.name, c.reason, c.n from mg.refusal_count c left join mg.feed f on f.code = c.source;

-- name: statuses
select process, figures, extract(epoch from clock_timestamp() - at)::float8 as age_s from mg.process_status;

-- name: grid_flow
select e.place as code, count(*) filter (where e.kind = 1) as entered, count(*) filter (where e.kind = 2) as left
from mg.grid_event e join mg.place p on p.code = e.place
where e.t >= %s and e.kind in (1, 2) and p.layer = 'grid'
group by e.place order by e.place;

-- name: clock
select mg.finite(clock), rev from mg.engine_clock;
