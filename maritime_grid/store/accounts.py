"""Accounts 账号: who may log in, as what, for which unit or body. On the product's own connections."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import errors as pg
from psycopg.rows import TupleRow, class_row

from maritime_grid.domain.access import BODY_KINDS, UNIT_LEVELS, Access, Role
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.login import LoginRules, password_fault
from maritime_grid.domain.totp import SECRET_BYTES, secret_text

from . import account_roles, passwords
from .account_rows import AccountRow, NewAccount
from .errors import translated
from .logins import Logins
from .pool import open_pool
from .queries import load_queries
from .sessions import Sessions

_Q = load_queries("accounts")
_LIST = "see: maritime-grid user list"

Connection = psycopg.Connection[TupleRow]


class Accounts:
    """Accounts with their logins and sessions, for any number of threads. Every change is in the access log.

    Args:
        dsn: the store.
        access: the table of access.
        rules: of logging in.
        timeout_s: the store is away when it does not answer within this time.
    """

    def __init__(self, dsn: str, access: Access, rules: LoginRules, *, timeout_s: float = 5) -> None:
        self.access, self.rules = access, rules
        self._pool = open_pool(dsn, "accounts", timeout_s)
        self.sessions = Sessions(self._pool, access, rules)
        self.logins = Logins(self._pool, access, rules)

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

    def add(self, new: NewAccount, password: str, now: datetime, by: str) -> None:
        """Make an account with its database role; an empty password: it logs in from outside only.

        Args:
            new: what it is to be.
            password: checked by the rules.
            now: aware.
            by: who makes it, for the log.

        Raises:
            UsageError: the role is unknown, or lacks its unit or body, or that is another than the role works for.
            StoreError: the store's user may not make roles.
        """
        if new.role not in self.access.roles:
            raise UsageError(f"there is no role {new.role}", f"known are {', '.join(Role)}")
        if password:
            self._check_password(password, new.account_id)
        values = {name: getattr(new, name) for name in NewAccount.__dataclass_fields__}
        values["name_shown"] = new.name_shown.strip() or new.account_id
        values |= {"password_hash": passwords.hashed(password) if password else "", "now": now}
        with self._changing() as conn:
            self._check_place(conn, new)
            try:
                row = conn.execute(_Q["add"], values).fetchone()
            except pg.UniqueViolation:
                raise UsageError(
                    f"account {new.account_id} or its outside login is there already", "choose another name"
                ) from None
            except pg.CheckViolation:
                raise UsageError(
                    f"{new.account_id} is no login name", "give 2 to 31 of a-z, 0-9 and . _ -, a letter first"
                ) from None
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
            raise UsageError(f"there is no account {account_id}", _LIST)
        return rows[0]

    def there_are_any(self) -> bool:
        with translated(), self._pool.connection() as conn:
            row = conn.execute(_Q["any"]).fetchone()
            return bool(row and row[0])

    def disable(self, account_id: str, now: datetime, by: str) -> None:
        """It may not log in any more, to the database either, and its sessions end.

        Raises: UsageError: there is no such account.
        """
        self._change("set_disabled", {"account_id": account_id, "at": now}, "account_disabled", now, by)

    def enable(self, account_id: str, now: datetime, by: str) -> None:
        """It may log in again. Raises: UsageError: there is no such account."""
        self._change("set_disabled", {"account_id": account_id, "at": None}, "account_enabled", now, by)

    def set_password(self, account_id: str, password: str, now: datetime, by: str) -> None:
        """A new password; ends its sessions and any lock. Raises: UsageError: no such account, or a weak password."""
        self._check_password(password, account_id)
        values = {"account_id": account_id, "password_hash": passwords.hashed(password)}
        self._change("set_password", values, "password_set", now, by)

    def new_second_factor(self, account_id: str, now: datetime, by: str) -> str:
        """A new secret, base32; ends its sessions. Raises: UsageError: there is no such account."""
        secret = secret_text(secrets.token_bytes(SECRET_BYTES))
        values = {"account_id": account_id, "secret": secret, "step": 0}
        self._change("set_secret", values, "second_factor_set", now, by)
        return secret

    def forget_second_factor(self, account_id: str, now: datetime, by: str) -> None:
        """The next login enrols anew, where its role needs one. Raises: UsageError: there is no such account."""
        values = {"account_id": account_id, "secret": "", "step": 0}
        self._change("set_secret", values, "second_factor_forgotten", now, by)

    def _check_password(self, password: str, account_id: str) -> None:
        fault = password_fault(password, account_id, self.rules)
        if fault:
            raise UsageError(f"the password will not do: {fault}", "choose another")

    def _check_place(self, conn: Connection, new: NewAccount) -> None:
        """The unit and body are there, and are what the role works for."""
        levels, kind = UNIT_LEVELS.get(Role(new.role), ()), BODY_KINDS.get(Role(new.role))
        if levels and not new.unit_id:
            raise UsageError(f"a {new.role} works for a unit", f"give one of level {' or '.join(levels)} with --unit")
        if kind and not new.body_id:
            raise UsageError(f"a {new.role} works for a body", f"give one of kind {kind} with --body")
        if new.unit_id:
            level = _value(conn, "unit_level", new.unit_id)
            if level is None:
                raise UsageError(f"there is no unit {new.unit_id}", "see: maritime-grid sql 'select * from unit'")
            if levels and level not in levels:
                raise UsageError(f"{new.unit_id} is a {level}", f"a {new.role} works for a {' or '.join(levels)}")
        if new.body_id:
            found = _value(conn, "body_kind", new.body_id)
            if found is None:
                raise UsageError(f"there is no body {new.body_id}", "see: maritime-grid sql 'select * from body'")
            if kind and found != kind:
                raise UsageError(f"{new.body_id} is a {found}", f"a {new.role} works for a {kind}")
        if new.person_id is not None and not _value(conn, "has_person", new.person_id):
            raise UsageError(f"there is no person {new.person_id}", "see: maritime-grid people export")

    def _change(self, query: str, values: dict[str, Any], act: str, now: datetime, by: str) -> None:
        account_id = values["account_id"]
        with self._changing() as conn:
            if not conn.execute(_Q[query], values).rowcount:
                raise UsageError(f"there is no account {account_id}", _LIST)
            if act == "account_disabled":
                account_roles.end_login(conn, account_id)
            conn.execute(_Q["end_sessions"], {"account_id": account_id, "now": now})
            self._log(conn, act, account_id, now, by)

    def _log(self, conn: Connection, act: str, account_id: str, now: datetime, by: str) -> None:
        values = {"now": now, "account_id": by, "act": act, "subject": f"account:{account_id}", "purpose": ""}
        conn.execute(_Q["log"], values)

    def _rows(self, only: str | None) -> list[AccountRow]:
        with translated(), self._pool.connection() as conn, conn.cursor(row_factory=class_row(AccountRow)) as cur:
            return cur.execute(_Q["all"], {"only": only}).fetchall()

    @contextmanager
    def _changing(self) -> Generator[Connection]:
        with translated(), self._pool.connection() as conn, conn.transaction():
            yield conn


def _value(conn: Connection, query: str, key: object) -> Any:
    row = conn.execute(_Q[query], [key]).fetchone()
    return row[0] if row else None
