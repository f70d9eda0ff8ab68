"""Queries of people on schema api: read only, bounded in time, blind to everything else."""

from __future__ import annotations

from contextlib import closing
from typing import Any, LiteralString, cast

import psycopg
from psycopg import errors as pg

from .connect import connect
from .errors import StoreError, translated

_TIMEOUT = "60s"


def read_only_query(dsn: str, query: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Column names and rows of one statement.

    A guard rail for someone who holds the address of the store anyway, not a wall against an attacker: the statement
    runs as role mg_read, which sees schema api alone, in a read-only transaction that ends after 60 s.

    Raises: StoreError: it writes, reads elsewhere, is no SQL, takes too long, or the role is missing.
    """
    with closing(connect(dsn, "sql")) as conn, translated():
        try:
            with conn.transaction(force_rollback=True), conn.cursor() as cur:
                cur.execute("set transaction read only")
                cur.execute(f"set local statement_timeout = '{_TIMEOUT}'")
                cur.execute("set local search_path = api")
                cur.execute("set local role mg_read")
                # parameters make the driver send one statement only; there are none, so % stands for itself
                cur.execute(cast("LiteralString", query.strip()), None, prepare=True)
                if cur.description is None:
                    raise StoreError("the statement gives no rows", "give a select on schema api")
                return [column.name for column in cur.description], cur.fetchall()
        except (psycopg.ProgrammingError, psycopg.DataError, psycopg.InternalError, pg.QueryCanceled) as error:
            raise _explained(error) from None


def _explained(error: psycopg.Error) -> StoreError:
    """What the server said of a person's query, with what to do."""
    said = str(error).splitlines()[0]
    if isinstance(error, pg.ReadOnlySqlTransaction):
        return StoreError("this command only reads", "give a select on schema api")
    if isinstance(error, pg.QueryCanceled):
        return StoreError(f"the query took longer than {_TIMEOUT}", "ask for less, by time or by vessel")
    if "mg_read" in said:
        mend = "as its administrator: create role mg_read nologin; grant mg_read to the product's user; then migrate"
        return StoreError(f"the store's role mg_read cannot be used ({said})", mend)
    mend = '"select table_name, column_name from information_schema.columns" lists what there is'
    return StoreError(f"the query was refused: {said}", mend)
