"""Speed beside peers, on this machine, now: ratios travel, numbers do not."""
