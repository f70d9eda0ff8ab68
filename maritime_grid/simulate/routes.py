"""Where vessels go: homes, grounds and the routes between them, as columns that place any number of vessels at once.

A position on a route is a distance along it and a share across it in [-1, 1]. The width at a point is part of the
room the water leaves there, so that no share puts a vessel on land, and two of one route seldom sail one line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ingest.batch import F64, I64

from .chart import Chart
from .plane import lines, points, unit
from .roadmap import HARBOUR_MARGIN_M, Roadmap, build, pull_straight, ways_from

KEY = 1e7  # metres; longer than any route
WIDTH_SHARE = 0.55  # of the room beside a route that vessels use
WIDTH_MOST_M = 900.0
WIDTH_GROWTH = 0.25  # metres of width a metre of way
NARROW_M = 400.0  # less room than that: slow ahead
BERTH_REACH_M = 700.0
BERTH_MARGIN_M = 40.0
GROUND_LEAST_M = 3500.0  # radius
GROUND_MOST_M = 9000.0
GROUNDS = 30
# Terminals and pilot stations of the sample, lon and lat in degrees (approximate; the nearest deep water is taken)
TERMINALS = ((121.90, 29.97), (122.06, 30.62), (122.16, 29.72), (122.24, 30.47))
SEA_GATES = ((122.75, 31.35), (124.0, 31.1), (124.05, 30.15), (123.6, 29.3), (122.75, 29.0))


@dataclass(frozen=True, slots=True, eq=False)
class Grounds:
    """Discs of open water, (g,): fishing grounds, sea gates, and quays of ferries (radius 0)."""

    xy: F64
    radius: F64
    trawl: NDArray[np.bool_]  # outside the bottom-trawl ban
    kind: tuple[str, ...]  # "ground", "gate", "quay"


@dataclass(frozen=True, slots=True, eq=False)
class Routes:
    """From a home to a ground; points of all routes one after the other, (k,)."""

    home: I64  # (r,) home of each route
    ground: I64  # (r,)
    first: I64  # (r,) index of its first point
    last: I64  # (r,)
    length: F64  # (r,) metres
    key: F64  # (k,) route * KEY + distance along it
    xy: F64  # (k, 2)
    normal: F64  # (k, 2) to the right of the course
    width: F64  # (k,) metres
    narrow: NDArray[np.bool_]  # (k,) the leg that begins here has little room

    def leg(self, route: I64, s: F64) -> I64:
        """Index of the point that begins the leg."""
        found = np.searchsorted(self.key, route * KEY + s, side="right") - 1
        return np.clip(found, self.first[route], self.last[route] - 1)

    def place(self, route: I64, s: F64, across: F64) -> F64:
        """route, s (metres), across (share): (n,). Returns (n, 2) metres."""
        a = self.leg(route, s)
        b = a + 1
        share = (route * KEY + s - self.key[a]) / np.maximum(self.key[b] - self.key[a], 1e-6)
        share = np.clip(share, 0.0, 1.0)[:, None]
        out = self.xy[a] * (1 - share) + self.xy[b] * share
        normal = self.normal[a] * (1 - share) + self.normal[b] * share
        width = self.width[a] * (1 - share[:, 0]) + self.width[b] * share[:, 0]
        return out + normal * (width * across)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class SeaPlan:
    """All that does not move. Homes are the ports in the chart's order, then the terminals."""

    chart: Chart
    berths: tuple[F64, ...]  # of each home: (b, 3) x, y and room for a random shift, metres
    grounds: Grounds
    routes: Routes

    def routes_of(self, home: int, kind: str) -> I64:
        """Routes from a home to grounds of a kind, shortest first."""
        found = [
            r for r in np.flatnonzero(self.routes.home == home) if self.grounds.kind[self.routes.ground[r]] == kind
        ]
        return np.array(sorted(found, key=lambda r: self.routes.length[r]), np.int64)


def plan_sea(chart: Chart) -> SeaPlan:
    roadmap = build(chart)
    terminals = [roadmap.nearest(xy, 300.0) for xy in chart.plane.to_xy(np.array(TERMINALS))]
    homes = np.concatenate([roadmap.quays, np.array(terminals, np.int64)])
    grounds = _grounds(chart, roadmap)
    berths = tuple(_berths(chart, roadmap, int(home)) for home in homes)
    return SeaPlan(chart, berths, grounds, _routes(chart, roadmap, homes, grounds))


def _grounds(chart: Chart, roadmap: Roadmap) -> Grounds:
    fishing, room = _open_discs(chart)
    gates = roadmap.xy[[roadmap.nearest(xy, 1500.0) for xy in chart.plane.to_xy(np.array(SEA_GATES))]]
    quays = roadmap.xy[roadmap.quays]
    xy = np.concatenate([fishing, gates, quays])
    radius = np.concatenate([room, np.full(len(gates), 1200.0), np.zeros(len(quays))])
    trawl = radius >= GROUND_MOST_M - 1.0  # open sea, and off the banned waters
    for zone in chart.of_kind("trawl_ban"):
        trawl &= shapely.distance(zone.shape, points(xy)) > radius
    kind = ("ground",) * len(fishing) + ("gate",) * len(gates) + ("quay",) * len(quays)
    return Grounds(xy, radius, trawl, kind)


