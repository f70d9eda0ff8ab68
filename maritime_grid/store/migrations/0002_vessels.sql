-- What is known of vessels: their positions, where they are now, what they say of themselves.

-- No column may be NULL, so that rows carry no null bitmap: 68 bytes each. The codes for "not available" are the wire's.
create table mg.position_shape (
  t timestamptz not null,
  received_at timestamptz not null,
  mmsi integer not null,
  lon integer not null,
  lat integer not null,
  sog smallint not null,
  cog smallint not null,
  heading smallint not null,
  grid smallint not null,
  source smallint not null,
  nav_status "char" not null,
  quality "char" not null
);
comment on table mg.position_shape is 'Positions as reported; one row a vessel and time.';
comment on column mg.position_shape.t is 'The report''s own time, UTC.';
comment on column mg.position_shape.received_at is 'When it was received, UTC.';
comment on column mg.position_shape.mmsi is 'Maritime mobile service identity, nine digits.';
comment on column mg.position_shape.lon is 'Longitude, 1e-7 degrees, WGS 84; 1810000000 not available.';
comment on column mg.position_shape.lat is 'Latitude, 1e-7 degrees, WGS 84; 910000000 not available.';
comment on column mg.position_shape.sog is 'Speed over ground, tenths of a knot; 1022 that or more, 1023 not available.';
comment on column mg.position_shape.cog is 'Course over ground, tenths of a degree true; 3600 not available.';
comment on column mg.position_shape.heading is 'Heading, degrees true; 511 not available.';
comment on column mg.position_shape.grid is 'Code of the grid whose version in force at t holds the point; 0 none.';
comment on column mg.position_shape.source is 'Code of the feed.';
comment on column mg.position_shape.nav_status is 'Navigational status, ITU-R M.1371-6 table 46, as one byte; 15 not available.';
comment on column mg.position_shape.quality is 'One byte: low four bits the kind of time, 16 implausible, 32 late.';

-- Changed at every commit, so half of each page is kept free: a row's new version stays on its page.
create table mg.vessel_state (
  mmsi integer primary key,
  t timestamptz not null,
  received_at timestamptz not null,
  lon double precision not null,
  lat double precision not null,
  sog real not null,
  cog real not null,
  heading real not null,
  nav_status smallint not null,
  source smallint not null,
  quality smallint not null,
  heard_at timestamptz not null,
  outage_us bigint not null,
  ais_t timestamptz not null,
  vms_t timestamptz not null,
  alt_t timestamptz not null,
  alt_lon double precision not null,
  alt_lat double precision not null,
  alt_n smallint not null,
  grid smallint not null,
  in_port boolean not null,
  motion smallint not null,
  rev bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
comment on table mg.vessel_state is 'The engine''s memory of each vessel; exact, NaN and -infinity stand for nothing known.';
comment on column mg.vessel_state.mmsi is 'Maritime mobile service identity, nine digits.';
comment on column mg.vessel_state.t is 'Time of the last accepted fix, UTC; -infinity before the first.';
comment on column mg.vessel_state.received_at is 'When that fix was received, UTC.';
comment on column mg.vessel_state.lon is 'Longitude of that fix, degrees, WGS 84; NaN none.';
comment on column mg.vessel_state.lat is 'Latitude of that fix, degrees; NaN none.';
comment on column mg.vessel_state.sog is 'Speed over ground, knots; NaN not available.';
comment on column mg.vessel_state.cog is 'Course over ground, degrees true; NaN not available.';
comment on column mg.vessel_state.heading is 'Heading, degrees true; NaN not available.';
comment on column mg.vessel_state.nav_status is 'Navigational status; -1 not available.';
comment on column mg.vessel_state.source is 'Code of the feed of that fix.';
comment on column mg.vessel_state.quality is 'Quality bits of that fix, as in position.';
comment on column mg.vessel_state.heard_at is 'Time of its newest report of any kind, UTC.';
comment on column mg.vessel_state.outage_us is 'Feed outage counted when it was last heard, microseconds.';
comment on column mg.vessel_state.ais_t is 'Time of its last AIS fix, UTC; -infinity none.';
comment on column mg.vessel_state.vms_t is 'Time of its last fix from a BeiDou terminal, UTC; -infinity none.';
comment on column mg.vessel_state.alt_t is 'Time of its last fix that would have needed an impossible speed, UTC; -infinity none.';
comment on column mg.vessel_state.alt_lon is 'Longitude of that fix, degrees; NaN none.';
comment on column mg.vessel_state.alt_lat is 'Latitude of that fix, degrees; NaN none.';
comment on column mg.vessel_state.alt_n is 'Such fixes in a row that agree with one another.';
comment on column mg.vessel_state.grid is 'Code of the confirmed grid; 0 none.';
comment on column mg.vessel_state.in_port is 'Confirmed inside a port or shelter.';
comment on column mg.vessel_state.motion is '0 unknown, 1 under way, 2 fishing-like, 3 moored.';
comment on column mg.vessel_state.rev is 'Number of the commit that changed the row last.';

create table mg.membership (
  mmsi integer not null,
  place smallint not null,
  phase smallint not null,
  since timestamptz not null,
  streak_t timestamptz not null,
  streak_n smallint not null,
  streak_lon double precision not null,
  streak_lat double precision not null,
  dwelt boolean not null,
  primary key (mmsi, place)
);
comment on table mg.membership is 'Vessels that are inside, entering or leaving a place.';
comment on column mg.membership.mmsi is 'The vessel.';
comment on column mg.membership.place is 'Code of the place.';
comment on column mg.membership.phase is '1 entering, 2 inside, 3 leaving.';
comment on column mg.membership.since is 'First fix of the streak that confirmed, or will confirm, the entry; UTC.';
comment on column mg.membership.streak_t is 'First fix of the running unconfirmed streak, UTC.';
comment on column mg.membership.streak_n is 'Fixes in that streak.';
comment on column mg.membership.streak_lon is 'Longitude of its first fix, degrees; NaN none.';
comment on column mg.membership.streak_lat is 'Latitude of its first fix, degrees; NaN none.';
comment on column mg.membership.dwelt is 'The dwell event of this stay is out.';

create table mg.vessel_static (
  mmsi integer primary key,
  t timestamptz not null,
  ship_name text,
  callsign text,
  imo bigint,
  ship_type bigint,
  length_m double precision,
  beam_m double precision,
  draught_m double precision,
  destination text,
  transmitter text
);
comment on table mg.vessel_static is 'What vessels say of themselves, each field its newest non-empty value. NULL: never said.';
comment on column mg.vessel_static.mmsi is 'Maritime mobile service identity, nine digits.';
comment on column mg.vessel_static.t is 'Time of the newest such report, UTC.';
comment on column mg.vessel_static.ship_name is 'Name as transmitted.';
comment on column mg.vessel_static.callsign is 'Call sign as transmitted.';
comment on column mg.vessel_static.imo is 'IMO number as transmitted.';
comment on column mg.vessel_static.ship_type is 'Type of ship and cargo, ITU-R M.1371-6 table 53.';
comment on column mg.vessel_static.length_m is 'Length over all, metres.';
comment on column mg.vessel_static.beam_m is 'Beam, metres.';
comment on column mg.vessel_static.draught_m is 'Draught, metres.';
comment on column mg.vessel_static.destination is 'Destination as transmitted.';
comment on column mg.vessel_static.transmitter is 'AIS class A or B.';
