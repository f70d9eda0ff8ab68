"""Pauses of clocks: bounded in length, alone and together, and over by themselves whether or not anybody looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from maritime_grid.cases.calendar import add
from maritime_grid.cases.flow import IllegalAct, StaleCase
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.store.archive import verify
from maritime_grid.store.case_lateness import pause_groups
from maritime_grid.store.case_reads import CaseFilter
from maritime_grid.store.case_timers import run_timers
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import command_pool

from .case_build import NOW, PLAN, ask, dispute, reading_as

CASE = "2026-000001"
RULES = PLAN.clocks[Kind.DISPUTE]
DAYS = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def counted(start: datetime, amount: timedelta) -> datetime:
    return add(PLAN.calendar, start, amount, RULES.counting)


def taken(cases: Cases, **changes: Any) -> int:
    """A case that the fishery department handles; its version."""
    cases.file(dispute(**changes), "lin", NOW)
    cases.act(CASE, 1, Act.COLLATE, "village1", {}, NOW)
    cases.act(CASE, 2, Act.DISPATCH, "town1", {"body_id": "F"}, NOW)
    return cases.act(CASE, 3, Act.ACCEPT, "fishery", {}, NOW).version


def stop(cases: Cases, version: int, at: datetime, who: str = "fishery", **facts: Any) -> int:
    return cases.act(CASE, version, Act.PAUSE, who, {"cause": "at_sea", **facts}, at).version


def tick(dsn: str, at: datetime) -> tuple[int, int]:
    """Clocks that went on, and escalations."""
    with command_pool(dsn) as pool:
        done = run_timers(pool.connection, PLAN, at)
    assert done.failed == []
    return done.resumed, done.escalated


def due(dsn: str) -> datetime:
    return ask(dsn, 'select due_at from api."case"')[0][0]


def test_deadline_of_a_stopped_clock_is_the_latest_that_it_can_be(cases: Cases, fresh_dsn: str):
    version = taken(cases)
    before = due(fresh_dsn)
    stop(cases, version, NOW + DAYS)
    latest = counted(NOW + DAYS, RULES.pause_max)
    assert ask(fresh_dsn, "select since, latest_at, ended_at, cause, account_id, body_id from api.case_pause") == [
        (NOW + DAYS, latest, None, "at_sea", "fishery", "F")
    ]
    assert due(fresh_dsn) == counted(before, RULES.pause_max)
    assert ask(fresh_dsn, "select due_at from mg.case_step where until is null") == [(due(fresh_dsn),)]
    cases.act(CASE, version + 1, Act.RESUME, "town1", {}, NOW + 2 * DAYS)
    assert due(fresh_dsn) == counted(before, timedelta(hours=7))


def test_clock_goes_on_by_itself_and_the_archive_says_by_whom(cases: Cases, fresh_dsn: str):
    version = stop(cases, taken(cases), NOW)
    latest, last = counted(NOW, RULES.pause_max), due(fresh_dsn)
    assert tick(fresh_dsn, latest - MINUTE) == (0, 0)
    assert tick(fresh_dsn, latest + MINUTE) == (1, 0)
    assert tick(fresh_dsn, latest + 2 * MINUTE) == (0, 0)
    assert due(fresh_dsn) == last
    assert ask(fresh_dsn, 'select paused, version from api."case"') == [(False, version + 1)]
    said = ask(fresh_dsn, "select who, (detail ->> 'until')::timestamptz from api.case_log where what = 'resume'")
    assert said == [("timer", latest)]
    assert ask(fresh_dsn, "select ended_at from api.case_pause") == [(latest,)]
    assert verify(fresh_dsn).faults == ()


def test_case_that_is_stopped_for_good_is_late_and_goes_up_without_anybody(cases: Cases, fresh_dsn: str):
    stop(cases, taken(cases), NOW)
    assert tick(fresh_dsn, NOW + 365 * DAYS) == (1, 2)


def test_whoever_acts_before_the_timer_comes_by_finds_the_clock_going(cases: Cases, fresh_dsn: str):
    version = stop(cases, taken(cases), NOW)
    latest, last = counted(NOW, RULES.pause_max), due(fresh_dsn)
    with pytest.raises(IllegalAct, match="runs already"):
        cases.act(CASE, version, Act.RESUME, "fishery", {}, latest + MINUTE)
    after = cases.act(CASE, version, Act.COMMENT, "fishery", {"note": "人已回港"}, latest + MINUTE)
    assert (after.version, after.is_paused) == (version + 2, False)
    assert due(fresh_dsn) == last
    whats = ask(fresh_dsn, "select who, what from api.case_log order by seq offset 5")
    assert whats == [("timer", "resume"), ("fishery", "comment")]
    with pytest.raises(StaleCase):
        stop(cases, version, latest + 2 * MINUTE)


def test_pauses_of_a_step_do_not_add_up_without_bound(cases: Cases, fresh_dsn: str):
    version, at = taken(cases), NOW
    limit = due(fresh_dsn)
    for _ in range(RULES.pause_total // RULES.pause_max):
        version = stop(cases, version, at)
        at = counted(at, RULES.pause_max) + MINUTE
        version += tick(fresh_dsn, at)[0]
    with pytest.raises(IllegalAct, match="not any more"):
        stop(cases, version, at)
    assert due(fresh_dsn) == counted(limit, RULES.pause_total)


def test_step_that_is_done_ends_its_pause(cases: Cases, fresh_dsn: str):
    version = stop(cases, taken(cases), NOW)
    after = cases.act(CASE, version, Act.REPORT, "fishery", {"result": "和解"}, NOW + DAYS)
    assert (after.step, after.pauses) == (Step.HANDLED, ())
    assert ask(fresh_dsn, "select ended_at from api.case_pause") == [(NOW + DAYS,)]


def test_emergency_does_not_stand_still(cases: Cases, fresh_dsn: str):
    version = taken(cases, kind=Kind.EMERGENCY, subkind="overboard")
    with pytest.raises(IllegalAct, match="may not be stopped"):
        stop(cases, version, NOW)
    assert ask(fresh_dsn, "select count(*)::int from mg.case_pause") == [(0,)]


@pytest.mark.parametrize(("facts", "said"), [({"cause": "lunch"}, "no cause"), ({"cause": "other"}, "in words")])
def test_clock_is_stopped_for_a_cause_of_the_list_or_one_in_words(cases: Cases, facts: dict[str, str], said: str):
    version = taken(cases)
    with pytest.raises(IllegalAct, match=said):
        stop(cases, version, NOW, **facts)
    stop(cases, version, NOW, "town1", cause="other", reason="当事人住院")


def test_pause_from_before_gets_its_latest_end_from_the_timers(cases: Cases, fresh_dsn: str):
    stop(cases, taken(cases), NOW)
    last = due(fresh_dsn)
    ask(fresh_dsn, "update mg.case_pause set latest_at = since, cause = null returning 1")
    ask(fresh_dsn, "update mg.case_file set due_at = 'infinity', warn_at = 'infinity' returning 1")
    assert tick(fresh_dsn, NOW + DAYS) == (0, 0)
    assert ask(fresh_dsn, "select latest_at from api.case_pause") == [(counted(NOW, RULES.pause_max),)]
    assert due(fresh_dsn) == last


@pytest.mark.parametrize(("who", "by", "whose"), [("town1", "body", ["F"]), ("county", "account", ["fishery"]),
                                                   ("fishery", "body", ["F"]), ("town2", "body", [])])  # fmt: skip
def test_whose_clocks_stood_and_how_long_is_told(cases: Cases, fresh_dsn: str, who: str, by: str, whose: list[str]):
    version = stop(cases, taken(cases), NOW)
    cases.act(CASE, version, Act.RESUME, "town1", {}, NOW + DAYS)
    stop(cases, version + 1, NOW + 2 * DAYS, cause="weather")

    def told(at: datetime) -> list[tuple[str | None, int, int, float, int]]:
        with reading_as(fresh_dsn, who) as conn:
            found = pause_groups(conn, by, CaseFilter(), NOW, at)
        return [(g.who, g.n, g.stand, g.paused_s / 3_600, len(g.lines)) for g in found]

    assert told(NOW + 3 * DAYS) == [(name, 2, 1, 48.0, 1) for name in whose]
    latest = counted(NOW + 2 * DAYS, RULES.pause_max)  # nobody looks before a long time after
    hours = 24 + (latest - NOW - 2 * DAYS).total_seconds() / 3_600
    assert told(NOW + 365 * DAYS) == [(name, 2, 0, hours, 0) for name in whose]
