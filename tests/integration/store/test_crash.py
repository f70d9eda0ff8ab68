"""The server is killed while it is written to: all of a commit or nothing, and going on is enough."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psycopg
import pytest

from maritime_grid.domain.state import Outcome
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.errors import StoreUnavailable
from maritime_grid.store.writer import Store

from . import build
from .build import SECOND, T0

ROWS = 5_000


@pytest.fixture
def server(reachable_tmp: Path) -> Iterator[EmbeddedPostgres]:
    # fsync stays on: this is what it is for
    with EmbeddedPostgres(reachable_tmp / "crash", settings={"shared_buffers": "32MB"}) as running:
        yield running


def step(number: int) -> Outcome:
    mmsi = 412000001 + np.arange(ROWS)
    t = T0 + number * SECOND
    return build.outcome(
        positions=build.positions(ROWS, t=t, mmsi=mmsi),
        vessels=build.vessels(ROWS, t=t, mmsi=mmsi),
        events=build.events(ROWS, t=t, vessel=mmsi),
        clock=t,
    )


def commit_until(store: Store, first: int, last: int, reached: dict[int, threading.Event]) -> int:
    """Commit steps and their cursor; the first that was not committed."""
    for number in range(first, last):
        try:
            store.commit(step(number), {"feed": number + 1})
        except StoreUnavailable:
            return number
        if number in reached:
            reached[number].set()
    return last


def test_server_killed_under_commits_loses_and_doubles_nothing(server: EmbeddedPostgres):
    kills, last = (3, 8, 11), 16
    done = 0
    store = Store.open(server.dsn)
    store.migrate()
    for kill_after in kills:
        reached = {kill_after: threading.Event()}
        with ThreadPoolExecutor(1) as pool:
            answered = pool.submit(commit_until, store, done, last, reached)
            assert reached[kill_after].wait(60)
            os.kill(int((server.data_dir / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            kill_backends(server)
        server.stop()
        server.start()
        store.reconnect()
        done = answered.result()  # go on from what was answered: one may come twice
        assert store.cursor("feed") - done in (0, 1)  # at most the commit whose answer was lost
    assert commit_until(store, done, last, {}) == last
    with psycopg.connect(server.dsn) as conn:
        for table in ("position", "grid_event"):
            assert conn.execute(f"select count(*) from mg.{table}").fetchone() == (last * ROWS,)
        assert conn.execute("select count(*), count(distinct t) from mg.vessel_state").fetchone() == (ROWS, 1)
    store.close()


def kill_backends(server: EmbeddedPostgres) -> None:
    """Children of the dead postmaster that still work on its last orders."""
    data = str(server.data_dir)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if str((entry / "cwd").readlink()) == data:
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
