"""Memory: what the engine remembers of 1,000 and of 100,000 vessels, and a long replay's process as it goes on."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import psutil

from ingest.decode import make_decoder
from ingest.packet import Packet
from maritime_grid.domain.world import Feed, FeedKind, World
from maritime_grid.engine import advance, empty_state
from maritime_grid.pipeline.world import build_world
from maritime_grid.settings import load_settings
from maritime_grid.store.writer import Store
from tests import needs

from .stores import fresh_store
from .traffic import START_US, Fleet

MIB = 1 << 20
SIZES = (1_000, 100_000)
REPORTS = 3  # of each vessel, so that memberships of grids and zones are settled
VESSELS, ROUNDS = 5_000, 200
_LOOK_S = 0.05


def run() -> dict[str, float]:
    """MiB. The state alone by tracemalloc; the process by its resident set."""
    out: dict[str, float] = {}
    with fresh_store() as (folder, dsn):
        with Store.open(dsn) as store:
            feed = Feed(store.add_feed("bench", "ais", watched=False), "bench", FeedKind.AIS)
            world = build_world(store, load_settings(), {feed.code: feed})
        for vessels in SIZES:
            out[f"memory_{vessels}_mb"] = _state_mib(vessels, world, feed.code)
        path = folder / "recording.nmea"
        Fleet(VESSELS).record(path, ROUNDS)
        third, end = _resident_mib(path, dsn)
    return out | {"replay_rss_third_mb": third, "replay_rss_end_mb": end, "replay_rss_end_over_third": end / third}


def _state_mib(vessels: int, world: World, source: int) -> float:
    """Of a state that has heard of so many vessels; what is shared with the world does not count."""
    fleet, decoder = Fleet(vessels), make_decoder("nmea", source)
    state = empty_state()
    state, _ = advance(state, decoder.decode([Packet(START_US, fleet.sentences(0)[0])]), world)  # caches are warm
    tracemalloc.start()
    try:
        for k in range(1, REPORTS + 1):
            lines = b"\r\n".join(fleet.sentences(k * 60.0)) + b"\r\n"
            state, _ = advance(state, decoder.decode([Packet(START_US + k * 60_000_000, lines)]), world)
            del lines
        del decoder, fleet, _
        gc.collect()
        held, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(state.vessels) == vessels
    return held / MIB


def _resident_mib(path: Path, dsn: str) -> tuple[float, float]:
    """Highest resident set of the replay command in the first third of its time, and in the last."""
    command = [sys.executable, "-m", "maritime_grid", "replay", str(path), "--store", dsn]
    samples: list[int] = []
    with subprocess.Popen(command, cwd=needs.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                samples.append(watched.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(_LOOK_S)
    assert process.returncode == 0
    third = len(samples) // 3
    return max(samples[:third]) / MIB, max(samples[-third:]) / MIB
