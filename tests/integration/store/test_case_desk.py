"""The list of an officer: what waits for whom, in which order; parties in full, logged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maritime_grid.cases.clocks import Level
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.text import query_grams
from maritime_grid.cases.waiting import waits_of
from maritime_grid.settings_access import load_access
from maritime_grid.store import case_reads
from maritime_grid.store.account_roles import as_account
from maritime_grid.store.case_desk import Asker, columns, list_page, people_of, pulse, read_party, scopes, version_of
from maritime_grid.store.case_reads import CaseFilter
from maritime_grid.store.connect import connect

from . import case_build as cb

ACCESS = load_access(cb.SETTINGS)
UNITS = {unit: level for unit, level, _, _ in cb.UNITS}


def asker(name: str) -> Asker:
    _, role, unit, body, _ = next(row for row in cb.ACCOUNTS if row[0] == name)
    below = tuple(u for u, _, _, path in cb.UNITS if unit in path)
    level = Level(UNITS[unit]) if unit else None
    answers = cb.PLAN.clocks[Kind.DISPUTE].answers
    return Asker(name, unit, below, body, waits_of(level, ACCESS.roles[role].acts, answers))


def waiting(dsn: str, name: str, **more: object) -> list[str]:
    with cb.reading_as(dsn, name) as conn:
        return sorted(list_page(conn, asker(name), CaseFilter(), cb.NOW, mine=True, most=50, **more).waiting)


def test_a_case_waits_for_whoever_is_to_move_it_on_and_for_nobody_else(fresh_dsn):
    cb.people(fresh_dsn)
    with cb.commands(fresh_dsn) as cases:
        filed = cases.file(cb.dispute(), "lin", cb.NOW)
        who = ("lin", "village1", "town1", "town2", "county", "city", "fishery", "police", "shop")

        def turns() -> set[str]:
            return {name for name in who if waiting(fresh_dsn, name)}

        assert turns() == {"lin", "village1"}
        cases.act(filed.case_id, 1, Act.COLLATE, "village1", {}, cb.NOW)
        assert turns() == {"town1"}
        cases.act(filed.case_id, 2, Act.DISPATCH, "town1", {"body_id": "F"}, cb.NOW)
        assert turns() == {"fishery"}
        cases.act(filed.case_id, 3, Act.ACCEPT, "fishery", {}, cb.NOW)
        cases.act(filed.case_id, 4, Act.ASK_EXTENSION, "fishery", {"seconds": 3600, "reason": "出海"}, cb.NOW)
        assert "town1" in turns()
        cases.act(filed.case_id, 5, Act.GRANT_EXTENSION, "town1", {}, cb.NOW)
        cases.act(filed.case_id, 6, Act.REPORT, "fishery", {"result": "调解成功"}, cb.NOW)
        assert turns() == {"lin", "town1"}  # who filed it may tell as well
        cases.act(filed.case_id, 7, Act.TELL, "town1", cb.told(0, 1, 2), cb.NOW)
        assert turns() == {"lin", "village1"}


def test_a_case_waits_for_a_joined_body_until_it_has_reported_its_part_of_this_round(fresh_dsn):
    cb.people(fresh_dsn)
    with cb.commands(fresh_dsn) as cases:
        case_id = cases.file(cb.dispute(), "lin", cb.NOW).case_id
        cases.act(case_id, 1, Act.COLLATE, "village1", {}, cb.NOW)

        def turns() -> set[str]:
            return {name for name in ("fishery", "guard", "police", "shop") if waiting(fresh_dsn, name)}

        given = {"body_id": "F", "joint": ["G", "A"]}
        cases.act(case_id, 2, Act.DISPATCH, "town1", given, cb.NOW)
        assert turns() == {"fishery", "guard", "shop"}
        cases.act(case_id, 3, Act.REPORT_PART, "guard", {"result": "航迹已核对"}, cb.NOW)
        assert turns() == {"fishery", "shop"}
        cases.act(case_id, 4, Act.ACCEPT, "fishery", {}, cb.NOW)
        cases.act(case_id, 5, Act.REPORT_PART, "shop", {"result": "已通知会员"}, cb.NOW)
        assert turns() == {"fishery"}
        cases.act(case_id, 6, Act.TRANSFER, "town1", {"body_id": "P", "joint": ["G"], "reason": "改派"}, cb.NOW)
        assert turns() == {"police", "guard"}
        cases.act(case_id, 7, Act.ACCEPT, "police", {}, cb.NOW)
        cases.act(case_id, 8, Act.REPORT, "police", {"result": "调解成功"}, cb.NOW)
        assert turns() == set()
        with cb.reading_as(fresh_dsn, "guard") as conn:
            assert scopes(conn, asker("guard"), CaseFilter(), cb.NOW)["mine"] == 0


def test_what_waits_comes_first_then_major_matters_then_deadlines_and_pages_meet_without_gap(fresh_dsn):
    cb.people(fresh_dsn)
    with cb.commands(fresh_dsn) as cases:
        ids = [cases.file(cb.dispute(title=f"第{n}件"), "lin", cb.NOW + n * cb.HOUR).case_id for n in range(5)]
        cases.act(ids[3], 1, Act.COLLATE, "village1", {}, cb.NOW + 5 * cb.HOUR)
        cases.act(ids[1], 1, Act.MARK_MAJOR, "village1", {}, cb.NOW + 5 * cb.HOUR)
    late = cb.NOW + 6 * cb.HOUR
    with cb.reading_as(fresh_dsn, "town1") as conn:
        who = asker("town1")
        whole = list_page(conn, who, CaseFilter(), late, most=50)
        first, second = (list_page(conn, who, CaseFilter(), late, most=3, skip=skip) for skip in (0, 3))
        counts = {c.state: (c.n, c.overdue) for c in columns(conn, who, CaseFilter(states=("closed",)), late)}
        assert list_page(conn, who, CaseFilter(states=("closed",)), late, most=50).rows == []
    order = [row.case_id for row in whole.rows]
    assert order == [ids[1], ids[3], ids[0], ids[2], ids[4]]  # a report of the major matter waits for the township
    assert whole.waiting == {ids[1], ids[3]}
    assert [r.case_id for r in first.rows + second.rows] == order
    assert (first.total, first.more, second.more) == (5, True, False)
    assert counts["received"][0] == 4
    assert counts["collated"] == (1, 0)


def test_filters_and_search_meet_and_a_change_shows_in_the_pulse(fresh_dsn):
    cb.people(fresh_dsn)
    with cb.commands(fresh_dsn) as cases:
        here = cases.file(cb.dispute(), "lin", cb.NOW).case_id
        there = cases.file(cb.dispute(lon=123.5, title="朱家尖纠纷"), "town2", cb.NOW).case_id
        cases.file(replace(cb.dispute(title="码头隐患"), kind=Kind.HAZARD, subkind="quay", parties=()), "lin", cb.NOW)
    with cb.reading_as(fresh_dsn, "county") as conn:

        def ids(chosen: CaseFilter) -> set[str]:
            return {row.case_id for row in list_page(conn, asker("county"), chosen, cb.NOW, most=50).rows}

        assert ids(CaseFilter(keys=query_grams("60001"))) == {here, there}
        assert ids(CaseFilter(keys=query_grams("浙普渔60001"), grid="G1")) == {here}
        assert ids(CaseFilter(keys=query_grams("412000002"), kinds=("hazard",))) == set()
        assert ids(CaseFilter(keys=query_grams("王大海"), ids=(there,))) == {there}
        before, version = pulse(conn), version_of(conn, here)
    with cb.commands(fresh_dsn) as cases:
        cases.act(here, 1, Act.COMMENT, "town1", {"note": "已联系"}, cb.NOW + cb.HOUR)
    with cb.reading_as(fresh_dsn, "county") as conn:
        assert (version, version_of(conn, here)) == (1, 2)
        assert pulse(conn) != before
        assert people_of(conn, here)["town1"].works_for == "单位T1"
    with cb.reading_as(fresh_dsn, "town2") as conn:
        assert version_of(conn, here) is None
        assert people_of(conn, here) == {}


def test_open_case_is_found_however_many_that_are_over_are_newer(fresh_dsn, monkeypatch):
    monkeypatch.setattr(case_reads, "FOUND", 2)
    cb.people(fresh_dsn)
    with cb.commands(fresh_dsn) as cases:
        first, *newer = (cases.file(cb.dispute(), "lin", cb.NOW + n * cb.HOUR).case_id for n in range(4))
        for case_id in newer:
            cases.act(case_id, 1, Act.WITHDRAW, "lin", {"reason": "已自行和解"}, cb.NOW + 5 * cb.HOUR)
    with cb.reading_as(fresh_dsn, "county") as conn:
        words = query_grams("浙普渔60001")
        for chosen, found in (
            (CaseFilter(keys=words), {first}),
            (CaseFilter(("withdrawn",), keys=words), {*newer[1:]}),
        ):
            page = list_page(conn, asker("county"), chosen, cb.NOW, most=50)
            assert {row.case_id for row in page.rows} == found
        assert scopes(conn, asker("county"), CaseFilter(keys=words), cb.NOW)["open"] == 1


def test_a_party_is_read_in_full_with_a_purpose_by_who_may_and_each_reading_is_logged(fresh_dsn):
    cb.people(fresh_dsn)
    with cb.commands(fresh_dsn) as cases:
        case_id = cases.file(cb.dispute(), "lin", cb.NOW).case_id
    with connect(fresh_dsn, "test") as conn:
        with as_account(conn, "town1", logged=True):
            full = read_party(conn, case_id, 1, "联系当事人调解")
        with as_account(conn, "town2", logged=True):
            assert read_party(conn, case_id, 1, "好奇") is None
        for name, purpose in (("lin", "看看"), ("town1", " 　")):
            with pytest.raises(Exception, match="personal data"), as_account(conn, name, logged=True):
                read_party(conn, case_id, 1, purpose)
    assert full
    assert (full.name, full.phone) == ("王大海", "13812345678")
    logged = cb.ask(
        fresh_dsn,
        "select account_id, act, subject, purpose from mg.access_log where starts_with(act, 'read') order by n",
    )
    assert logged == [
        ("town1", "read", f"case:{case_id}/party:1", "联系当事人调解"),
        ("town2", "read_refused", f"case:{case_id}/party:1", "好奇"),
    ]
