-- What happened: events, alerts, reports, refusals, and how far each feed was read.
create table mg.grid_event (
  t timestamptz not null,
  confirmed_at timestamptz not null,
  mmsi integer not null,
  place smallint not null,
  kind smallint not null check (kind between 1 and 4),
  lon double precision not null,
  lat double precision not null,
  rev bigint not null,
  primary key (mmsi, place, kind, t)  -- the natural key: writing an event twice is writing it once
);
create index grid_event_t on mg.grid_event (t, place);
comment on table mg.grid_event is 'Entries, exits, crossings and dwells.';
comment on column mg.grid_event.t is 'First fix of the streak that confirmed it, UTC.';
comment on column mg.grid_event.confirmed_at is 'The fix that confirmed it, UTC.';
comment on column mg.grid_event.mmsi is 'The vessel.';
comment on column mg.grid_event.place is 'Code of the place.';
comment on column mg.grid_event.kind is '1 enter, 2 exit, 3 cross, 4 dwell.';
comment on column mg.grid_event.lon is 'Longitude at t, degrees, WGS 84.';
comment on column mg.grid_event.lat is 'Latitude at t, degrees.';
comment on column mg.grid_event.rev is 'Number of the commit that stored it.';

create table mg.alert (
  alert_id text primary key,
  rule text not null,
  mmsi integer not null,
  place text not null,
  severity smallint not null check (severity between 1 and 4),
  raised_at timestamptz not null,
  last_at timestamptz not null,
  active boolean not null,
  cleared_at timestamptz,
  received_at timestamptz not null,
  repeats integer not null,
  grid smallint not null,
  lon double precision,
  lat double precision,
  detail jsonb not null,
  rev bigint not null,
  published_rev bigint not null default 0,
  seen_at timestamptz,
  seen_by text,
  resolved_at timestamptz,
  resolution text
);
create index alert_open on mg.alert (raised_at) where active or seen_at is null;
create unique index alert_situation on mg.alert (rule, mmsi, place) where active;  -- one open alert for one situation
create index alert_unpublished on mg.alert (rev) where rev > published_rev;
comment on table mg.alert is 'What the machine raised, one row a situation.';
comment on column mg.alert.alert_id is 'Natural id of rule, vessel, time of raising and place.';
comment on column mg.alert.rule is 'Rule that raised it.';
comment on column mg.alert.mmsi is 'The vessel; 0 where none is meant.';
comment on column mg.alert.place is 'Id of the zone or feed it is about, or empty.';
comment on column mg.alert.severity is '1 notice, 2 warning, 3 alarm, 4 emergency.';
comment on column mg.alert.raised_at is 'Data time of the evidence that raised it, UTC.';
comment on column mg.alert.last_at is 'Data time of its newest evidence, UTC.';
comment on column mg.alert.active is 'The condition still holds.';
comment on column mg.alert.cleared_at is 'Data time at which the condition ended, UTC; NULL: it has not.';
comment on column mg.alert.received_at is 'Receipt of the evidence that raised it, UTC.';
comment on column mg.alert.repeats is 'How often it was called out again unhandled.';
comment on column mg.alert.grid is 'Code of the grid where it began; 0 none.';
comment on column mg.alert.lon is 'Longitude where it began, degrees, WGS 84; NULL not known.';
comment on column mg.alert.lat is 'Latitude where it began, degrees; NULL not known.';
comment on column mg.alert.detail is 'Facts for its card.';
comment on column mg.alert.rev is 'Number of the commit that changed it last.';
comment on column mg.alert.published_rev is 'Number of the commit up to which it was sent out; less than rev: to be sent.';
comment on column mg.alert.seen_at is 'When a person acknowledged it, UTC; NULL: nobody has.';
comment on column mg.alert.seen_by is 'Who acknowledged it.';
comment on column mg.alert.resolved_at is 'When a person closed it, UTC; NULL: nobody has.';
comment on column mg.alert.resolution is 'true, false or test, and why.';

create table mg.alert_log (
  alert_id text not null references mg.alert,
  at timestamptz not null,
  what text not null,
  severity smallint not null,
  rev bigint not null,
  primary key (alert_id, rev, what)
);
comment on table mg.alert_log is 'What became of alerts, in order; rows are only ever added.';
comment on column mg.alert_log.alert_id is 'The alert.';
comment on column mg.alert_log.at is 'Data time, UTC.';
comment on column mg.alert_log.what is 'raise, severity, repeat or clear.';
comment on column mg.alert_log.severity is 'Severity from then on, 1 notice to 4 emergency.';
comment on column mg.alert_log.rev is 'Number of the commit that wrote it.';

