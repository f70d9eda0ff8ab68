-- layout: timescaledb
-- Positions in a hypertable with a chunk a day (UTC); works in both editions.
create table mg.position (like mg.position_shape including all);
drop table mg.position_shape;
create unique index position_key on mg.position (mmsi, t desc);  -- the natural key: storing a position twice is storing it once
create index position_time on mg.position using brin (t) with (pages_per_range = 32);
comment on table mg.position is 'Positions as reported; one row a vessel and time.';
select create_hypertable('mg.position', 't', chunk_time_interval => interval '1 day', create_default_indexes => false);
