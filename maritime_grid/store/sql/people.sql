-- name: lead_unit
select unit_id from mg.grid_lead where grid_id = %s;

-- name: units_of_person
-- Units that answer for a person: they lead a grid in which he or she is or was in office, or keep the record. Whom
-- nobody answers for is the city's.
with own as (
  select g.unit_id from mg.post p join mg.grid_lead g using (grid_id) where p.person_id = %(person)s
  union select w.unit_id from mg.person w where w.person_id = %(person)s and w.unit_id is not null)
select unit_id from own
union all select unit_id from mg.unit where level = 'city' and not exists (select from own);

-- name: home_unit
-- The unit that an account works for.
select unit_id from mg.account where account_id = %s;

-- name: person_exists
select name_zh from mg.person where person_id = %s;

-- name: add_person
insert into mg.person (staff_no, name_zh, phone, id_number, address, note, sample, unit_id)
values (%(staff_no)s, %(name_zh)s, %(phone)s, %(id_number)s, %(address)s, %(note)s, %(sample)s, %(unit_id)s)
returning person_id;

-- name: hold_person
select name_zh, phone, id_number, address, note, unit_id from mg.person where person_id = %s for update;

-- name: change_person
update mg.person set name_zh = %(name_zh)s, phone = %(phone)s, id_number = %(id_number)s, address = %(address)s,
  note = %(note)s, unit_id = %(unit_id)s
where person_id = %(person)s;

-- name: number_person
update mg.person set staff_no = 'P' || person_id where person_id = %s and staff_no is null;

-- name: add_post
insert into mg.post (grid_id, post, person_id, body_id, party_form, work_phone, since, until, reason)
values (%(grid_id)s, %(post)s, %(person_id)s, %(body_id)s, %(party_form)s, %(work_phone)s, %(since)s, %(until)s,
        %(reason)s)
returning post_id;

-- name: hold_post
select p.post_id, p.since, p.until, g.unit_id from mg.post p join mg.grid_lead g using (grid_id)
where p.post_id = %s for update of p;

-- name: end_post
update mg.post set until = %(until)s, reason = %(reason)s where post_id = %(post_id)s;

-- name: phone_post
update mg.post set work_phone = %(work_phone)s where post_id = %(post_id)s;

-- name: leaders_from
-- Terms of leaders that reach into a day or begin later.
select post_id, since, until from mg.post
where grid_id = %(grid_id)s and post = 'leader' and (until is null or until > %(since)s) and until is distinct from since
order by since for update;

-- name: add_badge
insert into mg.badge (number, person_id, grid_id, post, name_shown, issued, expires)
values (%(number)s, %(person_id)s, %(grid_id)s, %(post)s, %(name_shown)s, %(issued)s, %(expires)s);

-- name: holds_post
select true from mg.post
where person_id = %(person_id)s and grid_id = %(grid_id)s and post = %(post)s
  and daterange(since, until) @> %(issued)s::date;

-- name: revoke_badge
update mg.badge b set revoked = %(day)s, revoked_reason = %(reason)s
from mg.grid_lead g where g.grid_id = b.grid_id and b.number = %(number)s and b.revoked is null
returning g.unit_id;

-- name: hold_team
select unit_ids from mg.team where team_id = %s for update;

-- name: change_member
update mg.team_member set skills = %(skills)s, craft = %(craft)s
where team_id = %(team_id)s and person_id = %(person_id)s and until is null returning person_id;

-- name: add_member
-- Who left and comes back on one day was there all the time.
insert into mg.team_member (team_id, person_id, since, skills, craft)
values (%(team_id)s, %(person_id)s, %(day)s, %(skills)s, %(craft)s)
on conflict (team_id, person_id, since) do update set until = null, skills = excluded.skills, craft = excluded.craft;

-- name: end_member
update mg.team_member set until = greatest(%(day)s, since)
where team_id = %(team_id)s and person_id = %(person_id)s and until is null returning person_id;

-- name: no_units
select not exists (select from mg.unit) as empty;

-- name: no_people
select not exists (select from mg.person) as empty;

-- name: no_bodies
select not exists (select from mg.body) as empty;

-- name: no_grid_leads
select not exists (select from mg.grid_lead) as empty;

-- name: no_items
select not exists (select from mg.item) as empty;
