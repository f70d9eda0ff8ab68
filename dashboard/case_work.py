"""Doing something with a case from a page: once, however often the button is pressed, never over what others did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maritime_grid.cases.flow import StaleCase, acts_open
from maritime_grid.cases.kinds import Act
from maritime_grid.cases.plan import Plan
from maritime_grid.store.alert_reads import alerts_for_case
from maritime_grid.store.alert_rows import MyAlert
from maritime_grid.store.case_desk import Worker, people_of
from maritime_grid.store.case_lateness import StepRow, steps_of
from maritime_grid.store.case_proposing import Proposal
from maritime_grid.store.case_reads import bodies, read_case
from maritime_grid.store.case_rows import CaseView, LogRow
from maritime_grid.store.case_steps import NoSuchCase

from .auth import Account
from .desk import Desk
from .standing import Standing, standing_of, state_of_view

AGAIN = 3  # a comment is written over that of another so often


class Changed(StaleCase):
    """The case has changed since the form was opened, and this is how. Exit code 2."""

    def __init__(self, error: StaleCase, case: CaseView, since: Sequence[LogRow]) -> None:
        super().__init__(error.what, error.mend)
        self.case, self.since = case, since


@dataclass(frozen=True, slots=True)
class Opened:
    """One case with what its page needs beside it."""

    case: CaseView
    standing: Standing
    people: Mapping[str, Worker]
    bodies: Mapping[str, tuple[str, str | None]]  # names in Chinese and English
    steps: Sequence[StepRow] = ()  # with their clocks, in order


def open_case(desk: Desk, account: Account, case_id: str) -> Opened:
    """Raises: NoSuchCase: there is none, or none for this account."""
    with desk.reads.as_account(account.account_id) as conn:
        case = read_case(conn, case_id, desk.now())
        if case is None:
            raise NoSuchCase(f"there is no case {case_id}", "look it up in the list")
        named = {body: (zh, en) for body, zh, en in bodies(conn)}
        steps = steps_of(conn, case_id, desk.now())
        return Opened(case, standing_of(conn, account, desk.plan), people_of(conn, case_id), named, steps)


def proposal(desk: Desk, account: Account, case_id: str) -> Proposal | None:
    """To whom the case may be dispatched, for an account that reads it."""
    open_case(desk, account, case_id)
    return desk.cases.propose(case_id)


def linkable(desk: Desk, account: Account, case: CaseView) -> list[MyAlert]:
    """Alerts of the reader's that the case may be about as well."""
    about = case.happened_at or case.row.opened_at
    with desk.reads.as_account(account.account_id) as conn:
        return alerts_for_case(conn, case.row.case_id, case.row.grid_id, about)


def do(desk: Desk, account: Account, case_id: str, version: int, act: Act, facts: Mapping[str, Any]) -> bool:
    """Do it; whether it had been done by the same form before.

    Args:
        desk: what the pages work with.
        account: by whom.
        case_id: the case.
        version: of the case when the form was opened.
        act: what.
        facts: what the act needs.

    Raises: Changed: others did something meanwhile, and nothing was done; and what `Cases.act` raises.
    """
    at = version
    for _ in range(AGAIN):
        try:
            desk.cases.act(case_id, at, act, account.account_id, facts, desk.now())
        except StaleCase as error:
            case = open_case(desk, account, case_id).case
            since = [row for row in case.log if row.seq > version]
            if done_before(since, account.account_id, act, facts):
                return True
            if act != Act.COMMENT:
                raise Changed(error, case, since) from error
            at = case.row.version
        else:
            return False
    raise StaleCase(f"case {case_id} changes all the time", "send it again")


def receive(desk: Desk, account: Account, case_id: str, hop: str) -> None:
    """Confirm a report of a major matter. Raises: what `Cases.act` raises."""
    hops = {row.hop_id: row for row in open_case(desk, account, case_id).case.hops}
    if hop in hops and hops[hop].received_at is None:
        desk.cases.act(case_id, None, Act.RECEIVE_HOP, account.account_id, {"hop": hop}, desk.now())


def done_before(since: Sequence[LogRow], account_id: str, act: Act, facts: Mapping[str, Any]) -> bool:
    """Whether the entries since the form was opened hold the very same act of the same account.

    Of an amendment the archive keeps what it changed, and the key of the form that said so.
    """
    return any(
        row.who == account_id
        and row.what == act
        and all(row.detail.get(name) == value for name, value in facts.items() if name != "amendment")
        for row in since
    )


def acts_of(opened: Opened, plan: Plan, at: datetime) -> tuple[Act, ...]:
    """What the account can do with the case at a moment."""
    standing, case = opened.standing, state_of_view(opened.case)
    acts = acts_open(case, standing.actor, standing.account.acts)
    return acts if plan.pause_from(case, at) else tuple(act for act in acts if act != Act.PAUSE)
