-- What others read of units, people, teams, badges, training and work items; personal data by the level of who asks.
create trigger people_log_kept before update or delete or truncate on mg.people_log
for each statement execute function mg.refuse_change();
create trigger item_step_kept before update or delete or truncate on mg.item_step
for each statement execute function mg.refuse_change();

create function mg.shown(level text, field text, value text) returns text
language sql immutable parallel safe
return case level
  when 'full' then value
  when 'masked' then case field when 'name' then mg.mask_name(value) when 'phone' then mg.mask_phone(value)
                                when 'id_number' then mg.mask_id(value) when 'address' then mg.mask_address(value) end
end;
comment on function mg.shown(text, text, text) is 'A piece of personal data at a level of mg.level: full, masked, or NULL.';

-- As definer: the views' own rights do not reach into a function.
create function mg.my_people() returns bigint[]
language sql stable security definer set search_path = mg, pg_temp
return (select coalesce(array_agg(distinct p.person_id), '{}')
        from mg.post p join mg.grid_lead g using (grid_id)
        where p.person_id is not null
          and ((select mg.may('people.read'))
               and (g.unit_id = any ((select mg.my_units())::text[]) or p.body_id = (select mg.my_body()))
               or p.person_id = (select mg.my_person())));
comment on function mg.my_people() is 'People whom the account that asks may see: with a post in its units or from its body, and itself.';

create view api.unit as
select u.unit_id, u.level, u.parent, u.name_zh, u.name_en, u.path, nullif(u.port_id, '') as port_id, u.sample,
       (select mg.sees_all()) or u.unit_id = any ((select mg.my_units())::text[]) as mine
from mg.unit u;
comment on view api.unit is 'Jurisdictions 辖区, from the city down to the villages.';
comment on column api.unit.port_id is 'Port that a village leans on; NULL none.';
comment on column api.unit.mine is 'Whether it belongs to the jurisdiction of who asks.';

create view api.body as
select body_id, kind, unit_id, name_zh, name_en, hotline, sample, competences from mg.body;
comment on view api.body is 'Bodies that take part: departments, coast guard, fishery associations.';

create view api.grid_lead as select grid_id, unit_id from mg.grid_lead;
comment on view api.grid_lead is 'The unit that leads each grid.';

create view api.grid_post with (security_barrier) as
select p.post_id, p.grid_id, p.post, p.since, p.until, p.person_id, w.staff_no,
       case when p.post in ('leader', 'full_time', 'part_time', 'advisor') then w.name_zh
            else mg.shown((select mg.level('name')), 'name', w.name_zh) end as name,
       nullif(p.work_phone, '') as work_phone,
       mg.shown((select mg.level('phone')), 'phone', nullif(w.phone, '')) as phone,
       p.body_id, p.party_form, g.unit_id, coalesce(w.sample, b.sample) as sample
from mg.post p join mg.grid_lead g using (grid_id)
left join mg.person w on w.person_id = p.person_id left join mg.body b on b.body_id = p.body_id
where (select mg.sees_all())
   or (select mg.may('people.read'))
      and (g.unit_id = any ((select mg.my_units())::text[]) or p.body_id = (select mg.my_body()))
   or p.person_id = (select mg.my_person());
comment on view api.grid_post is 'Posts of grids with their terms of office, past ones too, of the units of who asks.';
comment on column api.grid_post.staff_no is 'Number of the person in spreadsheets; NULL none.';
comment on column api.grid_post.name is 'Name: public of grid workers and advisors (Art. 21), of others masked or NULL by level.';
comment on column api.grid_post.work_phone is 'Telephone of the post, public; NULL none.';
comment on column api.grid_post.phone is 'The person''s own telephone; masked or NULL by level.';
comment on column api.grid_post.unit_id is 'The unit that leads the grid.';
comment on column api.grid_post.sample is 'True for somebody made up.';

create view api.grid_contact as
select p.grid_id, p.post, w.name_zh as name, nullif(p.work_phone, '') as work_phone, w.sample
from mg.post p join mg.person w using (person_id)
where p.post in ('leader', 'full_time', 'part_time', 'advisor')
  and daterange(p.since, p.until) @> (now() at time zone 'Asia/Shanghai')::date;
