"""All that was read from the store so far; what cannot be read again keeps its last value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from maritime_grid.store.rows import AlertRow, CaseTally, EventRow, FeedRow, GridFlow, LateReport, PlaceRow, PortRow

from .fleet import Fleet
from .options import DashboardSettings
from .pace import Moves, dense_per_hour
from .source import WallReads
from .views.status import MAX_OVER, late_after_s, shown_alerts

MAX_EVENTS = 30  # the rolling list shows far fewer
FLOW_EVERY_S = 5.0
CASES_EVERY_S = 10.0  # what is overdue becomes so without a word from anyone
REFUSALS_EVERY_S = 15.0
NAMES_SETTLE_S = 1.0  # new vessels come in crowds at the start: their names are read together


@dataclass(slots=True)
class Known:
    """Rows as last read. Revisions count what changed: `names_rev` the list of vessels, `geo_rev` places and ports."""

    fleet: Fleet = field(default_factory=Fleet)
    alerts: Sequence[AlertRow] = ()
    events: Sequence[EventRow] = ()
    feeds: Sequence[FeedRow] = ()
    flow: Sequence[GridFlow] = ()
    cases: Sequence[CaseTally] = ()
    reports: Sequence[LateReport] = ()
    places: Sequence[PlaceRow] = ()
    ports: Sequence[PortRow] = ()
    names: dict[int, str] = field(default_factory=dict[int, str])
    refusals: Sequence[tuple[str, str, int]] = ()  # feed, reason, number
    statuses: Sequence[tuple[str, dict[str, Any], float]] = ()  # process, its figures, their age in seconds
    clock: datetime | None = None
    rev: int = 0
    names_rev: int = 0
    geo_rev: int = 0
    samples: frozenset[int] = frozenset()  # vessels that are made up
    paces: dict[int, float] = field(default_factory=dict[int, float])  # messages an hour of each feed
    moves: dict[int, Moves] = field(default_factory=dict[int, Moves])
    due: dict[str, float] = field(default_factory=dict[str, float])  # when the slow reads come, monotonic seconds
    asked: int = 0  # how often places were asked for, and
    answered: int = 0  # the last of those that was read after
    cases_asked: bool = False  # somebody changed a case

    def read(self, reads: WallReads, settings: DashboardSettings, monotonic_s: float, now: datetime) -> None:
        """One round of reads, all of one moment. Raises what `reads` raises, and then has taken over nothing."""
        asked = self.asked  # before the moment: what is asked for within it comes with the next round
        every_s = {
            "places": settings.places_s,
            "names": settings.places_s,
            "flow": FLOW_EVERY_S,
            "cases": CASES_EVERY_S,
            "refusals": REFUSALS_EVERY_S,
        }
        due = {what for what in every_s if monotonic_s >= self.due.get(what, -math.inf)}
        if asked != self.answered:
            due.add("places")
        if self.cases_asked:
            self.cases_asked = False
            due.add("cases")
        with reads.moment() as at_once:
            clock = at_once.clock()
            vessels, events, feeds = at_once.vessels(self.rev), at_once.events(MAX_EVENTS), at_once.feeds()
            alerts = shown_alerts(at_once.alerts(limit=MAX_OVER), clock or now, settings.over_s)
            slow = self._read_slow(at_once, due, (clock or now) - timedelta(seconds=settings.flow_s))
        new = self.fleet.merge(vessels)
        self.rev = max(self.rev, vessels.rev)
        self.clock, self.alerts, self.events, self.feeds = clock, alerts, events, feeds
        for take in slow:
            take()
        self.due |= {what: monotonic_s + every_s[what] for what in due}
        self.answered = asked
        if new and "names" not in due:
            self.due["names"] = min(self.due["names"], monotonic_s + NAMES_SETTLE_S)
        self._measure(settings)

    def expect_places(self) -> None:
        """Read places again in the next round: someone changed them."""
        self.asked += 1

    def expect_cases(self) -> None:
        """Count cases again in the next round: somebody changed one."""
        self.cases_asked = True

    def _read_slow(self, reads: WallReads, due: set[str], flow_since: datetime) -> list[Callable[[], None]]:
        """What takes over each of the slow reads that are due."""
        taking: list[Callable[[], None]] = []
        if "places" in due:
            taking.append(partial(self._take_places, reads.places(), reads.ports()))
        if "names" in due:
            taking.append(partial(self._take_names, reads.names(), reads.sample_vessels()))
        if "flow" in due:
            taking.append(partial(setattr, self, "flow", reads.grid_flow(flow_since)))
        if "cases" in due:
            taking.append(partial(setattr, self, "cases", reads.case_tallies()))
            taking.append(partial(setattr, self, "reports", reads.late_reports()))
        if "refusals" in due:
            taking.append(partial(setattr, self, "refusals", reads.refusals()))
            taking.append(partial(setattr, self, "statuses", reads.statuses()))
        return taking

    def _take_places(self, places: Sequence[PlaceRow], ports: Sequence[PortRow]) -> None:
        if list(places) != list(self.places) or list(ports) != list(self.ports):
            self.places, self.ports = places, ports
            self.geo_rev += 1
            self.names_rev += 1

    def _take_names(self, names: dict[int, str], samples: frozenset[int]) -> None:
        self.names, self.samples = names, samples
        self.names_rev += 1

    def _measure(self, settings: DashboardSettings) -> None:
        """The pace of each feed: the best known of the store's, of what moved before our eyes, of its vessels."""
        source, received_at = self.fleet.columns["source"], self.fleet.columns["received_at"]
        for feed in self.feeds:
            moves = self.moves.setdefault(feed.code, Moves())
            moves.see(feed.last_at, late_after_s(self.paces.get(feed.code, 0), settings))
            dense = dense_per_hour(received_at[source == feed.code]) if feed.kind == "ais" else 0.0
            self.paces[feed.code] = max(feed.hour_pace, moves.per_hour(), dense)

    def newest_ms(self) -> int | None:
        """Newest receipt among all feeds and vessels, ms since the epoch, UTC."""
        times = [f.last_at.timestamp() * 1000 for f in self.feeds if f.last_at is not None]
        if len(self.fleet):
            times.append(float(self.fleet.columns["received_at"].max()) / 1000)
        return round(max(times)) if times else None

    def clock_us(self) -> int:
        """The engine's clock; before its first tick the newest report, so that nothing counts as lost."""
        if self.clock is not None:
            return round(self.clock.timestamp() * 1e6)
        return int(self.fleet.columns["t"].max()) if len(self.fleet) else 0


def utc(ms: int) -> datetime:
    """Milliseconds since the epoch as an aware datetime."""
    return datetime.fromtimestamp(ms / 1000, UTC)
