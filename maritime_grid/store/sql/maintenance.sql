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

-- name: forget_replays
-- What a replay stored may be gone: its recording may be replayed again, and what is still there is stored once.
delete from mg.feed_cursor where key like 'replay:%%';

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
    and not exists (select from mg.case_alert c where c.alert_id = a.alert_id)
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
-- Random order of insertion leaves leaves of an index half to two thirds full. All rows are of one length, 120 on a
-- page: the heap's own size tells how many there are, however old the server's statistics are.
select i.indexrelid::regclass::text
from mg.position_day d join pg_index i on i.indrelid = d.part and i.indisunique and i.indisvalid
where pg_relation_size(i.indexrelid) > 65536 + %(bytes_a_row)s * (pg_relation_size(d.part) / 8192 * 120);

-- name: loose_indexes_chunks
select i.indexrelid::regclass::text
from show_chunks('mg.position') as chunk join pg_index i on i.indrelid = chunk and i.indisunique and i.indisvalid
where pg_relation_size(i.indexrelid) > 65536 + %(bytes_a_row)s * (pg_relation_size(chunk) / 8192 * 120);

-- name: half_packed
-- Indexes that a killed run left beside the good ones, to be kept up by each insertion for nothing.
select c.oid::regclass::text
from pg_class c join pg_index i on i.indexrelid = c.oid join pg_attribute a on a.attrelid = i.indrelid and a.attnum > 0
where not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$' and a.attname = 'nav_status'
  and c.relnamespace in (select relnamespace from pg_class
                         where oid = 'mg.position'::regclass or relname like '\_hyper\_%%');

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
