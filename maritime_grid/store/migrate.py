"""Migrations: numbered files, forward only, each in a transaction of its own, each once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import LiteralString, cast

import psycopg
from psycopg.rows import TupleRow, dict_row

from .errors import StoreError
from .queries import load_queries

_Q = load_queries("migrate")
_FILE = re.compile(r"(\d{4})_\w+\.sql")
_LAYOUT = re.compile(r"\A-- layout: (\w+)\n")
OLDEST, NEWEST = 15, 18  # major versions of PostgreSQL that the tests know

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Edition:
    """What the server can do beyond plain PostgreSQL."""

    layout: str  # "native" partitions, or "timescaledb" hypertables
    licence: str = ""  # of TimescaleDB: "apache", "timescale" (the community edition); empty without it
    version: str = ""  # of TimescaleDB

    @property
    def columnstore(self) -> bool:
        """Has columnstore and continuous aggregates."""
        return self.licence == "timescale"


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    text: str
    layout: str  # "native", "timescaledb", or empty for both

    @property
    def checksum(self) -> str:
        return sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All of them, in order of their numbers."""
    found: list[Migration] = []
    for file in files("maritime_grid.store").joinpath("migrations").iterdir():
        match = _FILE.fullmatch(file.name)
        if match:
            text = file.read_text(encoding="utf-8")
            layout = _LAYOUT.match(text)
            found.append(Migration(int(match[1]), file.name, text, layout[1] if layout else ""))
    return sorted(found, key=lambda m: m.number)


def migrate(conn: Connection, steps: Sequence[Migration] | None = None) -> list[str]:
    """Bring the database of an autocommit connection up to date; names of what was applied.

    Raises: StoreError: a migration that was applied has changed since, or is newer than this program.
    """
    todo = list(migrations() if steps is None else steps)
    conn.execute(_Q["lock"])
    try:
        with conn.transaction():
            conn.execute(_Q["prepare"])
        done = _applied(conn, todo)
        layout = _prepare_layout(conn)
        applied = [m.name for m in todo if m.number not in done and _apply(conn, m, layout)]
        conn.execute(_Q["set_rights"])
        return applied
    finally:
        if not conn.broken:
            conn.execute(_Q["unlock"])


def pending(conn: Connection) -> list[str]:
    """Names of migrations that were not applied yet."""
    row = conn.execute(_Q["has_ledger"]).fetchone()
    todo = migrations()
    done = _applied(conn, todo) if row and row[0] else set[int]()
    return [m.name for m in todo if m.number not in done]


def edition(conn: Connection) -> Edition:
    """What a migrated store has."""
    if not _truth(conn, "is_hypertable_layout"):
        return Edition("native")
    row = conn.execute(_Q["licence"]).fetchone() or (None, None)
    return Edition("timescaledb", licence=row[0] or "", version=row[1] or "")


def _apply(conn: Connection, step: Migration, layout: str) -> bool:
    """Apply one and note it; one meant for another layout is only noted."""
    meant = step.layout in ("", layout)
    with conn.transaction():
        if meant:
            conn.execute(cast("LiteralString", step.text))
        conn.execute(_Q["record"], {"number": step.number, "name": step.name, "checksum": step.checksum})
    return meant


def _applied(conn: Connection, todo: Sequence[Migration]) -> set[int]:
    known = {m.number: m for m in todo}
    rows = conn.execute(_Q["applied"]).fetchall()
    for number, name, checksum in rows:
        step = known.get(number)
        if step is None:
            raise StoreError(f"the store was migrated to {name}, which this program does not know", "use a newer one")
        if step.checksum != checksum:
            raise StoreError(
                f"migration {step.name} has changed since it was applied", "restore it; write a new migration instead"
            )
    return {row[0] for row in rows}


def _prepare_layout(conn: Connection) -> str:
    """The layout the store has, or will have; makes the extension where that is possible."""
    if _truth(conn, "is_native_layout"):
        return "native"
    with conn.cursor(row_factory=dict_row) as cur:
        server = cur.execute(_Q["server"]).fetchone() or {}
    if server["version"] < OLDEST * 10_000:
        raise StoreError(
            f"the server is PostgreSQL {server['version'] // 10_000}", f"use PostgreSQL {OLDEST} to {NEWEST}"
        )
    if not server["installed"] and server["loaded"] and server["permitted"]:
        conn.execute(_Q["create_extension"])
        return "timescaledb"
    return "timescaledb" if server["installed"] else "native"


def _truth(conn: Connection, query: str) -> bool:
    row = conn.execute(_Q[query]).fetchone()
    return bool(row and row[0])
