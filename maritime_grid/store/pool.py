"""Pools of connections for any number of threads."""

from __future__ import annotations

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from .connect import parameters

Pool = ConnectionPool[psycopg.Connection[TupleRow]]


def open_pool(dsn: str, name: str, timeout_s: float, *, most: int = 4) -> Pool:
    """A pool of autocommit connections in UTC that need not reach the store yet, and mends itself.

    Args:
        dsn: the store.
        name: what it is for, as the server shows it.
        timeout_s: whoever waits longer for a connection gets StoreUnavailable, within `translated()`.
        most: connections.
    """
    options = "-c timezone=UTC -c statement_timeout=30s"
    return ConnectionPool(
        kwargs=parameters(dsn, name) | {"autocommit": True, "options": options},
        min_size=1,
        max_size=most,
        timeout=timeout_s,
        check=ConnectionPool.check_connection,
        reconnect_timeout=timeout_s,
        open=True,
    )
