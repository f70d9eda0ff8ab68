"""Relay duplicates: the same payload heard again within ten seconds."""

from __future__ import annotations

from collections.abc import Sequence

from .times import NO_TIME, US

WINDOW_S = 10.0  # EVENTS: a reporting interval of the fastest repeated static report is longer
_MAX_KEYS = 200_000  # a generation; 20,000 messages/s for its ten seconds


class Repeats:
    """Two generations of payloads with the time of their first passage; older ones are forgotten.

    Works on the receipt time, so a late relay of an old report is a repeat only when it comes soon.
    """

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window = round(window_s * US)
        self._now: dict[bytes, int] = {}
        self._before: dict[bytes, int] = {}
        self._since = NO_TIME

    def mark(self, keys: Sequence[bytes], times: Sequence[int]) -> list[bool]:
        """For each message, in order, whether it is a repeat."""
        window = self._window
        now, before, since = self._now, self._before, self._since
        out: list[bool] = []
        for key, t in zip(keys, times, strict=True):
            if t - since >= window or len(now) >= _MAX_KEYS:
                self._turn(t)
                now, before, since = self._now, self._before, self._since
            seen = now.get(key)
            if seen is None:
                seen = before.get(key, NO_TIME)
            if -window < t - seen < window:
                out.append(True)
            else:
                now[key] = t
                out.append(False)
        return out

    def _turn(self, t: int) -> None:
        """Start a generation. A step back in time never does: stations that lag would have all forgotten."""
        self._before, self._now, self._since = self._now, {}, t
