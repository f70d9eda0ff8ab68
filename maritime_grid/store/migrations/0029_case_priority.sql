-- What a case's severity says orders the lists, and every level that an overdue step passed through keeps the case.

-- Kept by the database, so that whatever changes severity or major cannot leave it behind: maritime_grid.cases.severity
-- says the same, and a test holds the two together.
alter table mg.case_file
  add column priority smallint not null
    generated always as (case when major then least(5 - severity, 2) else 5 - severity end) stored,
  add column escalated_through text[] not null default '{}';
comment on column mg.case_file.priority is '1 comes first, 4 last: 5 less the severity, of a major matter at most 2.';
comment on column mg.case_file.escalated_through is 'Units to which the present step was escalated, from below; the last is that in escalated.';
update mg.case_file c set escalated_through = e.units
from (select x.case_id, x.step_since, array_agg(x.unit_id order by x.at, cardinality(u.path) desc) as units
      from mg.case_escalation x join mg.unit u on u.unit_id = x.unit_id group by x.case_id, x.step_since) e
where e.case_id = c.case_id and e.step_since = c.step_since and c.escalated is not null;

drop index mg.case_listed;
create index case_listed on mg.case_file (priority, due_at, opened_at desc, case_id);

create or replace view mg.case_seen as
select c.* from mg.case_file c
where (select mg.sees_all())
   or ((select mg.may('case.read'))
       and (c.unit_id = any ((select mg.my_units())::text[])
            or c.holder = (select mg.my_body())
            or (select mg.my_body()) = any (c.joint)
            or (c.reporter <> '' and c.reporter = (select mg.my_account()))
            or c.case_id in (select h.case_id from mg.case_hop h where h.to_body = (select mg.my_body())))
       and (c.accused is null or c.accused is distinct from (select mg.my_person())));

create or replace view api."case" with (security_barrier) as
select c.case_id, c.kind, c.title, c.state, g.place_id as grid_id,
       (select min(a.alert_id) from mg.case_alert a where a.case_id = c.case_id) as alert_id, c.opened_at, c.closed_at,
       c.version, nullif(c.subkind, '') as subkind, c.description, nullif(c.place, '') as place, c.lon, c.lat,
       c.happened_at, c.unit_id, c.channel, c.severity, c.major, c.amount, c.holder, c.joint,
       mg.finite(c.step_since) as step_since, mg.finite(c.due_at) as due_at, mg.finite(c.warn_at) as warn_at,
       jsonb_array_length(c.pauses) > 0 and c.pauses -> -1 ->> 1 is null as paused, c.asked_s, c.extended_s,
       c.extensions, c.reopened, c.rating, c.escalated, mg.finite(c.changed_at) as changed_at, c.reporter, c.facts,
       c.priority, c.escalated_through
from mg.case_seen c left join mg.place g on g.code = c.grid;
comment on column mg.case_seen.priority is '1 comes first, 4 last: 5 less the severity, of a major matter at most 2.';
comment on column mg.case_seen.escalated_through is 'Units to which the present step was escalated, from below; the last is that in escalated.';
comment on column api."case".priority is '1 comes first, 4 last: 5 less the severity, of a major matter at most 2.';
comment on column api."case".escalated_through is 'Units to which the present step was escalated, from below; the last is that in escalated.';

create or replace function api.case_page(
  states text[], kinds text[], in_grid text, held_by text, due_by timestamptz, ids text[], most integer, skip integer)
returns setof text
language plpgsql stable security definer set search_path = mg, pg_temp set plan_cache_mode = force_custom_plan as $$
begin
  return query
  select s.case_id from mg.case_seen s
  where (states is null or s.state = any (states)) and (kinds is null or s.kind = any (kinds))
    and (in_grid is null or s.grid = (select p.code from mg.place p where p.place_id = in_grid))
    and (held_by is null or s.holder = held_by) and (due_by is null or s.due_at <= due_by)
    and (ids is null or s.case_id = any (ids))
  order by s.priority, s.due_at, s.opened_at desc, s.case_id
  limit least(most, 10000) offset skip;
end $$;
comment on function api.case_page(text[], text[], text, text, timestamptz, text[], integer, integer) is
  'Cases of a page of a list, by priority, then by deadline, of those that whoever asks may read; NULL: any.';
