"""What somebody who is logged in may do with the own account: password, second factor, sessions.

A session alone opens none of the first two: it may be a stolen one. Each changes under a proof, ends all sessions, the
asking one too, and begins another under a new token. Wrong proofs count and lock as failed logins do.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import TupleRow, class_row

from maritime_grid.domain.access import Access
from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.domain.login import LONGEST_PASSWORD, LoginRules
from maritime_grid.domain.totp import matching_step

from . import passwords
from .account_checks import check_password
from .attempts import Attempts, LoginRow
from .errors import translated
from .logins import offered
from .pool import Pool
from .queries import load_queries
from .sealing import Seal
from .sessions import Origin, begin, token_hash

_Q, _OWN = load_queries("accounts"), load_queries("own_account")

Connection = psycopg.Connection[TupleRow]


class ProofRefused(MaritimeGridError):  # noqa: N818
    """The old password or code is wrong, or too many were. Exit code 2.

    Args:
        kind: `wrong`, `locked`, `new_code` (that of the new second factor), or `over` (the session ended meanwhile).
    """

    def __init__(self, kind: str) -> None:
        super().__init__("the proof was refused", "type it again, or wait a while")
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Own:
    """An account as its owner sees it."""

    account_id: str
    name_shown: str
    role: str
    unit_zh: list[str]  # from the city down to the unit; empty: none
    unit_en: list[str]
    body_zh: str
    body_en: str
    has_password: bool
    has_second_factor: bool


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """Something that happened with the account, as the access log has it."""

    n: int
    at: datetime
    account_id: str  # who did it
    act: str
    subject: str


@dataclass(frozen=True, slots=True)
class Proof:
    """That it is the owner who asks: one of the two."""

    password: str = ""
    code: str = ""  # of the second factor that is to be replaced


class OwnAccount:
    """Each step is one transaction, and each change is in the access log."""

    def __init__(self, pool: Pool, access: Access, rules: LoginRules, seal: Seal) -> None:
        self._pool, self._access, self._rules, self._seal = pool, access, rules, seal
        self._attempts = Attempts(rules)

    def seen(self, account_id: str) -> Own:
        """Raises: UsageError: there is no such account."""
        with self._connection() as conn, conn.cursor(row_factory=class_row(Own)) as cur:
            row = cur.execute(_OWN["own"], [account_id]).fetchone()
        if row is None:
            raise UsageError(f"there is no account {account_id}", "log in again")
        return row

    def entries(self, account_id: str, most: int) -> list[OwnEntry]:
        """Its logins, and what was done with it; the newest first."""
        with self._connection() as conn, conn.cursor(row_factory=class_row(OwnEntry)) as cur:
            return cur.execute(_OWN["own_entries"], {"account_id": account_id, "most": most}).fetchall()

    def change_password(self, token: str, old: str, new: str, origin: Origin, now: datetime) -> str:
        """The token of the session that goes on.

        Args:
            token: of the session that asks.
            old: the password until now, as typed.
            new: checked by the rules.
            origin: of the browser.
            now: aware.

        Raises:
            AccountFault: the new password will not do. ProofRefused. LoginLocked: too many failed from this address.
        """
        with passwords.turn(), self._connection() as conn, conn.transaction():
            account_id = self._asker(conn, token)
            check_password(new, account_id, self._rules, old=old)
            row = self._proven(conn, account_id, Proof(old), origin, now)
            if row is None:
                done: str | ProofRefused = self._refused(conn, account_id, now)
            else:
                values = {"account_id": account_id, "password_hash": passwords.hashed(new)}
                conn.execute(_OWN["own_password"], values)
                done = self._begun_anew(conn, account_id, "password_set", origin, now)
        return _told(done)

    def set_second_factor(self, token: str, proof: Proof, code: str, origin: Origin, now: datetime) -> str:
        """The secret that was offered to the session becomes the account's; the token of the session that goes on.

        Args:
            token: of the session that asks, which `Logins.offered_secret` gave a secret.
            proof: the password, or a code of the old second factor.
            code: of the new one.
            origin: of the browser.
            now: aware.

        Raises: ProofRefused. LoginLocked. SealBroken: the old second factor cannot be read.
        """
        with passwords.turn(), self._connection() as conn, conn.transaction():
            account_id = self._asker(conn, token)
            secret = offered(conn, token_hash(token), self._seal)
            step = matching_step(secret, code, now.timestamp(), 0) if secret else None
            if step is None:  # it guesses nothing: who asks was shown the secret
                raise ProofRefused("new_code")
            if self._proven(conn, account_id, proof, origin, now) is None:
                done: str | ProofRefused = self._refused(conn, account_id, now)
            else:
                closed = self._seal.close(secret, account_id)
                conn.execute(_Q["set_secret"], {"account_id": account_id, "secret": closed, "step": step})
                done = self._begun_anew(conn, account_id, "second_factor_set", origin, now)
        return _told(done)

    def forget_second_factor(self, token: str, proof: Proof, origin: Origin, now: datetime) -> str:
        """Without one from now on, where the role allows it; the token of the session that goes on.

        Raises: UsageError: the role needs one. ProofRefused. LoginLocked.
        """
        with passwords.turn(), self._connection() as conn, conn.transaction():
            account_id = self._asker(conn, token)
            row = self._proven(conn, account_id, proof, origin, now)
            if row is None:
                done: str | ProofRefused = self._refused(conn, account_id, now)
            elif self._access.roles[row.role].second_factor:
                raise UsageError(f"a {row.role} needs a second factor", "set another one up in its place")
            else:
                conn.execute(_Q["set_secret"], {"account_id": account_id, "secret": "", "step": 0})
                done = self._begun_anew(conn, account_id, "second_factor_forgotten", origin, now)
        return _told(done)

    def end_session(self, token: str, number: int, now: datetime) -> None:
        """One of the account's own; nothing happens where it has ended, or is another's."""
        with self._connection() as conn, conn.transaction():
            account_id = self._asker(conn, token)
            values = {"account_id": account_id, "number": number, "now": now}
            if conn.execute(_OWN["end_own"], values).fetchone():
                self._log(conn, "session_revoked", account_id, now)

    def end_others(self, token: str, now: datetime) -> int:
        """All but the one that asks; how many there were."""
        with self._connection() as conn, conn.transaction():
            account_id = self._asker(conn, token)
            values = {"account_id": account_id, "token_hash": token_hash(token), "now": now}
            ended = conn.execute(_OWN["end_others"], values).rowcount
            if ended:
                self._log(conn, "sessions_ended", account_id, now)
        return ended

    def _asker(self, conn: Connection, token: str) -> str:
        """Raises: ProofRefused: the session has ended since it was let in."""
        row = conn.execute(_OWN["account_of_session"], [token_hash(token)]).fetchone()
        if row is None:
            raise ProofRefused("over")
        return str(row[0])

    def _proven(
        self, conn: Connection, account_id: str, proof: Proof, origin: Origin, now: datetime
    ) -> LoginRow | None:
        """The account, if the proof holds; a wrong one is counted. Raises: LoginLocked."""
        self._attempts.refuse_locked_address(conn, origin, now)
        row = self._attempts.turn(conn, account_id, now)
        if row is None or row.locked:
            return None
        if proof.password:
            right = passwords.matches(row.password_hash, proof.password[: LONGEST_PASSWORD + 1])
        else:
            secret = self._seal.open(row.totp_secret, account_id)
            step = matching_step(secret, proof.code, now.timestamp(), row.totp_step) if secret else None
            right = step is not None
            if right:
                conn.execute(_Q["take_step"], {"account_id": account_id, "step": step})
        if right:
            conn.execute(_Q["succeeded"], [account_id])
            return row
        why = "wrong password" if proof.password else "wrong code"
        self._attempts.failed(conn, row, origin, now, why, "password_refused")
        return None

    def _refused(self, conn: Connection, account_id: str, now: datetime) -> ProofRefused:
        """What to say, once the failure is counted: told after the transaction, so that it stays counted."""
        row = self._attempts.row(conn, account_id, now)
        return ProofRefused("locked" if row and row.locked else "wrong")

    def _begun_anew(self, conn: Connection, account_id: str, act: str, origin: Origin, now: datetime) -> str:
        conn.execute(_Q["end_sessions"], {"account_id": account_id, "now": now})
        self._log(conn, act, account_id, now)
        return begin(conn, account_id, origin, now, whole=True)

    def _log(self, conn: Connection, act: str, account_id: str, now: datetime) -> None:
        values = {"now": now, "account_id": account_id, "act": act, "subject": f"account:{account_id}", "purpose": ""}
        conn.execute(_Q["log"], values)

    @contextmanager
    def _connection(self) -> Generator[Connection]:
        with translated(), self._pool.connection() as conn:
            yield conn


def _told(done: str | ProofRefused) -> str:
    if isinstance(done, ProofRefused):
        raise done
    return done
