-- Grids of the land (Art. 10): community 综合网格 and exclusive 专属网格, each a layer of its own beside the sea's.
-- The sea is divided among the grids of layer grid alone: vessels, cases and the wall know no other.

alter table mg.place drop constraint place_layer_check;
alter table mg.place add constraint place_layer_check check (layer in ('grid', 'zone', 'community', 'exclusive'));
comment on column mg.place.layer is 'grid: of the sea, a vessel is in one at most; zone: in any number; community and exclusive: grids of the land, no vessel is in them.';
comment on column mg.place_version_as_filed.layer is 'grid, zone, community or exclusive.';

create or replace view api.grid as
select place_id as grid_id, version, name_zh, name_en, kind, port_id, valid_from, valid_to, geometry, county, port_ids,
       sample, drawn,
       case when (select mg.sees_all()) then filed_by else mg.shown((select mg.level('name')), 'name', filed_by) end
         as filed_by,
       filed_at, reason
from mg.place_version_as_filed where layer in ('grid', 'community', 'exclusive');
comment on view api.grid is 'Grids in all their versions; kinds community and exclusive are of the land, all others of the sea.';

create or replace view api.name as
select 'unit' as what, unit_id as id, name_zh, nullif(name_en, '') as name_en from mg.unit
union all select 'body', body_id, name_zh, nullif(name_en, '') from mg.body
union all select case when layer in ('community', 'exclusive') then 'land_grid' else layer end, place_id, name_zh,
       nullif(name_en, '') from mg.place;
comment on column api.name.what is 'unit, body, grid (of the sea), land_grid or zone.';
