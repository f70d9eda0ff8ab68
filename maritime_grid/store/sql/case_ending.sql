-- name: sides
select n, side from mg.case_party where case_id = %s order by n;

-- name: issued
select n from mg.case_code where case_id = %s;

-- name: answer
update mg.case_file set answer = %s where case_id = %s;

-- name: issue
insert into mg.case_code (case_id, n, hash, issued_at, by) values (%(case_id)s, %(n)s, %(hash)s, %(at)s, %(by)s)
on conflict (case_id, n) do update set hash = excluded.hash, issued_at = excluded.issued_at, by = excluded.by;

-- name: end_codes
delete from mg.case_code k where k.case_id = %(case_id)s and k.n <> 0
  and not exists (select from mg.case_party p where p.case_id = k.case_id and p.n = k.n);

-- name: holder
select case_id, n, by from mg.case_code where hash = %s;

-- name: follow
select case_id, kind, state, opened_at, closed_at, rating, version, reporter,
       case when state in ('fed_back', 'closed') then answer else '' end as answer,
       coalesce((select l.who from mg.case_log l where l.case_id = c.case_id and l.what in ('resolve', 'report')
                 order by l.seq desc limit 1), '') as resolved_by
from mg.case_file c where case_id = %s;

-- name: told_steps
select seq, at, what from mg.case_log where case_id = %s order by seq;
