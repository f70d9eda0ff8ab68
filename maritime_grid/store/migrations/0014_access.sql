-- Accounts and graded access (Art. 30). Each account has a database role of its own without any right to write: what
-- a person sees is decided by policies and views that ask who that role is, whatever page or tool asks.
create table mg.account (
  account_id text primary key check (account_id ~ '^[a-z][a-z0-9._-]{1,30}$'),
  number integer generated always as identity unique,
  role text not null,
  unit_id text references mg.unit,
  body_id text references mg.body,
  person_id bigint references mg.person,
  name_shown text not null,
  password_hash text not null default '',
  totp_secret text not null default '',
  oidc_subject text unique,
  failures integer not null default 0,
  locked_until timestamptz not null default '-infinity',
  totp_step bigint not null default 0,
  created_at timestamptz not null,
  disabled_at timestamptz
);
comment on table mg.account is 'Who may log in.';
comment on column mg.account.account_id is 'Login name.';
comment on column mg.account.number is 'Number, part of the name of its database role.';
comment on column mg.account.role is 'Role in the table of access (config/access.toml).';
comment on column mg.account.unit_id is 'Jurisdiction that it works for, with all below; NULL none.';
comment on column mg.account.body_id is 'Body that it works for; NULL none.';
comment on column mg.account.person_id is 'The person; NULL for accounts of machines, such as a wall.';
comment on column mg.account.name_shown is 'Name beside what it does, on screens and in the archive.';
comment on column mg.account.password_hash is 'Argon2id, with its parameters; empty: no login by password.';
comment on column mg.account.totp_secret is 'Base32 secret of the second factor; empty: none yet.';
comment on column mg.account.oidc_subject is 'Issuer and subject of an outside login; NULL none.';
comment on column mg.account.failures is 'Failed logins since the last good one.';
comment on column mg.account.locked_until is 'No login before this moment, UTC; -infinity: not locked.';
comment on column mg.account.totp_step is 'Step of the last second factor used: none is taken twice.';
comment on column mg.account.created_at is 'When it was made, UTC.';
comment on column mg.account.disabled_at is 'Since when it may not log in, UTC; NULL: it may.';

create table mg.role_act (
  role text not null,
  act text not null,
  primary key (role, act)
);
comment on table mg.role_act is 'What each role may do; written from the table of access at each start, never by hand.';
comment on column mg.role_act.role is 'Role.';
comment on column mg.role_act.act is 'Command, page or step, such as case.collate or page.people.';

create table mg.role_field (
  role text not null,
  field text not null,
  level text not null check (level in ('full', 'masked', 'none')),
  primary key (role, field)
);
comment on table mg.role_field is 'How much of each class of personal data each role sees; written from the table of access.';
comment on column mg.role_field.role is 'Role.';
comment on column mg.role_field.field is 'Class of data: name, phone, id_number, address.';
comment on column mg.role_field.level is 'full, masked, or none.';

create table mg.access_log (
  n bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  account_id text not null,
  act text not null,
  subject text not null,
  fields text[] not null default '{}',
  purpose text not null default ''
);
create index access_log_subject on mg.access_log (subject, at);
comment on table mg.access_log is 'Every reading and export of personal data, and every login; rows are only ever added.';
comment on column mg.access_log.n is 'Number of the entry.';
comment on column mg.access_log.at is 'When, UTC.';
comment on column mg.access_log.account_id is 'Who; a database role where none of ours.';
comment on column mg.access_log.act is 'login, login_failed, logout, read, export and so on.';
comment on column mg.access_log.subject is 'About whom or what, such as person:12 or case:2026-000017.';
comment on column mg.access_log.fields is 'Classes of data that were shown in full.';
comment on column mg.access_log.purpose is 'Why, in the words of who read it.';

create function mg.role_name(number integer) returns name
language sql stable parallel safe
return ('mg_' || (select oid from pg_database where datname = current_database())::text || '_' || number)::name;
comment on function mg.role_name(integer) is 'Name of the database role of an account; all databases of a server share their roles.';

-- Who asks: the role that was set, else the role that logged in. As definer, since nobody may read the tables.
create function mg.my_account() returns text
language sql stable security definer set search_path = mg, pg_temp
return (select account_id from mg.account
        where mg.role_name(number) = coalesce(nullif(current_setting('role'), 'none'), session_user::text)::name
          and disabled_at is null);
