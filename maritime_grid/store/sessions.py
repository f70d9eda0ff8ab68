"""Sessions: a random token in a browser, its hash here. When one is over says the table of access."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import psycopg
from psycopg.rows import TupleRow, class_row

from maritime_grid.domain.access import Access
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.login import LoginRules, session_over

from .account_rows import SessionRow
from .errors import translated
from .pool import Pool
from .queries import load_queries

_Q = load_queries("accounts")
_SEEN_EVERY = timedelta(minutes=1)
_KEPT = timedelta(days=30)  # ended ones, for who asks what was open then
_TIDIED_EVERY = timedelta(hours=1)
_LONGEST = 200  # characters of what a browser says of itself

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a login comes from."""

    address: str = ""
    agent: str = ""


class Sessions:
    """Logins that last. A token is 43 characters of 256 random bits."""

    def __init__(self, pool: Pool, access: Access, rules: LoginRules) -> None:
        self._pool, self._access, self._rules = pool, access, rules
        rows = access.roles.items()
        self._limits = {
            "roles": [role for role, _ in rows], "idle_s": [row.idle_s for _, row in rows],
            "absolute_s": [row.absolute_s for _, row in rows],
        }  # fmt: skip
        self._tidied_at: datetime | None = None

    def find(self, token: str, now: datetime, *, half: bool = False, unattended: bool = False) -> SessionRow | None:
        """The session of a token; None where there is none, or it is over.

        Args:
            token: as the browser holds it.
            now: aware.
            half: one between the password and the second factor is meant, and no other.
            unattended: a page asks by itself, which is no use of the session.
        """
        with self._connection() as conn, conn.cursor(row_factory=class_row(SessionRow)) as cur:
            row = cur.execute(_Q["session"], [token_hash(token)]).fetchone()
            if row is None or row.whole == half or self._over(row, now):
                return None
            if not unattended and now - row.seen_at >= _SEEN_EVERY:
                conn.execute(_Q["saw_session"], {"token_hash": token_hash(token), "now": now})
                self._tidy(conn, now)
        return row

    def of(self, account_id: str | None, now: datetime) -> list[SessionRow]:
        """Those that are open, of one account or of all, the last used first."""
        with self._connection() as conn, conn.cursor(row_factory=class_row(SessionRow)) as cur:
            rows = cur.execute(_Q["sessions"], {"account_id": account_id, "now": now, **self._limits}).fetchall()
        return [row for row in rows if not self._over(row, now)]

    def end(self, token: str, now: datetime) -> None:
        """Log out; nothing happens where it has ended."""
        with self._connection() as conn, conn.transaction():
            row = conn.execute(_Q["end_session"], {"token_hash": token_hash(token), "now": now}).fetchone()
            if row and row[1]:
                _log(conn, "logout", row[0], row[0], now)

    def revoke(self, number: int, now: datetime, by: str) -> str:
        """End a session by its number; the account whose it was. Raises: UsageError: there is no such open one."""
        with self._connection() as conn, conn.transaction():
            row = conn.execute(_Q["end_numbered"], {"number": number, "now": now}).fetchone()
            if row is None:
                raise UsageError(f"there is no open session {number}", "see: maritime-grid user sessions")
            _log(conn, "session_revoked", row[0], by, now)
        return str(row[0])

    def revoke_all(self, account_id: str, now: datetime, by: str) -> int:
        """End all sessions of an account; how many there were."""
        with self._connection() as conn, conn.transaction():
            ended = conn.execute(_Q["end_sessions"], {"account_id": account_id, "now": now}).rowcount
            _log(conn, "sessions_ended", account_id, by, now)
        return ended

    def _tidy(self, conn: Connection, now: datetime) -> None:
        """Forget, once an hour, those that ended by themselves long ago."""
        if self._tidied_at is None or now - self._tidied_at >= _TIDIED_EVERY:
            self._tidied_at = now
            conn.execute(_Q["forget_over"], {"before": now - _KEPT, **self._limits})

    def _over(self, row: SessionRow, now: datetime) -> bool:
        """A role that the table lost has no session."""
        access = self._access.roles.get(row.role)
        if not row.whole and now - row.begun_at >= timedelta(seconds=self._rules.half_login_s):
            return True
        return access is None or session_over(access, row.begun_at, row.seen_at, now)

    @contextmanager
    def _connection(self) -> Generator[Connection]:
        with translated(), self._pool.connection() as conn:
            yield conn


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def begin(conn: Connection, account_id: str, origin: Origin, now: datetime, *, whole: bool) -> str:
    """A new session; its token, which exists nowhere else. In a transaction of the caller's."""
    token = secrets.token_urlsafe(32)
    values = {"token_hash": token_hash(token), "account_id": account_id, "whole": whole, "now": now}
    conn.execute(_Q["forget_sessions"], {"before": now - _KEPT})
    conn.execute(_Q["begin_session"], values | {"address": origin.address, "agent": origin.agent[:_LONGEST]})
    return token


def _log(conn: Connection, act: str, account_id: str, by: str, now: datetime) -> None:
    values = {"now": now, "account_id": by, "act": act, "subject": f"account:{account_id}", "purpose": ""}
    conn.execute(_Q["log"], values)
