-- How a case ends: what the public is answered, and a code for the reporter and for each party to follow it by.
alter table mg.case_file add column answer text not null default '' check (char_length(answer) <= 1000);
comment on column mg.case_file.answer is 'Answer to the public, shown to who follows the case by a code once it is fed back; empty: none.';

create table mg.case_code (
  case_id text not null references mg.case_file,
  n smallint not null check (n >= 0),
  hash bytea not null unique check (octet_length(hash) = 32),
  issued_at timestamptz not null,
  by text not null,
  primary key (case_id, n)  -- one each: a new one ends the one before
);
comment on table mg.case_code is 'Codes by which cases are followed without an account.';
comment on column mg.case_code.case_id is 'The case.';
comment on column mg.case_code.n is 'Number of the party that holds it; 0: the reporter. No reference: an amendment writes parties anew.';
comment on column mg.case_code.hash is 'SHA-256 of the code.';
comment on column mg.case_code.issued_at is 'When it was given out, UTC.';
comment on column mg.case_code.by is 'Account that gave it out; empty: it came with the filing.';
insert into mg.case_code (case_id, n, hash, issued_at, by)
select case_id, 0, follow_hash, opened_at, '' from mg.case_file where follow_hash is not null;
update mg.case_file set follow_hash = null where follow_hash is not null;
comment on column mg.case_file.follow_hash is 'Always NULL: codes stand in mg.case_code.';
