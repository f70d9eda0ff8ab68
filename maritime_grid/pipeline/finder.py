"""Where a place lies, for people who file and route cases: its grid and the kinds of its zones, at its own time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import numpy as np

from geofence.fences import FenceSet
from maritime_grid.settings import Settings
from maritime_grid.store.registry import PlaceVersion
from maritime_grid.store.writer import Store

from .world import at_sea, usable_fence

KEPT_S = 30.0  # a polygon filed by an officer counts for new cases so soon


@dataclass(frozen=True, slots=True)
class _Chart:
    fences: FenceSet
    ids: dict[int, str]
    kinds: dict[int, str]


class PlaceFinder:
    """Asks for the versions of all places when first needed, and again after `KEPT_S`; for any number of threads.

    Args:
        read: every version of every place, as `Store.places_world`.
        settings: what kinds of zones mean.
    """

    def __init__(self, read: Callable[[], Sequence[PlaceVersion]], settings: Settings) -> None:
        self._read, self._settings = read, settings
        self._lock = threading.Lock()
        self._chart: _Chart | None = None
        self._versions: Sequence[PlaceVersion] = ()
        self._read_at = 0.0

    def grid_at(self, lon: float, lat: float, at: datetime) -> str | None:
        """Id of the grid that holds a place (degrees) at a moment (aware); None: none does."""
        chart = self._current()
        code = int(chart.fences.locate_grid(*_point(lon, lat, at))[0])
        return chart.ids.get(code)

    def zone_kinds_at(self, lon: float, lat: float, at: datetime) -> frozenset[str]:
        """Kinds of the zones that hold a place at a moment."""
        chart = self._current()
        _, codes = chart.fences.locate(*_point(lon, lat, at))
        return frozenset(chart.kinds[code] for code in codes.tolist() if code in chart.kinds)

    def _current(self) -> _Chart:
        with self._lock:
            if self._chart is None or monotonic() - self._read_at > KEPT_S:
                versions = at_sea(self._read())
                if self._chart is None or versions != self._versions:
                    self._chart, self._versions = self._drawn(versions), versions
                self._read_at = monotonic()
            return self._chart

    def _drawn(self, versions: Sequence[PlaceVersion]) -> _Chart:
        fences = [fence for v in versions if (fence := usable_fence(v, self._settings))]
        zones = {v.code: v.kind for v in versions if v.layer == "zone"}
        return _Chart(FenceSet(fences), {v.code: v.place_id for v in versions}, zones)


def finder_of(dsn: str, settings: Settings) -> PlaceFinder:
    """One that reads the store itself, each time on a connection of its own."""

    def read() -> Sequence[PlaceVersion]:
        with Store.open(dsn) as store:
            return store.places_world()

    return PlaceFinder(read, settings)


def _point(lon: float, lat: float, at: datetime) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([lon]), np.array([lat]), np.array([round(at.timestamp() * 1e6)], np.int64)
