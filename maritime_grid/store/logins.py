"""Logging in: a password or an outside login, then a second factor; failures lock the account and the address.

Whatever is wrong, the answer and the work are the same: nobody learns which names there are.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

import psycopg
from psycopg.rows import TupleRow, class_row

from maritime_grid.domain.access import Access
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.domain.login import LONGEST_PASSWORD, LoginRules, lock_s
from maritime_grid.domain.totp import SECRET_BYTES, matching_step, secret_text

from . import passwords
from .errors import translated
from .pool import Pool
from .queries import load_queries
from .sessions import Origin, begin, token_hash

_Q = load_queries("accounts")
LONGEST_NAME = 31  # as the table of accounts holds
_NOBODY = "?"  # in the log for a name that there is not: it may be a password in the wrong field

Connection = psycopg.Connection[TupleRow]


class LoginRefused(MaritimeGridError):  # noqa: N818  (the name others build against)
    """The login failed, or nobody may try now. Exit code 2."""


class LoginLocked(LoginRefused):
    """Too many failed from this address: nobody may try from there now. Exit code 2."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A login that went well so far."""

    token: str
    whole: bool  # False: the second factor is still to come


@dataclass(frozen=True, slots=True)
class _Row:
    account_id: str
    role: str
    password_hash: str
    totp_secret: str
    totp_step: int
    failures: int
    locked: bool
    disabled: bool


