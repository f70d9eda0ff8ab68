-- Passwords that somebody else gave: they hold for a while, and open nothing but the form of a new one.
alter table mg.account add column password_until timestamptz;
comment on column mg.account.password_until is
  'Until when a password that somebody else gave opens the form of a new one, UTC; NULL: its owner chose it, or it is of a machine.';

-- What an account did, newest first, for its owner and for who reads the log.
create index access_log_account on mg.access_log (account_id, n);
