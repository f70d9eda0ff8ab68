"""What the forms for reports read: vessels by a part of their name, grids by name, who a complaint is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from maritime_grid.domain.typed import narrow

from .queries import load_queries

_Q = load_queries("report_reads")
MOST_VESSELS = 20

Connection = psycopg.Connection[Any]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class FoundVessel:
    """A vessel that a search found; what is not known is None. Degrees, WGS 84; `t` of its last fix, aware UTC."""

    mmsi: int
    name: str | None  # registered, else transmitted
    ship_name: str | None  # transmitted
    gear: str | None
    t: datetime | None
    lon: float | None
    lat: float | None
    grid_id: str | None


@dataclass(frozen=True, slots=True)
class GridName:
    id: str
    name_zh: str
    name_en: str | None


def find_vessels(conn: Connection, asked: str, most: int = MOST_VESSELS) -> list[FoundVessel]:
    """Vessels whose name holds what was typed, or whose MMSI begins with it; the last heard first.

    Args:
        conn: with the role of the account.
        asked: two characters or more, else nothing is found.
        most: rows.
    """
    return _rows(conn, FoundVessel, "vessels", [asked.replace("\0", ""), most])


def grid_names(conn: Connection) -> list[GridName]:
    """All grids, by id."""
    return _rows(conn, GridName, "grids", [])


def attached_as(conn: Connection, case_id: str, sha256: str) -> int | None:
    """The entry of the case's log that added this very content; None: none did, as far as the account can see.

    Args:
        conn: with the role of the account.
        case_id: the case.
        sha256: of the content, hexadecimal.
    """
    row = conn.execute(_Q["attached"], [case_id, sha256]).fetchone()
    return None if row is None else row[0]


def accused_of(conn: Connection, said: str, day: date) -> int | None:
    """The person that a complaint names by badge or by name; None: nobody, or not one alone.

    Args:
        conn: the product's own.
        said: what was typed.
        day: in Beijing.
    """
    said = narrow(said.replace("\0", "")).strip()
    badge = "".join(char for char in said.upper() if char.isalnum())
    for query, values in (("person_by_badge", [badge]), ("person_by_name", {"name": said, "day": day})):
        row = conn.execute(_Q[query], values).fetchone() if said else None
        if row is not None and row[0] is not None:
            return row[0]
    return None


def _rows(conn: Connection, kind: type[Row], query: str, params: list[Any]) -> list[Row]:
    with conn.cursor(row_factory=class_row(kind)) as cur:
        return cur.execute(_Q[query], params).fetchall()
