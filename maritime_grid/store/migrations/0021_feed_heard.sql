-- A watched feed that was never heard counts its outage from when it was first watched: that moment is no receipt.
create or replace view api.feed as
select f.name, f.kind, f.watched, case when s.hour <> 0 then mg.finite(s.last_at) end as last_at,
       mg.finite(s.down_since) as down_since, s.count as hour_count
from mg.feed f left join mg.feed_state s using (code);
comment on column api.feed.last_at is 'Receipt of its newest data, UTC; NULL: none ever.';
comment on column mg.feed_state.last_at is 'Receipt of its newest data, UTC; with hour 0 none yet, and this is since when it is watched.';
comment on column mg.feed_state.hour is 'The running hour, hours since the epoch UTC; 0: never heard.';
