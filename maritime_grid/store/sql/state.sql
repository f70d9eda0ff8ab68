-- name: vessels
select mmsi, t, received_at, lon, lat, sog, cog, heading, nav_status, source, quality, heard_at, outage_us, ais_t, vms_t,
       alt_t, alt_lon, alt_lat, alt_n, grid, in_port, motion
from mg.vessel_state order by mmsi

-- name: membership
select mmsi, place, phase, since, streak_t, streak_n, streak_lon, streak_lat, dwelt
from mg.membership order by mmsi, place

-- name: alerts
select alert_id, rule, mmsi, place, severity, mg.us(raised_at) as raised_at, mg.us(last_at) as last_at, active,
       mg.us(cleared_at) as cleared_at, mg.us(received_at) as received_at, repeats, grid, lon, lat, detail
from mg.alert where active;

-- name: feeds
select code, mg.us(last_at) as last_at, outage_us, mg.us(down_since) as down_since, hourly, hour, count
from mg.feed_state;

-- name: statics
select mmsi, mg.us(t) as t, ship_name, callsign, imo, ship_type, length_m, beam_m, draught_m, destination, transmitter
from mg.vessel_static;

-- name: clock
select mg.us(clock), rev from mg.engine_clock;

-- name: cursor
select position from mg.feed_cursor where key = %s;

-- name: unpublished
select a.alert_id, a.rule, a.mmsi, a.place, a.severity, mg.us(a.raised_at) as raised_at, mg.us(a.last_at) as last_at,
       a.active, mg.us(a.cleared_at) as cleared_at, mg.us(a.received_at) as received_at, a.repeats, a.grid, a.lon, a.lat,
       a.detail, a.rev, coalesce(g.place_id, '') as grid_id
from mg.alert a left join mg.place g on g.code = a.grid
where a.rev > a.published_rev order by a.rev, a.raised_at limit %s;

-- name: mark_published
-- A change that came after the one sent keeps its turn.
update mg.alert set published_rev = greatest(published_rev, %(rev)s) where alert_id = any(%(ids)s);

-- name: save_status
insert into mg.process_status (process, at, figures) values (%s, mg.at(%s), %s)
on conflict (process) do update set at = excluded.at, figures = excluded.figures;
