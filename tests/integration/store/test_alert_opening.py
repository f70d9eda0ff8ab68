"""Cases that approved rules open from alerts, beside people who do the same."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from maritime_grid.cases.from_alert import OpenRule
from maritime_grid.cases.kinds import Act
from maritime_grid.domain.alerts import Alert
from maritime_grid.store import alert_opening
from maritime_grid.store.alert_opening import open_by_rules
from maritime_grid.store.alert_reads import read_alert
from maritime_grid.store.case_filing import follow_code
from maritime_grid.store.connect import command_pool
from maritime_grid.store.errors import StoreError
from maritime_grid.store.writer import Store

from .alert_build import MINUTE, alert_commands, world_with_alerts
from .case_build import NOW, PLAN, ask, commands, locate, reading_as, zones

RAISED = NOW - timedelta(minutes=10)
SOS = OpenRule("sos-1", "sos", 4, RAISED, "市渔业安全专班", date(2026, 5, 1))
SILENCE = OpenRule("silence-1", "silence", 3, RAISED, "市渔业安全专班", date(2026, 5, 1))


@pytest.fixture
def alerts(store: Store, store_dsn: str) -> dict[str, Alert]:
    return world_with_alerts(store, store_dsn)


def opened(dsn: str, *rules: OpenRule, at: datetime = NOW) -> int:
    with command_pool(dsn) as pool:
        return open_by_rules(pool.connection, replace(PLAN, opening=rules), locate, zones, at)


def cases_of(dsn: str) -> list[tuple[str, str]]:
    """Alert and case, by the alerts."""
    return ask(dsn, "select alert_id, case_id from mg.case_alert order by 1")


def test_no_case_is_opened_where_nobody_has_approved_a_rule(alerts, store_dsn: str):
    assert opened(store_dsn) == 0
    assert cases_of(store_dsn) == []


def test_rule_opens_one_case_of_each_of_its_alerts_and_the_archive_names_it(alerts, store_dsn: str):
    assert opened(store_dsn, SOS) == 1
    assert opened(store_dsn, SOS) == 0
    [(alert_id, case_id)] = cases_of(store_dsn)
    assert alert_id == alerts["sos"].alert_id
    assert ask(store_dsn, "select kind, major, channel, reporter, unit_id from mg.case_file") == [
        ("emergency", True, "alert", "", "T1-V")
    ]
    said = "select who, said::jsonb ->> 'by_rule' from mg.case_log where what = 'file'"
    assert ask(store_dsn, said) == [("alert", "sos-1（市渔业安全专班，2026-05-01 批准）")]
    assert ask(store_dsn, "select seen_at from mg.alert where alert_id = %s", [alert_id]) == [(None,)]
    with reading_as(store_dsn, "town1") as conn:
        view = read_alert(conn, alert_id, NOW)
    assert view
    assert [(step.what, step.post_zh, step.note) for step in view.log][1:] == [("open_case", None, case_id)]


@pytest.mark.parametrize(
    "rule",
    [replace(SILENCE, severity_from=4), replace(SILENCE, in_force_from=RAISED + timedelta(microseconds=1)),
     replace(SILENCE, rule="zone_entry")],
    ids=["not so grave", "before the rule", "another rule"],
)  # fmt: skip
def test_alert_beside_the_rule_waits_for_a_person(alerts, store_dsn: str, rule: OpenRule):
    assert opened(store_dsn, rule) == 0


def test_alert_that_is_long_past_waits_for_a_person(alerts, store_dsn: str):
    assert opened(store_dsn, SOS, at=RAISED + timedelta(days=7, seconds=1)) == 0
    assert opened(store_dsn, SOS, at=RAISED + timedelta(days=7)) == 1


def test_alert_that_ended_before_anybody_saw_it_opens_its_case_and_one_that_was_closed_does_not(alerts, store_dsn: str):
    over = "update mg.alert set active = false, cleared_at = last_at where alert_id = %s returning 1"
    ask(store_dsn, over, [alerts["sos"].alert_id])
    with alert_commands(store_dsn) as acts:
        acts.resolve(alerts["silence"].alert_id, "town1", "false", "已联系", NOW)
    assert opened(store_dsn, SOS, SILENCE) == 1
    assert [alert_id for alert_id, _ in cases_of(store_dsn)] == [alerts["sos"].alert_id]


def test_alert_of_which_there_was_a_case_opens_no_other(alerts, store_dsn: str):
    with alert_commands(store_dsn) as acts, commands(store_dsn) as cases:
        first = acts.open_case(alerts["sos"].alert_id, "town1", NOW)
        cases.act(first.case_id, 1, Act.WITHDRAW, "town1", {"reason": "误触"}, NOW)
    assert opened(store_dsn, SOS) == 0


def test_nobody_can_follow_a_case_by_what_the_alert_is_called(alerts, store_dsn: str):
    opened(store_dsn, SOS)
    [(alert_id, _)] = cases_of(store_dsn)
    with commands(store_dsn) as cases:
        assert [cases.follow(follow_code(key)) for key in (alert_id, f"alert:{alert_id}")] == [None, None]


def test_click_after_the_rule_leads_to_its_case(alerts, store_dsn: str):
    opened(store_dsn, SOS)
    [(alert_id, case_id)] = cases_of(store_dsn)
    with alert_commands(store_dsn) as acts:
        again = acts.open_case(alert_id, "town1", NOW + MINUTE)
    assert (again.case_id, again.repeated) == (case_id, True)


@pytest.mark.parametrize("turn", range(5))
def test_rules_of_two_processes_and_people_at_once_open_one_case(alerts, store_dsn: str, turn: int):
    start = threading.Barrier(4)

    def by_rule() -> int:
        start.wait(20)
        return opened(store_dsn, SOS)

    def by_click(who: str) -> int:
        with alert_commands(store_dsn) as acts:
            start.wait(20)
            return int(not acts.open_case(alerts["sos"].alert_id, who, NOW).repeated)

    with ThreadPoolExecutor(4) as pool:
        done = [
            pool.submit(by_rule),
            pool.submit(by_rule),
            pool.submit(by_click, "town1"),
            pool.submit(by_click, "county"),
        ]
        assert sum(one.result() for one in done) == 1
    assert len(cases_of(store_dsn)) == 1


def test_alert_whose_case_cannot_be_filed_holds_up_no_other_and_is_tried_again(
    alerts, store_dsn: str, monkeypatch: pytest.MonkeyPatch
):
    real, broken = alert_opening.case_of, [alerts["sos"].alert_id]

    def case_of(row):
        if row["alert_id"] in broken:
            raise StoreError("no unit leads it", "name one")
        return real(row)

    monkeypatch.setattr(alert_opening, "case_of", case_of)
    with pytest.raises(StoreError, match="no unit"):
        opened(store_dsn, SOS, SILENCE)
    assert [alert_id for alert_id, _ in cases_of(store_dsn)] == [alerts["silence"].alert_id]
    broken.clear()
    assert opened(store_dsn, SOS, SILENCE) == 1


def test_alerts_are_found_by_an_index(alerts, store_dsn: str):
    fill = """insert into mg.alert (alert_id, rule, mmsi, place, severity, raised_at, last_at, active, cleared_at,
        received_at, repeats, grid, lon, lat, detail, rev)
      select a.alert_id || '-' || n, a.rule, a.mmsi, a.place || n, a.severity, a.raised_at - n * interval '1 hour',
        a.last_at, false, a.last_at, a.received_at, 0, a.grid, a.lon, a.lat, a.detail, 1
      from mg.alert a, generate_series(1, 5000) n where a.rule = 'sos' returning 1"""
    ask(store_dsn, fill)
    with command_pool(store_dsn) as pool, pool.connection() as conn:
        conn.execute("analyze mg.alert")
        query = "explain select from mg.alert where raised_at >= %s and rule = any ('{sos}')"
        plan = conn.execute(query, [RAISED]).fetchall()
    assert any("alert_raised" in str(line) for line in plan), plan
