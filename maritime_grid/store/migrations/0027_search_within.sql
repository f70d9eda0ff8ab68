-- A search within a list: what the list leaves out must not use up what a search gives at most. Open cases are given
-- all: there are never so many of them.
create function api.search_cases(keys text[], open boolean, of_kinds text[], in_grid text, most integer) returns setof text
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select s.case_id from mg.case_seen s
  where s.grams @> keys
    and (open is null or open = (s.state not in ('closed', 'withdrawn')))
    and (of_kinds is null or s.kind = any (of_kinds))
    and (in_grid is null or s.grid = (select p.code from mg.place p where p.place_id = in_grid))
  order by s.opened_at desc limit case when open then null else least(most, 1000) end;
end;
comment on function api.search_cases(text[], boolean, text[], text, integer) is
  'Cases that hold all keys of a search, newest first, of those that whoever asks may read: open ones, those that are over, or both (NULL); of the kinds and in the grid (NULL: any).';
drop function api.search_cases(text[], integer);
