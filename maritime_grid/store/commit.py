"""What one commit writes, step by step, inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import errors as pg

from geofence.membership import FenceEvents, MembershipState
from ingest.batch import Batch
from maritime_grid.domain.alerts import Alert
from maritime_grid.domain.state import Outcome, StoredPositions, VesselState

from .bincopy import Column, Cursor, copy_in
from .columns import EVENT, MEMBERSHIP, POSITION, VESSEL, pack_positions
from .jsonrows import clean_text, json_rows
from .queries import load_queries

_Q = load_queries("commit")
_DAY_US = 86_400_000_000
_HOUR_US = 3_600_000_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit added to the store."""

    stored: int  # positions
    duplicates: int  # positions that stood there already
    events: int
    alerts: int  # new ones
    rev: int  # number of the commit


def write_outcome(cur: Cursor, outcome: Outcome, cursors: Mapping[str, int]) -> Committed:
    """Write all of it; the transaction is the caller's."""
    row = cur.execute(_Q["tick"], [outcome.clock]).fetchone()
    assert row, "mg.engine_clock has one row"
    rev = int(row[0])
    stored = _write_positions(cur, outcome.positions)
    if stored:
        hours = np.unique(outcome.positions.t // _HOUR_US) * _HOUR_US
        cur.execute(_Q["hours_due"], [rev, hours.tolist()])
    _write_vessels(cur, outcome.vessels, rev)
    _write_membership(cur, outcome.membership, outcome.membership_of)
    events = _write_events(cur, outcome.events, rev)
    raised, changed = _write_alerts(cur, outcome.alerts, rev)
    _write_latest(cur, "upsert_statics", {s.mmsi: s for s in outcome.statics})
    _write_latest(cur, "upsert_feeds", {f.code: f for f in outcome.feeds})
    _write_reports(cur, outcome.batch)
    if cursors:
        rows = json.dumps([{"key": clean_text(key), "position": at} for key, at in cursors.items()])
        cur.execute(_Q["upsert_cursors"], {"rows": rows, "rev": rev})
    cur.execute(_Q["notify"], [json.dumps({"rev": rev, "alerts": changed, "events": events})])
    return Committed(stored, len(outcome.positions.t) - stored, events, raised, rev)


def days_of(t: NDArray[np.int64]) -> set[int]:
    """Days since the epoch, UTC, on which the times lie."""
    return set(np.unique(t // _DAY_US).tolist())


def make_days(cur: Cursor, days: set[int]) -> None:
    """Make the partitions of days since the epoch; those that are there stay."""
    cur.execute(_Q["make_days"], [[_EPOCH + timedelta(days=day) for day in sorted(days)]])


def _write_positions(cur: Cursor, rows: StoredPositions) -> int:
    """Plain COPY of what is new for certain; through a staging table what may stand there already."""
    if not len(rows.t):
        return 0
    data = pack_positions(rows)
    if not rows.late.any():
        return _copy_or_stage(cur, data)
    parts = [{name: values[mask] for name, values in data.items()} for mask in (~rows.late, rows.late)]
    return _copy_or_stage(cur, parts[0]) + _stage(cur, parts[1])


def _copy_or_stage(cur: Cursor, data: Mapping[str, NDArray[Any]]) -> int:
    try:
        with cur.connection.transaction():
            return copy_in(cur, "mg.position", POSITION, data)
    except pg.UniqueViolation:  # a batch that comes again, or a recording read twice
        return _stage(cur, data)


def _stage(cur: Cursor, data: Mapping[str, NDArray[Any]]) -> int:
    if not copy_in(cur, "pg_temp.position_in", POSITION, data):
        return 0
    cur.execute(_Q["insert_staged_positions"])
    stored = cur.rowcount
    cur.execute("truncate pg_temp.position_in")
    return stored


def _write_vessels(cur: Cursor, vessels: VesselState, rev: int) -> None:
    data = {column.name: getattr(vessels, column.name) for column in VESSEL}
    if copy_in(cur, "pg_temp.vessel_in", VESSEL, data):
        cur.execute(_Q["upsert_vessels"], [rev])


def _write_membership(cur: Cursor, rows: MembershipState, of: NDArray[np.int64]) -> None:
    if len(of):
        cur.execute(_Q["drop_membership"], [of.tolist()])
    copy_in(cur, "mg.membership", MEMBERSHIP, _by_place(rows, MEMBERSHIP))


def _by_place(rows: MembershipState | FenceEvents, spec: Sequence[Column]) -> dict[str, NDArray[Any]]:
    """Columns under the store's names: a vessel is its mmsi, a fence its place."""
    ours = {"mmsi": "vessel", "place": "fence"}
    return {column.name: getattr(rows, ours.get(column.name, column.name)) for column in spec}


def _write_events(cur: Cursor, events: FenceEvents, rev: int) -> int:
    if not copy_in(cur, "pg_temp.event_in", EVENT, _by_place(events, EVENT)):
        return 0
    cur.execute(_Q["insert_events"], [rev])
    return cur.rowcount


def _write_alerts(cur: Cursor, alerts: Sequence[Alert], rev: int) -> tuple[int, int]:
    """New alerts, and changed ones (new included)."""
    if not alerts:
        return 0, 0
    latest = {alert.alert_id: alert for alert in alerts}
    rows = [_flat(alert) for alert in latest.values()]
    row = cur.execute(_Q["upsert_alerts"], {"rows": json_rows(rows), "rev": rev}).fetchone()
    assert row, "a count gives a row"
    return int(row[0]), int(row[1])


def _flat(alert: Alert) -> dict[str, Any]:
    names = ("alert_id", "severity", "raised_at", "last_at", "active", "cleared_at", "received_at", "repeats", "grid")
    key = {"rule": alert.key.rule.value, "mmsi": alert.key.mmsi, "place": alert.key.place}
    return key | {n: getattr(alert, n) for n in (*names, "lon", "lat", "detail")}


def _write_latest(cur: Cursor, query: str, rows: Mapping[int, object]) -> None:
    if rows:
        cur.execute(_Q[query], {"rows": json_rows(rows.values())})


def _write_reports(cur: Cursor, batch: Batch) -> None:
    for query, rows in (
        ("insert_refusals", batch.refusals),
        ("insert_texts", batch.texts),
        ("insert_sos", batch.sos),
        ("insert_crew", batch.crew),
        ("insert_port_reports", batch.port_reports),
        ("insert_grid_reports", batch.grid_reports),
    ):
        if rows:
            cur.execute(_Q[query], {"rows": json_rows(rows)})
