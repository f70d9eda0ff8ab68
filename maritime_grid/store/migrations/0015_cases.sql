-- Cases 网格事项 (Art. 22-28): the present state of each, its parties, attachments and hops, and the chained archive.
-- What people read of them stands in views of schema api that ask who reads; no account has any right on these tables.
drop view api."case";
drop view api.case_log;

alter table mg.case_file
  drop column alert_id,  -- a case may be about several: mg.case_alert
  add column version integer not null default 1 check (version > 0),
  add column subkind text not null default '',
  add column description text not null default '',
  add column place text not null default '',
  add column lon double precision,
  add column lat double precision,
  add column happened_at timestamptz,
  add column unit_id text references mg.unit,
  add column reporter text not null default '',
  add column channel text not null default 'account' check (channel in ('account', 'public', 'mqtt', 'alert')),
  add column accused bigint references mg.person,
  add column facts jsonb not null default '{}',
  add column severity smallint not null default 1 check (severity between 1 and 4),
  add column major boolean not null default false,
  add column amount numeric check (amount >= 0),
  add column holder text references mg.body,
  add column joint text[] not null default '{}',
  add column step_since timestamptz not null default '-infinity',
  add column due_at timestamptz not null default 'infinity',
  add column warn_at timestamptz not null default 'infinity',
  add column pauses jsonb not null default '[]',
  add column asked_s bigint,
  add column extended_s bigint not null default 0,
  add column extensions integer not null default 0,
  add column reopened integer not null default 0,
  add column rating smallint check (rating between 1 and 5),
  add column escalated text,
  add column changed_at timestamptz not null default '-infinity',
  add column grams text[] not null default '{}',
  add column follow_hash bytea unique,
  add column request_key text unique,
  add check ((lon is null) = (lat is null)),
  add check (title !~ '[\n\r]'),
  add check (state in ('received', 'collated', 'dispatched', 'handling', 'handled', 'fed_back', 'closed', 'withdrawn')),
  add check (kind in ('dispute', 'hazard', 'emergency', 'service', 'complaint'));
comment on column mg.case_file.version is 'Number of its entries in the log: a form made for another version is stale.';
comment on column mg.case_file.subkind is 'What kind of dispute, hazard and so on; keys of config/cases.toml.';
comment on column mg.case_file.description is 'What happened, in the words of who filed it.';
comment on column mg.case_file.place is 'Where, in words.';
comment on column mg.case_file.lon is 'Longitude, degrees, WGS 84; NULL not known.';
comment on column mg.case_file.lat is 'Latitude, degrees; NULL not known.';
comment on column mg.case_file.happened_at is 'When it happened, UTC; NULL not known.';
comment on column mg.case_file.unit_id is 'The unit that leads its grid; the city for places outside all grids.';
comment on column mg.case_file.reporter is 'Account that filed it; empty: the public or a machine.';
comment on column mg.case_file.channel is 'How it came: account, public, mqtt or alert.';
comment on column mg.case_file.accused is 'The person complained of, who may not read it; NULL none.';
comment on column mg.case_file.facts is 'Numbers that make it grave: dead_or_missing, injured, people_in_water, vessels, crowd.';
comment on column mg.case_file.severity is '1 ordinary 一般, 2 larger 较大, 3 grave 重大, 4 very grave 特别重大.';
comment on column mg.case_file.major is 'A major matter (Art. 28), reported in parallel.';
comment on column mg.case_file.amount is 'What is claimed, yuan; NULL not said.';
comment on column mg.case_file.holder is 'Body that is to handle it; NULL none yet.';
comment on column mg.case_file.joint is 'Bodies that handle it with the holder.';
comment on column mg.case_file.step_since is 'When its present step began, UTC.';
comment on column mg.case_file.due_at is 'When its present step is to be done, UTC; infinity: no limit, or its clock stands.';
comment on column mg.case_file.warn_at is 'From when it is nearly due, UTC.';
comment on column mg.case_file.pauses is 'Pauses of the clock of this step: pairs of times, ISO 8601; the last may be open.';
comment on column mg.case_file.asked_s is 'Extension asked for, seconds; NULL none.';
comment on column mg.case_file.extended_s is 'Extension granted in this step, seconds of its clock.';
comment on column mg.case_file.extensions is 'How often one was granted in this step.';
comment on column mg.case_file.reopened is 'How often it was reopened.';
comment on column mg.case_file.rating is 'Rating by the grass roots, 1 to 5; NULL not yet.';
comment on column mg.case_file.escalated is 'Unit to which the present step was escalated last; NULL none.';
comment on column mg.case_file.changed_at is 'When it changed last, UTC.';
comment on column mg.case_file.grams is 'Keys of its text for the search (maritime_grid.cases.text).';
comment on column mg.case_file.follow_hash is 'SHA-256 of the code with which its reporter follows it without an account; NULL none.';
comment on column mg.case_file.request_key is 'Key of the form that filed it: sent twice it is filed once.';
create index case_due on mg.case_file (due_at) where state not in ('closed', 'withdrawn');
create index case_listed on mg.case_file (major desc, due_at, opened_at desc, case_id);
create index case_opened on mg.case_file (opened_at desc, case_id);
create index case_unit on mg.case_file (unit_id, due_at);
create index case_holder on mg.case_file (holder, due_at) where holder is not null;
create index case_grams on mg.case_file using gin (grams);
create index case_grid_open on mg.case_file (grid) where state not in ('closed', 'withdrawn');

