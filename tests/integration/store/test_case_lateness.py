"""Who was late: step by step, by unit, body and account; kept whatever is granted later; seen by who may see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.text import query_grams
from maritime_grid.store.case_lateness import late_groups, late_lines, steps_of
from maritime_grid.store.case_reads import CaseFilter
from maritime_grid.store.cases import Cases
from maritime_grid.store.migrate import migrate, migrations

from .case_build import HOUR, NOW, PLAN, ask, commands, dispute, people, reading_as

CASE = "2026-000001"
LONG_AGO = NOW - timedelta(days=365)
LATER = NOW + timedelta(days=90)


def go(cases: Cases, version: int, act: Act, who: str, at: datetime, **facts: Any) -> None:
    cases.act(CASE, version, act, who, facts, at)


def late_course(cases: Cases, dsn: str) -> datetime:
    """The village is two hours late, the fishery department one in taking it; now it has it. When it is due."""
    cases.file(dispute(), "lin", NOW)  # ten in the morning: half a working day is up at three
    go(cases, 1, Act.COLLATE, "village1", NOW + 7 * HOUR)
    go(cases, 2, Act.DISPATCH, "town1", NOW + 25 * HOUR, body_id="F")  # in time; a day is up on Friday at eleven
    go(cases, 3, Act.ACCEPT, "fishery", NOW + 50 * HOUR)
    (due,) = ask(dsn, "select due_at from mg.case_file")[0]
    return due


def told(dsn: str, who: str, by: str, at: datetime, since: datetime = LONG_AGO, **chosen: Any) -> dict[Any, Any]:
    with reading_as(dsn, who) as conn:
        groups = late_groups(conn, by, CaseFilter(**chosen), since, at)
    return {group.who: (group.n, group.still, round(group.late_s / 3600, 3)) for group in groups}


def test_each_step_keeps_when_it_was_due_and_done_and_whose_it_was(cases, fresh_dsn):
    due = late_course(cases, fresh_dsn)
    with reading_as(fresh_dsn, "town1") as conn:
        rows = steps_of(conn, CASE, due)
    assert [(r.step, r.unit_id, r.body_id, r.account_id, r.late_s) for r in rows] == [
        ("received", "T1-V", None, "village1", 7200),
        ("collated", "T1", None, "town1", 0),
        ("dispatched", "T1", "F", "fishery", 3600),
        ("handling", "T1", "F", "fishery", 0),
    ]
    assert [r.until for r in rows] == [NOW + 7 * HOUR, NOW + 25 * HOUR, NOW + 50 * HOUR, None]
    assert rows[0].due_at == NOW + 5 * HOUR
    assert rows[3].due_at == due


def test_lateness_is_told_by_unit_by_body_and_by_account(cases, fresh_dsn):
    due = late_course(cases, fresh_dsn)
    at = due + 3 * HOUR
    assert told(fresh_dsn, "town1", "unit", at) == {"T1-V": (1, 0, 2.0), "T1": (2, 1, 4.0)}
    assert told(fresh_dsn, "town1", "body", at) == {"F": (2, 1, 4.0)}
    assert told(fresh_dsn, "town1", "account", at) == {"village1": (1, 0, 2.0), "fishery": (2, 1, 4.0)}
    with reading_as(fresh_dsn, "county") as conn:
        (group,) = late_groups(conn, "body", CaseFilter(), LONG_AGO, at)
        lines = late_lines(conn, "body", CaseFilter(), LONG_AGO, at, most=1)
    assert [(x.case_id, x.step, x.done, x.late_s) for x in group.lines] == [
        (CASE, "handling", False, 3 * 3600), (CASE, "dispatched", True, 3600),
    ]  # fmt: skip
    assert [(x.case_id, x.step, x.until, x.late_s, x.account_name) for x in lines] == [
        (CASE, "handling", None, 3 * 3600, "名fishery")
    ]


def test_what_waits_with_nobody_is_late_as_well(cases, fresh_dsn):
    cases.file(dispute(), "lin", NOW)
    assert told(fresh_dsn, "town1", "account", NOW + 6 * HOUR) == {None: (1, 1, 1.0)}
    assert told(fresh_dsn, "town1", "account", NOW + 5 * HOUR - timedelta(seconds=1)) == {}


def test_extension_granted_afterwards_does_not_undo_what_was_late(cases, fresh_dsn):
    due = late_course(cases, fresh_dsn)
    at = due + 3 * HOUR
    go(cases, 4, Act.ASK_EXTENSION, "fishery", at, seconds=7 * 3600, reason="船未回港")
    go(cases, 5, Act.GRANT_EXTENSION, "town1", at)
    assert told(fresh_dsn, "town1", "body", at + HOUR) == {"F": (2, 1, 4.0)}
    go(cases, 6, Act.REPORT, "fishery", at + HOUR, result="和解")
    assert told(fresh_dsn, "town1", "body", LATER)["F"] == (2, 0, 4.0)


def test_extension_that_ends_before_it_is_granted_undoes_nothing_either(cases, fresh_dsn):
    at = late_course(cases, fresh_dsn) + 240 * HOUR
    go(cases, 4, Act.ASK_EXTENSION, "fishery", at, seconds=7 * 3600, reason="船未回港")
    go(cases, 5, Act.GRANT_EXTENSION, "town1", at)
    assert told(fresh_dsn, "town1", "body", at) == {"F": (2, 1, 241.0)}


def test_pause_stops_the_clock_and_what_ran_out_before_stays_late(cases, fresh_dsn):
    due = late_course(cases, fresh_dsn)
    go(cases, 4, Act.PAUSE, "fishery", due - HOUR, cause="appraisal")
    assert told(fresh_dsn, "town1", "body", due + 5 * HOUR) == {"F": (1, 0, 1.0)}
    go(cases, 5, Act.RESUME, "town1", due + 24 * HOUR)
    go(cases, 6, Act.REPORT, "fishery", due + 24 * HOUR, result="和解")
    assert told(fresh_dsn, "town1", "body", LATER) == {"F": (1, 0, 1.0)}


def test_whoever_moves_a_case_on_from_another_does_not_take_the_blame(cases, fresh_dsn):
    due = late_course(cases, fresh_dsn)
    at = due + 2 * HOUR
    go(cases, 4, Act.TRANSFER, "town1", at, body_id="P", reason="不属渔业")
    assert told(fresh_dsn, "county", "account", at) == {"village1": (1, 0, 2.0), "fishery": (2, 0, 3.0)}
    with reading_as(fresh_dsn, "town1") as conn:
        assert [r.body_id for r in steps_of(conn, CASE, at)] == [None, None, "F", "F", "P"]


def test_result_sent_back_is_a_new_step_of_whoever_had_it(cases, fresh_dsn):
    due = late_course(cases, fresh_dsn)
    go(cases, 4, Act.REPORT, "fishery", due - HOUR, result="和解")
    go(cases, 5, Act.RETURN, "town1", due - HOUR, reason="没有协议书")
    with reading_as(fresh_dsn, "town1") as conn:
        last = steps_of(conn, CASE, due)[-1]
    assert (last.step, last.body_id, last.account_id, last.until) == ("handling", "F", "fishery", None)


def test_case_that_is_over_stands_at_no_step_until_it_is_reopened(cases, fresh_dsn):
    cases.file(dispute(), "lin", NOW)
    go(cases, 1, Act.RESOLVE, "lin", NOW, result="就地和解")
    go(cases, 2, Act.RATE, "village1", NOW, rating=5)
    open_ = "select step from mg.case_step where until is null"
    assert ask(fresh_dsn, open_) == []
    go(cases, 3, Act.REOPEN, "town1", NOW, reason="又起争执")
    assert ask(fresh_dsn, open_) == [("collated",)]


def test_account_sees_the_lateness_of_its_jurisdiction_or_its_own(cases, fresh_dsn):
    at = late_course(cases, fresh_dsn) + HOUR
    cases.file(dispute(lon=123.5), "town2", NOW)  # lies with T2
    seen = {who: set(told(fresh_dsn, who, "unit", at)) for who in ("town1", "town2", "county", "city")}
    assert seen == {
        "town1": {"T1-V", "T1"},
        "town2": {"T2"},
        "county": {"T1-V", "T1", "T2"},
        "city": {"T1-V", "T1", "T2"},
    }
    assert told(fresh_dsn, "village1", "account", at) == {"village1": (1, 0, 2.0)}
    assert told(fresh_dsn, "fishery", "account", at) == {"fishery": (2, 1, 2.0)}
    assert [told(fresh_dsn, who, "unit", at) for who in ("police", "guard", "shop", "root", "wall")] == [{}] * 5
    with reading_as(fresh_dsn, "fishery") as conn:
        assert [row.step for row in steps_of(conn, CASE, at)] == ["received", "collated", "dispatched", "handling"]
    with reading_as(fresh_dsn, "police") as conn:
        assert steps_of(conn, CASE, at) == []


def test_lateness_of_a_complaint_is_hidden_from_the_accused(cases, fresh_dsn):
    ask(
        fresh_dsn,
        "insert into mg.post (person_id, post, grid_id, since) values (2, 'leader', 'G1', '2026-01-01') returning 1",
    )
    cases.file(dispute(kind=Kind.COMPLAINT, subkind="", parties=(), accused=2), None, NOW)
    at = NOW + timedelta(days=9)
    assert told(fresh_dsn, "town1", "unit", at) == {}  # town1 is that person
    assert told(fresh_dsn, "city", "unit", at) != {}


def test_late_steps_are_chosen_by_time_step_kind_grid_and_text(cases, fresh_dsn):
    at = late_course(cases, fresh_dsn) + HOUR

    def found(**more: Any) -> set[Any]:
        return set(told(fresh_dsn, "county", "account", at, **more))

    assert found() == {"village1", "fishery"}
    assert found(since=at - HOUR) == {"fishery"}  # what stands late now counts, whenever it began
    assert found(states=("received",)) == {"village1"}
    assert found(kinds=("hazard",)) == found(grid="G2") == set()
    assert found(grid="G1", keys=query_grams("60002")) == {"village1", "fishery"}
    assert found(keys=query_grams("60003")) == set()


def photo() -> dict[str, Any]:
    content = b"\xff\xd8\xff one photo"
    return {"name": "网.jpg", "sha256": sha256(content).hexdigest(), "media_type": "image/jpeg", "content": content}


def test_one_photo_sent_by_many_at_once_is_attached_once_and_all_are_answered_alike(cases, fresh_dsn):
    cases.file(dispute(), "lin", NOW)
    with ThreadPoolExecutor(8) as several:
        sent = [several.submit(cases.act, CASE, None, Act.ATTACH, "lin", photo(), NOW) for _ in range(16)]
        assert {one.result(60).version for one in sent} == {2}
    assert ask(fresh_dsn, "select seq, name from mg.case_attachment") == [(2, "网.jpg")]
    assert ask(fresh_dsn, "select count(*) from mg.case_log where what = 'attach'") == [(1,)]
    with psycopg.connect(fresh_dsn) as conn, pytest.raises(pg.UniqueViolation):
        conn.execute(
            "insert into mg.case_attachment (case_id, seq, sha256, name) "
            "select case_id, 9, sha256, name from mg.case_attachment"
        )


def test_cases_from_before_get_their_steps_and_photos_attached_twice_stay(empty_dsn):
    before = [m for m in migrations() if m.number < 25]
    with psycopg.connect(empty_dsn, autocommit=True) as conn:
        migrate(conn, before)
        people(empty_dsn)
        conn.execute(
            "insert into mg.case_file "
            "(case_id, kind, title, state, version, unit_id, holder, opened_at, step_since, due_at) "
            "values (%s, 'dispute', '旧案', 'handling', 6, 'T1-V', 'F', %s, %s, %s)",
            [CASE, NOW, NOW + 3 * HOUR, NOW + 9 * HOUR],
        )
        for seq, hours, who, what, said in (
            (1, 0, "lin", "file", "{}"), (2, 1, "village1", "collate", '{"step": "collated"}'),
            (3, 2, "town1", "dispatch", '{"step": "dispatched", "body_id": "F"}'),
            (4, 3, "fishery", "accept", '{"step": "handling"}'), (5, 3, "lin", "attach", '{"step": "handling"}'),
            (6, 3, "lin", "attach", '{"step": "handling"}'),
        ):  # fmt: skip
            conn.execute(
                "insert into mg.case_log (case_id, seq, at, who, what, said) values (%s, %s, %s, %s, %s, %s)",
                [CASE, seq, NOW + hours * HOUR, who, what, said],
            )
        conn.execute("insert into mg.case_escalation values (%s, %s, 'T1', %s)", [CASE, NOW, NOW + HOUR / 2])
        conn.execute("insert into mg.blob values (sha256('x'), 'image/jpeg', 1, 'x')")
        conn.execute(
            "insert into mg.case_attachment select %s, n, sha256('x'), 'x' from generate_series(5, 6) n", [CASE]
        )
        assert migrate(conn)[0].startswith("0025")
    rows = ask(
        empty_dsn,
        "select step, unit_id, body_id, account_id, since, until, due_at from mg.case_step order by seq",
    )
    assert rows == [
        ("received", "T1-V", None, "village1", NOW, NOW + HOUR, NOW + HOUR / 2),
        ("collated", "T1", None, "town1", NOW + HOUR, NOW + 2 * HOUR, None),
        ("dispatched", "T1", "F", "fishery", NOW + 2 * HOUR, NOW + 3 * HOUR, None),
        ("handling", "T1", "F", "fishery", NOW + 3 * HOUR, None, NOW + 9 * HOUR),
    ]
    assert ask(empty_dsn, "select seq, again from mg.case_attachment order by seq") == [(5, False), (6, True)]
    assert told(empty_dsn, "town1", "account", NOW + 4 * HOUR) == {"village1": (1, 0, 0.5)}
    with commands(empty_dsn, PLAN) as cases:
        cases.act(CASE, 6, Act.REPORT, "fishery", {"result": "和解"}, NOW + 10 * HOUR)
    assert told(empty_dsn, "town1", "body", LATER) == {"F": (1, 0, 1.0)}
