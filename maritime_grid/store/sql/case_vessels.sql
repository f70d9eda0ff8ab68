-- name: named
-- The vessel of a name, as names are compared; NULL where nobody has it, or several have.
with asked as (select mg.name_fold(%(name)s) as word),
keys as (select array(select k from asked, unnest(mg.name_keys(asked.word)) k where length(k) = least(length(asked.word), 3)) as parts),
found as (
  select r.mmsi from mg.roster r
  where mg.name_keys(r.name_zh) @> (select parts from keys) and mg.name_fold(r.name_zh) = (select word from asked)
  union
  select s.mmsi from mg.vessel_static s
  where mg.name_keys(s.ship_name) @> (select parts from keys) and mg.name_fold(s.ship_name) = (select word from asked)
)
select min(mmsi) as mmsi from found where (select length(word) from asked) >= 2 having count(*) = 1;

-- name: name_of
select coalesce(nullif(r.name_zh, ''), nullif(s.ship_name, '')) as name
from (select %s::integer as mmsi) v left join mg.roster r using (mmsi) left join mg.vessel_static s using (mmsi);

-- name: tracks
-- As whoever asks may read them.
select mmsi, t, lon, lat from api.position
where mmsi = any (%(mmsi)s::integer[]) and t between %(since)s and %(until)s
  and lon is not null and lat is not null and not implausible
order by mmsi, t limit 20000;
