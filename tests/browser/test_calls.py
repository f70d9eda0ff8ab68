"""Reports of major matters that nobody has received: shown and sounded on every page of whoever is to receive them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser

from dashboard.app import create_app
from dashboard.serve import now_ms
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.rows import LateReport
from tests.integration.store import case_build as cb
from tests.unit.dashboard.reads_builder import FleetReads, options
from tests.unit.dashboard.serving import serving

from .conftest import FLAGS, Wall, _watch
from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE
from .test_wall import LIVE

pytestmark = pytest.mark.needs_chromium
CALLS = "document.getElementById('calls')"
SHOWN = f"{CALLS} && !{CALLS}.hidden && {CALLS}.className"
BANNER = "document.getElementById('banner-late')"
# as if the last tone had been long ago
LONG_AGO = """(() => {
  const heard = JSON.parse(localStorage.getItem('mg-calls-heard'));
  localStorage.setItem('mg-calls-heard', JSON.stringify({ ...heard, last: 0 }));
})()"""
MUTE_FOR_A_DAY = "localStorage.setItem('mg-calls-muted', JSON.stringify({ until: Date.now() + 864e5, keys: [] }))"
NEXT_HOP = """
insert into mg.case_hop (hop_id, case_id, to_unit, after, sent_at, due_at)
select case_id || '/unit/K', case_id, 'K', hop_id, due_at, due_at + interval '10 minutes' from mg.case_hop
where to_unit = 'T1' returning pg_notify('mg_case', case_id)
"""


@pytest.fixture
def strict(browser: Browser, chromium: str) -> Iterator[Browser]:
    """Chromium that blocks sound as it does on a desk: without a head it lets everything sound."""
    policy = "--autoplay-policy=document-user-activation-required"
    launched = browser.browser_type.launch(executable_path=chromium, headless=True, args=[*FLAGS, policy])
    yield launched
    launched.close()


def opened(browser: Browser, address: str, token: str = "") -> Wall:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    if token:
        context.add_cookies([{"name": "mg", "value": token, "url": address}])
    window = Wall(context.new_page())
    _watch(context, window)
    window.page.goto(address)
    return window


def untouched(window: Wall, expression: str, timeout_s: float = 40) -> None:
    """Until `expression` holds, on a page that nobody has pressed: Playwright's own way of asking counts as a press."""
    asking = window.page.context.new_cdp_session(window.page)
    ends = time.monotonic() + timeout_s
    asked = {"expression": f"Boolean({expression})", "returnByValue": True}
    while not asking.send("Runtime.evaluate", asked)["result"].get("value"):
        assert time.monotonic() < ends, f"not within {timeout_s} s: {expression}"
        window.page.wait_for_timeout(200)


def emergency(desk) -> str:
    new = cb.dispute(kind=Kind.EMERGENCY, subkind="overboard", title="<i>落水</i> 东极外")
    return desk.desk.cases.file(new, "lin", desk.clock()).case_id


@pytest.mark.parametrize("path", ["/cases?view=board", "/alerts", "/grids", "/people", "/case/{}"])
def test_every_page_shows_and_sounds_a_report_until_it_is_received(desk, open_desk, path):
    case_id = emergency(desk)
    window = open_desk("town1", path.format(case_id))
    window.wait(f"{SHOWN} === 'new'")
    window.wait("MG.sounds.report >= 1")
    assert "1 件重大事项报告待签收" in window.text("#calls")
    assert f"{case_id} <i>落水</i> 东极外" in window.text("#calls")
    desk.clock.forward(minutes=11)
    window.wait(f"{SHOWN} === 'late'")
    assert "1 件重大事项报告逾期未签收" in window.text("#calls")
    window.wait("MG.sounds.report >= 2")
    hop = {"hop": f"{case_id}/unit/T1"}
    desk.desk.cases.act(case_id, None, Act.RECEIVE_HOP, "town1", hop, desk.clock())
    window.wait(f"{CALLS}.hidden")
    assert window.errors == []


def test_late_report_sounds_again_and_again_and_one_that_is_not_late_once(desk, open_desk):
    emergency(desk)
    window = open_desk("town1", "/cases")
    window.wait("MG.sounds.report === 1")
    window.page.evaluate(LONG_AGO)
    window.page.wait_for_timeout(2_000)  # four looks of the page at what it is to sound
    assert window.page.evaluate("MG.sounds.report") == 1
    desk.clock.forward(minutes=11)
    window.wait("MG.sounds.report === 2")
    for n in (3, 4):
        window.page.evaluate(LONG_AGO)
        window.wait(f"MG.sounds.report === {n}")
    window.wait("document.querySelector('table.cases .priority')")
    window.shot("calls-late-1366")


