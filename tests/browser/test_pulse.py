"""Pages of people that can no longer be believed say so, and keep what was typed and pressed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from maritime_grid.domain.alerts import Alert, AlertKey, RuleName, Severity
from maritime_grid.store.writer import Store
from tests.integration.store import build
from tests.integration.store import case_build as cb
from tests.integration.store.alert_build import AT, raised
from tests.integration.web.desks import DeskSite, desk_site

from .desk_browser import *  # noqa: F403  (its fixtures)

pytestmark = pytest.mark.needs_chromium
PULSE = "document.getElementById('pulse')"


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


@pytest.fixture
def alerts(fresh_dsn: str, desk: DeskSite) -> dict[str, Alert]:
    """Four of them, among which are an emergency and a silence."""
    made = raised(fresh_dsn)
    with Store.open(fresh_dsn) as store:
        store.commit(build.outcome(alerts=list(made.values()), clock=AT))
    return made


def test_page_says_that_its_server_is_silent_and_that_it_is_back(desk, open_desk):
    window = open_desk("guard", "/alerts", 1920, 1080)
    window.wait(f"{PULSE} && document.querySelector('#alq-list .empty')")
    window.page.context.set_offline(True)
    window.wait(f"!{PULSE}.hidden && {PULSE}.innerText.includes('服务器无应答')", 40)
    window.shot("pulse-dead-1920")
    window.page.context.set_offline(False)
    window.wait(f"!{PULSE}.innerText.includes('服务器无应答')", 40)


def test_words_that_were_typed_outlive_the_session_and_go_out_after_a_new_login(desk, open_desk):
    with cb.commands(desk.dsn) as cases:
        case_id = cases.file(cb.dispute(), "lin", cb.NOW).case_id
    window = open_desk("village1", f"/case/{case_id}")
    window.wait("document.querySelector('#case-acts button')")
    window.page.get_by_role("button", name="完成梳理").click()
    window.wait("document.querySelector('#case-form-box textarea')")
    window.page.locator("#case-form-box textarea").fill("双方都在码头")
    cb.ask(desk.dsn, "update mg.session set ended_at = now() where ended_at is null returning 1")
    window.page.locator("#case-send").click()
    window.wait(f"!{PULSE}.hidden && {PULSE}.innerText.includes('登录已失效')")
    window.shot("pulse-ended-1366")
    assert window.page.locator("#case-form-box textarea").input_value() == "双方都在码头"
    assert window.page.url.endswith(f"/case/{case_id}")
    window.page.context.add_cookies([{"name": "mg", "value": desk.token("village1"), "url": desk.address}])
    window.page.context.new_page().goto(f"{desk.address}/cases")  # as after a login in another window
    window.wait(f"{PULSE}.hidden")
    window.page.locator("#case-send").click()
    window.wait("document.querySelector('.steps .now strong')?.textContent === '梳理'")


def test_press_whose_row_is_made_anew_under_the_finger_still_counts(open_desk, alerts):
    sos = alerts["sos"].alert_id
    window = open_desk("guard", "/alerts")
    window.wait("document.querySelectorAll('.al-row').length === 4")
    button = f'.al-row[data-id="{sos}"] [data-act=acknowledge]'
    window.page.locator(button).hover(position={"x": 8, "y": 8})  # waits until the list has come to rest
    window.page.mouse.down()
    window.page.evaluate(f"(node => node.replaceWith(node.cloneNode(true)))(document.querySelector('{button}'))")
    window.page.mouse.up()
    window.wait(f"document.querySelector('.al-row[data-id=\"{sos}\"]').dataset.state === 'seen'")


def test_emergency_sounds_though_the_list_shows_something_else(open_desk, alerts, fresh_dsn):
    window = open_desk("guard", "/alerts?rule=silence")
    window.wait("document.querySelectorAll('.al-row').length === 2")
    window.page.locator("#alq-sound").click()
    window.wait("document.querySelector('#alq-sound').getAttribute('aria-pressed') === 'true'")
    new = build.alert(key=AlertKey(RuleName.SOS, 412000010), severity=Severity.EMERGENCY, raised_at=AT, last_at=AT,
                      received_at=AT, grid=alerts["sos"].grid, lon=122.73, lat=30.23)  # fmt: skip
    with Store.open(fresh_dsn) as store:
        store.commit(build.outcome(alerts=[new], clock=AT + 1))
    window.wait("MG.alertSounds === 1")
    assert window.page.locator(".al-row").count() == 2
