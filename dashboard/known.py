"""All that was read from the store so far; what cannot be read again keeps its last value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from maritime_grid.store.rows import AlertRow, EventRow, FeedRow, GridFlow, PlaceRow, PortRow

from .fleet import Fleet
from .options import DashboardSettings
from .source import WallReads
from .views.status import sort_alerts

MAX_EVENTS = 30  # the rolling list shows far fewer
FLOW_EVERY_S = 5.0
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
    places: Sequence[PlaceRow] = ()
    ports: Sequence[PortRow] = ()
    names: dict[int, str] = field(default_factory=dict[int, str])
    refusals: Sequence[tuple[str, str, int]] = ()  # feed, reason, number
    statuses: Sequence[tuple[str, dict[str, Any], float]] = ()  # process, its figures, their age in seconds
    clock: datetime | None = None
    rev: int = 0
    names_rev: int = 0
    geo_rev: int = 0
    busiest: dict[int, int] = field(default_factory=dict[int, int])  # most messages an hour of each feed
    due: dict[str, float] = field(default_factory=dict[str, float])  # when the slow reads come, monotonic seconds

    def read(self, reads: WallReads, settings: DashboardSettings, monotonic_s: float, now: datetime) -> None:
        """One round of reads. Raises what `reads` raises; what was read before that is kept."""
        fresh = reads.vessels(self.rev)
        new = self.fleet.merge(fresh)
        self.rev = max(self.rev, fresh.rev)
        self.clock = reads.clock()
        self.alerts = sort_alerts(reads.alerts())
        self.events = reads.events(MAX_EVENTS)
        self.feeds = reads.feeds()
        for feed in self.feeds:
            self.busiest[feed.code] = max(self.busiest.get(feed.code, 0), feed.hour_count)
        if new and "names" in self.due:
            self.due["names"] = min(self.due["names"], monotonic_s + NAMES_SETTLE_S)
        if self._is_due("places", monotonic_s, settings.places_s):
            self._read_places(reads)
        if self._is_due("names", monotonic_s, settings.places_s):
            self._read_names(reads)
        if self._is_due("flow", monotonic_s, FLOW_EVERY_S):
            self.flow = reads.grid_flow((self.clock or now) - timedelta(seconds=settings.flow_s))

        if self._is_due("refusals", monotonic_s, REFUSALS_EVERY_S):
            self.refusals = reads.refusals()
            self.statuses = reads.statuses()

    def expect_places(self) -> None:
        """Read places again in the next round: someone changed them."""
        self.due["places"] = -math.inf

    def _is_due(self, what: str, monotonic_s: float, every_s: float) -> bool:
        if monotonic_s < self.due.get(what, -math.inf):
            return False
        self.due[what] = monotonic_s + every_s
        return True

    def _read_places(self, reads: WallReads) -> None:
        places, ports = reads.places(), reads.ports()
        if list(places) != list(self.places) or list(ports) != list(self.ports):
            self.places, self.ports = places, ports
            self.geo_rev += 1
            self.names_rev += 1

    def _read_names(self, reads: WallReads) -> None:
        self.names = reads.names()
        self.names_rev += 1

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
