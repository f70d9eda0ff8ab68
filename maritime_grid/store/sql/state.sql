-- name: vessels
select mmsi, t, received_at, lon, lat, sog, cog, heading, nav_status, source, quality, heard_at, outage_us, ais_t, vms_t,
       alt_t, alt_lon, alt_lat, alt_n, grid, in_port, motion
from mg.vessel_state order by mmsi

-- name: membership
select mmsi, place, phase, since, streak_t, streak_n, streak_lon, streak_lat, dwelt,
       from_lon, from_lat
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
-- What the engine or people changed since; both count into the revision that is given back.
select a.alert_id, a.rule, a.mmsi, a.place, a.severity, mg.us(a.raised_at) as raised_at, mg.us(a.last_at) as last_at,
       a.active, mg.us(a.cleared_at) as cleared_at, mg.us(a.received_at) as received_at, a.repeats, a.grid, a.lon, a.lat,
       a.detail, a.rev + a.acts as rev, coalesce(g.place_id, '') as grid_id, coalesce(o.place_id, '') as sent_grid_id,
       mg.us(a.seen_at) as seen_at, coalesce(w.post_zh, '') as seen_by, mg.us(a.resolved_at) as resolved_at, a.verdict
from mg.alert a left join mg.place g on g.code = a.grid left join mg.place o on o.code = coalesce(a.sent_grid, a.grid)
left join mg.account_shown w on w.account_id = a.seen_by
where a.rev + a.acts > a.published_rev order by a.rev, a.raised_at limit %s;

-- name: active
-- For a broker that has forgotten what it retained; each as it stands now.
select a.alert_id, a.rule, a.mmsi, a.place, a.severity, mg.us(a.raised_at) as raised_at, mg.us(a.last_at) as last_at,
       a.active, mg.us(a.cleared_at) as cleared_at, mg.us(a.received_at) as received_at, a.repeats, a.grid, a.lon, a.lat,
       a.detail, a.rev + a.acts as rev, coalesce(g.place_id, '') as grid_id, coalesce(o.place_id, '') as sent_grid_id,
       mg.us(a.seen_at) as seen_at, coalesce(w.post_zh, '') as seen_by, mg.us(a.resolved_at) as resolved_at, a.verdict
from mg.alert a left join mg.place g on g.code = a.grid left join mg.place o on o.code = coalesce(a.sent_grid, a.grid)
left join mg.account_shown w on w.account_id = a.seen_by
where a.active order by a.rev, a.raised_at;

-- name: seen_emergencies
-- When people acknowledged those that still hold.
select alert_id, mg.us(seen_at) from mg.alert where active and severity = 4 and seen_at is not null;

-- name: mark_published
-- A change that came after the one sent keeps its turn.
update mg.alert set published_rev = greatest(published_rev, %(rev)s), sent_grid = %(grid)s where alert_id = any(%(ids)s);

-- name: save_status
insert into mg.process_status (process, at, figures) values (%s, mg.at(%s), %s)
on conflict (process) do update set at = excluded.at, figures = excluded.figures;
