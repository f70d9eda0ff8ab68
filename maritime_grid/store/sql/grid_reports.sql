-- name: waiting
-- Oldest first; with the names of the vessels that a report lists.
select r.grid_id, r.t, r.kind, r.received_at, r.source, r.body, r.digest::text as digest,
       exists (select from mg.place p where p.place_id = r.grid_id and p.layer = 'grid') as known_grid
from mg.grid_report r where r.taken_at is null order by r.received_at, r.grid_id, r.t, r.kind, r.digest limit %s;

-- name: names
select mmsi, name from api.vessel where mmsi = any (%s::integer[]) and name <> '';

-- name: take
update mg.grid_report set taken_at = %(at)s, case_id = %(case_id)s
where grid_id = %(grid_id)s and t = %(t)s and kind = %(kind)s and digest = %(digest)s::uuid and taken_at is null;

-- name: refuse
with stored as (
  insert into mg.quarantine (received_at, source, seq, reason, raw)
  values (%(received_at)s, %(source)s, 0, %(reason)s, left(%(raw)s, 1024)) on conflict do nothing
  returning source, reason
)
insert into mg.refusal_count as c (source, reason, n) select source, reason, 1 from stored
on conflict (source, reason) do update set n = c.n + excluded.n;
