-- name: answering
-- Units from the one that leads the grid up, with their levels.
select u.level, u.unit_id from mg.unit l join mg.unit u on u.unit_id = any (l.path) where l.unit_id = %s;

-- name: handled_by
-- Who took the case last, for a step that comes back to those who had it.
select account_id from mg.case_step
where case_id = %s and step = 'handling' and account_id is not null order by seq desc limit 1;

-- name: enter
insert into mg.case_step (case_id, seq, step, since, due_at, unit_id, body_id, account_id)
values (%(case_id)s, %(seq)s, %(step)s, %(at)s, %(due_at)s, %(unit_id)s, %(body_id)s, %(account_id)s);

-- name: leave
update mg.case_step set until = %(at)s, account_id = coalesce(account_id, %(account_id)s)
where case_id = %(case_id)s and until is null;

-- name: answer
-- The unit that answers for the present step from now on.
update mg.case_step set unit_id = %(unit_id)s where case_id = %(case_id)s and until is null;

-- name: set_clock
-- What was late when an extension moved the deadline on stays late, wherever it moved it to.
update mg.case_step
set late_s = late_s + case when due_at < %(at)s
                           then greatest(0, extract(epoch from least(%(at)s, %(due_at)s::timestamptz) - due_at)) else 0 end,
    due_at = %(due_at)s
where case_id = %(case_id)s and until is null;

-- name: steps
-- Steps of one case with their clocks, as far as whoever asks may read it; `late_s` as of a moment.
select s.seq, s.step, s.since, s.until, s.due_at,
       s.late_s + greatest(0, extract(epoch from least(coalesce(s.until, %(at)s), %(at)s) - s.due_at))::float8 as late_s,
       s.unit_id, s.body_id, s.account_id
from api.case_step s where s.case_id = %(case_id)s order by s.seq;

-- name: chosen
-- Late steps that the filter lets through; a part of the next two.
select s.*, case %(by)s when 'unit' then s.unit_id when 'body' then s.body_id else s.account_id end as who
from api.late_steps(%(since)s, %(at)s) s
where (%(states)s::text[] is null or s.step = any (%(states)s::text[]))
  and (%(kinds)s::text[] is null or s.kind = any (%(kinds)s::text[]))
  and (%(grid)s::text is null or s.grid_id = %(grid)s)
  and (%(only)s::text[] is null or s.case_id = any (%(only)s::text[]))
  and (%(by)s <> 'body' or s.body_id is not null)

-- name: groups
-- How often and how long each was late, with the longest of its late steps; whoever has most standing late first.
with s as materialized ({chosen}),
k as (
  select s.*, row_number() over (partition by s.who order by s.until is null desc, s.late_s desc, s.case_id, s.seq) as k
  from s),
g as (
  select k.who, min(k.account_name) as account_name, min(k.account_post) as account_post, count(*) as n,
         count(distinct k.case_id) as cases, count(*) filter (where k.until is null) as still,
         count(*) filter (where k.body_id is not null) as with_body, sum(k.late_s) as late_s, max(k.late_s) as longest_s,
         jsonb_agg(jsonb_build_object('case_id', k.case_id, 'title', k.title, 'step', k.step, 'done', k.until is not null,
                                      'late_s', k.late_s) order by k.k) filter (where k.k <= %(each)s) as lines
  from k group by k.who)
select g.who, n.name_zh, n.name_en, g.account_name, g.account_post, g.n, g.cases, g.still, g.with_body, g.late_s,
       g.longest_s, g.lines
from g left join api.name n on n.what = %(by)s and n.id = g.who
order by g.still desc, g.late_s desc, g.who nulls last limit %(most)s;

-- name: lines
-- The late steps themselves.
select l.case_id, l.seq, l.kind, l.title, l.step, l.since, l.until, l.due_at, l.late_s, l.unit_id, l.body_id, l.account_id,
       l.account_name, l.account_post, l.who
from ({chosen}) l order by l.who nulls last, l.until is null desc, l.late_s desc, l.case_id, l.seq limit %(most)s;

-- name: pauses
-- Whose clocks stood: how many stand, how long all stood together, with those that stand, the last to go on first.
with s as materialized (
  select s.*, case %(by)s when 'unit' then s.unit_id when 'body' then s.body_id else s.account_id end as who
  from api.step_pauses(%(since)s, %(at)s) s
  where (%(states)s::text[] is null or s.step = any (%(states)s::text[]))
    and (%(kinds)s::text[] is null or s.kind = any (%(kinds)s::text[]))
    and (%(grid)s::text is null or s.grid_id = %(grid)s)
    and (%(only)s::text[] is null or s.case_id = any (%(only)s::text[]))
    and (%(by)s <> 'body' or s.body_id is not null)),
k as (
  select s.*, row_number() over (partition by s.who order by s.stands desc, s.latest_at desc, s.case_id, s.seq) as k from s),
g as (
  select k.who, min(k.account_name) as account_name, count(*) as n, count(distinct k.case_id) as cases,
         count(*) filter (where k.stands) as stand, sum(k.paused_s) as paused_s,
         coalesce(jsonb_agg(jsonb_build_object('case_id', k.case_id, 'title', k.title, 'until', k.latest_at, 'cause', k.cause)
                            order by k.k) filter (where k.stands and k.k <= %(each)s), '[]') as lines
  from k group by k.who)
select g.who, n.name_zh, n.name_en, g.account_name, g.n, g.cases, g.stand, g.paused_s, g.lines
from g left join api.name n on n.what = %(by)s and n.id = g.who
order by g.stand desc, g.paused_s desc, g.who nulls last limit %(most)s;
