"""Commands on cases 网格事项: each one transaction that checks, changes the case and adds to its chained log.

Locks are taken in one order (number, case, head of the archive), so that no two commands wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from maritime_grid.cases.flow import TABLE, CaseState, IllegalAct, NotAllowed, step
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.cases.telling import REPORTER

from .case_amend import amend, hand_over
from .case_beside import attach, judge_again, receive, received_by_opener, said_of_level
from .case_check import check_new
from .case_ending import ANSWERING, ended, forget_answer, hold_by_code, issue_code
from .case_filing import (
    above_the_accused,
    add_parties,
    city_unit,
    filed_facts,
    follow_code,
    link_alerts,
    next_number,
    with_amount,
)
from .case_keys import key_cases
from .case_lateness import enter_step, follow_steps
from .case_linking import link_alert, lock_alert
from .case_pauses import begin_pause, end_over
from .case_rows import Filed, NewCase
from .case_steps import (
    Account,
    Connection,
    account_of,
    hold_case,
    hop_facts,
    refuse_stale,
    save_case,
    send_reports,
    state_of,
    write_entry,
)
from .case_vessels import understood
from .cases_asked import CasesAsked
from .errors import StoreError, translated
from .jsonrows import clean
from .queries import load_queries

_Q = load_queries("cases")
UNKEPT = frozenset({"content", "code"})  # facts that are not of the archive


class Cases(CasesAsked):
    """Commands, for any number of threads; arguments as of `CasesAsked`."""

    def file(self, new: NewCase, by: str | None, at: datetime) -> Filed:
        """File a case.

        Args:
            new: what is filed.
            by: account; None: the public, or a machine (see `new.channel`).
            at: aware.

        Raises: UsageError: it is not whole. NotAllowed: this account may not file, or not mark it. StoreError.
        """
        new = with_amount(new)
        check_new(new, self._plan)
        with translated(), self._lend() as conn, conn.transaction():
            who = account_of(conn, by) if by else None
            if who and "case.file" not in who.may:
                raise NotAllowed(f"{by} may not file cases", "ask your township")
            if new.marked_major and not (who and "case.mark_major" in who.may):
                raise NotAllowed(f"{by or new.channel} may not mark major matters", "file it without the mark")
            code = follow_code(new.request_key)
            before = conn.execute(_Q["filed_before"], [new.request_key]).fetchone() if new.request_key else None
            if before:
                return Filed(before["case_id"], code, before["version"], repeated=True)
            return self._file(conn, understood(conn, new, at), who, code, at)

    def _file(self, conn: Connection, new: NewCase, who: Account | None, code: str, at: datetime) -> Filed:
        by = who.actor.account_id if who else ""
        grid, unit = self._answerable(conn, new, at)
        case_id = next_number(conn, at)
        judged = self._plan.judge(new.kind, new.facts)
        major = judged.major or new.marked_major
        case = CaseState(case_id, new.kind, Step.RECEIVED, 1, unit, by, at, major=major)
        warn_at, due_at = self._plan.times(case)
        values = {
            **{name: getattr(new, name) for name in ("lon", "lat", "happened_at", "accused", "amount")},
            **clean({n: getattr(new, n) for n in ("kind", "subkind", "title", "description", "place", "channel")}),
            "facts": Jsonb(asdict(new.facts)), "severity": judged.level, "major": major,
            "case_id": case_id, "grid": grid, "unit_id": unit, "reporter": by, "state": Step.RECEIVED, "at": at,
            "due_at": due_at, "warn_at": warn_at, "request_key": new.request_key,
        }  # fmt: skip
        conn.execute(_Q["add_case"], values)
        enter_step(conn, self._plan, case)
        add_parties(conn, case_id, dict(enumerate(new.parties, 1)))
        issue_code(conn, case_id, REPORTER, code, "", at)
        link_alerts(conn, case_id, new.alert_ids)
        if major:
            send_reports(conn, self._plan.reports(hop_facts(conn, case, new.subkind, judged.level), at))
        facts = {**filed_facts(new), **said_of_level(judged, major)}
        write_entry(conn, case_id, 1, at, by or new.channel, Act.FILE, facts)
        own = major and who and received_by_opener(conn, self._plan, case, new.subkind, judged.level, who, at)
        key_cases(conn, [case_id])
        return Filed(case_id, code, 2 if own else 1, repeated=False)

    def _answerable(self, conn: Connection, new: NewCase, at: datetime) -> tuple[int, str]:
        """Code of the grid of the case and the unit that answers for it: the city, where no grid holds its place."""
        if new.kind == Kind.COMPLAINT and new.accused is not None:
            return 0, above_the_accused(conn, new.accused, at)
        known = new.lon is not None and new.lat is not None
        grid_id = self._locate(new.lon, new.lat, new.happened_at or at) if known else new.grid_id  # pyright: ignore[reportArgumentType]
        lead = conn.execute(_Q["lead_of_grid"], [grid_id]).fetchone() if grid_id else None
        if new.grid_id and not known and lead is None:
            raise StoreError(f"there is no grid {new.grid_id}", "see: maritime-grid grids history")
        return (lead["code"], lead["unit_id"]) if lead else (0, city_unit(conn))

    def act(
        self, case_id: str, version: int | None, act: Act, by: str, facts: Mapping[str, Any], at: datetime
    ) -> CaseState:
        """Do something with a case.

        Args:
            case_id: the case.
            version: that of the form; None for comments, attachments and receipts, which nothing makes stale.
            act: what to do.
            by: account.
            facts: what the act needs, see `flow.TABLE`; `amendment` is an `Amendment`; for attachments also content
                (bytes) and media_type. What is attached already is not attached again: the case comes back as it
                stands.
            at: aware.

        Raises: NoSuchCase: not there, or not for this account. StaleCase: the form is stale; it says what changed.
        IllegalAct, NotAllowed: see `flow.step`. StoreError.
        """
        with translated(), self._lend() as conn, conn.transaction():
            who = account_of(conn, by)
            if act == Act.LINK_ALERT:
                lock_alert(conn, facts.get("alert_id"), by)
            return self._act(conn, hold_case(conn, case_id, who), version, act, who, facts, at)

    def act_by_code(self, code: str, version: int, act: Act, facts: Mapping[str, Any], at: datetime) -> CaseState:
        """Rate a case that is fed back, or object to its result, as who holds its reporter's code.

        Args:
            code: as it was given out.
            version: of the case on the page.
            act: RATE or REOPEN.
            facts: what the act needs.
            at: aware.

        Raises: NoSuchCase: there is no such code. NotAllowed: it is a party's, or the act is none for it. StaleCase,
        IllegalAct: see `act`. StoreError.
        """
        with translated(), self._lend() as conn, conn.transaction():
            row, who = hold_by_code(conn, code)
            return self._act(conn, row, version, act, who, facts, at)

    def _act(
        self,
        conn: Connection,
        row: DictRow,
        version: int | None,
        act: Act,
        who: Account,
        facts: Mapping[str, Any],
        at: datetime,
    ) -> CaseState:
        """With a case that is held."""
        case, by = state_of(row), who.actor.account_id
        refuse_stale(conn, case, version, act)
        case = end_over(conn, self._plan, case, at)
        after = step(case, act, who.actor, who.may, facts, at)
        if act == Act.ATTACH and not attach(conn, after, facts, self._plan.attachments):
            return case
        after, facts = self._judged(conn, row, after, act, who, facts, at)
        self._beside(conn, row, after, act, who, facts, at)
        if act == Act.PAUSE:
            facts = {**facts, **begin_pause(conn, self._plan, after, by, facts, at)}
        save_case(conn, self._plan, after, at)
        follow_steps(conn, self._plan, case, after, TABLE[case.step, act].to is not None, who.actor, at)
        said = {"file" if name == "name" else name: v for name, v in facts.items() if name not in UNKEPT}
        entry = {"name": who.actor.name_shown, "step": after.step, **said}
        write_entry(conn, case.case_id, after.version, at, by, act, entry)
        key_cases(conn, [case.case_id])
        return after

    def _judged(
        self,
        conn: Connection,
        row: DictRow,
        case: CaseState,
        act: Act,
        who: Account,
        facts: Mapping[str, Any],
        at: datetime,
    ) -> tuple[CaseState, Mapping[str, Any]]:
        """The case with what follows from other facts, and what the archive keeps of the act."""
        by = who.actor.account_id
        if act == Act.ASSESS:
            case, judged = judge_again(conn, self._plan, row, case, facts, at)
            return case, {**facts, **judged}
        if act == Act.AMEND:
            case, said = amend(conn, self._plan, self._answerable, case, facts["amendment"], at)
            return case, {**{name: value for name, value in facts.items() if name != "amendment"}, **said}
        if act == Act.LINK_ALERT:
            return case, {**facts, **link_alert(conn, case, facts["alert_id"], by)}
        if act == Act.REPORT_PART:  # of the body that the account works for now; it may work for another later
            return case, {**facts, "body": who.actor.body_id}
        return case, ended(conn, row, case, act, by, facts) if act in ANSWERING else facts

    def _beside(
        self,
        conn: Connection,
        row: DictRow,
        case: CaseState,
        act: Act,
        who: Account,
        facts: Mapping[str, Any],
        at: datetime,
    ) -> None:
        """What an act asks for and writes beside the case itself."""
        for body in (*([facts["body_id"]] if "body_id" in facts else []), *(facts.get("joint") or ())):
            if not conn.execute(_Q["body_exists"], [body]).fetchone():
                raise StoreError(f"there is no body {body}", "choose one of the list")
        if act == Act.ASK_EXTENSION:
            fault = self._plan.extension_fault(case, facts["seconds"])
            if fault:
                raise IllegalAct(f"case {case.case_id}: {fault}")
        if act == Act.MARK_MAJOR:
            send_reports(conn, self._plan.reports(hop_facts(conn, case, row["subkind"], row["severity"]), at))
        if act == Act.HAND_OVER:
            hand_over(conn, self._plan, row, case, who, at)
        if act == Act.RECEIVE_HOP:
            receive(conn, case, who, facts, at)
        if act == Act.ISSUE_CODE:
            issue_code(conn, case.case_id, facts["party"], facts["code"], who.actor.account_id, at)
        if act == Act.REOPEN:
            forget_answer(conn, case.case_id)
