"""Steps of cases with their clocks, and who was late: written with each act, read as the account that asks.

A step is late from its deadline until it was done. Granting an extension afterwards does not undo what was late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import DictRow, class_row, dict_row

from maritime_grid.cases.clocks import LEVELS, Level
from maritime_grid.cases.flow import OF_BODY, Actor, CaseState
from maritime_grid.cases.kinds import Step
from maritime_grid.cases.plan import Plan

from .case_reads import CaseFilter, search_ids
from .queries import load_queries

_Q = load_queries("case_lateness")
BY = ("unit", "body", "account")  # by whom lateness is told
MOST_GROUPS = 500
EACH = 10  # late steps of one group on a page

Writing = psycopg.Connection[DictRow]
Reading = psycopg.Connection[Any]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a case; `late_s` seconds as of the moment of asking, 0 where it was in time."""

    seq: int
    step: str
    since: datetime
    until: datetime | None
    due_at: datetime | None
    late_s: float
    unit_id: str | None  # answers for it
    body_id: str | None  # was to take or handle it
    account_id: str | None  # had taken it, or did it in the end


@dataclass(frozen=True, slots=True)
class LateBrief:
    """One late step, as far as a list of groups shows it."""

    case_id: str
    title: str
    step: str
    done: bool
    late_s: float


@dataclass(frozen=True, slots=True)
class LateGroup:
    """A unit, a body or an account with its late steps; `who` None: nobody had taken them."""

    who: str | None
    name_zh: str | None
    name_en: str | None
    account_name: str | None  # by the level of who asks
    account_post: str | None
    n: int
    cases: int
    still: int  # stand late now
    with_body: int  # of a unit's: a body had the case
    late_s: float
    longest_s: float
    lines: list[LateBrief]  # the longest of them, those that stand late first; EACH at most


@dataclass(frozen=True, slots=True)
class LateLine:
    """One late step."""

    case_id: str
    seq: int
    kind: str
    title: str
    step: str
    since: datetime
    until: datetime | None
    due_at: datetime | None
    late_s: float
    unit_id: str | None
    body_id: str | None
    account_id: str | None
    account_name: str | None
    account_post: str | None
    who: str | None


@dataclass(frozen=True, slots=True)
class PauseGroup:
    """A unit, a body or an account whose clocks stood; `who` None: nobody had taken the steps."""

    who: str | None
    name_zh: str | None
    name_en: str | None
    account_name: str | None  # by the level of who asks
    n: int
    cases: int
    stand: int  # now
    paused_s: float  # seconds of all of them, nights and weekends too
    lines: list[dict[str, str | None]]  # those that stand: case_id, title, until (ISO 8601), cause; EACH at most


def enter_step(conn: Writing, plan: Plan, case: CaseState, account_id: str | None = None) -> None:
    """Note that a case has come to a step; nothing at its end."""
    if not case.is_open:
        return
    if case.step == Step.HANDLING and account_id is None:
        before = conn.execute(_Q["handled_by"], [case.case_id]).fetchone()
        account_id = before["account_id"] if before else None
    conn.execute(
        _Q["enter"],
        {
            "case_id": case.case_id, "seq": case.version, "step": case.step, "at": case.step_since,
            "due_at": plan.times(case)[1], "unit_id": _answering(conn, plan, case),
            "body_id": case.holder if case.step in OF_BODY else None, "account_id": account_id,
        },
    )  # fmt: skip


def follow_steps(
    conn: Writing, plan: Plan, before: CaseState, after: CaseState, moved: bool, actor: Actor, at: datetime
) -> None:
    """Note what an act did to the clock of the present step, or that it led to another.

    Args:
        conn: in the transaction of the act.
        plan: clocks.
        before: the case before the act.
        after: the case after it.
        moved: the act leads to a step, which may be the same again.
        actor: who did it.
        at: when.
    """
    led_anew = before.unit_id != after.unit_id
    if not moved and not (led_anew and before.step not in OF_BODY):
        if led_anew:
            conn.execute(_Q["answer"], {"case_id": after.case_id, "unit_id": _answering(conn, plan, after)})
        keep_clock(conn, plan, after, at)
        return
    theirs = before.step not in OF_BODY or (actor.body_id is not None and actor.body_id == before.holder)
    by = actor.account_id if theirs and actor.behind is None else None  # a code is no officer's
    conn.execute(_Q["leave"], {"case_id": after.case_id, "at": at, "account_id": by})
    taken = after.step == Step.HANDLING and before.step == Step.DISPATCHED
    enter_step(conn, plan, after, actor.account_id if taken else None)