comment on view api.grid_contact is 'Who is in office today and how to reach them: what Art. 21 makes public, and nothing else.';
comment on column api.grid_contact.name is 'Name.';
comment on column api.grid_contact.work_phone is 'Telephone of the post; NULL none.';
comment on column api.grid_contact.sample is 'True for somebody made up.';

create view api.person with (security_barrier) as
select w.person_id, w.staff_no,
       mg.shown((select mg.level('name')), 'name', w.name_zh) as name,
       mg.shown((select mg.level('phone')), 'phone', nullif(w.phone, '')) as phone,
       mg.shown((select mg.level('id_number')), 'id_number', nullif(w.id_number, '')) as id_number,
       mg.shown((select mg.level('address')), 'address', nullif(w.address, '')) as address, w.sample
from mg.person w
where (select mg.sees_all()) or w.person_id in (select unnest(mg.my_people()));
comment on view api.person is 'People with posts in the units of who asks; personal data by level.';
comment on column api.person.name is 'Name; masked or NULL by level.';
comment on column api.person.phone is 'Telephone; masked or NULL by level.';
comment on column api.person.id_number is 'Identity card number; masked or NULL by level.';
comment on column api.person.address is 'Address; masked or NULL by level.';

create view api.team with (security_barrier) as
select t.team_id, t.name_zh, t.skills, nullif(t.craft, '') as craft,
       mg.shown((select mg.level('name')), 'name', w.name_zh) as contact,
       nullif(t.phone, '') as phone, t.unit_ids, t.paid, nullif(t.terms, '') as terms, t.lon, t.lat, t.sample,
       (select count(*) from mg.team_member m
        where m.team_id = t.team_id and daterange(m.since, m.until) @> (now() at time zone 'Asia/Shanghai')::date) as members
from mg.team t left join mg.person w on w.person_id = t.contact_id
where (select mg.sees_all()) or (select mg.may('people.read'));
comment on view api.team is 'Service teams of all units, for who may read of people: help comes from next door, too.';
comment on column api.team.contact is 'Whom to call; masked or NULL by level.';
comment on column api.team.phone is 'Telephone on which it is called; NULL none.';
comment on column api.team.members is 'How many members it has today.';

create view api.team_member with (security_barrier) as
select m.team_id, m.person_id, mg.shown((select mg.level('name')), 'name', w.name_zh) as name, m.since, m.until
from mg.team_member m join mg.person w using (person_id) join mg.team t using (team_id)
where (select mg.sees_all())
   or (select mg.may('people.read'))
      and exists (select from mg.unit u where u.unit_id = any ((select mg.my_units())::text[]) and u.path && t.unit_ids);
comment on view api.team_member is 'Members of service teams that serve the units of who asks.';
comment on column api.team_member.name is 'Name; masked or NULL by level.';

create view api.badge with (security_barrier) as
select b.number, b.person_id, b.grid_id, b.post, b.name_shown, b.issued, b.expires, b.revoked,
       nullif(b.revoked_reason, '') as revoked_reason
from mg.badge b
where (select mg.sees_all()) or b.person_id in (select unnest(mg.my_people()));
comment on view api.badge is 'Badges of people in the units of who asks.';
comment on column api.badge.revoked_reason is 'Why it was revoked; NULL: it was not.';

create view api.training with (security_barrier) as
select r.person_id, w.staff_no,
       mg.shown((select mg.level('name')), 'name', w.name_zh) as name, r.course, r.held_on, r.hours, r.result,
       r.certificate_until
from mg.training r join mg.person w using (person_id)
where (select mg.sees_all()) or r.person_id in (select unnest(mg.my_people()));
comment on view api.training is 'Training and exams of people in the units of who asks.';
comment on column api.training.staff_no is 'Number of the person in spreadsheets; NULL none.';
comment on column api.training.name is 'Name; masked or NULL by level.';

create view api.item as
select v.item_id, i.class, v.version, v.title, v.text, nullif(v.basis, '') as basis, v.dropped, v.in_force,
       lead(v.in_force) over (partition by v.item_id order by v.in_force, v.version) as superseded, i.sample
from mg.item_version v join mg.item i using (item_id) where v.state = 'published';
comment on view api.item is 'Published work items (Art. 24) in all versions that ever were, or will be, in force.';
comment on column api.item.superseded is 'First day on which a newer version holds; NULL: none yet.';

create view api.item_version with (security_barrier) as
select v.item_id, i.class, v.version, v.title, v.text, nullif(v.basis, '') as basis, v.dropped, v.state, v.in_force,
       i.sample
