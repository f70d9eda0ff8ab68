-- An emergency moves: its place follows the newest evidence, and its retained message follows its grid.
alter table mg.alert add column sent_grid smallint;
comment on column mg.alert.sent_grid is 'Code of the grid under which it was sent out last; NULL the same as now.';
comment on column mg.alert.grid is 'Code of the grid of its place; 0 none.';
comment on column mg.alert.lon is 'Longitude of its newest known place (of an emergency) or where it began, degrees, WGS 84; NULL not known.';
comment on column mg.alert.lat is 'Latitude of that place, degrees; NULL not known.';
comment on column api.alert.grid_id is 'Grid of its place.';
comment on column api.alert.lon is 'Longitude of its newest known place (of an emergency) or where it began, degrees, WGS 84.';
comment on column api.alert.lat is 'Latitude of that place, degrees.';
