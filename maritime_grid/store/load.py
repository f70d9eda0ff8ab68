"""The engine's state, read back whole: restart is recovery."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from psycopg.rows import class_row, dict_row

from geofence.membership import MEMBERSHIP_DTYPES, MembershipState
from maritime_grid.domain.alerts import Alert, AlertKey, RuleName, Severity
from maritime_grid.domain.state import NEVER, EngineState, FeedState, VesselStatic

from .bincopy import Cursor, copy_out
from .columns import MEMBERSHIP, VESSEL, vessel_state
from .queries import load_queries

_Q = load_queries("state")


def load_state(cur: Cursor) -> EngineState:
    """All that the engine remembers, as of the last commit; one transaction of the caller's."""
    row = cur.execute(_Q["clock"]).fetchone()
    return EngineState(
        vessels=vessel_state(copy_out(cur, _Q["vessels"], VESSEL)),
        membership=_membership(cur),
        alerts={alert.key: alert for alert in _active_alerts(cur)},
        feeds={feed.code: feed for feed in _feeds(cur)},
        statics={static.mmsi: static for static in _statics(cur)},
        clock=int(row[0]) if row else NEVER,
    )


def alert_of(row: dict[str, Any]) -> Alert:
    """An alert from a row with its columns, times in microseconds."""
    key = AlertKey(RuleName(row["rule"]), row["mmsi"], row["place"])
    names = ("alert_id", "raised_at", "last_at", "active", "cleared_at", "received_at", "repeats", "grid", "lon", "lat")
    return Alert(
        key=key, severity=Severity(row["severity"]), detail=row["detail"] or None, **{name: row[name] for name in names}
    )


def _membership(cur: Cursor) -> MembershipState:
    data = copy_out(cur, _Q["membership"], MEMBERSHIP)
    data |= {"vessel": data["mmsi"], "fence": data["place"]}
    return MembershipState(**{name: data[name].astype(dtype) for name, dtype in MEMBERSHIP_DTYPES.items()})


def _active_alerts(cur: Cursor) -> list[Alert]:
    with cur.connection.cursor(row_factory=dict_row) as rows:
        return [alert_of(row) for row in rows.execute(_Q["alerts"])]


def _feeds(cur: Cursor) -> list[FeedState]:
    with cur.connection.cursor(row_factory=class_row(FeedState)) as rows:
        return [replace(feed, hourly=tuple(feed.hourly)) for feed in rows.execute(_Q["feeds"])]


def _statics(cur: Cursor) -> list[VesselStatic]:
    with cur.connection.cursor(row_factory=class_row(VesselStatic)) as rows:
        return rows.execute(_Q["statics"]).fetchall()
