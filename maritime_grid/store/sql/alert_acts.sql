-- name: hold_alert
-- The alert, where it is this account's; locked against other acts and the engine, not against cases that refer to it.
select a.alert_id, a.rule, a.severity, a.mmsi, coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, ''), '') as vessel_name,
       coalesce(g.place_id, '') as grid_id, coalesce(g.name_zh, '') as grid_name, a.lon, a.lat, a.raised_at, a.detail,
       a.seen_at, a.seen_by, a.resolved_at, a.resolved_by, a.verdict, a.resolution
from mg.alert a left join mg.place g on g.code = a.grid
left join mg.roster r on r.mmsi = a.mmsi left join mg.vessel_static s on s.mmsi = a.mmsi
where a.alert_id = %(alert)s and a.grid = any (mg.alert_grids(%(by)s)) for no key update of a;

-- name: shown
select name_shown, post_zh, post_en from mg.account_shown where account_id = %s;

-- name: acknowledge
update mg.alert set seen_at = %(at)s, seen_by = %(by)s where alert_id = %(alert)s and seen_at is null;

-- name: resolve
update mg.alert set resolved_at = %(at)s, resolved_by = %(by)s, verdict = %(verdict)s, resolution = %(reason)s
where alert_id = %(alert)s;

-- name: reopen
-- Nobody has seen it then: it is to be looked at anew, by all who see it.
update mg.alert set resolved_at = null, resolved_by = null, verdict = null, resolution = null, seen_at = null,
  seen_by = null
where alert_id = %(alert)s;

-- name: open_case_of
select c.case_id, c.version, u.name_zh as unit_zh, coalesce(nullif(u.name_en, ''), u.name_zh) as unit_en
from mg.case_alert x join mg.case_file c on c.case_id = x.case_id join mg.unit u on u.unit_id = c.unit_id
where x.alert_id = %s and c.state not in ('closed', 'withdrawn') order by c.opened_at, c.case_id limit 1;

-- name: linked
-- This case, or any that is open, is about the alert.
select 1 from mg.case_alert x join mg.case_file c on c.case_id = x.case_id
where x.alert_id = %(alert)s and (c.case_id = %(case_id)s or c.state not in ('closed', 'withdrawn')) limit 1;

-- name: link
insert into mg.case_alert (case_id, alert_id) values (%(case_id)s, %(alert)s);

-- name: note_act
with acted as (
  update mg.alert set acts = acts + 1 where alert_id = %(alert)s returning alert_id, severity, rev, acts
)
insert into mg.alert_log (alert_id, at, what, severity, rev, act, who, note)
select alert_id, %(at)s, %(what)s, severity, rev, acts, %(by)s, %(note)s from acted;

-- name: tell_act
select pg_notify('mg_alert', %s);

-- name: unopened
-- Alerts of some rules of which no case was ever opened and that nobody has closed, the gravest and oldest first.
select a.alert_id, a.rule, a.severity, a.raised_at from mg.alert a
where a.raised_at >= %(since)s and a.rule = any (%(rules)s::text[]) and a.resolved_at is null
  and not exists (select from mg.case_alert x where x.alert_id = a.alert_id)
order by a.severity desc, a.raised_at, a.alert_id limit %(most)s;

-- name: hold_unopened
-- As hold_alert, for a rule.
select a.alert_id, a.rule, a.severity, a.mmsi, coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, ''), '') as vessel_name,
       coalesce(g.place_id, '') as grid_id, coalesce(g.name_zh, '') as grid_name, a.lon, a.lat, a.raised_at, a.detail
from mg.alert a left join mg.place g on g.code = a.grid
left join mg.roster r on r.mmsi = a.mmsi left join mg.vessel_static s on s.mmsi = a.mmsi
where a.alert_id = %(alert)s and a.resolved_at is null for no key update of a;

-- name: case_of_alert
select 1 from mg.case_alert where alert_id = %s limit 1;
