"""Errands beside ingest, each in a thread and on a connection of its own: none of them can hold up a batch.

Alerts go out over MQTT, the store is looked after, changes of the world are heard of, figures are left in the store,
grid reports become cases, alerts do by approved rules, and what is overdue goes up.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Self

from ingest.transports import TransportError
from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.settings import Settings, password, tls_of
from maritime_grid.store.errors import StoreUnavailable
from maritime_grid.store.maintenance import Upkeep, run_maintenance
from maritime_grid.store.reads import Reads
from maritime_grid.store.writer import PendingAlert, Store

from .publish import AlertPublisher
from .reports import ReportsDesk

log = logging.getLogger(__name__)
REPORT_S = 5.0
PAUSE_S = 2.0  # before an errand that failed is tried again
CASES_S = 2.0  # a report over MQTT, or an alert by a rule, is a case so soon
TIMERS_S = 15.0  # the shortest limits of cases are minutes
END_S = 2.5  # all of them together, when asked to end; the one in the middle of a statement is left to the server


class Outbox:
    """Unpublished alerts on a connection of its own, made when first needed and again when lost."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._store: Store | None = None

    def unpublished(self) -> Sequence[PendingAlert]:
        with self._lent() as store:
            return store.unpublished_alerts()

    def active(self) -> Sequence[PendingAlert]:
        with self._lent() as store:
            return store.active_alerts()

    def mark(self, ids: Iterable[str], rev: int, grid: int) -> None:
        with self._lent() as store:
            store.mark_published(ids, rev, grid)

    @contextmanager
    def _lent(self) -> Generator[Store]:
        """The store, connected; a lost connection is dropped."""
        self._store = self._store or Store.open(self._dsn)
        try:
            yield self._store
        except StoreUnavailable:
            self.close()
            raise

    def close(self) -> None:
        if self._store:
            self._store.close()
            self._store = None


class Errands:
    def __init__(self, settings: Settings, dsn: str, now_us: Callable[[], int]) -> None:
        self._settings, self._dsn, self._now_us = settings, dsn, now_us
        self.world_changed = threading.Event()
        self.alerts_seen = threading.Event()  # by people
        self._stop = threading.Event()
        self._figures: dict[str, Any] = {}
        self._outbox = Outbox(dsn)
        self._publisher = self._open_publisher()
        self._reports = ReportsDesk(settings, dsn)
        self._threads = [
            threading.Thread(target=work, name=work.__name__.strip("_"), daemon=True)
            for work in (
                self._maintain,
                self._listen,
                self._leave_figures,
                self._file_reports,
                self._open_cases,
                self._run_timers,
            )
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        self.publish()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        end = monotonic() + END_S
        if self._publisher:
            self._publisher.close()
        for thread in self._threads:
            thread.join(max(0.0, end - monotonic()))
        self._reports.close()
        self._outbox.close()

    def _open_publisher(self) -> AlertPublisher | None:
        broker = self._settings.broker
        if not broker.publish or not broker.url:
            return None
        try:
            return AlertPublisher(
                broker.url,
                self._outbox.unpublished,
                self._outbox.mark,
                root=broker.root,
                active=self._outbox.active,
                username=broker.username or None,
                password=password(broker),
                tls=tls_of(broker),
                client_id=f"{broker.client_id}-alerts",
            )
        except TransportError as error:
            raise UsageError(str(error), "mend [broker] in the settings") from error

    def publish(self) -> None:
        """Alerts were committed: send them out."""
        if self._publisher:
            self._publisher.wake()

    def report(self, figures: dict[str, Any]) -> None:
        """The newest figures, left in the store every few seconds."""
        self._figures = figures

    def _leave_figures(self) -> None:
        store: Store | None = None
        while not self._stop.wait(REPORT_S):
            try:
                store = store or Store.open(self._dsn)
                store.save_status("ingest", self._now_us(), self._figures)
            except Exception as error:  # as in _every
                _tell_strange(error)
                if store:
                    store.close()
                store = None
        if store:
            store.close()

    def _maintain(self) -> None:
        s = self._settings
        upkeep = Upkeep(
            position_days=s.retention.position_days,
            event_days=s.retention.event_days,
            quarantine_days=s.retention.quarantine_days,
            partitions_ahead_days=s.maintenance.partitions_ahead_days,
            compress_after_days=s.maintenance.compress_after_days,
        )
        while not self._stop.is_set():
            try:
                report = run_maintenance(self._dsn, datetime.fromtimestamp(self._now_us() / 1e6, UTC), upkeep)
                log.debug("maintenance: %s", report)
            except Exception as error:  # as in _every
                log.warning("maintenance waits: %s", error, exc_info=not isinstance(error, MaritimeGridError))
            self._stop.wait(s.maintenance.every_s)

    def _file_reports(self) -> None:
        self._every(CASES_S, self._reports.file_reports, "cases of reports wait")

    def _open_cases(self) -> None:
        self._every(CASES_S, self._reports.open_cases, "cases of alerts wait")

    def _run_timers(self) -> None:
        self._every(TIMERS_S, self._reports.run_timers, "the timers of cases wait")

    def _every(self, seconds: float, work: Callable[[datetime], object], waits: str) -> None:
        """Do it again and again; what went wrong is said once until it goes well again."""
        said = ""
        while not self._stop.wait(seconds):
            try:
                work(datetime.fromtimestamp(self._now_us() / 1e6, UTC))
                said = ""
            except Exception as error:  # a thread that ends is missed by nobody, and emergencies wait for this one
                if repr(error) != said:
                    said = repr(error)
                    log.warning("%s: %s", waits, error, exc_info=not isinstance(error, MaritimeGridError))

    def _listen(self) -> None:
        """Hears what people change of the world and of alerts; takes it that they did before it listened."""
        while not self._stop.is_set():
            try:
                self._hear()
            except Exception as error:  # as in _every
                _tell_strange(error)
            self._stop.wait(PAUSE_S)

    def _hear(self) -> None:
        """Until asked to end. Raises: StoreUnavailable: the connection was lost."""
        with closing(Reads(self._dsn)) as reads:
            listens = False
            for note in reads.listen(timeout_s=1.0):
                said = note or {}
                if not listens or said.get("world") not in (None, "feed"):
                    self.world_changed.set()
                if not listens or "alert" in said:
                    self.alerts_seen.set()
                    self.publish()
                listens = True
                if self._stop.is_set():
                    return


def _tell_strange(error: Exception) -> None:
    """A store that is away is told by ingest itself."""
    if not isinstance(error, MaritimeGridError):
        log.error("an errand failed and goes on", exc_info=error)
