"""One snapshot a server: read from the store by a thread, held as ready bytes, served to all viewers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .body import Body
from .known import Known, utc
from .options import DashboardSettings
from .picture import Geo, Mark, geo_bodies, judge, meta_body, status_body, vessels_body
from .source import WallReads

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is served now. Immutable: a request sees one frame or the next, never half of both."""

    vessels: Body
    status: Body
    meta: Body
    geo: Geo
    mark: Mark
    newest: int | None  # newest receipt of data, ms since the epoch, UTC


class Snapshot:
    """Refreshed on the store's notifications and at least every `refresh_s`; outlives a dead store.

    Args:
        reads: the store.
        settings: see `options`.
        clock: ms since the epoch, UTC.
        build: names the program's version to the pages.
    """

    def __init__(self, reads: WallReads, settings: DashboardSettings, clock: Callable[[], int], build: str) -> None:
        self._reads, self._settings, self._clock, self._build = reads, settings, clock, build
        self.known = Known()
        self._epoch = float(clock())
        self._store_up, self._read_at = False, None
        self._shown_names, self._shown_geo = -1, -1
        self._fault = ""
        self._wake, self._stop = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        mark = self._mark()
        judged = judge(self.known, settings)
        self.frame = Frame(
            vessels_body(self.known, judged, mark),
            status_body(self.known, judged, mark, settings),
            meta_body(self.known, mark),
            geo_bodies(self.known, settings),
            mark,
            None,
        )

    def start(self) -> None:
        """Begin to read in the background."""
        for target in (self._listen, self._run):
            thread = threading.Thread(target=target, name=f"snapshot{target.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Ends the threads; waits for the read in hand, at most 3 s each."""
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout=3)

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                for note in self._reads.listen(self._settings.refresh_s):
                    self._hear(note or {})
                    self._wake.set()
                    if self._stop.is_set():
                        return
            except Exception as error:  # without notifications the wall goes on, on its timer
                log.debug("listening failed: %s", error)
            self._stop.wait(self._settings.refresh_s)

    def _hear(self, note: Mapping[str, Any]) -> None:
        if "world" in note:
            self.known.expect_places()
        if "case" in note:
            self.known.expect_cases()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            self.refresh()
            self._stop.wait(self._settings.min_refresh_s)
            self._wake.wait(self._settings.refresh_s)

    def refresh(self) -> None:
        """Read what changed and make the next frame; with the store away, the last data and a mark."""
        try:
            self._read()
        except Exception as error:  # whatever the store does, the wall goes on and says so
            if self._store_up:
                log.warning("the store cannot be read: %s", error)
            self._store_up = False
        else:
            self._store_up, self._read_at = True, self._clock()
        try:
            self.frame = self._next_frame()
        except Exception as error:  # the thread must live: the next frame may be well; pages see the data grow old
            if repr(error) != self._fault:
                log.exception("the snapshot cannot be made")
            self._fault = repr(error)

    def _read(self) -> None:
        known = self.known
        if anew := self._reads.rev() < known.rev:  # another store, or one restored from a backup: begin anew
            known = Known(names_rev=known.names_rev, geo_rev=known.geo_rev)
        known.read(self._reads, self._settings, time.monotonic(), utc(self._clock()))
        if anew:
            self.known, self._epoch = known, float(self._clock())

    def _mark(self) -> Mark:
        return Mark(self._build, self._epoch, self._store_up, self._read_at, self._clock())

    def _next_frame(self) -> Frame:
        known, old, mark = self.known, self.frame, self._mark()
        judged = judge(known, self._settings)
        meta, geo = old.meta, old.geo
        if known.names_rev != self._shown_names:
            meta = meta_body(known, mark)
        if known.geo_rev != self._shown_geo:
            geo = geo_bodies(known, self._settings)
        frame = Frame(
            vessels_body(known, judged, mark),
            status_body(known, judged, mark, self._settings),
            meta,
            geo,
            mark,
            known.newest_ms(),
        )
        self._shown_names, self._shown_geo = known.names_rev, known.geo_rev  # a frame that failed has shown nothing
        return frame
