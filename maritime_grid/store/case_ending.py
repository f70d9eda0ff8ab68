"""The end of a case in the store: who was told how, the answer to the public, codes to follow it by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from psycopg.rows import DictRow

from maritime_grid.cases.flow import Actor, CaseState, IllegalAct, NotAllowed
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.telling import REPORTER, all_present, answer_fault, telling_fault, to_tell, with_codes

from .case_steps import Account, Connection, NoSuchCase
from .errors import StoreError
from .queries import load_queries

_Q = load_queries("case_ending")
_HOLD = load_queries("cases")["hold_case"]
CODE = re.compile(r"[A-Z2-7]{10}")
BY_CODE = "reporter"  # who acts, in the archive
MAY_BY_CODE = frozenset({f"case.{Act.RATE}", f"case.{Act.REOPEN}"})
ANSWERING = frozenset({Act.RESOLVE, Act.REPORT, Act.TELL})
TELLING = frozenset({Act.RESOLVE, Act.TELL})


def ended(
    conn: Connection, row: DictRow, case: CaseState, act: Act, by: str, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The facts of an act that gives or tells a result, whole: who was told how, and the answer, which is kept.

    Resolved on the spot without a word of it means that all were there.

    Args:
        conn: within the act's transaction.
        row: the case as held.
        case: after the act.
        act: one of ANSWERING.
        by: account.
        facts: as given.

    Raises: IllegalAct: somebody is left out, a complaint is not answered, or a text will not do.
    """
    answer = facts.get("answer", "")
    fault = answer_fault(answer)
    answered = bool(answer.strip() or row["answer"]) if not fault else False
    said = dict(facts)
    if not fault and act in TELLING:
        if case.kind == Kind.COMPLAINT and not answered:
            fault = "a complaint is answered (Art. 21)"
        sides = {line["n"]: line["side"] for line in conn.execute(_Q["sides"], [case.case_id])}
        due = to_tell(case.reporter, row["channel"], by, sides)
        if act == Act.RESOLVE and "told" not in said and row["channel"] != "public":
            said["told"] = all_present(due)
        issued = frozenset(line["n"] for line in conn.execute(_Q["issued"], [case.case_id]))
        coded = with_codes(issued, row["channel"], sides)
        fault = fault or telling_fault(said.get("told"), due, coded, answered=answered)
    if fault:
        raise IllegalAct(f"{act} of case {case.case_id}: {fault}", "say of each how, or why not")
    if answer:
        conn.execute(_Q["answer"], [answer, case.case_id])
    return said


def forget_answer(conn: Connection, case_id: str) -> None:
    """What was answered holds no more once the case is open again; the archive keeps it."""
    conn.execute(_Q["answer"], ["", case_id])


def issue_code(conn: Connection, case_id: str, n: int, code: str, by: str, at: datetime) -> None:
    """Give the reporter (0) or a party a code; the one that it had is worth nothing from now on.

    Raises: StoreError: the case has no such party, or the code is none.
    """
    if CODE.fullmatch(code) is None:
        raise StoreError("this is no code", "leave it to the page")
    if n and n not in {line["n"] for line in conn.execute(_Q["sides"], [case_id])}:
        raise StoreError(f"case {case_id} has no party {n}", "choose one of the list")
    digest = sha256(code.encode()).digest()
    conn.execute(_Q["issue"], {"case_id": case_id, "n": n, "hash": digest, "by": by, "at": at})


def end_codes(conn: Connection, case_id: str) -> None:
    """Of parties that an amendment took out."""
    conn.execute(_Q["end_codes"], {"case_id": case_id})


def holder_of(conn: Connection, code: str) -> DictRow | None:
    """Which case a code is of, whose it is (0: the reporter) and who gave it out; None: there is no such code."""
    return conn.execute(_Q["holder"], [sha256(code.strip().upper().encode()).digest()]).fetchone()


def hold_by_code(conn: Connection, code: str) -> tuple[DictRow, Account]:
    """The case of a code, locked, and who holds it.

    Raises: NoSuchCase: there is no such code, or no more. NotAllowed: it is not the reporter's.
    """
    holder = holder_of(conn, code)
    row = conn.execute(_HOLD, [holder["case_id"]]).fetchone() if holder else None
    holder = holder_of(conn, code)  # another may have been issued until the lock was ours
    if row is None or holder is None:
        raise NoSuchCase("there is no such code", "ask for a new one")
    if holder["n"] != REPORTER:
        raise NotAllowed("only who reported it rates it or objects", "speak to the unit that leads its grid")
    behind = frozenset({row["reporter"], holder["by"]}) - {""}
    return row, Account(Actor(BY_CODE, "", "", behind=behind), MAY_BY_CODE, None)


def followed(conn: Connection, holder: DictRow) -> dict[str, Any]:
    """What the holder of a code is shown; see `Cases.follow`."""
    row = conn.execute(_Q["follow"], [holder["case_id"]]).fetchone()
    assert row, "a code is of a case"
    may_rate = row["resolved_by"] not in {row.pop("reporter"), holder["by"]} - {""}
    row.pop("resolved_by")
    return {
        **row,
        "n": holder["n"],
        "may_rate": may_rate,
        "steps": conn.execute(_Q["told_steps"], [row["case_id"]]).fetchall(),
    }
