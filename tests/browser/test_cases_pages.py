"""The desk in Chromium: the list, the case, and the story of a net that was cut."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

import pytest

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.severity import SeverityFacts
from tests.integration.store import case_build as cb
from tests.integration.web.tracks import sail

from .conftest import SHOTS
from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE

pytestmark = pytest.mark.needs_chromium

PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
TITLES = ("东极外网具纠纷", "庙子湖码头缆桩松动", "虾峙门商渔船碰撞", "嵊山渔获收购争议", "青浜岛渔船失去动力")


def fill(site, n: int = 14) -> list[str]:
    """Cases at all steps, some late, one major."""
    ids: list[str] = []
    with cb.commands(site.dsn) as cases:
        for k in range(n):
            at = cb.NOW - (n - k) * 2 * cb.HOUR
            new = cb.dispute(title=f"{TITLES[k % 5]}({k + 1})", happened_at=at - cb.HOUR)
            if k == 3:
                new = replace(new, facts=SeverityFacts(people_in_water=1, injured=1))
            if k % 5 == 1:
                new = replace(new, kind=Kind.HAZARD, subkind="quay")
            case_id = cases.file(new, "lin", at).case_id
            ids.append(case_id)
            steps = [
                (Act.COLLATE, "village1", {}),
                (Act.DISPATCH, "town1", {"body_id": "F"}),
                (Act.ACCEPT, "fishery", {}),
                (Act.REPORT, "fishery", {"result": "双方和解,赔偿八千元"}),
                (Act.TELL, "town1", {"note": "已电话告知双方", **cb.told(0, 1, 2)}),
            ]
            for v, (act, who, facts) in enumerate(steps[: k % 6], 1):
                cases.act(case_id, v, act, who, facts, at + v * cb.HOUR / 4)
    return ids


def test_township_sees_first_what_waits_for_it(desk, open_desk):
    fill(desk)
    desk.clock.forward(hours=3)
    window = open_desk("town1", "/cases")
    window.wait("document.querySelectorAll('.cases tbody').length === 2")
    window.shot("cases-1366")
    assert "等我处理" in window.text(".cases tbody:first-of-type .group")
    window.page.set_viewport_size({"width": 1920, "height": 1080})
    window.shot("cases-1920")
    window.page.locator("label", has_text="看板").click()
    window.wait("document.querySelectorAll('.board-column').length === 6")
    window.shot("cases-board-1920")
    window.wait("location.search.includes('view=board')")
    phone = open_desk("lin", "/cases", *PHONE)
    phone.wait("document.querySelectorAll('.cases tbody').length > 0")
    phone.shot("cases-phone")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert window.errors + phone.errors == []
    assert window.outside + phone.outside == []


def test_a_net_is_cut_and_the_matter_goes_from_hand_to_hand(desk, open_desk, tmp_path):
    met = cb.NOW - 3 * cb.HOUR
    sail(desk.dsn, met)
    with cb.commands(desk.dsn) as cases:
        case_id = cases.file(cb.dispute(happened_at=met), "lin", cb.NOW - 2 * cb.HOUR).case_id
        cases.act(case_id, 1, Act.COLLATE, "village1", {"note": "双方都在码头"}, cb.NOW - cb.HOUR)
    town = open_desk("town1", f"/case/{case_id}")
    town.wait("document.querySelector('#case-map .leaflet-container') && document.querySelector('.nearest')")
    assert "两船距离" in town.text("#case-map")
    town.page.get_by_role("button", name="流转到部门").click()
    town.wait("document.querySelector('#case-form-box')")
    assert "按规则建议" in town.text("#case-form-box")
    town.page.locator("#case-form-box .dash-dropdown").nth(1).click()
    town.page.get_by_role("option", name="部门P").click()
    town.page.keyboard.press("Escape")
    town.shot("case-dispatch-1366")
    town.page.locator("#case-form-box textarea").fill("请调解")
    town.page.locator("#case-send").dblclick()
    town.wait("document.querySelector('#case-note .say.good')")
    town.wait("document.querySelectorAll('.timeline li').length === 3")
    assert "名town1(单位T1)把事项流转给部门F,由部门P联合办理" in town.text(".timeline")

    picture = tmp_path / "网具.png"
    picture.write_bytes(PNG)
    office = open_desk("fishery", "/cases?show=mine", 1920, 1080)
    office.wait("document.querySelector('.case-title')")
    office.page.locator(".case-title").click()
    office.wait("document.querySelector('#case-acts button')")
    for button, step in (("接收办理", "办理"), ("报告办理结果", "反馈")):
        office.page.get_by_role("button", name=button).first.click()
        office.wait("document.querySelector('#case-form-box')")
        office.page.locator("#case-form-box textarea").first.fill("双方和解,赔偿八千元")
        office.page.locator("#case-send").click()
        office.wait(f"document.querySelector('.steps .now strong')?.textContent === '{step}'")
    assert [row[0] for row in cb.ask(desk.dsn, "select what from mg.case_log order by seq")] == [
        "file", "collate", "dispatch", "accept", "report",
    ]  # fmt: skip
    office.shot("case-reported-1920")

    with town.page.expect_file_chooser() as chooser:
        town.page.locator("#case-file-add").click()
    chooser.value.set_files(picture)
    town.wait("document.querySelector('.files img')?.naturalWidth > 0")
    town.shot("case-attached-1366")
    phone = open_desk("lin", f"/case/{case_id}", *PHONE)
    phone.wait("document.querySelector('.timeline li')")
    phone.wait("document.querySelector('.nearest')")
    SHOTS.mkdir(parents=True, exist_ok=True)
    phone.page.screenshot(path=SHOTS / "case-phone.png", full_page=True)
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert town.errors + office.errors + phone.errors == []
    assert town.outside + office.outside + phone.outside == []


def test_what_was_typed_stays_when_somebody_else_was_faster(desk, open_desk):
    with cb.commands(desk.dsn) as cases:
        case_id = cases.file(cb.dispute(), "lin", cb.NOW).case_id
        cases.act(case_id, 1, Act.COLLATE, "village1", {}, cb.NOW)
    window = open_desk("town1", f"/case/{case_id}")
    window.wait("document.querySelector('#case-acts button')")
    window.page.get_by_role("button", name="退回").click()
    window.wait("document.querySelector('#case-form-box')")
    window.page.locator("#case-form-box textarea").fill("缺少船舶照片")
    with cb.commands(desk.dsn) as cases:
        cases.act(case_id, 2, Act.MARK_MAJOR, "county", {}, cb.NOW)
    window.page.locator("#case-send").click()
    window.wait("document.querySelector('#case-said .block')")
    window.shot("case-stale-1366")
    assert "名county(单位K)报为重大事项" in window.text("#case-said")
    assert window.page.locator("#case-form-box textarea").input_value() == "缺少船舶照片"
    window.page.locator("#case-send").click()
    window.wait("document.querySelector('.steps .now strong')?.textContent === '受理'")
    assert "缺少船舶照片" in window.text(".timeline")
    assert window.errors == []


def test_a_list_that_nobody_touches_stops_asking_and_wakes_at_the_next_touch(desk, open_desk):
    fill(desk, 2)
    window = open_desk("town1", "/cases")
    window.wait("document.querySelector('.case-title')")
    window.page.clock.install()
    window.page.reload()
    window.wait("document.querySelector('.case-title')")
    window.page.clock.run_for(16 * 60_000)
    window.wait("document.querySelector('.desk.asleep')")
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.page.clock.run_for(120_000)
    assert not [url for url in asked if "_dash-update-component" in url]
    window.page.mouse.move(200, 300)
    window.wait("!document.querySelector('.desk.asleep')")
    window.page.clock.run_for(31_000)
    window.page.wait_for_timeout(500)
    assert [url for url in asked if "_dash-update-component" in url]
    assert window.errors == []
