"""Replay: recordings through the same engine, on their own clock.

A recording is known by its content. Each commit carries how many of its lines are in, so that a replay killed
anywhere and run again ends as if it had not been, and a second replay stores nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from ingest.batch import Batch
from ingest.decode import make_decoder
from ingest.packet import Decoder
from ingest.transports import TransportError, content_key, file_size, read_file
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.state import EngineState
from maritime_grid.domain.world import Feed, FeedKind, World
from maritime_grid.engine import advance
from maritime_grid.settings import Settings
from maritime_grid.store.writer import Committed, Store

from .world import build_world

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Tally:
    """What the summary counts."""

    lines: int = 0
    messages: Counter[int] = field(default_factory=Counter[int])
    rejected: int = 0
    positions: int = 0
    duplicates: int = 0
    late: int = 0
    events: int = 0
    alerts: int = 0

    def read(self, batch: Batch) -> None:
        self.lines += batch.lines
        self.messages.update(batch.messages)
        self.rejected += len(batch.refusals)
        self.duplicates += batch.duplicates

    def wrote(self, done: Committed) -> None:
        self.positions += done.stored
        self.duplicates += done.duplicates
        self.events += done.events
        self.alerts += done.alerts

    def summary(self, seconds: float) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "messages": sum(self.messages.values()),
            "rejected": self.rejected,
            "positions": self.positions,
            "duplicates": self.duplicates,
            "late": self.late,
            "events": self.events,
            "alerts": self.alerts,
            "seconds": round(seconds, 3),
            "messages_by_type": {str(kind): n for kind, n in sorted(self.messages.items())},
        }


def run_replay(
    paths: list[Path], dsn: str, settings: Settings, start: datetime | None, progress: Progress
) -> dict[str, Any]:
    """Replay recordings one after the other.

    Args:
        paths: NMEA, CSV or JSON lines; plain, gzip or Zstandard.
        dsn: a migrated store.
        settings: thresholds.
        start: clock of a recording without times; its modification time when not given.
        progress: called with bytes done, bytes in all, and the name of what is read.

    Returns:
        The summary: the keys of the fixed door, and messages by AIS type.

    Raises:
        UsageError: a recording cannot be read. StoreUnavailable, StoreBusy: as the store says.
    """
    began, tally = monotonic(), Tally()
    sizes = [file_size(path) for path in paths]
    with Store.open(dsn) as store:
        state, before = store.load_state(), 0
        for path, size in zip(paths, sizes, strict=True):

            def report(done: int, name: str = path.name, offset: int = before) -> None:
                progress(offset + done, sum(sizes), name)

            try:
                state = _replay_one(path, store, settings, start, (state, tally), report)
            except (TransportError, OSError, EOFError) as error:
                raise UsageError(f"{path}: {error}", "name a recording that can be read to its end") from error
            before += size
    return tally.summary(monotonic() - began)


def _replay_one(
    path: Path,
    store: Store,
    settings: Settings,
    start: datetime | None,
    so_far: tuple[EngineState, Tally],
    report: Callable[[int], None],
) -> EngineState:
    state, tally = so_far
    began = start or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    key = f"replay:{content_key(path)}:{int(start.timestamp()) if start else ''}"
    code = store.add_feed(f"file:{path.name}"[:64], "ais", watched=False)
    world = build_world(store, settings, {code: Feed(code, f"file:{path.name}"[:64], FeedKind.AIS)})
    decoder = make_decoder(
        "auto",
        code,
        clock="recorded",
        start_us=int(began.timestamp() * 1e6),
        relay_window_s=settings.pipeline.relay_window_s,
        fragment_timeout_s=settings.pipeline.fragment_timeout_s,
        future_s=settings.plausibility.future_s,
    )
    return _Run(store, world, tally, key).through(decoder, path, state, report)


class _Run:
    """One recording on its way: decoding and the engine here, the commit of the step before beside them."""

    def __init__(self, store: Store, world: World, tally: Tally, key: str) -> None:
        self._store, self._world, self._tally, self._key = store, world, tally, key
        self._done = store.cursor(key)
        self._lines = 0
        self._writing: Future[Committed] | None = None

    def through(self, decoder: Decoder, path: Path, state: EngineState, report: Callable[[int], None]) -> EngineState:
        with ThreadPoolExecutor(1, thread_name_prefix="commit") as pool:
            for packet in read_file(path, on_bytes=report):
                state = self._take(decoder.decode([packet]), state, pool)
            state = self._take(decoder.flush(), state, pool, last=True)
            self._settle()
        return state

    def _take(self, batch: Batch, state: EngineState, pool: ThreadPoolExecutor, last: bool = False) -> EngineState:
        self._lines += batch.lines
        self._tally.read(batch)
        # one more than the lines marks the end: the flush may bring rows without bringing lines
        position = self._lines + last
        if position <= self._done:
            self._tally.duplicates += int(np.isfinite(batch.positions.lon).sum())
            return state
        state, outcome = advance(state, batch, self._world)
        self._tally.late += outcome.counts.late
        self._tally.duplicates += outcome.counts.duplicates
        self._settle()
        self._writing = pool.submit(self._store.commit, outcome, {self._key: position})
        return state

    def _settle(self) -> None:
        if self._writing:
            writing, self._writing = self._writing, None
            self._tally.wrote(writing.result())
