"""Commands of people on alerts 告警: acknowledge 确认, resolve 核销, take that back 撤销核实, open a case 立案.

The engine alone says whether an alert's condition holds; people say who has seen it and what it was. Locks are taken
in one order (alert, then those of cases), each act is one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import DictRow

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.cases.from_alert import AlertFacts, opening
from maritime_grid.cases.plan import Plan
from maritime_grid.domain.errors import UsageError

from .case_proposing import Zones
from .case_rows import Filed, NewCase, Party
from .case_steps import Connection, NoSuchCase, account_of, hold_case
from .cases import Cases
from .cases_asked import Locate
from .errors import StoreError, translated
from .jsonrows import clean_text
from .queries import load_queries

_Q = load_queries("alert_acts")
VERDICTS = ("true", "false", "test")
MOST_REASON = 500  # characters


class NoSuchAlert(StoreError):  # noqa: N818  (as NoSuchCase)
    """There is no such alert, or none of this account's: the two must look alike."""


class AlertResolved(StoreError):  # noqa: N818  (likewise)
    """Somebody else has closed it meanwhile; says who and how."""


class CaseElsewhere(StoreError):  # noqa: N818  (likewise)
    """A case is open from it that is not this account's to read; says with which unit, and not its number."""

    def __init__(self, alert_id: str, unit_zh: str, unit_en: str) -> None:
        super().__init__(f"a case is open from alert {alert_id}, with {unit_en} ({unit_zh})", "ask there")
        self.unit_zh, self.unit_en = unit_zh, unit_en


@dataclass(frozen=True, slots=True)
class Acted:
    """How an alert stands after an act."""

    alert_id: str
    changed: bool  # False: somebody had done the same before
    at: datetime  # when it was first done
    by: str  # account that did it first
    name_shown: str
    post_zh: str  # body or unit of that account
    post_en: str


class Alerts:
    """Commands, for any number of threads. Arguments as of `Cases`."""

    def __init__(
        self, lend: Callable[[], AbstractContextManager[Connection]], plan: Plan, locate: Locate, zones: Zones
    ) -> None:
        self._lend, self._plan, self._locate, self._zones = lend, plan, locate, zones

    def acknowledge(self, alert_id: str, by: str, at: datetime) -> Acted:
        """Say that somebody has seen it; the first one stays.

        Raises: NoSuchAlert. NotAllowed: this account may not. StoreError.
        """
        with translated(), self._lend() as conn, conn.transaction():
            row = _hold(conn, alert_id, by, "alert.acknowledge")
            changed = _acknowledge(conn, row, by, at)
            return _acted(conn, alert_id, changed, *((at, by) if changed else (row["seen_at"], row["seen_by"])))

    def resolve(self, alert_id: str, by: str, verdict: str, reason: str, at: datetime) -> Acted:
        """Say what it was; with it, it is acknowledged.

        Args:
            alert_id: the alert.
            by: account.
            verdict: `true`, `false` or `test`.
            reason: why, in the words of who says so.
            at: aware.

        Raises: UsageError: no verdict, or no reason. NoSuchAlert. AlertResolved: somebody did, otherwise. NotAllowed.
        """
        reason = _reason(verdict, reason)
        with translated(), self._lend() as conn, conn.transaction():
            row = _hold(conn, alert_id, by, "alert.resolve")
            if row["resolved_at"] is not None:
                if (row["resolved_by"], row["verdict"], row["resolution"]) == (by, verdict, reason):
                    return _acted(conn, alert_id, False, row["resolved_at"], by)
                raise AlertResolved(
                    f"alert {alert_id} was resolved as {row['verdict']} by {row['resolved_by']}", "read it again"
                )
            _acknowledge(conn, row, by, at)
            conn.execute(_Q["resolve"], {"alert": alert_id, "at": at, "by": by, "verdict": verdict, "reason": reason})
            note_act(conn, alert_id, "resolve", by, at, f"{verdict}: {reason}")
            return _acted(conn, alert_id, True, at, by)

    def reopen(self, alert_id: str, by: str, reason: str, at: datetime) -> Acted:
        """Take a wrong verdict back: the alert stands as one that nobody has seen, and what was said stays in its log.

        Args:
            alert_id: the alert.
            by: account; whoever may close alerts may take that back.
            reason: why, in the words of who does it.
            at: aware.

        Raises: UsageError: no reason. NoSuchAlert. NotAllowed. StoreError: nobody has closed it.
        """
        reason = _one_line(reason)
        with translated(), self._lend() as conn, conn.transaction():
            row = _hold(conn, alert_id, by, "alert.resolve")
            if row["resolved_at"] is None:
                raise StoreError(f"alert {alert_id} is not closed", "read it again")
            conn.execute(_Q["reopen"], {"alert": alert_id})
            note_act(conn, alert_id, "reopen", by, at, reason)
            return _acted(conn, alert_id, True, at, by)

    def open_case(self, alert_id: str, by: str, at: datetime) -> Filed:
        """Open a case from it, acknowledge it; while that case is open, opening again gives the same.

        Raises: NoSuchAlert. NotAllowed: this account may not open cases from alerts, or file cases. CaseElsewhere: one
        is open that this account may not read. StoreError.
        """
        with translated(), self._lend() as conn, conn.transaction():
            row = _hold(conn, alert_id, by, "alert.open_case")
            before = conn.execute(_Q["open_case_of"], [alert_id]).fetchone()
            if before:
                _must_be_read(conn, alert_id, before, by)
                return Filed(before["case_id"], "", before["version"], repeated=True)
            cases = Cases(lambda: nullcontext(conn), self._plan, self._locate, self._zones)
            filed = cases.file(case_of(row), by, at)
            _acknowledge(conn, row, by, at)
            note_act(conn, alert_id, "open_case", by, at, filed.case_id)
            return filed


