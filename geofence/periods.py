"""When fences hold: versions with [valid_from, valid_to), and time windows that open and close."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from .fences import Fence


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch [starts, ends) in which a place holds; microseconds since the epoch, UTC.

    `opens` and `closes` say that a time window begins or ends it, not the coming or going of a version: at a
    window's opening vessels inside count as inside, a new version is met like any line on the sea.
    """

    starts: int
    ends: int
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """What happened to one place between two instants."""

    code: int
    closed_at: int | None
    opened_at: int | None


class Calendar:
    """Periods of the fences that have time windows, and which fence holds when.

    Args:
        fences: sorted by (code, valid_from), checked.
    """

    def __init__(self, fences: Sequence[Fence]) -> None:
        self.valid_from = np.array([f.valid_from for f in fences], np.int64)
        self.valid_to = np.array([f.valid_to for f in fences], np.int64)
        self._windowed = np.array([bool(f.windows) for f in fences], np.bool_)
        self._windows = {k: _columns(f) for k, f in enumerate(fences) if f.windows}
        self.timed = len({f.code for f in fences}) < len(fences) or any(
            f.windows or f.valid_from > -(2**62) or f.valid_to < 2**62 for f in fences
        )
        by_code = {code: tuple(versions) for code, versions in groupby(fences, lambda f: f.code)}
        self._periods = {
            code: _merged(p for f in versions for p in _periods_of(f))
            for code, versions in by_code.items()
            if any(f.windows for f in versions)
        }
        self._starts = {code: [p.starts for p in periods] for code, periods in self._periods.items()}
        turns = {at for periods in self._periods.values() for p in periods for at in (p.starts, p.ends)}
        self._turns = np.array(sorted(turns), np.int64)

    def valid(self, fence: NDArray[np.int64], t: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each fence, by number, is the version of its place at t; windows apart. Shapes (n,)."""
        return (self.valid_from[fence] <= t) & (t < self.valid_to[fence])

    def in_force(self, fence: NDArray[np.int64], t: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each fence, by number, holds at t: its version and, if it has any, one of its windows."""
        out = self.valid(fence, t)
        for row in np.unique(fence[self._windowed[fence] & out]) if self._windows else ():
            mine = np.flatnonzero(fence == row)
            opens, closes = self._windows[int(row)]
            last = np.searchsorted(opens, t[mine], side="right") - 1
            out[mine] &= (last >= 0) & (t[mine] < closes[last])
        return out

    def turns(self, before: NDArray[np.int64], now: NDArray[np.int64]) -> dict[int, list[Turn]]:
        """By row: places whose window opened or closed in (before, now]. Shapes (n,)."""
        if not len(self._turns):
            return {}
        passed = np.searchsorted(self._turns, before, side="right") != np.searchsorted(self._turns, now, side="right")
        out = {int(row): self._turns_of(int(before[row]), int(now[row])) for row in np.flatnonzero(passed)}
        return {row: found for row, found in out.items() if found}

    def _turns_of(self, before: int, now: int) -> list[Turn]:
        out: list[Turn] = []
        for code in self._periods:
            old, new = self._period_at(code, before), self._period_at(code, now)
            if old == new:
                continue
            closed_at = old.ends if old and old.closes else None
            opened_at = new.starts if new and new.opens else None
            if closed_at is not None or opened_at is not None:
                out.append(Turn(code, closed_at, opened_at))
        return out

    def _period_at(self, code: int, t: int) -> Period | None:
        k = bisect_right(self._starts[code], t) - 1
        period = self._periods[code][k] if k >= 0 else None
        return period if period and t < period.ends else None


def _columns(fence: Fence) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.array([w.opens for w in fence.windows], np.int64), np.array([w.closes for w in fence.windows], np.int64)


def _periods_of(fence: Fence) -> list[Period]:
    """Windows of one version cut to its validity; the validity itself where it has none."""
    if not fence.windows:
        return [Period(fence.valid_from, fence.valid_to, opens=False, closes=False)]
    cut = (
        Period(
            max(w.opens, fence.valid_from),
            min(w.closes, fence.valid_to),
            opens=w.opens >= fence.valid_from,
            closes=w.closes <= fence.valid_to,
        )
        for w in fence.windows
    )
    return [p for p in cut if p.starts < p.ends]


def _merged(periods: Iterable[Period]) -> list[Period]:
    """Periods in order, those that touch made one: a window that goes on in the next version does not close."""
    out: list[Period] = []
    for p in periods:
        if out and out[-1].ends == p.starts:
            out[-1] = replace(out[-1], ends=p.ends, closes=p.closes)
        else:
            out.append(p)
    return out
