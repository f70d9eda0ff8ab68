"""Accounts 账号: who may log in, as what, for which unit or body. On the product's own connections."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import errors as pg
from psycopg.rows import TupleRow, class_row

from maritime_grid.domain.access import BODY_KINDS, UNIT_LEVELS, Access, Role
from maritime_grid.domain.login import LoginRules
from maritime_grid.domain.totp import SECRET_BYTES, secret_text

from . import account_roles, passwords
from .account_checks import (
    LIST,
    AccountFault,
    Standing,
    check_actor,
    check_password,
    check_place,
    check_right,
    keep_an_operator,
)
from .account_rows import AccountRow, Change, NewAccount
from .account_seals import sealed_anew
from .errors import translated
from .logins import Logins
from .own_account import OwnAccount
from .pool import open_pool
from .queries import load_queries
from .sealing import Seal
from .sessions import Sessions

_Q = load_queries("accounts")

Connection = psycopg.Connection[TupleRow]


class Accounts:
    """Accounts with their logins and sessions, for any number of threads. Every change is in the access log.

    `by` is who changes: an account needs the right to keep accounts and may not change itself; another word, such as
    `cli:root`, stands for somebody who needs no account. Where accounts are kept, one that may is always left.

    Args:
        dsn: the store.
        access: the table of access.
        rules: of logging in.
        seal: closes secrets of second factors; None: they stand as they are.
        timeout_s: the store is away when it does not answer within this time.
    """

    def __init__(
        self, dsn: str, access: Access, rules: LoginRules, *, seal: Seal | None = None, timeout_s: float = 5
    ) -> None:
        self.access, self.rules, self._seal = access, rules, seal or Seal()
        self._pool = open_pool(dsn, "accounts", timeout_s)
        self.sessions = Sessions(self._pool, access, rules)
        self.logins = Logins(self._pool, access, rules, self._seal)
        self.own = OwnAccount(self._pool, access, rules, self._seal)

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write_table(self) -> None:
        """Make the store's copy of the table of access equal to the configuration."""
        rows = self.access.roles.items()
        acts = [(role, act) for role, row in rows for act in sorted(row.acts)]
        fields = [(role, name, str(level)) for role, row in rows for name, level in row.fields.items()]
        given_acts = {"roles": [a[0] for a in acts], "acts": [a[1] for a in acts]}
        given = {"roles": [f[0] for f in fields], "fields": [f[1] for f in fields], "levels": [f[2] for f in fields]}
        with self._changing() as conn:
            conn.execute(_Q["lock_table"])
            conn.execute(_Q["forget_acts"], given_acts)
            conn.execute(_Q["write_acts"], given_acts)
            conn.execute(_Q["forget_fields"], {"roles": given["roles"], "fields": given["fields"]})
            conn.execute(_Q["write_fields"], given)

    def mend_roles(self) -> list[str]:
        """Make the database roles that are missing, as after a restore; accounts for which that was not possible."""
        with translated(), self._pool.connection() as conn:
            return account_roles.mend_roles(conn)

    def add(self, new: NewAccount, password: str, now: datetime, by: str, *, once: bool = False) -> None:
        """Make an account with its database role; an empty password: it logs in from outside only.

        Args:
            new: what it is to be.
            password: checked by the rules.
            now: aware.
            by: who makes it, for the log.
            once: the password opens the form of a new one alone, and for a while; not where nobody stands to choose.

        Raises:
            UsageError: the role is unknown, or lacks its unit or body, or that is another than the role works for.
            StoreError: the store's user may not make roles.
        """
        if new.role not in self.access.roles:
            raise AccountFault("no_role", f"there is no role {new.role}", f"known are {', '.join(Role)}")
        if password:
            check_password(password, new.account_id, self.rules)
        until = self._until(now, once=once and bool(password) and new.role != Role.WALL)
        values: dict[str, Any] = {name: getattr(new, name) for name in NewAccount.__dataclass_fields__}
        values["name_shown"] = new.name_shown.strip() or new.account_id
        values |= {"password_hash": passwords.hashed(password) if password else "", "until": until, "now": now}
        with self._changing() as conn:
            check_right(conn, self.access, by)
            check_place(conn, new.role, new.unit_id, new.body_id, new.person_id)
            try:
                row = conn.execute(_Q["add"], values).fetchone()
            except pg.UniqueViolation:
                said = f"account {new.account_id} or its outside login is there already"
                raise AccountFault("name_taken", said, "choose another name", given=new.account_id) from None
            except pg.CheckViolation:
                mend = "give 2 to 31 of a-z, 0-9 and . _ -, a letter first"
                raise AccountFault("no_name", f"{new.account_id} is no login name", mend) from None
            assert row, "made"
            account_roles.make_role(conn, row[0])
            self._log(conn, "account_added", new.account_id, now, by)

    def all(self) -> list[AccountRow]:
        """All accounts, by name."""
        return self._rows(None)

    def one(self, account_id: str) -> AccountRow:
        """Raises: UsageError: there is none of that name."""
        rows = self._rows(account_id)
        if not rows:
            raise AccountFault("no_account", f"there is no account {account_id}", LIST, given=account_id)
        return rows[0]

    def there_are_any(self) -> bool:
        with translated(), self._pool.connection() as conn:
            row = conn.execute(_Q["any"]).fetchone()
            return bool(row and row[0])

    def disable(self, account_id: str, now: datetime, by: str) -> None:
        """It may not log in any more, to the database either, and its sessions end.

        Raises: AccountFault: also for the last operator.
        """
        self._change("set_disabled", {"account_id": account_id, "at": now}, "account_disabled", now, by)

    def enable(self, account_id: str, now: datetime, by: str) -> None:
        """It may log in again. Raises: AccountFault: there is no such account, or `by` may not."""
        self._change("set_disabled", {"account_id": account_id, "at": None}, "account_enabled", now, by)

    def change(self, account_id: str, wanted: Change, now: datetime, by: str) -> bool:
        """Another role, unit, body, person or name; whether anything differs from before.

        What the database and the pages show follows at once. Another role ends its sessions: they were begun under the
        rules of the old one, perhaps without a second factor. What the new role does not work for is left out.

        Raises:
            AccountFault: the role lacks its unit or body, or that is another than the role works for; or as `disable`.
        """
        if wanted.role not in self.access.roles:
            raise AccountFault("no_role", f"there is no role {wanted.role}", f"known are {', '.join(Role)}")
        role = Role(wanted.role)
        values: dict[str, Any] = {
            "account_id": account_id, "role": wanted.role, "person_id": wanted.person_id,
            "unit_id": wanted.unit_id if role in UNIT_LEVELS else None,
            "body_id": wanted.body_id if role in BODY_KINDS else None,
            "name_shown": wanted.name_shown.strip() or account_id, "machine": role is Role.WALL,
        }  # fmt: skip
        with self._changing() as conn:
            before = check_actor(conn, self.access, account_id, by)
            check_place(conn, role, values["unit_id"], values["body_id"], values["person_id"])
            said = _differences(before, values)
            if not said:
                return False
            conn.execute(_Q["change"], values)
            if before.role != role:
                conn.execute(_Q["end_sessions"], {"account_id": account_id, "now": now})
            keep_an_operator(conn, self.access, before)
            self._log(conn, "account_changed", account_id, now, by, said)
        return True

    def set_password(self, account_id: str, password: str, now: datetime, by: str, *, once: bool = False) -> None:
        """A new password; ends its sessions and any lock.

        Args:
            account_id: whose.
            password: checked by the rules.
            now: aware.
            by: who sets it.
            once: as for `add`.

        Raises: AccountFault: no such account, a weak password, or `by` may not.
        """
        check_password(password, account_id, self.rules)
        until = self._until(now, once=once and self.one(account_id).role != Role.WALL)
        values = {"account_id": account_id, "password_hash": passwords.hashed(password), "until": until}
        self._change("set_password", values, "password_set", now, by)

    def new_second_factor(self, account_id: str, now: datetime, by: str) -> str:
        """A new secret, base32; ends its sessions. Raises: AccountFault: no such account, or `by` may not."""
        secret = secret_text(secrets.token_bytes(SECRET_BYTES))
        values = {"account_id": account_id, "secret": self._seal.close(secret, account_id), "step": 0}
        self._change("set_secret", values, "second_factor_set", now, by)
        return secret

    def forget_second_factor(self, account_id: str, now: datetime, by: str) -> None:
        """The next login enrols anew, where its role needs one. Raises: AccountFault: no such account, or as above."""
        values = {"account_id": account_id, "secret": "", "step": 0}
        self._change("set_secret", values, "second_factor_forgotten", now, by)

    def reseal(self, former: Seal, now: datetime, by: str) -> tuple[int, list[str]]:
        """Close all secrets of second factors under the secret key of today, after it was changed, made or taken away.

        Args:
            former: opens what today's does not.
            now: aware.
            by: who does it, for the log.

        Returns: how many were closed anew, and the accounts whose secret neither key opens: they stay as they were.
        """
        with self._changing() as conn:
            conn.execute(_Q["hold_accounts"])
            done, lost = sealed_anew(conn, self._seal, former)
            self._log(conn, "second_factors_sealed", "*", now, by, f"{done} closed, {len(lost)} not readable")
        return done, lost

    def unlock(self, account_id: str, now: datetime, by: str) -> None:
        """It may try to log in at once; who is logged in stays so. Raises: AccountFault: as above."""
        self._change("unlock", {"account_id": account_id}, "account_unlocked", now, by, ends_sessions=False)

    def person_of(self, given: str) -> int | None:
        """Number of the person of a staff number, or of its own number; None: there is none."""
        with translated(), self._pool.connection() as conn:
            row = conn.execute(_Q["person_of"], {"given": given}).fetchone()
        return row[0] if row else None

    def _until(self, now: datetime, *, once: bool) -> datetime | None:
        return now + timedelta(seconds=self.rules.one_time_s) if once else None

    def _change(
        self, query: str, values: dict[str, Any], act: str, now: datetime, by: str, *, ends_sessions: bool = True
    ) -> None:
        account_id = values["account_id"]
        with self._changing() as conn:
            before = check_actor(conn, self.access, account_id, by)
            conn.execute(_Q[query], values)
            if act == "account_disabled":
                account_roles.end_login(conn, account_id)
            if ends_sessions:
                conn.execute(_Q["end_sessions"], {"account_id": account_id, "now": now})
            keep_an_operator(conn, self.access, before)
            self._log(conn, act, account_id, now, by)

    def _log(self, conn: Connection, act: str, account_id: str, now: datetime, by: str, said: str = "") -> None:
        values = {"now": now, "account_id": by, "act": act, "subject": f"account:{account_id}", "purpose": said}
        conn.execute(_Q["log"], values)

    def _rows(self, only: str | None) -> list[AccountRow]:
        with translated(), self._pool.connection() as conn, conn.cursor(row_factory=class_row(AccountRow)) as cur:
            return cur.execute(_Q["all"], {"only": only}).fetchall()

    @contextmanager
    def _changing(self) -> Generator[Connection]:
        with translated(), self._pool.connection() as conn, conn.transaction():
            yield conn


def _differences(before: Standing, values: dict[str, Any]) -> str:
    """What changes, for the log: `role worker > village, unit_id U1 > U2`."""
    names = ("role", "unit_id", "body_id", "person_id", "name_shown")
    pairs = ((name, getattr(before, name), values[name]) for name in names)
    return ", ".join(f"{name} {old or '-'} > {new or '-'}" for name, old, new in pairs if old != new)
