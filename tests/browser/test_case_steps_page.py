"""What is seldom done with a case, by the hands of the accounts that may: extensions, pauses, joint handling, a case
given to another body, withdrawn, opened again; a report of a major matter received; who was late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maritime_grid.cases.kinds import Act
from tests.integration.store import case_build as cb
from tests.integration.web.desks import DeskSite

from .conftest import Wall
from .desk_browser import PHONE, desk, fresh_dsn, migrated, open_desk, plain_server, postgres, reachable_tmp

__all__ = ["desk", "fresh_dsn", "migrated", "open_desk", "plain_server", "postgres", "reachable_tmp"]
pytestmark = pytest.mark.needs_chromium
CASE = "2026-000001"
WAIT_S = 60  # for a busy machine
ALL_THERE = "document.querySelectorAll('.timeline li').length === {n} && document.querySelector('#case-acts > *')"


def look(window: Wall, desk: DeskSite, n: int) -> None:
    """The case page anew, once it shows all n entries of the log."""
    window.page.goto(f"{desk.address}/case/{CASE}")
    window.wait(ALL_THERE.format(n=n), WAIT_S)


def do(window: Wall, act: str, n: int, *, text: str = "", pick: str = "", days: int = 0, rating: int = 0) -> None:
    """One act by its button and form; the page then shows n entries."""
    page = window.page
    page.locator("#case-acts").get_by_role("button", name=act, exact=True).click()
    window.wait("document.querySelector('#case-form-box')", WAIT_S)
    box = page.locator("#case-form-box")
    if pick:
        box.locator(".dash-dropdown").first.click()
        page.get_by_role("option", name=pick).click()
    if days:
        box.locator("input[type=number]").fill(str(days))
    if text:
        box.locator("textarea").first.fill(text)
    if rating:
        box.locator(f".ratings input[value='{rating}']").check(force=True)
    page.locator("#case-send").click()
    window.wait("document.querySelector('#case-note .say.good')", WAIT_S)
    window.wait(ALL_THERE.format(n=n), WAIT_S)


def offered(window: Wall) -> set[str]:
    return set(window.page.locator("#case-acts button").all_inner_texts())


def handled(desk: DeskSite) -> None:
    """A dispute that the fishery department has: four entries."""
    cases = desk.desk.cases
    cases.file(cb.dispute(), "lin", cb.NOW)
    cases.act(CASE, 1, Act.COLLATE, "village1", {}, cb.NOW)
    cases.act(CASE, 2, Act.DISPATCH, "town1", {"body_id": "F"}, cb.NOW)
    cases.act(CASE, 3, Act.ACCEPT, "fishery", {}, cb.NOW)


def due(desk: DeskSite) -> object:
    return cb.ask(desk.dsn, "select due_at from mg.case_file")[0][0]


def clean(*windows: Wall) -> None:
    assert [(w.errors, w.outside) for w in windows] == [([], [])] * len(windows)


def test_extension_is_asked_for_granted_and_refused_and_the_clock_stands_and_goes_on(desk, open_desk):
    handled(desk)
    before = due(desk)
    office, town = open_desk("fishery", "/cases"), open_desk("town1", "/cases", 1920, 1080)
    look(office, desk, 4)
    do(office, "申请延期", 5, days=2, text="当事船还在海上")
    assert "申请延期" not in offered(office)  # one at a time
    look(town, desk, 5)
    town.page.locator("#case-acts").get_by_role("button", name="同意延期", exact=True).click()
    town.wait("document.querySelector('#case-form-box')", WAIT_S)
    assert "当事船还在海上" in town.text("#case-form-box")  # what is asked for stands beside the answer
    town.shot("case-extension-1920")
    town.page.locator("#case-cancel").click()
    town.wait("!document.querySelector('#case-form-box')", WAIT_S)
    do(town, "同意延期", 6, text="同意")
    assert due(desk) == before + timedelta(days=2)  # two working days, without a weekend between
    look(office, desk, 6)
    do(office, "申请延期", 7, days=3, text="还要鉴定")
    look(town, desk, 7)
    do(town, "不同意延期", 8, text="先行调解")
    look(office, desk, 8)
    do(office, "暂停计时", 9, pick="等待鉴定", text="等鉴定结论")
    assert office.page.locator("#case-head .pill.paused").count() == 1
    assert "鉴定" in office.text("#case-head")
    assert "最迟" in office.text("#case-head")
    assert "暂停计时" not in offered(office)
    office.shot("case-paused-1366")
    look(town, desk, 9)
    town.shot("case-paused-1920")
    do(town, "恢复计时", 10)
    assert town.page.locator("#case-head .pill.paused").count() == 0
    steps = [row[0] for row in cb.ask(desk.dsn, "select what from mg.case_log order by seq offset 4")]
    assert steps == ["ask_extension", "grant_extension", "ask_extension", "refuse_extension", "pause", "resume"]
    clean(office, town)


def test_case_is_handled_jointly_given_to_another_body_and_withdrawn_by_who_filed_it(desk, open_desk):
    handled(desk)
    town = open_desk("town1", "/cases")
    look(town, desk, 4)
    do(town, "联合办理", 5, pick="部门G")
    assert "部门G" in town.text("#case-head")
    guard = open_desk("guard", "/cases")
    look(guard, desk, 5)
    assert offered(guard) == {"报告本单位办理结果", "写备注", "更新数据并重新定级"}
    assert "未报告" in guard.text("#case-head")
    do(guard, "报告本单位办理结果", 6, text="航迹已核对")
    guard.wait("document.querySelector('#case-head .joined .pill.ok')", WAIT_S)
    guard.shot("case-part-reported-1920")
    look(town, desk, 6)
    do(town, "改派", 7, pick="部门P", text="涉嫌治安案件")
    assert "部门P" in town.text("#case-head")
    assert "部门G" not in town.text("#case-head")  # whoever has it now asks for help anew
    office, police = open_desk("fishery", f"/case/{CASE}"), open_desk("police", "/cases")
    office.wait("document.querySelector('#case-head .say')", WAIT_S)
    assert "无权查看" in office.text("#case-head")
    look(police, desk, 7)
    do(police, "接收办理", 8)
    phone = open_desk("lin", "/cases", *PHONE)
    look(phone, desk, 8)
    do(phone, "撤回", 9, text="双方自行和解")
    phone.wait("document.querySelector('.steps .now strong')?.textContent.includes('撤回')", WAIT_S)
    assert offered(phone) == set()
    clean(town, guard, office, police, phone)


def test_case_that_was_closed_is_opened_again_and_its_second_way_is_told_apart(desk, open_desk):
    cases = desk.desk.cases
    cases.file(cb.dispute(), "lin", cb.NOW)
    cases.act(CASE, 1, Act.RESOLVE, "lin", {"result": "就地和解"}, cb.NOW)
    phone = open_desk("lin", "/cases", *PHONE)
    look(phone, desk, 2)
    assert "点评办结" not in offered(phone)  # it is his own result
    village = open_desk("village1", "/cases")
    look(village, desk, 2)
    do(village, "点评办结", 3, rating=4)
    town = open_desk("town1", "/cases")
    look(town, desk, 3)
    assert offered(town) == {"重新办理"}
    do(town, "重新办理", 4, text="对方没有付款")
    town.wait("document.querySelector('.steps .now strong')?.textContent === '梳理'", WAIT_S)
    do(town, "流转到部门", 5)
    listed = "[...document.querySelectorAll('.case-steps li strong')].map(x => x.textContent).join()"
    town.wait(f"{listed} === '受理,点评,梳理,流转'", WAIT_S)
    clean(phone, village, town)


def test_report_of_a_major_matter_is_received_by_one_press_and_late_ones_are_told(desk, open_desk):
    desk.desk.cases.file(cb.dispute(), "lin", cb.NOW)
    phone = open_desk("lin", "/cases", *PHONE)
    look(phone, desk, 1)
    do(phone, "报为重大事项", 2)
    desk.clock.forward(minutes=8)
    village, town = open_desk("village1", f"/case/{CASE}"), open_desk("town1", "/cases?show=mine", 1920, 1080)
    town.wait("document.querySelector('.pill.mine')", WAIT_S)
    assert "待签收" in town.text(".cases")
    look(town, desk, 2)
    town.shot("case-to-receive-1920")
    town.page.locator("#case-acts").get_by_role("button", name="我已收到重大事项报告").dblclick()
    town.wait(ALL_THERE.format(n=3), WAIT_S)
    town.wait("document.querySelector('.hops .pill.ok')", WAIT_S)
    assert "我已收到重大事项报告" not in offered(town)
    village.wait("document.querySelector('#case-acts button')", WAIT_S)
    village.page.locator("#case-acts").get_by_role("button", name="我已收到重大事项报告").click()
    village.wait(ALL_THERE.format(n=4), WAIT_S)
    assert "超时签收" in village.text("#case-hops")  # five minutes for the unit of the grid
    received = "select received_by from mg.case_hop where received_at is not null order by hop_id"
    assert cb.ask(desk.dsn, received) == [("town1",), ("village1",)]
    clean(phone, town, village)


def test_who_was_late_is_seen_by_unit_body_and_officer_and_leads_to_the_case(desk, open_desk):
    cases = desk.desk.cases
    cases.file(cb.dispute(), "lin", cb.NOW)
    cases.act(CASE, 1, Act.COLLATE, "village1", {}, cb.NOW + 7 * cb.HOUR)
    cases.act(CASE, 2, Act.DISPATCH, "town1", {"body_id": "F"}, cb.NOW + 7 * cb.HOUR)
    for n in range(6):
        cases.file(cb.dispute(title=f"第{n + 2}件"), "lin", cb.NOW)
    desk.clock.forward(days=3)
    county = open_desk("county", "/cases", 1920, 1080)
    county.wait("document.querySelector('.case-title')", WAIT_S)
    county.page.locator("label", has_text="超时").last.click()
    county.wait("document.querySelectorAll('.late tbody tr').length === 2", WAIT_S)
    county.wait("location.search.includes('view=late')", WAIT_S)
    county.shot("cases-late-unit-1920")
    assert "单位T1-V" in county.text(".late")
    assert "再看 4 个" in county.text(".late")
    county.page.locator("label", has_text="部门").click()
    county.wait("document.querySelectorAll('.late tbody tr').length === 1", WAIT_S)
    assert "部门F" in county.text(".late")
    county.page.locator("label", has_text="经办人").click()
    county.wait("document.querySelector('.late')?.textContent.includes('名village1')", WAIT_S)
    assert "尚无人接手" in county.text(".late")
    county.shot("cases-late-account-1920")
    with county.page.expect_download() as taken:
        county.page.locator("#cases-late-why").fill("月度考评")
        county.page.locator(".late-export button").first.click()
    assert taken.value.suggested_filename.endswith(".xlsx")
    phone = open_desk("village1", "/cases?view=late", *PHONE)
    phone.wait("document.querySelector('.late tbody tr')", WAIT_S)
    phone.shot("cases-late-phone")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    phone.page.locator(".late summary").click()
    phone.page.locator(".late-steps a", has_text=CASE).click()
    phone.wait(ALL_THERE.format(n=3), WAIT_S)
    assert "超时" in phone.text(".case-steps")
    phone.page.locator(".case-steps").scroll_into_view_if_needed()
    phone.shot("case-steps-phone")
    clean(county, phone)
