"""Which gear must stay in port: the summer moratorium 伏季休渔 of the East China Sea, as a sample.

Source: closed 1 May 12:00 to 16 September 12:00 Beijing time; gill net, pot and beam-trawl shrimp open earlier, on
1 August 12:00 as in 2022; hook and line are exempt. The operator's own seasons rule the alerts; these move the fleet.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from ingest.batch import I64

from .fleet import Gear

BEIJING = timedelta(hours=8)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOSES = (5, 1)
OPENS = {Gear.TRAWL: (9, 16), Gear.PAIR_TRAWL: (9, 16), Gear.GILL_NET: (8, 1), Gear.POT: (8, 1)}


def closed_until(start: int) -> I64:
    """(6,) by gear: microseconds until which it stays in port, 0 where it may go. start: microseconds."""
    out = np.zeros(len(Gear), np.int64)
    year = (EPOCH + timedelta(microseconds=start) + BEIJING).year
    for gear, opens in OPENS.items():
        until = _noon(year, *opens)
        if _noon(year, *CLOSES) <= start < until:
            out[gear] = until
    return out


def _noon(year: int, month: int, day: int) -> int:
    return int((datetime(year, month, day, 12, tzinfo=UTC) - BEIJING - EPOCH) / timedelta(microseconds=1))
