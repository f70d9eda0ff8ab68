"""Who may change people, posts, teams and items: an account by role and jurisdiction, or whoever is at the machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import DictRow

from maritime_grid.cases.flow import NotAllowed

from .cases import account_of
from .queries import load_queries

_Q = load_queries("sheets")

Connection = psycopg.Connection[DictRow]


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do; units None: everywhere, and every act."""

    by: str
    units: frozenset[str] | None
    may: frozenset[str]

    def need(self, act: str) -> None:
        """Raises: NotAllowed."""
        if self.units is not None and act not in self.may:
            raise NotAllowed(f"{self.by} may not do this ({act})", "ask who keeps the accounts")

    def covers(self, units: Iterable[str]) -> bool:
        """Whether all of these units lie within the jurisdiction."""
        return self.units is None or self.units.issuperset(units)

    def need_units(self, units: Iterable[str]) -> None:
        """Raises: NotAllowed."""
        if not self.covers(units):
            raise NotAllowed(
                f"{', '.join(sorted(set(units)))} lies outside what {self.by} answers for", "ask them there"
            )


def rights_of(conn: Connection, by: str, *, console: bool) -> Rights:
    """Rights of an account, or, at the console, of the person at the machine.

    Raises: NotAllowed: there is no such account, or it is disabled.
    """
    if console:
        return Rights(by, None, frozenset())
    account = account_of(conn, by)
    return Rights(by, account.actor.units, account.may)


def log_change(
    conn: Connection, rights: Rights, at: datetime, act: str, subject: str, fields: Iterable[str] = ()
) -> None:
    """A line of mg.people_log: who changed which fields of what; never what stood in them."""
    values = {"at": at, "by": rights.by, "act": act, "subject": subject, "fields": list(fields)}
    conn.execute(_Q["log_change"], values)
