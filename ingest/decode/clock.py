"""Which time a report gets: its own where the feed states one, else the stream's clock, else its receipt.

Live: a $GPRMC or ZDA tells how far the receiver's clock is from ours, and holds until the next. A recording has no
receipt: the last time that the file stated holds, and a file that states none at all runs on a start time moved
on by the reports' own UTC seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.batch import I64, U8, TimeKind

from .layout import NO_SECOND
from .times import NO_TIME, US

# A receiver's clock comes from GPS and is right to the second, so what is further off is a wrong date or a clock never
# set. A minute is also what a report may be ahead of its receipt: a larger offset would have every report refused, the
# distress among them, and a larger lag would date a call for help as old.
MAX_OFFSET_S = 60
DEFAULT_START = 946_684_800 * US  # 2000-01-01; for a recording without times and without a start
_MINUTE = 60


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Times the stream stated, in line order: arrays of shape (k,)."""

    line: I64
    t: I64


class LiveClock:
    """Receipt time, corrected by the receiver's own clock where the stream carries one that can be right."""

    def __init__(self, ahead_us: int = MAX_OFFSET_S * US) -> None:
        self._offset = NO_TIME
        self._ahead_us = min(ahead_us, MAX_OFFSET_S * US)

    def at_lines(self, lines: I64, received_at: I64, events: Events, event_received: I64) -> tuple[I64, U8]:
        """Time and its kind for lines that state none: (n,) each."""
        offsets = events.t - event_received
        usable = (offsets >= -MAX_OFFSET_S * US) & (offsets <= self._ahead_us)
        offsets = np.where(usable, offsets, NO_TIME)
        offset = np.append(self._offset, offsets)[np.searchsorted(events.line, lines)]
        if len(offsets):
            self._offset = int(offsets[-1])
        t = np.where(offset == NO_TIME, received_at, received_at + offset)
        kind = np.where(offset == NO_TIME, TimeKind.RECEIVED, TimeKind.CLOCK).astype(np.uint8)
        return t, kind


class RecordedClock:
    """The last time a file stated; `STEPPED` until it states one. Neither moves the other."""

    def __init__(self, start_us: int | None) -> None:
        self._last = self._stepped = DEFAULT_START if start_us is None else start_us
        self._stated = False

    def anchor(self, t: int) -> None:
        """The first time the file states, for the lines before it."""
        self._last, self._stated = t, True

    def at_lines(self, lines: I64, events: Events) -> tuple[I64, U8]:
        """Time and its kind for lines that state none: (n,) each; stepped ones are the start of the step."""
        index = np.searchsorted(events.line, lines)
        t = np.append(self._last, events.t)[index]
        stepped = (index == 0) & (not self._stated)
        if len(events.t):
            self.anchor(int(events.t[-1]))
        return t, np.where(stepped, TimeKind.STEPPED, TimeKind.CLOCK).astype(np.uint8)

    def step(self, seconds: Sequence[int]) -> list[int]:
        """Times of reports by their own UTC seconds (60 and more: none), in order.

        The nearest step counts: up to 30 s forward moves the clock, a lagging report gets its own earlier time.
        """
        out: list[int] = []
        clock = self._stepped
        for second in seconds:
            if second >= NO_SECOND:
                out.append(clock)
                continue
            whole = clock // US
            t = (whole + (second - whole + 29) % _MINUTE - 29) * US
            clock = max(clock, t)
            out.append(t)
        self._stepped = clock
        return out
