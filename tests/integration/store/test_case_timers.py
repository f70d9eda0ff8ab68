"""What time does to cases: escalations and reports that nobody received, written once however often it is looked at."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
import pytest

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.severity import SeverityFacts
from maritime_grid.store.archive import verify
from maritime_grid.store.case_timers import TimersDone, run_timers
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import command_pool

from .case_build import HOUR, NOW, PLAN, ask, dispute

MINUTE = timedelta(minutes=1)


def tick(dsn: str, *moments: datetime) -> tuple[int, int]:
    """Escalations and reports that these runs wrote."""
    with command_pool(dsn) as pool:
        done = [run_timers(pool.connection, PLAN, at) for at in moments]
    return sum(d.escalated for d in done), sum(d.reports_sent for d in done)


def emergency() -> object:
    return dispute(kind=Kind.EMERGENCY, subkind="overboard", lon=123.5, facts=SeverityFacts(people_in_water=2))


def test_overdue_step_goes_up_the_tree_level_by_level_and_each_once(cases: Cases, fresh_dsn: str):
    cases.file(dispute(), "lin", NOW)  # 3.5 working hours to collate: until 15:00 of the day
    assert tick(fresh_dsn, NOW + 4 * HOUR) == (0, 0)
    due = NOW + 5 * HOUR
    assert tick(fresh_dsn, due, due, due + MINUTE) == (1, 0)
    ((unit, seen),) = ask(fresh_dsn, 'select escalated, version from api."case"')
    assert (unit, seen) == ("T1", 2)
    assert tick(fresh_dsn, due + timedelta(days=10), due + timedelta(days=20)) == (2, 0)
    rows = ask(fresh_dsn, "select unit_id, at from mg.case_escalation order by at")
    assert [row[0] for row in rows] == ["T1", "K", "C"]
    assert rows[0][1] == due
    assert verify(fresh_dsn).faults == ()


def test_matter_that_went_up_to_the_city_is_not_looked_at_again_and_again(cases: Cases, fresh_dsn: str):
    due = NOW + timedelta(days=30)
    cases.file(dispute(), "lin", NOW)
    closed = cases.file(emergency(), "lin", NOW).case_id
    cases.act(closed, 1, Act.WITHDRAW, "lin", {"reason": "误报"}, NOW + MINUTE)
    assert tick(fresh_dsn, due) == (3, 0)
    with psycopg.connect(fresh_dsn) as held:
        held.execute("select from mg.case_file for update")  # who would look at one waited for this
        with command_pool(fresh_dsn) as pool, pool.connection() as conn:
            conn.execute("set statement_timeout = '5s'")
            lend = contextmanager(lambda: iter([conn]))
            assert run_timers(lend, PLAN, due + MINUTE) == TimersDone()


def test_case_on_which_the_program_fails_holds_up_no_other(cases: Cases, fresh_dsn: str):
    bad, good = (cases.file(dispute(), "lin", NOW + n * MINUTE).case_id for n in range(2))
    spoil = "update mg.case_file set pauses = %s where case_id = %s returning 1"
    ask(fresh_dsn, spoil, [json.dumps([["never", None]]), bad])
    with command_pool(fresh_dsn) as pool:
        done = run_timers(pool.connection, PLAN, NOW + 6 * HOUR)
    assert (done.failed, done.escalated) == ([bad], 1)
    assert ask(fresh_dsn, "select case_id from mg.case_escalation") == [(good,)]


def test_seldom_and_often_give_the_same_escalations_at_the_same_times(cases: Cases, fresh_dsn: str):
    seldom, often = (cases.file(dispute(), "lin", NOW).case_id for _ in range(2))
    ask(fresh_dsn, "update mg.case_file set due_at = 'infinity' where case_id = %s returning 1", [seldom])
    tick(fresh_dsn, *(NOW + n * 3 * HOUR for n in range(24)))
    ask(fresh_dsn, "update mg.case_file set due_at = '2026-01-01' where case_id = %s returning 1", [seldom])
    tick(fresh_dsn, NOW + 72 * HOUR)
    query = "select unit_id, at from mg.case_escalation where case_id = %s order by at"
    assert ask(fresh_dsn, query, [seldom]) == ask(fresh_dsn, query, [often]) != []


def test_step_that_is_done_late_begins_anew_and_owes_nothing_of_the_last(cases: Cases, fresh_dsn: str):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    tick(fresh_dsn, NOW + 6 * HOUR)
    cases.act(case_id, 2, Act.COLLATE, "village1", {}, NOW + 6 * HOUR)
    assert ask(fresh_dsn, 'select escalated from api."case"') == [(None,)]
    assert tick(fresh_dsn, NOW + 6 * HOUR + MINUTE) == (0, 0)


def test_major_matter_tells_everyone_at_once_and_the_next_where_it_is_not_received(cases: Cases, fresh_dsn: str):
    case_id = cases.file(emergency(), "town2", NOW).case_id  # pyright: ignore[reportArgumentType]
    told = ask(fresh_dsn, "select coalesce(to_unit, to_body), sent_at from mg.case_hop order by 1")
    assert {row[0] for row in told} == {"T2", "F", "G", "M"}
    assert {row[1] for row in told} == {NOW}
    assert ask(fresh_dsn, 'select major, severity, state from api."case"') == [(True, 1, "received")]
    cases.act(case_id, None, Act.RECEIVE_HOP, "guard", {"hop": f"{case_id}/body/G"}, NOW + 2 * MINUTE)
    escalated, sent = tick(fresh_dsn, NOW + 5 * MINUTE, NOW + 9 * MINUTE, NOW + 11 * MINUTE, NOW + 30 * MINUTE)
    assert sent > 0
    rows = ask(fresh_dsn, "select coalesce(to_unit, to_body), after, sent_at from mg.case_hop where after is not null")
    by_who = {row[0]: (row[1], row[2]) for row in rows}
    assert by_who["K"] == (f"{case_id}/unit/T2", NOW + 5 * MINUTE)
    assert by_who["FC"] == (f"{case_id}/body/F", NOW + 10 * MINUTE)
    assert not any(after == f"{case_id}/body/G" for after, _ in by_who.values())
    assert tick(fresh_dsn, NOW + 30 * MINUTE)[1] == 0
    assert escalated >= 1
    assert verify(fresh_dsn).faults == ()


def test_station_that_files_a_major_matter_has_received_its_own_report_at_once(cases: Cases, fresh_dsn: str):
    ask(fresh_dsn, "insert into mg.body (body_id, kind, unit_id, competences, name_zh) "
        "values ('GK', 'coast_guard', 'K', '{coast_guard}', '站') returning 1")  # fmt: skip
    ask(fresh_dsn, "update mg.account set body_id = 'GK' where account_id = 'guard' returning 1")
    filed = cases.file(emergency(), "guard", NOW)  # pyright: ignore[reportArgumentType]
    query = "select coalesce(to_unit, to_body), received_at, received_by from mg.case_hop order by 1"
    rows = {row[0]: row[1:] for row in ask(fresh_dsn, query)}
    assert rows.pop("GK") == (NOW, "guard")
    assert set(rows) == {"T2", "F", "G", "M"}  # the others still wait, the city's coast guard too
    assert set(rows.values()) == {(None, None)}
    assert filed.version == 2
    assert ask(fresh_dsn, "select seq, who, what from mg.case_log order by n") == [
        (1, "guard", "file"), (2, "guard", "receive_hop")]  # fmt: skip
    assert cases.act(filed.case_id, 2, Act.COMMENT, "guard", {"note": "已出艇"}, NOW + MINUTE).version == 3
    assert verify(fresh_dsn).faults == ()


def test_body_that_is_not_told_of_such_matters_receives_nothing_by_filing_one(cases: Cases, fresh_dsn: str):
    assert cases.file(emergency(), "shop", NOW).version == 1  # pyright: ignore[reportArgumentType]
    assert ask(fresh_dsn, "select count(*)::int from mg.case_hop where received_at is not null") == [(0,)]


def test_report_is_received_once_and_by_whom_it_was_sent_to(cases: Cases, fresh_dsn: str):
    case_id = cases.file(emergency(), "town2", NOW).case_id  # pyright: ignore[reportArgumentType]
    hop = {"hop": f"{case_id}/body/G"}
    with pytest.raises(Exception, match="not yours"):
        cases.act(case_id, None, Act.RECEIVE_HOP, "fishery", hop, NOW)
    cases.act(case_id, None, Act.RECEIVE_HOP, "guard", hop, NOW + MINUTE)
    with pytest.raises(Exception, match="was received"):
        cases.act(case_id, None, Act.RECEIVE_HOP, "guard", hop, NOW + 2 * MINUTE)
    row = ask(fresh_dsn, "select received_at, received_by from api.case_hop where to_body = 'G'")
    assert row == [(NOW + MINUTE, "guard")]


def test_township_is_led_by_reason_to_the_right_body(cases: Cases):
    inside = cases.propose(cases.file(dispute(), "lin", NOW).case_id)
    outside = cases.propose(cases.file(dispute(lon=123.5), "lin", NOW).case_id)
    assert inside
    assert outside
    assert (inside.route.rule_id, inside.body_id) == ("gear-inside-line", "F")
    assert (outside.route.rule_id, outside.body_id, outside.joint) == ("gear-outside-line", "G", ("FC",))
    assert "禁渔区线外" in outside.route.zh
    assert cases.propose("2026-999999") is None
