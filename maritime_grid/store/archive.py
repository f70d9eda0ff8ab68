"""The archive of cases 档案 (Art. 26): verified entry by entry, sealed by its head."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row, dict_row

from maritime_grid.cases.chain import Entry, Head, Verifier

from .connect import connect
from .errors import translated
from .queries import load_queries

_Q = load_queries("archive")
_AT_ONCE = 5_000  # entries held in memory


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: nothing, where `faults` is empty."""

    entries: int
    cases: int
    head: Head
    faults: tuple[str, ...]


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
