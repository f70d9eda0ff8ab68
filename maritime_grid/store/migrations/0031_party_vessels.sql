-- A party may have several vessels: pair trawlers, a mother ship with her boats. The first stands with the party itself,
-- the others here; what asks for the vessels of a case asks mg.case_vessel, which has all of them.
create table mg.party_vessel (
  case_id text not null,
  n smallint not null,
  k smallint not null check (k > 1),
  mmsi integer check (mmsi between 0 and 999999999),
  ship_name text not null default '',
  primary key (case_id, n, k),
  foreign key (case_id, n) references mg.case_party on delete cascade,
  check (mmsi is not null or ship_name <> '')
);
create index party_vessel_mmsi on mg.party_vessel (mmsi) where mmsi is not null;
comment on table mg.party_vessel is 'Further vessels of the parties of cases, after the one that stands with the party.';
comment on column mg.party_vessel.case_id is 'The case.';
comment on column mg.party_vessel.n is 'Number of the party within the case.';
comment on column mg.party_vessel.k is 'Number of the vessel within the party, from 2.';
comment on column mg.party_vessel.mmsi is 'MMSI; NULL not known.';
comment on column mg.party_vessel.ship_name is 'Name of the vessel, or empty.';

create view mg.case_vessel as
select p.case_id, p.n, 1::smallint as k, p.mmsi, p.ship_name from mg.case_party p
where p.mmsi is not null or p.ship_name <> ''
union all
select v.case_id, v.n, v.k, v.mmsi, v.ship_name from mg.party_vessel v;
comment on view mg.case_vessel is 'All vessels of the parties of cases.';
comment on column mg.case_vessel.case_id is 'The case.';
comment on column mg.case_vessel.n is 'Number of the party within the case.';
comment on column mg.case_vessel.k is 'Number of the vessel within the party, from 1.';
comment on column mg.case_vessel.mmsi is 'MMSI; NULL not known.';
comment on column mg.case_vessel.ship_name is 'Name of the vessel, or empty.';

create view api.case_vessel with (security_barrier) as
select v.case_id, v.n, v.k, v.mmsi, nullif(v.ship_name, '') as ship_name
from mg.case_vessel v join mg.case_seen c on c.case_id = v.case_id;
comment on view api.case_vessel is 'All vessels of the parties of cases, as far as whoever asks may read the case.';
comment on column api.case_vessel.case_id is 'The case.';
comment on column api.case_vessel.n is 'Number of the party within the case.';
comment on column api.case_vessel.k is 'Number of the vessel within the party, from 1.';
comment on column api.case_vessel.mmsi is 'MMSI; NULL not known.';
comment on column api.case_vessel.ship_name is 'Name of the vessel; NULL not known.';

create or replace function mg.my_vessels() returns integer[]
language sql stable parallel safe security definer set search_path = mg, pg_temp
return case when mg.may('vessels.read') then array(
  select r.mmsi from mg.roster r
  where r.home_port <> ''
    and r.home_port in (select unnest(p.port_ids) from mg.place p where p.code = any ((select mg.my_grids())::smallint[])
                        union all select u.port_id from mg.unit u where u.unit_id = any ((select mg.my_units())::text[]))
  union
  select y.mmsi from mg.case_vessel y join mg.case_seen c on c.case_id = y.case_id
  where y.mmsi is not null and c.state not in ('closed', 'withdrawn')
  union
  select a.mmsi from mg.alert a
  where a.mmsi <> 0 and a.active and a.grid = any ((select mg.alert_grids(mg.my_account()))::smallint[])) else '{}' end;

create or replace function api.case_track(case_id text, since timestamptz, until timestamptz)
returns table (t timestamptz, mmsi integer, lon double precision, lat double precision, sog double precision, cog double precision)
language sql stable security definer set search_path = mg, pg_temp
begin atomic
  select p.t, p.mmsi, p.lon, p.lat, p.sog, p.cog
  from (select distinct y.mmsi, coalesce(c.happened_at, c.opened_at) as about
        from mg.case_vessel y join mg.case_seen c on c.case_id = y.case_id
        where y.case_id = case_track.case_id and y.mmsi is not null) v
  cross join lateral (
    select * from mg.position_named q
    where q.mmsi = v.mmsi and q.t between case_track.since and case_track.until
      and q.t between v.about - interval '1 day' and v.about + interval '1 day' and q.lon is not null
    order by q.t limit 5000) p
  order by p.mmsi, p.t;
end;
