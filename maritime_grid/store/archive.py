"""The archive of cases 档案 (Art. 26): verified entry by entry, sealed by its head."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import DictRow, class_row, dict_row

from maritime_grid.cases.chain import Entry, Head, Verifier
from maritime_grid.cases.flow import NotAllowed

from .case_steps import account_of
from .connect import connect
from .errors import translated
from .queries import load_queries

_Q = load_queries("archive")
ACT = "archive.verify"
_AT_ONCE = 5_000  # entries held in memory


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: nothing, where `faults` is empty."""

    entries: int
    cases: int
    head: Head
    faults: tuple[str, ...]

    def said(self) -> str:
        """In one line, for a log."""
        found = f"{self.entries} entries of {self.cases} cases, {len(self.faults)} faults"
        return f"{found}; seal {self.head.n}:{self.head.hash.hex()}"


class Archive:
    """The archive for accounts, in any number of threads.

    Args:
        dsn: the store.
        lend: gives the product's own connections.
    """

    def __init__(self, dsn: str, lend: Callable[[], AbstractContextManager[psycopg.Connection[DictRow]]]) -> None:
        self._dsn, self._lend = dsn, lend

    def verify(self, by: str, at: datetime) -> Verified:
        """See `verify`; who did it, and what was found, stands in the access log.

        Args:
            by: account.
            at: aware.

        Raises: NotAllowed. StoreUnavailable, StoreError.
        """
        self._need(by)
        found = verify(self._dsn)
        with translated(), self._lend() as conn:
            _log(conn, found, by, at)
        return found

    def _need(self, by: str) -> None:
        with translated(), self._lend() as conn:
            if ACT not in account_of(conn, by).may:
                raise NotAllowed(f"{by} may not verify the archive", "ask the county")


def log_verified(dsn: str, found: Verified, by: str, at: datetime) -> None:
    """Put a verification at the machine into the access log; `by` names who did it, for the record."""
    with closing(connect(dsn, "archive")) as conn, translated():
        _log(conn, found, by, at)


def _log(conn: psycopg.Connection[Any], found: Verified, by: str, at: datetime) -> None:
    conn.execute(_Q["log_verified"], {"at": at, "by": by, "n": found.head.n, "said": found.said()})


def seal(dsn: str) -> Head:
    """The newest entry: kept elsewhere, on paper or at another body, it shows whether all before it was rewritten."""
    with closing(connect(dsn, "archive")) as conn, translated():
        row = conn.execute(_Q["head"]).fetchone()
    assert row, "made by the migration"
    return Head(int(row[0]), bytes(row[1]))


def verify(
    dsn: str, seals: Iterable[Head] = (), progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Verified:
    """Check every entry of the archive, every attachment, and what is kept beside it for lists and figures (step,
    rating, receipts, escalations), as of one moment.

    Args:
        dsn: the store.
        seals: heads kept elsewhere.
        progress: told how many of how many entries are checked.

    Raises: StoreUnavailable, StoreError.
    """
    with closing(connect(dsn, "archive")) as conn, translated(), conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        verifier = Verifier(seals)
        faults = [*_entries(conn, verifier, progress)]
        with conn.cursor(row_factory=dict_row) as cur:
            versions = {row["case_id"]: row["version"] for row in cur.execute(_Q["versions"])}
            row = cur.execute(_Q["head"]).fetchone()
            assert row, "made by the migration"
            faults += verifier.finish(Head(row["n"], bytes(row["hash"])), versions)
            faults += [
                f"attachment {r['named']}: its content is not what was attached" for r in cur.execute(_Q["attachments"])
            ]
            faults += [
                f"case {r['case_id']}: the attachment of step {r['seq']} is missing"
                for r in cur.execute(_Q["lost_attachments"])
            ]
            faults += [f"case {r['case_id']}: {r['fault']}" for r in cur.execute(_Q["contradictions"])]
        return Verified(verifier.head.n, len(verifier.lengths), verifier.head, tuple(faults))


def _entries(conn: psycopg.Connection, verifier: Verifier, progress: Callable[[int, int], None]) -> Generator[str]:
    row = conn.execute(_Q["count"]).fetchone()
    total, done = (int(row[0]) if row else 0), 0
    with conn.cursor("archive", row_factory=class_row(Entry)) as cur:
        cur.itersize = _AT_ONCE
        for entry in cur.execute(_Q["entries"]):
            yield from verifier.check(entry)
            done += 1
            if done % _AT_ONCE == 0:
                progress(done, total)
    progress(done, total)
