"""What acts on a case write beside the case itself: attachments, receipts of reports, judgements of new numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from maritime_grid.cases.flow import CaseState, IllegalAct, NotAllowed
from maritime_grid.cases.kinds import Act
from maritime_grid.cases.plan import Attachments, Plan
from maritime_grid.cases.severity import Judgement, known_facts, priority_of

from .case_filing import amount_of
from .case_steps import Account, Connection, hop_facts, send_reports, write_entry
from .errors import StoreError
from .queries import load_queries

_Q = load_queries("cases")


def judge_again(
    conn: Connection, plan: Plan, row: DictRow, case: CaseState, said: Mapping[str, Any], at: datetime
) -> tuple[CaseState, dict[str, Any]]:
    """The case with the severity that follows from its numbers as they are known now, and what the archive keeps of it.

    A matter that was major stays so, whatever its numbers; reports go to those who were not told before.

    Args:
        conn: within the act's transaction.
        plan: what the configuration says.
        row: the case as held.
        case: after the act.
        said: the numbers; those that nobody speaks of stay as they were.
        at: aware.

    Raises: IllegalAct: the numbers are known already.
    """
    before = known_facts(row["facts"])
    facts = known_facts(said, before)
    if facts == before:
        raise IllegalAct(f"case {case.case_id} has these numbers already", "change one, or leave it")
    judged = plan.judge(case.kind, facts)
    major = case.major or judged.major
    values = {"case_id": case.case_id, "facts": Jsonb(asdict(facts)), "severity": judged.level}
    conn.execute(_Q["judge_again"], {**values, "amount": amount_of(facts)})
    if major:
        send_reports(conn, plan.reports(hop_facts(conn, case, row["subkind"], judged.level), at))
    return replace(case, major=major), {"was": row["severity"], **said_of_level(judged, major)}


def said_of_level(judged: Judgement, major: bool) -> dict[str, Any]:
    """What the archive keeps of a judgement; `major` may be so by hand."""
    return {
        "severity": judged.level,
        "major": major,
        "priority": priority_of(judged.level, major),
        "because": judged.because,
    }


def attach(conn: Connection, case: CaseState, facts: Mapping[str, Any], limits: Attachments) -> bool:
    """Whether it was not attached before; the lock on the case makes two at once one after the other."""
    content: bytes = facts["content"]
    if len(content) > limits.max_bytes:
        raise StoreError(f"{facts['name']} is larger than {limits.max_bytes >> 20} MiB", "send a smaller one")
    if facts["media_type"] not in limits.types:
        raise StoreError(f"{facts['name']} is {facts['media_type']}", f"send one of {', '.join(sorted(limits.types))}")
    digest = sha256(content).digest()
    if digest.hex() != facts["sha256"]:
        raise StoreError("the attachment did not arrive whole", "send it again")
    if conn.execute(_Q["attached_before"], [case.case_id, digest]).fetchone():
        return False
    count = conn.execute(_Q["attached"], [case.case_id]).fetchone()
    if count and count["n"] >= limits.max_count:
        raise StoreError(f"case {case.case_id} has {limits.max_count} attachments", "file the rest with another case")
    blob = {"sha256": digest, "media_type": facts["media_type"], "size": len(content), "content": content}
    conn.execute(_Q["add_blob"], blob)
    values = {"case_id": case.case_id, "seq": case.version, "sha256": digest, "name": facts["name"]}
    conn.execute(_Q["add_attachment"], values)
    return True


def receive(conn: Connection, case: CaseState, who: Account, facts: Mapping[str, Any], at: datetime) -> None:
    values = {
        "at": at, "who": who.actor.account_id, "case_id": case.case_id, "hop": facts["hop"], "body": who.actor.body_id,
        "units": list(who.actor.units),
    }  # fmt: skip
    if conn.execute(_Q["receive_hop"], values).fetchone() is None:
        raise NotAllowed(
            f"this report of case {case.case_id} is not yours to receive, or was received", "read it again"
        )


def received_by_opener(
    conn: Connection, plan: Plan, case: CaseState, subkind: str, level: int, who: Account, at: datetime
) -> bool:
    """Whether the body that filed a major matter is one of those to be told: it has received its report at once.

    Nobody is called for what he has just reported, and the timeline shows the station that found it with the others.
    """
    body = who.actor.body_id
    if body is None or "case.receive_hop" not in who.may:
        return False
    competences = conn.execute(_Q["competences"], [body]).fetchone()
    assert competences, "an account works for a body that there is"
    facts = hop_facts(conn, case, subkind, level)
    hop = plan.report_to_opener(facts, body, frozenset(competences["competences"]), at)
    if hop is None:
        return False
    send_reports(conn, [hop])
    receive(conn, case, who, {"hop": hop.hop_id}, at)
    conn.execute(_Q["go_on"], {"case_id": case.case_id, "version": case.version + 1, "at": at, "escalated": None})
    said = {"name": who.actor.name_shown, "step": case.step, "hop": hop.hop_id}
    write_entry(conn, case.case_id, case.version + 1, at, who.actor.account_id, Act.RECEIVE_HOP, said)
    return True
