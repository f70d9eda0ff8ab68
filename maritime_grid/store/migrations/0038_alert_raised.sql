-- Rules that open cases look at the newest alerts every few seconds, of all that there ever were.
create index alert_raised on mg.alert (raised_at);
