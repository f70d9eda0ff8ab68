"""Grids 网格 drawn anew on the map: laid onto their neighbours, which follow where that is wanted.

What the browser sends is one attempt; what comes out of here is what is shown, judged and proposed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from geofence.following import Area, Trade, followed, traded
from geofence.load import Feature, check
from geofence.snapping import snapped

_DRAWN = Path("the drawing")


@dataclass(frozen=True, slots=True)
class Drawing:
    """What was drawn.

    Attributes:
        grids: GeoJSON geometries of the grids that differ from those in force, by id.
        touched: ids of those that the last stroke drew: they are laid onto the others and have their way.
        ended: ids of grids that end.
        follow: the others give what these take, and take what they leave.
    """

    grids: Mapping[str, Mapping[str, Any]]
    touched: Collection[str] = ()
    ended: Collection[str] = ()
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of it: geometries of grids that differ now, and the sea that changes hands."""

    grids: Mapping[str, dict[str, Any]]
    trades: Sequence[Trade]


def settle(present: Mapping[str, Mapping[str, Any]], drawing: Drawing) -> Settled:
    """Lay what was drawn onto the neighbours, let them follow, and tell what changes hands.

    A drawing with a fault of its own (a line that crosses itself) comes back as it is, for the judge to tell.

    Args:
        present: geometries of the grids in force, sound, by id.
        drawing: see there.
    """
    faulty = check([Feature(_DRAWN, name, {}, dict(g)) for name, g in drawing.grids.items()], exclusive=False)
    if faulty:
        return Settled({name: dict(geometry) for name, geometry in drawing.grids.items()}, ())
    before = {name: _area(geometry) for name, geometry in present.items()}
    now = {**before, **{name: _area(geometry) for name, geometry in drawing.grids.items()}}
    now = {name: area for name, area in now.items() if name not in drawing.ended}
    touched = [name for name in now if name in drawing.touched]
    now = _laid(now, touched, before)
    if drawing.follow and (touched or drawing.ended):
        now = _laid(followed(before, now, touched, drawing.ended), touched, before)
    trades = traded(before, now)
    moved = {name: _geojson(area) for name, area in now.items() if _differs(area, before.get(name))}
    return Settled(moved, trades)


def trades_of(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> list[Trade]:
    """Sea that changes hands between two states of the same grids, geometries by id, all sound."""
    return traded({n: _area(g) for n, g in before.items()}, {n: _area(g) for n, g in after.items()})


def _laid(now: Mapping[str, Area], touched: Sequence[str], before: Mapping[str, Area]) -> dict[str, Area]:
    """The same with the touched ones laid onto the rest, each also onto those before it: they may share a line."""
    then = dict(now)
    for n, name in enumerate(touched):
        sure = [area for other, area in then.items() if other not in touched[n:]]
        then[name] = snapped(then[name], sure, before.get(name))
    return then


def _differs(area: Area, before: Area | None) -> bool:
    return before is None or (area is not before and not area.equals(before))


def _area(geometry: Mapping[str, Any]) -> Area:
    return shape(dict(geometry))  # pyright: ignore[reportReturnType]  (checked before)


def _geojson(area: Area) -> dict[str, Any]:
    """Read back from text, which has lists where shapely has tuples."""
    return json.loads(shapely.to_geojson(area))