def case_of(row: Mapping[str, Any]) -> NewCase:
    """The case that an alert opens, with its place and vessel; `row` as of hold_alert."""
    detail = row["detail"]
    device, said = str(detail.get("device") or ""), str(detail.get("note") or detail.get("text") or "")
    zone = str(detail.get("name_zh") or "")
    known = {name: row[name] for name in ("rule", "mmsi", "vessel_name", "grid_name", "lon", "lat")}
    first = opening(AlertFacts(**known, zone_name=zone, device=device, said=said))
    vessel = (Party("involved", row["mmsi"], row["vessel_name"]),) if row["mmsi"] else ()
    return NewCase(
        kind=first.kind,
        title=first.title,
        subkind=first.subkind,
        description=first.description,
        place=first.place,
        lon=row["lon"],
        lat=row["lat"],
        happened_at=row["raised_at"],
        grid_id=row["grid_id"] or None,
        parties=vessel,
        alert_ids=(row["alert_id"],),
        facts=first.facts,
        channel="alert",
    )


def _hold(conn: Connection, alert_id: str, by: str, act: str) -> DictRow:
    who = account_of(conn, by)
    if act not in who.may:
        raise NotAllowed(f"{by} may not do {act}", "ask your township")
    row = conn.execute(_Q["hold_alert"], {"alert": clean_text(alert_id), "by": by}).fetchone()
    if row is None:
        raise NoSuchAlert(f"there is no alert {alert_id[:100]}", "look it up in the list")
    return row


def _must_be_read(conn: Connection, alert_id: str, case: DictRow, by: str) -> None:
    """Raises: CaseElsewhere."""
    who = account_of(conn, by)
    try:
        hold_case(conn, case["case_id"], who)
        hidden = "case.read" not in who.may
    except NoSuchCase:
        hidden = True
    if hidden:
        raise CaseElsewhere(alert_id, case["unit_zh"], case["unit_en"])


def _acknowledge(conn: Connection, row: DictRow, by: str, at: datetime) -> bool:
    if row["seen_at"] is not None:
        return False
    conn.execute(_Q["acknowledge"], {"alert": row["alert_id"], "at": at, "by": by})
    note_act(conn, row["alert_id"], "acknowledge", by, at)
    return True


def note_act(conn: Connection, alert_id: str, what: str, by: str, at: datetime, note: str = "") -> None:
    """The entry of the log; with it the alert counts as changed, for the outbox and for every screen."""
    conn.execute(_Q["note_act"], {"alert": alert_id, "what": what, "by": by, "at": at, "note": note})
    conn.execute(_Q["tell_act"], [alert_id])


def _acted(conn: Connection, alert_id: str, changed: bool, at: datetime, by: str) -> Acted:
    shown = conn.execute(_Q["shown"], [by]).fetchone() or {"name_shown": by, "post_zh": "", "post_en": ""}
    return Acted(alert_id, changed, at, by, **shown)


def _reason(verdict: str, reason: str) -> str:
    """The reason on one line. Raises: UsageError."""
    if verdict not in VERDICTS:
        raise UsageError(f"{verdict[:20]!r} is no verdict", f"use one of {', '.join(VERDICTS)}")
    return _one_line(reason)


def _one_line(reason: str) -> str:
    """Raises: UsageError: empty or long."""
    line = " ".join(clean_text(reason).split())
    if not line or len(line) > MOST_REASON:
        raise UsageError("the verdict has no reason, or a long one", f"say why in up to {MOST_REASON} characters")
    return line
