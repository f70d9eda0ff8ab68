-- name: list
-- As the account that asks: the view decides what comes back. What is open comes first, then what ended unseen, then
-- the past; worst first and the longest waiting, of the past the last to end. The past grows for ever: of it no more is
-- looked up than is shown, by an array, so that the view looks up these and no others.
select a.alert_id, a.rule, a.level, a.state, a.mmsi, a.vessel_name, a.place, a.grid_id, g.name_zh as grid_zh,
       g.name_en as grid_en, a.raised_at, a.last_at, a.heard_at, a.cleared_at, a.repeats, a.lon, a.lat, a.detail,
       a.seen_at, a.seen_name, a.seen_post_zh, a.seen_post_en, a.resolved_at, a.resolved_name, a.resolved_post_zh,
       a.resolved_post_en, a.verdict, a.resolution
from (
  select * from api.my_alert where active or seen_at is null
  union all
  select * from api.my_alert where not active and seen_at is not null and alert_id = any ((select case
    when %(only)s::text is not null then array[%(only)s::text]
    when %(states)s::text[] is null or 'past' = any (%(states)s::text[]) then array(
      select api.past_alerts(%(levels)s::integer[], %(rules)s::text[], %(grid)s::text,
                             %(most)s::integer + %(skip)s::integer)) end)::text[])
) a left join api.name g on g.what = 'grid' and g.id = a.grid_id
where (%(states)s::text[] is null or a.state = any (%(states)s::text[]))
  and (%(levels)s::integer[] is null or a.level = any (%(levels)s::integer[]))
  and (%(rules)s::text[] is null or a.rule = any (%(rules)s::text[]))
  and (%(grid)s::text is null or a.grid_id = %(grid)s)
  and (%(only)s::text is null or a.alert_id = %(only)s)
order by case a.state when 'open' then 0 when 'seen' then 0 when 'resolved' then 1 when 'over' then 2 else 3 end,
         case when a.state <> 'past' then -a.level end, case when a.state <> 'past' then a.raised_at end,
         coalesce(a.cleared_at, a.last_at) desc, a.alert_id
limit %(most)s offset %(skip)s;

-- name: of_case
-- Looked up by an array, as above.
select a.alert_id, a.rule, a.level, a.state, a.mmsi, a.vessel_name, a.place, a.grid_id, g.name_zh as grid_zh,
       g.name_en as grid_en, a.raised_at, a.last_at, a.heard_at, a.cleared_at, a.repeats, a.lon, a.lat, a.detail,
       a.seen_at, a.seen_name, a.seen_post_zh, a.seen_post_en, a.resolved_at, a.resolved_name, a.resolved_post_zh,
       a.resolved_post_en, a.verdict, a.resolution
from api.my_alert a left join api.name g on g.what = 'grid' and g.id = a.grid_id
where a.alert_id = any (array(select alert_id from api.case_alert where case_id = %s))
order by a.raised_at, a.alert_id;

-- name: for_case
-- Of the vessels or the grid of a case, nearest in time first, which no open case that the reader sees is about.
select a.alert_id, a.rule, a.level, a.state, a.mmsi, a.vessel_name, a.place, a.grid_id, g.name_zh as grid_zh,
       g.name_en as grid_en, a.raised_at, a.last_at, a.heard_at, a.cleared_at, a.repeats, a.lon, a.lat, a.detail,
       a.seen_at, a.seen_name, a.seen_post_zh, a.seen_post_en, a.resolved_at, a.resolved_name, a.resolved_post_zh,
       a.resolved_post_en, a.verdict, a.resolution
from api.my_alert a left join api.name g on g.what = 'grid' and g.id = a.grid_id
where a.raised_at between %(since)s and %(until)s
  and (a.mmsi = any (array(select v.mmsi from api.case_vessel v where v.case_id = %(case_id)s and v.mmsi is not null))
       or a.grid_id = %(grid)s)
  and not exists (select from api.case_alert x join api."case" c on c.case_id = x.case_id
                  where x.alert_id = a.alert_id
                    and (x.case_id = %(case_id)s or c.state not in ('closed', 'withdrawn')))
order by a.mmsi = any (array(select v.mmsi from api.case_vessel v where v.case_id = %(case_id)s)) desc nulls last,
         abs(extract(epoch from a.raised_at - %(about)s)), a.alert_id
limit %(most)s;

-- name: log
select at, what, level, name, post_zh, post_en, note from api.my_alert_log where alert_id = %s order by rev, act, at, what;

-- name: cases
select c.case_id, c.title, c.state from api.case_alert x join api."case" c on c.case_id = x.case_id
where x.alert_id = %s order by c.opened_at, c.case_id;

-- name: track
select t, lon, lat, sog from api.alert_track(%s, %s, %s) order by t;

-- name: near
-- All in a box; who is nearest is measured outside.
select mmsi, name, vessel_class, lon, lat, sog, t from api.alert_near(%s, %s);

-- name: grids
select distinct g.id, g.name_zh, g.name_en from api.my_alert a join api.name g on g.what = 'grid' and g.id = a.grid_id
where a.active or a.seen_at is null order by g.id;
