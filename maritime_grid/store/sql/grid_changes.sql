-- name: add
insert into mg.grid_change (state, unit_id, features, ended, valid_from, reason, impact, proposed_by, proposed_at)
values ('proposed', %(unit_id)s, %(features)s, %(ended)s, %(valid_from)s, %(reason)s, %(impact)s, %(by)s, %(at)s)
returning change_id;

-- name: log
insert into mg.grid_change_log (change_id, n, at, who, what, note)
select %(change_id)s, coalesce(max(n), 0) + 1, %(at)s, %(who)s, %(what)s, %(note)s
from mg.grid_change_log where change_id = %(change_id)s;

-- name: hold
select change_id, state, unit_id, features, ended, valid_from, reason, proposed_by
from mg.grid_change where change_id = %s for update;

-- name: set_state
update mg.grid_change set state = %(state)s where change_id = %(change_id)s;

-- name: lead
-- A grid that nobody leads yet is led by the unit that proposed it: else its cases would go to the city.
insert into mg.grid_lead (grid_id, unit_id)
select g, a.unit_id from unnest(%(grids)s::text[]) as given(g) join mg.account a on a.account_id = %(by)s
where a.unit_id is not null on conflict do nothing;

-- name: end_posts
-- Nobody holds office in a grid that is no more: terms end with its last day; those to come are void.
with ended as (
  update mg.post p set until = greatest(p.since, %(until)s::date), reason = %(reason)s
  where p.grid_id = any (%(grids)s::text[]) and (p.until is null or p.until > %(until)s::date)
    and p.until is distinct from p.since
  returning p.post_id)
insert into mg.people_log (at, by, act, subject, fields)
select %(at)s, %(by)s, 'post.end', 'post:' || post_id, array['until', 'reason'] from ended;

-- name: counties
-- The county of each grid, by the unit that leads it.
select l.grid_id, u.path[2] as county from mg.grid_lead l join mg.unit u on u.unit_id = l.unit_id;

-- name: counties_of
select distinct u.path[2] as county from mg.unit u where u.unit_id = any (%s::text[]) and u.level <> 'city';

-- name: city
select unit_id from mg.unit where level = 'city' order by unit_id limit 1;

-- name: vessels
select mmsi, lon, lat from mg.vessel_state where isfinite(t) and lon <> 'NaN';

-- name: open_cases
select case_id, lon, lat from mg.case_file where lon is not null and state not in ('closed', 'withdrawn');

-- name: ports
select port_id, lon, lat from mg.port;

-- name: all
select c.change_id, c.state, c.unit_id, n.name_zh as unit_name, c.features, c.ended, c.valid_from, c.reason, c.impact,
       c.proposed_by, c.proposed_at,
       array(select row_to_json(l) from api.grid_change_log l where l.change_id = c.change_id order by l.n) as log
from api.grid_change c left join api.name n on n.what = 'unit' and n.id = c.unit_id
where %(only)s::bigint is null or c.change_id = %(only)s order by c.change_id desc;