create table mg.case_number (
  year integer primary key,
  last integer not null
);
comment on table mg.case_number is 'Last number given to a case in each year.';
comment on column mg.case_number.year is 'Year, Beijing time.';
comment on column mg.case_number.last is 'The number.';

create table mg.case_party (
  case_id text not null references mg.case_file,
  n smallint not null,
  side text not null check (side in ('claimant', 'respondent', 'witness', 'involved')),
  mmsi integer check (mmsi between 0 and 999999999),
  ship_name text not null default '',
  gear text not null default '',
  set_first boolean,
  claim text not null default '',
  statement text not null default '',
  person_name text not null default '',
  phone text not null default '',
  id_number text not null default '',
  primary key (case_id, n)
);
create index case_party_mmsi on mg.case_party (mmsi) where mmsi is not null;
comment on table mg.case_party is 'Parties of cases, each with a vessel, a person, or both.';
comment on column mg.case_party.case_id is 'The case.';
comment on column mg.case_party.n is 'Number of the party within the case, from 1.';
comment on column mg.case_party.side is 'claimant, respondent, witness or involved.';
comment on column mg.case_party.mmsi is 'Its vessel; NULL not known.';
comment on column mg.case_party.ship_name is 'Name of the vessel, or empty.';
comment on column mg.case_party.gear is 'Gear that was out, or empty.';
comment on column mg.case_party.set_first is 'Whether its gear was set first, as it says; NULL not said.';
comment on column mg.case_party.claim is 'What it asks for.';
comment on column mg.case_party.statement is 'What it says of the matter.';
comment on column mg.case_party.person_name is 'Who speaks for it, or empty. Personal data.';
comment on column mg.case_party.phone is 'Telephone, or empty. Personal data.';
comment on column mg.case_party.id_number is 'Identity card number, or empty. Personal data.';

create table mg.blob (
  sha256 bytea primary key check (octet_length(sha256) = 32),
  media_type text not null,
  size integer not null check (size = octet_length(content)),
  content bytea not null
);
alter table mg.blob alter column content set storage external;  -- pictures do not shrink
comment on table mg.blob is 'Contents of attachments, each once, by their hash.';
comment on column mg.blob.sha256 is 'SHA-256 of the content.';
comment on column mg.blob.media_type is 'What it was found to be by its own bytes.';
comment on column mg.blob.size is 'Bytes.';
comment on column mg.blob.content is 'The content.';

create table mg.case_attachment (
  case_id text not null references mg.case_file,
  seq integer not null,
  sha256 bytea not null references mg.blob,
  name text not null,
  primary key (case_id, seq)
);
create index case_attachment_blob on mg.case_attachment (sha256);
comment on table mg.case_attachment is 'Attachments of cases.';
comment on column mg.case_attachment.case_id is 'The case.';
comment on column mg.case_attachment.seq is 'Entry of its log that added it.';
comment on column mg.case_attachment.sha256 is 'The content.';
comment on column mg.case_attachment.name is 'Name of the file as given, without any path.';

