-- What processes say of themselves, for /metrics and `maritime-grid status`.
create table mg.process_status (
  process text primary key,
  at timestamptz not null,
  figures jsonb not null
);
comment on table mg.process_status is 'Newest figures of each process of the platform';
comment on column mg.process_status.process is 'Name of the process: ingest';
comment on column mg.process_status.at is 'When it said so, UTC';
comment on column mg.process_status.figures is 'Counts and times as the process names them; seconds in keys that end in _s';
