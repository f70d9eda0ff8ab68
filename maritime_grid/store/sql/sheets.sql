-- name: lock_people
-- Against others who change the same tables; who reads is not held up.
lock table mg.unit, mg.person in share row exclusive mode;

-- name: known
-- What lines of sheets may name.
select (select jsonb_object_agg(unit_id, level) from mg.unit) as units,
       (select jsonb_object_agg(body_id, kind) from mg.body) as bodies,
       (select jsonb_object_agg(grid_id, unit_id) from mg.grid_lead) as grids,
       (select jsonb_agg(staff_no) from mg.person where staff_no is not null) as staff;

-- name: number_people
-- Whom a command made without a number gets one, so that a sheet can name them; a reader sees the number that comes.
update mg.person set staff_no = 'P' || person_id where staff_no is null;

-- name: rows_units
select unit_id, level, parent, name_zh, name_en, port_id, sample from mg.unit order by cardinality(path), unit_id;

-- name: rows_bodies
select body_id, kind, unit_id, name_zh, name_en, hotline, competences, sample from mg.body order by unit_id, body_id;

-- name: rows_grid_leads
select grid_id, unit_id from mg.grid_lead order by grid_id;

-- name: rows_people
select coalesce(w.staff_no, 'P' || w.person_id) as staff_no, coalesce(w.name_zh, '') as name_zh, coalesce(w.phone, '') as phone,
       coalesce(w.id_number, '') as id_number, coalesce(w.address, '') as address, coalesce(w.note, '') as note,
       coalesce(w.sample, false) as sample, w.unit_id, p.grid_id, p.post, p.body_id, p.party_form,
       coalesce(p.work_phone, '') as work_phone, p.since, p.until, coalesce(p.reason, '') as reason
from mg.person w full join mg.post p on p.person_id = w.person_id
order by p.grid_id nulls last, p.post, p.since, w.staff_no, p.body_id;

-- name: rows_teams
select t.team_id, t.name_zh, t.skills, t.craft, coalesce(c.staff_no, 'P' || c.person_id) as contact, t.phone, t.unit_ids, t.paid, t.terms, t.lon, t.lat,
       array(select coalesce(w.staff_no, 'P' || w.person_id) from mg.team_member m join mg.person w using (person_id)
             where m.team_id = t.team_id and m.until is null
             order by coalesce(w.staff_no, 'P' || w.person_id) collate "C") as members, t.sample
from mg.team t left join mg.person c on c.person_id = t.contact_id order by t.team_id;

-- name: rows_badges
select b.number, coalesce(w.staff_no, 'P' || w.person_id) as staff_no, b.grid_id, b.post, b.name_shown, b.issued, b.expires, b.revoked, b.revoked_reason
from mg.badge b join mg.person w using (person_id) order by b.issued, b.number;

-- name: rows_training
select coalesce(w.staff_no, 'P' || w.person_id) as staff_no, r.course, r.held_on, r.hours, r.result, r.certificate_until
from mg.training r join mg.person w using (person_id) order by r.held_on, w.staff_no, r.course;

-- name: rows_items
select i.item_id, i.class::text as class, v.title, v.text, v.basis, v.dropped, v.sample
from mg.item i join lateral (
  select * from mg.item_version v where v.item_id = i.item_id and v.state <> 'rejected' order by version desc limit 1
) v on true order by i.class, i.item_id;

-- name: save_units
insert into mg.unit (unit_id, level, parent, name_zh, name_en, port_id, sample, path)
values (%(unit_id)s, %(level)s, %(parent)s, %(name_zh)s, %(name_en)s, %(port_id)s, %(sample)s,
        coalesce((select path from mg.unit where unit_id = %(parent)s), '{}') || %(unit_id)s::text)
on conflict (unit_id) do update set name_zh = excluded.name_zh, name_en = excluded.name_en,
  port_id = excluded.port_id, sample = excluded.sample;

-- name: save_bodies
insert into mg.body (body_id, kind, unit_id, name_zh, name_en, hotline, competences, sample)
values (%(body_id)s, %(kind)s, %(unit_id)s, %(name_zh)s, %(name_en)s, %(hotline)s, %(competences)s, %(sample)s)
on conflict (body_id) do update set unit_id = excluded.unit_id, name_zh = excluded.name_zh, name_en = excluded.name_en,
  hotline = excluded.hotline, competences = excluded.competences, sample = excluded.sample;

-- name: save_grid_leads
insert into mg.grid_lead (grid_id, unit_id) values (%(grid_id)s, %(unit_id)s)
on conflict (grid_id) do update set unit_id = excluded.unit_id;

-- name: save_person
insert into mg.person (staff_no, name_zh, phone, id_number, address, note, sample, unit_id)
values (%(staff_no)s, %(name_zh)s, %(phone)s, %(id_number)s, %(address)s, %(note)s, %(sample)s, %(unit_id)s)
on conflict (staff_no) do update set name_zh = excluded.name_zh, phone = excluded.phone, address = excluded.address,
  id_number = excluded.id_number, note = excluded.note, sample = excluded.sample,
  unit_id = excluded.unit_id;

