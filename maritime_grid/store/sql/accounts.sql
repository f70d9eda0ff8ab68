-- name: rights
-- Name of the role to be made, ours, the server's version, and what we may.
select mg.role_name(%s), current_user::text, current_setting('server_version_num')::integer, r.rolsuper, r.rolcreaterole,
       exists (select from pg_roles where rolname = 'mg_reader')
from pg_roles r where r.rolname = current_user;

-- name: without_role
-- Accounts whose role is missing, or there and in the group no more.
select a.account_id, a.number, mg.role_name(a.number)::text as name, r.oid is not null as there
from mg.account a left join pg_roles r on r.rolname = mg.role_name(a.number)
where not exists (select from pg_auth_members m join pg_roles g on g.oid = m.roleid
                  where m.member = r.oid and g.rolname = 'mg_reader')
order by a.number;

-- name: login_role
-- The role of an account, where an administrator gave it a login of its own.
select r.rolname::text from mg.account a join pg_roles r on r.rolname = mg.role_name(a.number)
where a.account_id = %s and r.rolcanlogin;

-- name: role_of
select mg.role_name(number), session_user::text from mg.account where account_id = %s and disabled_at is null;

-- name: lock_table
-- Two starts at once write the same: one after the other.
lock table mg.role_act, mg.role_field in share row exclusive mode;

-- name: forget_acts
delete from mg.role_act where (role, act) not in (select * from unnest(%(roles)s::text[], %(acts)s::text[]));

-- name: write_acts
insert into mg.role_act (role, act) select * from unnest(%(roles)s::text[], %(acts)s::text[]) on conflict do nothing;

-- name: forget_fields
delete from mg.role_field where (role, field) not in (select * from unnest(%(roles)s::text[], %(fields)s::text[]));

-- name: write_fields
insert into mg.role_field as f (role, field, level)
select * from unnest(%(roles)s::text[], %(fields)s::text[], %(levels)s::text[])
on conflict (role, field) do update set level = excluded.level where f.level <> excluded.level;

-- name: unit_level
select level from mg.unit where unit_id = %s;

-- name: body_kind
select kind from mg.body where body_id = %s;

-- name: has_person
select exists (select from mg.person where person_id = %s);

-- name: add
insert into mg.account (account_id, role, unit_id, body_id, person_id, name_shown, oidc_subject, password_hash,
                        password_until, created_at)
values (%(account_id)s, %(role)s, %(unit_id)s, %(body_id)s, %(person_id)s, %(name_shown)s, %(oidc_subject)s,
        %(password_hash)s, %(until)s, %(now)s)
returning number;

-- name: all
select a.account_id, a.number, a.role, a.unit_id, a.body_id, a.person_id,
       coalesce(p.staff_no, a.person_id::text, '') as person_no, a.name_shown, a.oidc_subject,
       a.password_hash <> '' as has_password, a.totp_secret <> '' as has_second_factor, a.failures,
       mg.finite(a.locked_until) as locked_until, a.password_until, a.created_at, a.disabled_at,
       mg.role_name(a.number)::text as db_role,
       exists (select from pg_roles where rolname = mg.role_name(a.number)) as has_db_role
from mg.account a left join mg.person p using (person_id)
where %(only)s::text is null or a.account_id = %(only)s order by a.account_id;

-- name: any
select exists (select from mg.account);

-- name: set_disabled
update mg.account set disabled_at = %(at)s where account_id = %(account_id)s;

-- name: set_password
update mg.account set password_hash = %(password_hash)s, password_until = %(until)s, failures = 0,
       locked_until = '-infinity'
where account_id = %(account_id)s;

-- name: rehash
update mg.account set password_hash = %(password_hash)s where account_id = %(account_id)s;

-- name: set_secret
update mg.account set totp_secret = %(secret)s, totp_step = %(step)s where account_id = %(account_id)s;

-- name: unlock
update mg.account set failures = 0, locked_until = '-infinity' where account_id = %(account_id)s;

-- name: hold_accounts
-- One change of accounts at a time: two operators who end one another at once must not both succeed.
select pg_advisory_xact_lock(7201014);

-- name: standing
select role, unit_id, body_id, person_id, name_shown, disabled_at is null as enabled
from mg.account where account_id = %s;

-- name: any_of_roles
select exists (select from mg.account where role = any (%s) and disabled_at is null);

-- name: change
-- Nobody stands at a machine to choose a password: the one it was given stays.
update mg.account set role = %(role)s, unit_id = %(unit_id)s, body_id = %(body_id)s, person_id = %(person_id)s,
       name_shown = %(name_shown)s, password_until = case when %(machine)s then null else password_until end
where account_id = %(account_id)s;

-- name: person_of
select person_id from mg.person where staff_no = %(given)s or person_id::text = %(given)s
order by staff_no is distinct from %(given)s limit 1;

-- name: secrets
select account_id, totp_secret from mg.account where totp_secret <> '' order by account_id for update;

-- name: keep_secret
update mg.account set totp_secret = %(secret)s where account_id = %(account_id)s;

