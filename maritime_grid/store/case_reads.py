"""What people read of cases: as the account that asks, on a connection that has its database role.

Nothing here filters by who asks: the views of schema api do (migration 0015).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row, dict_row

from maritime_grid.cases.chain import Entry

from .alert_reads import alerts_of_case
from .case_rows import AttachmentRow, CaseRow, CaseView, HopRow, LogRow, PartyRow, PartyVessel, PauseRow
from .queries import load_queries

_Q = load_queries("case_reads")
MOST = 200  # rows of a page of a list
FOUND = 500  # cases that a search gives at most

Connection = psycopg.Connection[Any]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases of those that the account may read; None: any."""

    states: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    grid: str | None = None
    holder: str | None = None
    overdue: bool = False
    paused: bool = False  # their clocks stand
    priority: int | None = None  # that and what comes before it, of open cases
    keys: tuple[str, ...] = ()  # of a search, see maritime_grid.cases.text
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class StepCount:
    """Open cases at a step."""

    state: str
    n: int
    overdue: int
    warned: int
    paused: int = 0


def list_cases(conn: Connection, chosen: CaseFilter, at: datetime, *, most: int = MOST, skip: int = 0) -> list[CaseRow]:
    """By priority, then by deadline; with a search the newest of what it finds.

    Args:
        conn: with the role of the account.
        chosen: which cases.
        at: aware; what is overdue counts from it.
        most: rows.
        skip: rows before.
    """
    only = _list(chosen.ids)
    if chosen.keys:
        found = search_ids(conn, chosen)
        only = found if only is None else [i for i in found if i in set(only)]
    params = {
        "states": _list(chosen.states), "kinds": _list(chosen.kinds), "grid": chosen.grid, "holder": chosen.holder,
        "overdue": chosen.overdue, "only": only, "at": at, "most": most, "skip": skip,
    }  # fmt: skip
    return _rows(conn, CaseRow, "list", params)


def counts(conn: Connection, at: datetime) -> list[StepCount]:
    """Open cases by step."""
    return _rows(conn, StepCount, "counts", {"at": at})


def read_case(conn: Connection, case_id: str, at: datetime) -> CaseView | None:
    """One case whole; None where there is none for this account."""
    params = {
        "states": None,
        "kinds": None,
        "grid": None,
        "holder": None,
        "overdue": False,
        "only": [case_id],
        "at": at,
    }
    rows = _rows(conn, CaseRow, "list", {**params, "most": 1, "skip": 0})
    if not rows:
        return None
    with conn.cursor(row_factory=dict_row) as cur:
        more = cur.execute(_Q["more"], [case_id]).fetchone()
        alerts = cur.execute(_Q["alerts"], [case_id]).fetchall()
    assert more, "read in the same transaction"
    return CaseView(
        row=rows[0],
        **more,
        parties=_parties(conn, case_id),
        log=_rows(conn, LogRow, "log", [case_id]),
        attachments=_rows(conn, AttachmentRow, "attachments", [case_id]),
        hops=_rows(conn, HopRow, "hops", [case_id]),
        alert_ids=[row["alert_id"] for row in alerts],
        pauses=_rows(conn, PauseRow, "pauses", [case_id]),
        alerts=alerts_of_case(conn, case_id) if alerts else [],
    )


def _parties(conn: Connection, case_id: str) -> list[PartyRow]:
    vessels: dict[int, list[PartyVessel]] = {}
    with conn.cursor(row_factory=dict_row) as cur:
        for row in cur.execute(_Q["vessels"], [case_id]):
            vessels.setdefault(row["n"], []).append(PartyVessel(row["mmsi"], row["ship_name"]))
    return [replace(row, vessels=vessels.get(row.n, [])) for row in _rows(conn, PartyRow, "parties", [case_id])]


def read_attachment(conn: Connection, case_id: str, seq: int) -> tuple[str, str, bytes] | None:
    """Name, media type and content of one attachment; None where there is none for this account."""
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_Q["attachment"], [case_id, seq]).fetchone()
    return (row["name"], row["media_type"], bytes(row["content"])) if row else None


def read_chain(conn: Connection, case_id: str) -> list[Entry]:
    """Entries of the archive of one case, as they were hashed; none where there is none for this account."""
    return _rows(conn, Entry, "chain", [case_id])


def bodies(conn: Connection) -> list[tuple[str, str, str | None]]:
    """Ids and names of all bodies."""
    with conn.cursor(row_factory=dict_row) as cur:
        return [(row["id"], row["name_zh"], row["name_en"]) for row in cur.execute(_Q["bodies"])]


def case_track(conn: Connection, case_id: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Positions of the vessels of a case: t, mmsi, lon, lat (degrees), sog (kn), cog (degrees true)."""
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_Q["track"], [case_id, since, until]).fetchall()


def search_ids(conn: Connection, chosen: CaseFilter, is_open: bool | None = None) -> list[str]:
    """Ids of the cases that hold all keys of the filter's search and are of its kinds and grid, newest first.

    Args:
        conn: with the role of the account.
        chosen: which cases; its other parts are for the list.
        is_open: only open ones, of which all are given, or only those that are over; None: both. But for open ones
            FOUND at most.
    """
    params = {"keys": list(chosen.keys), "open": is_open, "kinds": _list(chosen.kinds), "grid": chosen.grid}
    with conn.cursor(row_factory=dict_row) as cur:
        return [row["search_cases"] for row in cur.execute(_Q["search"], params | {"most": FOUND})]


def _list(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _rows(conn: Connection, kind: type[Row], query: str, params: Any) -> list[Row]:
    with conn.cursor(row_factory=class_row(kind)) as cur:
        return cur.execute(_Q[query], params).fetchall()