create table mg.case_alert (
  case_id text not null references mg.case_file,
  alert_id text not null references mg.alert,
  primary key (case_id, alert_id)
);
create index case_alert_alert on mg.case_alert (alert_id);
comment on table mg.case_alert is 'Alerts that cases are about.';
comment on column mg.case_alert.case_id is 'The case.';
comment on column mg.case_alert.alert_id is 'The alert.';

create table mg.case_hop (
  hop_id text primary key,
  case_id text not null references mg.case_file,
  to_unit text references mg.unit,
  to_body text references mg.body,
  after text references mg.case_hop,
  sent_at timestamptz not null,
  due_at timestamptz not null,
  received_at timestamptz,
  received_by text,
  check ((to_unit is null) <> (to_body is null)),
  check ((received_at is null) = (received_by is null))
);
create index case_hop_case on mg.case_hop (case_id, sent_at);
create index case_hop_open on mg.case_hop (due_at) where received_at is null;
comment on table mg.case_hop is 'Reports of major matters (Art. 28), one row for each who is told.';
comment on column mg.case_hop.hop_id is 'Natural id: the case and who is told.';
comment on column mg.case_hop.case_id is 'The case.';
comment on column mg.case_hop.to_unit is 'Unit that is told; NULL: a body.';
comment on column mg.case_hop.to_body is 'Body that is told; NULL: a unit.';
comment on column mg.case_hop.after is 'Hop that was not received in time and brought this one about; NULL: told at once.';
comment on column mg.case_hop.sent_at is 'When it was sent, UTC.';
comment on column mg.case_hop.due_at is 'By when it is to be received, UTC.';
comment on column mg.case_hop.received_at is 'When it was received, UTC; NULL not yet.';
comment on column mg.case_hop.received_by is 'Account that received it.';

create table mg.case_escalation (
  case_id text not null references mg.case_file,
  step_since timestamptz not null,
  unit_id text not null references mg.unit,
  at timestamptz not null,
  primary key (case_id, step_since, unit_id)  -- evaluated twice, written once
);
comment on table mg.case_escalation is 'Overdue steps that went up the tree.';
comment on column mg.case_escalation.case_id is 'The case.';
comment on column mg.case_escalation.step_since is 'When the overdue step began, UTC.';
comment on column mg.case_escalation.unit_id is 'Unit to which it went up.';
comment on column mg.case_escalation.at is 'When it was due to go up, UTC.';

-- The archive (Art. 26): one chain over all cases, so that a missing last entry or a whole missing case is found too.
alter table mg.case_log
  drop column detail,
  add column n bigint not null unique,
  add column said text not null,
  add column prev bytea not null,
  add column hash bytea not null,
  add check (n > 0 and seq > 0),
  add check (concat(case_id, who, what) !~ '[\n\r]');  -- lines of the hashed text
comment on column mg.case_log.case_id is 'The case.';
comment on column mg.case_log.who is 'Account that did it; public, timer or alert where no person did.';
comment on column mg.case_log.n is 'Number of the entry in the whole archive, from 1, without gaps.';
comment on column mg.case_log.said is 'Facts of the step as JSON text: the exact text is what was hashed.';
comment on column mg.case_log.prev is 'Hash of the entry before; 32 zero bytes before the first.';
comment on column mg.case_log.hash is 'SHA-256 of prev and of the lines n, case_id, seq, at (microseconds), who, what, said.';

create table mg.case_chain (
  one boolean primary key default true check (one),
  n bigint not null,
  hash bytea not null
);
insert into mg.case_chain (n, hash) values (0, decode(repeat('00', 32), 'hex'));
comment on table mg.case_chain is 'Head of the archive: whoever adds an entry holds this row until the commit.';
comment on column mg.case_chain.one is 'Always true: the table has one row.';
comment on column mg.case_chain.n is 'Number of the newest entry.';
comment on column mg.case_chain.hash is 'Its hash.';

create function mg.case_entry_text(n bigint, case_id text, seq integer, at timestamptz, who text, what text, said text)
returns text language sql immutable parallel safe
return concat_ws(E'\n', n, case_id, seq, (extract(epoch from at) * 1000000)::bigint, who, what, said);
comment on function mg.case_entry_text(bigint, text, integer, timestamptz, text, text, text) is 'The text of a log entry that is hashed.';