from mg.item_version v join mg.item i using (item_id)
where (select mg.sees_all()) or (select mg.may('items.edit')) or (select mg.may('items.approve'));
comment on view api.item_version is 'All versions of work items, not yet published ones too, for who works on them.';

create view api.item_step with (security_barrier) as
select s.item_id, s.version, s.state, s.at, s.by, nullif(s.remark, '') as remark
from mg.item_step s
where (select mg.sees_all()) or (select mg.may('items.edit')) or (select mg.may('items.approve'));
comment on view api.item_step is 'Who brought each version of a work item to each state, and when.';

-- The views say of a column what the table says of it, where they say nothing of their own.
do $$
declare
  c record;
begin
  for c in
    select t.oid::regclass as view, a.attname,
           (select col_description(b.attrelid, b.attnum) from pg_attribute b
            where b.attname = a.attname and b.attnum > 0
              and b.attrelid = any (case t.relname
                when 'grid_post' then array['mg.post'::regclass] when 'grid_contact' then array['mg.post'::regclass]
                when 'item' then array['mg.item'::regclass, 'mg.item_version'::regclass]
                when 'item_version' then array['mg.item'::regclass, 'mg.item_version'::regclass]
                else array[format('mg.%I', t.relname)::regclass] end) limit 1) as said
    from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
    where t.relnamespace = 'api'::regnamespace
      and t.relname in ('unit', 'body', 'grid_lead', 'grid_post', 'grid_contact', 'person', 'team', 'team_member',
                        'badge', 'training', 'item', 'item_version', 'item_step')
      and col_description(t.oid, a.attnum) is null
  loop
    execute format('comment on column %s.%I is %L', c.view, c.attname, c.said);
  end loop;
end $$;

create function api.read_person(person bigint, purpose text)
returns table (person_id bigint, staff_no text, name text, phone text, id_number text, address text, note text)
language plpgsql volatile security definer set search_path = mg, pg_temp as $$
#variable_conflict use_column
declare
  who text := mg.my_account();
  mine boolean := read_person.person = any (mg.my_people());
begin
  if not mg.may('personal.read') then
    raise exception 'this account may not read personal data in full' using errcode = 'insufficient_privilege';
  end if;
  if coalesce(regexp_replace(read_person.purpose, '[\s　]', '', 'g'), '') = '' then
    raise exception 'personal data are read for a purpose: say which' using errcode = 'invalid_parameter_value';
  end if;
  -- to the server's own log as well: that line stands even where the reader takes the transaction back
  raise log 'maritime-grid: % reads person %', who, read_person.person;
  insert into mg.access_log (account_id, act, subject, fields, purpose)
  values (who, case when mine then 'read' else 'read_refused' end, 'person:' || read_person.person,
          case when mine then array['name', 'phone', 'id_number', 'address'] else '{}' end,
          left(read_person.purpose, 500));
  return query
    select w.person_id, w.staff_no, w.name_zh, w.phone, w.id_number, w.address, w.note
    from mg.person w where w.person_id = read_person.person and mine;
end $$;
comment on function api.read_person(bigint, text) is 'One person in full, logged with the purpose; no row of people whom the account may not see.';

create function api.check_badge(asked text, on_day date)
returns table (name_shown text, post text, grid_id text, standing text)
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select b.name_shown, b.post, b.grid_id,
         case when b.revoked <= on_day then 'revoked' when on_day < b.issued then 'not_yet'
              when on_day >= b.expires then 'expired'
              when exists (select from mg.post p
                           where p.person_id = b.person_id and p.grid_id = b.grid_id and p.post = b.post
                             and daterange(p.since, p.until) @> on_day) then 'valid'
              else 'out_of_office' end
  from mg.badge b where b.number = asked;
end;
comment on function api.check_badge(text, date) is 'What the public may know of a badge: name shown, post, grid, and whether it holds on a day, Beijing time.';

do $$
begin
  if exists (select from pg_roles where rolname = 'mg_reader') then
    grant usage on schema api to mg_reader;
    grant select on api.unit, api.body, api.grid_lead, api.grid_post, api.grid_contact, api.person, api.team,
      api.team_member, api.badge, api.training, api.item, api.item_version, api.item_step to mg_reader;
  end if;
end $$;
