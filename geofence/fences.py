"""Fences: polygons with versions and time windows, compiled for exact location of many points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from .edges import Edges
from .geodesy import LEAST_M_PER_DEGREE, MOST_M_PER_DEGREE, distance_to_line_m, metres_per_degree
from .moving import Track
from .periods import Calendar
from .raster import build_raster, exact_pairs

FOREVER = 2**62
POINTS_AT_ONCE = 1 << 16  # so many points go through the raster while their columns stay in the cache


class FenceError(ValueError):
    """A fence that cannot be used; one line for each fault, saying which, where, why and the mend."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which a zone holds, microseconds since the epoch UTC, [opens, closes)."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Fence:
    """One version of one polygon. Versions of the same place share `code`; a place has one version at a time.

    With a `track` it is a circle that moves, and `geometry` all that it comes over (`Track.swath`).
    """

    code: int  # > 0, unique over layers, fits int16
    name: str
    layer: str  # "grid": at most one a vessel; "zone": any number
    geometry: Polygon | MultiPolygon  # lon, lat degrees, WGS 84
    version: int = 1
    valid_from: int = -FOREVER  # [valid_from, valid_to)
    valid_to: int = FOREVER
    windows: tuple[Window, ...] = ()  # none: always; yearly seasons are expanded by the loader
    dwell_s: float | None = None  # a stay longer than this is a dwell event
    track: Track | None = None  # of a circle that moves; in force from its first knot to its last at most


