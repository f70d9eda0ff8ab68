-- Who answers for what: the tree of jurisdictions, the bodies that take part, people and their posts (Art. 5-7, 12-19, 27).
create table mg.unit (
  unit_id text primary key,
  level text not null check (level in ('city', 'county', 'township', 'village')),
  parent text references mg.unit,
  name_zh text not null,
  name_en text not null default '',
  path text[] not null,
  sample boolean not null default false,
  check ((level = 'city') = (parent is null)),  -- one root, and nothing hangs in the air
  check (path[cardinality(path)] = unit_id)
);
create index unit_path on mg.unit using gin (path);
comment on table mg.unit is 'Jurisdictions 辖区: city 市, county 县(区), township 乡(镇)/街道, village 村(社区).';
comment on column mg.unit.unit_id is 'Id that people and files use, such as ZS-PT-DJ.';
comment on column mg.unit.level is 'city, county, township or village; a grid is a place, and grid_lead says whose.';
comment on column mg.unit.parent is 'The unit above; NULL for the city.';
comment on column mg.unit.name_zh is 'Name in Chinese.';
comment on column mg.unit.name_en is 'Name in English, or empty.';
comment on column mg.unit.path is 'Ids from the city down to the unit itself.';
comment on column mg.unit.sample is 'True for a sample that is not official.';

create table mg.grid_lead (
  grid_id text primary key,
  unit_id text not null references mg.unit
);
comment on table mg.grid_lead is 'The unit that leads each grid from its port: a village, or a township.';
comment on column mg.grid_lead.grid_id is 'Id of the grid, as place_id; may be named before the grid is filed.';
comment on column mg.grid_lead.unit_id is 'The unit.';

create table mg.body (
  body_id text primary key,
  kind text not null check (kind in ('department', 'coast_guard', 'association', 'company', 'other')),
  unit_id text not null references mg.unit,
  name_zh text not null,
  name_en text not null default '',
  hotline text not null default '',
  sample boolean not null default false
);
comment on table mg.body is 'Bodies that take part: departments 职能部门, coast guard 海警, fishery associations 水产商会.';
comment on column mg.body.body_id is 'Id, such as ZS-PT-FISHERY.';
comment on column mg.body.kind is 'department, coast_guard, association, company or other.';
comment on column mg.body.unit_id is 'The unit in which it is competent, with all below.';
comment on column mg.body.name_zh is 'Name in Chinese.';
comment on column mg.body.name_en is 'Name in English, or empty.';
comment on column mg.body.hotline is 'Public telephone, or empty.';
comment on column mg.body.sample is 'True for a sample that is not official.';

create table mg.person (
  person_id bigint generated always as identity primary key,
  name_zh text not null,
  phone text not null default '',
  id_number text not null default '',
  address text not null default '',
  note text not null default ''
);
comment on table mg.person is 'People. Personal data: account roles never read it but through views that mask by level.';
comment on column mg.person.person_id is 'Number of the person.';
comment on column mg.person.name_zh is 'Name.';
comment on column mg.person.phone is 'Telephone, or empty. Personal data.';
comment on column mg.person.id_number is 'Identity card number, or empty. Personal data.';
comment on column mg.person.address is 'Address, or empty. Personal data.';
comment on column mg.person.note is 'Anything else, or empty.';

-- What is left of personal data when it is masked: enough to tell two apart, not enough to find anyone. What is too
-- short to keep a part of it secret goes whole.
create function mg.mask_phone(phone text) returns text
language sql immutable parallel safe
return case when length(phone) >= 11 then left(phone, 3) || repeat('*', length(phone) - 7) || right(phone, 4)
            when length(phone) >= 7 then repeat('*', length(phone) - 2) || right(phone, 2)
            else repeat('*', length(phone)) end;
comment on function mg.mask_phone(text) is 'A mobile number as 138****1234; of shorter ones the last two digits, or nothing.';

create function mg.mask_id(id_number text) returns text
language sql immutable parallel safe
return case when length(id_number) >= 15 then left(id_number, 3) || repeat('*', length(id_number) - 5) || right(id_number, 2)
            else repeat('*', length(id_number)) end;
comment on function mg.mask_id(text) is 'First three and last two characters of an identity card number; nothing of shorter ones.';

create function mg.mask_name(name text) returns text
language sql immutable parallel safe
return case when length(name) > 1 then left(name, 1) || repeat('*', length(name) - 1) else repeat('*', length(name)) end;
comment on function mg.mask_name(text) is 'The family name and stars: 王**.';

