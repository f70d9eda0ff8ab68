"""Feed health: a source that went quiet or weak is one notice, and the silence of its vessels pauses meanwhile.

Each feed has a clock of its own: the receipt of its newest data, less all the time it was down. It stands while the
feed is down, so that silence measured on it cannot mistake an outage of the provider for an outage of the vessels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ingest.batch import I64, Positions
from maritime_grid.domain.alerts import AlertKey, RuleName, Severity
from maritime_grid.domain.state import NEVER, FeedState
from maritime_grid.domain.world import World

from .board import Board

HOUR_US = 3_600_000_000
HOURS_KEPT = 24
HOURS_NEEDED = 6  # a mean over fewer full hours says little


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """The clock of one feed at each of its rows in a batch, in order of arrival. Shapes (n,)."""

    row: I64  # number of the row in the batch
    clock: I64  # receipt less outages, never falling
    outage_us: I64  # outages so far
    start_clock: int  # before the batch; NEVER for a new feed

    def clock_before(self, row: I64) -> I64:
        """The feed's clock just before each row of the batch."""
        at = np.searchsorted(self.row, row) - 1
        if not len(self.row):
            return np.full(len(row), self.start_clock)
        return np.where(at >= 0, self.clock[np.maximum(at, 0)], self.start_clock)


def watched_feeds(feeds: Mapping[int, FeedState], world: World, since: int) -> dict[int, FeedState]:
    """Feeds known, and those of the world that are watched from `since` on (the stream's first moment not yet seen)."""
    new = {
        code: FeedState(code, last_at=since)
        for code, feed in world.feeds.items()
        if feed.watched and code not in feeds and since != NEVER
    }
    return {**feeds, **new}


def take_pulse(state: FeedState, rows: I64, received_at: I64, silent_us: int) -> Pulse:
    """The feed's clock through a batch.

    Args:
        state: the feed before the batch.
        rows: (n,) numbers of its rows in the batch, rising.
        received_at: (n,) receipt of each, microseconds.
        silent_us: a longer pause between receipts is an outage.
    """
    start = NEVER if state.last_at == NEVER else state.last_at - state.outage_us
    newest = np.maximum.accumulate(received_at) if len(rows) else received_at
    if state.last_at != NEVER:
        newest = np.maximum(newest, state.last_at)
    before = np.concatenate([[state.last_at if state.last_at != NEVER else (newest[0] if len(rows) else 0)], newest])
    pauses = np.diff(before)
    outage = state.outage_us + np.cumsum(np.where(pauses > silent_us, pauses, 0))
    return Pulse(rows, newest - outage, outage, start)


def take_pulses(feeds: Mapping[int, FeedState], positions: Positions, world: World) -> dict[int, Pulse]:
    """The pulse of every feed known or heard in the batch, by code."""
    silent_us = round(world.rules.feed_silent_s * 1e6)
    pulses: dict[int, Pulse] = {}
    for code in sorted({*feeds, *np.unique(positions.source).tolist()}):
        rows = np.flatnonzero(positions.source == code)
        state = feeds.get(code) or FeedState(code)
        pulses[code] = take_pulse(state, rows, positions.received_at[rows], silent_us)
    return pulses


def feeds_after(
    feeds: Mapping[int, FeedState], pulses: Mapping[int, Pulse], world: World, clock: int
) -> dict[int, FeedState]:
    """State of every feed after the batch; a watched feed never heard counts from the first clock on."""
    silent_us = round(world.rules.feed_silent_s * 1e6)
    out: dict[int, FeedState] = {}
    for code, pulse in pulses.items():
        state = feeds.get(code) or FeedState(code)
        if len(pulse.row):
            state = [*_by_hours(state, pulse)][-1]
            last = int(pulse.clock[-1] + pulse.outage_us[-1])
            state = replace(state, last_at=last, outage_us=int(pulse.outage_us[-1]), down_since=NEVER)
        if state.last_at != NEVER and clock - state.last_at > silent_us:
            state = replace(state, down_since=state.last_at)
        out[code] = state
    return out


