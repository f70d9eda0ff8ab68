"""Pauses of clocks 暂停计时: when each began, why, until when at the latest, and the end that comes by itself.

Deadlines do not wait for it: they are computed as if the clock went on at the latest moment (see cases.clocks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from maritime_grid.cases.flow import CaseState, IllegalAct
from maritime_grid.cases.kinds import Act
from maritime_grid.cases.plan import Plan

from .case_lateness import keep_clock
from .case_steps import Connection, save_case, write_entry
from .queries import load_queries

_Q = load_queries("cases")
TIMER = "timer"  # who it was, in the archive


def begin_pause(
    conn: Connection, plan: Plan, case: CaseState, by: str, facts: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """Note why and by whom the clock was stopped; what the archive is to say besides: until when at the latest.

    Args:
        conn: in the transaction of the act.
        plan: how long it may stand.
        case: after the act.
        by: account.
        facts: of the act: cause, reason.
        at: when.

    Raises: IllegalAct: it may not be stopped, or not so.
    """
    cause = str(facts["cause"])
    fault = plan.pause_fault(case, cause, str(facts.get("reason") or ""))
    until = plan.pause_until(case)
    if fault or until is None:
        raise IllegalAct(f"case {case.case_id}: {fault}")
    values = {"case_id": case.case_id, "seq": case.version, "at": at, "until": until, "cause": cause, "by": by}
    conn.execute(_Q["begin_pause"], values)
    return {"until": until.isoformat()}


def end_over(conn: Connection, plan: Plan, case: CaseState, at: datetime) -> CaseState:
    """The case with its clock going on, where its pause has lasted as long as it may; the archive says it as the timer.

    Whoever acts before the timer comes by does the same, so that nothing hangs on when that runs.
    """
    until = plan.pause_until(case)
    if until is None or until > at:
        return case
    ended = (*case.pauses[:-1], (case.pauses[-1][0], until))
    after = replace(case, version=case.version + 1, pauses=ended)
    save_case(conn, plan, after, at)
    keep_clock(conn, plan, after, at)
    write_entry(conn, case.case_id, after.version, at, TIMER, Act.RESUME, {"until": until.isoformat()})
    return after
