-- name: add_feed
-- Looked for first: a failed insert would use up a code each time.
with changed as (
  update mg.feed set kind = %(kind)s, watched = %(watched)s
  where name = %(name)s and (kind, watched) is distinct from (%(kind)s, %(watched)s)
  returning code, true as is_new
), had as (
  select code, false as is_new from mg.feed where name = %(name)s
), made as (
  insert into mg.feed (name, kind, watched)
  select %(name)s, %(kind)s, %(watched)s where not exists (select from had)
  on conflict (name) do update set kind = excluded.kind
  returning code, true as is_new
)
select code, is_new from made union all select code, is_new from changed union all select code, is_new from had limit 1;

-- name: unwatch_others
update mg.feed set watched = false where watched and code <> all(%s::smallint[]);

-- name: feeds
select code, name, kind, watched from mg.feed order by code;

-- name: lock_places
-- Against others who file; who reads is not held up.
lock table mg.place in share row exclusive mode;

-- name: newest_places
select p.code, p.place_id, p.layer, v.version, mg.us(v.valid_from) as valid_from, mg.us(v.valid_to) as valid_to,
       v.fence, v.drawn, v.facts - 'retired' as facts
from mg.place p left join lateral (
  select * from mg.place_version v where v.code = p.code order by version desc limit 1) v on true;

-- name: upsert_place
with changed as (
  update mg.place set layer = %(layer)s, kind = %(kind)s, name_zh = %(name_zh)s, name_en = %(name_en)s,
    county = %(county)s, port_ids = %(port_ids)s, sample = %(sample)s, attributes = %(attributes)s
  where place_id = %(place_id)s returning code
), made as (
  insert into mg.place (place_id, layer, kind, name_zh, name_en, county, port_ids, sample, attributes)
  select %(place_id)s, %(layer)s, %(kind)s, %(name_zh)s, %(name_en)s, %(county)s, %(port_ids)s, %(sample)s,
         %(attributes)s
  where not exists (select from changed) returning code
)
select code from changed union all select code from made;

-- name: close_version
-- A newer version takes the place of an end that was still to come.
update mg.place_version set valid_to = mg.at(%(valid_from)s), facts = facts - 'retired'
where code = %(code)s and valid_to > mg.at(%(valid_from)s);

-- name: retire
-- Who ended it and why stands with what was filed: the version has no column for it.
update mg.place_version set valid_to = mg.at(%(valid_to)s), facts = facts || jsonb_build_object(
  'retired', jsonb_build_object('by', %(filed_by)s::text, 'at', now(), 'reason', %(reason)s::text))
where code = %(code)s and valid_to > mg.at(%(valid_to)s);

-- name: add_version
insert into mg.place_version (code, version, valid_from, valid_to, fence, drawn, facts, filed_by, filed_at, reason)
values (%(code)s, %(version)s, mg.at(%(valid_from)s), 'infinity', %(fence)s, %(drawn)s, %(facts)s, %(filed_by)s,
        now(), %(reason)s);

-- name: places_world
select p.code, p.place_id, p.layer, v.facts ->> 'kind' as kind, v.facts ->> 'name_zh' as name_zh,
       v.facts ->> 'name_en' as name_en, v.facts ->> 'county' as county,
       array(select jsonb_array_elements_text(v.facts -> 'port_ids')) as port_ids,
       (v.facts ->> 'sample')::boolean as sample, v.facts -> 'attributes' as attributes, v.version,
       mg.us(v.valid_from) as valid_from, mg.us(v.valid_to) as valid_to, v.fence, v.drawn, v.filed_by, v.filed_at,
       v.reason, v.facts -> 'retired' as retired
from mg.place p join mg.place_version v using (code) order by p.code, v.version;

-- name: save_ports
with incoming as (
  select * from jsonb_to_recordset(%s::jsonb) as x (
    port_id text, name_zh text, name_en text, county text, lon float8, lat float8)
), old as (
  select p.port_id from mg.port p join incoming using (port_id)
), written as (
  insert into mg.port as p (port_id, name_zh, name_en, county, lon, lat)
  select port_id, name_zh, name_en, county, lon, lat from incoming
  on conflict (port_id) do update set name_zh = excluded.name_zh, name_en = excluded.name_en,
    county = excluded.county, lon = excluded.lon, lat = excluded.lat
  where (p.name_zh, p.name_en, p.county, p.lon, p.lat) is distinct from
        (excluded.name_zh, excluded.name_en, excluded.county, excluded.lon, excluded.lat)
  returning p.port_id
)
select count(*) filter (where o.port_id is null), count(*) filter (where o.port_id is not null)
from written w left join old o using (port_id);

-- name: ports
select port_id, name_zh, name_en, county, lon, lat from mg.port order by port_id;

-- name: save_roster
with incoming as (
  select * from jsonb_to_recordset(%s::jsonb) as x (
    mmsi integer, name_zh text, vessel_class text, home_port text, gear text, owner jsonb)
), old as (
  select r.mmsi from mg.roster r join incoming using (mmsi)
), written as (
  insert into mg.roster as r (mmsi, name_zh, vessel_class, home_port, gear, owner)
  select mmsi, name_zh, vessel_class, home_port, gear, nullif(owner, 'null') from incoming
  on conflict (mmsi) do update set name_zh = excluded.name_zh, vessel_class = excluded.vessel_class,
    home_port = excluded.home_port, gear = excluded.gear, owner = excluded.owner
  where (r.name_zh, r.vessel_class, r.home_port, r.gear, r.owner) is distinct from
        (excluded.name_zh, excluded.vessel_class, excluded.home_port, excluded.gear, excluded.owner)
  returning r.mmsi
)
select count(*) filter (where o.mmsi is null), count(*) filter (where o.mmsi is not null)
from written w left join old o using (mmsi);

-- name: roster
select mmsi, name_zh, vessel_class, home_port, gear, owner from mg.roster order by mmsi;

-- name: notify
select pg_notify('mg_world', %s);
