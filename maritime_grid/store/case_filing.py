"""What filing a case needs beside it: its number, its code, the unit that answers, what the archive keeps of it."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from maritime_grid.cases.severity import SeverityFacts

from .case_rows import NewCase, Party
from .case_steps import Connection
from .errors import StoreError
from .jsonrows import clean, json_rows
from .queries import load_queries

_Q = load_queries("cases")
_BEIJING = ZoneInfo("Asia/Shanghai")


def next_number(conn: Connection, at: datetime) -> str:
    year = at.astimezone(_BEIJING).year
    row = conn.execute(_Q["next_number"], [year]).fetchone()
    assert row, "made or raised"
    return f"{year}-{row['last']:06d}"


def follow_code(request_key: str | None) -> str:
    """Ten letters to follow a case by: those of the form's own secret, so that a form sent again gets them again."""
    seed = f"follow {request_key}".encode() if request_key else secrets.token_bytes(32)
    return b32encode(sha256(seed).digest())[:10].decode()


def city_unit(conn: Connection) -> str:
    row = conn.execute(_Q["city"]).fetchone()
    if row is None:
        raise StoreError("the store has no jurisdictions", "run: maritime-grid people import units FILE")
    return row["unit_id"]


def above_the_accused(conn: Connection, person_id: int, at: datetime) -> str:
    """The lowest unit above all where a person complained of works: their own people do not judge it.

    The city, where nothing is above them, or nobody knows where they work.
    """
    works = {"person": person_id, "day": at.astimezone(_BEIJING).date()}
    above = conn.execute(_Q["above_person"], works).fetchone()
    return above["unit_id"] if above else city_unit(conn)


def with_amount(new: NewCase) -> NewCase:
    """With the amount where routes and where severity look for it, whichever of the two was given."""
    if new.amount is not None:
        return replace(new, facts=replace(new.facts, amount_yuan=float(new.amount)))
    return replace(new, amount=amount_of(new.facts))


def amount_of(facts: SeverityFacts) -> Decimal | None:
    """What is claimed or lost, yuan; None: not said."""
    return Decimal(str(facts.amount_yuan)) if facts.amount_yuan else None


def add_parties(conn: Connection, case_id: str, parties: Mapping[int, Party]) -> None:
    """By their numbers."""
    rows = json_rows({"n": n, **clean(party)} for n, party in parties.items())
    conn.execute(_Q["add_parties"], {"case_id": case_id, "rows": rows})
    conn.execute(_Q["add_vessels"], {"case_id": case_id, "rows": rows})


def without_person(party: Party) -> Party:
    """What the archive keeps of a party: all but the personal data, which must be removable."""
    return replace(party, person_name="", phone="", id_number="")


def filed_facts(new: NewCase) -> dict[str, Any]:
    """What the archive keeps of a case as filed."""
    parties = [without_person(p) for p in new.parties]
    facts = {
        name: getattr(new, name) for name in NewCase.__dataclass_fields__ if name not in {"parties", "request_key"}
    }
    return {**facts, "parties": parties}


def link_alerts(conn: Connection, case_id: str, alert_ids: Sequence[str]) -> None:
    if not alert_ids:
        return
    known = {row["alert_id"] for row in conn.execute(_Q["known_alerts"], [list(alert_ids)])}
    missing = [alert_id for alert_id in alert_ids if alert_id not in known]
    if missing:
        raise StoreError(f"there is no alert {missing[0]}", "look it up in the list")
    conn.execute(_Q["add_alerts"], [case_id, list(alert_ids)])
