"""Ingest: feeds in, engine, store; one transaction a batch, acknowledged after the commit.

While the store is away, what cannot be asked for again goes to a spool on disk, in order, and what can is left with
its sender. Nothing is acknowledged that is not committed, and what is committed twice is stored once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from time import monotonic, time_ns

from ingest.batch import Batch, concat
from ingest.spool import Spool
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.domain.state import EngineState, Outcome
from maritime_grid.engine import advance
from maritime_grid.settings import Settings, data_dir
from maritime_grid.store.errors import StoreBusy, StoreMoved, StoreRefused, StoreUnavailable
from maritime_grid.store.writer import Store

from .aged import without_aged
from .apart import commit_apart
from .errands import Errands
from .figures import Figures
from .inlets import STEP_BYTES, Chunk, Intake, open_inlets, up_to
from .troubles import Troubles
from .world import build_world, feeds_of

log = logging.getLogger(__name__)
LAST_S = 1.0  # for what came before the end was asked for
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
    spooled: int | None = None  # the spool may forget all before this number of its; None: it has none of the step


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
        self._ended = set[int]()  # feeds whose file or pipe has ended, and whose last was taken in
        self._retry_at = 0.0
        self._ticked_at = 0.0
        self.figures = Figures()
        self._troubles = Troubles(settings)

    def run(self, intake: Intake, errands: Errands, stop: threading.Event) -> None:
        self._intake, self._errands = intake, errands
        log.info("taking in %s", ", ".join(feed.name for feed in self._settings.feeds))
        while not stop.is_set():
            behind = bool(self._waiting or self._spool.depth)
            # from the spool as fast as it goes; while the store is away there is no hurry
            hurry = behind and not self._waiting
            chunks = intake.gather(0.0, 0.0) if hurry else intake.gather(min(0.5, self._settings.engine.tick_s))
            if behind:
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

    def _take(self, chunks: Sequence[Chunk], spooled: int | None = None) -> None:
        """Decode, advance, commit."""
        began = monotonic()
        batch = without_aged(self._decode(chunks), self._settings.retention.position_days)
        after, outcome = advance(self._state, batch, self._world, None if spooled is not None else now_us())
        self._waiting = Step(outcome, after, chunks, spooled)
        self._commit()
        self.figures.step(batch, monotonic() - began)

    def _decode(self, chunks: Sequence[Chunk]) -> Batch:
        inlets = self._intake.inlets
        parts = [inlets[c.feed].decoder.decode(c.packets) for c in chunks if c.feed in inlets]
        ended = [] if chunks else [code for code, i in inlets.items() if i.transport.finished]
        for code in set(ended) - self._ended:  # a tick with nothing to do: all of it was taken in
            parts.append(inlets[code].decoder.flush())
            self._ended.add(code)
        return concat(parts) if parts else Batch()

    def _commit(self) -> None:
        """Store the waiting step; if the store is away, keep it and save on disk what nobody would send again."""
        step = self._waiting
        assert step, "there is a step to commit"
        try:
            self._store.commit(step.outcome)
        except (StoreUnavailable, StoreBusy) as error:  # busy: it takes a server minutes to miss a cut connection
            self._away(step, error)
            return
        except StoreMoved as error:
            self._again(step, error)
            return
        except StoreRefused as error:
            log.warning("%s; taking the batch apart", error)
            step = self._apart(step)
        else:
            self._state = step.after
        self._waiting = None
        self._intake.acknowledge(step.chunks)
        if step.spooled is not None:
            self._spool.commit_to(step.spooled)
        if step.outcome.alerts:
            self._errands.publish()
        self.figures.committed(now_us(), up=True)

    def _again(self, step: Step, error: StoreMoved) -> None:
        """The step anew from the state that the store has: ours was committed unheard, or a replay wrote meanwhile."""
        log.warning("%s; taking over what it holds", error)
        try:
            self._state = self._store.load_state()
        except (StoreUnavailable, StoreBusy) as gone:
            self._away(step, gone)
            return
        after, outcome = advance(self._state, step.outcome.batch, self._world, step.outcome.clock)
        self._waiting = replace(step, outcome=outcome, after=after)
        self._commit()

    def _apart(self, step: Step) -> Step:
        """Commits report by report what the store refuses as a whole.

        Until that is done, what nobody would send again is on disk: a store that goes away meanwhile ends the
        process, and the next one begins with it.
        """
        if step.spooled is None:
            step = replace(step, spooled=self._save(step.chunks))
        outcome = step.outcome
        self._state = commit_apart(self._store, self._state, outcome.batch, self._world, outcome.clock)
        return step

    def _away(self, step: Step, error: StoreUnavailable | StoreBusy) -> None:
        if not self.figures.store_up:  # known already
            self._retry_at = monotonic() + self._settings.store.retry_s
            return
        log.warning("%s; spooling until it is back", error)
        self.figures.committed(now_us(), up=False)
        self._intake.pause()
        if step.spooled is None:
            self._waiting = replace(step, spooled=self._save(step.chunks))
        self._retry_at = monotonic() + self._settings.store.retry_s

    def _save(self, chunks: Sequence[Chunk]) -> int | None:
        """Packets of unrepeatable feeds onto the disk; the spool's number behind them, None without any."""
        end: int | None = None
        lost = [c for c in chunks if not self._intake.repeatable(c.feed)]
        for feed, run in groupby(lost, lambda c: c.feed):  # each append waits for the disk
            end = self._spool.append(feed, [packet for chunk in run for packet in chunk.packets])
        return end

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
            chunks = [Chunk(feed, [p for _, p in run]) for feed, run in groupby(found, lambda one: one[0])]
            self._take(chunks, spooled=self._spool.end_of(len(found)))
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
            self._refresh_seen()
            return
        self._errands.alerts_seen.clear()
        self._errands.world_changed.clear()
        try:
            self._world = build_world(self._store, self._settings, self.feeds)
            log.info("grids, zones and roster taken over")
        except StoreUnavailable:
            self._errands.world_changed.set()
        except MaritimeGridError as error:
            log.error("what was changed cannot be used, the former stays: %s", error)

    def _refresh_seen(self) -> None:
        """What people acknowledged is called out no more; the rest of the world stays as it is."""
        if not self._errands.alerts_seen.is_set():
            return
        self._errands.alerts_seen.clear()
        try:
            self._world = replace(self._world, seen=self._store.seen_emergencies())
        except StoreUnavailable:
            self._errands.alerts_seen.set()

    def _report(self) -> None:
        self._troubles.tell(self._intake.inlets.values())
        self._errands.report(self.figures.snapshot(self._intake.inlets.values(), self._spool))

    def _finish(self) -> None:
        """What has come is committed if the store lets it; else it is on disk or with its sender."""
        ends = monotonic() + LAST_S
        while monotonic() < ends + LAST_S and (chunks := self._intake.gather(0.1)):
            if self._waiting or self._spool.depth or monotonic() > ends:
                self._set_aside(chunks)
            else:
                self._take(chunks)
        if self._waiting:
            log.warning("the store is away: %d packets wait on disk", self._spool.depth)
