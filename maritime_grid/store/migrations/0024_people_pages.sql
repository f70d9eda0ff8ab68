-- Somebody without a post belongs to somebody too: the unit that keeps the record. And members of teams have skills.
alter table mg.person add column unit_id text references mg.unit;
comment on column mg.person.unit_id is 'Unit that keeps the record, whether its person holds a post or not; NULL: none but where the posts are.';
create index person_unit on mg.person (unit_id);

alter table mg.team_member
  add column skills text[] not null default '{}',
  add column craft text not null default '';
comment on column mg.team_member.skills is 'What the member can do, keys of people.skills in the settings; empty: as the team.';
comment on column mg.team_member.craft is 'Boat or gear that the member brings, or empty.';

create or replace function mg.my_people() returns bigint[]
language sql stable security definer set search_path = mg, pg_temp
return (select coalesce(array_agg(distinct mine.person_id), '{}') from (
          select p.person_id
          from mg.post p join mg.grid_lead g using (grid_id)
          where p.person_id is not null
            and ((select mg.may('people.read'))
                 and (g.unit_id = any ((select mg.my_units())::text[]) or p.body_id = (select mg.my_body()))
                 or p.person_id = (select mg.my_person()))
          union all
          select w.person_id from mg.person w
          where (select mg.may('people.read'))
            and case when w.unit_id is not null then w.unit_id = any ((select mg.my_units())::text[])
                     else exists (select from mg.unit u
                                  where u.level = 'city' and u.unit_id = any ((select mg.my_units())::text[]))
                          and not exists (select from mg.post p where p.person_id = w.person_id) end) as mine);
comment on function mg.my_people() is 'People whom the account that asks may see: with a post in its units or from its body, kept by its units, and itself; the city those whom nobody keeps.';

create or replace view api.person with (security_barrier) as
select w.person_id, w.staff_no,
       mg.shown((select mg.level('name')), 'name', w.name_zh) as name,
       mg.shown((select mg.level('phone')), 'phone', nullif(w.phone, '')) as phone,
       mg.shown((select mg.level('id_number')), 'id_number', nullif(w.id_number, '')) as id_number,
       mg.shown((select mg.level('address')), 'address', nullif(w.address, '')) as address, w.sample, w.unit_id
from mg.person w
where (select mg.sees_all()) or w.person_id in (select unnest(mg.my_people()));
comment on view api.person is 'People with posts in the units of who asks, or kept by them; personal data by level.';
comment on column api.person.unit_id is 'Unit that keeps the record; NULL none.';

create or replace view api.team with (security_barrier) as
select t.team_id, t.name_zh, t.skills, nullif(t.craft, '') as craft,
       mg.shown((select mg.level('name')), 'name', w.name_zh) as contact,
       nullif(t.phone, '') as phone, t.unit_ids, t.paid, nullif(t.terms, '') as terms, t.lon, t.lat, t.sample,
       (select count(*) from mg.team_member m
        where m.team_id = t.team_id and daterange(m.since, m.until) @> (now() at time zone 'Asia/Shanghai')::date) as members,
       array(select distinct s.skill from mg.team_member m cross join unnest(m.skills) as s(skill)
             where m.team_id = t.team_id and daterange(m.since, m.until) @> (now() at time zone 'Asia/Shanghai')::date
             order by 1) as member_skills,
       (select string_agg(m.craft, '、' order by m.since, m.person_id) from mg.team_member m
        where m.team_id = t.team_id and m.craft <> ''
          and daterange(m.since, m.until) @> (now() at time zone 'Asia/Shanghai')::date) as member_craft
from mg.team t left join mg.person w on w.person_id = t.contact_id
where (select mg.sees_all()) or (select mg.may('people.read'));
comment on column api.team.member_skills is 'What its members of today can do, each once.';
comment on column api.team.member_craft is 'Boats and gear of its members of today; NULL none.';

create or replace view api.team_member with (security_barrier) as
select m.team_id, m.person_id, mg.shown((select mg.level('name')), 'name', w.name_zh) as name, m.since, m.until,
       m.skills, nullif(m.craft, '') as craft
from mg.team_member m join mg.person w using (person_id) join mg.team t using (team_id)
where (select mg.sees_all())
   or (select mg.may('people.read'))
      and exists (select from mg.unit u where u.unit_id = any ((select mg.my_units())::text[]) and u.path && t.unit_ids);
comment on column api.team_member.skills is 'What the member can do; empty: as the team.';
comment on column api.team_member.craft is 'Boat or gear that the member brings; NULL none.';
