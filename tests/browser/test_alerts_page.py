"""The page of alerts in Chromium: two desks beside one another, an engine that goes on, keys, sound, a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from maritime_grid.domain.alerts import Alert, AlertKey, RuleName, Severity
from maritime_grid.store.writer import Store
from tests.integration.store import build
from tests.integration.store import case_build as cb
from tests.integration.store.alert_build import AT, VESSEL, raised
from tests.integration.web.desks import DeskSite, desk_site

from .conftest import Wall
from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE

pytestmark = pytest.mark.needs_chromium
ROW = "document.querySelector('.al-row[data-id=\"{}\"]')"
OTHERS = 7


@pytest.fixture
def alerts(fresh_dsn: str) -> dict[str, Alert]:
    """The small world with its alerts, vessels near the emergency, its track, and three old silences."""
    cb.people(fresh_dsn)
    cb.ask(fresh_dsn, "insert into mg.roster (mmsi, name_zh, vessel_class, home_port, gear) values "
           "(%s, '浙普渔60001', 'fishing', '', ''), (412000010, '浙普渔60010', 'fishing', '', ''), "
           "(412000011, '海巡0721', 'patrol', '', '') returning 1", [VESSEL])  # fmt: skip
    made = raised(fresh_dsn)
    us = round(cb.NOW.timestamp() * 1e6)
    lat = [30.23 + 0.04 * n for n in range(OTHERS)]
    lon = [122.7 + 0.03 * (-1) ** n for n in range(OTHERS)]
    mmsi = [412000010 + n for n in range(OTHERS)]
    times = [AT - n * 600 * build.SECOND for n in range(9)]
    with Store.open(fresh_dsn) as store:
        store.commit(
            build.outcome(
                alerts=list(made.values()),
                vessels=build.vessels(OTHERS, mmsi=mmsi, lon=lon, lat=lat, t=us, heard_at=us),
                positions=build.positions(
                    9, mmsi=VESSEL, t=times, received_at=times, lon=[122.7 - 0.012 * n for n in range(9)],
                    lat=[30.2 - 0.006 * n * n / 8 for n in range(9)],
                ),
                clock=us,
            )
        )  # fmt: skip
    return made


@pytest.fixture
def desk(alerts: dict[str, Alert], fresh_dsn: str) -> Iterator[DeskSite]:
    with desk_site(fresh_dsn) as running:
        yield running


def ready(window: Wall, count: int) -> None:
    window.wait(f"document.querySelectorAll('.al-row').length === {count}")


def test_two_desks_see_at_once_who_acknowledged_and_who_closed(desk, open_desk, alerts):
    sos, silence = alerts["sos"].alert_id, alerts["silence"].alert_id
    guard, town = open_desk("guard", "/alerts"), open_desk("town1", "/alerts", 1920, 1080)
    ready(guard, 4)
    ready(town, 2)
    guard.page.locator(f'.al-row[data-id="{sos}"]').click()
    for window, name in ((guard, "alerts-1366"), (town, "alerts-1920")):
        window.wait("document.querySelectorAll('.al-near tbody tr').length === 5")
        window.page.wait_for_timeout(1_500)
        window.shot(name)
    assert "浙普渔60001" in town.text(".al-detail")
    assert "机舱进水" in town.text(".al-detail")
    guard.page.locator(f'.al-row[data-id="{sos}"] button').click()
    town.wait(f"{ROW.format(sos)}.dataset.state === 'seen'", 10)
    assert "名guard（部门G） 10:00 确认" in town.text(f'.al-row[data-id="{sos}"]')
    town.wait("document.querySelector('.al-detail').innerText.includes('名guard（部门G） 10:00 确认')")
    town.page.locator(f'.al-row[data-id="{silence}"]').click()
    town.wait("document.querySelector('.al-detail').innerText.includes('失联')")
    town.wait("!document.getElementById('alq-form').hidden")
    town.page.locator("#alq-resolve").click()
    town.wait("document.querySelector('#alq-say .say.bad')")
    town.page.locator("#alq-verdict label", has_text="误报").click()
    town.page.locator("#alq-reason").fill("手机联系船长,平安 <b>x</b>")
    town.page.locator("#alq-resolve").click()
    guard.wait(f"{ROW.format(silence)}.dataset.state === 'resolved'", 10)
    guard.page.locator(f'.al-row[data-id="{silence}"]').click()
    guard.wait("document.querySelector('.al-detail').innerText.includes('误报，手机联系船长,平安 <b>x</b>')")
    assert guard.page.locator("#alq-form").is_hidden()
    guard.shot("alerts-resolved-1366")
    assert guard.errors == town.errors == []
    assert guard.outside == town.outside == []


def test_new_emergency_comes_by_itself_rings_where_sound_is_on_and_moves_nothing_that_is_read(
    desk, open_desk, alerts, fresh_dsn
):
    quiet = [
        build.alert(key=AlertKey(RuleName.SILENCE, 413000000 + n), raised_at=AT - n, last_at=AT, received_at=AT,
                    grid=alerts["sos"].grid, severity=Severity.WARNING, lon=122.6, lat=30.1)
        for n in range(30)
    ]  # fmt: skip
    with Store.open(fresh_dsn) as store:
        store.commit(build.outcome(alerts=quiet, clock=AT))
        window = open_desk("guard", "/alerts")
        ready(window, 34)
        assert window.page.get_attribute(".desk", "data-every") == "alq-every"
        window.page.locator("#alq-sound").click()
        assert "声音：开" in window.text("#alq-sound")
        assert not window.page.evaluate("document.querySelector('.desk').hasAttribute('data-every')")  # it never rests
        mine = quiet[15].alert_id
        window.page.locator(f'.al-row[data-id="{mine}"]').click()
        window.wait(f"{ROW.format(mine)}.getAttribute('aria-selected') === 'true'")
        window.page.wait_for_timeout(500)
        top = f"{ROW.format(mine)}.getBoundingClientRect().top"
        before = window.page.evaluate(top)
        assert window.page.evaluate("MG.alertSounds") == 0
        new = build.alert(
            key=AlertKey(RuleName.SOS, 412000010), severity=Severity.EMERGENCY, raised_at=AT, last_at=AT,
            received_at=AT, grid=alerts["sos"].grid, lon=122.73, lat=30.23,
        )  # fmt: skip
        store.commit(build.outcome(alerts=[new], clock=AT + 1))
        window.wait(f"{ROW.format(new.alert_id)}", 10)
        window.wait("MG.alertSounds === 1", 3)
        assert abs(window.page.evaluate(top) - before) < 2
        assert "上方有" in window.text("#alq-above")
        window.shot("alerts-above-1366")
        store.commit(build.outcome(alerts=[replace(new, last_at=AT + 2, repeats=1)], clock=AT + 2))
        window.wait("MG.alertSounds === 2", 10)
    assert window.errors == []


def test_keys_choose_and_acknowledge_and_a_case_opens_once(desk, open_desk, alerts):
    window = open_desk("town1", "/alerts")
    ready(window, 2)
    window.wait("document.querySelector('.al-row[aria-selected=true]')")
    window.page.locator("h1").click()
    window.page.keyboard.press("ArrowDown")
    window.wait(f"{ROW.format(alerts['silence'].alert_id)}.getAttribute('aria-selected') === 'true'")
    window.page.keyboard.press("ArrowUp")
    window.wait("document.querySelector('.al-detail').innerText.includes('求救')")
    window.page.keyboard.press("a")
    window.wait(f"{ROW.format(alerts['sos'].alert_id)}.dataset.state === 'seen'")
    window.page.locator(".al-detail button", has_text="立案").click()
    window.wait("location.pathname === '/case/2026-000001'")
    again = open_desk("town1", f"/alerts?alert={alerts['sos'].alert_id}")
    again.wait("document.querySelector('.al-detail').innerText.includes('2026-000001')")
    assert "打开事项 2026-000001" in again.text(".al-detail")
    assert len(cb.ask(desk.dsn, "select 1 from mg.case_file")) == 1


def test_filters_stand_in_the_address_and_a_phone_shows_one_below_the_other(desk, open_desk, alerts):
    window = open_desk("guard", "/alerts?severity=alarm&rule=silence")
    ready(window, 1)
    window.page.locator("#alq-severity").click()
    window.page.get_by_role("option", name="全部").click()
    ready(window, 2)
    window.wait("!location.search.includes('severity')")
    assert "rule=silence" in window.page.url
    phone = open_desk("town1", "/alerts", *PHONE)
    ready(phone, 2)
    phone.page.locator(".al-row").first.click()
    phone.wait("document.querySelectorAll('.al-near tbody tr').length === 5")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.page.wait_for_timeout(800)
    phone.shot("alerts-phone-detail")
    phone.page.evaluate("scrollTo(0, 0)")
    phone.shot("alerts-phone")
    assert phone.errors == window.errors == []