comment on function mg.my_account() is 'Login name of the account whose database role asks; NULL none.';

create function mg.my_role() returns text
language sql stable security definer set search_path = mg, pg_temp
return (select role from mg.account where account_id = mg.my_account());
comment on function mg.my_role() is 'Role of the account that asks.';

create function mg.my_body() returns text
language sql stable security definer set search_path = mg, pg_temp
return (select body_id from mg.account where account_id = mg.my_account());
comment on function mg.my_body() is 'Body of the account that asks.';

create function mg.my_person() returns bigint
language sql stable security definer set search_path = mg, pg_temp
return (select person_id from mg.account where account_id = mg.my_account());
comment on function mg.my_person() is 'Person of the account that asks.';

create function mg.my_units() returns text[]
language sql stable security definer set search_path = mg, pg_temp
return (select coalesce(array_agg(u.unit_id), '{}') from mg.unit u
        where u.path @> array[(select unit_id from mg.account where account_id = mg.my_account())]);
comment on function mg.my_units() is 'The unit of the account that asks and all below it.';

create function mg.may(act text) returns boolean
language sql stable security definer set search_path = mg, pg_temp
return exists (select from mg.role_act r where r.role = mg.my_role() and r.act = may.act);
comment on function mg.may(text) is 'Whether the role of the account that asks may do this.';

create function mg.level(field text) returns text
language sql stable security definer set search_path = mg, pg_temp
return coalesce((select f.level from mg.role_field f where f.role = mg.my_role() and f.field = level.field), 'none');
comment on function mg.level(text) is 'How much of this class of personal data the account that asks sees: full, masked or none.';

-- Log entries may be added by the product alone, and altered by nobody.
create function mg.refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '% is an archive: its rows are only ever added', tg_table_name using errcode = 'insufficient_privilege';
end $$;
comment on function mg.refuse_change() is 'Refuses every change of an archive.';
create trigger access_log_kept before update or delete or truncate on mg.access_log
for each statement execute function mg.refuse_change();

create table mg.session (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  number bigint generated always as identity unique,
  account_id text not null references mg.account,
  whole boolean not null,
  begun_at timestamptz not null,
  seen_at timestamptz not null,
  ended_at timestamptz,
  address text not null default '',
  agent text not null default '',
  new_secret text not null default ''
);
create index session_open on mg.session (account_id) where ended_at is null;
comment on table mg.session is 'Logins. When one is idle or old for too long says the table of access, by the role.';
comment on column mg.session.token_hash is 'SHA-256 of the token that its browser holds; the token itself is nowhere.';
comment on column mg.session.number is 'Number by which people name it.';
comment on column mg.session.account_id is 'Whose.';
comment on column mg.session.whole is 'False between the password and the second factor: it opens nothing then.';
comment on column mg.session.begun_at is 'When it began, UTC.';
comment on column mg.session.seen_at is 'When it was used last, UTC, to the minute.';
comment on column mg.session.ended_at is 'When it was ended by logout or by somebody, UTC; NULL: not.';
comment on column mg.session.address is 'Address of the browser at the login.';
comment on column mg.session.agent is 'What the browser said of itself.';
comment on column mg.session.new_secret is 'Second factor that was offered and not confirmed yet; empty: none.';

create table mg.login_address (
  address text primary key,
  failures integer not null,
  last_at timestamptz not null,
  locked_until timestamptz not null
);
comment on table mg.login_address is 'Addresses from which logins failed; forgotten when they were quiet for long.';
comment on column mg.login_address.address is 'IPv4 address, or the first 64 bits of one of IPv6.';
comment on column mg.login_address.failures is 'Failed logins in a row.';
comment on column mg.login_address.last_at is 'When the last one failed, UTC.';
comment on column mg.login_address.locked_until is 'No login from there before this moment, UTC.';

-- The group of all accounts' roles; migrate.py grants it schema api. Where we may not make roles, an administrator does:
-- create role mg_reader nologin; grant mg_reader to USER with admin option; alter role USER createrole; migrate again.
do $$
begin
  if not exists (select from pg_roles where rolname = 'mg_reader')
     and (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) then
    begin
      create role mg_reader nologin;
    exception when duplicate_object or unique_violation then
      null;  -- another database of this server was migrated at the same moment
    end;
  end if;
end $$;
