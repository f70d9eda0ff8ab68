"""The store as its one writer sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from psycopg import errors as pg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from maritime_grid.domain.alerts import Alert
from maritime_grid.domain.state import EngineState, Outcome

from . import load, migrate, registry
from .commit import Committed, days_of, make_days, write_outcome
from .connect import connect
from .errors import StoreBusy, StoreMoved, translated
from .queries import load_queries
from .registry import PlaceInput, PlaceVersion, RosterRow
from .rows import PortRow

_Q = load_queries("commit")
_STATE = load_queries("state")
DAYS_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """An alert that changed since it was sent out last."""

    alert: Alert
    grid_id: str  # empty: no grid
    rev: int  # give it back to `mark_published`
    sent_grid_id: str | None = None  # where it was sent out last; None: not elsewhere
    seen_at: int | None = None  # when people acknowledged it, microseconds
    seen_by: str = ""  # their body or unit
    resolved_at: int | None = None
    verdict: str | None = None  # true, false or test


class Store:
    """One connection, for one thread. Writing the engine's outcome needs the writer's lock, taken at first need.

    Everything raises StoreUnavailable when the connection is lost: `reconnect()` and do it again; what was not
    committed is not there, what was committed twice is there once.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._conn = connect(dsn, "writer")
        self._writing = False
        self._days: set[int] | None = None  # with a partition, days since the epoch; None: not asked yet
        self._native = False
        self._rev: int | None = None  # of our last commit, or of the state we loaded

    @classmethod
    def open(cls, dsn: str) -> Self:
        """Connect. Raises: StoreUnavailable: nobody answers. StoreError: no DSN."""
        return cls(dsn)

    def reconnect(self) -> None:
        """Drop the connection and make a new one."""
        self.close()
        self._conn = connect(self._dsn, "writer")

    def close(self) -> None:
        self._conn.close()
        self._writing = False
        self._days = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def migrate(self) -> list[str]:
        """Bring the schema up to date; names of the migrations applied."""
        with translated():
            return migrate.migrate(self._conn)

    def pending_migrations(self) -> list[str]:
        with translated():
            return migrate.pending(self._conn)

    def edition(self) -> migrate.Edition:
        with translated():
            return migrate.edition(self._conn)

    def load_state(self) -> EngineState:
        """What the engine remembers. Raises: StoreBusy: another process is the writer."""
        with translated():
            self._become_writer()
            with self._conn.transaction(), self._conn.cursor() as cur:
                row = cur.execute(_STATE["clock"]).fetchone()
                self._rev = int(row[1]) if row else None
                return load.load_state(cur)

    def commit(self, outcome: Outcome, cursors: Mapping[str, int] | None = None) -> Committed:
        """Store one outcome and how far its feeds were read, all or nothing.

        Raises: StoreBusy: another process is the writer. StoreMoved: another one was, since our last commit.
        StoreRefused: a value is not the store's to keep. StoreUnavailable: nothing was stored, or all of it.
        """
        with translated():
            self._become_writer()
            try:
                return self._commit(outcome, cursors or {})
            except pg.CheckViolation:  # a day we knew was dropped by maintenance
                if not self._native or self._days == set():
                    raise
                self._days = set()
                return self._commit(outcome, cursors or {})

    def _commit(self, outcome: Outcome, cursors: Mapping[str, int]) -> Committed:
        days = days_of(outcome.positions.t) if self._native else set[int]()
        known = self._days or set()
        new = sorted(days - known)
        for n in range(0, len(new), DAYS_AT_ONCE):  # before the rest: an empty day harms nobody, and each takes locks
            with self._conn.transaction(), self._conn.cursor() as cur:
                make_days(cur, set(new[n : n + DAYS_AT_ONCE]))
        with self._conn.transaction(), self._conn.cursor() as cur:
            done = write_outcome(cur, outcome, cursors)
            if self._rev is not None and done.rev != self._rev + 1:
                raise StoreMoved(f"the store is at commit {done.rev - 1}, not at {self._rev}", "load its state again")
        self._days, self._rev = known | days, done.rev
        return done

    def _become_writer(self) -> None:
        if self._writing:
            return
        self._conn.execute("set lock_timeout = '5s'")
        try:
            self._conn.execute(_Q["lock"])
        except pg.LockNotAvailable:
            raise StoreBusy(
                "another process writes to this store", "stop the other `up`, `ingest` or `replay` first"
            ) from None
        finally:
            if not self._conn.broken:
                self._conn.execute("set lock_timeout = 0")
        row = self._conn.execute(_Q["is_native"]).fetchone()
        self._native = bool(row and row[0])
        self._conn.execute(_Q["session"])
        self._writing = True

    def cursor(self, key: str) -> int:
        """How far a feed was read and stored; 0 when never."""
        with translated():
            row = self._conn.execute(_STATE["cursor"], [key]).fetchone()
        return int(row[0]) if row else 0

    def unpublished_alerts(self, limit: int = 1000) -> list[PendingAlert]:
        """Alerts that the engine or people changed since they were sent out, oldest change of the engine first."""
        return self._pending("unpublished", [limit])

    def active_alerts(self) -> list[PendingAlert]:
        """All that are active, oldest change first, sent out or not."""
        return self._pending("active")

    def _pending(self, query: str, params: Sequence[Any] = ()) -> list[PendingAlert]:
        with translated(), self._conn.cursor(row_factory=dict_row) as cur:
            rows = cur.execute(_STATE[query], params).fetchall()
        names = ("grid_id", "rev", "sent_grid_id", "seen_at", "seen_by", "resolved_at", "verdict")
        return [PendingAlert(load.alert_of(row), **{name: row[name] for name in names}) for row in rows]

    def seen_emergencies(self) -> dict[str, int]:
        """When people acknowledged each emergency that still holds, by its id; microseconds."""
        with translated():
            return dict(self._conn.execute(_STATE["seen_emergencies"]).fetchall())

    def mark_published(self, ids: Iterable[str], rev: int, grid: int) -> None:
        """These were sent out as they stood at `rev`, in that grid (its code)."""
        with translated():
            self._conn.execute(_STATE["mark_published"], {"ids": list(ids), "rev": rev, "grid": grid})

    def add_feed(self, name: str, kind: str, watched: bool) -> int:
        """The code of a feed, made or brought up to date by its name."""
        with translated():
            return registry.add_feed(self._conn, name, kind, watched)

    def unwatch_others(self, codes: Sequence[int]) -> None:
        """The configured feeds are these; one that is no more is not waited for."""
        with translated():
            registry.unwatch_others(self._conn, codes)

    def save_places(self, places: Sequence[PlaceInput], filed_by: str, reason: str, valid_from: int) -> registry.Saved:
        """File places; see `registry.save_places`."""
        with translated(), self._conn.transaction():
            return registry.save_places(self._conn, places, filed_by, reason, valid_from)

    def places_world(self) -> list[PlaceVersion]:
        """Every version of every place, by code and version."""
        with translated():
            return registry.places_world(self._conn)

    def save_ports(self, ports: Sequence[PortRow]) -> registry.Saved:
        with translated(), self._conn.transaction():
            return registry.save_ports(self._conn, ports)

    def ports(self) -> list[PortRow]:
        with translated():
            return registry.ports(self._conn)

    def save_roster(self, rows: Sequence[RosterRow]) -> registry.Saved:
        """Add or change vessels of the roster; those not named stay."""
        with translated(), self._conn.transaction():
            return registry.save_roster(self._conn, rows)

    def roster(self) -> list[RosterRow]:
        """The roster, by mmsi."""
        with translated():
            return registry.roster(self._conn)

    def save_status(self, process: str, at: int, figures: Mapping[str, Any]) -> None:
        """Leave the newest figures of a process for whoever asks; `at` in microseconds."""
        with translated():
            self._conn.execute(_STATE["save_status"], [process, at, Jsonb(dict(figures))])

    def feeds(self) -> list[dict[str, Any]]:
        """Feeds as dictionaries of code, name, kind and watched."""
        with translated():
            return registry.feeds(self._conn)
