"""What pages ask every few seconds: reports for whose receipt the account is asked, of no case beyond it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.case_desk import reports_waiting
from maritime_grid.store.case_timers import run_timers
from maritime_grid.store.connect import command_pool
from tests.integration.store import case_build as cb

from .desks import DeskSite, desk_site

PULSE = "/api/v1/pulse.json"
NAMES = [name for name, *_ in cb.ACCOUNTS]


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def told(site: DeskSite) -> dict[str, object]:
    """Of each account what its pulse says of reports: cases, or None where it receives none."""
    found: dict[str, object] = {}
    for name in NAMES:
        reports = site.browser(name).get(PULSE).json().get("reports")
        found[name] = reports if reports is None else [report["case"] for report in reports]
    return found


def file(site: DeskSite, **changes: object) -> str:
    new = cb.dispute(**{"kind": Kind.EMERGENCY, "subkind": "overboard", **changes})
    return site.desk.cases.file(new, "lin", site.clock()).case_id


def test_each_account_is_told_of_the_reports_to_its_own_unit_or_body_and_of_no_others(site):
    case_id = file(site)
    told_at_once = {"village1", "town1", "fishery", "guard"}
    receives = {"village1", "town1", "town2", "county", "city", "fishery", "police", "guard", "shop"}
    expected = {name: ([case_id] if name in told_at_once else []) if name in receives else None for name in NAMES}
    assert told(site) == expected


def test_who_is_not_logged_in_is_told_nothing(site):
    file(site)
    assert site.browser().get(PULSE).status_code == 401


def test_nobody_is_told_of_a_complaint_against_oneself_nor_of_what_is_over(site):
    own = file(site, kind=Kind.COMPLAINT, subkind="", accused=2, parties=())  # town1's person
    cb.ask(site.dsn, "update mg.case_file set unit_id = 'T1-V' where case_id = %s returning 1", [own])
    cb.ask(site.dsn, "insert into mg.case_hop (hop_id, case_id, to_unit, sent_at, due_at) "
           "select case_id || '/unit/' || u, case_id, u, %s, %s from mg.case_file, unnest(array['T1', 'K']) u "
           "where case_id = %s returning 1", [cb.NOW, cb.NOW, own])  # fmt: skip
    over = file(site)
    site.desk.cases.act(over, 1, Act.WITHDRAW, "lin", {"reason": "误报"}, cb.NOW)
    found = told(site)
    assert (found["town1"], found["county"]) == ([], [own])
    assert found["fishery"] == []


def test_late_report_calls_the_next_level_and_one_that_was_received_calls_nobody(site):
    case_id = file(site)
    later = site.clock.forward(minutes=12)
    with command_pool(site.dsn) as pool:
        assert run_timers(pool.connection, cb.PLAN, later).reports_sent
    county = site.browser("county").get(PULSE).json()
    (report,) = county["reports"]
    assert (report["case"], report["due"] > county["now"]) == (case_id, True)
    town = site.browser("town1").get(PULSE).json()
    assert town["reports"][0]["due"] <= town["now"]
    hop = {"hop": f"{case_id}/unit/T1"}
    site.desk.cases.act(case_id, None, Act.RECEIVE_HOP, "town1", hop, later)
    with cb.reading_as(site.dsn, "town1") as conn:
        assert reports_waiting(conn, "T1", None) == []


def test_asking_for_it_keeps_no_session_alive(site):
    client = site.browser("town1")
    query = "select seen_at from mg.session where account_id = 'town1'"
    before = cb.ask(site.dsn, query)
    site.clock.forward(minutes=30)
    assert client.get(PULSE).status_code == 200
    assert cb.ask(site.dsn, query) == before
    site.clock.forward(minutes=91)
    assert client.get(PULSE).status_code == 401  # two hours without a touch
    client = site.browser("town1")
    site.clock.forward(minutes=30)
    assert client.get("/cases").status_code == 200
    assert max(cb.ask(site.dsn, query))[0] - before[0][0] == timedelta(minutes=151)
