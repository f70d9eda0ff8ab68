"""Reports of major matters 重大事项报告 that wait for the receipt of who asks: open pages ask every few seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.case_desk import ReportRow, reports_waiting

from .auth import Account
from .desk import Desk
from .heard import Heard
from .views.status import ms

ACT = "case.receive_hop"
KEPT_S = 30.0  # a change of an account's own unit or body is not told to anybody
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class _Kept:
    of: tuple[str | None, ...]  # turn, role, unit, body: another of them, and it is read again
    read_at: float  # monotonic seconds
    rows: list[ReportRow]


class Calls:
    """What was read for each account, read again when a case has moved.

    Args:
        desk: what the pages work with.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk, self._heard = desk, Heard(desk.reads.listen)
        desk.at_end.append(self._heard.stop)
        self._kept: dict[str, _Kept] = {}

    def of(self, account: Account) -> list[dict[str, Any]] | None:
        """Those that the account's own unit or body is to receive, the first due first, as JSON; `due` in ms.

        None: it receives none, or the store is away, and what was told before still holds.
        """
        if not account.may(ACT):
            return None
        turn = self._heard.turn()  # before the read: what moves within it is read the next time
        kept, now = self._kept.get(account.account_id), time.monotonic()
        of = (turn, account.role, account.unit_id, account.body_id)
        if kept is None or kept.of != of or now - kept.read_at > KEPT_S:
            try:
                kept = _Kept(of, now, self._read(account))
            except MaritimeGridError:
                return None
            self._keep(account.account_id, kept)
        return [{"id": row.hop_id, "case": row.case_id, "title": row.title, "due": ms(row.due_at)} for row in kept.rows]

    def _read(self, account: Account) -> list[ReportRow]:
        with self._desk.reads.as_account(account.account_id) as conn:
            return reports_waiting(conn, account.unit_id, account.body_id)

    def _keep(self, account_id: str, kept: _Kept) -> None:
        self._kept.pop(account_id, None)
        self._kept[account_id] = kept
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)), None)
