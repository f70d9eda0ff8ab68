-- name: versions
select g.grid_id, g.version, g.name_zh, coalesce(g.name_en, '') as name_en, g.kind, coalesce(g.county, '') as county,
       g.port_ids, l.unit_id, u.name_zh as unit_zh,
       u.name_en as unit_en, array(select p.name_zh from api.port p where p.port_id = any (g.port_ids) order by 1) as ports,
       g.valid_from, g.valid_to, g.geometry, g.filed_by, g.filed_at, g.reason, g.sample
from api.grid g left join api.grid_lead l using (grid_id) left join api.unit u using (unit_id)
where (%(only)s::text[] is null or g.grid_id = any (%(only)s::text[]))
  and (%(at)s::timestamptz is null or coalesce(g.valid_from, '-infinity') <= %(at)s and coalesce(g.valid_to, 'infinity') > %(at)s)
order by g.grid_id, g.version;

-- name: in_office
-- Who is in office today in some grids: name, post, grid.
select c.name, c.post, c.grid_id from api.grid_contact c where c.grid_id = any (%s::text[])
order by c.grid_id, array_position(array['leader', 'full_time', 'part_time', 'advisor'], c.post), c.name;

-- name: case_titles
select case_id, title from api."case" where case_id = any (%s::text[]);

-- name: vessel_names
select mmsi, name from api.vessel where mmsi = any (%s::integer[]) and name is not null;

-- name: vessel_spots
select mmsi, lon, lat from api.vessel_now where mmsi = any (%s::integer[]) and lon is not null order by mmsi;

-- name: ports
select port_id, name_zh, coalesce(name_en, '') as name_en, coalesce(county, '') as county, lon, lat
from api.port order by port_id;
