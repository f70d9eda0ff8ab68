"""Care of the store, in one task under one lock: partitions ahead, old data out, roll-up, packing.

The server's own schedulers are not used: this works in every edition and can be tested.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from .connect import connect
from .errors import translated
from .migrate import Edition, edition
from .queries import load_queries

_Q = load_queries("maintenance")
_HOURS_A_RUN = 2000  # roll-ups of a long replay go on in the next run
_PACKED = 34  # bytes a row of a unique index; 28 when packed full, 40 to 60 after insertion in random order

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class MaintenanceSettings:
    """Numbers and reasons stand in config/default.toml."""

    retention_days: int = 0  # positions older than this are dropped; 0: kept for ever
    quarantine_days: int = 30  # refusals older than this are dropped; 0: kept for ever
    ahead_days: int = 3  # partitions made ahead
    columnstore_days: int = 3  # older chunks go to the columnstore where the edition has it


@dataclass(slots=True)
class Report:
    """What one run did."""

    skipped: bool = False  # another process was at it
    partitions_made: int = 0
    partitions_dropped: int = 0
    hours_rolled_up: int = 0
    indexes_packed: int = 0
    chunks_converted: int = 0
    refusals_dropped: int = 0
    notes: list[str] = field(default_factory=list[str])


def run_maintenance(dsn: str, now: datetime, settings: MaintenanceSettings) -> Report:
    """One run; any number of processes may ask for it, one does it.

    Args:
        dsn: the store.
        now: aware; what is old counts from here.
        settings: how old is old.

    Raises: StoreUnavailable, StoreError.
    """
    report = Report()
    with closing(connect(dsn, "maintenance")) as conn, translated():
        if not _value(conn, "lock"):
            report.skipped = True
            return report
        has = edition(conn)
        _drop_old(conn, now, settings, has, report)
        _roll_up(conn, report)
        if has.layout == "native":
            days = [now.date() + timedelta(days=k) for k in range(settings.ahead_days + 1)]
            report.partitions_made = _value(conn, "make_days", [days])
        _pack(conn, now, has, report)
        if has.columnstore:
            _convert(conn, now - timedelta(days=settings.columnstore_days), report)
        conn.execute(_Q["unlock"])
    return report


def _drop_old(conn: Connection, now: datetime, settings: MaintenanceSettings, has: Edition, report: Report) -> None:
    if settings.retention_days:
        before = now - timedelta(days=settings.retention_days)
        if has.layout == "native":
            report.partitions_dropped = _drop_days(conn, before)
        else:
            report.partitions_dropped = _value(conn, "drop_chunks", [before])
    if settings.quarantine_days:
        before = now - timedelta(days=settings.quarantine_days)
        report.refusals_dropped = _value(conn, "old_rows", {"quarantine": before})


def _drop_days(conn: Connection, before: datetime) -> int:
    """Taken off without stopping readers, then dropped; what a killed run left half done is ended first."""
    for part, pending in conn.execute(_Q["half_detached"]).fetchall():
        if pending:
            conn.execute(sql.SQL("alter table mg.position detach partition {} finalize").format(_name(part)))
        conn.execute(sql.SQL("drop table {}").format(_name(part)))
    parts = [row[0] for row in conn.execute(_Q["native_days_before"], [before.date()])]
    for part in parts:
        conn.execute(sql.SQL("alter table mg.position detach partition {} concurrently").format(_name(part)))
        conn.execute(sql.SQL("drop table {}").format(_name(part)))
    return len(parts)


def _roll_up(conn: Connection, report: Report) -> None:
    for hour, rev in conn.execute(_Q["due_hours"], [_HOURS_A_RUN]).fetchall():
        with conn.transaction():
            conn.execute(_Q["roll_up"], {"hour": hour})
            conn.execute(_Q["rolled_up"], {"hour": hour, "rev": rev})
        report.hours_rolled_up += 1


def _pack(conn: Connection, now: datetime, has: Edition, report: Report) -> None:
    """Rebuild the loose unique indexes of closed days, beside their use."""
    kind = "native" if has.layout == "native" else "chunks"
    for (part,) in conn.execute(_Q[f"analyze_{kind}"]).fetchall():
        conn.execute(sql.SQL("analyze {}").format(_name(part)))
    params = {"day": now.date(), "bytes_a_row": _PACKED}
    for (index,) in conn.execute(_Q[f"loose_indexes_{kind}"], params).fetchall():
        conn.execute(sql.SQL("reindex index concurrently {}").format(_name(index)))
        report.indexes_packed += 1


def _convert(conn: Connection, before: datetime, report: Report) -> None:
    """Columnstore and continuous aggregate, in the community edition of TimescaleDB only."""
    if not _value(conn, "has_columnstore"):
        conn.execute(_Q["enable_columnstore"])
    for (chunk,) in conn.execute(_Q["chunks_to_convert"], [before]).fetchall():
        conn.execute(_Q["convert_chunk"], [chunk])
        report.chunks_converted += 1
    if not _value(conn, "has_aggregate"):
        conn.execute(_Q["make_aggregate"])
    conn.execute(_Q["refresh_aggregate"], [None, before])


def _name(qualified: LiteralString) -> sql.SQL:
    """A name as the server itself quoted it (regclass to text)."""
    return sql.SQL(qualified)


def _value(conn: Connection, query: str, params: Any = None) -> Any:
    row = conn.execute(_Q[query], params).fetchone()
    return row[0] if row else None
