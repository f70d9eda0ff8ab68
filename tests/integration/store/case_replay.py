"""The log of a case and the case that it tells, by the pure machine alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from maritime_grid.cases.flow import CaseState, led_by, step
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.store.case_steps import Account, state_of
from maritime_grid.store.case_timers import TIMER
from maritime_grid.store.connect import command_pool
from maritime_grid.store.queries import load_queries

from .case_build import ask

Log = list[tuple[int, datetime, str, str, dict[str, Any]]]  # seq, at, who, what, said


def entries(dsn: str, case_id: str) -> Log:
    query = "select seq, at, who, what, said::jsonb from mg.case_log where case_id = %s order by seq"
    return ask(dsn, query, [case_id])  # pyright: ignore[reportReturnType]


def replayed(dsn: str, log: Log, may: Mapping[str, Account]) -> list[CaseState]:
    """The case after each entry of its log, by the pure machine."""
    (_, filed_at, reporter, _, said), *rest = log
    case_id = ask(dsn, "select case_id from mg.case_file")[0][0]
    told = tuple(body for (body,) in ask(dsn, "select to_body from mg.case_hop where to_body is not null"))
    case = CaseState(
        case_id, Kind.DISPUTE, Step.RECEIVED, 1, "T1-V", reporter, filed_at, told=told, major=said["major"]
    )
    states = [case]
    for seq, at, who, what, facts in rest:
        if who == TIMER:
            case = replace(case, version=case.version + 1, pauses=_gone_on(case, what, facts))
        else:
            own, unkept = may[who], {"name": facts.get("file"), "amendment": facts.get("changes"), "code": "unkept"}
            case = step(case, Act(what), own.actor, own.may, {**facts, **unkept}, at)
            case = _with_what_followed(case, Act(what), facts, at)
        assert (case.version, case.step) == (seq, facts.get("step", case.step)), (seq, what)
        states.append(case)
    return states


def _gone_on(case: CaseState, what: str, said: Mapping[str, Any]) -> tuple[tuple[datetime, datetime | None], ...]:
    """Its pauses, the last ended where time alone did so."""
    if what != Act.RESUME:
        return case.pauses
    return (*case.pauses[:-1], (case.pauses[-1][0], datetime.fromisoformat(said["until"])))


def _with_what_followed(case: CaseState, act: Act, said: Mapping[str, Any], at: datetime) -> CaseState:
    if act == Act.AMEND and "to" in said:
        case = led_by(case, said["to"], at)
    return replace(case, major=said["major"]) if act in {Act.AMEND, Act.ASSESS} else case


def stored(dsn: str, case_id: str) -> CaseState:
    with command_pool(dsn) as pool, pool.connection() as conn, conn.transaction():
        row = conn.execute(load_queries("cases")["hold_case"], [case_id]).fetchone()
    assert row
    return state_of(row)
