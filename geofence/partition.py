"""Grids that divide the sea among them: nothing of it may be left to nobody when they are drawn anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely

from .load import Corner, Feature, Problem, measures, parts_of_area

GAP_M2 = 10_000.0  # a hectare: less is a sliver between two drawings of one line
GAP_WIDTH_M = 10.0  # mean width of a gap that counts (docs/decisions/0012)


def gaps(before: Sequence[Feature], after: Sequence[Feature]) -> list[Problem]:
    """Parts that a grid held before and none holds after, each told at a place within it.

    Args:
        before: all grids in force, found sound by `check`.
        after: all that would be.
    """
    if not before:
        return []
    held = shapely.union_all([f.shape() for f in before])
    holds = shapely.union_all([f.shape() for f in after]) if after else shapely.Polygon()
    parts = np.array(parts_of_area(shapely.difference(held, holds)), object)
    if not len(parts):
        return []
    area_m2, width_m = measures(parts)
    tree = shapely.STRtree([f.shape() for f in before])
    return [
        _gap(before[int(tree.nearest(shapely.point_on_surface(parts[k])))], parts[k], float(area_m2[k]))
        for k in np.flatnonzero((area_m2 > GAP_M2) & (width_m > GAP_WIDTH_M)).tolist()
    ]


def _gap(was: Feature, part: shapely.Polygon, area_m2: float) -> Problem:
    reason = f"{area_m2 / 1e6:,.2f} km2 that it held would be in no grid"
    return Problem(was.path, was.id, _inside(part), reason, "give that part to a grid too", part)


def ports_outside(features: Sequence[Feature], ports: Mapping[str, Corner], kinds: Sequence[str]) -> list[Problem]:
    """Ports that do not lie in the grid that leans on them, for grids of the kinds that hold their ports.

    Args:
        features: grids with properties kind and port_ids.
        ports: lon, lat in degrees by id.
        kinds: grids of other kinds lie off the coast and lean on ports that others hold.
    """
    problems: list[Problem] = []
    for feature in features:
        named = [str(p) for p in feature.properties.get("port_ids", ())]
        unknown = [p for p in named if p not in ports]
        if unknown or not named:
            what = f"its port {unknown[0]} is not known" if unknown else "it leans on no port"
            problems.append(Problem(feature.path, feature.id, None, what, "name a port of the list"))
        elif feature.properties.get("kind") in kinds:
            points = shapely.points([ports[p] for p in named])
            for k in np.flatnonzero(~shapely.covers(feature.shape(), points)).tolist():
                reason = f"its port {named[k]} lies outside"
                problems.append(Problem(feature.path, feature.id, ports[named[k]], reason, "draw the port into it"))
    return problems


def _inside(part: shapely.Polygon) -> Corner:
    point = shapely.point_on_surface(part)
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def holders(features: Sequence[Feature], lon: Sequence[float], lat: Sequence[float]) -> list[str]:
    """Id of the feature that holds each point (degrees), "" where none does; the first of the list on a shared line."""
    if not features or not len(lon):
        return [""] * len(lon)
    tree = shapely.STRtree([f.shape() for f in features])
    point, feature = tree.query(shapely.points(np.asarray(lon), np.asarray(lat)), predicate="covered_by")
    first = np.full(len(lon), len(features))
    np.minimum.at(first, point, feature)
    return [features[k].id if k < len(features) else "" for k in first.tolist()]