class Logins:
    """Steps of logging in. Each is one transaction, and each is in the access log."""

    def __init__(self, pool: Pool, access: Access, rules: LoginRules) -> None:
        self._pool, self._access, self._rules = pool, access, rules

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
            row = self._row(conn, found[0], now) if found else None
            granted = None
            if row is None or row.disabled:
                self._log(
                    conn, "login_failed", row.account_id if row else _NOBODY, origin, now, "outside login unknown"
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
            LoginLocked: as above. LoginRefused: the code is wrong or was used, or the account is locked.
        """
        with translated(), self._pool.connection() as conn, conn.transaction():
            granted = self._by_code(conn, token_hash(token), code, origin, now)
        return _or_refused(granted)

    def offered_secret(self, token: str) -> str:
        """The secret that a half session of an account without a second factor is to enrol, base32."""
        values = {"token_hash": token_hash(token), "secret": secret_text(secrets.token_bytes(SECRET_BYTES))}
        with translated(), self._pool.connection() as conn, conn.transaction():
            conn.execute(_Q["offer_secret"], values)
            row = conn.execute(_Q["offered_secret"], [values["token_hash"]]).fetchone()
        return str(row[0]) if row else ""

    def _by_password(
        self, conn: Connection, account_id: str, password: str, origin: Origin, now: datetime
    ) -> Granted | None:
        self._refuse_locked_address(conn, origin, now)
        conn.execute(_Q["lock_login"], [account_id])
        row = self._row(conn, account_id, now)
        right = passwords.matches(row.password_hash if row else "", password)
        if row is None or row.locked or row.disabled or not right:
            why = "unknown name" if row is None else "locked" if row.locked else "disabled" if row.disabled else ""
            self._failed(conn, row, origin, now, why or "wrong password")
            return None
        if passwords.is_outdated(row.password_hash):
            values = {"account_id": row.account_id, "password_hash": passwords.hashed(password)}
            conn.execute(_Q["rehash"], values)
        return self._granted(conn, row, origin, now)

    def _granted(self, conn: Connection, row: _Row, origin: Origin, now: datetime) -> Granted:
        access = self._access.roles.get(row.role)
        whole = not row.totp_secret and access is not None and not access.second_factor
        if whole:
            conn.execute(_Q["succeeded"], [row.account_id])
        self._log(conn, "login" if whole else "login_half", row.account_id, origin, now, "")
        return Granted(begin(conn, row.account_id, origin, now, whole=whole), whole)

    def _by_code(self, conn: Connection, key: bytes, code: str, origin: Origin, now: datetime) -> Granted | None:
        self._refuse_locked_address(conn, origin, now)
        since = now - timedelta(seconds=self._rules.half_login_s)
        session = conn.execute(_Q["half_session"], {"token_hash": key, "since": since}).fetchone()
        if session is None:
            return None
        account_id = str(session[0])
        conn.execute(_Q["lock_login"], [account_id])
        row = self._row(conn, account_id, now)
        if row is None or row.disabled:
            return None
        offered = conn.execute(_Q["offered_secret"], [key]).fetchone()
        secret = row.totp_secret or (offered[0] if offered else "")
        step = matching_step(secret, code, now.timestamp(), row.totp_step) if secret else None
        if row.locked or step is None:
            self._failed(conn, row, origin, now, "locked" if row.locked else "wrong code")
            return None
        ended = conn.execute(_Q["end_session"], {"token_hash": key, "now": now}).fetchone()
        if ended is None:  # it was ended since, or the same code was sent twice at once
            return None
        if row.totp_secret:
            conn.execute(_Q["take_step"], {"account_id": account_id, "step": step})
        else:
            conn.execute(_Q["set_secret"], {"account_id": account_id, "secret": secret, "step": step})
            self._log(conn, "second_factor_set", account_id, origin, now, "")
        conn.execute(_Q["succeeded"], [account_id])
        self._log(conn, "login", account_id, origin, now, "")
        return Granted(begin(conn, account_id, origin, now, whole=True), whole=True)

    def _row(self, conn: Connection, account_id: str, now: datetime) -> _Row | None:
        with conn.cursor(row_factory=class_row(_Row)) as cur:
            return cur.execute(_Q["login_row"], {"account_id": account_id, "now": now}).fetchone()

    def _refuse_locked_address(self, conn: Connection, origin: Origin, now: datetime) -> None:
        values = {"address": network_of(origin.address), "now": now}
        row = conn.execute(_Q["address_locked"], values).fetchone()
        if row is not None:
            raise LoginLocked("too many logins failed from this address", "wait, then try again")

    def _failed(self, conn: Connection, row: _Row | None, origin: Origin, now: datetime, why: str) -> None:
        """Count, lock where it is time, and log it. An attempt during a lock of the account does not prolong it."""
        rules = self._rules
        locked = 0.0
        if row is not None and not row.locked:
            counted = conn.execute(_Q["failed"], [row.account_id]).fetchone()
            locked = lock_s(counted[0] if counted else 0, rules.failures, rules)
            if locked:
                until = now + timedelta(seconds=locked)
                conn.execute(_Q["lock_account"], {"account_id": row.account_id, "until": until})
        from_there = self._failed_from(conn, network_of(origin.address), now)
        said = [why, f"account locked for {locked:.0f} s" if locked else "", from_there]
        name = row.account_id if row else _NOBODY
        self._log(conn, "login_failed", name, origin, now, ", ".join(filter(None, said)))

    def _failed_from(self, conn: Connection, address: str, now: datetime) -> str:
        rules = self._rules
        quiet = now - timedelta(seconds=rules.lock_max_s)
        conn.execute(_Q["forget_addresses"], {"quiet_since": quiet, "now": now})
        counted = conn.execute(_Q["failed_from"], {"address": address, "now": now, "quiet_since": quiet}).fetchone()
        locked = lock_s(counted[0] if counted else 0, rules.address_failures, rules)
        if not locked:
            return ""
        conn.execute(_Q["lock_address"], {"address": address, "until": now + timedelta(seconds=locked)})
        return f"address locked for {locked:.0f} s"

    def _log(self, conn: Connection, act: str, account_id: str, origin: Origin, now: datetime, why: str) -> None:
        subject = f"address:{origin.address}"
        values = {"now": now, "account_id": account_id, "act": act, "subject": subject, "purpose": why}
        conn.execute(_Q["log"], values)


def _or_refused(granted: Granted | None) -> Granted:
    if granted is None:
        raise LoginRefused("the login failed", "check the name and what you typed, or wait a while")
    return granted


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the first 64 bits, which is what one household or attacker has."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(ip, IPv6Address):
        mapped = ip.ipv4_mapped
        return str(mapped) if mapped else str(ip_network((ip, 64), strict=False))
    return str(ip)
