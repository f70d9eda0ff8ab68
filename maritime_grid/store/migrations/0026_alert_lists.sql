-- Alerts are kept for ever: what the wall and the list of alerts read must not grow with them.
create index alert_over on mg.alert (coalesce(cleared_at, last_at) desc) where not active and seen_at is null;

-- The page of the list: in the order of an index, as far as it is shown. Planned anew each time, for what is asked.
create function api.past_alerts(levels integer[], rules text[], in_grid text, most integer) returns setof text
language plpgsql stable security definer set search_path = mg, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  whole constant boolean := mg.sees_all();
  mine constant smallint[] := case when whole then '{}' else mg.alert_grids(mg.my_account()) end;
begin
  return query
  select a.alert_id from mg.alert a
  where not a.active and a.seen_at is not null and (whole or a.grid = any (mine))
    and (levels is null or a.severity = any (levels)) and (rules is null or a.rule = any (rules))
    and (in_grid is null or a.grid = (select p.code from mg.place p where p.place_id = in_grid))
  order by coalesce(a.cleared_at, a.last_at) desc, a.alert_id
  limit greatest(least(most, 10001), 0);
end $$;
comment on function api.past_alerts(integer[], text[], text, integer) is
  'Alerts that are over and that somebody has seen, the last to end first, of those that are for whoever asks to handle; NULL: any.';

-- Whether one case may be read is asked of that case, not of all.
create or replace view api.my_alert_log with (security_barrier) as
select l.alert_id, l.at, l.what, l.severity as level, l.rev, l.act,
       mg.shown((select mg.level('name')), 'name', w.name_shown) as name, w.post_zh, w.post_en,
       case when l.what = 'open_case' and not exists (select from mg.case_seen c where c.case_id = l.note) then ''
            else l.note end as note
from mg.alert_log l join mg.alert a on a.alert_id = l.alert_id left join mg.account_shown w on w.account_id = l.who
where (select mg.sees_all()) or a.grid = any ((select mg.alert_grids(mg.my_account()))::smallint[]);
comment on view api.my_alert_log is 'What became of the alerts that whoever asks may read.';
