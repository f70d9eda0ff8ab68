"""Photos of the public: put to the report that their own form filed just now, and to nothing else."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from maritime_grid.cases.flow import CaseState
from maritime_grid.cases.kinds import Act
from maritime_grid.cases.plan import Plan

from .case_beside import attach
from .case_pauses import end_over
from .case_steps import Connection, save_case, state_of, write_entry
from .errors import StoreError
from .queries import load_queries

_Q = load_queries("cases")
CHANNEL = "public"
TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class PhotoLimits:
    """What the public may put to a report."""

    max_bytes: int
    most: int  # of one report
    within: timedelta  # of the filing


class PhotoRefused(StoreError):  # noqa: N818
    """The photo is not taken; `field` says why: key (of no report that takes any, which all look alike), or count."""

    def __init__(self, what: str, mend: str, field: str) -> None:
        super().__init__(what, mend)
        self.field = field


def photo_key(request_key: str) -> str:
    """The secret of 43 characters that lets who filed a report put photos to it: known to nobody without the form's."""
    return urlsafe_b64encode(sha256(f"photo {request_key}".encode()).digest()).rstrip(b"=").decode()


def hold_report(conn: Connection, case_id: str, key: str, limits: PhotoLimits, at: datetime) -> CaseState:
    """The report, locked, where the key is its own and it takes a photo still.

    Args:
        conn: in the transaction of the photo.
        case_id: the report.
        key: as the answer of the filing gave it.
        limits: how many, and for how long.
        at: aware.

    Raises: PhotoRefused.
    """
    row = conn.execute(_Q["public_report"], [case_id, CHANNEL]).fetchone()
    known = photo_key(row["request_key"] if row else "")
    is_own = hmac.compare_digest(known.encode(), key.encode())  # compared in each case, so that all take as long
    if row is None or not is_own or not row["opened_at"] <= at <= row["opened_at"] + limits.within:
        raise _no_report()
    held = conn.execute(_Q["hold_case"], [case_id]).fetchone()
    assert held, "read above, and cases are never removed"
    case = state_of(held)
    if not case.is_open:
        raise _no_report()
    count = conn.execute(_Q["public_photos"], [case_id, CHANNEL]).fetchone()
    if count and count["n"] >= limits.most:
        raise PhotoRefused(f"case {case_id} has {limits.most} photos", "hand the rest to who handles it", "count")
    return case


def attach_photo(conn: Connection, plan: Plan, case: CaseState, facts: Mapping[str, Any], at: datetime) -> int:
    """Put a photo to the report that is held; the entry of its log that has it. Raises: StoreError."""
    case = end_over(conn, plan, case, at)
    after = replace(case, version=case.version + 1)
    if not attach(conn, after, facts, plan.attachments):
        before = conn.execute(_Q["photo_before"], [case.case_id, bytes.fromhex(facts["sha256"])]).fetchone()
        return before["seq"] if before else case.version
    save_case(conn, plan, after, at)
    said = {"step": after.step, "file": facts["name"], **{name: facts[name] for name in ("sha256", "media_type")}}
    write_entry(conn, case.case_id, after.version, at, CHANNEL, Act.ATTACH, said)
    return after.version


def _no_report() -> PhotoRefused:
    return PhotoRefused("no report takes this photo", "hand it to who handles the report", "key")
