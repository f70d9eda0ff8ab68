"""The roadmap: points on water joined where nothing lies between, and shortest ways over it.

Points stand close together near ports and shores and far apart in the open, and are joined by a Delaunay
triangulation, so that the open sea costs a few hundred points and a harbour strait still has its own. Edges that come
near land are dropped. Ways are pulled straight afterwards.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ingest.batch import F64

from .chart import Chart
from .plane import lines, points

HARBOUR_MARGIN_M = 45.0  # closest to land that anything sails
SHORE_MARGIN_M = 300.0  # kept where there is room for it
# spacing of points and the clearances from land (least, most) between which it is used, metres
LEVELS = ((5000.0, 4000.0, np.inf), (1200.0, 900.0, 4500.0), (450.0, 250.0, 950.0))
COARSE_M = 1500.0
HARBOUR = ((320.0, 2000.0), (90.0, 600.0))  # spacing and reach round each port, metres
AVOID_COST = 4.0  # a metre through a protected area counts as so many
LANE_COST = 0.6  # and a metre of a recommended route or fairway through so many
LANE_STEP_M = 1500.0
LOOK_AHEAD = 16  # points of a way tried at once when it is pulled straight


@dataclass(frozen=True, slots=True, eq=False)
class Roadmap:
    xy: F64  # (n, 2) metres
    clearance: F64  # (n,) metres, cut at 1,500
    links: list[list[tuple[int, float]]]  # of each point: neighbour, cost
    in_lane: NDArray[np.bool_]  # on the line of a recommended route or fairway
    quays: NDArray[np.int64]  # point of each port, in the chart's order

    def nearest(self, xy: F64, least_clearance: float = 0.0) -> int:
        """The point nearest to (2,) `xy` that keeps the clearance."""
        distance = np.hypot(*(self.xy - xy).T)
        return int(np.argmin(np.where(self.clearance >= least_clearance, distance, np.inf)))


def build(chart: Chart) -> Roadmap:
    xy = _points(chart)
    edges = _edges(xy)
    segments = xy[edges]
    room = chart.clearance(points(xy), 1500.0)
    near = room[edges].min(axis=1)
    clear = chart.clear(segments, HARBOUR_MARGIN_M)
    edges, segments, near = edges[clear], segments[clear], near[clear]
    cost = np.hypot(*(segments[:, 1] - segments[:, 0]).T) * (1.0 + 0.8 * np.clip(1.0 - near / 800.0, 0.0, 1.0))
    cost[_crosses_avoided(chart, segments)] *= AVOID_COST
    in_lane = _in_lane(chart, xy)
    cost[in_lane[edges].all(axis=1)] *= LANE_COST
    keep = _largest_part(len(xy), edges)
    kept = keep[edges[:, 0]]
    new = (np.cumsum(keep) - 1)[edges[kept]]
    links: list[list[tuple[int, float]]] = [[] for _ in range(int(keep.sum()))]
    for (a, b), c in zip(new.tolist(), cost[kept].tolist(), strict=True):
        links[a].append((b, c))
        links[b].append((a, c))
    xy = xy[keep]
    quays = np.array([int(np.argmin(np.hypot(*(xy - p.xy).T))) for p in chart.ports])
    return Roadmap(xy, room[keep], links, in_lane[keep], quays)


def ways_from(roadmap: Roadmap, start: int, targets: list[int]) -> list[list[int]]:
    """Cheapest ways (Dijkstra) from `start` to each target, as points of the roadmap, start first."""
    count = len(roadmap.xy)
    cost = [np.inf] * count
    came_from = [-1] * count
    cost[start] = 0.0
    queue = [(0.0, start)]
    missing = set(targets)
    while queue and missing:
        so_far, here = heapq.heappop(queue)
        if so_far > cost[here]:
            continue
        missing.discard(here)
        for there, step in roadmap.links[here]:
            if so_far + step < cost[there]:
                cost[there] = so_far + step
                came_from[there] = here
                heapq.heappush(queue, (cost[there], there))
    return [_walk_back(came_from, target) for target in targets]


def pull_straight(chart: Chart, roadmap: Roadmap, ways: list[list[int]]) -> list[F64]:
    """Drop the points between which one can see past land and protected areas; points of lanes stay.

    All ways go step by step together, so that land is asked about many segments at once. Returns (k, 2) metres each.
    """
    stops = [roadmap.xy[way] for way in ways]
    lanes = [roadmap.in_lane[way] for way in ways]
    kept: list[list[int]] = [[0] for _ in ways]
    avoided = shapely.union_all([z.shape for z in chart.of_kind("no_fishing")])
    shapely.prepare(avoided)
    while open_ways := [i for i, way in enumerate(ways) if kept[i][-1] < len(way) - 1]:
        pairs = [(i, k) for i in open_ways for k in _ahead(kept[i][-1], lanes[i])]
        segments = np.array([(stops[i][kept[i][-1]], stops[i][k]) for i, k in pairs])
        rank = chart.clear(segments, SHORE_MARGIN_M).astype(np.int64)
        tight = np.flatnonzero(rank == 0)
        rank[tight] -= ~chart.clear(segments[tight], HARBOUR_MARGIN_M)
        rank[shapely.intersects(avoided, lines(segments))] = -1
        _take_farthest(kept, pairs, rank)
    return [way[index] for way, index in zip(stops, kept, strict=True)]


def _ahead(here: int, lane: NDArray[np.bool_]) -> range:
    """Points that may follow `here`: up to the first one of a lane, which is not skipped."""
    stop = min(here + 1 + LOOK_AHEAD, len(lane))
    marked = np.flatnonzero(lane[here + 1 : stop])
    return range(here + 1, here + 2 + int(marked[0]) if len(marked) else stop)


def _take_farthest(kept: list[list[int]], pairs: list[tuple[int, int]], rank: NDArray[np.int64]) -> None:
    """rank: 1 well clear, 0 clear near a shore (then no farther than three points on), -1 not to be sailed."""
    best: dict[int, int] = {}
    for (i, k), r in zip(pairs, rank.tolist(), strict=True):
        first = kept[i][-1] + 1
        if k == first or r == 1 or (r == 0 and k < first + 3):
            best[i] = max(k, best.get(i, 0))
    for i, k in best.items():
        kept[i].append(k)


def _walk_back(came_from: list[int], target: int) -> list[int]:
    way = [target]
    while came_from[way[-1]] >= 0:
        way.append(came_from[way[-1]])
    return way[::-1]


class _Coarse:
    """Clearance on a wide lattice: right within COARSE_M, and so enough to leave most points unasked."""

    def __init__(self, chart: Chart) -> None:
        self._west, self._south, east, north = chart.bounds
        xy = _lattice(COARSE_M, self._west, self._south, east + COARSE_M, north + COARSE_M)
        self._columns = len(np.unique(xy[:, 0]))
        self._room = chart.clearance(points(xy), 8000.0)

    def room(self, xy: F64) -> F64:
        """Clearance at the lattice's point nearest to each of (n, 2), metres, cut at 8,000."""
        column, row = np.rint((xy - [self._west, self._south]) / COARSE_M).astype(np.int64).T
        return self._room[row * self._columns + column]