def _by_hours(state: FeedState, pulse: Pulse) -> Iterator[FeedState]:
    """The feed as each hour of a batch leaves it: hours closed move into `hourly`, the running one into `count`.

    Only hours in which the feed was up from end to end are counted: one cut by an outage, or by the beginning, would
    call it weak a second time. `hour` then stands at the next one, and rows before it are not counted.
    """
    hours = (pulse.clock + pulse.outage_us) // HOUR_US
    first = np.append(0, np.flatnonzero((np.diff(hours) > 0) | (np.diff(pulse.outage_us) > 0)) + 1)
    counts = np.diff(np.append(first, len(hours)))
    known = state.outage_us
    for k, count in zip(first.tolist(), counts.tolist(), strict=True):
        outage, hour = int(pulse.outage_us[k]), int(hours[k])
        if outage != known or not state.hour:
            known, state = outage, replace(state, hour=hour + 1, count=0)
        elif hour > state.hour:
            gap = min(hour - state.hour - 1, HOURS_KEPT)
            state = replace(state, hourly=(*state.hourly, state.count, *([0] * gap))[-HOURS_KEPT:], hour=hour, count=0)
        if hour == state.hour:
            state = replace(state, count=state.count + count)
        yield state


def judge_feeds(
    before: Mapping[int, FeedState],
    after: Mapping[int, FeedState],
    pulses: Mapping[int, Pulse],
    world: World,
    board: Board,
) -> None:
    """Raise and clear the notices of watched feeds: no data, or far less than usual."""
    silent_us = round(world.rules.feed_silent_s * 1e6)
    for code, state in after.items():
        feed = world.feeds.get(code)
        if feed is None or not feed.watched:
            continue
        _judge_pauses(AlertKey(RuleName.FEED_HEALTH, 0, feed.name), before.get(code), pulses[code], silent_us, board)
        if state.down_since != NEVER:
            key = AlertKey(RuleName.FEED_HEALTH, 0, feed.name)
            board.raised(key, Severity.NOTICE, state.down_since + silent_us, detail={"feed": feed.name})
        _judge_rates(
            AlertKey(RuleName.FEED_HEALTH, 0, f"{feed.name}-low"), before.get(code), pulses[code], world, board
        )


def _judge_pauses(key: AlertKey, before: FeedState | None, pulse: Pulse, silent_us: int, board: Board) -> None:
    """Outages that ended within the batch: each is raised, if it was not, and cleared."""
    if not len(pulse.row):
        return
    known = before.outage_us if before else 0
    ends = np.flatnonzero(np.diff(np.concatenate([[known], pulse.outage_us])) > 0)
    for k in ends.tolist():
        outage = int(pulse.outage_us[k]) - (int(pulse.outage_us[k - 1]) if k else known)
        back_at = int(pulse.clock[k] + pulse.outage_us[k])
        board.raised(key, Severity.NOTICE, back_at - outage + silent_us, detail={"feed": key.place})
        board.cleared(key, back_at)


def _judge_rates(key: AlertKey, before: FeedState | None, pulse: Pulse, world: World, board: Board) -> None:
    """Every hour that closed within the batch."""
    last = before or FeedState(0)
    for state in _by_hours(last, pulse) if len(pulse.row) else ():
        if state.hourly is not last.hourly:
            _judge_rate(key, state, world, board)
        last = state


def _judge_rate(key: AlertKey, state: FeedState, world: World, board: Board) -> None:
    if len(state.hourly) <= HOURS_NEEDED:
        return
    *earlier, newest = state.hourly
    mean = sum(earlier) / len(earlier)
    if newest < world.rules.feed_low_ratio * mean:
        at = state.hour * HOUR_US
        detail = {"feed": key.place.removesuffix("-low"), "hour_count": newest, "mean": round(mean)}
        board.raised(key, Severity.NOTICE, at, detail=detail)
    else:
        board.cleared(key, state.hour * HOUR_US)
