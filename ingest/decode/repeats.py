"""Relay duplicates: the same payload heard again within ten seconds."""

from __future__ import annotations

from collections.abc import Sequence

from .times import NO_TIME, US

WINDOW_S = 10  # EVENTS: a reporting interval of the fastest repeated static report is longer
_MAX_KEYS = 200_000  # a generation; 20,000 messages/s for its ten seconds


class Repeats:
    """Two generations of payloads with the time of their first passage; older ones are forgotten.

    Works on the receipt time, so a late relay of an old report is a repeat only when it comes soon.
    """

    def __init__(self) -> None:
        self._now: dict[bytes, int] = {}
        self._before: dict[bytes, int] = {}
        self._since = NO_TIME

    def mark(self, keys: Sequence[bytes], times: Sequence[int]) -> list[bool]:
        """For each message, in order, whether it is a repeat."""
        return [self._is_repeat(key, t) for key, t in zip(keys, times, strict=True)]

    def _is_repeat(self, key: bytes, t: int) -> bool:
        window = WINDOW_S * US
        if not self._since <= t < self._since + window or len(self._now) >= _MAX_KEYS:
            self._turn(t)
        seen = self._now.get(key)
        if seen is None:
            seen = self._before.get(key)
        if seen is not None and abs(t - seen) < window:
            return True
        self._now[key] = t
        return False

    def _turn(self, t: int) -> None:
        """Start a generation; a step back in time of less than a window belongs to the running one."""
        window = WINDOW_S * US
        if self._since - window < t < self._since and len(self._now) < _MAX_KEYS:
            return
        self._before, self._now, self._since = self._now, {}, t
