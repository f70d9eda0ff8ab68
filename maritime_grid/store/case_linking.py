"""A further alert 告警 of an open case: it is one of who links it, and no other open case is about it.

The alert is locked before the case, as by who opens a case from one: no two wait for each other.
"""

from __future__ import annotations

from typing import Any

from psycopg.rows import DictRow

from maritime_grid.cases.flow import CaseState

from .case_steps import Connection
from .errors import StoreError
from .jsonrows import clean_text
from .queries import load_queries

_Q = load_queries("alert_acts")


class AlertTakenError(StoreError):
    """A case that is open, this one or another, is about the alert already. Exit code 2."""


def lock_alert(conn: Connection, alert_id: object, by: str) -> DictRow | None:
    """The alert, locked until the end of the transaction; None: there is none for this account."""
    said = clean_text(alert_id) if isinstance(alert_id, str) else ""
    return conn.execute(_Q["hold_alert"], {"alert": said, "by": by}).fetchone()


def link_alert(conn: Connection, case: CaseState, alert_id: object, by: str) -> dict[str, Any]:
    """What the archive keeps of it; the severity of the case stays, whatever that of the alert is.

    Args:
        conn: within the act's transaction, which has locked the alert and then the case.
        case: after the act.
        alert_id: as sent.
        by: account.

    Raises: StoreError: there is no such alert for this account. AlertTakenError.
    """
    alert = lock_alert(conn, alert_id, by)
    if alert is None:
        raise StoreError("there is no such alert", "choose one of the list")
    of = {"alert": alert["alert_id"], "case_id": case.case_id}
    if conn.execute(_Q["linked"], of).fetchone():
        raise AlertTakenError(f"alert {alert['alert_id']} stands with an open case already", "choose another")
    conn.execute(_Q["link"], of)
    return {"alert_id": alert["alert_id"], "rule": alert["rule"], "mmsi": alert["mmsi"] or None}
