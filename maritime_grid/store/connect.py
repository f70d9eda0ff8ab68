"""Connections as the store wants them."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

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
    try:
        given = conninfo_to_dict(dsn)
    except psycopg.Error:
        mend = "write postgresql://user@host:port/database or host=... user=... dbname=..."
        raise StoreError("the address of the store cannot be read", mend) from None
    return {**_DEFAULTS, "application_name": f"maritime-grid {name}", **given}


def connect(dsn: str, name: str) -> psycopg.Connection[TupleRow]:
    """An autocommit connection; `name` says on the server what it is for.

    Raises: StoreUnavailable: nobody answers, or not yet.
    """
    with translated():
        conn = psycopg.connect(**parameters(dsn, name), autocommit=True)
        conn.execute("set timezone = 'UTC'")
        return conn
