"""How fast a feed brings data, as far as can be told: from the store's hours, from what we saw, from its vessels."""

from __future__ import annotations

from collections import deque
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

KEPT, NEEDED = 120, 20  # intervals: the mean of 20 is within about a quarter of the true one
DENSE_S, DENSE_HELD = 10, 9  # a feed is dense when 9 of its last 10 seconds brought something


class Moves:
    """Intervals between movements of a feed's newest receipt; those in which it was late are no pace."""

    def __init__(self) -> None:
        self._last: datetime | None = None
        self._intervals: deque[float] = deque(maxlen=KEPT)

    def see(self, last_at: datetime | None, late_after_s: float) -> None:
        """Take note of the newest receipt as read now."""
        if last_at is not None and self._last is not None:
            moved_s = (last_at - self._last).total_seconds()
            if 0 < moved_s <= late_after_s:
                self._intervals.append(moved_s)
        self._last = last_at

    def per_hour(self) -> float:
        """Movements an hour; 0 while too few were seen."""
        return 3600 * len(self._intervals) / sum(self._intervals) if len(self._intervals) >= NEEDED else 0.0


def dense_per_hour(received_at: NDArray[np.int64]) -> float:
    """A pace that a feed had at least when it was heard last, 0 where that cannot be told.

    It needs no memory, so that a feed that stopped before we started is known as well.

    Args:
        received_at: (n,) newest receipts of the feed's vessels, microseconds.
    """
    if not len(received_at):
        return 0.0
    age_s = (received_at.max() - received_at) // 1_000_000
    held = len(np.unique(age_s[age_s < DENSE_S]))
    return 3600.0 if held >= DENSE_HELD else 0.0
