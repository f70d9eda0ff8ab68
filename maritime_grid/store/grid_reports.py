"""Grid reports that came over MQTT and are not cases yet: which wait, and what became of each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import class_row

from .case_steps import Connection
from .errors import translated
from .queries import load_queries

_Q = load_queries("grid_reports")


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """A report as it was stored. `t` and `received_at` aware UTC."""

    grid_id: str
    t: datetime
    kind: str
    received_at: datetime
    source: int
    body: Any
    digest: str
    known_grid: bool

    @property
    def key(self) -> str:
        """Natural id: the same report sent again is the same."""
        moment = self.t.astimezone(UTC).isoformat(timespec="microseconds")
        return f"mqtt:{self.grid_id}:{moment}:{self.kind}:{self.digest}"


def waiting_reports(conn: Connection, most: int) -> list[WaitingReport]:
    """The oldest that wait. Raises: StoreUnavailable, StoreError."""
    with translated(), conn.cursor(row_factory=class_row(WaitingReport)) as cur:
        return cur.execute(_Q["waiting"], [most]).fetchall()


def names_of(conn: Connection, mmsi: Sequence[int]) -> dict[int, str]:
    """Names of vessels, as far as they are known."""
    with translated():
        return {row["mmsi"]: row["name"] for row in conn.execute(_Q["names"], [list(mmsi)])}


def report_taken(conn: Connection, report: WaitingReport, case_id: str | None, at: datetime) -> None:
    """It became a case, or is none."""
    with translated():
        conn.execute(_Q["take"], {**_key(report), "case_id": case_id, "at": at})


def report_refused(conn: Connection, report: WaitingReport, reason: str, at: datetime) -> None:
    """It is kept in the quarantine with its reason, and waits no more."""
    said = {"grid_id": report.grid_id, **report.body} if isinstance(report.body, dict) else report.body
    raw = json.dumps(said, ensure_ascii=False)
    values = {"received_at": report.received_at, "source": report.source, "reason": reason, "raw": raw}
    with translated(), conn.transaction():
        conn.execute(_Q["refuse"], values)
        conn.execute(_Q["take"], {**_key(report), "case_id": None, "at": at})


def _key(report: WaitingReport) -> dict[str, Any]:
    return {name: getattr(report, name) for name in ("grid_id", "t", "kind", "digest")}
