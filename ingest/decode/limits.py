"""Thresholds of decoding that an operator may set."""

from __future__ import annotations

from dataclasses import dataclass

from .fragments import TIMEOUT_S
from .repeats import WINDOW_S
from .times import US

FUTURE_S = 60.0  # a report further ahead of its receipt has a broken clock


@dataclass(frozen=True, slots=True)
class Limits:
    """What the decoders of a feed bear."""

    relay_window_s: float = WINDOW_S
    fragment_timeout_s: float = TIMEOUT_S
    future_s: float = FUTURE_S

    @property
    def future_us(self) -> int:
        return round(self.future_s * US)


DEFAULTS = Limits()