def _open_discs(chart: Chart) -> tuple[F64, F64]:
    """Centres (g, 2) and radii (g,) of open water away from land and protected areas, spread by farthest points."""
    west, south, east, north = chart.bounds
    x, y = np.meshgrid(np.arange(west + 9e3, east - 3e3, 4e3), np.arange(south + 9e3, north - 3e3, 4e3))
    xy = np.column_stack([x.ravel(), y.ravel()])
    at = points(xy)
    room = chart.clearance(at, GROUND_MOST_M + 1500.0) - 1500.0
    for zone in chart.of_kind("no_fishing", "prohibited", "reserve", "fairway", "fishing_route", "typhoon_shelter"):
        room = np.minimum(room, shapely.distance(at, zone.shape) - 500.0)
    if chart.grids:
        covered = shapely.union_all([g.shape for g in chart.grids])
        room = np.where(shapely.intersects_xy(covered, xy[:, 0], xy[:, 1]), room, 0.0)
    xy, room = xy[room > GROUND_LEAST_M], room[room > GROUND_LEAST_M]
    ports = np.array([p.xy for p in chart.ports])
    far = np.hypot(*(xy[:, None] - ports[None]).transpose(2, 0, 1)).min(axis=1)
    xy, room = xy[far < 90e3], room[far < 90e3]
    chosen = [int(np.argmax(xy[:, 0]))]
    away = np.full(len(xy), np.inf)
    while len(chosen) < min(GROUNDS, len(xy)):
        away = np.minimum(away, np.hypot(*(xy - xy[chosen[-1]]).T))
        chosen.append(int(np.argmax(away)))
    return xy[chosen], np.minimum(room[chosen], GROUND_MOST_M)


def _berths(chart: Chart, roadmap: Roadmap, home: int) -> F64:
    near = np.flatnonzero(np.hypot(*(roadmap.xy - roadmap.xy[home]).T) < BERTH_REACH_M)
    legs = np.stack([np.broadcast_to(roadmap.xy[home], (len(near), 2)), roadmap.xy[near]], axis=1)
    clear = chart.clear(legs, BERTH_MARGIN_M) | (near == home)
    room = np.clip(roadmap.clearance[near] - BERTH_MARGIN_M, 0.0, 60.0)
    straight = np.minimum(room, HARBOUR_MARGIN_M / 3)  # the leg to the quay shifts with the berth
    return np.column_stack([roadmap.xy[near], straight])[clear]


def _routes(chart: Chart, roadmap: Roadmap, homes: I64, grounds: Grounds) -> Routes:
    pairs = _pairs(roadmap.xy[homes], len(chart.ports), grounds)
    ways: list[list[int]] = []
    ends = [roadmap.nearest(xy) for xy in grounds.xy]
    for h, home in enumerate(homes.tolist()):
        ways += ways_from(roadmap, home, [ends[g] for of, g in pairs if of == h])
    return _columns(chart, pairs, pull_straight(chart, roadmap, ways), grounds)


def _pairs(homes: F64, ports: int, grounds: Grounds) -> list[tuple[int, int]]:
    """(home, ground), by home: ports with near grounds and near quays of others, terminals with all sea gates."""
    kind = np.array(grounds.kind)
    far = np.hypot(*(homes[:, None] - grounds.xy[None]).transpose(2, 0, 1))
    pairs = {(h, int(g)) for h in range(ports, len(homes)) for g in np.flatnonzero(kind == "gate")}
    for which, count in ((kind == "ground", 5), ((kind == "ground") & grounds.trawl, 3), (kind == "quay", 4)):
        for h in range(ports):
            near = np.argsort(np.where(which, far[h], np.inf))[: min(count, int(which.sum()))]
            pairs |= {(h, int(g)) for g in near if far[h, g] > 2000.0}
    return sorted(pairs)


def _columns(chart: Chart, pairs: list[tuple[int, int]], courses: list[F64], grounds: Grounds) -> Routes:
    lengths = np.array([len(course) for course in courses])
    last = np.cumsum(lengths) - 1
    first = last - lengths + 1
    xy = np.concatenate(courses)
    step = np.diff(xy, axis=0, append=xy[-1:])
    step[last] = 0.0
    room = np.full(len(xy), np.inf)  # beside the leg that begins at the point
    legs = np.setdiff1d(np.arange(len(xy)), last)
    room[legs] = chart.clearance(lines(np.stack([xy[legs], xy[legs + 1]], axis=1)), 2000.0)
    before = np.roll(room, 1)
    before[first] = np.inf
    width = np.minimum(WIDTH_SHARE * np.minimum(room, before), WIDTH_MOST_M)
    width[first] = 0.0
    ground = np.array([g for _, g in pairs])
    width[last] = np.minimum(width[last], grounds.radius[ground] * 0.5)
    course = unit(step)
    arriving = np.roll(course, 1, axis=0)
    arriving[first] = course[first]
    course[last] = arriving[last]
    middle = unit(course + arriving)
    distance = np.hypot(step[:, 0], step[:, 1])
    _taper(width, distance, first, last)
    along = np.cumsum(distance) - distance
    along -= np.repeat(along[first], lengths)
    return Routes(
        home=np.array([h for h, _ in pairs]),
        ground=ground,
        first=first,
        last=last,
        length=along[last],
        key=np.asarray(np.repeat(np.arange(len(pairs)), lengths) * KEY + along, np.float64),
        xy=xy,
        normal=np.column_stack([middle[:, 1], -middle[:, 0]]),
        width=width,
        narrow=room < NARROW_M,
    )


def _taper(width: F64, distance: F64, first: I64, last: I64) -> None:
    """Let the width grow by no more than a part of the way sailed, in place: nobody is flung sideways."""
    for start, end in zip(first.tolist(), last.tolist(), strict=True):
        for k in range(start + 1, end + 1):
            width[k] = min(width[k], width[k - 1] + WIDTH_GROWTH * distance[k - 1])
        for k in range(end - 1, start - 1, -1):
            width[k] = min(width[k], width[k + 1] + WIDTH_GROWTH * distance[k])
