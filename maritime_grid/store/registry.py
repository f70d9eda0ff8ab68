"""What the world is made of, filed by people: feeds, grids and zones with their versions, ports, the roster.

Each change is told to whoever listens on channel mg_world, with the name of the table.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import TupleRow, class_row, dict_row
from psycopg.types.json import Jsonb

from .connect import connect
from .errors import StoreError, translated
from .jsonrows import clean, json_rows
from .queries import load_queries
from .rows import PortRow

_Q = load_queries("registry")

Connection = psycopg.Connection[TupleRow]
FOREVER = 2**62  # valid_to of what nothing ends


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did to its rows."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class PlaceInput:
    """A grid or zone as filed; geometries are GeoJSON geometries in degrees lon, lat."""

    place_id: str
    layer: str  # "grid", "zone", or of the land: "community", "exclusive"
    kind: str
    name_zh: str
    fence: dict[str, Any]
    name_en: str = ""
    county: str = ""
    port_ids: tuple[str, ...] = ()
    sample: bool = False
    drawn: dict[str, Any] | None = None  # None: as the fence
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class PlaceVersion:
    """One version of a place; valid_from and valid_to are microseconds, -2^62 and 2^62 for without bound."""

    code: int
    place_id: str
    layer: str
    kind: str
    name_zh: str
    name_en: str
    county: str
    port_ids: list[str]
    sample: bool
    attributes: dict[str, Any]
    version: int
    valid_from: int
    valid_to: int
    fence: dict[str, Any]
    drawn: dict[str, Any] | None
    filed_by: str
    filed_at: datetime
    reason: str
    retired: dict[str, Any] | None = None  # by, at (ISO 8601) and reason, where it ended with nothing after it


@dataclass(frozen=True, slots=True)
class RosterRow:
    mmsi: int
    name_zh: str = ""
    vessel_class: str = ""
    home_port: str = ""  # port_id
    gear: str = ""
    owner: dict[str, Any] | None = None


def add_feed(conn: Connection, name: str, kind: str, watched: bool) -> int:
    """The code of the feed of that name, made if need be."""
    row = conn.execute(_Q["add_feed"], {"name": name, "kind": kind, "watched": watched}).fetchone()
    assert row, "made or found"
    if row[1]:
        conn.execute(_Q["notify"], ["feed"])
    return int(row[0])


def unwatch_others(conn: Connection, codes: Sequence[int]) -> None:
    """Of all feeds only these may be watched."""
    if conn.execute(_Q["unwatch_others"], [list(codes)]).rowcount:
        conn.execute(_Q["notify"], ["feed"])


def feeds(conn: Connection) -> list[dict[str, Any]]:
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_Q["feeds"]).fetchall()


@contextmanager
def filing(dsn: str) -> Generator[Connection]:
    """A transaction in which nobody else files places, so that what was checked is still so when it is filed."""
    with closing(connect(dsn, "filing")) as conn, translated(), conn.transaction():
        lock_places(conn)
        yield conn


def lock_places(conn: Connection) -> None:
    """Nobody else files places until the end of the caller's transaction."""
    conn.execute(_Q["lock_places"])


def save_places(conn: Connection, places: Sequence[PlaceInput], filed_by: str, reason: str, valid_from: int) -> Saved:
    """File places: a new version of each that is new or changed, in force from `valid_from` on; the rest stays.

    Args:
        conn: in a transaction of the caller's.
        places: those not named stay in force.
        filed_by: who files them, for the record.
        reason: why.
        valid_from: microseconds since the epoch; -2^62: from the beginning, as for the very first grids.

    Raises: StoreError: an id twice, another layer than before, or a moment not after that of the newest version.
    """
    with conn.cursor(row_factory=dict_row) as cur:
        newest = {row["place_id"]: row for row in cur.execute(_Q["newest_places"])}
    if len({p.place_id for p in places}) != len(places):
        raise StoreError("a place stands twice among those to file", "give each id once")
    counts = {"new": 0, "changed": 0, "same": 0}
    filing = {"filed_by": filed_by, "reason": reason, "valid_from": valid_from}
    for place in places:
        old = newest.get(place.place_id)
        if old and _same(place, old):
            counts["same"] += 1
            continue
        _file(conn, place, old, filing)
        counts["changed" if old else "new"] += 1
    if counts["new"] or counts["changed"]:
        conn.execute(_Q["notify"], ["place"])
    return Saved(**counts)


