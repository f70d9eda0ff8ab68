-- Changes of grids (Art. 11): what is proposed, what it would move, who approved it, and that the city has it on file.
create table mg.grid_change (
  change_id bigint generated always as identity primary key,
  state text not null check (state in ('proposed', 'approved', 'filed', 'refused', 'withdrawn')),
  unit_id text not null references mg.unit,
  features jsonb not null,
  ended text[] not null,
  valid_from timestamptz not null,
  reason text not null check (reason <> ''),
  impact jsonb not null,
  proposed_by text not null,
  proposed_at timestamptz not null
);
comment on table mg.grid_change is 'Changes of grids, from proposal to filing; what is filed becomes versions of places.';
comment on column mg.grid_change.change_id is 'Number of the change.';
comment on column mg.grid_change.state is 'proposed, approved, filed, refused or withdrawn.';
comment on column mg.grid_change.unit_id is 'County, or the city, that is to approve it: the one whose grids it changes.';
comment on column mg.grid_change.features is 'Grids as proposed: GeoJSON features, degrees lon, lat, WGS 84.';
comment on column mg.grid_change.ended is 'Ids of grids that end with it.';
comment on column mg.grid_change.valid_from is 'From when it is to hold, UTC.';
comment on column mg.grid_change.reason is 'Why.';
comment on column mg.grid_change.impact is 'Who and what would change hands, as of the proposal.';
comment on column mg.grid_change.proposed_by is 'Account that proposed it.';
comment on column mg.grid_change.proposed_at is 'When, UTC.';

create table mg.grid_change_log (
  change_id bigint not null references mg.grid_change,
  n integer not null,
  at timestamptz not null,
  who text not null,
  what text not null,
  note text not null default '',
  primary key (change_id, n)
);
comment on table mg.grid_change_log is 'What was done with changes of grids; rows are only ever added.';
comment on column mg.grid_change_log.change_id is 'The change.';
comment on column mg.grid_change_log.n is 'Number of the entry, from 1.';
comment on column mg.grid_change_log.at is 'When, UTC.';
comment on column mg.grid_change_log.who is 'Account that did it.';
comment on column mg.grid_change_log.what is 'propose, approve, refuse, file or withdraw.';
comment on column mg.grid_change_log.note is 'Why, where it was said.';
create trigger grid_change_log_kept before update or delete or truncate on mg.grid_change_log
for each statement execute function mg.refuse_change();

-- Changes are public matter of the authorities: whoever may see the page of grids sees them all.
create view api.grid_change with (security_barrier) as
select c.change_id, c.state, c.unit_id, c.features, c.ended, c.valid_from, c.reason, c.impact, c.proposed_by, c.proposed_at
from mg.grid_change c where (select mg.sees_all() or mg.may('page.grids'));
create view api.grid_change_log with (security_barrier) as
select l.change_id, l.n, l.at, l.who, l.what, l.note
from mg.grid_change_log l where (select mg.sees_all() or mg.may('page.grids'));
comment on view api.grid_change is 'Changes of grids, from proposal to filing.';
comment on view api.grid_change_log is 'What was done with changes of grids.';

do $$
declare
  c record;
begin
  for c in
    select t.oid::regclass as view, a.attname, col_description(s.oid, b.attnum) as said
    from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0
    join pg_class s on s.relnamespace = 'mg'::regnamespace and s.relname = t.relname
    join pg_attribute b on b.attrelid = s.oid and b.attname = a.attname and b.attnum > 0
    where t.oid in ('api.grid_change'::regclass, 'api.grid_change_log'::regclass)
  loop
    execute format('comment on column %s.%I is %L', c.view, c.attname, c.said);
  end loop;
end $$;