def test_sound_that_the_browser_blocks_is_said_and_one_press_allows_it(desk, strict):
    window = opened(strict, f"{desk.address}/grids", desk.token("town1"))
    untouched(window, f"{CALLS} && !{CALLS}.hidden && {CALLS}.innerText.includes('浏览器拦住了声音')")
    emergency(desk)
    untouched(window, f"{SHOWN} === 'new'")
    untouched(window, f"{CALLS}.innerText.includes('浏览器拦住了声音') && MG.sounds.report === 0")
    window.shot("calls-blocked-1920")
    window.page.locator(".calls-blocked").click()
    window.wait("MG.sounds.report === 1")
    window.wait("document.querySelector('.calls-blocked').hidden")


def test_a_device_is_mute_for_minutes_and_for_what_it_called_out_already(desk, open_desk):
    first = emergency(desk)
    desk.clock.forward(minutes=11)
    window = open_desk("town1", "/cases", *PHONE)
    window.wait(f"{SHOWN} === 'late' && MG.sounds.report === 1")
    window.page.locator(".calls-mute").click()
    window.wait(f"{CALLS}.innerText.includes('本机静音中')")
    window.page.evaluate(LONG_AGO)
    window.page.wait_for_timeout(2_000)  # as above
    assert window.page.evaluate("MG.sounds.report") == 1
    assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    window.shot("calls-mute-phone")
    second = emergency(desk)
    window.wait(f"{CALLS}.innerText.includes('{second}')")
    window.wait("MG.sounds.report === 2")
    window.page.evaluate(MUTE_FOR_A_DAY)
    window.wait(f"!{CALLS}.innerText.includes('本机静音中')")
    assert first in window.text("#calls")


def test_next_level_is_called_when_nobody_received_and_who_receives_nothing_is_not(desk, open_desk):
    emergency(desk)
    desk.clock.forward(minutes=30)
    cb.ask(desk.dsn, NEXT_HOP)
    county, other = open_desk("county", "/people"), open_desk("town2", "/cases")
    county.wait(f"{SHOWN} === 'late'")
    other.wait("document.querySelector('.cases-list .empty')")
    assert other.page.evaluate(f"!{CALLS}.className")
    worker = open_desk("lin", "/cases")
    worker.wait("document.querySelector('table.cases')")
    assert not worker.page.evaluate(f"Boolean({CALLS})")


def test_wall_shows_and_sounds_late_reports_and_emergencies_until_somebody_has_them(open_wall):
    reads = FleetReads(lambda: datetime.now(UTC))
    late = datetime.now(UTC) - timedelta(minutes=12)
    with serving(create_app(reads, settings=options(), clock=now_ms).server) as url:
        wall = open_wall(url)
        wall.wait(LIVE)
        assert wall.page.evaluate(f"{BANNER}.hidden")
        assert wall.page.evaluate("[MG.sounds.report, MG.sounds.emergency]") == [0, 0]
        reads.reports = [LateReport(8, "东极镇", "Dongji", late), LateReport(0, "市海事局", None, late)]
        wall.wait(f"!{BANNER}.hidden && MG.sounds.report === 1", 40)
        wall.wait(f"{BANNER}.innerText.includes('东极镇 未签收') && {BANNER}.innerText.includes('逾期 12')")
        wall.shot("wall-late-reports")
        reads.with_troubles()
        wall.wait("MG.sounds.emergency === 1", 40)
        reads.reports = []
        wall.wait(f"{BANNER}.hidden", 40)
        assert wall.errors == []


def test_wall_that_may_not_sound_says_so(strict):
    reads = FleetReads(lambda: datetime.now(UTC)).with_troubles()
    with serving(create_app(reads, settings=options(), clock=now_ms).server) as url:
        wall = opened(strict, url)
        untouched(wall, f"{LIVE} && !document.getElementById('mark-sound').hidden")
        wall.shot("wall-sound-blocked")
        wall.page.mouse.click(900, 500)
        wall.wait("MG.sounds.emergency >= 1 && document.getElementById('mark-sound').hidden", 40)