create function mg.chain_entry() returns trigger
language plpgsql as $$
declare
  head mg.case_chain;
begin
  select * into head from mg.case_chain for update;
  new.n := head.n + 1;
  new.prev := head.hash;
  new.hash := sha256(new.prev || convert_to(
    mg.case_entry_text(new.n, new.case_id, new.seq, new.at, new.who, new.what, new.said), 'UTF8'));
  update mg.case_chain set n = new.n, hash = new.hash;
  return new;
end $$;
comment on function mg.chain_entry() is 'Numbers a log entry and ties it to the one before.';
create trigger case_log_chained before insert on mg.case_log for each row execute function mg.chain_entry();
create trigger case_log_kept before update or delete or truncate on mg.case_log
for each statement execute function mg.refuse_change();
create trigger blob_kept before update or delete or truncate on mg.blob
for each statement execute function mg.refuse_change();
create trigger case_attachment_kept before update or delete or truncate on mg.case_attachment
for each statement execute function mg.refuse_change();

-- Who reads. The product itself, and its read-only role for people at the machine, see all; accounts what is theirs.
create function mg.sees_all() returns boolean
language sql stable parallel safe
return coalesce(nullif(current_setting('role'), 'none'), session_user::text) in (
  'mg_read', (select pg_get_userbyid(nspowner)::text from pg_namespace where nspname = 'mg'));
comment on function mg.sees_all() is 'Whether the product itself asks, or its read-only role.';

-- No barrier of its own: nobody may ask it but the views and functions below, which are the barrier.
create view mg.case_seen as
select c.* from mg.case_file c
where (select mg.sees_all())
   or ((select mg.may('case.read'))
       and (c.unit_id = any ((select mg.my_units())::text[])
            or c.holder = (select mg.my_body())
            or (select mg.my_body()) = any (c.joint)
            or (c.reporter <> '' and c.reporter = (select mg.my_account()))
            or c.case_id in (select h.case_id from mg.case_hop h where h.to_body = (select mg.my_body())))
       and (c.accused is null or c.accused is distinct from (select mg.my_person())));
comment on view mg.case_seen is 'Cases that whoever asks may read: of its units, given to its body, told to it, or filed by it; never one against itself.';

create view api."case" with (security_barrier) as
select c.case_id, c.kind, c.title, c.state, g.place_id as grid_id,
       (select min(a.alert_id) from mg.case_alert a where a.case_id = c.case_id) as alert_id, c.opened_at, c.closed_at,
       c.version, nullif(c.subkind, '') as subkind, c.description, nullif(c.place, '') as place, c.lon, c.lat,
       c.happened_at, c.unit_id, c.channel, c.severity, c.major, c.amount, c.holder, c.joint,
       mg.finite(c.step_since) as step_since, mg.finite(c.due_at) as due_at, mg.finite(c.warn_at) as warn_at,
       jsonb_array_length(c.pauses) > 0 and c.pauses -> -1 ->> 1 is null as paused, c.asked_s, c.extended_s,
       c.extensions, c.reopened, c.rating, c.escalated, mg.finite(c.changed_at) as changed_at, c.reporter, c.facts
from mg.case_seen c left join mg.place g on g.code = c.grid;
comment on view api."case" is 'Cases, as far as whoever asks may read them.';
comment on column api."case".case_id is 'Id of the case.';
comment on column api."case".kind is 'dispute, hazard, emergency, service or complaint.';
comment on column api."case".title is 'What it is about, in a line.';
comment on column api."case".state is 'Step of its flow.';
comment on column api."case".grid_id is 'The grid.';
comment on column api."case".alert_id is 'First of the alerts that it is about.';
comment on column api."case".opened_at is 'When it was opened, UTC.';
comment on column api."case".closed_at is 'When it was closed, UTC; NULL: open.';
comment on column api."case".paused is 'Whether its clock stands.';

create view api.case_log with (security_barrier) as
select l.case_id, l.seq, l.at, l.who, l.what, l.said::jsonb as detail, l.n, encode(l.prev, 'hex') as prev,
       encode(l.hash, 'hex') as hash, l.said
