"""Whatever is changed in the archive is found, wherever it is: any byte, any row, any two rows, any tail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import class_row

from maritime_grid.cases.chain import Entry, entry_hash
from maritime_grid.cases.kinds import Act
from maritime_grid.store.archive import seal, verify

from .case_build import HOUR, NOW, commands, dispute, people

ENTRIES = 16
COLUMNS = ("case_id", "seq", "at", "who", "what", "said", "prev", "hash", "n")
LIMITS = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = st.integers(1, ENTRIES)


class Kept:
    """An archive that is as it was after each change."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.change(
            "create table public.kept_log as table mg.case_log",
            "create table public.kept_chain as table mg.case_chain",
            "create table public.kept_file as select case_id, version from mg.case_file",
        )
        self.seal = seal(dsn)

    def change(self, *statements: Any) -> None:
        """As who owns the server may: past the triggers that keep the archive. A statement may bring its values."""
        with psycopg.connect(self.dsn) as conn:
            conn.execute("set session_replication_role = replica")
            for statement in statements:
                text, values = statement if isinstance(statement, tuple) else (statement, None)
                conn.execute(text, values)

    def restore(self) -> None:
        self.change(
            "delete from mg.case_log",
            "insert into mg.case_log select * from public.kept_log",
            "delete from mg.case_chain",
            "insert into mg.case_chain select * from public.kept_chain",
            "update mg.case_file f set version = k.version from public.kept_file k where k.case_id = f.case_id",
        )
        assert verify(self.dsn, [self.seal]).faults == ()

    def entries(self) -> list[Entry]:
        with psycopg.connect(self.dsn) as conn, conn.cursor(row_factory=class_row(Entry)) as cur:
            return cur.execute(f"select {', '.join(COLUMNS)} from mg.case_log order by n").fetchall()  # pyright: ignore[reportArgumentType]


@pytest.fixture
def kept(fresh_dsn: str) -> Iterator[Kept]:
    people(fresh_dsn)
    with commands(fresh_dsn) as cases:
        ids = [cases.file(dispute(), "lin", NOW).case_id for _ in range(4)]
        for n in range(3):
            for case_id in ids:
                cases.act(case_id, None, Act.COMMENT, "town1", {"note": f"第 {n} 次"}, NOW + n * HOUR)
    archive = Kept(fresh_dsn)
    assert len(archive.entries()) == ENTRIES
    yield archive


def instead(rows: Iterable[Entry]) -> list[Any]:
    """Statements that put these in the place of all that there are."""
    insert = f"insert into mg.case_log ({', '.join(COLUMNS)}) values ({', '.join(['%s'] * len(COLUMNS))})"
    return ["delete from mg.case_log", *((insert, [getattr(e, name) for name in COLUMNS]) for e in rows)]


def altered(value: Any, where: int, by: int) -> Any:
    """The value with one byte, character or unit of it another one."""
    if isinstance(value, int):
        return value + 1000 + by
    if isinstance(value, bytes):
        k = where % len(value)
        return value[:k] + bytes([value[k] ^ (1 + by % 255)]) + value[k + 1 :]
    if isinstance(value, str):
        k = where % len(value)
        return value[:k] + chr(0x4E00 + by) + value[k + 1 :]
    return value + by_us(by)


def by_us(by: int) -> Any:
    return HOUR / HOUR.total_seconds() / 1_000_000 * (1 + by)


@LIMITS
@given(n=NUMBERS, column=st.sampled_from(COLUMNS), where=st.integers(0, 10_000), by=st.integers(0, 5_000))
def test_any_changed_byte_of_any_column_of_any_entry_is_found(kept: Kept, n: int, column: str, where: int, by: int):
    rows = kept.entries()
    other = replace(rows[n - 1], **{column: altered(getattr(rows[n - 1], column), where, by)})
    assert other != rows[n - 1]
    kept.change(*instead([*rows[: n - 1], other, *rows[n:]]))
    assert verify(kept.dsn).faults != ()
    kept.restore()


@LIMITS
@given(gone=st.sets(NUMBERS, min_size=1))
def test_any_removed_rows_are_found(kept: Kept, gone: set[int]):
    kept.change(("delete from mg.case_log where n = any (%s)", [sorted(gone)]))
    assert verify(kept.dsn).faults != ()
    kept.restore()


@LIMITS
@given(pair=st.sets(NUMBERS, min_size=2, max_size=2), whole=st.booleans())
def test_any_two_swapped_rows_are_found(kept: Kept, pair: set[int], whole: bool):
    """Their numbers alone; or, by who knows the rules, so that nothing is to be seen in the rows themselves."""
    (one, other), rows = sorted(pair), kept.entries()
    a, b = rows[one - 1], rows[other - 1]
    first, second = replace(b, n=a.n), replace(a, n=b.n)
    if whole:
        first, second = (replace(e, prev=was.prev) for e, was in ((first, a), (second, b)))
        first, second = (replace(e, hash=entry_hash(e)) for e in (first, second))
    rows[one - 1], rows[other - 1] = first, second
    kept.change(*instead(rows))
    assert verify(kept.dsn).faults != ()
    kept.restore()


@LIMITS
@given(n=st.integers(1, ENTRIES - 1))
def test_tail_cut_off_with_all_that_tells_of_it_is_found_by_a_seal(kept: Kept, n: int):
    last = kept.entries()[n - 1]
    kept.change(
        ("delete from mg.case_log where n > %s", [n]),
        ("update mg.case_chain set n = %s, hash = %s", [n, last.hash]),
        "update mg.case_file f set version = greatest(1, "
        "(select count(*) from mg.case_log l where l.case_id = f.case_id))",
    )
    assert any("was sealed and is missing" in fault for fault in verify(kept.dsn, [kept.seal]).faults)
    kept.restore()


@LIMITS
@given(n=NUMBERS, by=st.integers(0, 5_000))
def test_chain_written_anew_from_any_entry_on_is_found_by_a_seal_and_by_nothing_else(kept: Kept, n: int, by: int):
    rows = kept.entries()
    head, written = (rows[n - 2].hash if n > 1 else bytes(32)), list[Entry]()
    for entry in rows[n - 1 :]:
        who = altered(entry.who, 0, by) if entry.n == n else entry.who
        made = replace(entry, who=who, prev=head)
        written.append(replace(made, hash=entry_hash(made)))
        head = written[-1].hash
    kept.change(*instead([*rows[: n - 1], *written]), ("update mg.case_chain set hash = %s", [head]))
    assert verify(kept.dsn).faults == (), "that is what seals are for"
    assert any("it is not the entry that was sealed" in fault for fault in verify(kept.dsn, [kept.seal]).faults)
    kept.restore()
