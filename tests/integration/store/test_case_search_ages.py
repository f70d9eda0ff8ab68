"""The search goes back in time span by span: what it finds, and in which order, is as if there were none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from maritime_grid.cases.kinds import Act
from maritime_grid.cases.text import query_grams
from maritime_grid.store.case_reads import CaseFilter, search_ids
from maritime_grid.store.cases import Cases

from .case_build import NOW, dispute, reading_as

AGES_D = (0, 1, 100, 179, 181, 400, 729, 731, 1_500, 3_000)  # on both sides of each span


@pytest.fixture
def filed(cases: Cases) -> dict[int, str]:
    """Ids by age, filed the oldest first; those of an even place are over."""
    found: dict[int, str] = {}
    for k, days in sorted(enumerate(AGES_D), reverse=True):
        at = NOW - timedelta(days=days)
        found[days] = cases.file(replace(dispute(), happened_at=at, title="岱山外网具纠纷"), "town1", at).case_id
        if k % 2 == 0:
            cases.act(found[days], 1, Act.WITHDRAW, "town1", {"reason": "重复"}, at)
    return found


@pytest.mark.parametrize("who", ["city", "town1"])
def test_all_open_ones_and_the_newest_that_are_over_are_found(filed: dict[int, str], fresh_dsn: str, who: str):
    over, open_ = ([filed[days] for days in AGES_D[k::2]] for k in (0, 1))
    chosen = CaseFilter(keys=query_grams("岱山 网具"))
    with reading_as(fresh_dsn, who) as conn:
        assert search_ids(conn, chosen, True) == open_
        assert search_ids(conn, chosen, False) == over
        assert search_ids(conn, chosen) == [*open_, *over]
        for most in (1, 2, 3, 5):
            rows = conn.execute(
                "select * from api.search_cases(%s::text[], false, null, null, %s)", [list(chosen.keys), most]
            ).fetchall()
            assert [row[0] for row in rows] == over[:most]


def test_nothing_is_found_by_who_may_read_none_of_them(filed: dict[int, str], fresh_dsn: str):
    with reading_as(fresh_dsn, "town2") as conn:
        assert search_ids(conn, CaseFilter(keys=query_grams("岱山")), False) == []


def test_kinds_and_grid_hold_in_every_span(filed: dict[int, str], fresh_dsn: str):
    keys = query_grams("岱山")
    with reading_as(fresh_dsn, "city") as conn:
        assert search_ids(conn, CaseFilter(keys=keys, kinds=("hazard",)), False) == []
        assert search_ids(conn, CaseFilter(keys=keys, grid="G2"), False) == []
        assert len(search_ids(conn, CaseFilter(keys=keys, kinds=("dispute",), grid="G1"), False)) == 5