from mg.case_log l join mg.case_seen c on c.case_id = l.case_id;
comment on view api.case_log is 'Steps of cases, chained.';
comment on column api.case_log.detail is 'Facts of the step.';

create view api.case_party with (security_barrier) as
select p.case_id, p.n, p.side, p.mmsi, nullif(p.ship_name, '') as ship_name, nullif(p.gear, '') as gear, p.set_first,
       p.claim, p.statement,
       case (select mg.level('name')) when 'full' then p.person_name when 'masked' then mg.mask_name(p.person_name) end
         as person_name,
       case (select mg.level('phone')) when 'full' then p.phone when 'masked' then mg.mask_phone(p.phone) end as phone,
       case (select mg.level('id_number')) when 'full' then p.id_number when 'masked' then mg.mask_id(p.id_number) end
         as id_number
from mg.case_party p join mg.case_seen c on c.case_id = p.case_id;
comment on view api.case_party is 'Parties of cases; personal data by the level of who asks.';
comment on column api.case_party.person_name is 'Who speaks for it; masked or NULL by level.';
comment on column api.case_party.phone is 'Telephone; masked or NULL by level.';
comment on column api.case_party.id_number is 'Identity card number; masked or NULL by level.';

create view api.case_attachment with (security_barrier) as
select a.case_id, a.seq, a.name, encode(a.sha256, 'hex') as sha256, b.media_type, b.size
from mg.case_attachment a join mg.case_seen c on c.case_id = a.case_id join mg.blob b on b.sha256 = a.sha256;
comment on view api.case_attachment is 'Attachments of cases.';
comment on column api.case_attachment.sha256 is 'SHA-256 of the content, hexadecimal.';
comment on column api.case_attachment.media_type is 'What it was found to be by its own bytes.';
comment on column api.case_attachment.size is 'Bytes.';

create view api.case_hop with (security_barrier) as
select h.hop_id, h.case_id, h.to_unit, h.to_body, h.after, h.sent_at, h.due_at, h.received_at, h.received_by
from mg.case_hop h join mg.case_seen c on c.case_id = h.case_id;
comment on view api.case_hop is 'Who was told of major matters, and when each received it.';

create view api.case_alert with (security_barrier) as
select a.case_id, a.alert_id from mg.case_alert a join mg.case_seen c on c.case_id = a.case_id;
comment on view api.case_alert is 'Alerts that cases are about.';

create view api.case_escalation with (security_barrier) as
select e.case_id, e.step_since, e.unit_id, e.at from mg.case_escalation e join mg.case_seen c on c.case_id = e.case_id;
comment on view api.case_escalation is 'Overdue steps that went up the tree.';

-- The views say of a column what the table says of it, where they say nothing of their own.
do $$
declare
  c record;
begin
  for c in
    select t.oid::regclass as view, a.attname, col_description(s.oid, b.attnum) as said
    from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
    join pg_class s on s.relnamespace = 'mg'::regnamespace
      and s.relname = case when t.relname in ('case', 'case_seen') then 'case_file' else t.relname end
    join pg_attribute b on b.attrelid = s.oid and b.attname = a.attname and b.attnum > 0
    where (t.relnamespace = 'api'::regnamespace and t.relname ~ '^case' or t.oid = 'mg.case_seen'::regclass)
      and col_description(t.oid, a.attnum) is null
  loop
    execute format('comment on column %s.%I is %L', c.view, c.attname, c.said);
  end loop;
end $$;

-- Searching by text needs the index, which a view that guards its rows keeps from what is asked of it from outside.
create function api.search_cases(keys text[], most integer) returns setof text
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select s.case_id from mg.case_seen s where s.grams @> keys order by s.opened_at desc limit least(most, 1000);
end;
comment on function api.search_cases(text[], integer) is 'Cases that hold all keys of a search, newest first, of those that whoever asks may read.';

-- Likewise the page of a list: in the order of an index, as far as it is shown. Planned anew each time, for what is asked.
create function api.case_page(
  states text[], kinds text[], in_grid text, held_by text, due_by timestamptz, ids text[], most integer, skip integer)
