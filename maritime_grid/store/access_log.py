"""The access log 访问日志 (Art. 30): who logged in, read personal data, and why; for who answers for those accounts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import DictRow

from maritime_grid.cases.flow import NotAllowed

from .case_steps import account_of
from .errors import translated
from .queries import load_queries

_Q = load_queries("access_log")
ACT = "access_log.read"

Connection = psycopg.Connection[DictRow]


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the log; `n` counts up."""

    n: int
    at: datetime
    account_id: str
    name_shown: str  # empty where it is none of our accounts
    act: str
    subject: str
    fields: list[str]
    purpose: str
    lines: int | None = None  # rows of a file that was taken away


class AccessLog:
    """The log, for any number of threads; `lend` gives the product's own connections."""

    def __init__(self, lend: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._lend = lend

    def entries(
        self, by: str, *, account: str = "", subject: str = "", before: int | None = None, most: int = 50
    ) -> list[LogEntry]:
        """The newest first, of the accounts in the jurisdiction of who asks; of everybody for the city.

        Args:
            by: account that asks.
            account: only of this one; empty: of all.
            subject: only what begins like this, such as `person:`.
            before: only those with a smaller number.
            most: of them.

        Raises: NotAllowed. StoreError.
        """
        with translated(), self._lend() as conn:
            who = account_of(conn, by)
            if ACT not in who.may:
                raise NotAllowed(f"{by} may not read the access log", "ask the county")
            values = {
                "units": list(who.actor.units), "account": account, "subject": subject, "before": before, "most": most,
            }  # fmt: skip
            return [LogEntry(**row) for row in conn.execute(_Q["entries"], values)]