create table mg.feed_state (
  code smallint primary key,
  last_at timestamptz not null,
  outage_us bigint not null,
  down_since timestamptz not null,
  hourly bigint[] not null,
  hour bigint not null,
  count bigint not null
);
comment on table mg.feed_state is 'Health of feeds by the time of their data.';
comment on column mg.feed_state.code is 'The feed.';
comment on column mg.feed_state.last_at is 'Receipt of its newest data, UTC; -infinity none yet.';
comment on column mg.feed_state.outage_us is 'Time in which it was down, all outages together, microseconds.';
comment on column mg.feed_state.down_since is 'Down since, UTC; -infinity: it is up.';
comment on column mg.feed_state.hourly is 'Messages in each of the last full hours, newest last.';
comment on column mg.feed_state.hour is 'The running hour, hours since the epoch UTC.';
comment on column mg.feed_state.count is 'Messages in the running hour.';

create table mg.feed_cursor (
  key text primary key,
  position bigint not null,
  detail jsonb not null default '{}',
  rev bigint not null
);
comment on table mg.feed_cursor is 'How far each repeatable feed was read, written with what was read from it.';
comment on column mg.feed_cursor.key is 'The feed or file.';
comment on column mg.feed_cursor.position is 'Bytes or messages that are stored; its reader goes on from there.';
comment on column mg.feed_cursor.detail is 'What its reader needs besides.';
comment on column mg.feed_cursor.rev is 'Number of the commit that moved it.';

create table mg.quarantine (
  received_at timestamptz not null,
  source smallint not null,
  seq bigint not null,
  reason text not null,
  raw text not null,
  digest uuid not null generated always as (md5(raw)::uuid) stored,
  primary key (received_at, source, seq, reason, digest)  -- a replay refuses the same lines again: once is enough
);
create index quarantine_source on mg.quarantine (source, reason);
comment on table mg.quarantine is 'Lines and messages that could not be used.';
comment on column mg.quarantine.received_at is 'When it was received, UTC.';
comment on column mg.quarantine.source is 'Code of the feed.';
comment on column mg.quarantine.seq is 'Number of the line or message within its feed, from 1.';
comment on column mg.quarantine.reason is 'Why it was refused.';
comment on column mg.quarantine.raw is 'What came, up to 1,024 characters; U+FFFD for what is no text.';
comment on column mg.quarantine.digest is 'MD5 of raw, for the key only.';

create table mg.text_report (
  mmsi integer not null,
  t timestamptz not null,
  received_at timestamptz not null,
  source smallint not null,
  msg_type smallint not null,
  addressed_to bigint,
  text text not null,
  digest uuid not null generated always as (md5(text)::uuid) stored,
  primary key (mmsi, t, digest)
);
comment on table mg.text_report is 'Safety texts, AIS types 12 and 14.';
comment on column mg.text_report.mmsi is 'Who sent it.';
comment on column mg.text_report.t is 'When, UTC.';
comment on column mg.text_report.received_at is 'When it was received, UTC.';
comment on column mg.text_report.source is 'Code of the feed.';
comment on column mg.text_report.msg_type is '12 addressed, 14 to all.';
comment on column mg.text_report.addressed_to is 'MMSI it was sent to; NULL: to all.';
comment on column mg.text_report.text is 'The text.';
comment on column mg.text_report.digest is 'MD5 of text, for the key only.';

create table mg.sos_report (
  mmsi integer not null,
  t timestamptz not null,
  received_at timestamptz not null,
  source smallint not null,
  lon double precision,
  lat double precision,
  people bigint,
  note text,
  primary key (mmsi, t)
);
comment on table mg.sos_report is 'SOS pressed on terminals.';
comment on column mg.sos_report.mmsi is 'The vessel.';
comment on column mg.sos_report.t is 'When it was pressed, UTC.';
comment on column mg.sos_report.received_at is 'When it was received, UTC.';
comment on column mg.sos_report.source is 'Code of the feed.';
comment on column mg.sos_report.lon is 'Longitude, degrees, WGS 84; NULL not said.';
comment on column mg.sos_report.lat is 'Latitude, degrees; NULL not said.';
comment on column mg.sos_report.people is 'People on board; NULL not said.';
comment on column mg.sos_report.note is 'What the terminal said besides.';

