-- Refusals are counted as they come: the wall asks for them at every refresh, and counting rows grows with them.
create table mg.refusal_count (
  source smallint not null,
  reason text not null,
  n bigint not null,
  primary key (source, reason)
);
comment on table mg.refusal_count is 'Refusals since the store began, those that retention has dropped since included.';
comment on column mg.refusal_count.source is 'Code of the feed.';
comment on column mg.refusal_count.reason is 'Why they were refused.';
comment on column mg.refusal_count.n is 'How many.';
insert into mg.refusal_count (source, reason, n) select source, reason, count(*) from mg.quarantine group by source, reason;
