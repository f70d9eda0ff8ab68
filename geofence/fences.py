"""Fences: polygons with versions and time windows, compiled for exact location of many points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which a zone holds, microseconds since the epoch UTC, [opens, closes)."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Fence:
    """One version of one polygon. Versions of the same place share `code`; a place has one version at a time."""

    code: int  # > 0, unique over layers, fits int16
    name: str
    layer: str  # "grid": at most one a vessel; "zone": any number
    geometry: Polygon | MultiPolygon  # lon, lat degrees, WGS 84
    version: int = 1
    valid_from: int = -FOREVER  # [valid_from, valid_to)
    valid_to: int = FOREVER
    windows: tuple[Window, ...] = ()  # none: always; yearly seasons are expanded by the loader
    dwell_s: float | None = None  # a stay longer than this is a dwell event


class FenceSet:
    """Compiled fences; immutable. TO BE WRITTEN: see the geofence part."""

    def __init__(self, fences: Sequence[Fence]) -> None:
        self.fences = tuple(fences)

    def locate(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], t: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
        """Pairs (row, code), sorted, of each point in each fence in force at its own time; the line is inside."""
        raise NotImplementedError

    def locate_grid(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], t: NDArray[np.int64]
    ) -> NDArray[np.int16]:
        """Code of the grid that holds each point at its own time, 0 none; the lowest code on a shared line."""
        raise NotImplementedError
