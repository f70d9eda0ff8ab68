-- name: lock
-- One migration at a time in a database.
select pg_advisory_lock(7201001);

-- name: unlock
select pg_advisory_unlock(7201001);

-- name: prepare
-- The ledger of migrations itself.
create schema if not exists mg;
create table if not exists mg.migration (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now()
);
comment on table mg.migration is 'Migrations that were applied, or passed over as meant for another layout.';
comment on column mg.migration.number is 'Number in the file name.';
comment on column mg.migration.name is 'File name.';
comment on column mg.migration.checksum is 'SHA-256 of the file, hexadecimal.';
comment on column mg.migration.applied_at is 'When, UTC.';

-- name: has_ledger
select to_regclass('mg.migration') is not null;

-- name: applied
select number, name, checksum from mg.migration order by number;

-- name: record
insert into mg.migration (number, name, checksum) values (%(number)s, %(name)s, %(checksum)s);

-- name: server
-- Version number; whether TimescaleDB is here, could be made here, and is loaded at all.
-- Its loader defines its settings at server start; without it creating the extension ends the session.
select current_setting('server_version_num')::integer as version,
       exists (select from pg_extension where extname = 'timescaledb') as installed,
       current_setting('timescaledb.disable_load', true) is not null as loaded,
       exists (select from pg_available_extension_versions v
               where v.name = 'timescaledb'
                 and ((select rolsuper from pg_roles where rolname = current_user)
                      or (v.trusted and has_database_privilege(current_database(), 'create')))) as permitted;

-- name: create_extension
create extension if not exists timescaledb;

-- name: is_hypertable_layout
-- The layout is chosen once, by the first migration.
select to_regclass('mg.position') is not null and to_regprocedure('mg.make_day(date)') is null;

-- name: is_native_layout
select to_regprocedure('mg.make_day(date)') is not null;

-- name: licence
-- Only in a session in which the extension is loaded: apache or timescale.
select current_setting('timescaledb.license', true) as licence,
       (select extversion from pg_extension where extname = 'timescaledb') as version;

-- name: set_rights
-- Each time, for a database copied from another, or restored from a dump, comes without the rights on itself, and to
-- another server without the roles. Whatever views there are now may be read by the roles of readers, which are made
-- where they are missing and we may, and we may become the one for queries of people.
do $$
declare
  reader name;
  makes_roles constant boolean := (select rolsuper or rolcreaterole from pg_roles where rolname = current_user);
  -- from PostgreSQL 16 on whoever makes a role is a member that may hand it on, and not yet one that may put it on
  puts_on constant text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
begin
  -- what everyone may do by default, and accounts with a login of their own need not: tables of their own session
  if has_database_privilege('public', current_database(), 'temporary')
     and pg_has_role(current_user, (select datdba from pg_database where datname = current_database()), 'usage') then
    execute format('revoke temporary on database %I from public', current_database());
  end if;
  foreach reader in array array['mg_read', 'mg_reader']::name[] loop
    if makes_roles and not exists (select from pg_roles where rolname = reader) then
      begin
        execute format('create role %I nologin', reader);
      exception when duplicate_object or unique_violation then
        null;  -- another database of this server was migrated at the same moment
      end;
    end if;
    if exists (select from pg_roles where rolname = reader) then
      execute format('grant usage on schema api to %I', reader);
      execute format('grant select on all tables in schema api to %I', reader);
    end if;
  end loop;
  if makes_roles and exists (select from pg_roles where rolname = 'mg_read')
     and not pg_has_role(current_user, 'mg_read', puts_on) then
    begin
      execute format('grant mg_read to %I', current_user);
    exception when insufficient_privilege then
      null;  -- from PostgreSQL 16 on whoever made the role must: `maritime-grid sql` says so
    end;
  end if;
end $$;