def _same(place: PlaceInput, old: dict[str, Any]) -> bool:
    geometry = (clean(place.fence), clean(place.drawn))
    filed = (*geometry, _facts(place), place.layer, FOREVER)
    return filed == (old["fence"], old["drawn"], old["facts"], old["layer"], old["valid_to"])


def _file(conn: Connection, place: PlaceInput, old: dict[str, Any] | None, filing: dict[str, Any]) -> None:
    if old and old["layer"] != place.layer:
        raise StoreError(f"{place.place_id} was filed as a {old['layer']}", "give the other thing another id")
    if old and old["version"] and filing["valid_from"] <= old["valid_from"]:
        raise StoreError(
            f"{place.place_id} has changed, but its version {old['version']} holds from that moment or a later one",
            "give a later moment to hold from",
        )
    facts = _facts(place)
    row = conn.execute(
        _Q["upsert_place"],
        facts | {"place_id": place.place_id, "layer": place.layer, "attributes": Jsonb(facts["attributes"])},
    ).fetchone()
    assert row, "made or changed"
    conn.execute(_Q["close_version"], {"code": row[0], **filing})
    version = (old["version"] or 0) + 1 if old else 1
    values = {
        "code": row[0],
        "version": version,
        "fence": Jsonb(clean(place.fence)),
        "drawn": Jsonb(clean(place.drawn)) if place.drawn else None,
        "facts": Jsonb(facts),
    }
    try:
        conn.execute(_Q["add_version"], values | filing)
    except psycopg.errors.UniqueViolation:
        raise StoreError(f"{place.place_id}: two people filed it at once", "do it again") from None


def _facts(place: PlaceInput) -> dict[str, Any]:
    """What is filed with a version beside its geometry."""
    return clean(
        {
            "kind": place.kind,
            "name_zh": place.name_zh,
            "name_en": place.name_en,
            "county": place.county,
            "port_ids": list(place.port_ids),
            "sample": place.sample,
            "attributes": place.attributes,
        }
    )


def retire_places(conn: Connection, place_ids: Sequence[str], filed_by: str, reason: str, valid_to: int) -> None:
    """End places: their newest versions hold until before `valid_to`, microseconds since the epoch, and none follows.

    Args:
        conn: in a transaction of the caller's.
        place_ids: none changes where one of them cannot be ended.
        filed_by: who ends them, for the record.
        reason: why.
        valid_to: after the moment from which each of them holds.

    Raises: StoreError: there is no such place, it has ended by then, or it begins no sooner.
    """
    with conn.cursor(row_factory=dict_row) as cur:
        newest = {row["place_id"]: row for row in cur.execute(_Q["newest_places"]) if row["version"]}
    for place_id in dict.fromkeys(place_ids):
        old = newest.get(place_id)
        if old is None:
            raise StoreError(f"there is no grid or zone {place_id}", "see: maritime-grid grids history")
        if old["valid_to"] <= valid_to:
            raise StoreError(f"{place_id} has ended by then already", f"see: maritime-grid grids history {place_id}")
        if old["valid_from"] >= valid_to:
            raise StoreError(
                f"version {old['version']} of {place_id} holds from that moment or a later one", "give a later moment"
            )
        conn.execute(_Q["retire"], {"code": old["code"], "valid_to": valid_to, "filed_by": filed_by, "reason": reason})
    if place_ids:
        conn.execute(_Q["notify"], ["place"])


def places_world(conn: Connection) -> list[PlaceVersion]:
    with conn.cursor(row_factory=class_row(PlaceVersion)) as cur:
        return cur.execute(_Q["places_world"]).fetchall()


def save_ports(conn: Connection, rows: Sequence[PortRow]) -> Saved:
    return _save(conn, "port", "save_ports", rows)


def ports(conn: Connection) -> list[PortRow]:
    with conn.cursor(row_factory=class_row(PortRow)) as cur:
        return cur.execute(_Q["ports"]).fetchall()


def save_roster(conn: Connection, rows: Sequence[RosterRow]) -> Saved:
    return _save(conn, "roster", "save_roster", list({r.mmsi: r for r in rows}.values()))


def roster(conn: Connection) -> list[RosterRow]:
    with conn.cursor(row_factory=class_row(RosterRow)) as cur:
        return cur.execute(_Q["roster"]).fetchall()


def _save(conn: Connection, table: str, query: str, rows: Sequence[object]) -> Saved:
    row = conn.execute(_Q[query], [json_rows(rows)]).fetchone()
    new, changed = (int(row[0]), int(row[1])) if row else (0, 0)
    if new or changed:
        conn.execute(_Q["notify"], [table])
    return Saved(new, changed, len(rows) - new - changed)
