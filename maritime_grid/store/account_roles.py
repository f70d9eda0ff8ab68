"""The database role of each account: made, mended, and put on for the length of a transaction."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from psycopg import sql
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow, tuple_row

from .errors import StoreError
from .queries import load_queries

log = logging.getLogger(__name__)
_Q = load_queries("accounts")

Connection = psycopg.Connection[TupleRow]


def make_role(conn: Connection, number: int) -> None:
    """The role of an account, a reader, and one that we may put on.

    Args:
        conn: in a transaction of the caller's.
        number: of the account.

    Raises:
        StoreError: our own user may not make roles.
    """
    name, we, version, is_super, makes_roles, reader = conn.execute(_Q["rights"], [number]).fetchone() or _nothing()
    if not reader or not (is_super or makes_roles):
        raise StoreError(f"the store's user {we} may not make roles for accounts", mend_of(we))
    role = sql.Identifier(name)
    try:
        conn.execute(sql.SQL("create role {} nologin").format(role))
        # a login that an administrator gives it reads only as well, and not for ever
        conn.execute(sql.SQL("alter role {} set default_transaction_read_only = on").format(role))
        conn.execute(sql.SQL("alter role {} set statement_timeout = '30s'").format(role))
        conn.execute(sql.SQL("grant mg_reader to {}").format(role))
        if not is_super:
            put_on = "with inherit false, set true" if version >= 160_000 else ""
            conn.execute(sql.SQL("grant {} to current_user " + put_on).format(role))
    except pg.InsufficientPrivilege:
        raise StoreError(f"the store's user {we} may not make roles for accounts", mend_of(we)) from None


def mend_of(user: str) -> str:
    """What an administrator types."""
    return (
        f'as its administrator: create role mg_reader nologin (where it is missing); grant mg_reader to "{user}" '
        f'with admin option; alter role "{user}" createrole; then maritime-grid migrate'
    )


def mend_roles(conn: Connection) -> list[str]:
    """Make roles that are missing or in no group, as after a restore to another server; accounts left without.

    Args:
        conn: autocommit.
    """
    without: list[str] = []
    for account_id, number, name, there in conn.execute(_Q["without_role"]).fetchall():
        try:
            with conn.transaction():
                if there:
                    conn.execute(sql.SQL("grant mg_reader to {}").format(sql.Identifier(name)))
                else:
                    make_role(conn, number)
        except (StoreError, pg.InsufficientPrivilege, pg.UndefinedObject):
            without.append(account_id)
        except pg.DuplicateObject:
            pass  # another process mends them too
    return without


def end_login(conn: Connection, account_id: str) -> None:
    """Take the login of its own from the role of an account, where an administrator gave it one.

    Args:
        conn: in a transaction of the caller's.
        account_id: whose.
    """
    row = conn.execute(_Q["login_role"], [account_id]).fetchone()
    if row is None:
        return
    try:
        with conn.transaction():
            conn.execute(sql.SQL("alter role {} nologin").format(sql.Identifier(row[0])))
    except pg.InsufficientPrivilege:  # it sees nothing all the same, since the account is disabled
        log.warning("account %s keeps a login of the database; as its administrator: drop role %s", account_id, row[0])


@contextmanager
def as_account(conn: Connection, account_id: str, *, logged: bool = False) -> Generator[Connection]:
    """A transaction in which the connection reads as the account's own role, which sees what is the account's to see.

    All that is read in it is of one moment, whoever acts meanwhile.

    Args:
        conn: autocommit; in a transaction of the caller's, that one says of which moment.
        account_id: whose role is put on.
        logged: functions that log what they give away may be called; the role itself still cannot write anything. What
            is read so is of the moment of each query.

    Raises:
        StoreError: there is no such account, it is disabled, or its role is missing or not ours to put on.
    """
    of_caller = conn.info.transaction_status != TransactionStatus.IDLE
    with conn.transaction():
        if not logged:
            conn.execute(f"set transaction {'' if of_caller else 'isolation level repeatable read, '}read only")
        with conn.cursor(row_factory=tuple_row) as cur:
            row = cur.execute(_Q["role_of"], [account_id]).fetchone()
        if row is None:
            raise StoreError(f"there is no account {account_id}, or it is disabled", "see: maritime-grid user list")
        try:
            conn.execute(sql.SQL("set local role {}").format(sql.Identifier(row[0])))
        except (pg.InsufficientPrivilege, pg.InvalidParameterValue, pg.UndefinedObject):
            raise StoreError(f"the database role of account {account_id} cannot be used", mend_of(row[1])) from None
        yield conn


def _nothing() -> tuple[str, str, int, bool, bool, bool]:
    raise StoreError("the store said nothing of its roles")
