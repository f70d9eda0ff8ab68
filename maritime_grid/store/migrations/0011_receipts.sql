-- The span of an emergency counts from the receipt of its last call, and silence from the receipt of anything heard.
comment on column mg.alert.received_at is 'Receipt of its newest evidence, UTC.';
comment on column api.alert.received_at is 'Receipt of its newest evidence, UTC.';
comment on column mg.vessel_state.outage_us is 'heard_at less what the clock of its feed showed then, microseconds: that clock stands while the feed is down or weak.';
comment on column mg.feed_state.outage_us is 'Time in which it was down or weak, microseconds, all together.';
