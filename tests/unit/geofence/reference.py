"""Membership once more, one fix and one fence at a time with plain shapely: slow, plain, written apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Geod

from geofence.fences import Fence
from geofence.membership import EventKind, FenceRules

GEOD = Geod(ellps="WGS84")
Report = tuple[int, float, float]  # t, lon, lat
Event = tuple[int, int, int, int, int]  # vessel, fence, kind, t, confirmed_at


def metres_outside(shape: shapely.Geometry, lon: float, lat: float) -> float:
    """Local plane scaled at the point by geodesics of a thousandth of a degree."""
    if shape.intersects(shapely.Point(lon, lat)):
        return 0.0
    kx = GEOD.inv(lon - 5e-4, lat, lon + 5e-4, lat)[2] / 1e-3
    ky = GEOD.inv(lon, lat - 5e-4, lon, lat + 5e-4)[2] / 1e-3
    flat = shapely.transform(shape, lambda xy: (xy - [lon, lat]) * [kx, ky])
    return flat.distance(shapely.Point(0, 0))


def met_on_the_way(f: Fence, before: Report, report: Report) -> bool:
    """Whether the moving circle holds one of 5,000 points of the way, each at its own time."""
    t, lon, lat = np.linspace(before, report, 5000).T
    x, y, radius = f.track.circle_at(t)
    return bool((GEOD.inv(x, y, lon, lat)[2] <= radius).any())


@dataclass
class Row:
    confirmed: bool
    since: int
    in_t: int = 0
    in_n: int = 0
    out_t: int | None = None
    out_n: int = 0
    came_from: Report | None = None
    dwelt: bool = False


class Vessel:
    def __init__(self, number: int, fences: list[Fence], rules: FenceRules) -> None:
        self.number, self.rules = number, rules
        self.versions: dict[int, list[Fence]] = {}
        for f in fences:
            self.versions.setdefault(f.code, []).append(f)
        self.rows: dict[int, Row] = {}
        self.before: Report | None = None
        self.events: list[Event] = []

    def version(self, code: int, t: int) -> Fence | None:
        return next((f for f in self.versions[code] if f.valid_from <= t < f.valid_to), None)

    def window(self, code: int, t: int) -> tuple[int, int] | None:
        f = self.version(code, t)
        return f and next(((w.opens, w.closes) for w in f.windows if w.opens <= t < w.closes), None)

    def shape(self, f: Fence, t: int) -> shapely.Geometry:
        """Its polygon; of a moving circle 720 corners of it at t."""
        if f.track is None:
            return f.geometry
        lon, lat, radius = (float(column[0]) for column in f.track.circle_at(np.array([t])))
        x, y, _ = GEOD.fwd([lon] * 720, [lat] * 720, [k / 2 for k in range(720)], [radius] * 720)
        return shapely.Polygon(list(zip(x, y, strict=True)))

    def holds(self, code: int, t: int, lon: float, lat: float) -> bool:
        f = self.version(code, t)
        if f is None or (f.windows and self.window(code, t) is None):
            return False
        return self.shape(f, t).intersects(shapely.Point(lon, lat))

    def add(self, kind: int, code: int, t: int, now: int) -> None:
        self.events.append((self.number, code, kind, t, now))

    def take(self, report: Report) -> None:
        t, lon, lat = report
        self.crossings(report)
        opened: dict[int, int] = {}
        for code, versions in self.versions.items():
            if self.before is None or not any(f.windows for f in versions):
                continue
            old, new = self.window(code, self.before[0]), self.window(code, t)
            if old == new:
                continue
            if old and old[1] > self.version(code, self.before[0]).valid_to:
                old = None  # the version ended first: an ordinary exit
            if new and new[0] < self.version(code, t).valid_from:
                new = None  # the version came in the window: an ordinary entry
            if old and code in self.rows and self.rows.pop(code).confirmed:
                self.add(EventKind.EXIT, code, old[1], t)
            shape = self.version(code, t).geometry if new else None
            if new and all(shape.intersects(shapely.Point(p[1:])) for p in (self.before, report)):
                opened[code] = new[0]
        sparse = self.before is not None and (t - self.before[0]) / 1e6 >= self.rules.sparse_interval_s
        inside = [c for c in sorted(self.versions) if self.holds(c, t, lon, lat)]
        for code in [c for c in self.rows if c not in inside]:
            self.outside(code, report, sparse)
        for code in inside:
            self.inside(code, t, sparse, opened.get(code))
        self.before = report

    def lasted(self, n: int, first: int, t: int, sparse: bool) -> bool:
        return sparse or (n >= self.rules.confirm_fixes and (t - first) / 1e6 >= self.rules.confirm_s)

    def outside(self, code: int, report: Report, sparse: bool) -> None:
        t, lon, lat = report
        f, row = self.version(code, t), self.rows[code]
        far = f is None or metres_outside(self.shape(f, t), lon, lat) > self.rules.exit_distance_m
        if far and not row.confirmed and self.passed(code, row, report):
            self.add(EventKind.CROSS, code, row.in_t, t)
        if not row.confirmed:
            if far or (t - row.in_t) / 1e6 > self.rules.sparse_interval_s:
                del self.rows[code]
            return
        if row.out_t is None:
            row.out_t, row.out_n = t, 0
        if far:
            row.out_n += 1
            if self.lasted(row.out_n, row.out_t, t, sparse):
                self.add(EventKind.EXIT, code, row.out_t, t)
                del self.rows[code]

    def passed(self, code: int, row: Row, report: Report) -> bool:
        if row.came_from is None or (report[0] - self.before[0]) / 1e6 > self.rules.cross_gap_s:
            return False
        f = self.version(code, report[0])
        if f is None or f is not self.version(code, row.in_t) or f.track:
            return False
        ends = row.came_from[1:], report[1:]
        outside = not any(shapely.Point(p).intersects(f.geometry) for p in ends)
        return outside and shapely.LineString(ends).intersects(f.geometry)

    def inside(self, code: int, t: int, sparse: bool, opened: int | None) -> None:
        row = self.rows.get(code)
        is_grid = self.versions[code][0].layer == "grid"
        others = [c for c, r in self.rows.items() if r.confirmed and c != code]
        taken = is_grid and any(self.versions[c][0].layer == "grid" for c in others)
        if row is None:
            row = self.rows[code] = Row(False, t, in_t=t)
            if self.before is not None and (t - self.before[0]) / 1e6 <= self.rules.cross_gap_s:
                row.came_from = self.before
            if opened is not None and not taken:
                row.confirmed, row.since = True, opened
                self.add(EventKind.ENTER, code, opened, t)
        if row.confirmed:
            row.out_t = None
        else:
            row.in_n += 1
            if not taken and self.lasted(row.in_n, row.in_t, t, sparse):
                row.confirmed, row.since = True, row.in_t
                self.add(EventKind.ENTER, code, row.in_t, t)
        dwell = self.version(code, t).dwell_s
        if row.confirmed and dwell is not None and not row.dwelt and (t - row.since) / 1e6 > dwell:
            row.dwelt = True
            self.add(EventKind.DWELL, code, row.since + round(dwell * 1e6), t)

    def crossings(self, report: Report) -> None:
        if self.before is None or (report[0] - self.before[0]) / 1e6 > self.rules.cross_gap_s:
            return
        (t0, *p0), (t1, *p1) = self.before, report
        if GEOD.inv(*p0, *p1)[2] <= self.rules.exit_distance_m:
            return
        for code in self.versions:
            f = self.version(code, t1)
            if code in self.rows or f is None or f is not self.version(code, t0):
                continue
            if f.windows and (self.window(code, t0) is None or self.window(code, t1) is None):
                continue
            shapes = [self.shape(f, t) for t in (t0, t1)]
            if any(shapely.Point(p).intersects(shape) for p, shape in zip((p0, p1), shapes, strict=True)):
                continue
            if (
                met_on_the_way(f, self.before, report)
                if f.track
                else shapely.LineString([p0, p1]).intersects(f.geometry)
            ):
                self.add(EventKind.CROSS, code, t1, t1)


def reference_events(feed: dict[int, list[Report]], fences: list[Fence], rules: FenceRules) -> list[Event]:
    """Events of all vessels, sorted by (confirmed_at, vessel, t, fence, kind)."""
    out: list[Event] = []
    for number, reports in feed.items():
        vessel = Vessel(number, sorted(fences, key=lambda f: (f.code, f.valid_from)), rules)
        for report in reports:
            vessel.take(report)
        out += vessel.events
    return sorted(out, key=lambda e: (e[4], e[0], e[3], e[1], e[2]))
