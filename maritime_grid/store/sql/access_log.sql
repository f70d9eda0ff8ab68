-- name: entries
-- Of accounts of the units asked for and of bodies that belong to them; all others, too, for who answers for the city.
select l.n, l.at, l.account_id, coalesce(a.name_shown, '') as name_shown, l.act, l.subject, l.fields, l.purpose, l.lines
from mg.access_log l left join mg.account a using (account_id) left join mg.body b using (body_id)
where (a.unit_id = any (%(units)s::text[]) or b.unit_id = any (%(units)s::text[])
       or exists (select from mg.unit u where u.level = 'city' and u.unit_id = any (%(units)s::text[])))
  and (%(account)s = '' or l.account_id = %(account)s) and starts_with(l.subject, %(subject)s)
  and (%(before)s::bigint is null or l.n < %(before)s)
order by l.n desc limit %(most)s;
