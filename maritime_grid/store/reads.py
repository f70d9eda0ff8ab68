"""What others read: the latest of everything, as rows and columns. Never writes."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from copy import copy
from datetime import date, datetime
from typing import Any, LiteralString, TypeVar, cast

import psycopg
from psycopg.rows import TupleRow, class_row

from . import account_roles, report_reads
from .bincopy import columns, copy_out
from .connect import connect
from .errors import translated
from .item_reads import PublishedItem, item_history
from .people_reads import check_badge
from .people_rows import BadgeCheck
from .pool import open_pool
from .public_reads import PublicGrids, public_grids
from .queries import load_queries
from .rows import AlertRow, CaseTally, EventRow, FeedRow, GridFlow, LateReport, PlaceRow, PortRow, VesselCard, VesselNow

_Q = load_queries("reads")
_NOW = columns(
    "mmsi int4, t timestamptz, received_at timestamptz, lon float8, lat float8, sog float4, cog float4, "
    "heading float4, nav_status int2, source int2, grid int2, in_port bool, motion int2, transmitter int2, rev int8"
)
_TRANSMITTERS = ("", "A", "B")
_CHANNELS = ("mg_commit", "mg_world", "mg_alert", "mg_case")

Row = TypeVar("Row")


class Reads:
    """A small pool of connections, for any number of threads.

    Everything raises StoreUnavailable when the store does not answer within a few seconds, and works again by itself
    when it does.
    """

    def __init__(self, dsn: str, *, timeout_s: float = 5) -> None:
        self._dsn = dsn
        self._pool = open_pool(dsn, "reads", timeout_s)
        self._held: psycopg.Connection[TupleRow] | None = None

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def moment(self) -> Generator[Reads]:
        """Reads that all see the store as it is at the first of them, for the length of the block."""
        with translated(), self._pool.connection() as conn, conn.transaction():
            conn.execute("set transaction isolation level repeatable read, read only")
            held = copy(self)
            held._held = conn
            yield held

    @contextmanager
    def as_account(self, account_id: str, *, logged: bool = False) -> Generator[psycopg.Connection[TupleRow]]:
        """A read-only transaction as the account's own database role, which sees what is the account's to see.

        The connection is for named queries of the store with parameters, never for text that someone typed.

        Args:
            account_id: whose role is put on.
            logged: functions that log what they give away may be called.

        Raises:
            StoreError: there is no such account, it is disabled, or the store's user may not put on its role.
        """
        with translated(), self._pool.connection() as conn, account_roles.as_account(conn, account_id, logged=logged):
            yield conn

    def accused_of(self, said: str, day: date) -> int | None:
        """The person that a complaint names by badge or by name on a day in Beijing; None: nobody, or not one alone."""
        with translated(), self._connection() as conn:
            return report_reads.accused_of(conn, said, day)

    def badge(self, number: str, at: datetime) -> BadgeCheck:
        """Whether a badge holds at a moment, for whoever was shown it; nobody need have logged in."""
        with translated(), self._connection() as conn:
            return check_badge(conn, number, at)

    def work_items(self) -> list[PublishedItem]:
        """All that was ever published of the list of work items; nobody need have logged in."""
        with translated(), self._connection() as conn:
            return item_history(conn)

    def public_grids(self, at: datetime) -> PublicGrids:
        """What Art. 21 has published of the grids in force at a moment; nobody need have logged in."""
        with translated(), self._connection() as conn:
            return public_grids(conn, at)

    def vessels(self, since_rev: int = 0) -> VesselNow:
        """Every vessel with a fix; with `since_rev` only those whose row changed in a later commit."""
        query = _Q["vessels"].replace("{since}", str(int(since_rev)))
        with translated(), self._connection() as conn, conn.cursor() as cur:
            data = copy_out(cur, cast("LiteralString", query), _NOW)
        return VesselNow(
            **{name: data[name] for name in ("mmsi", "t", "received_at", "lon", "lat", "sog", "cog", "heading")},
            **{name: data[name] for name in ("source", "grid", "in_port")},
            nav_status=data["nav_status"].astype("i1"),
            motion=data["motion"].astype("i1"),
            transmitter=tuple(_TRANSMITTERS[code] for code in data["transmitter"].tolist()),
            rev=int(data["rev"].max(initial=since_rev)),
        )

    def vessel_card(self, mmsi: int) -> VesselCard | None:
        """What is known of one vessel; None where nothing is."""
        rows = self._rows(VesselCard, "vessel_card", [mmsi]) if 0 <= mmsi < 2**31 else []
        return rows[0] if rows else None

    def names(self) -> dict[int, str]:
        """Names by mmsi: registered, else transmitted."""
        return dict(self._tuples("names"))

    def sample_vessels(self) -> frozenset[int]:
        """Those whose roster row says that they are made up."""
        return frozenset(mmsi for (mmsi,) in self._tuples("sample_vessels"))

    def alerts(self, active_or_unseen: bool = True, limit: int = 500) -> list[AlertRow]:
        """Every active one first, worst first, newest first; then, at most `limit`, the last to end of those that are
        over and unseen; otherwise seen ones as well.
        """
        return self._rows(AlertRow, "alerts", {"open_only": active_or_unseen, "limit": limit})

    def events(self, limit: int = 50) -> list[EventRow]:
        """The last events, newest first."""
        return self._rows(EventRow, "events", [limit])

    def places(self) -> list[PlaceRow]:
        """Grids and zones in force at the engine's clock."""
        return self._rows(PlaceRow, "places")

    def ports(self) -> list[PortRow]:
        return self._rows(PortRow, "ports")

    def feeds(self) -> list[FeedRow]:
        return self._rows(FeedRow, "feeds")

    def refusals(self) -> list[tuple[str, str, int]]:
        """Feed, reason and number of refusals."""
        return self._tuples("refusals")

    def statuses(self) -> list[tuple[str, dict[str, Any], float]]:
        """Process, the figures it left, and their age in seconds."""
        return self._tuples("statuses")

    def grid_flow(self, since: datetime) -> list[GridFlow]:
        """Entries and exits of each grid since a moment; grids without any are not among them."""
        return self._rows(GridFlow, "grid_flow", [since])

    def case_tallies(self) -> list[CaseTally]:
        """Open cases of grids that have any."""
        return self._rows(CaseTally, "case_tallies")

    def late_reports(self) -> list[LateReport]:
        """Reports of major matters that nobody received in time, of no complaint, the longest first."""
        return self._rows(LateReport, "late_reports")

    def clock(self) -> datetime | None:
        """Data time of the engine's newest tick; None before the first."""
        return self._tuples("clock")[0][0]

    def rev(self) -> int:
        """Number of the last commit."""
        return int(self._tuples("clock")[0][1])

    def ping(self) -> bool:
        """Whether the store answers."""
        try:
            with self._pool.connection(timeout=2) as conn:
                conn.execute("select 1")
        except psycopg.Error:
            return False
        return True

    def listen(self, timeout_s: float) -> Iterator[dict[str, Any] | None]:
        """What is committed, as it is: {"rev", "alerts", "events"}, or what people changed: {"world": table},
        {"alert": id} or {"case": id}; None after a quiet timeout.

        On a connection of its own, which closes with the iterator. Raises: StoreUnavailable: the store went away.
        """
        with closing(connect(self._dsn, "listen")) as conn:
            with translated():
                for channel in _CHANNELS:
                    conn.execute(f"listen {channel}")
            while True:
                with translated():
                    heard = list(conn.notifies(timeout=timeout_s, stop_after=1))
                for note in heard:
                    what = note.channel.removeprefix("mg_")
                    yield json.loads(note.payload) if what == "commit" else {what: note.payload}
                if not heard:
                    yield None

    @contextmanager
    def _connection(self) -> Generator[psycopg.Connection[TupleRow]]:
        if self._held is not None:
            yield self._held
            return
        with self._pool.connection() as conn:
            yield conn

    def _rows(self, kind: type[Row], query: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> list[Row]:
        with translated(), self._connection() as conn, conn.cursor(row_factory=class_row(kind)) as cur:
            return cur.execute(_Q[query], params).fetchall()

    def _tuples(self, query: str) -> list[tuple[Any, ...]]:
        with translated(), self._connection() as conn:
            return conn.execute(_Q[query]).fetchall()
