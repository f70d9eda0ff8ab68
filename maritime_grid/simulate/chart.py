"""The chart: land, ports, zones and grids of a configuration folder, on a plane, ready to be asked about.

Land is cut into tiles of 8 km so that a question about a point meets a few small polygons and not the mainland.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray

from ingest.batch import F64
from maritime_grid.domain.errors import UsageError

from .plane import Plane, lines

CLOSED_KINDS = ("prohibited", "reserve")
TILE_M = 8000.0
FILES = ("ports.csv", "zhoushan_land.geojson", "zones.geojson", "grids_cover.geojson")
EAST_MARGIN_DEG = 1.1  # open sea simulated east of the easternmost land


class ChartError(UsageError):
    """A file of the chart is absent or cannot be used."""


@dataclass(frozen=True, slots=True)
class PortPoint:
    port_id: str
    name_zh: str
    county: str
    xy: F64  # (2,) metres


@dataclass(frozen=True, slots=True)
class Area:
    """A zone or grid on the plane."""

    place_id: str
    kind: str
    name_zh: str
    shape: Any  # shapely geometry in metres
    axis: F64  # (k, 2) metres, the line of a recommended route; (0, 2) where there is none


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    plane: Plane
    land: Any  # STRtree of land tiles in metres
    barrier: Any  # the same with the zones that nobody may enter
    ports: tuple[PortPoint, ...]
    zones: tuple[Area, ...]
    grids: tuple[Area, ...]
    bounds: tuple[float, float, float, float]  # of the sea that is sailed, metres: west, south, east, north

    @classmethod
    def load(cls, folder: Path) -> Chart:
        """Read `zhoushan_land.geojson`, `ports.csv`, `zones.geojson` and `grids_cover.geojson` of `folder`.

        Raises: ChartError: a file is absent or not what its name says.
        """
        rows = _csv(folder / "ports.csv")
        lonlat = np.array([(float(r["lon"]), float(r["lat"])) for r in rows])
        plane = Plane(*(float(v) for v in np.round(lonlat.mean(axis=0), 1)))
        ports = tuple(
            PortPoint(r["port_id"], r["name_zh"], r["county"], xy)
            for r, xy in zip(rows, plane.to_xy(lonlat), strict=True)
        )
        shapes = np.array([shapely.geometry.shape(f["geometry"]) for f in _features(folder / "zhoushan_land.geojson")])
        west, south, east, north = shapely.total_bounds(shapes)
        sea = plane.to_xy(np.array([[west + 0.4, south + 0.1], [east + EAST_MARGIN_DEG, north - 0.1]]))
        land = _tiles(shapely.transform(shapes, plane.to_xy))
        zones = _areas(folder / "zones.geojson", plane)
        barrier = [*land, *(z.shape for z in zones if z.kind in CLOSED_KINDS)]
        grids = _areas(folder / "grids_cover.geojson", plane)
        return cls(
            plane, shapely.STRtree(land), shapely.STRtree(barrier), ports, zones, grids,
            (float(sea[0, 0]), float(sea[0, 1]), float(sea[1, 0]), float(sea[1, 1])),
        )  # fmt: skip

    def clearance(self, shapes: NDArray[Any], at_most: float) -> F64:
        """Distance of points or lines from land and closed zones in metres, cut at `at_most`."""
        out = np.full(len(shapes), at_most)
        (index, _), distance = self.barrier.query_nearest(
            shapes, max_distance=at_most, return_distance=True, all_matches=False
        )
        out[index] = distance
        return out

    def near(self, shapes: NDArray[Any], distance: float) -> NDArray[np.bool_]:
        """True for the points or lines within `distance` metres of land or a closed zone."""
        out = np.zeros(len(shapes), np.bool_)
        out[self.barrier.query(shapes, predicate="dwithin", distance=distance)[0]] = True
        return out

    def clear(self, segments: F64, margin: float) -> NDArray[np.bool_]:
        """segments: (n, 2, 2) metres. True where it all keeps more than `margin` metres off land and closed zones."""
        return ~self.near(lines(segments), margin)

    def over_land(self, segments: F64) -> NDArray[np.bool_]:
        """segments: (n, 2, 2) metres. True where a segment meets land."""
        out = np.zeros(len(segments), np.bool_)
        out[self.land.query(lines(segments), predicate="intersects")[0]] = True
        return out

    def of_kind(self, *kinds: str) -> list[Area]:
        return [z for z in self.zones if z.kind in kinds]

    def grid_at(self, xy: F64) -> str:
        """Id of the grid that holds the point (2,), or an empty string."""
        return next((g.place_id for g in self.grids if shapely.intersects_xy(g.shape, *xy)), "")


def _tiles(shapes: NDArray[Any]) -> NDArray[Any]:
    west, south, east, north = shapely.total_bounds(shapes)
    boxes = np.array(
        [
            shapely.box(x, y, x + TILE_M, y + TILE_M)
            for x in np.arange(west, east, TILE_M)
            for y in np.arange(south, north, TILE_M)
        ]
    )
    box, shape = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    cut = cast("NDArray[Any]", shapely.intersection(shapes[shape], boxes[box]))
    return cut[~shapely.is_empty(cut)]


def _areas(path: Path, plane: Plane) -> tuple[Area, ...]:
    return tuple(
        Area(
            f["properties"]["grid_id"],
            f["properties"]["kind"],
            f["properties"]["name_zh"],
            shapely.transform(shapely.geometry.shape(f["geometry"]), plane.to_xy),
            plane.to_xy(np.array(f["properties"].get("axis", []), np.float64).reshape(-1, 2)),
        )
        for f in _features(path)
    )


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["features"]
    except FileNotFoundError:
        raise ChartError(f"{path} is missing", "name the folder of the area, such as config/zhoushan") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ChartError(
            f"{path}: not a GeoJSON feature collection ({error})", "give the file as it was delivered"
        ) from None


def _csv(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        raise ChartError(f"{path} is missing", "name the folder of the area, such as config/zhoushan") from None
    if not rows or "port_id" not in rows[0]:
        raise ChartError(f"{path}: line 1: no ports", "give the columns port_id,name_zh,county,lon,lat")
    return rows
