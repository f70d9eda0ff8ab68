"""What is read of units, people, posts, teams, badges and training, through schema api alone.

Plain functions on a connection, so that they run under the role of an account: rows and fields beyond it do not come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
import psycopg
from psycopg.rows import class_row, dict_row

from geofence.geodesy import geodesic_m
from maritime_grid.domain.badges import Standing, tidy, well_formed
from maritime_grid.domain.people import BEIJING, Post, Staffing, Term, day_of, staffing

from .errors import translated
from .people_rows import (
    BadgeCheck,
    BadgeRow,
    BodyRow,
    ContactRow,
    MemberRow,
    MembershipRow,
    PersonInFull,
    PersonRow,
    PostRow,
    TeamRow,
    TrainingRow,
    UnitRow,
)
from .queries import load_queries

_Q = load_queries("people_reads")
METRES_PER_NM = 1852.0

Connection = psycopg.Connection[Any]
Row = TypeVar("Row")


def units(conn: Connection) -> list[UnitRow]:
    """The tree, each unit after the one above."""
    return _rows(conn, UnitRow, "units")


def bodies(conn: Connection) -> list[BodyRow]:
    return _rows(conn, BodyRow, "bodies")


def body_for(conn: Connection, competence: str, unit_id: str) -> str | None:
    """The body of a competence nearest to a unit, up the tree from it; None: there is none."""
    row = _row(conn, "body_for", {"competence": competence, "unit": unit_id})
    return row["body_id"] if row else None


def posts(
    conn: Connection, *, grid_id: str | None = None, person_id: int | None = None, on: date | None = None
) -> list[PostRow]:
    """Terms of office, of one grid or person or of all, in force on a day or of all times."""
    return _rows(conn, PostRow, "posts", {"grid": grid_id, "person": person_id, "on": on})


def led_grids(conn: Connection) -> list[str]:
    """Ids of the grids that units of who asks lead."""
    with translated(), conn.cursor(row_factory=dict_row) as cur:
        return [row["grid_id"] for row in cur.execute(_Q["led_grids"])]


def contacts(conn: Connection, grid_id: str | None = None) -> list[ContactRow]:
    """Who is in office today and how to reach them; for everybody (Art. 21)."""
    return _rows(conn, ContactRow, "contacts", {"grid": grid_id})


def completeness(conn: Connection, on: date, *, soon_days: int, unit_id: str | None = None) -> list[Staffing]:
    """What each grid lacks on a day, of the jurisdiction of who asks, or of one unit within it.

    Grids count in the version in force at noon of that day, Beijing time.
    """
    noon = datetime(on.year, on.month, on.day, 12, tzinfo=BEIJING)
    with translated(), conn.cursor(row_factory=dict_row) as cur:
        found = cur.execute(_Q["kinds_of_grids"], {"unit": unit_id, "at": noon}).fetchall()
    last = on + timedelta(days=soon_days)
    terms = [replace(t, post=Post(t.post)) for t in _rows(conn, Term, "terms", {"on": on, "last": last})]
    return staffing({row["grid_id"]: row["kind"] for row in found}, terms, on, soon_days)


def teams(
    conn: Connection, *, skill: str | None = None, unit_id: str | None = None, part: str | None = None,
    team_id: str | None = None, near: tuple[float, float] | None = None,
) -> list[TeamRow]:  # fmt: skip
    """Service teams by skill and unit, and by a part of their name, craft or terms; or one of them.

    What their members can do and bring counts as theirs. With `near` (lon, lat in degrees) the nearest come first,
    unplaced ones last.
    """
    asked = {"skill": skill, "unit": unit_id, "part": part or None, "team": team_id}
    found = _rows(conn, TeamRow, "teams", asked)
    if near is None:
        return found
    told = [replace(team, distance_nm=_distance_nm(team, near)) for team in found]
    return sorted(told, key=lambda team: (team.distance_nm is None, team.distance_nm or 0.0))


def team_members(conn: Connection, team_id: str) -> list[MemberRow]:
    return _rows(conn, MemberRow, "team_members", [team_id])


def memberships(conn: Connection, person_id: int) -> list[MembershipRow]:
    """The teams that somebody is in, or was."""
    return _rows(conn, MembershipRow, "memberships", [person_id])


def people(
    conn: Connection, *, part: str | None = None, unit_id: str | None = None, limit: int = 500
) -> list[PersonRow]:
    """People whom the account may see, by staff number or a part of the name as it sees it, and by unit."""
    return _rows(conn, PersonRow, "people", {"part": part or None, "unit": unit_id, "person": None, "limit": limit})


def person(conn: Connection, person_id: int) -> PersonRow | None:
    """One person as the account sees him or her; None: there is none, or none for this account."""
    found = _rows(conn, PersonRow, "people", {"part": None, "unit": None, "person": person_id, "limit": 1})
    return found[0] if found else None


def badges(conn: Connection, person_id: int | None = None) -> list[BadgeRow]:
    return _rows(conn, BadgeRow, "badges", {"person": person_id})


def training(conn: Connection, person_id: int | None = None) -> list[TrainingRow]:
    return _rows(conn, TrainingRow, "training", {"person": person_id})


def check_badge(conn: Connection, number: str, at: datetime) -> BadgeCheck:
    """Whether a badge holds, for anybody who was shown it: name, post and grid, and nothing else."""
    number = tidy(number)
    if not well_formed(number):
        return BadgeCheck(Standing.MISTYPED)
    row = _row(conn, "check_badge", {"number": number, "day": day_of(at)})
    if row is None:
        return BadgeCheck(Standing.UNKNOWN)
    names = (row[name] for name in ("name_shown", "post", "grid_id", "grid_zh", "grid_en"))
    return BadgeCheck(Standing(row["standing"]), *names)


def read_person(conn: Connection, person_id: int, purpose: str) -> PersonInFull | None:
    """One person in full; the log says who read it and why. None: there is none, or none for this account.

    Args:
        conn: under an account's role, in a transaction that may write, which the caller must let stand.
        person_id: the person.
        purpose: in the reader's words.

    Raises: StoreError: the role may not, or the purpose is empty.
    """
    found = _rows(conn, PersonInFull, "read_person", {"person": person_id, "purpose": purpose})
    return found[0] if found else None


def _distance_nm(team: TeamRow, near: tuple[float, float]) -> float | None:
    if team.lon is None or team.lat is None:
        return None
    lon, lat, to_lon, to_lat = (np.array([value]) for value in (*near, team.lon, team.lat))
    return float(geodesic_m(lon, lat, to_lon, to_lat)[0]) / METRES_PER_NM


def _rows(conn: Connection, kind: type[Row], query: str, params: Any = None) -> list[Row]:
    with translated(), conn.cursor(row_factory=class_row(kind)) as cur:
        return cur.execute(_Q[query], params).fetchall()


def _row(conn: Connection, query: str, params: Mapping[str, Any]) -> dict[str, Any] | None:
    with translated(), conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_Q[query], params).fetchone()
