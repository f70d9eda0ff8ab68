-- name: entries
select n, case_id, seq, at, who, what, said, prev, hash from mg.case_log order by n;

-- name: count
select count(*) as n from mg.case_log;

-- name: head
select n, hash from mg.case_chain;

-- name: versions
select case_id, version from mg.case_file;

-- name: attachments
-- Contents whose hash is not what their name says.
select encode(sha256, 'hex') as named, encode(sha256(content), 'hex') as found from mg.blob where sha256(content) <> sha256;

-- name: lost_attachments
-- Said to have been attached, and not there.
select l.case_id, l.seq from mg.case_log l
where l.what = 'attach' and not exists (
  select from mg.case_attachment a where a.case_id = l.case_id and a.seq = l.seq
    and encode(a.sha256, 'hex') = l.said::jsonb ->> 'sha256');

-- name: contradictions
-- What stands beside the archive, for lists and figures, and says something else than it.
with told as (
  select distinct on (l.case_id) l.case_id, l.said::jsonb ->> 'step' as step from mg.case_log l
  where l.said::jsonb ? 'step' order by l.case_id, l.seq desc)
select c.case_id, 'it stands at ' || c.state || ', and its last entry says ' || coalesce(t.step, 'received') as fault
from mg.case_file c left join told t on t.case_id = c.case_id where c.state <> coalesce(t.step, 'received')
union all
select c.case_id, 'no entry gives the rating ' || c.rating from mg.case_file c
where c.rating is not null and not exists (
  select from mg.case_log l where l.case_id = c.case_id and l.what = 'rate' and l.said::jsonb ->> 'rating' = c.rating::text)
union all
select h.case_id, 'no entry says that the report ' || h.hop_id || ' was received then' from mg.case_hop h
where h.received_at is not null and not exists (
  select from mg.case_log l where l.case_id = h.case_id and l.what = 'receive_hop' and l.at = h.received_at
    and l.said::jsonb ->> 'hop' = h.hop_id)
union all
select l.case_id, 'the receipt of step ' || l.seq || ' is not kept' from mg.case_log l
where l.what = 'receive_hop' and not exists (
  select from mg.case_hop h where h.case_id = l.case_id and h.hop_id = l.said::jsonb ->> 'hop' and h.received_at = l.at)
union all
select l.case_id, 'the escalation of step ' || l.seq || ' is not kept' from mg.case_log l
where l.what = 'escalate' and not exists (
  select from mg.case_escalation e where e.case_id = l.case_id and e.unit_id = l.said::jsonb ->> 'to'
    and e.at = (l.said::jsonb ->> 'due')::timestamptz)
order by 1, 2;

-- name: log_verified
insert into mg.access_log (at, account_id, act, subject, purpose)
values (%(at)s, %(by)s, 'archive_verified', 'archive:' || %(n)s::bigint, %(said)s);