-- name: add_term
insert into mg.post (grid_id, post, person_id, body_id, party_form, work_phone, since, until, reason)
values (%(grid_id)s, %(post)s, (select person_id from mg.person where staff_no = %(staff_no)s), %(body_id)s,
        %(party_form)s, %(work_phone)s, %(since)s, %(until)s, %(reason)s);

-- name: change_term
update mg.post set party_form = %(party_form)s, work_phone = %(work_phone)s, until = %(until)s, reason = %(reason)s
where grid_id = %(grid_id)s and post = %(post)s and since = %(since)s and body_id is not distinct from %(body_id)s
  and person_id is not distinct from (select person_id from mg.person where staff_no = %(staff_no)s);

-- name: save_teams
insert into mg.team (team_id, name_zh, skills, craft, contact_id, phone, unit_ids, paid, terms, lon, lat, sample)
values (%(team_id)s, %(name_zh)s, %(skills)s, %(craft)s,
        (select person_id from mg.person where staff_no = %(contact)s), %(phone)s, %(unit_ids)s, %(paid)s, %(terms)s,
        %(lon)s, %(lat)s, %(sample)s)
on conflict (team_id) do update set name_zh = excluded.name_zh, skills = excluded.skills, craft = excluded.craft,
  contact_id = excluded.contact_id, phone = excluded.phone, unit_ids = excluded.unit_ids, paid = excluded.paid,
  terms = excluded.terms, lon = excluded.lon, lat = excluded.lat, sample = excluded.sample;

-- name: end_members
-- Whoever is not named any more.
update mg.team_member m set until = greatest(%(day)s, m.since) from mg.person w
where m.person_id = w.person_id and m.team_id = %(team_id)s and m.until is null and w.staff_no <> all (%(members)s::text[]);

-- name: add_members
-- A member who left and comes back on one day was there all the time.
insert into mg.team_member (team_id, person_id, since)
select %(team_id)s, w.person_id, %(day)s from mg.person w
where w.staff_no = any (%(members)s::text[]) and not exists (
  select from mg.team_member m where m.team_id = %(team_id)s and m.person_id = w.person_id and m.until is null)
on conflict (team_id, person_id, since) do update set until = null;

-- name: save_badges
insert into mg.badge (number, person_id, grid_id, post, name_shown, issued, expires, revoked, revoked_reason)
values (%(number)s, (select person_id from mg.person where staff_no = %(staff_no)s), %(grid_id)s, %(post)s,
        %(name_shown)s, %(issued)s, %(expires)s, %(revoked)s, %(revoked_reason)s)
on conflict (number) do update set name_shown = excluded.name_shown, issued = excluded.issued,
  expires = excluded.expires, revoked = excluded.revoked, revoked_reason = excluded.revoked_reason;

-- name: save_training
insert into mg.training (person_id, course, held_on, hours, result, certificate_until)
values ((select person_id from mg.person where staff_no = %(staff_no)s), %(course)s, %(held_on)s, %(hours)s, %(result)s,
        %(certificate_until)s)
on conflict (person_id, course, held_on) do update set hours = excluded.hours, result = excluded.result,
  certificate_until = excluded.certificate_until;

-- name: units_of_staff
-- Who answers for each person: where he or she holds, or held, posts, and who keeps the record.
select coalesce(w.staff_no, 'P' || w.person_id) as staff_no, array_agg(distinct u.unit_id) as units
from mg.person w cross join lateral (
  select g.unit_id from mg.post p join mg.grid_lead g using (grid_id) where p.person_id = w.person_id
  union select w.unit_id where w.unit_id is not null) u
group by w.person_id;

-- name: home_unit
-- The unit that an account works for.
select unit_id from mg.account where account_id = %s;

-- name: log_change
insert into mg.people_log (at, by, act, subject, fields) values (%(at)s, %(by)s, %(act)s, %(subject)s, %(fields)s);

-- name: log_export
insert into mg.access_log (at, account_id, act, subject, fields, purpose, lines)
values (%(at)s, %(by)s, 'export', %(subject)s, %(fields)s, %(purpose)s, %(lines)s);

-- name: log_preview
insert into mg.access_log (at, account_id, act, subject, fields)
values (%(at)s, %(by)s, 'preview', %(subject)s, %(fields)s);

-- name: beyond_units
-- As the role of an account: what of these is not its own.
select x.id from unnest(%s::text[]) as x(id)
where not exists (select from api.unit u where u.unit_id = x.id and u.mine);

-- name: beyond_grids
select x.id from unnest(%s::text[]) as x(id)
where not exists (select from api.grid_lead l join api.unit u using (unit_id) where l.grid_id = x.id and u.mine);

-- name: beyond_staff
select x.id from unnest(%s::text[]) as x(id)
where not exists (select from api.person p where p.staff_no = x.id);

-- name: shown
-- Values by the level of an account; those of no class of personal data as they are.
select case when '' in (x.field, x.value) then x.value else mg.shown(coalesce(f.level, 'none'), x.field, x.value) end as value
from unnest(%(fields)s::text[], %(values)s::text[]) with ordinality as x(field, value, n)
left join mg.role_field f
  on f.field = x.field and f.role = (select role from mg.account where account_id = %(by)s)
order by x.n;