def keep_clock(conn: Writing, plan: Plan, case: CaseState, at: datetime) -> None:
    """Write the deadline of the present step as it is now."""
    values = {"case_id": case.case_id, "at": at, "due_at": plan.times(case)[1] if case.is_open else None}
    conn.execute(_Q["set_clock"], values)


def _answering(conn: Writing, plan: Plan, case: CaseState) -> str | None:
    levels = {Level(row["level"]): row["unit_id"] for row in conn.execute(_Q["answering"], [case.unit_id])}
    return answering_unit(plan, case, levels)


def answering_unit(plan: Plan, case: CaseState, levels: dict[Level, str]) -> str | None:
    """The lowest unit that answers for the step, from the one that leads the grid up; else the highest there is."""
    least = LEVELS.index(plan.clocks[case.kind].answers[case.step])
    way = [levels[level] for level in LEVELS if level in levels]
    fit = (levels[level] for level in LEVELS[least:] if level in levels)
    return next(fit, way[-1] if way else None)


def steps_of(conn: Reading, case_id: str, at: datetime) -> list[StepRow]:
    """Steps of one case, in order; none where there is none for this account."""
    return _rows(conn, StepRow, _Q["steps"], {"case_id": case_id, "at": at})


def late_groups(conn: Reading, by: str, chosen: CaseFilter, since: datetime, at: datetime) -> list[LateGroup]:
    """Who was late.

    Args:
        conn: with the role of the account.
        by: one of BY.
        chosen: which cases; `states` are those of the late steps.
        since: aware; what was done before it does not count, what stands late does.
        at: aware, the moment of asking.
    """
    params = _params(conn, by, chosen, since, at) | {"most": MOST_GROUPS, "each": EACH}
    with conn.cursor(row_factory=dict_row) as cur:
        rows = cur.execute(_query("groups"), params).fetchall()
    return [LateGroup(lines=[LateBrief(**line) for line in row.pop("lines")], **row) for row in rows]


def pause_groups(conn: Reading, by: str, chosen: CaseFilter, since: datetime, at: datetime) -> list[PauseGroup]:
    """Whose clocks stood. Arguments as of `late_groups`; pauses that ended before `since` do not count."""
    params = _params(conn, by, chosen, since, at) | {"most": MOST_GROUPS, "each": EACH}
    return _rows(conn, PauseGroup, _Q["pauses"], params)


def late_lines(
    conn: Reading, by: str, chosen: CaseFilter, since: datetime, at: datetime, *, most: int
) -> list[LateLine]:
    """The late steps themselves, `most` at most. Other arguments as of `late_groups`."""
    return _rows(conn, LateLine, _query("lines"), _params(conn, by, chosen, since, at) | {"most": most})


def _query(name: str) -> LiteralString:
    return _Q[name].replace("{chosen}", _Q["chosen"])


def _params(conn: Reading, by: str, chosen: CaseFilter, since: datetime, at: datetime) -> dict[str, Any]:
    only = chosen.ids
    if chosen.keys:
        found = search_ids(conn, chosen)
        only = tuple(found) if only is None else tuple(set(found) & set(only))
    return {
        "by": by, "since": since, "at": at, "grid": chosen.grid,
        "states": None if chosen.states is None else list(chosen.states),
        "kinds": None if chosen.kinds is None else list(chosen.kinds),
        "only": None if only is None else list(only),
    }  # fmt: skip


def _rows(conn: Reading, kind: type[Row], query: LiteralString, params: dict[str, Any]) -> list[Row]:
    with conn.cursor(row_factory=class_row(kind)) as cur:
        return cur.execute(query, params).fetchall()
