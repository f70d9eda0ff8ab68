"""Feed health: a source that went quiet or weak is one notice, and the silence of its vessels pauses meanwhile.

Each feed has a clock of its own: the receipt of its newest data, less all the time it was down or weak. It stands
meanwhile, so that silence measured on it cannot mistake an outage of the provider for an outage of the vessels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ingest.batch import I64
from maritime_grid.domain.alerts import AlertKey, RuleName, Severity
from maritime_grid.domain.state import NEVER, FeedState
from maritime_grid.domain.world import Feed, RuleSettings, World

from .arrivals import NO_ROW, Arrivals
from .board import Board
from .feed_rate import Rate, Through, silent_us, through_hours


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """The clock of one feed at each of its reports in a batch, in order of arrival. Shapes (n,)."""

    slot: I64  # place in the arrivals of the whole batch
    row: I64  # number among the batch's positions, NO_ROW for other reports
    spoken: dict[tuple[int, int], int]  # slot of other reports by receipt and number in the feed
    clock: I64  # newest receipt less outages, never falling
    outage_us: I64  # time down or weak so far
    start_clock: int  # before the batch; NEVER for a new feed
    start_outage_us: int
    after: FeedState  # but for `down_since`, which hangs on the stream's clock
    pauses: tuple[tuple[int, int], ...]  # outages that ended: when the notice was due, when the feed was back
    rates: tuple[Rate, ...]

    def slots_of(self, row: I64) -> I64:
        """Slots of positions of this feed, by their rows."""
        mine = np.flatnonzero(self.row != NO_ROW)
        return self.slot[mine[np.searchsorted(self.row[mine], row)]]

    def clock_before(self, slot: I64) -> I64:
        """The feed's clock just before each slot."""
        return self._clock(np.searchsorted(self.slot, slot) - 1)

    def clock_at(self, slot: I64) -> I64:
        """The feed's clock at each slot, a report of its own there included."""
        return self._clock(np.searchsorted(self.slot, slot, side="right") - 1)

    def _clock(self, at: I64) -> I64:
        if not len(self.slot):
            return np.full(len(at), self.start_clock)
        return np.where(at >= 0, self.clock[np.maximum(at, 0)], self.start_clock)

    def outage_at_us(self, clock: int) -> int:
        """Outages so far when the feed's clock first showed this."""
        if not len(self.slot) or clock <= self.start_clock:
            return self.start_outage_us
        return int(self.outage_us[min(int(np.searchsorted(self.clock, clock)), len(self.slot) - 1)])


def watched_feeds(feeds: Mapping[int, FeedState], world: World, since: int) -> dict[int, FeedState]:
    """Feeds known, and those of the world that are watched from `since` on (the stream's first moment not yet seen)."""
    new = {
        code: FeedState(code, last_at=since)
        for code, feed in world.feeds.items()
        if feed.watched and code not in feeds and since != NEVER
    }
    return {**feeds, **new}


def take_pulse(state: FeedState, arrivals: Arrivals, rules: RuleSettings) -> Pulse:
    """The clock of the feed `state.code` through a batch; `state` is as it was before."""
    slot = np.flatnonzero(arrivals.source == state.code)
    received_at, row = arrivals.received_at[slot], arrivals.row[slot]
    through = through_hours(state, received_at, rules)
    outage = state.outage_us + np.cumsum(through.lost_us)
    after = through.after
    if len(slot):
        after = replace(after, last_at=int(through.newest[-1]), outage_us=int(outage[-1]), down_since=NEVER)
    other = np.flatnonzero(row == NO_ROW)
    came = zip(received_at[other].tolist(), arrivals.seq[slot[other]].tolist(), strict=True)
    return Pulse(
        slot=slot,
        row=row,
        spoken=dict(zip(came, slot[other].tolist(), strict=True)),
        clock=through.newest - outage,
        outage_us=outage,
        start_clock=NEVER if state.last_at == NEVER else state.last_at - state.outage_us,
        start_outage_us=state.outage_us,
        after=after,
        pauses=_pauses(through),
        rates=through.rates,
    )


def _pauses(through: Through) -> tuple[tuple[int, int], ...]:
    ends = np.flatnonzero(through.silent_us)
    back_at = through.newest[ends]
    due = back_at - through.pause_us[ends] + through.silent_us[ends]
    return tuple(zip(due.tolist(), back_at.tolist(), strict=True))


def take_pulses(feeds: Mapping[int, FeedState], arrivals: Arrivals, world: World) -> dict[int, Pulse]:
    """The pulse of every feed known or heard in the batch, by code."""
    codes = sorted({*feeds, *np.unique(arrivals.source).tolist()})
    return {code: take_pulse(feeds.get(code) or FeedState(code), arrivals, world.rules) for code in codes}


def feeds_after(pulses: Mapping[int, Pulse], world: World, clock: int) -> dict[int, FeedState]:
    """State of every feed after the batch; a watched feed never heard counts from the first clock on."""
    out: dict[int, FeedState] = {}
    for code, pulse in pulses.items():
        state = pulse.after
        if state.last_at != NEVER and clock - state.last_at > silent_us(state, world.rules):
            state = replace(state, down_since=state.last_at)
        out[code] = state
    return out


def judge_feeds(after: Mapping[int, FeedState], pulses: Mapping[int, Pulse], world: World, board: Board) -> None:
    """Raise and clear the notices of watched feeds: no data, or far less than usual.

    A feed that is no longer watched has its notices cleared; one that is not of this world keeps them.
    """
    for code, feed in world.feeds.items():
        if not feed.watched:
            for key in (_quiet(feed), _low(feed)):
                if key in board.open:
                    board.cleared(key, board.open[key].last_at)
        elif code in after:
            _judge_pauses(_quiet(feed), after[code], pulses[code], world.rules, board)
            _judge_rates(_low(feed), pulses[code], board)


def _quiet(feed: Feed) -> AlertKey:
    return AlertKey(RuleName.FEED_HEALTH, 0, feed.name)


def _low(feed: Feed) -> AlertKey:
    return AlertKey(RuleName.FEED_HEALTH, 0, f"{feed.name}-low")


def _judge_pauses(key: AlertKey, state: FeedState, pulse: Pulse, rules: RuleSettings, board: Board) -> None:
    """Outages that ended within the batch, each raised, if it was not, and cleared; and the one that goes on."""
    for due, back_at in pulse.pauses:
        board.raised(key, Severity.NOTICE, due, detail={"feed": key.place})
        board.cleared(key, back_at)
    if state.down_since != NEVER:
        at = state.down_since + silent_us(state, rules)
        board.raised(key, Severity.NOTICE, at, detail={"feed": key.place})
    elif (alert := board.open.get(key)) and len(pulse.slot):
        # its receipts have no pause: they waited while the stream's clock went on, as in a spool
        board.cleared(key, max(alert.last_at, state.last_at))


def _judge_rates(key: AlertKey, pulse: Pulse, board: Board) -> None:
    for rate in pulse.rates:
        if rate.low:
            detail = {"feed": key.place.removesuffix("-low"), "hour_count": rate.count, "mean": round(rate.mean)}
            board.raised(key, Severity.NOTICE, rate.at, detail=detail)
        else:
            board.cleared(key, rate.at)