-- name: forget_offers
-- Whoever is enrolling right now is offered another one.
update mg.session set new_secret = '' where new_secret <> '';

-- name: end_sessions
update mg.session set ended_at = %(now)s where account_id = %(account_id)s and ended_at is null;

-- name: log
insert into mg.access_log (at, account_id, act, subject, purpose)
values (%(now)s, %(account_id)s, %(act)s, %(subject)s, %(purpose)s);

-- name: lock_login
-- One attempt at a time for a name, there or not: many at once must not all be tried before the first is counted.
select pg_advisory_xact_lock(7201004, hashtext(%s));

-- name: address_locked
select locked_until from mg.login_address where address = %(address)s and locked_until > %(now)s;

-- name: login_row
select account_id, role, password_hash, totp_secret, totp_step, failures, locked_until > %(now)s as locked,
       disabled_at is not null as disabled, coalesce(password_until <= %(now)s, false) as over
from mg.account where account_id = %(account_id)s;

-- name: login_of_outside
select account_id from mg.account where oidc_subject = %s;

-- name: failed
update mg.account set failures = failures + 1 where account_id = %s returning failures;

-- name: lock_account
update mg.account set locked_until = %(until)s where account_id = %(account_id)s;

-- name: succeeded
update mg.account set failures = 0, locked_until = '-infinity' where account_id = %s;

-- name: failed_from
-- Failures count on until the address was quiet for as long as the longest lock.
insert into mg.login_address as a (address, failures, last_at, locked_until)
values (%(address)s, 1, %(now)s, '-infinity')
on conflict (address) do update
set failures = case when a.last_at < %(quiet_since)s then 1 else a.failures + 1 end, last_at = excluded.last_at
returning failures;

-- name: lock_address
update mg.login_address set locked_until = %(until)s where address = %(address)s;

-- name: forget_addresses
delete from mg.login_address where last_at < %(quiet_since)s and locked_until < %(now)s;

-- name: take_step
-- False where another login took this step, or a later one, in the meantime.
update mg.account set totp_step = %(step)s where account_id = %(account_id)s and totp_step < %(step)s;

-- name: half_session
select account_id from mg.session
where token_hash = %(token_hash)s and not whole and ended_at is null and begun_at > %(since)s;

-- name: begin_session
insert into mg.session (token_hash, account_id, whole, begun_at, seen_at, address, agent)
values (%(token_hash)s, %(account_id)s, %(whole)s, %(now)s, %(now)s, %(address)s, %(agent)s);

-- name: offer_secret
update mg.session set new_secret = %(secret)s where token_hash = %(token_hash)s and new_secret = '';

-- name: offered_secret
select new_secret from mg.session where token_hash = %s;

-- name: session
select s.number, s.account_id, a.role, a.unit_id, a.body_id, a.name_shown, a.totp_secret <> '' as has_second_factor,
       s.whole, a.password_until is not null as must_change, s.begun_at, s.seen_at, s.address, s.agent
from mg.session s join mg.account a on a.account_id = s.account_id
where s.token_hash = %s and s.ended_at is null and a.disabled_at is null;

-- name: sessions
select s.number, s.account_id, a.role, a.unit_id, a.body_id, a.name_shown, a.totp_secret <> '' as has_second_factor,
       s.whole, a.password_until is not null as must_change, s.begun_at, s.seen_at, s.address, s.agent
from mg.session s join mg.account a on a.account_id = s.account_id
join unnest(%(roles)s::text[], %(idle_s)s::float8[], %(absolute_s)s::float8[]) l(role, idle_s, absolute_s)
  on l.role = a.role
where s.ended_at is null and a.disabled_at is null and (%(account_id)s::text is null or s.account_id = %(account_id)s)
  and (l.idle_s is null or s.seen_at + make_interval(secs => l.idle_s) > %(now)s)
  and (l.absolute_s is null or s.begun_at + make_interval(secs => l.absolute_s) > %(now)s)
order by s.seen_at desc;

-- name: forget_over
-- Those that ended by themselves: nobody comes to say so. Of a role that is in the table no more since they were used.
delete from mg.session s
using mg.account a
left join unnest(%(roles)s::text[], %(idle_s)s::float8[], %(absolute_s)s::float8[]) l(role, idle_s, absolute_s)
  on l.role = a.role
where a.account_id = s.account_id
  and (s.seen_at + make_interval(secs => l.idle_s) < %(before)s
       or s.begun_at + make_interval(secs => l.absolute_s) < %(before)s
       or (l.role is null and s.seen_at < %(before)s));

-- name: saw_session
update mg.session set seen_at = %(now)s where token_hash = %(token_hash)s and ended_at is null;

-- name: end_session
update mg.session set ended_at = %(now)s where token_hash = %(token_hash)s and ended_at is null
returning account_id, whole;

-- name: end_numbered
update mg.session set ended_at = %(now)s where number = %(number)s and ended_at is null returning account_id;

-- name: forget_sessions
delete from mg.session where ended_at < %(before)s or (not whole and begun_at < %(before)s);
