-- name: units
select unit_id, level, parent, name_zh, name_en, path, coalesce(port_id, '') as port_id, sample, mine
from api.unit order by path;

-- name: bodies
select body_id, kind, unit_id, name_zh, name_en, hotline, competences, sample from api.body order by unit_id, body_id;

-- name: body_for
-- The nearest one, up the tree from the unit.
select b.body_id from api.body b join api.unit u on u.unit_id = %(unit)s
where %(competence)s = any (b.competences) and b.unit_id = any (u.path)
order by array_position(u.path, b.unit_id) desc, b.body_id limit 1;

-- name: posts
select p.post_id, p.grid_id, p.post, p.since, p.until, p.person_id, p.name, p.work_phone, p.phone, p.body_id,
       b.name_zh as body_name, b.name_en as body_name_en, p.party_form, p.unit_id, coalesce(p.sample, false) as sample
from api.grid_post p left join api.body b using (body_id)
where (%(grid)s::text is null or p.grid_id = %(grid)s) and (%(person)s::bigint is null or p.person_id = %(person)s)
  and (%(on)s::date is null or daterange(p.since, p.until) @> %(on)s::date)
order by p.grid_id, array_position(array['leader', 'full_time', 'part_time', 'advisor', 'party_secretary', 'department',
                                         'coast_guard', 'association', 'village_worker'], p.post), p.since, p.post_id;

-- name: terms
-- Those that say what a grid lacks on a day, and until the last day on which a term that ends is told.
select p.post_id, p.grid_id, p.post, p.since, p.until, p.person_id, p.body_id, coalesce(p.name, b.name_zh) as name
from api.grid_post p left join api.body b using (body_id)
where (p.until is null or p.until > %(on)s) and p.since <= %(last)s order by p.post_id;

-- name: contacts
select grid_id, post, name, work_phone, sample from api.grid_contact
where %(grid)s::text is null or grid_id = %(grid)s
order by grid_id, array_position(array['leader', 'full_time', 'part_time', 'advisor'], post), name;

-- name: kinds_of_grids
-- Grids in force at a moment that are led from the jurisdiction of who asks.
select g.grid_id, g.kind from api.grid g join api.grid_lead l using (grid_id) join api.unit u using (unit_id)
where u.mine and (%(unit)s::text is null or %(unit)s = any (u.path))
  and coalesce(g.valid_from, '-infinity') <= %(at)s and coalesce(g.valid_to, 'infinity') > %(at)s
order by g.grid_id;

-- name: teams
-- Those that serve the unit, or a unit within it, and whose own or members' skills and craft are those asked for.
select t.team_id, t.name_zh, t.skills, t.craft, t.contact, t.phone, t.unit_ids, t.paid, t.terms, t.lon, t.lat,
       t.members, t.sample, t.member_skills, t.member_craft
from api.team t
where (%(team)s::text is null or t.team_id = %(team)s)
  and (%(skill)s::text is null or %(skill)s = any (t.skills) or %(skill)s = any (t.member_skills))
  and (%(part)s::text is null
       or strpos(lower(concat_ws(' ', t.name_zh, t.craft, t.member_craft, t.terms)), lower(%(part)s)) > 0)
  and (%(unit)s::text is null or exists (
    select from api.unit asked join api.unit served on served.unit_id = any (t.unit_ids)
    where asked.unit_id = %(unit)s
      and (served.unit_id = any (asked.path) or asked.unit_id = any (served.path))))
order by t.team_id;

-- name: team_members
-- With the number of their post or record where who asks may see that too.
select m.person_id, m.name, m.since, m.until, m.skills, m.craft, w.person_id is not null as mine
from api.team_member m left join api.person w using (person_id)
where m.team_id = %s order by m.until is not null, m.since, m.person_id;

-- name: memberships
select m.team_id, t.name_zh, m.since, m.until, m.skills, m.craft
from api.team_member m join api.team t using (team_id)
where m.person_id = %s order by m.until is not null, m.since, m.team_id;

-- name: people
-- Those of the unit and all below: kept there, or with a post there, present or past.
select w.person_id, w.staff_no, w.name, w.phone, w.id_number, w.address, w.sample, w.unit_id from api.person w
where (%(person)s::bigint is null or w.person_id = %(person)s)
  and (%(part)s::text is null or lower(w.staff_no) = lower(%(part)s) or strpos(w.name, %(part)s) > 0)
  and (%(unit)s::text is null or exists (
    select from api.unit u where %(unit)s = any (u.path)
      and (u.unit_id = w.unit_id
           or exists (select from api.grid_post p where p.person_id = w.person_id and p.unit_id = u.unit_id))))
order by w.person_id limit %(limit)s;

-- name: led_grids
-- Grids that units of who asks lead.
select l.grid_id from api.grid_lead l join api.unit u using (unit_id) where u.mine order by l.grid_id;

-- name: badges
select number, person_id, grid_id, post, name_shown, issued, expires, revoked, revoked_reason from api.badge
where %(person)s::bigint is null or person_id = %(person)s order by issued desc, number;

-- name: training
select person_id, staff_no, name, course, held_on, hours, result, certificate_until from api.training
where %(person)s::bigint is null or person_id = %(person)s order by held_on desc, person_id, course;

-- name: check_badge
-- With the names of its grid, in its newest version.
select b.name_shown, b.post, b.grid_id, b.standing, coalesce(g.name_zh, '') as grid_zh, coalesce(g.name_en, '') as grid_en
from api.check_badge(%(number)s, %(day)s) b left join lateral (
  select name_zh, name_en from api.grid where grid_id = b.grid_id order by version desc limit 1) g on true;

-- name: read_person
select person_id, staff_no, name, phone, id_number, address, note from api.read_person(%(person)s, %(purpose)s);
