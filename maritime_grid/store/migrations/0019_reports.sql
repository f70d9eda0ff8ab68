-- Reports by people: vessels found by a part of their name, and grid reports that become cases.
create function mg.name_fold(name text) returns text
language sql immutable parallel safe
return lower(regexp_replace(normalize(name, nfkc), '[\s._-]+', '', 'g'));
comment on function mg.name_fold(text) is 'A vessel''s name as it is compared: without blanks, dots and dashes, in small letters of plain width.';

create function mg.name_keys(name text) returns text[]
language sql immutable parallel safe
return array(select distinct substr(f.word, i, n)
             from (select mg.name_fold(name) as word) f, generate_series(2, 3) n, generate_series(1, length(f.word) - n + 1) i);
comment on function mg.name_keys(text) is 'All pieces of two and three characters of a name: what a part of it, too, is made of.';

create index roster_name_keys on mg.roster using gin (mg.name_keys(name_zh));
create index vessel_static_name_keys on mg.vessel_static using gin (mg.name_keys(ship_name));
-- Static reports come again and again with the same name: on a page with room the index is left alone.
alter table mg.vessel_static set (fillfactor = 70);

create function api.find_vessels(asked text, most integer)
returns table (mmsi integer, name text, ship_name text, gear text, t timestamptz, lon double precision,
               lat double precision, grid_id text)
language plpgsql stable security definer set search_path = mg, pg_temp as $$
#variable_conflict use_column
declare
  word constant text := mg.name_fold(left(asked, 40));
  keys constant text[] := array(select k from unnest(mg.name_keys(word)) k where length(k) = least(length(word), 3));
  digits constant boolean := word ~ '^[0-9]{2,9}$';
  span constant integer := case when digits then 10 ^ (9 - length(word)) else 0 end;
  low constant integer := case when digits then word::integer * span else -1 end;
begin
  if length(word) < 2 then
    return;
  end if;
  return query
    with found as (
      (select r.mmsi from mg.roster r
       where mg.name_keys(r.name_zh) @> keys and position(word in mg.name_fold(r.name_zh)) > 0 limit 500)
      union
      (select s.mmsi from mg.vessel_static s
       where mg.name_keys(s.ship_name) @> keys and position(word in mg.name_fold(s.ship_name)) > 0 limit 500)
      union
      (select r.mmsi from mg.roster r where digits and r.mmsi between low and low + span - 1 order by 1 limit 100)
      union
      (select s.mmsi from mg.vessel_static s where digits and s.mmsi between low and low + span - 1 order by 1 limit 100)
      union
      (select v.mmsi from mg.vessel_state v where digits and v.mmsi between low and low + span - 1 order by 1 limit 100))
    select f.mmsi, coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, '')), nullif(s.ship_name, ''),
           nullif(r.gear, ''), mg.finite(v.t), mg.number(v.lon), mg.number(v.lat), p.place_id
    from found f left join mg.roster r using (mmsi) left join mg.vessel_static s using (mmsi)
    left join mg.vessel_state v using (mmsi) left join mg.place p on p.code = v.grid and v.grid <> 0
    order by word in (mg.name_fold(coalesce(r.name_zh, '')), mg.name_fold(coalesce(s.ship_name, '')),
                      lpad(f.mmsi::text, 9, '0')) desc,
             mg.finite(v.t) desc nulls last, f.mmsi
    limit least(most, 50);
end $$;
comment on function api.find_vessels(text, integer) is 'Vessels by a part of their name or the first digits of their MMSI, the last heard first, with where each was then.';

alter table mg.grid_report
  add column taken_at timestamptz,
  add column case_id text references mg.case_file;
update mg.grid_report set taken_at = received_at;  -- those that came before this program were for nobody to act on
create index grid_report_new on mg.grid_report (received_at) where taken_at is null;
comment on column mg.grid_report.taken_at is 'When it became a case or was refused, UTC; NULL not yet.';
comment on column mg.grid_report.case_id is 'The case that it became; NULL: none.';
comment on column mg.quarantine.seq is 'Number of the line or message within its feed, from 1; 0: a grid report that made no case.';
