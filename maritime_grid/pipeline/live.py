"""Ingest: feeds in, engine, store; one transaction a batch, acknowledged after the commit.

While the store is away, what cannot be asked for again goes to a spool on disk, in order, and what can is left with
its sender. Nothing is acknowledged that is not committed, and what is committed twice is stored once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from time import monotonic, time_ns

from ingest.batch import Batch, concat
from ingest.spool import Spool
from maritime_grid.domain.state import EngineState, Outcome
from maritime_grid.engine import advance
from maritime_grid.settings import Settings, data_dir
from maritime_grid.store.errors import StoreUnavailable
from maritime_grid.store.writer import Store

from .errands import Errands
from .figures import Figures
from .inlets import STEP_BYTES, Chunk, Intake, open_inlets, up_to
from .world import build_world, feeds_of

log = logging.getLogger(__name__)
SPOOL_AT_ONCE = 4000  # packets; gathering what comes costs a wait each time, so that few would never catch up


def now_us() -> int:
    """The wall clock, microseconds since the epoch, UTC."""
    return time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the engine on its way to the store."""

    outcome: Outcome
    after: EngineState
    chunks: Sequence[Chunk]
    spooled: int  # packets of the spool that it takes off


def run_ingest(settings: Settings, dsn: str, stop: threading.Event) -> None:
    """Take in the configured feeds until `stop` is set.

    Raises:
        UsageError: a feed is configured wrongly. StoreUnavailable: the store is away at the start. StoreBusy: another
        process writes to it.
    """
    with ExitStack() as stack:
        store = stack.enter_context(Store.open(dsn))
        spool = Spool(data_dir(settings) / "spool", settings.pipeline.spool_max_mib << 20)
        stack.callback(spool.close)
        ingest = Ingest(settings, store, spool)
        inlets = open_inlets(settings, list(ingest.feeds.values()), now_us)
        intake = Intake(inlets, settings.pipeline.batch_packets, settings.pipeline.batch_wait_s)
        stack.callback(intake.close)
        errands = stack.enter_context(Errands(settings, dsn, now_us))
        ingest.run(intake, errands, stop)


class Ingest:
    """The one writer: its memory of the engine is that of the last commit."""

    def __init__(self, settings: Settings, store: Store, spool: Spool) -> None:
        self._settings, self._store, self._spool = settings, store, spool
        self._state = store.load_state()
        self.feeds = feeds_of(store, settings)
        self._world = build_world(store, settings, self.feeds)
        self._waiting: Step | None = None  # could not be committed yet
        self._held: list[Chunk] = []  # of repeatable feeds, come while the store was away
        self._retry_at = 0.0
        self._ticked_at = 0.0
        self.figures = Figures()

    def run(self, intake: Intake, errands: Errands, stop: threading.Event) -> None:
        self._intake, self._errands = intake, errands
        log.info("taking in %s", ", ".join(feed.name for feed in self.feeds.values()))
        while not stop.is_set():
            chunks = intake.gather(min(0.5, self._settings.engine.tick_s))
            if self._waiting or self._spool.depth:
                self._set_aside(chunks)
                self._catch_up()
            else:
                self._live(chunks)
            self._report()
        self._finish()

    def _live(self, chunks: Sequence[Chunk]) -> None:
        due = monotonic() - self._ticked_at >= self._settings.engine.tick_s
        if chunks or due:
            self._ticked_at = monotonic()
            self._refresh_world()
            self._take(chunks)

    def _take(self, chunks: Sequence[Chunk], spooled: int = 0) -> None:
        """Decode, advance, commit."""
        began = monotonic()
        batch = self._decode(chunks)
        after, outcome = advance(self._state, batch, self._world, None if spooled else now_us())
        self._waiting = Step(outcome, after, chunks, spooled)
        self._commit()
        self.figures.step(batch, monotonic() - began)

    def _decode(self, chunks: Sequence[Chunk]) -> Batch:
        inlets = self._intake.inlets
        parts = [inlets[c.feed].decoder.decode(c.packets) for c in chunks if c.feed in inlets]
        return concat(parts) if parts else Batch()

    def _commit(self) -> None:
        """Store the waiting step; if the store is away, keep it and save on disk what nobody would send again."""
        step = self._waiting
        assert step, "there is a step to commit"
        try:
            self._store.commit(step.outcome)
        except StoreUnavailable as error:
            self._away(step, error)
            return
        self._waiting, self._state = None, step.after
        self._intake.acknowledge(step.chunks)
        if step.spooled:
            self._spool.peek(step.spooled)
            self._spool.commit(step.spooled)
        if step.outcome.alerts:
            self._errands.publish()
        self.figures.committed(now_us(), up=True)

    def _away(self, step: Step, error: StoreUnavailable) -> None:
        if not self.figures.store_up:  # known already
            self._retry_at = monotonic() + self._settings.store.retry_s
            return
        log.warning("%s; spooling until it is back", error)
        self.figures.committed(now_us(), up=False)
        self._intake.pause()
        if not step.spooled:
            count = self._save(step.chunks)
            self._waiting = Step(step.outcome, step.after, step.chunks, count)
        self._retry_at = monotonic() + self._settings.store.retry_s

    def _save(self, chunks: Sequence[Chunk]) -> int:
        """Packets of unrepeatable feeds onto the disk; how many."""
        lost = [c for c in chunks if not self._intake.repeatable(c.feed)]
        for feed, run in groupby(lost, lambda c: c.feed):  # each append waits for the disk
            self._spool.append(feed, [packet for chunk in run for packet in chunk.packets])
        return sum(len(c.packets) for c in lost)

    def _set_aside(self, chunks: Sequence[Chunk]) -> None:
        self._save(chunks)
        self._held += [c for c in chunks if self._intake.repeatable(c.feed)]

    def _catch_up(self) -> None:
        """Try the store again; then take the spool in order, then what was held, then go on live."""
        if self._waiting:
            if monotonic() < self._retry_at or not self._reconnect():
                return
            self._commit()
        if not self._waiting and self._spool.depth:
            found = self._spool.peek(SPOOL_AT_ONCE)
            found = found[: len(up_to([packet for _, packet in found], STEP_BYTES))]
            self._take([Chunk(feed, [packet]) for feed, packet in found], spooled=len(found))
        if not self._waiting and not self._spool.depth:
            held, self._held = self._held, []
            if held:
                self._take(held)
            self._intake.resume()

    def _reconnect(self) -> bool:
        try:
            self._store.reconnect()
            return True
        except StoreUnavailable:
            self._retry_at = monotonic() + self._settings.store.retry_s
            return False

    def _refresh_world(self) -> None:
        if not self._errands.world_changed.is_set():
            return
        self._errands.world_changed.clear()
        try:
            self._world = build_world(self._store, self._settings, self.feeds)
            log.info("grids, zones or roster changed: taken over")
        except StoreUnavailable:
            self._errands.world_changed.set()

    def _report(self) -> None:
        self._errands.report(self.figures.snapshot(self._intake.inlets.values(), self._spool))

    def _finish(self) -> None:
        """What is under way is committed if the store lets it; else it is on disk or with its sender."""
        if self._waiting:
            log.warning("the store is away: %d packets wait on disk", self._spool.depth)
