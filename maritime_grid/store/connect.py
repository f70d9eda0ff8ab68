"""Connections as the store wants them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow, TupleRow, dict_row, tuple_row
from psycopg_pool import ConnectionPool

from .errors import StoreError, translated

# a server that vanished without a word is noticed within half a minute
_DEFAULTS: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def parameters(dsn: str, name: str) -> dict[str, Any]:
    """Connection parameters of a DSN with our defaults for what it leaves open.

    Raises: StoreError: it is no DSN.
    """
    return {**_DEFAULTS, "application_name": f"maritime-grid {name}", **_given(dsn)}


def with_timeout(dsn: str, seconds: int) -> str:
    """The DSN with a limit to the time of connecting, unless it has one of its own.

    Raises: StoreError: it is no DSN.
    """
    return make_conninfo("", **{"connect_timeout": seconds, **_given(dsn)})


def _given(dsn: str) -> dict[str, Any]:
    try:
        return conninfo_to_dict(dsn)
    except psycopg.Error:
        mend = "write postgresql://user@host:port/database or host=... user=... dbname=..."
        raise StoreError("the address of the store cannot be read", mend) from None


def connect(dsn: str, name: str) -> psycopg.Connection[TupleRow]:
    """An autocommit connection; `name` says on the server what it is for.

    Raises: StoreUnavailable: nobody answers, or not yet.
    """
    with translated():
        conn = psycopg.connect(**parameters(dsn, name), autocommit=True)
        conn.execute("set timezone = 'UTC'")
        return conn


@contextmanager
def with_tuples(conn: psycopg.Connection[DictRow]) -> Generator[psycopg.Connection[TupleRow]]:
    """The same connection with rows as tuples, inside the block and the same transaction."""
    plain = cast("psycopg.Connection[TupleRow]", conn)
    before, plain.row_factory = conn.row_factory, tuple_row
    try:
        yield plain
    finally:
        conn.row_factory = before


def command_pool(dsn: str, *, timeout_s: float = 5) -> ConnectionPool[psycopg.Connection[DictRow]]:
    """Autocommit connections with rows as dicts, for the commands of people: a few at once, the rest wait in line."""
    kwargs = parameters(dsn, "commands") | {
        "autocommit": True,
        "row_factory": dict_row,
        "options": "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=10s",
    }
    return ConnectionPool(
        connection_class=psycopg.Connection[DictRow],
        kwargs=kwargs,
        min_size=1,
        max_size=8,
        timeout=timeout_s,
        check=ConnectionPool.check_connection,  # pyright: ignore[reportArgumentType]  (typed for rows as tuples)
        reconnect_timeout=timeout_s,
        open=True,
    )
