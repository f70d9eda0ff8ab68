-- name: waits
-- Whether a case waits for who asks; a part of the next two. What went up waits at every level that it passed through.
coalesce(c.unit_id = %(unit)s and c.state = any (%(own)s::text[])
         or c.unit_id <> %(unit)s and c.unit_id = any (%(units)s::text[]) and c.state = any (%(below)s::text[])
         or c.holder = %(body)s and c.state = any (%(held)s::text[])
         or c.reporter = %(account)s and c.state = any (%(filed)s::text[])
         or %(grants)s and c.asked_s is not null and c.unit_id = any (%(units)s::text[])
         or %(unit)s = any (c.escalated_through)
         or c.case_id = any (%(parts)s::text[])
         or c.case_id = any (%(reports)s::text[]), false)

-- name: rank
-- An ordinary case that is overdue counts as a larger one; nothing that can wait comes before what is grave.
case when c.due_at <= %(at)s then least(c.priority, 3) else c.priority end

-- name: open_ids
-- Open cases in the order in which they are to be done: what waits for who asks, by rank, by deadline; or not by rank.
select c.case_id, c.waits, count(*) over () as total from (
  select c.case_id, case when not %(by_deadline)s then {rank} end as rank, c.due_at, c.priority, c.opened_at,
         {waits} as waits
  from api."case" c
  where c.state not in ('closed', 'withdrawn')
    and (%(states)s::text[] is null or c.state = any (%(states)s::text[]))
    and (%(kinds)s::text[] is null or c.kind = any (%(kinds)s::text[]))
    and (%(priority)s::smallint is null or c.priority <= %(priority)s)
    and (%(grid)s::text is null or c.grid_id = %(grid)s)
    and (%(only)s::text[] is null or c.case_id = any (%(only)s::text[]))
    and (not %(overdue)s or c.due_at <= %(at)s)
    and (not %(paused)s or c.paused)) c
where not %(mine)s or c.waits
order by c.waits desc, c.rank, c.due_at nulls last, c.priority, c.opened_at desc, c.case_id
limit %(most)s offset %(skip)s;

-- name: scopes
-- How many open cases the filter lets through, how many of them wait for who asks, are overdue or paused.
select count(*) as open, count(*) filter (where {waits}) as mine, count(*) filter (where c.due_at <= %(at)s) as overdue,
       count(*) filter (where c.paused) as paused
from api."case" c
where c.state not in ('closed', 'withdrawn')
  and (%(states)s::text[] is null or c.state = any (%(states)s::text[]))
  and (%(kinds)s::text[] is null or c.kind = any (%(kinds)s::text[]))
  and (%(priority)s::smallint is null or c.priority <= %(priority)s)
  and (%(grid)s::text is null or c.grid_id = %(grid)s)
  and (%(only)s::text[] is null or c.case_id = any (%(only)s::text[]));

-- name: past_ids
-- Cases that are over, newest first.
select case_id, false as waits, 0::bigint as total
from api.past_page(%(states)s::text[], %(kinds)s::text[], %(grid)s::text, %(only)s::text[], %(most)s, %(skip)s)
  as page(case_id);

-- name: columns
-- Open cases at each step, as many as the filter lets through.
select c.state, count(*) as n, count(*) filter (where c.due_at <= %(at)s) as overdue,
       count(*) filter (where c.warn_at <= %(at)s and c.due_at > %(at)s) as warned,
       count(*) filter (where c.paused) as paused
from api."case" c
where c.state not in ('closed', 'withdrawn')
  and (%(kinds)s::text[] is null or c.kind = any (%(kinds)s::text[]))
  and (%(priority)s::smallint is null or c.priority <= %(priority)s)
  and (%(grid)s::text is null or c.grid_id = %(grid)s)
  and (%(only)s::text[] is null or c.case_id = any (%(only)s::text[]))
  and (not %(overdue)s or c.due_at <= %(at)s)
  and (not %(paused)s or c.paused)
group by c.state;

-- name: reports_open
-- Cases of which a report to the unit or body of who asks is not received yet.
select distinct h.case_id from api.case_hop h
where h.received_at is null and (h.to_body = %(body)s or h.to_unit = %(unit)s);

-- name: parts_open
-- Cases that the body of who asks handles jointly, and its part of which is not reported since they were last given out.
select c.case_id from api."case" c
where c.state = any (%(joined)s::text[]) and %(body)s = any (c.joint) and not exists (
  select from api.case_log l
  where l.case_id = c.case_id and l.what = 'report_part' and l.detail ->> 'body' = %(body)s and l.seq > (
    select max(g.seq) from api.case_log g where g.case_id = c.case_id and g.what in ('dispatch', 'transfer')));

-- name: reports_waiting
-- The same with what they are of, of open cases, the first due first; an array, not a join, so that the view looks up
-- these cases and no others.
with h as materialized (
  select h.hop_id, h.case_id, h.due_at from api.case_hop h
  where h.received_at is null and (h.to_body = %(body)s or h.to_unit = %(unit)s))
select h.hop_id, h.case_id, c.title, h.due_at
from h join (select case_id, title from api."case" where case_id = any (array(select case_id from h))
             and state not in ('closed', 'withdrawn')) c on c.case_id = h.case_id
order by h.due_at, h.hop_id limit %(most)s;

-- name: grids
select p.id, p.name_zh, p.name_en from api.name p where p.what = 'grid' order by p.id;

-- name: pulse
-- Changes with anything that the account's list shows.
select count(*) as n, max(c.changed_at) as changed_at from api."case" c where c.state not in ('closed', 'withdrawn');

-- name: version
select c.version from api."case" c where c.case_id = %s;

-- name: people
-- Accounts that did something with a case.
select w.account_id, w.name_shown, w.role, w.works_for,
       (select min(n.name_en) from api.name n where n.what in ('unit', 'body') and n.name_zh = w.works_for) as works_for_en
from api.case_people(%s) w;

-- name: read_party
select name, phone, id_number from api.read_party(%s, %s, %s);
