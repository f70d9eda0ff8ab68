-- layout: native
-- Positions in range partitions by day (UTC), where the server has no TimescaleDB.
create table mg.position (like mg.position_shape including all) partition by range (t);
drop table mg.position_shape;
create unique index position_key on mg.position (mmsi, t desc);  -- the natural key: storing a position twice is storing it once
create index position_time on mg.position using brin (t) with (pages_per_range = 32);
comment on table mg.position is 'Positions as reported; one row a vessel and time.';

-- Made apart and attached: that asks for a weaker lock than creating it in place, so that readers go on.
-- There is no default partition: rows in it would stand in the way of later ones.
create function mg.make_day(day date) returns boolean
language plpgsql as $$
declare
  part text := 'position_' || to_char(day, 'YYYYMMDD');
begin
  if to_regclass('mg.' || part) is not null then
    return false;
  end if;
  execute format('create table mg.%I (like mg.position including defaults including comments)', part);
  execute format('alter table mg.position attach partition mg.%I for values from (%L) to (%L)',
                 part, day::text || ' 00:00+00', (day + 1)::text || ' 00:00+00');
  execute format('comment on table mg.%I is %L', part, 'Positions of ' || day::text || ', UTC.');
  return true;
end $$;
comment on function mg.make_day(date) is 'Make the partition of a day (UTC); false where it is there.';

create view mg.position_day as
select c.oid::regclass as part, to_date(right(c.relname, 8), 'YYYYMMDD') as day
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'mg.position'::regclass;
comment on view mg.position_day is 'Partitions of positions.';
comment on column mg.position_day.part is 'The partition.';
comment on column mg.position_day.day is 'Its day, UTC.';