class FenceSet:
    """Compiled fences; immutable. `fences` are sorted by (code, valid_from); their place is their number.

    Args:
        fences: any number, in any order.

    Raises:
        FenceError: an invalid polygon, one across the antimeridian, versions of one code that overlap in time
            or differ in layer, windows out of order.
    """

    def __init__(self, fences: Sequence[Fence]) -> None:
        self.fences = tuple(sorted(fences, key=lambda f: (f.code, f.valid_from)))
        _refuse_faults(self.fences)
        self.codes = np.array([f.code for f in self.fences], np.int16)
        self.is_grid = np.array([f.layer == "grid" for f in self.fences], np.bool_)
        self.calendar = Calendar(self.fences)
        dwell_us = [FOREVER if f.dwell_s is None else round(f.dwell_s * 1e6) for f in self.fences]
        self.dwell_us = np.array(dwell_us, np.int64)  # by fence number
        self.least_dwell_us = np.full(2**15, FOREVER, np.int64)  # of all versions, by code
        np.minimum.at(self.least_dwell_us, self.codes, self.dwell_us)
        self.changing_dwell = frozenset(self.codes[self.dwell_us != self.least_dwell_us[self.codes]].tolist())
        self.is_grid_code = np.zeros(2**15, np.bool_)
        self.is_grid_code[self.codes[self.is_grid]] = True
        self._tracks = {k: f.track for k, f in enumerate(self.fences) if f.track}
        self._shapes = np.array([f.geometry for f in self.fences], object)
        shapely.prepare(self._shapes)
        self._bounds = shapely.bounds(self._shapes).reshape(-1, 4)
        self._edges = Edges.of(self._shapes)
        self._raster = build_raster(self._edges) if self.fences else None
        self._tree = shapely.STRtree(self._shapes)

    def locate(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], t: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
        """Pairs (row, code), sorted, of each point in each fence in force at its own time; the line is inside."""
        row, fence = self.locate_any_time(lon, lat)
        if self.calendar.timed or self._tracks:
            holds = self.calendar.in_force(fence, t[row])
            for track, mine in self._moving(fence):
                at = row[mine]
                holds[mine] &= track.outside_m(lon[at], lat[at], t[at]) <= 0
            row, fence = row[holds], fence[holds]
        return row, self.codes[fence]

    def _moving(self, fence: NDArray[np.int64]) -> Iterator[tuple[Track, NDArray[np.int64]]]:
        """Tracks of those fences (by number) that move, each with its rows."""
        for number, track in self._tracks.items():
            rows = np.flatnonzero(fence == number)
            if len(rows):
                yield track, rows

    def locate_grid(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], t: NDArray[np.int64]
    ) -> NDArray[np.int16]:
        """Code of the grid that holds each point at its own time, 0 none; the lowest code on a shared line."""
        row, code = self.locate(lon, lat, t)
        grid = self.is_grid_code[code]
        row, code = row[grid], code[grid]
        first = np.ones(len(row), np.bool_)
        first[1:] = row[1:] != row[:-1]
        out = np.zeros(len(lon), np.int16)
        out[row[first]] = code[first]
        return out

    def locate_any_time(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs (row, fence number), sorted, of each point in each polygon, whether in force or not.

        A moving circle counts with all that it comes over.
        """
        rows, fences = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        raster = self._raster
        for k in range(0, len(lon) if raster else 0, POINTS_AT_ONCE):
            assert raster is not None
            part = slice(k, k + POINTS_AT_ONCE)
            row, fence = exact_pairs(raster, self._shapes, lon[part], lat[part])
            rows.append(row + k)
            fences.append(fence.astype(np.int64))
        return np.concatenate(rows), np.concatenate(fences)

    def version_at(self, code: NDArray[np.integer], t: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number of the fence that is the version of each code at t, windows apart; -1 none. Shapes (n,)."""
        if not self.fences:
            return np.full(len(code), -1)
        at = np.searchsorted(self.codes, code, side="right") - 1
        for _ in self.fences:
            late = (at >= 0) & (self.calendar.valid_from[at] > t)
            if not late.any():
                break
            at = at - late
        known = (at >= 0) & (self.codes[at] == code) & self.calendar.valid(np.maximum(at, 0), t)
        return np.where(known, at, -1)

    def dwell_at_us(self, code: NDArray[np.integer], t: NDArray[np.int64]) -> NDArray[np.int64]:
        """How long a stay each fence bears by its version at t, `FOREVER` where it says nothing. Shapes (n,)."""
        out = self.least_dwell_us[code]
        told = np.flatnonzero(out < FOREVER)
        fence = self.version_at(np.asarray(code)[told], t[told])
        out[told] = np.where(fence >= 0, self.dwell_us[np.maximum(fence, 0)], FOREVER)
        return out

    def distance_m(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], code: NDArray[np.integer], t: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Metres from each point to the fence of its code, 0 inside, infinite where no version is valid at t.

        Args:
            lon: (n,) degrees.
            lat: (n,) degrees.
            code: (n,) one a point.
            t: (n,) int64; windows do not matter here.

        Returns:
            (n,) float64, metres, within 0.5 % below 85 degrees of latitude; NaN for points without coordinates.
        """
        fence = self.version_at(code, t)
        out = np.full(len(lon), np.inf)
        known = np.flatnonzero(fence >= 0)
        out[known] = self._distance_m(lon[known], lat[known], fence[known])
        for track, mine in self._moving(fence):
            out[mine] = np.maximum(track.outside_m(lon[mine], lat[mine], t[mine]), 0.0)
        return out

    def _distance_m(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], fence: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        out = np.zeros(len(lon))
        outside = np.flatnonzero(~shapely.intersects_xy(self._shapes[fence], lon, lat))
        out[outside] = distance_to_line_m(lon[outside], lat[outside], fence[outside], self._edges)
        return out

    def holds(self, lon: NDArray[np.float64], lat: NDArray[np.float64], fence: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each point is in the polygon of its fence (by number), the line included; -1 holds nothing."""
        out = np.zeros(len(lon), np.bool_)
        known = np.flatnonzero(fence >= 0)
        out[known] = shapely.intersects_xy(self._shapes[fence[known]], lon[known], lat[known])
        return out

    def within(
        self,
        lon: NDArray[np.float64],
        lat: NDArray[np.float64],
        fence: NDArray[np.int64],
        t: NDArray[np.int64],
        limit_m: float,
    ) -> NDArray[np.bool_]:
        """Whether each point is in its fence (by number) or at most so many metres away at t; -1 is never near."""
        out = fence >= 0
        known = np.flatnonzero(out)
        out[known] = self._within(lon[known], lat[known], fence[known], limit_m)
        for track, mine in self._moving(fence):
            out[mine] = track.outside_m(lon[mine], lat[mine], t[mine]) <= limit_m
        return out

    def _within(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], fence: NDArray[np.int64], limit_m: float
    ) -> NDArray[np.bool_]:
        """Boxes settle most points, distances in degrees most of the others; a few are left to `distance_m`."""
        west, south, east, north = self._bounds[fence].T
        turned = lon + np.array([[-360.0], [0.0], [360.0]])  # the short way round the earth
        aside = np.maximum(np.maximum(west - turned, turned - east), 0.0)
        up = np.maximum(np.maximum(south - lat, lat - north), 0.0)
        m_lon, _ = metres_per_degree(np.minimum(np.abs(lat) + 2 * limit_m / LEAST_M_PER_DEGREE, 89.9))
        out = (up * LEAST_M_PER_DEGREE <= limit_m) & (aside.min(axis=0) * m_lon <= limit_m)
        maybe = np.flatnonzero(out)
        least = float(m_lon[maybe].min(initial=LEAST_M_PER_DEGREE))
        points = shapely.points(turned[aside.argmin(axis=0)[maybe], maybe], lat[maybe])
        shapes = self._shapes[fence[maybe]]
        sure = shapely.dwithin(shapes, points, limit_m / MOST_M_PER_DEGREE)
        doubt = np.flatnonzero(shapely.dwithin(shapes, points, limit_m / least) & ~sure)
        rows = maybe[doubt]
        sure[doubt] = self._distance_m(lon[rows], lat[rows], fence[rows]) <= limit_m
        out[maybe] = sure
        return out

    def leads_through(self, fence: int, a: tuple[float, float], b: tuple[float, float]) -> bool:
        """Whether the straight way from a to b, (lon, lat) each outside, leads through a fence, by number.

        Never through one that moves: where it was in between is not asked for.
        """
        lon, lat = np.array([a, b]).T
        if fence in self._tracks or self.holds(lon, lat, np.full(2, fence)).any():
            return False
        _, lines = _lines(lon[:1], lat[:1], lon[1:], lat[1:])
        return bool(shapely.intersects(self._shapes[fence], lines).any())

    def intersects_segment(
        self,
        lon0: NDArray[np.float64],
        lat0: NDArray[np.float64],
        lon1: NDArray[np.float64],
        lat1: NDArray[np.float64],
        during: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
        """Pairs (row, code), sorted, of each segment and each fence it passes through from outside to outside.

        Args:
            lon0: (n,) degrees, start; the short way is taken across the antimeridian.
            lat0: (n,) degrees, start.
            lon1: (n,) degrees, end.
            lat1: (n,) degrees, end.
            during: times of start and end, (n,) each: the fence is in force at both. None: at any time, a moving
                circle with all that it comes over.
        """
        if self._raster is None:
            return np.empty(0, np.int64), np.empty(0, np.int16)
        maybe = np.flatnonzero(~self._raster.clear((lon0, lat0), (lon1, lat1)))
        row, lines = _lines(lon0[maybe], lat0[maybe], lon1[maybe], lat1[maybe])
        row = maybe[row]
        part, fence = self._tree.query(shapely.envelope(lines))
        row, lines = row[part], lines[part]
        if during is not None and self.calendar.timed:
            holds = self.calendar.in_force(fence, during[0][row]) & self.calendar.in_force(fence, during[1][row])
            row, lines, fence = row[holds], lines[holds], fence[holds]
        passes = shapely.intersects(self._shapes[fence], lines)
        for lon, lat in ((lon0, lat0), (lon1, lat1)):
            passes[passes] = ~shapely.intersects_xy(self._shapes[fence[passes]], lon[row[passes]], lat[row[passes]])
        for track, mine in self._moving(fence):
            if during is not None:
                at = row[mine]
                ends = (during[0][at], lon0[at], lat0[at]), (during[1][at], lon1[at], lat1[at])
                passes[mine] = track.passes(*ends)
        pairs = np.unique(np.stack([row[passes], self.codes[fence[passes]].astype(np.int64)]), axis=1)
        return pairs[0], pairs[1].astype(np.int16)


def _lines(
    lon0: NDArray[np.float64], lat0: NDArray[np.float64], lon1: NDArray[np.float64], lat1: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Rows and line strings of the segments; one across the antimeridian comes twice, once for each side."""
    turn = 360.0 * np.round((lon0 - lon1) / 360.0)
    across = np.flatnonzero(turn)
    row = np.concatenate([np.arange(len(lon0)), across])
    start = np.concatenate([lon0, (lon0 - turn)[across]])
    end = np.concatenate([lon1 + turn, lon1[across]])
    ends = np.stack([np.stack([start, lat0[row]], -1), np.stack([end, lat1[row]], -1)], axis=1)
    return row, np.asarray(shapely.linestrings(ends), object)


def parts_of(geometry: Polygon | MultiPolygon) -> list[Polygon]:
    """Its polygons that are not empty."""
    parts = [geometry] if isinstance(geometry, Polygon) else list(geometry.geoms)
    return [p for p in parts if not p.is_empty]


def _refuse_faults(fences: Sequence[Fence]) -> None:
    faults = [f"fence {f.code} ({f.name}): {fault}" for f in fences for fault in _faults(f)]
    for a, b in pairwise(fences):
        if a.code != b.code:
            continue
        if b.valid_from < a.valid_to:
            faults.append(f"fence {a.code} ({a.name}): versions {a.version} and {b.version} hold at one time; "
                          "end the one where the other begins")  # fmt: skip
        if a.layer != b.layer:
            faults.append(
                f"fence {a.code} ({a.name}): in two layers, {a.layer} and {b.layer}; give one a code of its own"
            )
    if faults:
        raise FenceError("\n".join(faults))


def _faults(fence: Fence) -> list[str]:
    """What is wrong with one fence taken alone."""
    bounds = (0.0,) * 4 if fence.geometry.is_empty else fence.geometry.bounds
    checks = (
        (0 < fence.code < 2**15, "its code is not in 1..32767; number the fences anew"),
        (fence.layer in ("grid", "zone"), f"its layer is {fence.layer!r}; write 'grid' or 'zone'"),
        (not fence.geometry.is_empty, "it has no area; draw it or leave it out"),
        (fence.geometry.is_valid, f"{shapely.is_valid_reason(fence.geometry)}; mend the drawing"),
        (
            fence.track is None or (fence.layer == "zone" and not fence.windows),
            "it moves, but it is a grid or has windows; give a zone without windows",
        ),
        (fence.valid_from < fence.valid_to, "it ends before it begins; exchange valid_from and valid_to"),
        (all(w.opens < w.closes for w in fence.windows), "a window closes before it opens; exchange its times"),
        (
            all(a.closes <= b.opens for a, b in pairwise(fence.windows)),
            "its windows overlap or are out of order; sort and merge them",
        ),
        (
            bounds[0] >= -180 and bounds[2] <= 180 and bounds[1] >= -90 and bounds[3] <= 90,
            "it lies outside longitude -180..180, latitude -90..90; write lon, lat in degrees",
        ),
        (
            all(part.bounds[2] - part.bounds[0] <= 180 for part in parts_of(fence.geometry)),
            "it is wider than 180 degrees, so it crosses the antimeridian; cut it there into two parts",
        ),
    )
    return [text for fine, text in checks if not fine]
