"""How much a feed says: its hours, what it usually says in one, and when it is quiet or weak by its own measure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.batch import F64, I64
from maritime_grid.domain.state import NEVER, FeedState
from maritime_grid.domain.world import RuleSettings

HOUR_US = 3_600_000_000
HOURS_KEPT = 24
HOURS_NEEDED = 6  # a mean over fewer full hours says little
INTERVALS = 3  # a feed of few senders is quiet after so many of its mean intervals


@dataclass(frozen=True, slots=True)
class Rate:
    """A feed found weak, or well, at one moment."""

    at: int
    low: bool
    count: int  # of the hour
    mean: float  # of the hours before


@dataclass(frozen=True, slots=True, eq=False)
class Through:
    """A feed through the reports of a batch. Shapes (n,)."""

    newest: I64  # receipt of its newest data
    pause_us: I64  # since the report before
    silent_us: I64  # how long a pause would have been borne, where this one was an outage; else 0
    lost_us: I64  # of the pause, what was outage or weakness: all or nothing
    after: FeedState  # its hours
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """Reports [first, end) of one hour."""

    silent_us: I64
    weak: NDArray[np.bool_]  # from each report on
    after: FeedState
    rates: tuple[Rate, ...]


def silent_us(state: FeedState, rules: RuleSettings) -> int:
    """How long a pause of a feed may last: 3 of its own mean intervals, and `feed_silent_s` at the least."""
    least, count = round(rules.feed_silent_s * 1e6), sum(state.hourly)
    return max(least, INTERVALS * len(state.hourly) * HOUR_US // count) if count else least


def through_hours(state: FeedState, received_at: I64, rules: RuleSettings) -> Through:
    """Take reports of one feed in.

    Args:
        state: the feed before them.
        received_at: (n,) their receipts in order of arrival, microseconds.
        rules: thresholds.
    """
    if not len(received_at):
        return Through(received_at, received_at, received_at, received_at, state, ())
    newest = np.maximum.accumulate(received_at)
    if state.last_at != NEVER:
        newest = np.maximum(newest, state.last_at)
    pause = np.diff(newest, prepend=state.last_at if state.last_at != NEVER else newest[0])
    parts = [*_stretches(state, newest, pause, rules)]
    silent = np.concatenate([p.silent_us for p in parts])
    weak = np.concatenate([[_weak_before(state, rules)], *(p.weak for p in parts)])[:-1]
    lost = np.where((silent > 0) | weak, pause, 0)
    return Through(newest, pause, silent, lost, parts[-1].after, tuple(r for p in parts for r in p.rates))


def _stretches(state: FeedState, newest: I64, pause: I64, rules: RuleSettings) -> Iterator[_Stretch]:
    hours = newest // HOUR_US
    first = [0, *(np.flatnonzero(np.diff(hours)) + 1).tolist(), len(hours)]
    for a, b in pairwise(first):
        stretch = _stretch(state, newest[a:b], pause[a:b], rules)
        state = stretch.after
        yield stretch


def _stretch(state: FeedState, newest: I64, pause: I64, rules: RuleSettings) -> _Stretch:
    """Reports of one hour. The first may close the hours before; the pause before it is theirs.

    Only hours in which the feed was up from end to end are counted: one cut by an outage, or by the beginning, would
    call it weak a second time. `hour` then stands at the next one, and reports before it are not counted.
    """
    hour, n = int(newest[0]) // HOUR_US, len(newest)
    limit, cut = np.empty(n, np.int64), np.zeros(n, np.bool_)
    limit[0], cut[0] = silent_us(state, rules), pause[0] > _cut_us(state, rules)
    opened = _open_hour(state, hour, bool(cut[0]))
    limit[1:], cut[1:] = silent_us(opened, rules), pause[1:] > _cut_us(opened, rules)
    rates = () if opened.hourly is state.hourly else _judge_hour(opened, rules)
    whole = n if not cut[1:].any() else 1 + int(np.flatnonzero(cut[1:])[0])  # the hour is counted up to here
    count = opened.count + np.arange(1, n + 1)
    behind = np.zeros(n, np.bool_)
    after = opened
    if opened.hour == hour:
        behind[:whole] = _behind(opened, count[:whole], newest[:whole], rules)
        after = replace(opened, count=int(count[-1])) if whole == n else replace(opened, hour=hour + 1, count=0)
    found = np.flatnonzero(behind)
    mean = _mean(opened.hourly, rules) or 0.0
    rates += (
        tuple(Rate(int(newest[k]), True, int(count[k]), mean) for k in found[[0, -1]].tolist()) if len(found) else ()
    )
    return _Stretch(np.where(pause > limit, limit, 0), behind | _is_low(opened.hourly, rules), after, rates)


def _cut_us(state: FeedState, rules: RuleSettings) -> int:
    """A longer pause spoils its hour. A feed whose interval is not known yet may leave no hour empty, no more."""
    return silent_us(state, rules) if state.hourly else max(HOUR_US, silent_us(state, rules))


def _open_hour(state: FeedState, hour: int, cut: bool) -> FeedState:
    """The feed at the first report of a stretch: hours closed move into `hourly`, the running one into `count`."""
    if cut or not state.hour:
        return replace(state, hour=hour + 1, count=0)
    if hour <= state.hour:
        return state
    gap = min(hour - state.hour - 1, HOURS_KEPT)
    return replace(state, hourly=(*state.hourly, state.count, *([0] * gap))[-HOURS_KEPT:], hour=hour, count=0)


def _mean(hourly: tuple[int, ...], rules: RuleSettings) -> float | None:
    """What the feed usually says in an hour; None where that is not known, or too little to be judged by."""
    if len(hourly) < HOURS_NEEDED:
        return None
    mean = sum(hourly) / len(hourly)
    return mean if mean * rules.feed_silent_s >= INTERVALS * 3600 else None


def _is_low(hourly: tuple[int, ...], rules: RuleSettings) -> bool:
    """Whether the last full hour was weak."""
    mean = _mean(hourly[:-1], rules)
    return mean is not None and hourly[-1] < rules.feed_low_ratio * mean


def _judge_hour(state: FeedState, rules: RuleSettings) -> tuple[Rate, ...]:
    mean = _mean(state.hourly[:-1], rules)
    if mean is None:
        return ()
    return (Rate(state.hour * HOUR_US, _is_low(state.hourly, rules), state.hourly[-1], mean),)


def _behind(state: FeedState, count: I64, newest: I64, rules: RuleSettings) -> NDArray[np.bool_]:
    """Whether the running hour would be weak even if the rest of it were as usual. Shapes (n,)."""
    mean = _mean(state.hourly, rules)
    if mean is None:
        return np.zeros(len(count), np.bool_)
    rest: F64 = 1 - newest % HOUR_US / HOUR_US
    return count + mean * rest < rules.feed_low_ratio * mean


def _weak_before(state: FeedState, rules: RuleSettings) -> bool:
    """Whether a feed is weak as it stands."""
    if _is_low(state.hourly, rules):
        return True
    if state.last_at == NEVER or state.hour != state.last_at // HOUR_US:
        return False
    return bool(_behind(state, np.array([state.count]), np.array([state.last_at]), rules)[0])
