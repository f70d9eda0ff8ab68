"""How the account that asks stands to cases: its units, its part in the flow, what waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maritime_grid.cases.clocks import LEVELS, Level
from maritime_grid.cases.flow import Actor, CaseState
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.cases.plan import Plan
from maritime_grid.cases.waiting import waits_of
from maritime_grid.store.case_desk import Asker
from maritime_grid.store.case_rows import CaseRow, CaseView, LogRow
from maritime_grid.store.people_reads import units
from maritime_grid.store.people_rows import UnitRow

from .auth import Account


@dataclass(frozen=True, slots=True)
class Standing:
    """The account with all that its jurisdiction and role say."""

    account: Account
    asker: Asker
    actor: Actor
    units: Mapping[str, UnitRow]
    answers: Mapping[Step, Level]  # the level that answers for each step


def standing_of(conn: Any, account: Account, plan: Plan) -> Standing:
    """Read as the account itself, on a connection that has its role."""
    known = {unit.unit_id: unit for unit in units(conn)}
    below = tuple(unit.unit_id for unit in known.values() if unit.mine)
    own = known.get(account.unit_id or "")
    answers = plan.clocks[Kind.DISPUTE].answers
    waits = waits_of(Level(own.level) if own else None, account.acts, answers)
    asker = Asker(account.account_id, account.unit_id, below, account.body_id, waits)
    actor = Actor(account.account_id, account.name_shown, account.role, frozenset(below), account.body_id)
    return Standing(account, asker, actor, known, answers)


def unit_at_step(row: CaseRow, standing: Standing) -> UnitRow | None:
    """The unit whose turn it is: the lowest that answers for the step, from the one that leads the grid up."""
    leads = standing.units.get(row.unit_id or "")
    answering = standing.answers.get(Step(row.state))
    if leads is None or answering is None:
        return None
    way = [standing.units[unit] for unit in reversed(leads.path) if unit in standing.units]
    least = LEVELS.index(answering)
    return next((unit for unit in way if LEVELS.index(Level(unit.level)) >= least), way[-1] if way else None)


def state_of_view(case: CaseView) -> CaseState:
    """What the flow needs to know of a case, from what its reader was given."""
    row = case.row
    return CaseState(
        case_id=row.case_id,
        kind=Kind(row.kind),
        step=Step(row.state),
        version=row.version,
        unit_id=row.unit_id,
        reporter=case.reporter,
        step_since=row.step_since or row.opened_at,
        holder=row.holder,
        joint=tuple(case.joint),
        reported=tuple(sorted(parts_of(case))),
        told=tuple(hop.to_body for hop in case.hops if hop.to_body),
        pauses=_pauses(case),
        asked_s=case.asked_s,
        extended_s=case.extended_s,
        extensions=case.extensions,
        major=row.major,
        reopened=case.reopened,
        rating=case.rating,
        resolved_by=next((line.who for line in reversed(case.log) if line.what in {Act.RESOLVE, Act.REPORT}), ""),
    )


def parts_of(case: CaseView) -> dict[str, LogRow]:
    """What each body that handles it jointly reported last, since the case was given to its holder."""
    said: dict[str, LogRow] = {}
    for line in case.log:
        if line.what in {Act.DISPATCH, Act.TRANSFER}:
            said = {}
        elif line.what == Act.REPORT_PART:
            said[str(line.detail.get("body"))] = line
    return {body: said[body] for body in case.joint if body in said}


def _pauses(case: CaseView) -> tuple[tuple[datetime, datetime | None], ...]:
    """Those of the present step."""
    since = case.row.step_since or case.row.opened_at
    return tuple((pause.since, pause.ended_at) for pause in case.pauses if pause.since >= since)
