"""What time alone does to cases (Art. 26, 28): clocks go on that stood as long as they may, overdue steps go up,
reports not received tell the next.

Each case is one transaction of its own. Run often or seldom, by one process or several: what is written is the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow

from maritime_grid.cases.clocks import LEVELS
from maritime_grid.cases.hops import Hop
from maritime_grid.cases.plan import Plan

from .case_lateness import keep_clock
from .case_pauses import TIMER, end_over
from .case_steps import Connection, hop_facts, save_case, send_reports, state_of, write_entry
from .errors import translated
from .queries import load_queries

log = logging.getLogger(__name__)
_Q = load_queries("cases")


@dataclass(slots=True)
class TimersDone:
    resumed: int = 0
    escalated: int = 0
    reports_sent: int = 0
    failed: list[str] = field(default_factory=list)  # cases on which the program failed: the others do not wait


def run_timers(lend: Callable[[], AbstractContextManager[Connection]], plan: Plan, at: datetime) -> TimersDone:
    """All that is due at a moment.

    Args:
        lend: the product's own connections.
        plan: what the configuration says.
        at: aware.

    Raises: StoreUnavailable, StoreError.
    """
    done = TimersDone()
    with translated(), lend() as conn:
        over = [row["case_id"] for row in conn.execute(_Q["pauses_over"], [at])]
        for case_id in over:
            with _alone(conn, case_id, done):
                done.resumed += _go_on(conn, plan, case_id, at)
        overdue = [row["case_id"] for row in conn.execute(_Q["overdue_cases"], [at])]
        late = [row["case_id"] for row in conn.execute(_Q["late_hops"], [at])]
        for case_id in overdue:
            with _alone(conn, case_id, done):
                done.escalated += _escalate(conn, plan, case_id, at)
        for case_id in late:
            with _alone(conn, case_id, done):
                done.reports_sent += _report_on(conn, plan, case_id, at)
    return done


@contextmanager
def _alone(conn: Connection, case_id: str, done: TimersDone) -> Generator[None]:
    """A transaction of one case; what fails in it stays with it, unless the store itself is away."""
    try:
        with conn.transaction():
            yield
    except psycopg.OperationalError:
        raise
    except Exception:
        log.exception("time cannot act on case %s", case_id)
        done.failed.append(case_id)


def _go_on(conn: Connection, plan: Plan, case_id: str, at: datetime) -> int:
    """Whether its clock goes on; where it may stand longer by now, until when is written anew."""
    case = state_of(_held(conn, case_id))
    after = end_over(conn, plan, case, at)
    if after == case:
        save_case(conn, plan, case, at)
        keep_clock(conn, plan, case, at)
    return after.version - case.version


def _escalate(conn: Connection, plan: Plan, case_id: str, at: datetime) -> int:
    row = _held(conn, case_id)
    case = state_of(row)
    units = hop_facts(conn, case, row["subkind"], row["severity"]).units
    lowest = next((level for level in LEVELS if level in units), LEVELS[-1])
    been = {r["unit_id"] for r in conn.execute(_Q["escalated"], [case_id, case.step_since])}
    version = case.version
    for level, moment in plan.escalations(case, lowest, at):
        unit = units.get(level)
        if unit is None or unit in been:
            continue
        version += 1
        up = {"case_id": case_id, "step_since": case.step_since, "unit_id": unit, "at": moment}
        conn.execute(_Q["escalate"], up)
        _note(conn, case_id, version, at, "escalate", {"to": unit, "step": case.step, "due": moment.isoformat()}, unit)
    return version - case.version


def _report_on(conn: Connection, plan: Plan, case_id: str, at: datetime) -> int:
    row = _held(conn, case_id)
    case = state_of(row)
    if not case.is_open:
        return 0
    rows = conn.execute(_Q["hops"], [case_id]).fetchall()
    sent = [Hop(**{name: r[name] for name in Hop.__dataclass_fields__}) for r in rows]
    receipts = {r["hop_id"]: r["received_at"] for r in rows if r["received_at"]}
    due = plan.reports_due(hop_facts(conn, case, row["subkind"], row["severity"]), sent, receipts, at)
    send_reports(conn, due.opened)
    for n, hop in enumerate(due.opened, 1):
        told = {"to": hop.to_unit or hop.to_body, "after": hop.after}
        _note(conn, case_id, case.version + n, at, "report_on", told, None)
    return len(due.opened)


def _held(conn: Connection, case_id: str) -> DictRow:
    row = conn.execute(_Q["hold_case"], [case_id]).fetchone()
    assert row, "cases are never removed"
    return row


def _note(
    conn: Connection, case_id: str, version: int, at: datetime, what: str, facts: dict[str, Any], unit: str | None
) -> None:
    conn.execute(_Q["go_on"], {"case_id": case_id, "version": version, "at": at, "escalated": unit})
    write_entry(conn, case_id, version, at, TIMER, what, facts)
