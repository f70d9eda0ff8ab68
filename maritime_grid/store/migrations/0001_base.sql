-- Schemas, conversions, and what the world is made of: feeds, places, ports, roster.
create schema if not exists mg;  -- the ledger of migrations made it
comment on schema mg is 'The product''s own tables; may change with any migration. Read schema api instead.';
create schema api;
comment on schema api is 'Stable views for others, in degrees, knots and names; NULL is not available.';

-- Bounds keep hostile input from failing a whole transaction: what is outside becomes an infinity.
create function mg.at(us bigint) returns timestamptz
language sql immutable parallel safe
return case when us < 631152000000000 then '-infinity'::timestamptz
            when us >= 4260211200000000 then 'infinity'::timestamptz
            else 'epoch'::timestamptz + us * interval '1 microsecond' end;
comment on function mg.at(bigint) is 'Microseconds since the epoch UTC to a time; before 1990 -infinity, from 2105 on infinity.';

create function mg.us(at timestamptz) returns bigint
language sql immutable parallel safe
return case when at = '-infinity' then -4611686018427387904
            when at = 'infinity' then 4611686018427387904
            else (extract(epoch from at) * 1000000)::bigint end;
comment on function mg.us(timestamptz) is 'A time to microseconds since the epoch UTC; the infinities are -2^62 (never) and 2^62 (forever).';

create function mg.finite(at timestamptz) returns timestamptz
language sql immutable parallel safe
return case when isfinite(at) then at end;
comment on function mg.finite(timestamptz) is 'The time, or NULL for the infinities that stand for never and forever.';

create function mg.number(x double precision) returns double precision
language sql immutable parallel safe
return nullif(x, 'NaN');
comment on function mg.number(double precision) is 'The number, or NULL for NaN.';

create table mg.engine_clock (
  one boolean primary key default true check (one),  -- one engine, one row
  clock timestamptz not null default '-infinity',
  rev bigint not null default 0
);
insert into mg.engine_clock default values;
comment on table mg.engine_clock is 'The engine''s clock and the number of its last commit.';
comment on column mg.engine_clock.one is 'Always true: the table has one row.';
comment on column mg.engine_clock.clock is 'Data time of the newest tick, UTC; -infinity before the first.';
comment on column mg.engine_clock.rev is 'Number of the last commit, from 1; rows carry the number of the commit that changed them.';

create table mg.feed (
  code smallint generated always as identity primary key,
  name text not null unique,
  kind text not null,
  watched boolean not null
);
comment on table mg.feed is 'Sources of data.';
comment on column mg.feed.code is 'What stands in the source columns; 1 to 32767.';
comment on column mg.feed.name is 'Name of the feed in the configuration, or of a recording.';
comment on column mg.feed.kind is 'ais, vms (BeiDou terminals), buoy (net buoys) or other.';
comment on column mg.feed.watched is 'Whether its silence is a matter for the operator.';

create table mg.place (
  code smallint generated always as identity primary key,
  place_id text not null unique,
  layer text not null check (layer in ('grid', 'zone')),
  kind text not null,
  name_zh text not null,
  name_en text not null,
  county text not null,
  port_ids text[] not null,
  sample boolean not null,
  attributes jsonb not null
);
comment on table mg.place is 'Grids and zones as people know them, as of their newest version.';
comment on column mg.place.code is 'What stands in the grid and place columns; 1 to 32767, never used again.';
comment on column mg.place.place_id is 'The id that people and files use, such as ZS-SJM-1.';
comment on column mg.place.layer is 'grid: a vessel is in one at most; zone: in any number.';
comment on column mg.place.kind is 'inshore, offshore, prohibited, fairway, typhoon_shelter, port and so on.';
comment on column mg.place.name_zh is 'Name in Chinese.';
comment on column mg.place.name_en is 'Name in English, or empty.';
comment on column mg.place.county is 'County or district, or empty.';
comment on column mg.place.port_ids is 'Ports that it leans on, the first the chief one.';
comment on column mg.place.sample is 'True for a sample that is not official.';
comment on column mg.place.attributes is 'Whatever else the source file said of it.';

create table mg.place_version (
  code smallint not null references mg.place,
  version smallint not null check (version > 0),
  valid_from timestamptz not null,
  valid_to timestamptz not null,
  fence jsonb not null,
  drawn jsonb,
  facts jsonb not null,
  filed_by text not null,
  filed_at timestamptz not null,
  reason text not null,
  primary key (code, version),
  check (valid_from < valid_to)  -- a version that never held would shadow the ones beside it
);
comment on table mg.place_version is 'Every version of every place; none is ever removed. The one in force at a report''s own time counts.';
comment on column mg.place_version.code is 'The place.';
comment on column mg.place_version.version is 'From 1, in the order of filing.';
comment on column mg.place_version.valid_from is 'In force from this moment on, UTC; -infinity: from the beginning.';
comment on column mg.place_version.valid_to is 'In force until before this moment, UTC; infinity: until a newer version.';
comment on column mg.place_version.fence is 'Polygon that decides, a GeoJSON geometry in degrees lon, lat (WGS 84).';
comment on column mg.place_version.drawn is 'Polygon to draw where it differs (land cut out), a GeoJSON geometry; NULL: the fence.';
comment on column mg.place_version.facts is 'Names, kind and all else that was filed with this version.';
comment on column mg.place_version.filed_by is 'Who filed it.';
comment on column mg.place_version.filed_at is 'When it was filed, UTC.';
comment on column mg.place_version.reason is 'Why it was filed.';

create table mg.port (
  port_id text primary key,
  name_zh text not null,
  name_en text not null,
  county text not null,
  lon double precision not null,
  lat double precision not null
);
comment on table mg.port is 'Ports and berths.';
comment on column mg.port.port_id is 'Id that places and the roster name it by.';
comment on column mg.port.name_zh is 'Name in Chinese.';
comment on column mg.port.name_en is 'Name in English, or empty.';
comment on column mg.port.county is 'County or district, or empty.';
comment on column mg.port.lon is 'Longitude, degrees, WGS 84.';
comment on column mg.port.lat is 'Latitude, degrees, WGS 84.';

create table mg.roster (
  mmsi integer primary key,
  name_zh text not null,
  vessel_class text not null,
  home_port text not null,
  gear text not null,
  owner jsonb
);
comment on table mg.roster is 'Vessels that an authority or association answers for.';
comment on column mg.roster.mmsi is 'Maritime mobile service identity, nine digits.';
comment on column mg.roster.name_zh is 'Registered name, or empty.';
comment on column mg.roster.vessel_class is 'fishing, merchant, patrol and so on.';
comment on column mg.roster.home_port is 'Id of the home port, or empty.';
comment on column mg.roster.gear is 'Fishing gear, or empty.';
comment on column mg.roster.owner is 'Owner and contacts; personal data. NULL: not known.';
