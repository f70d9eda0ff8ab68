-- name: account_of_session
select s.account_id from mg.session s join mg.account a using (account_id)
where s.token_hash = %s and s.whole and s.ended_at is null and a.disabled_at is null;

-- name: own
select a.account_id, a.name_shown, a.role,
       coalesce((select array_agg(p.name_zh order by array_length(p.path, 1)) from mg.unit u
                 join mg.unit p on p.unit_id = any (u.path) where u.unit_id = a.unit_id), '{}') as unit_zh,
       coalesce((select array_agg(coalesce(nullif(p.name_en, ''), p.name_zh) order by array_length(p.path, 1))
                 from mg.unit u join mg.unit p on p.unit_id = any (u.path) where u.unit_id = a.unit_id), '{}') as unit_en,
       coalesce(b.name_zh, '') as body_zh, coalesce(nullif(b.name_en, ''), b.name_zh, '') as body_en,
       a.password_hash <> '' as has_password, a.totp_secret <> '' as has_second_factor
from mg.account a left join mg.body b using (body_id) where a.account_id = %s;

-- name: own_password
update mg.account set password_hash = %(password_hash)s, password_until = null, failures = 0, locked_until = '-infinity'
where account_id = %(account_id)s;

-- name: end_own
update mg.session set ended_at = %(now)s
where account_id = %(account_id)s and number = %(number)s and ended_at is null
returning number;

-- name: end_others
update mg.session set ended_at = %(now)s
where account_id = %(account_id)s and token_hash <> %(token_hash)s and ended_at is null;

-- name: own_entries
-- Its logins, and what anybody did with it; each half has an index of its own.
(select n, at, account_id, act, subject from mg.access_log
 where account_id = %(account_id)s and act in ('login', 'login_failed', 'password_refused')
 order by n desc limit %(most)s)
union all
(select n, at, account_id, act, subject from mg.access_log
 where subject = 'account:' || %(account_id)s and act <> 'logout'
 order by at desc, n desc limit %(most)s)
order by n desc limit %(most)s;
