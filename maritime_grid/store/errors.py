"""What can go wrong with the store, and the one place where driver errors become ours."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import psycopg_pool
from psycopg import errors as pg

from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError


class StoreError(MaritimeGridError):
    """The store answered, and what it said cannot be helped by asking again. Exit code 2."""


class StoreUnavailable(ServiceUnavailableError):  # noqa: N818  (the name others build against)
    """The store cannot be reached, is starting, stopping or out of room: ask again later. Exit code 3."""


class StoreBusy(StoreError):  # noqa: N818  (the same)
    """Another process writes to this store. Exit code 2."""


class StoreRefused(StoreError):  # noqa: N818  (the same)
    """The store will not have a value that it was given. Exit code 2."""


class StoreMoved(StoreError):  # noqa: N818  (the same)
    """Somebody else was the writer meanwhile: what we remember is not what the store holds. Load the state again."""


# By the server's own codes, whose classes the driver does not mirror: connection, no room, memory or connections left,
# shutdown or start, fault of the system, read-only after a failover, serialization, deadlock: all pass with time
_PASSING = ("08", "53", "57P", "58", "25006", "40001", "40P01")
_NOT_MIGRATED = (pg.UndefinedTable, pg.UndefinedColumn, pg.InvalidSchemaName, pg.UndefinedFunction)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def as_store_error(error: psycopg.Error) -> MaritimeGridError:
    """The store error that stands for a driver error."""
    line = _first_line(error)
    lost = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    pool = isinstance(error, (psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed, psycopg.InterfaceError))
    if lost or pool or (error.sqlstate or "").startswith(_PASSING):
        return StoreUnavailable(f"the store cannot be reached: {line}", "start it, or check the address given")
    if isinstance(error, _NOT_MIGRATED):
        return StoreError(f"the store lacks a table or column: {line}", "run: maritime-grid migrate")
    kind = StoreRefused if isinstance(error, (psycopg.DataError, psycopg.IntegrityError)) else StoreError
    return kind(f"the store refused: {line}")


@contextmanager
def translated() -> Generator[None]:
    """Driver errors raised inside leave as StoreUnavailable or StoreError, the cause kept.

    Raises: StoreUnavailable: try again later. StoreError: do not.
    """
    try:
        yield
    except psycopg.Error as error:
        raise as_store_error(error) from error
    except UnicodeEncodeError as error:  # lone halves of a pair of surrogates, which no text in UTF-8 holds
        raise StoreRefused("the store refused: a text that cannot be written", "type it again") from error