def _points(chart: Chart) -> F64:
    west, south, east, north = chart.bounds
    parts: list[F64] = []
    coarse = _Coarse(chart)
    for spacing, least, most in LEVELS:
        xy = _lattice(spacing, west, south, east, north)
        xy = xy[coarse.room(xy) < most + COARSE_M]
        at = points(xy)
        fit = ~chart.near(at, least)
        parts.append(xy[fit & chart.near(at, most)] if np.isfinite(most) else xy[fit])
    for port in chart.ports:
        for spacing, reach in HARBOUR:
            x, y = np.floor(port.xy / spacing) * spacing
            xy = _lattice(spacing, x - reach, y - reach, x + reach, y + reach)
            parts.append(xy[~chart.near(points(xy), HARBOUR_MARGIN_M)])
    return np.unique(np.concatenate([*parts, _lane_points(chart)]), axis=0)


def _lane_lines(chart: Chart) -> list[Any]:
    return [shapely.LineString(z.axis) for z in chart.of_kind("fishing_route", "fairway") if len(z.axis) > 1]


def _lane_points(chart: Chart) -> F64:
    dense = [shapely.get_coordinates(shapely.segmentize(line, LANE_STEP_M)) for line in _lane_lines(chart)]
    xy = np.concatenate([np.empty((0, 2)), *dense])
    west, south, east, north = chart.bounds
    inside = (xy[:, 0] > west) & (xy[:, 0] < east) & (xy[:, 1] > south) & (xy[:, 1] < north)
    return xy[inside & ~chart.near(points(xy), HARBOUR_MARGIN_M)]


def _in_lane(chart: Chart, xy: F64) -> NDArray[np.bool_]:
    out = np.zeros(len(xy), np.bool_)
    out[shapely.STRtree(points(xy)).query(_lane_lines(chart), predicate="dwithin", distance=1.0)[1]] = True
    return out


def _lattice(spacing: float, west: float, south: float, east: float, north: float) -> F64:
    x, y = np.meshgrid(np.arange(west, east, spacing), np.arange(south, north, spacing))
    return np.column_stack([x.ravel(), y.ravel()])


def _edges(xy: F64) -> NDArray[np.int64]:
    """(m, 2) indices of the Delaunay edges."""
    lines = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(xy), only_edges=True))
    ends = shapely.get_coordinates(lines)
    # the ends are the points themselves: find each by its exact coordinates
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    keys = xy[order].view(np.complex128).ravel()
    found = order[np.searchsorted(keys, np.ascontiguousarray(ends).view(np.complex128).ravel())]
    return found.reshape(-1, 2).astype(np.int64)


def _crosses_avoided(chart: Chart, segments: F64) -> NDArray[np.bool_]:
    zones = [z.shape for z in chart.of_kind("no_fishing")]
    out = np.zeros(len(segments), np.bool_)
    out[shapely.STRtree(lines(segments)).query(zones, predicate="intersects")[1]] = True
    return out


def _largest_part(count: int, edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for the points of the largest connected part."""
    joined: dict[int, list[int]] = defaultdict(list)
    for a, b in edges.tolist():
        joined[a].append(b)
        joined[b].append(a)
    part = np.full(count, -1)
    for first in range(count):
        if part[first] >= 0:
            continue
        part[first] = first
        stack = [first]
        while stack:
            for there in joined[stack.pop()]:
                if part[there] < 0:
                    part[there] = first
                    stack.append(there)
    return part == np.bincount(part).argmax()
