"""Care of the store, in one task under one lock: partitions ahead, old data out, roll-up, packing, keys of cases.

The server's own schedulers are not used: this works in every edition and can be tested.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from .case_keys import key_old_cases
from .connect import connect
from .errors import translated
from .migrate import Edition, edition
from .queries import load_queries

_Q = load_queries("maintenance")
_HOURS_A_RUN = 2000  # roll-ups of a long replay go on in the next run
_PACKED = 36  # bytes a row of a unique index that are let be: 31 when just packed, 40 to 60 after a day of insertion

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How old is old, in days; the numbers and their reasons stand in config/default.toml. 0 keeps for ever."""

    position_days: int  # positions are dropped by whole days
    event_days: int  # events, and alerts that ended and no case refers to
    quarantine_days: int  # refusals
    partitions_ahead_days: int  # native layout: made before midnight needs them
    compress_after_days: int  # community edition of TimescaleDB: to the columnstore


@dataclass(slots=True)
class Report:
    """What one run did."""

    skipped: bool = False  # another process was at it
    partitions_made: int = 0
    partitions_dropped: int = 0
    hours_rolled_up: int = 0
    indexes_packed: int = 0
    chunks_converted: int = 0
    events_dropped: int = 0  # and alerts
    refusals_dropped: int = 0
    cases_keyed: int = 0  # those that an earlier program had keyed


def run_maintenance(dsn: str, now: datetime, upkeep: Upkeep) -> Report:
    """One run; any number of processes may ask for it, one does it.

    Args:
        dsn: the store.
        now: aware; what is old counts from here.
        upkeep: how old is old.

    Raises: StoreUnavailable, StoreError.
    """
    report = Report()
    with closing(connect(dsn, "maintenance")) as conn, translated():
        if not _value(conn, "lock"):
            report.skipped = True
            return report
        has = edition(conn)
        _drop_old(conn, now, upkeep, has, report)
        _roll_up(conn, report)
        if has.layout == "native":
            days = [now.date() + timedelta(days=k) for k in range(upkeep.partitions_ahead_days + 1)]
            report.partitions_made = _value(conn, "make_days", [days])
        _pack(conn, has, report)
        if has.columnstore:
            _convert(conn, now - timedelta(days=upkeep.compress_after_days), report)
        report.cases_keyed = key_old_cases(conn)
        conn.execute(_Q["unlock"])
    return report


def _drop_old(conn: Connection, now: datetime, upkeep: Upkeep, has: Edition, report: Report) -> None:
    if upkeep.position_days:
        before = now - timedelta(days=upkeep.position_days)
        native = has.layout == "native"
        report.partitions_dropped = _drop_days(conn, before) if native else _value(conn, "drop_chunks", [before])
        if report.partitions_dropped:
            conn.execute(_Q["forget_replays"])
    if upkeep.event_days:
        report.events_dropped = _value(conn, "drop_events", {"before": now - timedelta(days=upkeep.event_days)})
    if upkeep.quarantine_days:
        report.refusals_dropped = _value(conn, "drop_refusals", [now - timedelta(days=upkeep.quarantine_days)])


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


def _pack(conn: Connection, has: Edition, report: Report) -> None:
    """Rebuild the loose unique indexes, beside their use.

    Only the newest leaf of each vessel takes rows, so the rest stays packed: the running day comes here again each
    time it has grown by about a fifth, two dozen times a day.
    """
    for (index,) in conn.execute(_Q["half_packed"]).fetchall():
        conn.execute(sql.SQL("drop index {}").format(_name(index)))
    kind = "native" if has.layout == "native" else "chunks"
    for (index,) in conn.execute(_Q[f"loose_indexes_{kind}"], {"bytes_a_row": _PACKED}).fetchall():
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
