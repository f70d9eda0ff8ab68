-- name: list
-- As the account that asks: the view decides what comes back.
select c.case_id, c.kind, c.subkind, c.title, c.state, c.grid_id, p.name_zh as grid_name, p.name_en as grid_en,
       c.unit_id, u.name_zh as unit_name, c.holder, b.name_zh as holder_name, b.name_en as holder_en, c.severity, c.major,
       c.opened_at, c.step_since, c.warn_at, c.due_at, c.paused,
       c.escalated, c.escalated_through, c.changed_at, c.version, c.priority, z.latest_at as paused_until,
       z.cause as pause_cause, z.name_zh as paused_by,
       array(select coalesce(nullif(y.ship_name, ''), lpad(y.mmsi::text, 9, '0')) from api.case_vessel y
             where y.case_id = c.case_id order by y.n, y.k) as vessels
from api."case" c
left join api.name p on p.what = 'grid' and p.id = c.grid_id
left join api.name u on u.what = 'unit' and u.id = c.unit_id
left join api.name b on b.what = 'body' and b.id = c.holder
left join lateral (
  select p.latest_at, p.cause, n.name_zh from api.case_pause p
  left join api.name n on (n.what, n.id) = (case when p.body_id is null then 'unit' else 'body' end, coalesce(p.body_id, p.unit_id))
  where p.case_id = c.case_id and p.ended_at is null and c.paused) z on true
where c.case_id = any (array(  -- an array, not a join: only so the view looks up these and no others
  select api.case_page(%(states)s::text[], %(kinds)s::text[], %(grid)s::text, %(holder)s::text,
                       case when %(overdue)s then %(at)s::timestamptz end, %(only)s::text[], %(most)s, %(skip)s)))
order by c.priority, c.due_at nulls last, c.opened_at desc, c.case_id;

-- name: search
select api.search_cases(%(keys)s::text[], %(open)s::boolean, %(kinds)s::text[], %(grid)s::text, %(most)s::integer);

-- name: counts
select c.state, count(*) as n, count(*) filter (where c.due_at <= %(at)s) as overdue,
       count(*) filter (where c.warn_at <= %(at)s and c.due_at > %(at)s) as warned
from api."case" c where c.state not in ('closed', 'withdrawn') group by c.state;

-- name: more
select c.description, c.place, c.lon, c.lat, c.happened_at, c.channel, c.amount, c.joint, c.asked_s, c.extended_s,
       c.extensions, c.reopened, c.rating, c.reporter, c.closed_at, c.facts
from api."case" c where c.case_id = %s;

-- name: parties
select n, side, mmsi, ship_name, gear, set_first, claim, statement, person_name, phone, id_number
from api.case_party where case_id = %s order by n;

-- name: vessels
select n, mmsi, coalesce(ship_name, '') as ship_name from api.case_vessel where case_id = %s order by n, k;

-- name: log
select seq, at, who, what, detail, hash from api.case_log where case_id = %s order by seq;

-- name: chain
select n, case_id, seq, at, who, what, said, decode(prev, 'hex') as prev, decode(hash, 'hex') as hash
from api.case_log where case_id = %s order by seq;

-- name: pauses
select seq, step_seq, since, latest_at, ended_at, cause, account_id, unit_id, body_id
from api.case_pause where case_id = %s order by seq;

-- name: attachments
select seq, name, sha256, media_type, size from api.case_attachment where case_id = %s order by seq;

-- name: hops
select h.hop_id, h.to_unit, h.to_body, coalesce(n.name_zh, h.to_unit, h.to_body) as name, h.after, h.sent_at, h.due_at,
       h.received_at, h.received_by
from api.case_hop h
left join api.name n on (n.what, n.id) = (case when h.to_unit is null then 'body' else 'unit' end, coalesce(h.to_unit, h.to_body))
where h.case_id = %s order by h.sent_at, h.hop_id;

-- name: alerts
select alert_id from api.case_alert where case_id = %s order by alert_id;

-- name: attachment
select name, media_type, content from api.attachment(%s, %s);

-- name: bodies
select id, name_zh, name_en from api.name where what = 'body' order by id;

-- name: track
select t, mmsi, lon, lat, sog, cog from api.case_track(%s, %s, %s);
