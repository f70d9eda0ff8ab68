"""What each account reads of cases: straight in the database, under its own role, whatever page or tool asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from psycopg import errors as pg

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.severity import SeverityFacts
from maritime_grid.cases.text import grams
from maritime_grid.store.case_reads import CaseFilter, counts, list_cases, read_attachment, read_case
from maritime_grid.store.cases import Cases

from .case_build import ACCOUNTS, HOUR, NOW, ask, commands, dispute, people, reading_as

DIGEST = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of "hello"
# who reads which of: 1 dispute in T1-V filed by lin and given to F, 2 the same in T2, 3 outside all grids,
# 4 complaint about lin, 5 emergency in T2 (a major matter, told to bodies)
READS = {
    "lin": {1}, "village1": {1}, "town1": {1, 4}, "town2": {2, 5}, "county": {1, 2, 4, 5}, "city": {1, 2, 3, 4, 5},
    "fishery": {1, 5}, "police": set(), "guard": {5}, "shop": set(), "root": set(), "wall": set(),
}  # fmt: skip


@pytest.fixture
def cases(store_dsn: str) -> Iterator[Cases]:
    people(store_dsn)
    ask(
        store_dsn,
        "insert into mg.post (person_id, post, grid_id, since) values (1, 'full_time', 'G1', '2026-01-01') returning 1",
    )
    with commands(store_dsn) as opened:
        opened.file(dispute(), "lin", NOW)
        opened.act("2026-000001", 1, Act.COLLATE, "village1", {}, NOW)
        opened.act("2026-000001", 2, Act.DISPATCH, "town1", {"body_id": "F"}, NOW)
        facts = {"sha256": DIGEST, "name": "网.jpg", "media_type": "image/jpeg", "content": b"hello"}
        opened.act("2026-000001", None, Act.ATTACH, "lin", facts, NOW)
        opened.file(dispute(lon=123.5), None, NOW)
        opened.file(dispute(lat=31.5), None, NOW)
        opened.file(dispute(kind=Kind.COMPLAINT, subkind="", parties=(), accused=1), None, NOW)
        opened.file(
            dispute(kind=Kind.EMERGENCY, subkind="overboard", lon=123.5, facts=SeverityFacts(people_in_water=1)),
            None,
            NOW,
        )
        yield opened


@pytest.mark.usefixtures("cases")
def test_account_reads_exactly_the_cases_that_are_its_to_read(store_dsn: str):
    assert set(READS) == {name for name, *_ in ACCOUNTS}
    for who, numbers in READS.items():
        expected = {f"2026-{n:06d}" for n in numbers}
        named = expected - {"2026-000004"}  # the complaint has no parties
        with reading_as(store_dsn, who) as conn:
            for view, theirs in (("case", expected), ("case_log", expected), ("case_party", named)):
                found = {row[0] for row in conn.execute(f'select case_id from api."{view}"')}  # pyright: ignore[reportArgumentType]
                assert found == theirs, (who, view)
            assert {row.case_id for row in list_cases(conn, CaseFilter(), NOW)} == expected, who
            hops = {row[0] for row in conn.execute("select case_id from api.case_hop")}
            assert hops == expected & {"2026-000005"}, who
            for n in range(1, 6):
                assert (read_case(conn, f"2026-{n:06d}", NOW) is not None) == (n in numbers), (who, n)
            attached = read_attachment(conn, "2026-000001", 4)
            assert attached == (("网.jpg", "image/jpeg", b"hello") if 1 in numbers else None), who
            keys = grams("浙普渔60001")
            assert {row.case_id for row in list_cases(conn, CaseFilter(keys=keys), NOW)} == named, who
            assert sum(c.n for c in counts(conn, NOW)) == len(expected), who


@pytest.mark.usefixtures("cases")
def test_account_reads_no_table_and_writes_nothing(store_dsn: str):
    kinds = "select oid::regclass::text from pg_class where relnamespace = %s::regnamespace and relkind = any (%s)"
    tables = [row[0] for row in ask(store_dsn, kinds, ["mg", ["r", "p", "v", "S"]])]
    views = [row[0] for row in ask(store_dsn, kinds, ["api", ["v"]])]
    assert len(tables) > 30
    refused = (pg.InsufficientPrivilege, pg.ReadOnlySqlTransaction, pg.ObjectNotInPrerequisiteState)
    tries = [*(f"select * from {table}" for table in tables), *(f"delete from {view}" for view in views)]
    for who, *_ in ACCOUNTS:
        with reading_as(store_dsn, who) as conn:
            for query in tries:
                with pytest.raises(refused), conn.transaction():
                    conn.execute(query)  # pyright: ignore[reportArgumentType]


@pytest.mark.usefixtures("cases")
def test_personal_data_of_parties_is_shown_by_the_level_of_the_role(store_dsn: str):
    for who, expected in {
        "lin": ("王大海", "138****5678", None),
        "town1": ("王大海", "138****5678", ""),
        "fishery": ("王大海", "138****5678", ""),
    }.items():
        with reading_as(store_dsn, who) as conn:
            view = read_case(conn, "2026-000001", NOW)
        assert view
        party = view.parties[0]
        assert (party.person_name, party.phone, party.id_number) == expected, who


def test_clock_of_a_case_shows_in_lists_and_counts(cases: Cases, store_dsn: str):
    with reading_as(store_dsn, "town1") as conn:
        (row,) = [r for r in list_cases(conn, CaseFilter(), NOW) if r.case_id == "2026-000001"]
        assert row.due_at == NOW + 24 * HOUR  # seven working hours, from ten o'clock
        later = row.due_at
        assert [c.overdue for c in counts(conn, later) if c.state == "dispatched"] == [1]
        overdue = list_cases(conn, CaseFilter(overdue=True, states=("dispatched",)), later)
        assert [r.case_id for r in overdue] == ["2026-000001"]
        assert list_cases(conn, CaseFilter(overdue=True, states=("dispatched",)), later - timedelta(minutes=1)) == []
    del cases
