"""Neighbours that follow: one grid is drawn anew, those beside it give what it takes and take what it leaves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from .load import OVERLAP_M2, OVERLAP_WIDTH_M, measures, parts_of_area
from .partition import GAP_M2, GAP_WIDTH_M

GRAIN = 1e-7  # degrees, a centimetre: what operations on areas round their corners to
TOUCH = 1e-5  # degrees, a metre: what lies nearer has a common line
Area = Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Trade:
    """Sea that one grid held and another will; `was` is "" where nobody held it."""

    was: str
    becomes: str
    area_m2: float
    area: Area


def followed(
    before: Mapping[str, Area], now: Mapping[str, Area], drawn: Collection[str], ended: Collection[str] = ()
) -> dict[str, Area]:
    """All grids after the drawn ones have had their way.

    The others lose what the drawn ones cover. What was held before and is not any more goes, each part of it whole, to
    the one of the others that has the longest line in common with it; where none has any, it stays with nobody.

    Args:
        before: the grids in force, valid, by id.
        now: the grids as they stand, the drawn ones among them.
        drawn: ids of those that stay as they are.
        ended: ids that take nothing: they are no more.

    Returns:
        Grids by id, in the order of `now`, without the ended ones. Whoever gives and takes nothing stays the very same;
        a grid that lies wholly under a drawn one stays too, as an overlap that is told.
    """
    held = [area for name, area in now.items() if name in drawn]
    taken = shapely.union_all(held, grid_size=GRAIN) if held else Polygon()
    left: dict[str, Area] = {
        name: area if name in drawn else _without(area, taken) for name, area in now.items() if name not in ended
    }
    whole = shapely.union_all([*left.values()], grid_size=GRAIN) if left else Polygon()
    sea = shapely.union_all([*before.values()], grid_size=GRAIN) if before else Polygon()
    for part in worth_telling(shapely.difference(sea, whole, grid_size=GRAIN), OVERLAP_M2, OVERLAP_WIDTH_M):
        heir = _heir(part, {name: area for name, area in left.items() if name not in drawn})
        if heir:
            left[heir] = _area(shapely.union(left[heir], part, grid_size=GRAIN))
    return left


def _without(area: Area, taken: shapely.Geometry) -> Area:
    """What is left of an area; all of it where nothing would be, or where what it loses is a sliver."""
    if not worth_telling(shapely.intersection(area, taken, grid_size=GRAIN), OVERLAP_M2, OVERLAP_WIDTH_M):
        return area
    parts = worth_telling(shapely.difference(area, taken, grid_size=GRAIN), OVERLAP_M2, OVERLAP_WIDTH_M)
    return _area(shapely.union_all(parts)) if parts else area


def _heir(part: Polygon, others: Mapping[str, Area]) -> str:
    """Who has the longest line in common with a part; "" where nobody has any."""
    edge = part.buffer(TOUCH)
    shares = {name: edge.intersection(area).area for name, area in others.items() if edge.intersects(area)}
    best = max(shares, key=lambda name: shares[name], default="")
    return best if best and shares[best] > TOUCH * 10 * TOUCH else ""


def traded(before: Mapping[str, Area], after: Mapping[str, Area]) -> list[Trade]:
    """Sea that changes hands between grids, the largest first; slivers are none, nor is what lies under two of them."""
    found = [
        Trade(was, becomes, area_m2, part)
        for becomes, then in after.items()
        for was, there in _losers(becomes, then, before)
        for part, area_m2 in _moved(there, then, after.get(was))
    ]
    sea = shapely.union_all([*before.values()], grid_size=GRAIN) if before else Polygon()
    for becomes, then in after.items():
        if then is not before.get(becomes):
            found += [Trade("", becomes, size, part) for part, size in _sized(_minus(then, sea))]
    return sorted(found, key=lambda trade: -trade.area_m2)


def _losers(becomes: str, then: Area, before: Mapping[str, Area]) -> list[tuple[str, Area]]:
    if then is before.get(becomes):
        return []
    return [(was, there) for was, there in before.items() if was != becomes and there.intersects(then)]


def _moved(there: Area, then: Area, stays: Area | None) -> list[tuple[Area, float]]:
    common = _area(shapely.intersection(there, then, grid_size=GRAIN))
    return _sized(_minus(common, stays) if stays is not None else common)


def _minus(area: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    return shapely.difference(area, other, grid_size=GRAIN)


def _sized(geometry: shapely.Geometry) -> list[tuple[Area, float]]:
    """Parts that are no slivers, with their areas in m2."""
    parts = worth_telling(geometry, GAP_M2, GAP_WIDTH_M)
    sizes = measures(np.array(parts, object))[0].tolist() if parts else []
    return [(part, size) for part, size in zip(parts, sizes, strict=True)]


def worth_telling(geometry: shapely.Geometry, area_m2: float, width_m: float) -> list[Polygon]:
    """The polygons of a geometry that are more than slivers."""
    parts = np.array(parts_of_area(geometry), object)
    if not len(parts):
        return []
    area, width = measures(parts)
    return parts[(area > area_m2) & (width > width_m)].tolist()


def _area(geometry: shapely.Geometry) -> Area:
    """The areas of what an operation gave."""
    parts: Sequence[Polygon] = parts_of_area(geometry)
    return parts[0] if len(parts) == 1 else cast("Area", MultiPolygon(list(parts)))
