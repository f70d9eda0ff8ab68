"""What a wall asks of the store: all vessels at a first start, and what changed at every refresh."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from maritime_grid.pipeline.replay import run_replay
from maritime_grid.settings import load_settings
from maritime_grid.store.reads import Reads

from .stores import fresh_store
from .traffic import Fleet

VESSELS = 10_000  # more than Zhoushan's fishing fleet
RUNS = 15


def run() -> dict[str, float]:
    """Medians in seconds."""
    with fresh_store() as (folder, dsn):
        path = folder / "recording.nmea"
        Fleet(VESSELS).record(path, 2)
        run_replay([path], dsn, load_settings(), None, lambda _done, _total, _name: None)
        reads = Reads(dsn)
        try:
            rev = reads.vessels().rev
            assert len(reads.vessels().mmsi) == VESSELS
            return {
                "read_10000_vessels_s": _median(lambda: reads.vessels()),
                "read_no_changes_s": _median(lambda: reads.vessels(rev)),
            }
        finally:
            reads.close()


def _median(work: Callable[[], object]) -> float:
    took: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return median(took)
