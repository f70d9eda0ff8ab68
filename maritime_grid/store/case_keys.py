"""Keys by which a search finds cases: made from what is said of a case now and from the words of its acts.

Whoever writes them holds the case, so that of two writers at once the later one reads what the earlier wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row

from maritime_grid.cases.text import grams

from .queries import load_queries

_Q = load_queries("case_keys")
KEYED = 1  # to be raised when other texts are keyed or texts are keyed otherwise: all cases are keyed anew then
_ACTS = 1_000  # newest ones of a case whose words are read; the limit of `grams` is reached before, as a rule
_BATCH = 500  # cases held at a time: an act on one of them waits for less than a second

Connection = psycopg.Connection[Any]


def key_cases(conn: Connection, case_ids: Sequence[str]) -> None:
    """Write the keys of cases, within a transaction that holds them and has written all else."""
    with conn.cursor(row_factory=dict_row) as cur:
        found = cur.execute(_Q["texts"], {"cases": list(case_ids), "acts": _ACTS}).fetchall()
        rows = [
            {"case_id": row["case_id"], "grams": list(grams(*filter(None, row["texts"]))), "keyed": KEYED}
            for row in found
        ]
        cur.executemany(_Q["keep_keys"], rows)


def key_old_cases(conn: Connection, batch: int = _BATCH) -> int:
    """Key anew all cases whose keys are of an earlier program, each batch committed by itself; how many there were.

    Args:
        conn: autocommit.
        batch: cases held at a time.
    """
    done = 0
    while True:
        with conn.transaction(), conn.cursor(row_factory=dict_row) as cur:
            held = cur.execute(_Q["hold_old"], {"keyed": KEYED, "most": batch}).fetchall()
            key_cases(conn, [row["case_id"] for row in held])
        if not held:
            return done
        done += len(held)
