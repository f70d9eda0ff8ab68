"""Logging in: a password or an outside login, then a second factor; failures lock the account and the address.

Whatever is wrong, the answer and the work are the same: nobody learns which names there are.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg.rows import TupleRow

from maritime_grid.domain.access import Access
from maritime_grid.domain.login import LONGEST_PASSWORD, LoginRules
from maritime_grid.domain.totp import SECRET_BYTES, matching_step, secret_text

from . import passwords
from .attempts import NOBODY, Attempts, LoginLocked, LoginRefused, LoginRow
from .errors import translated
from .pool import Pool
from .queries import load_queries
from .sealing import Seal
from .sessions import Origin, begin, token_hash

_Q = load_queries("accounts")
LONGEST_NAME = 31  # as the table of accounts holds

__all__ = ["Granted", "LoginLocked", "LoginRefused", "Logins"]

Connection = psycopg.Connection[TupleRow]


@dataclass(frozen=True, slots=True)
class Granted:
    """A login that went well so far."""

    token: str
    whole: bool  # False: the second factor is still to come


class Logins:
    """Steps of logging in. Each is one transaction, and each is in the access log."""

    def __init__(self, pool: Pool, access: Access, rules: LoginRules, seal: Seal) -> None:
        self._pool, self._access, self._rules, self._seal = pool, access, rules, seal
        self._attempts = Attempts(rules)

    def by_password(self, name: str, password: str, origin: Origin, now: datetime) -> Granted:
        """The first step.

        Args:
            name: as typed; case and blanks round it do not count.
            password: as typed.
            origin: of the browser.
            now: aware.

        Raises:
            LoginLocked: too many failed from this address. LoginRefused: the name or password is wrong, or the account
                is locked or disabled: all look alike.
        """
        typed = name.strip().lower()
        account_id = typed if typed.isprintable() and len(typed) <= LONGEST_NAME else ""  # which nobody has
        with passwords.turn(), translated(), self._pool.connection() as conn, conn.transaction():
            granted = self._by_password(conn, account_id, password[: LONGEST_PASSWORD + 1], origin, now)
        return _or_refused(granted)

    def by_outside(self, subject: str, origin: Origin, now: datetime) -> Granted:
        """The first step of someone whom another server vouches for.

        Args:
            subject: its issuer, a blank, and the subject there.
            origin: of the browser.
            now: aware.

        Raises:
            LoginRefused: no account is bound to that, or it is disabled.
        """
        with translated(), self._pool.connection() as conn, conn.transaction():
            found = conn.execute(_Q["login_of_outside"], [subject]).fetchone()
            row = self._attempts.row(conn, found[0], now) if found else None
            granted = None
            if row is None or row.disabled:
                self._attempts.log(
                    conn, "login_failed", row.account_id if row else NOBODY, origin, now, "outside login unknown"
                )
            else:
                granted = self._granted(conn, row, origin, now)
        return _or_refused(granted)

    def by_code(self, token: str, code: str, origin: Origin, now: datetime) -> Granted:
        """The second step, with the account's own second factor or the one that was offered for it.

        Args:
            token: of the half session; it ends here, a new one begins.
            code: as typed.
            origin: of the browser.
            now: aware.

        Raises:
            LoginLocked: as above. LoginRefused: the code is wrong or was used, or the account is locked. SealBroken:
                its secret cannot be read.
        """
        with translated(), self._pool.connection() as conn, conn.transaction():
            granted = self._by_code(conn, token_hash(token), code, origin, now)
        return _or_refused(granted)

    def offered_secret(self, token: str) -> str:
        """The secret that a half session of an account without a second factor is to enrol, base32."""
        key, secret = token_hash(token), secret_text(secrets.token_bytes(SECRET_BYTES))
        with translated(), self._pool.connection() as conn, conn.transaction():
            conn.execute(_Q["offer_secret"], {"token_hash": key, "secret": self._seal.close(secret, about_offer(key))})
            return offered(conn, key, self._seal)

    def _by_password(
        self, conn: Connection, account_id: str, password: str, origin: Origin, now: datetime
    ) -> Granted | None:
        self._attempts.refuse_locked_address(conn, origin, now)
        row = self._attempts.turn(conn, account_id, now)
        right = passwords.matches(row.password_hash if row else "", password)
        if row is None or row.locked or row.disabled or row.over or not right:
            self._attempts.failed(conn, row, origin, now, _why(row, right=right))
            return None
        if passwords.is_outdated(row.password_hash):
            values = {"account_id": row.account_id, "password_hash": passwords.hashed(password)}
            conn.execute(_Q["rehash"], values)
        return self._granted(conn, row, origin, now)

    def _granted(self, conn: Connection, row: LoginRow, origin: Origin, now: datetime) -> Granted:
        access = self._access.roles.get(row.role)
        whole = not row.totp_secret and access is not None and not access.second_factor
        if whole:
            conn.execute(_Q["succeeded"], [row.account_id])
        self._attempts.log(conn, "login" if whole else "login_half", row.account_id, origin, now, "")
        return Granted(begin(conn, row.account_id, origin, now, whole=whole), whole)

    def _by_code(self, conn: Connection, key: bytes, code: str, origin: Origin, now: datetime) -> Granted | None:
        self._attempts.refuse_locked_address(conn, origin, now)
        since = now - timedelta(seconds=self._rules.half_login_s)
        session = conn.execute(_Q["half_session"], {"token_hash": key, "since": since}).fetchone()
        if session is None:
            return None
        account_id = str(session[0])
        row = self._attempts.turn(conn, account_id, now)
        if row is None or row.disabled:
            return None
        secret = self._seal.open(row.totp_secret, account_id) or offered(conn, key, self._seal)
        step = matching_step(secret, code, now.timestamp(), row.totp_step) if secret else None
        if row.locked or step is None:
            self._attempts.failed(conn, row, origin, now, "locked" if row.locked else "wrong code")
            return None
        ended = conn.execute(_Q["end_session"], {"token_hash": key, "now": now}).fetchone()
        if ended is None:  # it was ended since, or the same code was sent twice at once
            return None
        if row.totp_secret and not self._seal.lies_open(row.totp_secret):
            conn.execute(_Q["take_step"], {"account_id": account_id, "step": step})
        else:  # a new one, or one from before there was a key
            closed = self._seal.close(secret, account_id)
            conn.execute(_Q["set_secret"], {"account_id": account_id, "secret": closed, "step": step})
        if not row.totp_secret:
            self._attempts.log(conn, "second_factor_set", account_id, origin, now, "")
        conn.execute(_Q["succeeded"], [account_id])
        self._attempts.log(conn, "login", account_id, origin, now, "")
        return Granted(begin(conn, account_id, origin, now, whole=True), whole=True)


def offered(conn: Connection, key: bytes, seal: Seal) -> str:
    """The secret that was offered to the session of a hash, base32; empty: none was. Raises: SealBroken."""
    row = conn.execute(_Q["offered_secret"], [key]).fetchone()
    return seal.open(str(row[0]), about_offer(key)) if row else ""


def about_offer(key: bytes) -> str:
    """What an offered secret is bound to: its session."""
    return f"session {key.hex()}"


def _why(row: LoginRow | None, *, right: bool) -> str:
    """For the log alone: whoever tries hears the same of all of them."""
    if row is None:
        return "unknown name"
    if row.locked or row.disabled:
        return "locked" if row.locked else "disabled"
    return "one-time password is over" if right else "wrong password"


def _or_refused(granted: Granted | None) -> Granted:
    if granted is None:
        raise LoginRefused("the login failed", "check the name and what you typed, or wait a while")
    return granted