create table mg.crew_report (
  mmsi integer not null,
  t timestamptz not null,
  received_at timestamptz not null,
  source smallint not null,
  on_board bigint not null,
  names text[] not null,
  primary key (mmsi, t)
);
comment on table mg.crew_report is 'Who is on board, as terminals say.';
comment on column mg.crew_report.mmsi is 'The vessel.';
comment on column mg.crew_report.t is 'When it was said, UTC.';
comment on column mg.crew_report.received_at is 'When it was received, UTC.';
comment on column mg.crew_report.source is 'Code of the feed.';
comment on column mg.crew_report.on_board is 'People on board.';
comment on column mg.crew_report.names is 'Their names where sent; personal data.';

create table mg.port_report (
  mmsi integer not null,
  t timestamptz not null,
  kind text not null,
  received_at timestamptz not null,
  source smallint not null,
  port_id text,
  on_board bigint,
  primary key (mmsi, t, kind)
);
comment on table mg.port_report is 'Declarations of leaving and entering port.';
comment on column mg.port_report.mmsi is 'The vessel.';
comment on column mg.port_report.t is 'When it was declared, UTC.';
comment on column mg.port_report.kind is 'depart or arrive.';
comment on column mg.port_report.received_at is 'When it was received, UTC.';
comment on column mg.port_report.source is 'Code of the feed.';
comment on column mg.port_report.port_id is 'The port; NULL not said.';
comment on column mg.port_report.on_board is 'People on board; NULL not said.';

create table mg.grid_report (
  grid_id text not null,
  t timestamptz not null,
  kind text not null,
  received_at timestamptz not null,
  source smallint not null,
  body jsonb not null,
  digest uuid not null generated always as (md5(body::text)::uuid) stored,
  primary key (grid_id, t, kind, digest)
);
comment on table mg.grid_report is 'What grid workers'' terminals say of their grids.';
comment on column mg.grid_report.grid_id is 'The grid as the terminal names it.';
comment on column mg.grid_report.t is 'When it was said, UTC.';
comment on column mg.grid_report.kind is 'Kind of report.';
comment on column mg.grid_report.received_at is 'When it was received, UTC.';
comment on column mg.grid_report.source is 'Code of the feed.';
comment on column mg.grid_report.body is 'The report as it came.';
comment on column mg.grid_report.digest is 'MD5 of body, for the key only.';

create table mg.grid_hour (
  grid smallint not null,
  hour timestamptz not null,
  positions bigint not null,
  vessels integer not null,
  primary key (grid, hour)
);
comment on table mg.grid_hour is 'Roll-up of positions, one row a grid and hour; written by maintenance.';
comment on column mg.grid_hour.grid is 'Code of the grid; 0 outside of all.';
comment on column mg.grid_hour.hour is 'Beginning of the hour, UTC.';
comment on column mg.grid_hour.positions is 'Positions reported in it.';
comment on column mg.grid_hour.vessels is 'Different vessels that reported them.';

create table mg.grid_hour_due (
  hour timestamptz not null,
  rev bigint not null
);
comment on table mg.grid_hour_due is 'Hours whose roll-up is out of date. No key: a commit must never wait for maintenance.';
comment on column mg.grid_hour_due.hour is 'Beginning of the hour, UTC.';
comment on column mg.grid_hour_due.rev is 'Commit that stored positions in it.';

create table mg.case_file (
  case_id text primary key,
  kind text not null,
  title text not null,
  state text not null,
  grid smallint not null default 0,
  alert_id text references mg.alert,
  opened_at timestamptz not null,
  closed_at timestamptz
);
comment on table mg.case_file is 'Cases: matters that flow through the platform.';
comment on column mg.case_file.case_id is 'Id of the case.';
comment on column mg.case_file.kind is 'dispute, hazard, emergency, service or complaint.';
comment on column mg.case_file.title is 'What it is about, in a line.';
comment on column mg.case_file.state is 'Step of its flow.';
comment on column mg.case_file.grid is 'Code of the grid; 0 none.';
comment on column mg.case_file.alert_id is 'Alert that opened it; NULL none.';
comment on column mg.case_file.opened_at is 'When it was opened, UTC.';
comment on column mg.case_file.closed_at is 'When it was closed, UTC; NULL: open.';

create table mg.case_log (
  case_id text not null references mg.case_file,
  seq integer not null,
  at timestamptz not null,
  who text not null,
  what text not null,
  detail jsonb not null default '{}',
  primary key (case_id, seq)
);
comment on table mg.case_log is 'Steps of cases; rows are only ever added.';
comment on column mg.case_log.case_id is 'The case.';
comment on column mg.case_log.seq is 'Number of the step within the case, from 1.';
comment on column mg.case_log.at is 'When, UTC.';
comment on column mg.case_log.who is 'Who did it.';
comment on column mg.case_log.what is 'What was done.';
comment on column mg.case_log.detail is 'Facts of the step.';
