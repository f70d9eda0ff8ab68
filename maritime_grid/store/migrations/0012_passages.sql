-- A zone passed through too quickly to have been entered is crossed: that needs the fix from which the vessel came.
alter table mg.membership
  add column from_lon double precision not null default 0,
  add column from_lat double precision not null default 0;
comment on column mg.membership.from_lon is 'Of an entering row: longitude of the fix before the streak, degrees; that of its first fix where none is known.';
comment on column mg.membership.from_lat is 'Latitude of that fix, degrees.';
