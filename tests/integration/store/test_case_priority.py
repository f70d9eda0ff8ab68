"""What a case's severity says: it orders the lists, and it is judged again when the numbers change."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from maritime_grid.cases.flow import IllegalAct, NotAllowed
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.severity import SeverityFacts, priority_of
from maritime_grid.store.archive import verify
from maritime_grid.store.case_desk import list_page
from maritime_grid.store.case_reads import CaseFilter, read_case
from maritime_grid.store.cases import Cases

from . import case_build as cb
from .test_case_desk import asker
from .test_case_timers import tick

ORDINARY, LARGER, GRAVE, VERY_GRAVE = (SeverityFacts(vessels=n) for n in (1, 3, 10, 30))
DAY = timedelta(days=1)


def filed(cases: Cases, facts: SeverityFacts, at: datetime = cb.NOW) -> str:
    return cases.file(cb.dispute(facts=facts), "lin", at).case_id


def listed(dsn: str, name: str, at: datetime, **more: object) -> list[str]:
    chosen = CaseFilter(priority=more.pop("priority", None))  # pyright: ignore[reportArgumentType]
    with cb.reading_as(dsn, name) as conn:
        return [row.case_id for row in list_page(conn, asker(name), chosen, at, most=50, **more).rows]


def test_the_store_keeps_the_priority_that_the_scale_gives_whatever_changes_it(cases: Cases, fresh_dsn: str):
    one = filed(cases, ORDINARY)
    for level in (1, 2, 3, 4):
        for major in (False, True):
            query = "update mg.case_file set severity = %s, major = %s where case_id = %s returning priority"
            assert cb.ask(fresh_dsn, query, [level, major, one]) == [(priority_of(level, major),)]


def test_grave_matter_stands_above_what_is_merely_due_earlier_and_overdue_above_what_can_wait(
    cases: Cases, fresh_dsn: str
):
    overdue = filed(cases, ORDINARY)
    larger_overdue = filed(cases, LARGER, cb.NOW + cb.HOUR)
    late = cb.NOW + DAY
    grave_due_last = filed(cases, GRAVE, late + 2 * cb.HOUR)
    ordinary = filed(cases, ORDINARY, late)
    larger = filed(cases, LARGER, late + cb.HOUR)
    worst = filed(cases, VERY_GRAVE, late + 3 * cb.HOUR)
    order = [worst, grave_due_last, overdue, larger_overdue, larger, ordinary]
    at = late + 3 * cb.HOUR
    cb.ask(fresh_dsn, "update mg.case_hop set received_at = now(), received_by = 'county' returning 1")
    assert listed(fresh_dsn, "county", at) == order
    by_deadline = [
        overdue,
        larger_overdue,
        ordinary,
        larger,
        worst,
        grave_due_last,
    ]  # those two are due at once, after the break at noon
    assert listed(fresh_dsn, "county", at, by_deadline=True) == by_deadline
    assert listed(fresh_dsn, "county", at, priority=2) == [worst, grave_due_last]
    assert listed(fresh_dsn, "county", at, priority=3) == [worst, grave_due_last, larger_overdue, larger]


def test_what_waits_for_the_reader_comes_before_what_is_graver_but_with_others(cases: Cases, fresh_dsn: str):
    mine, others = filed(cases, ORDINARY), filed(cases, LARGER)
    cases.act(mine, 1, Act.COLLATE, "village1", {}, cb.NOW)
    assert listed(fresh_dsn, "town1", cb.NOW) == [mine, others]


def test_overdue_step_waits_at_every_level_that_it_passed_through_until_it_moves_on(cases: Cases, fresh_dsn: str):
    case_id = filed(cases, ORDINARY)
    tick(fresh_dsn, cb.NOW + 30 * DAY)
    for name in ("village1", "town1", "county", "city"):
        assert listed(fresh_dsn, name, cb.NOW + 30 * DAY, mine=True) == [case_id], name
    for name in ("town2", "police"):
        assert listed(fresh_dsn, name, cb.NOW + 30 * DAY, mine=True) == [], name
    with cb.reading_as(fresh_dsn, "county") as conn:
        row = read_case(conn, case_id, cb.NOW).row
    assert (row.escalated, row.escalated_through) == ("C", ["T1", "K", "C"])
    cases.act(case_id, 4, Act.COLLATE, "county", {}, cb.NOW + 30 * DAY)
    assert [listed(fresh_dsn, name, cb.NOW + 30 * DAY, mine=True) for name in ("town1", "county", "city")] == [
        [case_id], [], []
    ]  # fmt: skip


def test_changed_numbers_are_judged_again_and_tell_whom_the_new_severity_asks_for(cases: Cases, fresh_dsn: str):
    case_id = filed(cases, ORDINARY)
    told = "select coalesce(to_unit, to_body) from mg.case_hop where case_id = %s order by 1"
    assert cb.ask(fresh_dsn, told, [case_id]) == []
    cases.act(case_id, 1, Act.ASSESS, "lin", {"people_in_water": 1, "reason": "一人落水"}, cb.NOW)
    with cb.reading_as(fresh_dsn, "county") as conn:
        seen = read_case(conn, case_id, cb.NOW)
    assert (seen.row.severity, seen.row.major, seen.row.priority) == (1, True, 2)
    assert (seen.facts["people_in_water"], seen.facts["vessels"]) == (1, 1)
    assert cb.ask(fresh_dsn, told, [case_id]) == [("F",), ("G",), ("P",), ("T1",), ("T1-V",)]
    detail = seen.log[-1].detail
    assert (detail["was"], detail["severity"], detail["priority"], detail["because"]) == (1, 1, 2, ["people_in_water"])
    cases.act(case_id, 2, Act.ASSESS, "county", {"people_in_water": 0, "dead_or_missing": 30, "reason": "核实"}, cb.NOW)
    query = 'select severity, major, priority from api."case"'
    assert cb.ask(fresh_dsn, query) == [(4, True, 1)]
    cases.act(case_id, 3, Act.ASSESS, "county", {"dead_or_missing": 0, "reason": "误报"}, cb.NOW)
    assert cb.ask(fresh_dsn, query) == [(1, True, 2)]  # told is told: nothing takes the mark away
    assert len(cb.ask(fresh_dsn, told, [case_id])) == 5
    assert verify(fresh_dsn).faults == ()


@pytest.mark.parametrize(
    "facts", [{}, {"vessels": 1}, {"injured": -1}, {"injured": 1.5}, {"injured": True}, {"crowd": 10**9}]
)
def test_numbers_that_say_nothing_new_or_cannot_be_change_nothing(
    cases: Cases, fresh_dsn: str, facts: dict[str, object]
):
    case_id = filed(cases, ORDINARY)
    with pytest.raises(IllegalAct):
        cases.act(case_id, 1, Act.ASSESS, "lin", {**facts, "reason": "核实"}, cb.NOW)
    assert cb.ask(fresh_dsn, 'select version, facts from api."case"')[0][0] == 1


def test_who_was_only_told_of_a_matter_does_not_change_its_numbers(cases: Cases, fresh_dsn: str):
    case_id = cases.file(cb.dispute(kind=Kind.EMERGENCY, subkind="overboard"), "lin", cb.NOW).case_id
    with pytest.raises(NotAllowed):
        cases.act(case_id, 1, Act.ASSESS, "guard", {"injured": 3, "reason": "核实"}, cb.NOW)
