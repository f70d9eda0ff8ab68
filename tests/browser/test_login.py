"""Logging in with a real browser: without any script, and then the wall behind it with Dash's own requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from maritime_grid.domain.totp import code_of, step_of
from tests.integration.conftest import postgres, reachable_tmp  # noqa: F401  (fixtures)
from tests.integration.web.conftest import PASSWORD, Clock, Site, auth, dsn, site  # noqa: F401  (likewise)

from .conftest import SHOTS, Wall
from .wall_browser import LIVE


@pytest.fixture
def web(dsn: str) -> Iterator[Site]:  # noqa: F811
    with site(dsn, Clock(), auth(open_wall="never")) as running:
        yield running


def test_wall_behind_a_login_works_and_goes_back_to_it_when_its_session_is_ended(web, browser):
    phone = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = phone.new_page()
    page.goto(f"{web.address}/")
    page.wait_for_url(f"{web.address}/login")
    page.fill("[name=name]", "worker")
    page.fill("[name=password]", "wrong-password")
    page.click("button")
    page.wait_for_selector(".fault")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "login-phone.png")
    page.fill("[name=password]", PASSWORD)
    page.click("button")
    page.wait_for_url(f"{web.address}/report")
    phone.close()

    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{web.address}/")
    page.fill("[name=name]", "wall")
    page.fill("[name=password]", PASSWORD)
    page.click("button")
    page.wait_for_url(f"{web.address}/")
    context = browser.new_context(storage_state=plain.storage_state(), viewport={"width": 1920, "height": 1080})
    wall, answers = context.new_page(), []
    wall.on("response", lambda r: answers.append((r.request.method, r.url.removeprefix(web.address), r.status)))
    wall.goto(f"{web.address}/")
    wall.wait_for_selector("#map")
    Wall(wall).wait(LIVE)
    posted = [a for a in answers if a[0] == "POST"]
    assert posted  # Dash's router asked for the layout, with the token of the session
    assert {status for _, _, status in posted} == {200}
    assert {status for _, url, status in answers if url.startswith("/api/")} <= {200, 304}
    number = web.accounts.sessions.of("wall", web.clock())[0].number
    web.accounts.sessions.revoke(number, web.clock(), by="test")
    wall.evaluate("void fetch('/api/v1/wall/status.json')")  # as the wall does by itself, in its own time
    wall.wait_for_url("**/login?next=%2F", timeout=30_000)
    context.close()
    plain.close()


def test_second_factor_is_enrolled_without_a_script(web, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{web.address}/people?lang=en")
    page.fill("[name=name]", "township")
    page.fill("[name=password]", PASSWORD)
    page.click("button")
    page.wait_for_url("**/login/code*")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "login-enrol.png")
    web.secrets["township"] = page.inner_text("code").replace(" ", "")
    assert page.locator("figure svg").bounding_box()["width"] > 100
    page.fill("[name=code]", code_of(web.secrets["township"], step_of(web.clock().timestamp())))
    page.click("button")
    page.wait_for_url(f"{web.address}/people?lang=en")
    context.close()
