-- name: lock
-- Who does not get it leaves the work to the one who has it.
select pg_try_advisory_lock(7201003);

-- name: unlock
select pg_advisory_unlock(7201003);

-- name: make_days
select count(*) from unnest(%s::date[]) as day where mg.make_day(day);

-- name: native_days_before
select part::text from mg.position_day where day < %s::date order by day;

-- name: half_detached
-- What a killed run left: a detaching that was not ended, and partitions taken off that still stand there.
select c.oid::regclass::text, i.inhdetachpending
from pg_class c left join pg_inherits i on i.inhrelid = c.oid
where c.relnamespace = 'mg'::regnamespace and c.relname ~ '^position_\d{8}$' and c.relkind = 'r'
  and (i.inhrelid is null or i.inhdetachpending);

-- name: drop_chunks
select count(*) from drop_chunks('mg.position', older_than => %s::timestamptz);

-- name: drop_refusals
with dropped as (
  delete from mg.quarantine where received_at < %s and isfinite(received_at) returning 1
)
select count(*) from dropped;

-- name: drop_events
-- What is still active or part of a case stays, however old.
with events as (
  delete from mg.grid_event where t < %(before)s returning 1
), ended as (
  select alert_id from mg.alert a
  where not active and coalesce(cleared_at, last_at) < %(before)s
    and not exists (select from mg.case_file c where c.alert_id = a.alert_id)
), log as (
  delete from mg.alert_log l using ended e where l.alert_id = e.alert_id
), alerts as (
  delete from mg.alert a using ended e where a.alert_id = e.alert_id returning 1
)
select (select count(*) from events) + (select count(*) from alerts);

-- name: due_hours
select hour, max(rev) from mg.grid_hour_due group by hour order by hour limit %s;

-- name: roll_up
-- The whole hour anew: doing it twice is doing it once.
insert into mg.grid_hour as h (grid, hour, positions, vessels)
select grid, %(hour)s::timestamptz, count(*), count(distinct mmsi)
from mg.position where t >= %(hour)s and t < %(hour)s + interval '1 hour' group by grid
on conflict (grid, hour) do update set positions = excluded.positions, vessels = excluded.vessels
where (h.positions, h.vessels) is distinct from (excluded.positions, excluded.vessels);

-- name: rolled_up
delete from mg.grid_hour_due where hour = %(hour)s and rev <= %(rev)s;

-- name: loose_indexes_native
-- Random order of insertion leaves leaves of an index two thirds full; a closed day can be packed.
select i.indexrelid::regclass::text
from mg.position_day d join pg_index i on i.indrelid = d.part and i.indisunique join pg_class t on t.oid = d.part
where d.day < %(day)s::date and t.reltuples > 0
  and pg_relation_size(i.indexrelid) > 65536 + %(bytes_a_row)s * t.reltuples;

-- name: analyze_native
select part::text from mg.position_day d join pg_class t on t.oid = d.part where t.reltuples < 0;

-- name: loose_indexes_chunks
select i.indexrelid::regclass::text
from show_chunks('mg.position', older_than => %(day)s::timestamptz) as chunk
join pg_index i on i.indrelid = chunk and i.indisunique join pg_class t on t.oid = chunk
where t.reltuples > 0 and pg_relation_size(i.indexrelid) > 65536 + %(bytes_a_row)s * t.reltuples;

-- name: analyze_chunks
select chunk::text from show_chunks('mg.position') as chunk join pg_class t on t.oid = chunk where t.reltuples < 0;

-- name: has_columnstore
select compression_enabled from timescaledb_information.hypertables
where hypertable_schema = 'mg' and hypertable_name = 'position';

-- name: enable_columnstore
alter table mg.position set (timescaledb.compress, timescaledb.compress_segmentby = 'mmsi',
                             timescaledb.compress_orderby = 't desc');

-- name: chunks_to_convert
select format('%%I.%%I', chunk_schema, chunk_name) from timescaledb_information.chunks
where hypertable_schema = 'mg' and hypertable_name = 'position' and not is_compressed and range_end <= %s
order by range_end;

-- name: convert_chunk
select compress_chunk(%s::regclass, if_not_compressed => true);

-- name: has_aggregate
select to_regclass('mg.grid_hour_live') is not null;

-- name: make_aggregate
-- Up to the second where the edition has it; the roll-up table is the same in all editions.
create materialized view mg.grid_hour_live with (timescaledb.continuous) as
select grid, time_bucket(interval '1 hour', t) as hour, count(*) as positions, count(distinct mmsi) as vessels
from mg.position group by grid, time_bucket(interval '1 hour', t) with no data;

-- name: refresh_aggregate
call refresh_continuous_aggregate('mg.grid_hour_live', %s::timestamptz, %s::timestamptz);