create function mg.mask_address(address text) returns text
language sql immutable parallel safe
return case when length(address) > 8 then left(address, 6) || '****' else repeat('*', length(address)) end;
comment on function mg.mask_address(text) is 'First six characters of an address, about as far as the city, and four stars.';

alter table mg.unit add column port_id text not null default '';
comment on column mg.unit.port_id is 'Port that a village leans on, or empty.';

alter table mg.body
  add column competences text[] not null default '{}',
  add unique (body_id, kind);
comment on column mg.body.competences is 'What it is competent for: fishery, maritime, labour, market, public_security, emergency and so on.';

alter table mg.person
  add column staff_no text unique check (staff_no ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$'),
  add column sample boolean not null default false;
comment on column mg.person.staff_no is 'Number by which spreadsheets name the person; NULL: in none.';
comment on column mg.person.sample is 'True for somebody made up.';

-- Posts 岗位 of grids with their terms of office. A row is a term: it may be ended and its end put right, never removed.
create table mg.post (
  post_id bigint generated always as identity primary key,
  grid_id text not null references mg.grid_lead,
  post text not null check (post in ('leader', 'full_time', 'part_time', 'advisor', 'party_secretary',
                                     'department', 'coast_guard', 'association', 'village_worker')),
  person_id bigint references mg.person,
  body_id text,
  party_form text check (party_form in ('branch', 'group')),
  work_phone text not null default '',
  since date not null,
  until date,
  reason text not null default '',
  foreign key (body_id, post) references mg.body (body_id, kind),  -- a participant comes from a body of its kind
  check ((body_id is not null) = (post in ('department', 'coast_guard', 'association'))),
  check (person_id is not null or body_id is not null),
  check ((party_form is not null) = (post = 'party_secretary')),
  check (until >= since)
);
create unique index post_term on mg.post (grid_id, post, coalesce(person_id, 0), coalesce(body_id, ''), since);
create index post_person on mg.post (person_id);
comment on table mg.post is 'Posts of grids (Art. 13-18) and participants of sea grids (Art. 27), one row a term of office; rows stay for ever.';
comment on column mg.post.post_id is 'Number of the term.';
comment on column mg.post.grid_id is 'The grid.';
comment on column mg.post.post is 'leader 网格长, full_time 专职网格员, part_time 兼职网格员, advisor 网格指导员, party_secretary of the grid party organisation 网格党组织; department 职能部门, coast_guard 海警, association 水产商会, village_worker 村网格员.';
comment on column mg.post.person_id is 'Who holds it; NULL: a body whose liaison is not named yet.';
comment on column mg.post.body_id is 'The body of a department, coast_guard or association; else NULL.';
comment on column mg.post.party_form is 'Of a party_secretary: branch 党支部 or group 党小组; else NULL.';
comment on column mg.post.work_phone is 'Telephone of the post, for publication (Art. 21), or empty.';
comment on column mg.post.since is 'First day in office, Beijing time.';
comment on column mg.post.until is 'First day no longer in office; NULL: open. The same as since: it never held.';
comment on column mg.post.reason is 'Why it was given or ended, or empty.';

-- One leader a grid at a time, one secretary, and nobody twice in one post. An exclusion constraint would want the
-- extension btree_gist, which not every server has. The row of the grid is written, not only locked, so that of two
-- who appoint at once the second waits and then sees the first, or fails where its snapshot is older.
create function mg.one_holder() returns trigger
language plpgsql as $$
declare
  other mg.post;
begin
  update mg.grid_lead set unit_id = unit_id where grid_id = new.grid_id;
  select * into other from mg.post p
  where p.grid_id = new.grid_id and p.post = new.post and p.post_id <> new.post_id
    and (new.post in ('leader', 'party_secretary')
         or (p.person_id, p.body_id) is not distinct from (new.person_id, new.body_id))
    and daterange(p.since, p.until) && daterange(new.since, new.until)
  order by p.since limit 1;
  if found then
    raise exception 'grid % has its % from % to % already', new.grid_id, new.post, other.since, coalesce(other.until::text, 'further notice')
      using errcode = 'exclusion_violation', constraint = 'one_holder';
  end if;
  return null;
end $$;
comment on function mg.one_holder() is 'Refuses a second leader or secretary of a grid at one time, and one person twice in one post.';
create trigger post_one_holder after insert or update on mg.post for each row execute function mg.one_holder();

create function mg.keep_post() returns trigger
language plpgsql as $$
begin
  if tg_op <> 'UPDATE' then
    raise exception 'terms of office are history: they are ended, never removed' using errcode = 'insufficient_privilege';
  end if;
  if (new.post_id, new.grid_id, new.post, new.body_id, new.since) is distinct from
     (old.post_id, old.grid_id, old.post, old.body_id, old.since)
     or old.person_id is not null and new.person_id is distinct from old.person_id then
    raise exception 'who held what since when is history: end the term and begin another' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
comment on function mg.keep_post() is 'Keeps the history of posts: only ends, telephones and reasons change.';
create trigger post_kept before update or delete on mg.post for each row execute function mg.keep_post();
create trigger post_kept_whole before truncate on mg.post for each statement execute function mg.keep_post();

create table mg.team (
  team_id text primary key,
  name_zh text not null,
  skills text[] not null check (cardinality(skills) > 0),
  craft text not null default '',
  contact_id bigint references mg.person,
  phone text not null default '',
  unit_ids text[] not null check (cardinality(unit_ids) > 0),
  paid boolean not null default false,
  terms text not null default '',
  lon double precision check (lon between -180 and 180),
  lat double precision check (lat between -90 and 90),
  sample boolean not null default false,
  check ((lon is null) = (lat is null))
);
create index team_skills on mg.team using gin (skills);
comment on table mg.team is 'Service teams 网格特色服务团队 (Art. 19): people and craft that can be called.';
comment on column mg.team.team_id is 'Id, such as T-SJM-TOW.';
comment on column mg.team.name_zh is 'Name.';
comment on column mg.team.skills is 'What it can do, keys of people.skills in the settings.';
comment on column mg.team.craft is 'Boats and gear that it brings, or empty.';
comment on column mg.team.contact_id is 'Whom to call; NULL not known.';
comment on column mg.team.phone is 'Telephone on which it is called, for publication, or empty.';
comment on column mg.team.unit_ids is 'Units that it serves, each with all below.';
comment on column mg.team.paid is 'Whether it may ask for a fee, agreed beforehand (Art. 19).';
comment on column mg.team.terms is 'Fee, hours and the like, or empty.';
comment on column mg.team.lon is 'Where it waits: longitude, degrees, WGS 84; NULL not known.';
comment on column mg.team.lat is 'Latitude, degrees.';
comment on column mg.team.sample is 'True for a sample.';

create table mg.team_member (
  team_id text not null references mg.team,
  person_id bigint not null references mg.person,
  since date not null,
  until date,
  primary key (team_id, person_id, since),
  check (until >= since)
);
create unique index team_member_now on mg.team_member (team_id, person_id) where until is null;
create index team_member_person on mg.team_member (person_id);
comment on table mg.team_member is 'Members of service teams.';
comment on column mg.team_member.team_id is 'The team.';
comment on column mg.team_member.person_id is 'The member.';
comment on column mg.team_member.since is 'First day, Beijing time.';
comment on column mg.team_member.until is 'First day no longer; NULL: still one.';

create table mg.badge (
  number text primary key check (number ~ '^[0-9A-Z]{6,20}$'),
  person_id bigint not null references mg.person,
  grid_id text not null references mg.grid_lead,
  post text not null,
  name_shown text not null,
  issued date not null,
  expires date not null,
  revoked date,
  revoked_reason text not null default '',
  check (expires > issued),
  check (revoked is null or revoked_reason <> '')
);
create index badge_person on mg.badge (person_id);
comment on table mg.badge is 'Badges 工作证 (Art. 34); whoever is shown one may check its number.';
comment on column mg.badge.number is 'Number with a check character, ISO 7064 MOD 37,36.';
comment on column mg.badge.person_id is 'Whose it is.';
comment on column mg.badge.grid_id is 'The grid.';
comment on column mg.badge.post is 'The post; it stands while its holder is in office there.';
comment on column mg.badge.name_shown is 'Name printed on it.';
comment on column mg.badge.issued is 'Valid from this day on, Beijing time.';
comment on column mg.badge.expires is 'First day no longer valid.';
comment on column mg.badge.revoked is 'Revoked from this day on; NULL: it was not.';
comment on column mg.badge.revoked_reason is 'Why it was revoked, or empty; not public.';

create table mg.training (
  person_id bigint not null references mg.person,
  course text not null,
  held_on date not null,
  hours double precision not null check (hours > 0),
  result text not null check (result in ('passed', 'failed', 'attended')),
  certificate_until date,
  primary key (person_id, course, held_on)
);
comment on table mg.training is 'Training and exams of staff (Art. 35).';
comment on column mg.training.person_id is 'Who was trained.';
comment on column mg.training.course is 'The course.';
comment on column mg.training.held_on is 'Day, or first day, Beijing time.';
comment on column mg.training.hours is 'Hours taught.';
comment on column mg.training.result is 'passed, failed, or attended where there is no exam.';
comment on column mg.training.certificate_until is 'First day on which the certificate holds no longer; NULL: none, or without end.';

-- Work items 网格工作事项 (Art. 22, 24).
create table mg.item (
  item_id text primary key,
  class smallint not null check (class between 1 and 9),
  sample boolean not null default false
);
comment on table mg.item is 'Items of work of a grid; what each says stands in its versions.';
comment on column mg.item.item_id is 'Id, such as 3.2.';
comment on column mg.item.class is 'Class of Art. 22, 1 to 9.';
comment on column mg.item.sample is 'True for a sample that is not official.';

create table mg.item_version (
  item_id text not null references mg.item,
  version smallint not null check (version > 0),
  title text not null,
  text text not null,
  basis text not null default '',
  dropped boolean not null default false,
  state text not null default 'proposed' check (state in ('proposed', 'reviewed', 'approved', 'published', 'rejected')),
  in_force date,
  primary key (item_id, version),
  check ((state = 'published') = (in_force is not null))
);
create unique index item_version_open on mg.item_version (item_id) where state in ('proposed', 'reviewed', 'approved');
comment on table mg.item_version is 'Versions of work items: the newest published one that is in force counts.';
comment on column mg.item_version.item_id is 'The item.';
comment on column mg.item_version.version is 'From 1, in the order of proposal.';
comment on column mg.item_version.title is 'Title.';
comment on column mg.item_version.text is 'What is done.';
comment on column mg.item_version.basis is 'Article or document that it rests on, or empty.';
comment on column mg.item_version.dropped is 'True: with this version the item leaves the list.';
comment on column mg.item_version.state is 'proposed, reviewed, approved, published, or rejected.';
comment on column mg.item_version.in_force is 'In force from this day on, Beijing time; NULL: not published.';

create function mg.keep_item_version() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state not in ('published', 'rejected')
     and (new.item_id, new.version, new.title, new.text, new.basis, new.dropped)
       is not distinct from (old.item_id, old.version, old.title, old.text, old.basis, old.dropped) then
    return new;
  end if;
  raise exception 'what was proposed stands as it is: propose another version' using errcode = 'insufficient_privilege';
end $$;
comment on function mg.keep_item_version() is 'Lets a version of a work item change its state alone, and a published or rejected one not at all.';
create trigger item_version_kept before update or delete on mg.item_version
for each row execute function mg.keep_item_version();
create trigger item_version_kept_whole before truncate on mg.item_version
for each statement execute function mg.keep_item_version();

create table mg.item_step (
  item_id text not null,
  version smallint not null,
  state text not null,
  at timestamptz not null,
  by text not null,
  remark text not null default '',
  primary key (item_id, version, state),
  foreign key (item_id, version) references mg.item_version
);
comment on table mg.item_step is 'Who brought each version of a work item to each state, and when.';
comment on column mg.item_step.item_id is 'The item.';
comment on column mg.item_step.version is 'The version.';
comment on column mg.item_step.state is 'State that it came to.';
comment on column mg.item_step.at is 'When, UTC.';
comment on column mg.item_step.by is 'Who.';
comment on column mg.item_step.remark is 'What was said of it, or empty.';

create table mg.people_log (
  n bigint generated always as identity primary key,
  at timestamptz not null,
  by text not null,
  act text not null,
  subject text not null,
  fields text[] not null default '{}'
);
create index people_log_subject on mg.people_log (subject, at);
comment on table mg.people_log is 'Every change of units, bodies, people, posts, teams, badges, training and items; rows are only ever added.';
comment on column mg.people_log.n is 'Number of the entry.';
comment on column mg.people_log.at is 'When, UTC.';
comment on column mg.people_log.by is 'Account that did it, or who was at the machine.';
comment on column mg.people_log.act is 'What was done, such as post.appoint or badge.revoke.';
comment on column mg.people_log.subject is 'To what, such as post:12 or team:T-SJM-TOW.';
comment on column mg.people_log.fields is 'Names of the fields that changed; never what stood in them.';
