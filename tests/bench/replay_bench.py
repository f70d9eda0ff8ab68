"""A million positions from a recording to the last commit, beside plain binary COPY of the same rows.

COPY gets the finished columns in memory and one transaction, into a table of the same definition (partitions, key and
BRIN) on the same server: nothing that stores these rows one by one can be faster. Ours reads the file twice (its
key, then its lines), decodes, runs the whole engine and keeps vessels, events and alerts besides.
"""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from maritime_grid.pipeline.replay import run_replay
from maritime_grid.settings import load_settings
from maritime_grid.store.bincopy import copy_in, copy_out
from maritime_grid.store.columns import POSITION

from .stores import fresh_store
from .traffic import Fleet

VESSELS, ROUNDS = 5_000, 200
RUNS = 3


def run() -> dict[str, float]:
    """Medians of runs, each on a fresh store, ours and COPY in turn."""
    pairs: list[tuple[float, float]] = []
    for _ in range(RUNS):
        with fresh_store() as (folder, dsn):
            path = folder / "recording.nmea"
            lines = Fleet(VESSELS).record(path, ROUNDS)
            pairs.append((_replayed(path, dsn, lines), _copied(dsn, lines)))
    ours, copy = (median(column) for column in zip(*pairs, strict=True))
    return {
        "replay_rows_per_s": ours,
        "copy_rows_per_s": copy,
        "replay_over_copy": median(a / b for a, b in pairs),
    }


def _replayed(path: Path, dsn: str, lines: int) -> float:
    began = time.perf_counter()
    summary = run_replay([path], dsn, load_settings(), None, lambda _done, _total, _name: None)
    seconds = time.perf_counter() - began
    assert summary["positions"] == lines, summary
    return lines / seconds


def _copied(dsn: str, lines: int) -> float:
    with psycopg.connect(dsn, autocommit=True) as conn:
        rows = _rows(conn)
        conn.execute("create table public.same (like mg.position including all) partition by range (t)")
        for (day,) in conn.execute("select day from mg.position_day").fetchall():
            conn.execute(
                f"create table public.same_{day:%Y%m%d} partition of public.same "
                f"for values from ('{day} 00:00+00') to ('{day + timedelta(days=1)} 00:00+00')"
            )
        conn.execute("checkpoint")
        began = time.perf_counter()
        with conn.transaction(), conn.cursor() as cur:
            stored = copy_in(cur, "public.same", POSITION, rows)
        seconds = time.perf_counter() - began
    assert stored == lines
    return lines / seconds


def _rows(conn: psycopg.Connection[Any]) -> dict[str, Any]:
    with conn.cursor() as cur:
        return copy_out(cur, f"select {', '.join(c.name for c in POSITION)} from mg.position", POSITION)
