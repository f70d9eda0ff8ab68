-- name: grids
-- Grids in force at a moment, by county, unit and id; outlines as they are drawn, with the land cut out.
select g.grid_id, g.version, g.name_zh, coalesce(nullif(g.name_en, ''), g.name_zh) as name_en, g.kind,
       coalesce(c.name_zh, '') as county_zh, coalesce(nullif(c.name_en, ''), c.name_zh, '') as county_en,
       coalesce(u.name_zh, '') as unit_zh, coalesce(nullif(u.name_en, ''), u.name_zh, '') as unit_en,
       array(select p.name_zh from api.port p where p.port_id = any (g.port_ids) order by p.port_id) as ports_zh,
       array(select coalesce(nullif(p.name_en, ''), p.name_zh) from api.port p where p.port_id = any (g.port_ids)
             order by p.port_id) as ports_en,
       g.drawn as geometry, g.sample
from api.grid g left join api.grid_lead l using (grid_id) left join api.unit u using (unit_id)
left join api.unit c on c.unit_id = u.path[2]
where coalesce(g.valid_from, '-infinity') <= %(at)s and coalesce(g.valid_to, 'infinity') > %(at)s
order by u.path nulls last, g.grid_id;

-- name: hotlines
-- Telephones that bodies have for the public, the city's first.
select b.body_id, b.name_zh, coalesce(nullif(b.name_en, ''), b.name_zh) as name_en, b.hotline
from api.body b join api.unit u using (unit_id) where b.hotline <> '' order by u.path, b.body_id;
