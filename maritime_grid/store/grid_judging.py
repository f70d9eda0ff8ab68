"""What a change of grids would do, or why it cannot be made: judged against all grids in force and those filed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geofence.load import Feature, Problem, check
from geofence.partition import gaps, holders, ports_outside
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.grid_change import Impact, layer_of
from maritime_grid.domain.people import ON_LAND

from . import registry
from .case_steps import Connection
from .connect import with_tuples
from .queries import load_queries
from .registry import FOREVER, PlaceVersion

_Q = load_queries("grid_changes")
PROPOSED, PRESENT = Path("the proposal"), Path("the grids in force")  # where a polygon stands, for messages
PORT_KINDS = ("inshore",)  # grids of these hold the ports that they lean on; others lie farther out
WHOLE = ("grid", "community")  # layers without gaps; exclusive grids are islands
_BEIJING = ZoneInfo("Asia/Shanghai")
_PROPERTIES = ("name_zh", "name_en", "county", "kind", "port_ids", "sample")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a proposal would do, or why it cannot be made."""

    problems: tuple[Problem, ...]
    impact: Impact | None  # None with problems


def judge(conn: Connection, given: Sequence[Feature], ended: Sequence[str], valid_from: datetime) -> Judged:
    """Raises: UsageError: an id is unknown, or is filed already for a later moment."""
    start = round(valid_from.timestamp() * 1e6)
    versions = [v for v in _versions(conn) if v.layer != "zone" and v.valid_to > start]
    present = [_of(v) for v in versions if _holds(v, start)]
    named = {f.id for f in given} | set(ended)
    _refuse_what_is_to_come(versions, named, start)
    unknown = set(ended) - {f.id for f in present}
    if unknown:
        raise UsageError(f"there is no grid {min(unknown)} to end", "see: maritime-grid grids history")
    staying = [f for f in present if f.id not in named]
    then = [*given, *staying]
    problems = [p for p in check(then, exclusive=False) if p.path == PROPOSED]
    if not problems:
        ports = {row["port_id"]: (row["lon"], row["lat"]) for row in conn.execute(_Q["ports"])}
        of_sea = [f for f in given if layer_of_feature(f) == "grid"]
        problems = [*_shared_badly(present, then), *ports_outside(of_sea, ports, PORT_KINDS)]
    if not problems:
        problems = _problems_to_come(versions, given, named, start)
    if problems:
        return Judged(tuple(problems), None)
    return Judged((), _impact(conn, present, then, {f.id for f in given}, ended))


def _refuse_what_is_to_come(versions: Sequence[PlaceVersion], named: set[str], start: int) -> None:
    """A version filed for a later moment would silently take back, or lose, what is proposed for an earlier one."""
    coming = [v for v in versions if v.place_id in named and (v.valid_from > start or v.valid_to < FOREVER)]
    if coming:
        first = min(coming, key=lambda v: v.valid_from)
        moment = first.valid_from if first.valid_from > start else first.valid_to
        said = datetime.fromtimestamp(moment / 1e6, _BEIJING).strftime("%Y-%m-%d %H:%M")
        raise UsageError(f"grid {first.place_id} changes already at {said}", "propose it for a later moment")


def _problems_to_come(
    versions: Sequence[PlaceVersion], given: Sequence[Feature], named: set[str], start: int
) -> list[Problem]:
    """What the proposal leaves unsound when other grids change, as was filed already."""
    moments = {m for v in versions for m in (v.valid_from, v.valid_to) if start < m < FOREVER}
    for moment in sorted(moments):
        before = [_of(v) for v in versions if _holds(v, moment)]
        then = [*given, *(f for f in before if f.id not in named)]
        problems = _shared_badly(before, then)
        if problems:
            return problems
    return []


def _shared_badly(before: Sequence[Feature], then: Sequence[Feature]) -> list[Problem]:
    """Overlaps of the proposal inside a layer, and what a layer that divides all of its area leaves to nobody."""
    problems: list[Problem] = []
    for layer in ("grid", *sorted(ON_LAND)):
        was, becomes = ([f for f in some if layer_of_feature(f) == layer] for some in (before, then))
        problems += [p for p in check(becomes, exclusive=True) if p.path == PROPOSED]  # of two it is told at the first
        problems += gaps(was, becomes) if layer in WHOLE else []
    return problems


def _impact(
    conn: Connection, before: Sequence[Feature], then: Sequence[Feature], named: set[str], ended: Sequence[str]
) -> Impact:
    there = {f.id: f.geometry for f in before}
    drawn = {f.id: f.geometry for f in then}
    before, then = ([f for f in some if layer_of_feature(f) == "grid"] for some in (before, then))
    changed = tuple(sorted(i for i in named if i in there and there[i] != drawn[i]))
    return Impact(
        grids_new=tuple(sorted(named - there.keys())),
        grids_changed=changed,
        grids_ended=tuple(sorted(ended)),
        vessels=_moved(conn, "vessels", "mmsi", before, then),
        cases=_moved(conn, "open_cases", "case_id", before, then),
        ports=_moved(conn, "ports", "port_id", before, then),
    )


def _moved(
    conn: Connection, query: str, key: str, before: Sequence[Feature], then: Sequence[Feature]
) -> tuple[tuple[Any, str, str], ...]:
    rows = conn.execute(_Q[query]).fetchall()
    lon, lat = [row["lon"] for row in rows], [row["lat"] for row in rows]
    pairs = zip(rows, holders(before, lon, lat), holders(then, lon, lat), strict=True)
    return tuple((row[key], was, becomes) for row, was, becomes in pairs if was != becomes)


def _versions(conn: Connection) -> list[PlaceVersion]:
    with with_tuples(conn) as same:
        return registry.places_world(same)


def _holds(version: PlaceVersion, at_us: int) -> bool:
    return version.valid_from <= at_us < version.valid_to


def _of(version: PlaceVersion) -> Feature:
    properties = {name: getattr(version, name) for name in _PROPERTIES}
    return Feature(PRESENT, version.place_id, properties, version.fence)


def layer_of_feature(feature: Feature) -> str:
    return layer_of(str(feature.properties.get("kind", "inshore")))
