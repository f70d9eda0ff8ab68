"""Grids in their versions, read through schema api by whoever asks (see `case_reads`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from .errors import translated
from .queries import load_queries
from .rows import PortRow

_Q = load_queries("grid_reads")


@dataclass(frozen=True, slots=True)
class GridVersion:
    """A grid as it was or will be from `valid_from` until before `valid_to`; None: from the beginning, still."""

    grid_id: str
    version: int
    name_zh: str
    name_en: str
    kind: str
    county: str
    port_ids: list[str]
    unit_id: str | None  # that leads it
    unit_zh: str | None
    unit_en: str | None
    ports: list[str]  # names
    valid_from: datetime | None
    valid_to: datetime | None
    geometry: dict[str, Any]  # GeoJSON, degrees lon, lat: the polygon that decides
    filed_by: str
    filed_at: datetime
    reason: str
    sample: bool


def grids_at(conn: psycopg.Connection[Any], at: datetime) -> list[GridVersion]:
    """Those in force at a moment, by id."""
    return _versions(conn, None, at)


def versions_of(conn: psycopg.Connection[Any], grid_ids: Sequence[str]) -> list[GridVersion]:
    """All versions of some grids, by id, the oldest first."""
    return _versions(conn, list(grid_ids), None)


def ports_of(conn: psycopg.Connection[Any]) -> list[PortRow]:
    """All ports, by id."""
    with translated(), conn.cursor(row_factory=class_row(PortRow)) as cur:
        return cur.execute(_Q["ports"]).fetchall()


def in_office(conn: psycopg.Connection[Any], grid_ids: Sequence[str]) -> list[tuple[str, str, str]]:
    """Name, post and grid of who is in office today, as far as that is public and the account sees names."""
    with translated():
        return conn.execute(_Q["in_office"], [list(grid_ids)]).fetchall()


def vessel_names(conn: psycopg.Connection[Any], mmsi: Sequence[int]) -> dict[int, str]:
    """Names of those that have one."""
    with translated():
        return dict(conn.execute(_Q["vessel_names"], [list(mmsi)]).fetchall())


def vessel_spots(conn: psycopg.Connection[Any], mmsi: Sequence[int]) -> list[tuple[int, float, float]]:
    """MMSI, lon, lat (degrees) of the newest fixes of those that the account may see."""
    with translated():
        return conn.execute(_Q["vessel_spots"], [list(mmsi)]).fetchall()


def case_titles(conn: psycopg.Connection[Any], case_ids: Sequence[str]) -> dict[str, str]:
    """Titles of those that the account may read."""
    with translated():
        return dict(conn.execute(_Q["case_titles"], [list(case_ids)]).fetchall())


def _versions(conn: psycopg.Connection[Any], only: list[str] | None, at: datetime | None) -> list[GridVersion]:
    with translated(), conn.cursor(row_factory=class_row(GridVersion)) as cur:
        return cur.execute(_Q["versions"], {"only": only, "at": at}).fetchall()
