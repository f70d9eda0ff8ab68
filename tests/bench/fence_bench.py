"""Points a second located in fences: ours beside `geopandas.sjoin`, on 200 and on 5,000 polygons."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geofence.fences import Fence, FenceSet

WEST, SOUTH, EAST, NORTH = 120.0, 28.0, 125.0, 33.0
CORNERS = 50
POINTS, SJOIN_POINTS = 1_000_000, 200_000
RUNS = 3


def polygons(n: int, seed: int = 7) -> np.ndarray:
    """A partition like real grids: shared lines, about 50 corners each, every fifth with an island cut out."""
    rng, side = np.random.default_rng(seed), ((EAST - WEST) * (NORTH - SOUTH) / n) ** 0.5
    frame = shapely.box(WEST, SOUTH, EAST, NORTH)
    sites = shapely.MultiPoint(rng.uniform([WEST, SOUTH], [EAST, NORTH], (n, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=frame))
    cells = shapely.segmentize(shapely.intersection(cells, frame), 4 * side / CORNERS)
    islands = shapely.buffer(shapely.point_on_surface(cells[::5]), side / 10, quad_segs=4)
    cells[::5] = shapely.difference(cells[::5], islands)
    return cells


def run() -> dict[str, float]:
    """Medians of alternating runs; the pairs found must agree in number."""
    out: dict[str, float] = {}
    for n in (200, 5000):
        ours, theirs = _compare(polygons(n))
        out[f"fence_ours_{n}_per_s"], out[f"fence_sjoin_{n}_per_s"] = ours, theirs
        out[f"fence_over_sjoin_{n}"] = ours / theirs
    return out


def _compare(shapes: np.ndarray) -> tuple[float, float]:
    """Points a second: ours on all points, sjoin on the first of them (it is slower, not slower a point)."""
    fences = FenceSet([Fence(k, str(k), "zone", s) for k, s in enumerate(shapes, 1)])
    frame = gpd.GeoDataFrame({"code": np.arange(len(shapes))}, geometry=shapes)
    low, high = [[WEST - 0.1], [SOUTH - 0.1]], [[EAST + 0.1], [NORTH + 0.1]]
    lon, lat = np.random.default_rng(8).uniform(low, high, (2, POINTS))
    t = np.zeros(POINTS, np.int64)
    part = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon[:SJOIN_POINTS], lat[:SJOIN_POINTS]))
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(RUNS):
        seconds, located = _timed(lambda: fences.locate(lon, lat, t))
        ours.append(POINTS / seconds)
        seconds, joined = _timed(lambda: gpd.sjoin(part, frame, predicate="intersects"))
        theirs.append(SJOIN_POINTS / seconds)
        assert len(joined) == int((located[0] < SJOIN_POINTS).sum())
    return median(ours), median(theirs)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name:28} {value:14,.1f}")
