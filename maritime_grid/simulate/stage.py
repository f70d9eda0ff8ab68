"""The stage: the means by which incidents act on the fleet, and the record of the truth."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.batch import F64, I64
from maritime_grid.domain.errors import UsageError

from .fleet import Fleet, Gear, Kind, Phase
from .messages import iso
from .plane import KNOT
from .radio import Radio
from .work import Sea, begin_work

FOREVER = 2**62

Action = Callable[[int], None]  # called with its time, microseconds


class Stage:
    """Holds actors, a schedule of actions, what they send, and the truth."""

    def __init__(self, sea: Sea, fleet: Fleet, radio: Radio) -> None:
        self.sea, self.fleet, self.radio = sea, fleet, radio
        self.truth: list[dict[str, Any]] = []
        self._schedule: list[tuple[int, int, Action]] = []
        self._outbox: list[tuple[int, str, bytes]] = []
        self._outages: list[tuple[int, int]] = []
        self._order = 0

    @property
    def start(self) -> int:
        return self.sea.now

    def at(self, t: int, action: Action) -> None:
        """Call `action` in the step that holds `t` (microseconds)."""
        self._order += 1
        heapq.heappush(self._schedule, (t, self._order, action))

    def play(self, until: int) -> None:
        """Do all that is due before `until`."""
        while self._schedule and self._schedule[0][0] < until:
            t, _, action = heapq.heappop(self._schedule)
            action(t)

    def send(self, t: int, topic: str, content: bytes) -> None:
        """An AIVDM sentence (topic "") or the payload of a topic below the root."""
        self._outbox.append((t, topic, content))

    def take(self) -> list[tuple[int, str, bytes]]:
        out, self._outbox = self._outbox, []
        return out

    def silence_ais(self, since: int, until: int) -> None:
        self._outages.append((since, until))

    def ais_is_out(self, t: int) -> bool:
        return any(since <= t < until for since, until in self._outages)

    def tell(
        self, kind: str, mmsi: int | list[int], span: tuple[int, int], place: dict[str, Any], **expect: Any
    ) -> None:
        """Add a record to the truth. span: start and end, microseconds; times in `expect` are ISO already."""
        start, end = span
        self.truth.append(
            {"kind": kind, "mmsi": mmsi, "start": iso(start), "end": iso(end), "place": place, "expect": expect}
        )

    def place(self, xy: F64, **more: str) -> dict[str, Any]:
        """lon, lat and grid of a point (2,) in metres."""
        chart = self.sea.plan.chart
        lon, lat = chart.plane.to_lonlat(xy[None])[0].tolist()
        return {"lon": round(lon, 5), "lat": round(lat, 5), "grid": chart.grid_at(xy), **more}

    def cast(self, kind: Kind, gear: Gear | None = None, *, beidou: bool | None = None) -> int:
        """A free vessel for a part; it keeps no timetable any more.

        Raises:
            UsageError: no such vessel is left.
        """
        fleet = self.fleet
        fit: NDArray[np.bool_] = (fleet.kind == kind) & ~fleet.actor & (fleet.gear != Gear.PAIR_TRAWL)
        if gear is not None:
            fit &= fleet.gear == gear
        if beidou is not None:
            fit &= fleet.beidou == beidou
        rows = np.flatnonzero(fit)
        if not len(rows):
            raise UsageError("the script needs more vessels than the fleet has", "raise simulate.vessels")
        row = int(rows[self.sea.rng.integers(len(rows))])
        fleet.actor[row] = True
        return row

    def cast_at_sea(self, gear: Gear | None = None) -> int:
        """A fishing boat with a BeiDou terminal, at work on its ground and staying there."""
        row = self.cast(Kind.FISHING, gear, beidou=True)
        fleet, rows = self.fleet, np.array([row])
        routes = self.sea.plan.routes
        fleet.phase[row], fleet.until[row] = Phase.WORKING, FOREVER
        fleet.along[row] = routes.length[fleet.route[row]]
        begin_work(self.sea, fleet, rows)
        fleet.xy[row] = fleet.middle[row]
        return row

    def order(self, row: int, target: F64, speed_kn: float) -> None:
        """Steer straight for `target` (2,) metres and stay there."""
        fleet = self.fleet
        fleet.phase[row], fleet.hold_until[row] = Phase.ORDERED, 0
        fleet.target[row], fleet.speed[row] = target, speed_kn * KNOT

    def put(self, row: int, xy: F64) -> None:
        """Let a vessel lie at `xy` (2,) metres from the start."""
        self.fleet.xy[row] = xy
        self.order(row, xy, 0.0)

    def open_disc(self) -> tuple[F64, float]:
        """Centre and radius of one of the widest fishing grounds."""
        grounds = self.sea.plan.grounds
        fishing: I64 = np.flatnonzero([kind == "ground" for kind in grounds.kind])
        widest = fishing[np.argsort(-grounds.radius[fishing], kind="stable")][:8]
        chosen = int(widest[self.sea.rng.integers(len(widest))])
        return grounds.xy[chosen], float(grounds.radius[chosen])
