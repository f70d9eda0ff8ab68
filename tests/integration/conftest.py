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
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.migrate import migrate
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


def fresh_database(server_dsn: str, template: str = "template0") -> Iterator[str]:
    """DSN of a database made from a template, dropped with the roles of its accounts when the generator ends."""
    name = f"mg_test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server_dsn, autocommit=True) as conn:
        conn.execute(f"create database {name} template {template}")
    dsn = make_conninfo(server_dsn, dbname=name)
    try:
        yield dsn
    finally:
        with psycopg.connect(server_dsn, autocommit=True) as conn:
            oid = conn.execute("select oid from pg_database where datname = %s", [name]).fetchone()[0]
            conn.execute(f"drop database {name} with (force)")
            for (role,) in conn.execute("select rolname from pg_roles where rolname like %s", [f"mg\\_{oid}\\_%"]):
                conn.execute(f"drop role {role}")  # of its accounts: all databases of a server share their roles


@pytest.fixture(scope="session")
def plain_server(request: pytest.FixtureRequest) -> str:
    """DSN of a superuser on plain PostgreSQL: our embedded one, or that of MG_TEST_POSTGRES."""
    return os.environ.get("MG_TEST_POSTGRES") or request.getfixturevalue("postgres").dsn


@pytest.fixture
def empty_dsn(plain_server: str) -> Iterator[str]:
    """An empty database on plain PostgreSQL."""
    yield from fresh_database(plain_server)


@pytest.fixture(scope="session")
def migrated(plain_server: str) -> Iterator[str]:
    """Name of a database that was migrated once, for others to be made from: nobody connects to it."""
    for dsn in fresh_database(plain_server):
        with Store.open(dsn) as store:
            store.migrate()
        yield str(conninfo_to_dict(dsn)["dbname"])


@pytest.fixture
def fresh_dsn(plain_server: str, migrated: str) -> Iterator[str]:
    """A migrated database without data."""
    for dsn in fresh_database(plain_server, migrated):
        with psycopg.connect(dsn, autocommit=True) as conn:
            migrate(conn)  # a copy comes without the rights on the database itself
        yield dsn


@pytest.fixture
def timescale_dsn() -> Iterator[str]:
    """A migrated database without data on a TimescaleDB server."""
    for dsn in fresh_database(needs.timescaledb()):
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
