"""Attempts at a secret, from the login and from the page of one's own account: counted, locked, logged alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

import psycopg
from psycopg.rows import TupleRow, class_row

from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.domain.login import LoginRules, lock_s

from .queries import load_queries
from .sessions import Origin

_Q = load_queries("accounts")
NOBODY = "?"  # in the log for a name that there is not: it may be a password in the wrong field

Connection = psycopg.Connection[TupleRow]


class LoginRefused(MaritimeGridError):  # noqa: N818  (the name others build against)
    """The login failed, or nobody may try now. Exit code 2."""


class LoginLocked(LoginRefused):
    """Too many failed from this address: nobody may try from there now. Exit code 2."""


@dataclass(frozen=True, slots=True)
class LoginRow:
    """What an attempt is judged by."""

    account_id: str
    role: str
    password_hash: str
    totp_secret: str
    totp_step: int
    failures: int
    locked: bool
    disabled: bool
    over: bool  # its password was for one time, which has passed


class Attempts:
    """Steps of one attempt, in transactions of the caller's."""

    def __init__(self, rules: LoginRules) -> None:
        self._rules = rules

    def turn(self, conn: Connection, account_id: str, now: datetime) -> LoginRow | None:
        """The account, once no other attempt on it is going on; None where there is none of that name."""
        conn.execute(_Q["lock_login"], [account_id])
        return self.row(conn, account_id, now)

    def row(self, conn: Connection, account_id: str, now: datetime) -> LoginRow | None:
        with conn.cursor(row_factory=class_row(LoginRow)) as cur:
            return cur.execute(_Q["login_row"], {"account_id": account_id, "now": now}).fetchone()

    def refuse_locked_address(self, conn: Connection, origin: Origin, now: datetime) -> None:
        """Raises: LoginLocked: too many failed from there."""
        values = {"address": network_of(origin.address), "now": now}
        row = conn.execute(_Q["address_locked"], values).fetchone()
        if row is not None:
            raise LoginLocked("too many logins failed from this address", "wait, then try again")

    def failed(
        self, conn: Connection, row: LoginRow | None, origin: Origin, now: datetime, why: str, act: str = "login_failed"
    ) -> None:
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
        name = row.account_id if row else NOBODY
        self.log(conn, act, name, origin, now, ", ".join(filter(None, said)))

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

    def log(self, conn: Connection, act: str, account_id: str, origin: Origin, now: datetime, why: str) -> None:
        subject = f"address:{origin.address}"
        values = {"now": now, "account_id": account_id, "act": act, "subject": subject, "purpose": why}
        conn.execute(_Q["log"], values)


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
