"""Real servers for the tests: an embedded PostgreSQL a session, TimescaleDB where there is one, a database a test."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.writer import Store
from tests import needs

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def reachable_tmp() -> Iterator[Path]:
    """A folder that an unprivileged user can enter; pytest's own are of mode 0700."""
    folder = Path(tempfile.mkdtemp(prefix="mg-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(reachable_tmp: Path) -> Iterator[EmbeddedPostgres]:
    # a crash of the machine may cost the tests their data
    with EmbeddedPostgres(reachable_tmp / "pg", settings={"fsync": "off"}) as server:
        yield server


def _fresh(server_dsn: str) -> Iterator[str]:
    name = f"mg_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(f"create database {name} template template0")
    dsn = make_conninfo(server_dsn, dbname=name)
    try:
        yield dsn
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as conn:
            conn.execute(f"drop database {name} with (force)")


@pytest.fixture
def empty_dsn(postgres: EmbeddedPostgres) -> Iterator[str]:
    """An empty database."""
    yield from _fresh(postgres.dsn)


@pytest.fixture
def fresh_dsn(empty_dsn: str) -> str:
    """A migrated database without data."""
    with Store.open(empty_dsn) as store:
        store.migrate()
    return empty_dsn


@pytest.fixture
def timescale_dsn() -> Iterator[str]:
    """A migrated database without data on a TimescaleDB server."""
    for dsn in _fresh(needs.timescaledb()):
        with Store.open(dsn) as store:
            store.migrate()
        yield dsn


@pytest.fixture(params=["native", pytest.param("timescaledb", marks=pytest.mark.needs_timescaledb)])
def store_dsn(request: pytest.FixtureRequest) -> str:
    """A migrated database without data, once in each layout."""
    return request.getfixturevalue("fresh_dsn" if request.param == "native" else "timescale_dsn")


@pytest.fixture
def store(store_dsn: str) -> Iterator[Store]:
    with Store.open(store_dsn) as opened:
        yield opened
