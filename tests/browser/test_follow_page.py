"""`/c/{code}` on a phone: its reporter reads the answer, rates it or objects, without a script or an account."""

from __future__ import annotations

import pytest

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.case_rows import NewCase
from tests.integration.store.case_build import ask

from .conftest import SHOTS
from .desk_browser import PHONE, desk, fresh_dsn, migrated, open_desk, plain_server, postgres, reachable_tmp

__all__ = ["desk", "fresh_dsn", "migrated", "open_desk", "plain_server", "postgres", "reachable_tmp"]
pytestmark = pytest.mark.needs_chromium
ANSWER = "护栏已修好,验收合格。\n谢谢您的提醒。"


def code_of_fed_back(desk) -> str:
    new = NewCase(Kind.HAZARD, "码头破损", channel="public", lon=122.7, lat=30.2)
    filed = desk.desk.cases.file(new, None, desk.clock())
    facts = {"result": "已修", "answer": ANSWER, "told": [{"n": 0, "means": "code"}]}
    desk.desk.cases.act(filed.case_id, 1, Act.RESOLVE, "lin", facts, desk.clock())
    return filed.code


def phone(browser, desk, path: str):
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True, device_scale_factor=2,
        java_script_enabled=False, locale="zh-CN",
    )  # fmt: skip
    page = context.new_page()
    page.goto(desk.address + path)
    return page


def test_reporter_rates_the_result_on_a_phone(browser, desk):
    page = phone(browser, desk, f"/c/{code_of_fed_back(desk)}")
    page.screenshot(path=SHOTS / "follow-judge-phone.png", full_page=True)
    desk.clock.forward(seconds=20)
    page.get_by_text("5 很满意").tap()
    page.locator("form textarea").first.fill("来得快")
    page.get_by_role("button", name="提交评价并办结").tap()
    page.wait_for_selector(".say.good")
    assert "谢谢您的评价" in page.inner_text("body") and "已办结" in page.inner_text("body")
    page.screenshot(path=SHOTS / "follow-rated-phone.png", full_page=True)
    assert ask(desk.dsn, "select state, rating from mg.case_file") == [("closed", 5)]


def test_reporter_objects_on_a_phone_in_english(browser, desk):
    page = phone(browser, desk, f"/c/{code_of_fed_back(desk)}?lang=en")
    page.locator("summary").tap()
    page.screenshot(path=SHOTS / "follow-object-phone-en.png", full_page=True)
    desk.clock.forward(seconds=20)
    page.locator("details textarea").fill("It is broken again")
    page.locator("details button").tap()
    page.wait_for_selector(".say.good")
    assert "handled again" in page.inner_text("body")
    assert ask(desk.dsn, "select state from mg.case_file") == [("collated",)]
