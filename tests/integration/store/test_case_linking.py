"""A further alert of an open case: one of who links it, once, of no other open case; kept in the archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from threading import Barrier, Thread

import pytest

from maritime_grid.cases.flow import IllegalAct
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.domain.alerts import Alert
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.alert_reads import alerts_for_case
from maritime_grid.store.case_linking import AlertTakenError
from maritime_grid.store.case_rows import NewCase
from maritime_grid.store.case_steps import NoSuchCase
from maritime_grid.store.cases import Cases
from maritime_grid.store.errors import StoreError
from maritime_grid.store.writer import Store

from .alert_build import alert_commands, world_with_alerts
from .case_build import HOUR, NOW, ask, commands, dispute, reading_as

CASE = "2026-000001"


@pytest.fixture
def alerts(store: Store, store_dsn: str) -> dict[str, Alert]:
    return world_with_alerts(store, store_dsn)


@pytest.fixture
def cases(alerts: dict[str, Alert], store_dsn: str) -> Iterator[Cases]:
    with commands(store_dsn) as opened:
        opened.file(dispute(), "lin", NOW)
        yield opened


def link(cases: Cases, alert: Alert, by: str = "town1", version: int = 1, case_id: str = CASE) -> None:
    cases.act(case_id, version, Act.LINK_ALERT, by, {"alert_id": alert.alert_id}, NOW)


def linked(dsn: str) -> list[tuple[str, str]]:
    return ask(dsn, "select case_id, alert_id from mg.case_alert order by 1, 2")


def test_alert_that_is_linked_stands_in_the_archive_and_leaves_severity_and_clock_as_they_are(
    cases: Cases, alerts: dict[str, Alert], store_dsn: str
):
    told = "select severity, priority, major, state, due_at from mg.case_file"
    before = ask(store_dsn, told)
    link(cases, alerts["sos"])
    assert linked(store_dsn) == [(CASE, alerts["sos"].alert_id)]
    assert ask(store_dsn, told) == before
    (said,) = ask(store_dsn, "select detail from api.case_log where what = 'link_alert'")
    assert {name: said[0][name] for name in ("alert_id", "rule", "mmsi")} == {
        "alert_id": alerts["sos"].alert_id, "rule": "sos", "mmsi": 412000001,
    }  # fmt: skip


def test_alert_is_linked_once_and_to_one_open_case_alone(cases: Cases, alerts: dict[str, Alert], store_dsn: str):
    link(cases, alerts["sos"])
    with pytest.raises(AlertTakenError):
        link(cases, alerts["sos"], version=2)
    other = cases.file(dispute(title="另一起"), "lin", NOW).case_id
    with pytest.raises(AlertTakenError):
        link(cases, alerts["sos"], case_id=other)
    cases.act(CASE, 2, Act.WITHDRAW, "town1", {"reason": "重复"}, NOW)
    link(cases, alerts["sos"], case_id=other)
    assert linked(store_dsn) == [(CASE, alerts["sos"].alert_id), (other, alerts["sos"].alert_id)]


@pytest.mark.parametrize("which", ["east", "nowhere"])
def test_alert_of_grids_of_others_is_none_for_who_links(
    cases: Cases, alerts: dict[str, Alert], store_dsn: str, which: str
):
    with pytest.raises(StoreError, match="no such alert"):
        link(cases, alerts[which])
    link(cases, alerts[which], by="city")
    assert linked(store_dsn) == [(CASE, alerts[which].alert_id)]


@pytest.mark.parametrize("alert_id", ["sos-1", "", None, 5, "x\0y", ["sos"]])
def test_what_is_no_alert_is_refused(cases: Cases, alerts: dict[str, Alert], store_dsn: str, alert_id: object):
    with pytest.raises(MaritimeGridError):
        cases.act(CASE, 1, Act.LINK_ALERT, "town1", {"alert_id": alert_id}, NOW)
    assert linked(store_dsn) == []


def test_case_that_is_over_takes_no_alert_and_who_has_no_part_in_it_links_none(cases: Cases, alerts: dict[str, Alert]):
    with pytest.raises(NoSuchCase):
        link(cases, alerts["sos"], by="guard")
    cases.act(CASE, 1, Act.WITHDRAW, "town1", {"reason": "重复"}, NOW)
    with pytest.raises(IllegalAct):
        link(cases, alerts["sos"], version=2)


def test_list_to_choose_from_has_alerts_of_the_vessels_and_the_grid_of_the_time_that_no_open_case_has(
    cases: Cases, alerts: dict[str, Alert], store_dsn: str
):
    def offered(who: str, about: datetime = NOW, grid: str | None = "G1") -> list[str]:
        with reading_as(store_dsn, who) as conn:
            return [row.alert_id for row in alerts_for_case(conn, CASE, grid, about)]

    own = {alerts["sos"].alert_id, alerts["silence"].alert_id}
    assert set(offered("town1")) == own
    assert set(offered("town1", grid=None)) == own  # both are of vessels of its parties
    assert set(offered("city", grid="G2")) == own | {alerts["east"].alert_id}
    assert offered("town1", about=NOW + 100 * HOUR) == []
    link(cases, alerts["sos"])
    assert offered("town1") == [alerts["silence"].alert_id]
    cases.file(NewCase(Kind.HAZARD, "失联", alert_ids=(alerts["silence"].alert_id,), lon=122.7, lat=30.2), "lin", NOW)
    assert offered("town1") == []


def test_linking_an_alert_and_opening_its_case_at_once_never_wait_for_each_other(
    cases: Cases, alerts: dict[str, Alert], store_dsn: str
):
    """One locks the alert and looks at the case, the other writes the case: whoever is first, both come to an end."""
    link(cases, alerts["sos"])
    start, said = Barrier(2), list[str]()

    def again(n: int) -> None:
        start.wait()
        try:
            link(cases, alerts["sos"], version=2)
        except MaritimeGridError as error:
            said.append(type(error).__name__)

    def opening(n: int) -> None:
        with alert_commands(store_dsn) as commands_:
            start.wait()
            said.append(commands_.open_case(alerts["sos"].alert_id, "town1", NOW).case_id)

    for n in range(20):
        both = [Thread(target=work, args=(n,)) for work in (again, opening)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    assert sorted(said) == [CASE] * 20 + ["AlertTakenError"] * 20
