"""How long to wait before the next attempt: doubling, bounded, and spread, so that clients do not knock all at once."""

from __future__ import annotations

import random


class Backoff:
    """Exponential back-off with jitter between half and the whole of the step. Seconds."""

    def __init__(self, first_s: float = 0.5, max_s: float = 60.0, rng: random.Random | None = None) -> None:
        self._first_s = first_s
        self._max_s = max_s
        self._step_s = first_s
        self._rng = rng or random.Random()  # noqa: S311 - spreads load, guards nothing

    def next_s(self) -> float:
        """The next wait; the one after is up to twice as long."""
        wait = self._step_s * self._rng.uniform(0.5, 1.0)
        self._step_s = min(self._step_s * 2, self._max_s)
        return wait

    def reset(self) -> None:
        """The peer answered: begin again with the first wait."""
        self._step_s = self._first_s
