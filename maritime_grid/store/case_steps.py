"""What commands and timers of cases share: rows to the flow's types and back, reports, entries of the archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from maritime_grid.cases.chain import said_of
from maritime_grid.cases.clocks import LEVELS, Level
from maritime_grid.cases.flow import Actor, CaseState, NotAllowed, StaleCase
from maritime_grid.cases.hops import Hop, HopFacts
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.cases.plan import Plan

from .errors import StoreError
from .jsonrows import clean
from .queries import load_queries

_Q = load_queries("cases")
SAME = (
    "case_id",
    "version",
    "step_since",
    "holder",
    "asked_s",
    "extended_s",
    "extensions",
    "major",
    "reopened",
    "rating",
)

ALONE = frozenset({Act.COMMENT, Act.ATTACH, Act.RECEIVE_HOP})  # nothing that others did makes these senseless

Connection = psycopg.Connection[DictRow]


class NoSuchCase(StoreError):  # noqa: N818  (the name others build against)
    """There is no such case, or none for this person: the two must look alike."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as commands need it."""

    actor: Actor
    may: frozenset[str]
    person_id: int | None


def account_of(conn: Connection, account_id: str) -> Account:
    """Raises: NotAllowed: there is no such account, or it is disabled."""
    row = conn.execute(_Q["actor"], [account_id]).fetchone()
    if row is None:
        raise NotAllowed(f"there is no account {account_id}", "log in again")
    actor = Actor(row["account_id"], row["name_shown"], row["role"], frozenset(row["units"]), row["body_id"])
    return Account(actor, frozenset(row["may"]), row["person_id"])


def hold_case(conn: Connection, case_id: str, who: Account) -> DictRow:
    """The case, locked; what is against a person is not there for that person."""
    row = conn.execute(_Q["hold_case"], [case_id]).fetchone()
    if row is None or (row["accused"] is not None and row["accused"] == who.person_id):
        raise NoSuchCase(f"there is no case {case_id}", "look it up in the list")
    near = row["unit_id"] in who.actor.units or row["reporter"] == who.actor.account_id
    body = who.actor.body_id
    if not near and (body is None or body not in {row["holder"], *row["joint"], *row["told"]}):
        raise NoSuchCase(f"there is no case {case_id}", "look it up in the list")
    return row


def state_of(row: DictRow) -> CaseState:
    pauses = tuple(
        (datetime.fromisoformat(begin), datetime.fromisoformat(end) if end else None) for begin, end in row["pauses"]
    )
    return CaseState(
        kind=Kind(row["kind"]),
        step=Step(row["state"]),
        joint=tuple(row["joint"]),
        reported=tuple(row["reported"]),
        told=tuple(row["told"]),
        pauses=pauses,
        **{name: row[name] for name in (*SAME, "unit_id", "reporter", "resolved_by")},
    )


def hop_facts(conn: Connection, case: CaseState, subkind: str, severity: int) -> HopFacts:
    """Who could be told of a matter of the unit that leads its grid."""
    rows = conn.execute(_Q["told_of"], {"unit": case.unit_id}).fetchall()
    units = {Level(row["level"]): row["id"] for row in rows if row["competence"] is None}
    bodies = _by_competence(rows)
    return HopFacts(case.case_id, case.kind, subkind, severity, units, bodies)


def bodies_of(conn: Connection, unit_id: str) -> dict[str, dict[Level, str]]:
    """Bodies that are competent in a unit: by competence, then by the level of their own."""
    return _by_competence(conn.execute(_Q["told_of"], {"unit": unit_id}).fetchall())


def _by_competence(rows: Sequence[DictRow]) -> dict[str, dict[Level, str]]:
    bodies: dict[str, dict[Level, str]] = {}
    for row in rows:
        if row["competence"] is not None:
            bodies.setdefault(row["competence"], {})[Level(row["level"])] = row["id"]
    return bodies


def nearest(bodies: Mapping[str, Mapping[Level, str]], competence: str, level: Level) -> str | None:
    """The body of a competence at a level, else at the next above that has one, else below; None: nowhere."""
    column = bodies.get(competence, {})
    k = LEVELS.index(level)
    return next((column[found] for found in (*LEVELS[k:], *reversed(LEVELS[:k])) if found in column), None)


def send_reports(conn: Connection, reports: Sequence[Hop]) -> None:
    """Write reports; those that were sent before stay as they are."""
    for hop in reports:
        conn.execute(_Q["add_hop"], {name: getattr(hop, name) for name in Hop.__dataclass_fields__})


def save_case(conn: Connection, plan: Plan, case: CaseState, at: datetime) -> None:
    """Write how the case stands, with its deadline, and until when its clock stands."""
    warn_at, due_at = plan.times(case) if case.is_open else (None, None)
    values = {name: getattr(case, name) for name in (*SAME, "is_open", "unit_id")}
    pauses = [[begin.isoformat(), end.isoformat() if end else None] for begin, end in case.pauses]
    conn.execute(
        _Q["change_case"],
        {**values, "state": case.step, "joint": list(case.joint), "pauses": Jsonb(pauses), "due_at": due_at,
         "warn_at": warn_at, "at": at},
    )  # fmt: skip
    conn.execute(_Q["keep_pause"], {"case_id": case.case_id, "until": plan.pause_until(case), "at": at})


def write_entry(
    conn: Connection, case_id: str, seq: int, at: datetime, who: str, what: str, facts: Mapping[str, Any]
) -> None:
    values = {"case_id": case_id, "seq": seq, "at": at, "who": who, "what": what, "said": said_of(clean(facts))}
    conn.execute(_Q["add_entry"], values)
    conn.execute(_Q["tell_change"], [case_id])


def refuse_stale(conn: Connection, case: CaseState, version: int | None, act: Act) -> None:
    """Raises: StaleCase: the form is of another version; it says what was done since."""
    if version == case.version or (version is None and act in ALONE):
        return
    since = conn.execute(_Q["since"], [case.case_id, version or 0]).fetchall()
    changes = ", ".join(f"{row['what']} by {row['who']}" for row in since[-5:])
    raise StaleCase(f"case {case.case_id} has changed since: {changes or 'it is at another version'}", "read it again")
