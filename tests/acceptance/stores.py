"""An embedded server for replays by the real command: a prepared database, copied for each test."""

from __future__ import annotations

import io
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from maritime_grid.cli import main
from maritime_grid.cli.prepare import prepare_store
from maritime_grid.settings import load_settings
from maritime_grid.store.embedded import EmbeddedPostgres
from tests import needs

_numbers = itertools.count(1)
# what a replay writes; `rev` numbers commits, and a killed replay may need more of them
WRITTEN = (
    "position", "grid_event", "alert", "alert_log", "quarantine", "vessel_state", "membership", "vessel_static",
    "text_report", "feed_state",
)  # fmt: skip


class Stores:
    """Makes databases with the area in them and nothing else."""

    def __init__(self, server_dsn: str) -> None:
        self._server = server_dsn
        self._template = self._create("template0")
        prepare_store(self._template, load_settings())

    def fresh(self) -> str:
        """DSN of a database with the area filed."""
        return self._create(psycopg.conninfo.conninfo_to_dict(self._template)["dbname"])

    def _create(self, template: object) -> str:
        name = f"mg_replay_{next(_numbers)}"
        with psycopg.connect(self._server, autocommit=True) as conn:
            conn.execute(f"create database {name} template {template} strategy file_copy")
        return make_conninfo(self._server, dbname=name)


@contextmanager
def served() -> Iterator[Stores]:
    """A server in a folder that its user may enter, without care for a crash of the machine."""
    folder = Path(tempfile.mkdtemp(prefix="mg-replay-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder / "pg", settings={"fsync": "off", "autovacuum": "off"}) as server:
            yield Stores(server.dsn)
    finally:
        shutil.rmtree(folder)


def start(dsn: str, *paths: Path) -> subprocess.Popen[str]:
    """The real command, on its way."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MG_")}
    command = [sys.executable, "-m", "maritime_grid", "replay", *map(str, paths), "--store", dsn]
    return subprocess.Popen(
        command, cwd=needs.ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def replay(dsn: str, *paths: Path) -> dict[str, Any]:
    """Its summary; it must end well."""
    process = start(dsn, *paths)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


def replay_here(dsn: str, path: Path) -> dict[str, Any]:
    """The same command within this process, for the many: a start of Python costs more than a small recording."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        assert main(["replay", str(path), "--store", dsn]) == 0
    return json.loads(out.getvalue().splitlines()[-1])


def count_rows(dsn: str) -> dict[str, int]:
    """Rows of every table of schema mg."""
    with psycopg.connect(dsn) as conn:
        names = [str(name) for (name,) in conn.execute(
            "select relname from pg_class where relnamespace = 'mg'::regnamespace and relkind in ('r', 'p')"
        )]  # fmt: skip
        return {name: conn.execute(f"select count(*) from mg.{name}").fetchone()[0] for name in names}


def contents(dsn: str) -> dict[str, tuple[int, int]]:
    """Of each table a replay writes: rows, and the sum of their hashes, whatever their order."""
    rows = dict.fromkeys(WRITTEN, "(to_jsonb(x) - 'rev' - 'id')::text") | {"position": "x::text"}
    with psycopg.connect(dsn) as conn:
        return {
            name: conn.execute(
                f"select count(*), coalesce(sum(hashtextextended({text}, 0)::numeric), 0) from mg.{name} x"
            ).fetchone()
            for name, text in rows.items()
        }


def read(dsn: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as conn:
        return conn.execute(query).fetchall()
