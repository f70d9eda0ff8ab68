"""What people read of alerts: as the account that asks, on a connection that has its database role.

Nothing here filters by who asks: the views of schema api do (migration 0018).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import asin, atan2, cos, degrees, radians, sin, sqrt
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row, dict_row

from .alert_rows import AlertCase, AlertStep, AlertView, MyAlert, Near, TrackPoint
from .queries import load_queries

_Q = load_queries("alert_reads")
MOST = 100  # rows of a page of a list
TRACK = timedelta(hours=2)  # before and after
LINK, MOST_LINKS = timedelta(days=3), 50  # before and after the matter of a case
NEAR_NM, NEAR_FRESH, NEAR_COUNT = 30.0, timedelta(minutes=30), 5
_EARTH_NM = 3440.065

Connection = psycopg.Connection[Any]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts of those that the account may read; None: any."""

    states: tuple[str, ...] | None = None
    levels: tuple[int, ...] | None = None
    rules: tuple[str, ...] | None = None
    grid: str | None = None


def list_alerts(conn: Connection, chosen: AlertFilter, *, most: int = MOST, skip: int = 0) -> list[MyAlert]:
    """Open ones first, worst and longest waiting first; then those that ended unseen; then the past, newest first."""
    params = {
        "states": _list(chosen.states), "levels": _list(chosen.levels), "rules": _list(chosen.rules),
        "grid": chosen.grid, "only": None, "most": most, "skip": skip,
    }  # fmt: skip
    return _rows(conn, MyAlert, "list", params)


def read_alert(conn: Connection, alert_id: str, now: datetime) -> AlertView | None:
    """One alert whole; None where there is none for this account."""
    params = {"states": None, "levels": None, "rules": None, "grid": None, "only": alert_id, "most": 1, "skip": 0}
    rows = _rows(conn, MyAlert, "list", params)
    if not rows:
        return None
    row = rows[0]
    until = min(row.raised_at + TRACK, now)
    return AlertView(
        row=row,
        log=_rows(conn, AlertStep, "log", [alert_id]),
        cases=_rows(conn, AlertCase, "cases", [alert_id]),
        track=_rows(conn, TrackPoint, "track", [alert_id, row.raised_at - TRACK, until]) if row.mmsi else [],
        near=_near(conn, alert_id, row.lon, row.lat, now) if row.lon is not None and row.lat is not None else [],
    )


def alerts_of_case(conn: Connection, case_id: str) -> list[MyAlert]:
    """Those of the alerts of a case that the account may read, the first raised first."""
    return _rows(conn, MyAlert, "of_case", [case_id])


def _near(conn: Connection, alert_id: str, lon: float, lat: float, now: datetime) -> list[Near]:
    """The nearest vessels with a fix of the last half hour, at most five within 30 nm of an alert.

    Args:
        conn: with the role of the account, which is to handle the alert.
        alert_id: none are found where it is over and somebody saw it.
        lon: of the alert, degrees.
        lat: degrees.
        now: aware.
    """
    with conn.cursor(row_factory=dict_row) as cur:
        found = cur.execute(_Q["near"], [alert_id, now - NEAR_FRESH]).fetchall()
    near = [Near(**row, **_way(lon, lat, row["lon"], row["lat"])) for row in found]
    return sorted((n for n in near if n.distance_nm <= NEAR_NM), key=lambda n: (n.distance_nm, n.mmsi))[:NEAR_COUNT]


def alerts_for_case(conn: Connection, case_id: str, grid: str | None, about: datetime) -> list[MyAlert]:
    """Alerts that may be linked to a case: of its vessels first, then of its grid, within some days of the matter.

    Args:
        conn: with the role of the account.
        case_id: the case.
        grid: that it lies in; None: in none.
        about: when the matter was, aware.
    """
    params = {"case_id": case_id, "grid": grid, "about": about, "since": about - LINK, "until": about + LINK,
              "most": MOST_LINKS}  # fmt: skip
    return _rows(conn, MyAlert, "for_case", params)


def alert_grids(conn: Connection) -> list[tuple[str, str, str | None]]:
    """Ids and names of the grids in which anything is open or unseen."""
    with conn.cursor(row_factory=dict_row) as cur:
        return [(row["id"], row["name_zh"], row["name_en"]) for row in cur.execute(_Q["grids"])]


def _way(lon0: float, lat0: float, lon1: float, lat1: float) -> dict[str, Any]:
    """Distance (nm) and first bearing (degrees true) along the great circle, on a sphere of the earth's mean radius."""
    a, b, turn = radians(lat0), radians(lat1), radians(lon1 - lon0)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(turn / 2) ** 2
    bearing = degrees(atan2(sin(turn) * cos(b), cos(a) * sin(b) - sin(a) * cos(b) * cos(turn)))
    return {"distance_nm": 2 * _EARTH_NM * asin(sqrt(half)), "bearing": bearing % 360}


def _list(values: tuple[Any, ...] | None) -> list[Any] | None:
    return None if values is None else list(values)


def _rows(conn: Connection, kind: type[Row], query: str, params: Any) -> list[Row]:
    with conn.cursor(row_factory=class_row(kind)) as cur:
        return cur.execute(_Q[query], params).fetchall()
