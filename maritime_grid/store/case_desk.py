"""The list and the board of cases, as the account that asks, on a connection that has its database role.

Nothing here decides who reads what: the views of schema api do (migration 0015).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import class_row, dict_row

from maritime_grid.cases.kinds import OPEN_STEPS
from maritime_grid.cases.waiting import Waits

from .case_reads import CaseFilter, StepCount, list_cases, search_ids
from .case_rows import CaseRow
from .queries import load_queries

_Q = load_queries("case_desk")
MOST_REPORTS = 50

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as it decides what waits for it."""

    account_id: str
    unit_id: str | None
    units: tuple[str, ...]  # its unit and all below
    body_id: str | None
    waits: Waits

    @property
    def who(self) -> dict[str, Any]:
        """As parameters of queries."""
        return {"account": self.account_id, "unit": self.unit_id, "units": list(self.units), "body": self.body_id}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list: rows, ids of those that wait for the asker, how many there are in all, ids of those of which
    a report waits for the asker's receipt.

    `total` is None where only the next page is known to be there (`more`): cases that are over are not counted.
    """

    rows: list[CaseRow]
    waiting: frozenset[str]
    total: int | None
    more: bool
    reports: frozenset[str] = frozenset()


def list_page(
    conn: Connection,
    asker: Asker,
    chosen: CaseFilter,
    at: datetime,
    *,
    mine: bool = False,
    by_deadline: bool = False,
    most: int,
    skip: int = 0,
) -> Found:
    """A page of cases in the order in which the asker is to do them; of those that are over, the newest first.

    What waits for the asker comes first, then by priority, then by deadline (decision 0112).

    Args:
        conn: with the role of the account.
        asker: the account.
        chosen: which cases; states that are over are listed where nothing but them is asked for.
        at: aware; what is overdue counts from it.
        mine: only what waits for the asker.
        by_deadline: whatever the priority.
        most: rows.
        skip: rows before.
    """
    over = over_only(chosen)
    params: dict[str, Any] = _params(conn, asker, chosen, at, is_open=not over) | {
        "mine": mine,
        "by_deadline": by_deadline,
        "most": most + 1,
        "skip": skip,
    }
    with conn.cursor(row_factory=dict_row) as cur:
        found = cur.execute(_query("past_ids" if over else "open_ids"), params).fetchall()
    ids = [row["case_id"] for row in found[:most]]
    by_id = {row.case_id: row for row in list_cases(conn, CaseFilter(ids=tuple(ids)), at, most=most)} if ids else {}
    waiting = frozenset(row["case_id"] for row in found if row["waits"])
    total = None if over else (found[0]["total"] if found else 0)
    rows = [by_id[i] for i in ids if i in by_id]
    return Found(rows, waiting, total, len(found) > most, frozenset(params["reports"]))


def scopes(conn: Connection, asker: Asker, chosen: CaseFilter, at: datetime) -> dict[str, int]:
    """How many open cases the filter lets through: `open`, that wait for the asker `mine`, `overdue`, `paused`."""
    states = None if over_only(chosen) else chosen.states
    params = _params(conn, asker, replace(chosen, states=states, overdue=False, paused=False), at)
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_query("scopes"), params).fetchone()
    assert row, "counts"
    return row


def over_only(chosen: CaseFilter) -> bool:
    """Whether nothing but cases that are over is asked for."""
    return chosen.states is not None and not OPEN_STEPS.intersection(chosen.states)


def columns(conn: Connection, asker: Asker, chosen: CaseFilter, at: datetime) -> list[StepCount]:
    """Open cases at each step, of those that the filter lets through; its own steps do not count."""
    params = _params(conn, asker, replace(chosen, states=None), at)
    with conn.cursor(row_factory=class_row(StepCount)) as cur:
        return cur.execute(_Q["columns"], params).fetchall()


def grids(conn: Connection) -> list[tuple[str, str, str | None]]:
    """Ids and names of all grids."""
    with conn.cursor(row_factory=dict_row) as cur:
        return [(row["id"], row["name_zh"], row["name_en"]) for row in cur.execute(_Q["grids"])]


def pulse(conn: Connection) -> str:
    """A text that changes with anything that the list of the account shows."""
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_Q["pulse"]).fetchone()
    assert row, "counts"
    return f"{row['n']}/{row['changed_at']}"


def version_of(conn: Connection, case_id: str) -> int | None:
    """The case's present version; None where there is none for this account."""
    with conn.cursor(row_factory=dict_row) as cur:
        row = cur.execute(_Q["version"], [case_id]).fetchone()
    return row["version"] if row else None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report of a major matter that was not received yet."""

    hop_id: str
    case_id: str
    title: str
    due_at: datetime


def reports_waiting(
    conn: Connection, unit_id: str | None, body_id: str | None, most: int = MOST_REPORTS
) -> list[ReportRow]:
    """Reports of open cases that this very unit or body is to receive, the first due first."""
    with conn.cursor(row_factory=class_row(ReportRow)) as cur:
        return cur.execute(_Q["reports_waiting"], {"unit": unit_id, "body": body_id, "most": most}).fetchall()


@dataclass(frozen=True, slots=True)
class Worker:
    """An account that did something with a case, and the unit or body that it works for."""

    account_id: str
    name_shown: str
    role: str
    works_for: str | None
    works_for_en: str | None = None


def people_of(conn: Connection, case_id: str) -> dict[str, Worker]:
    """Accounts that did something with the case, by their id."""
    with conn.cursor(row_factory=class_row(Worker)) as cur:
        return {row.account_id: row for row in cur.execute(_Q["people"], [case_id])}


@dataclass(frozen=True, slots=True)
class PartyInFull:
    name: str
    phone: str
    id_number: str


def read_party(conn: Connection, case_id: str, n: int, purpose: str) -> PartyInFull | None:
    """Personal data of one party in full; the log says who read it and why. None: there is none for this account.

    Args:
        conn: under an account's role, in a transaction that may write, which the caller must let stand.
        case_id: the case.
        n: number of the party.
        purpose: in the reader's words.

    Raises: StoreError: the role may not, or the purpose is empty.
    """
    with conn.cursor(row_factory=class_row(PartyInFull)) as cur:
        return cur.execute(_Q["read_party"], [case_id, n, purpose]).fetchone()


def _query(name: str) -> LiteralString:
    return _Q[name].replace("{waits}", _Q["waits"]).replace("{rank}", _Q["rank"])


def _params(
    conn: Connection, asker: Asker, chosen: CaseFilter, at: datetime, *, is_open: bool = True
) -> dict[str, Any]:
    ids = chosen.ids
    if chosen.keys:
        found = search_ids(conn, chosen, is_open)
        ids = tuple(found) if ids is None else tuple(set(found) & set(ids))
    waits = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(asker.waits).items()}
    return {
        **asker.who, **waits, "parts": _parts_open(conn, asker),
        "reports": _reports_open(conn, asker.who) if asker.waits.receives else [], "at": at,
        "states": None if chosen.states is None else list(chosen.states),
        "kinds": None if chosen.kinds is None else list(chosen.kinds),
        "grid": chosen.grid, "overdue": chosen.overdue, "paused": chosen.paused, "priority": chosen.priority,
        "only": None if ids is None else list(ids),
    }  # fmt: skip


def _parts_open(conn: Connection, asker: Asker) -> list[str]:
    if asker.body_id is None or not asker.waits.joined:
        return []
    with conn.cursor(row_factory=dict_row) as cur:
        found = cur.execute(_Q["parts_open"], {"body": asker.body_id, "joined": list(asker.waits.joined)})
        return [row["case_id"] for row in found]


def _reports_open(conn: Connection, who: dict[str, Any]) -> list[str]:
    with conn.cursor(row_factory=dict_row) as cur:
        return [row["case_id"] for row in cur.execute(_Q["reports_open"], who)]