returns setof text
language plpgsql stable security definer set search_path = mg, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
  return query
  select s.case_id from mg.case_seen s
  where (states is null or s.state = any (states)) and (kinds is null or s.kind = any (kinds))
    and (in_grid is null or s.grid = (select p.code from mg.place p where p.place_id = in_grid))
    and (held_by is null or s.holder = held_by) and (due_by is null or s.due_at <= due_by)
    and (ids is null or s.case_id = any (ids))
  order by s.major desc, s.due_at, s.opened_at desc, s.case_id
  limit least(most, 10000) offset skip;
end $$;
comment on function api.case_page(text[], text[], text, text, timestamptz, text[], integer, integer) is
  'Cases of a page of a list, major matters first, then by deadline, of those that whoever asks may read; NULL: any.';

create function api.past_page(states text[], kinds text[], in_grid text, ids text[], most integer, skip integer)
returns setof text
language plpgsql stable security definer set search_path = mg, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
  return query
  select s.case_id from mg.case_seen s
  where s.state = any (states) and (kinds is null or s.kind = any (kinds))
    and (in_grid is null or s.grid = (select p.code from mg.place p where p.place_id = in_grid))
    and (ids is null or s.case_id = any (ids))
  order by s.opened_at desc, s.case_id
  limit least(most, 10001) offset skip;
end $$;
comment on function api.past_page(text[], text[], text, text[], integer, integer) is
  'Cases of a page of a list of those that are over, newest first, of those that whoever asks may read; NULL: any.';

create function api.attachment(case_id text, seq integer)
returns table (name text, media_type text, content bytea)
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select a.name, b.media_type, b.content
  from mg.case_attachment a join mg.case_seen c on c.case_id = a.case_id join mg.blob b on b.sha256 = a.sha256
  where a.case_id = attachment.case_id and a.seq = attachment.seq;
end;
comment on function api.attachment(text, integer) is 'One attachment with its content, where whoever asks may read the case.';

-- What a wall shows of cases: numbers, no words.
create view api.case_count as
select g.place_id as grid_id, c.kind, count(*) as open, count(*) filter (where c.due_at < clock_timestamp()) as overdue
from mg.case_file c left join mg.place g on g.code = c.grid
where c.state not in ('closed', 'withdrawn') group by g.place_id, c.kind;
comment on view api.case_count is 'Open and overdue cases, one row a grid and kind.';
comment on column api.case_count.grid_id is 'The grid; NULL outside of all.';
comment on column api.case_count.kind is 'dispute, hazard, emergency, service or complaint.';
comment on column api.case_count.open is 'Cases not closed.';
comment on column api.case_count.overdue is 'Those of them whose present step is past its limit.';

-- Names that are nobody's secret, for lists of people.
create view api.name as
select 'unit' as what, unit_id as id, name_zh, nullif(name_en, '') as name_en from mg.unit
union all select 'body', body_id, name_zh, nullif(name_en, '') from mg.body
union all select layer, place_id, name_zh, nullif(name_en, '') from mg.place;
comment on view api.name is 'Names of units, bodies, grids and zones.';
comment on column api.name.what is 'unit, body, grid or zone.';
comment on column api.name.id is 'Its id.';
comment on column api.name.name_zh is 'Name in Chinese.';
comment on column api.name.name_en is 'Name in English.';

-- The tracks of the vessels of a case round the time of the matter: both under the eyes of who mediates.
create function api.case_track(case_id text, since timestamptz, until timestamptz)
returns table (t timestamptz, mmsi integer, lon double precision, lat double precision, sog double precision, cog double precision)
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select p.t, p.mmsi, p.lon, p.lat, p.sog, p.cog
  from (select distinct y.mmsi from mg.case_party y join mg.case_seen c on c.case_id = y.case_id
        where y.case_id = case_track.case_id and y.mmsi is not null) v
  cross join lateral (
    select * from api.position q
    where q.mmsi = v.mmsi and q.t between case_track.since and case_track.until and q.lon is not null
    order by q.t limit 5000) p
  order by p.mmsi, p.t;
end;
comment on function api.case_track(text, timestamptz, timestamptz) is 'Positions of the vessels of a case, at most 5,000 each, where whoever asks may read the case.';
