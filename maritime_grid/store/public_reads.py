"""What the public reads of grids (Art. 21): names, outlines, who is in office and how to reach them, hotlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from .people_reads import contacts
from .people_rows import ContactRow
from .queries import load_queries

_Q = load_queries("public_reads")


@dataclass(frozen=True, slots=True)
class PublicGrid:
    """A grid in force; texts may be empty, the English ones are Chinese where there is no other."""

    grid_id: str
    version: int
    name_zh: str
    name_en: str
    kind: str
    county_zh: str
    county_en: str
    unit_zh: str  # that leads it
    unit_en: str
    ports_zh: list[str]
    ports_en: list[str]
    geometry: dict[str, Any]  # GeoJSON, degrees lon, lat
    sample: bool


@dataclass(frozen=True, slots=True)
class Hotline:
    """A body with a telephone for the public."""

    body_id: str
    name_zh: str
    name_en: str
    hotline: str


@dataclass(frozen=True, slots=True)
class PublicGrids:
    """By county, unit and id; contacts of all grids, leaders first."""

    grids: list[PublicGrid]
    contacts: list[ContactRow]
    hotlines: list[Hotline]


def public_grids(conn: psycopg.Connection[Any], at: datetime) -> PublicGrids:
    """Grids in force at a moment with who is in office today, on the product's own connection."""
    with conn.cursor(row_factory=class_row(PublicGrid)) as cur:
        grids = cur.execute(_Q["grids"], {"at": at}).fetchall()
    with conn.cursor(row_factory=class_row(Hotline)) as cur:
        hotlines = cur.execute(_Q["hotlines"]).fetchall()
    return PublicGrids(grids, contacts(conn), hotlines)
