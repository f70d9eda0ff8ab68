"""A case that another unit is to lead, and one that was withdrawn by mistake."""

from __future__ import annotations

import pytest

from maritime_grid.cases.flow import IllegalAct, NotAllowed
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.store.archive import verify
from maritime_grid.store.case_lateness import steps_of
from maritime_grid.store.cases import Cases
from maritime_grid.store.errors import StoreError

from .case_build import HOUR, NOW, ask, dispute, reading_as

CASE = "2026-000001"


def hand(cases: Cases, version: int, who: str, unit: str, case_id: str = CASE):
    return cases.act(case_id, version, Act.HAND_OVER, who, {"unit_id": unit, "reason": "属地在彼"}, NOW + HOUR)


def test_matter_outside_all_grids_goes_from_the_city_to_a_township_which_leads_it_from_then_on(
    cases: Cases, fresh_dsn: str
):
    cases.file(dispute(lat=31.5), "lin", NOW)
    after = hand(cases, 1, "city", "T2")
    assert (after.unit_id, after.step, after.step_since) == ("T2", Step.RECEIVED, NOW + HOUR)
    with reading_as(fresh_dsn, "town2") as conn:
        seen = conn.execute('select unit_id, step_since, version from api."case"').fetchall()
        steps = [(s.seq, s.unit_id, s.until) for s in steps_of(conn, CASE, NOW + HOUR)]
    assert seen == [("T2", NOW + HOUR, 2)]
    assert steps == [(1, "C", NOW + HOUR), (2, "T2", None)]
    assert cases.act(CASE, 2, Act.COLLATE, "town2", {}, NOW + HOUR).step == Step.COLLATED
    assert verify(fresh_dsn).faults == ()


@pytest.mark.parametrize(
    ("who", "unit", "may"),
    [
        ("village1", "T1", True), ("village1", "T2", False), ("village1", "K", False),
        ("town1", "T2", True), ("town1", "K", True), ("town1", "T1", True), ("town1", "C", False),
        ("county", "T2", True), ("county", "C", True), ("county", "K", True), ("city", "K", True), ("city", "C", True),
    ],
)  # fmt: skip
def test_case_is_handed_beneath_oneself_one_level_up_and_between_townships_of_a_county(
    cases: Cases, who: str, unit: str, may: bool
):
    cases.file(dispute(), "lin", NOW)
    if may:
        assert hand(cases, 1, who, unit).unit_id == unit
    else:
        with pytest.raises(NotAllowed):
            hand(cases, 1, who, unit)


def test_unit_that_leads_it_already_or_that_there_is_none_of_changes_nothing(cases: Cases, fresh_dsn: str):
    cases.file(dispute(), "lin", NOW)
    with pytest.raises(IllegalAct, match="leads it already"):
        hand(cases, 1, "town1", "T1-V")
    with pytest.raises(StoreError, match="no unit"):
        hand(cases, 1, "town1", "X")
    assert ask(fresh_dsn, 'select version from api."case"') == [(1,)]


def test_case_with_a_body_is_not_handed_over_before_it_is_given_back(cases: Cases):
    cases.file(dispute(), "lin", NOW)
    cases.act(CASE, 1, Act.COLLATE, "village1", {}, NOW)
    cases.act(CASE, 2, Act.DISPATCH, "town1", {"body_id": "F"}, NOW)
    with pytest.raises(IllegalAct):
        hand(cases, 3, "town1", "T2")
    cases.act(CASE, 3, Act.RETURN, "fishery", {"reason": "属地不符"}, NOW)
    assert hand(cases, 4, "town1", "T2").step == Step.COLLATED


def test_grid_that_was_named_wrongly_goes_with_the_case_that_has_no_place(cases: Cases, fresh_dsn: str):
    cases.file(dispute(lon=None, lat=None, grid_id="G1"), "lin", NOW)
    hand(cases, 1, "town1", "T2")
    cases.file(dispute(), "lin", NOW)
    hand(cases, 1, "town1", "T2", "2026-000002")
    query = 'select unit_id, grid_id from api."case" order by case_id'
    assert ask(fresh_dsn, query) == [("T2", None), ("T2", "G1")]  # a place that is known stays where it is


def test_major_matter_is_told_to_the_unit_that_it_comes_to(cases: Cases, fresh_dsn: str):
    cases.file(dispute(kind=Kind.EMERGENCY, subkind="overboard"), "lin", NOW)
    told = "select array_agg(to_unit order by to_unit) from mg.case_hop where to_unit is not null"
    assert ask(fresh_dsn, told) == [(["T1", "T1-V"],)]
    hand(cases, 1, "county", "T2")
    assert ask(fresh_dsn, told) == [(["T1", "T1-V", "T2"],)]


def test_case_withdrawn_by_mistake_is_reopened_by_who_leads_it_with_a_reason(cases: Cases, fresh_dsn: str):
    cases.file(dispute(), "lin", NOW)
    cases.act(CASE, 1, Act.WITHDRAW, "lin", {"reason": "误报"}, NOW)
    with pytest.raises(IllegalAct, match="reason"):
        cases.act(CASE, 2, Act.REOPEN, "town1", {}, NOW)
    again = cases.act(CASE, 2, Act.REOPEN, "town1", {"reason": "撤错了"}, NOW + HOUR)
    assert (again.step, again.reopened) == (Step.COLLATED, 1)
    assert ask(fresh_dsn, 'select state, closed_at from api."case"') == [("collated", None)]


def test_complaint_is_not_handed_to_where_the_accused_works(cases: Cases, fresh_dsn: str):
    post = (
        "insert into mg.post (person_id, post, grid_id, since) values (1, 'full_time', 'G1', '2026-01-01') returning 1"
    )
    ask(fresh_dsn, post)
    cases.file(dispute(kind=Kind.COMPLAINT, title="态度蛮横", accused=1, parties=(), subkind=""), None, NOW)
    with pytest.raises(NotAllowed):
        hand(cases, 1, "city", "T1-V")
    assert hand(cases, 1, "city", "T2").unit_id == "T2"
