-- The search of cases. Of open cases all are given, and there are never many of them: their keys have an index of their
-- own. Of those that are over the newest are given: they are looked for in spans of time, the last first, so that a word
-- that every third case holds does not cost a look at all of them. A span is not walked in the order of its index: where
-- few of its cases are the reader's, that would look at each.
create index case_grams_open on mg.case_file using gin (grams) where state not in ('closed', 'withdrawn');
create index case_grams_over on mg.case_file using gin (grams) where state in ('closed', 'withdrawn');
drop index mg.case_grams;

create or replace function api.search_cases(keys text[], open boolean, of_kinds text[], in_grid text, most integer)
returns setof text
language plpgsql stable security definer set search_path = mg, pg_temp set plan_cache_mode = force_custom_plan
set random_page_cost = 1.1 as $$
declare
  grid_code constant smallint := (select p.code from mg.place p where p.place_id = in_grid);
  newest constant timestamptz := (select max(c.opened_at) from mg.case_file c);
  spans constant timestamptz[] := array[newest - interval '180 days', newest - interval '2 years', '-infinity'];
  until timestamptz := 'infinity';
  since timestamptz;
  left_over integer := least(most, 1000);
  found_now integer;
begin
  if open is not false then
    return query
    select s.case_id from mg.case_seen s
    where s.state not in ('closed', 'withdrawn') and s.grams @> keys
      and (of_kinds is null or s.kind = any (of_kinds)) and (in_grid is null or s.grid = grid_code)
    order by s.opened_at desc;
  end if;
  if open then
    return;
  end if;
  foreach since in array spans loop
    return query
    select s.case_id from mg.case_seen s
    where s.state in ('closed', 'withdrawn') and s.grams @> keys and s.opened_at > since and s.opened_at <= until
      and (of_kinds is null or s.kind = any (of_kinds)) and (in_grid is null or s.grid = grid_code)
    order by s.opened_at + interval '0' desc limit left_over;  -- not in the order of an index: see above
    get diagnostics found_now = row_count;
    left_over := left_over - found_now;
    exit when left_over <= 0;
    until := since;
  end loop;
end $$;
comment on function api.search_cases(text[], boolean, text[], text, integer) is
  'Cases that hold all keys of a search, of those that whoever asks may read: all open ones, the newest of those that are over, or first the ones and then the others (NULL); each newest first; of the kinds and in the grid (NULL: any).';
