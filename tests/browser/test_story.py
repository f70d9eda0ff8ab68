"""The whole story of a net cut off Dongji, by the hands of six accounts and more, on a clock that is turned."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from maritime_grid.store.archive import verify
from maritime_grid.store.case_timers import run_timers
from maritime_grid.store.connect import command_pool
from tests.integration.store.case_build import NOW, PLAN, ask
from tests.integration.web.desks import DeskSite
from tests.integration.web.tracks import NETTER, TRAWLER, sail

from .conftest import SHOTS, Wall, _watch
from .desk_browser import PHONE, desk, fresh_dsn, migrated, open_desk, plain_server, postgres, reachable_tmp
from .test_report_page import HERE, READY, fleet, login, picture, tap

__all__ = ["desk", "fresh_dsn", "migrated", "open_desk", "plain_server", "postgres", "reachable_tmp"]
pytestmark = pytest.mark.needs_chromium
CASE = "2026-000001"
MET = NOW - timedelta(hours=5)  # five in the morning; told at ten
FILED = (
    "select round(lon::numeric, 2)::float, round(lat::numeric, 2)::float, happened_at, place, title, grid_id"
    ' from api."case"'
)


def phone_beside(window: Wall, desk: DeskSite, path: str, name: str | None) -> Wall:
    """A phone in the browser of that window, at the desk's own time, logged in where a name is given."""
    browser = window.page.context.browser
    assert browser
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True, geolocation=HERE,
        permissions=["geolocation"], device_scale_factor=2, timezone_id="Asia/Shanghai", locale="zh-CN",
    )  # fmt: skip
    context.clock.install(time=desk.clock())
    if name:
        login(context, desk, name)
    phone = Wall(context.new_page())
    _watch(context, phone)
    phone.page.goto(desk.address + path)
    return phone


def file_at_the_quay(phone: Wall, tmp_path: Path) -> str:
    """The grid worker's minute, as the skipper tells it five hours later; the code to follow the case by."""
    page = phone.page
    phone.wait(READY)
    tap(page, ".k-dispute")
    tap(page, ".k-gear")
    for n, name in enumerate(("浙普渔60001", "浙普渔 60002")):  # nothing is picked from a list
        page.locator(".vessel").nth(n).locator(".asked").fill(name)
    page.locator(".vessel").nth(0).locator("[name=set-first]").tap()
    tap(page, "[data-day='0']")
    page.get_by_role("button", name="5 点", exact=True).tap()
    phone.wait("document.getElementById('place-found').textContent.includes('两船最近处 04:59')")
    page.fill("[name=note]", "东极外,网被拖网船割断三张")
    (tmp_path / "net.png").write_bytes(picture(800, 600))
    page.set_input_files("#camera", tmp_path / "net.png")
    phone.wait("document.querySelectorAll('#photos img').length === 1")
    page.screenshot(path=SHOTS / "story-filed-phone.png", full_page=True)
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .done') && !document.querySelector('#outbox small')")
    return phone.text("#outbox").partition("查询码")[2].split()[0]


def sail_in_the_grid(desk: DeskSite) -> None:
    """Their tracks of that morning, in the water that the worker's village answers for."""
    sail(desk.dsn, MET)
    code = "select code from mg.place where place_id = 'G1'"
    ask(desk.dsn, f"update mg.position set grid = ({code}) returning 1")


def do(window: Wall, act: str, step: str, *, text: str = "", rating: int = 0, pick: str = "", how: str = "",
       answer: str = "") -> None:  # fmt: skip
    """One act on the case page: its button, its form, and the step at which the case stands then."""
    page = window.page
    page.locator("#case-acts").get_by_role("button", name=act, exact=True).click()
    window.wait("document.querySelector('#case-form-box')")
    if pick:
        page.locator("#case-form-box .dash-dropdown").click()
        page.get_by_role("option", name=pick).click()
    if text:
        page.locator("#case-form-box textarea").first.fill(text)
    for row in page.locator(".told-row").all() if how else []:
        row.get_by_text(how, exact=True).click()
    if answer:
        page.locator("[id*=answer]").fill(answer)
    if rating:
        page.locator(f"#case-form-box .ratings input[value='{rating}']").check(force=True)
    window.shot(f"story-{act}")
    page.locator("#case-send").click()
    window.wait("document.querySelector('#case-note .say.good')")
    if step:
        window.wait(f"document.querySelector('.steps .now strong')?.textContent === '{step}'")


def give_code(window: Wall, name: str) -> str:
    """A code for a party, by the case page, which shows it once."""
    page = window.page
    page.locator("#case-acts").get_by_role("button", name="发查询码", exact=True).click()
    window.wait("document.querySelector('#case-form-box')")
    page.locator("#case-form-box").get_by_text(name, exact=True).click()
    window.shot("story-发查询码")
    page.locator("#case-send").click()
    window.wait("document.querySelector('#case-note .follow-code')")
    window.shot("story-查询码")
    return window.text("#case-note .follow-code")


def timers(desk: DeskSite) -> None:
    with command_pool(desk.dsn) as pool:
        run_timers(pool.connection, PLAN, desk.clock())


def test_a_cut_net_is_reported_mediated_told_rated_and_archived(desk, open_desk, tmp_path):
    fleet(desk)
    sail_in_the_grid(desk)
    village = open_desk("village1", "/cases")
    worker = phone_beside(village, desk, "/report", "lin")
    code = file_at_the_quay(worker, tmp_path)
    title = "网具纠纷：浙普渔60001、浙普渔60002"
    assert ask(desk.dsn, FILED) == [(122.7, 30.2, MET, "两船最近处 04:59，74 米", title, "G1")]
    parties = ask(desk.dsn, "select mmsi, ship_name, set_first from mg.case_party order by n")
    assert parties == [(NETTER, "浙普渔60001", True), (TRAWLER, "浙普渔60002", None)]

    desk.clock.forward(hours=1)
    village.page.goto(f"{desk.address}/case/{CASE}")
    village.wait("document.querySelector('#case-acts button')")
    do(village, "完成梳理", "梳理", text="两船都在庙子湖码头")

    desk.clock.forward(hours=6)  # the township is late, and everyone who answers for it sees that
    timers(desk)
    county = open_desk("county", "/cases?show=overdue", 1920, 1080)
    county.wait("document.querySelector('.cases .pill.overdue')")
    county.shot("story-late-1920")
    assert "单位K" in county.text(".cases .up")

    town = open_desk("town1", f"/case/{CASE}")
    town.wait("document.querySelector('#case-acts button') && document.querySelector('.nearest')")
    do(town, "流转到部门", "流转", text="请尽快调解")
    do(town, "联合办理", "流转", pick="部门G")

    desk.clock.forward(hours=1)
    office = open_desk("fishery", f"/case/{CASE}", 1920, 1080)
    office.wait("document.querySelector('#case-acts button') && document.querySelector('.nearest')")
    assert "两船距离" in office.text("#case-map")
    do(office, "接收办理", "办理")
    guard = open_desk("guard", f"/case/{CASE}")
    guard.wait("document.querySelector('#case-acts button')")
    do(guard, "写备注", "办理", text="航迹显示拖网船从网上驶过")
    office.page.reload()
    office.wait("document.querySelector('#case-acts button') && document.querySelectorAll('.timeline li').length >= 7")
    do(office, "报告办理结果", "反馈", text="双方和解,拖网船赔偿八千元", answer="双方已调解和解。")

    desks = (village, county, town, office, guard)
    assert [(w.errors, w.outside) for w in desks] == [([], [])] * 5
    for window in desks:  # before the night, which ends their sessions
        window.page.close()
    desk.clock.forward(hours=2)
    phone = open_desk("lin", f"/case/{CASE}", *PHONE)
    phone.wait("document.querySelector('#case-acts button')")
    do(phone, "反馈当事人", "点评", how="当面")
    for line in ("申请方 浙普渔60001:当面", "被申请方 浙普渔60002:当面", "答复群众:双方已调解和解。"):
        assert line in phone.text("#case-log")
    theirs = give_code(phone, "被申请方 浙普渔60002")
    desk.clock.forward(hours=20)
    other = phone_beside(village, desk, f"/c/{theirs}", None)
    assert "双方已调解和解。" in other.text("body") and "由上报人提出" in other.text("body")
    phone.page.reload()
    phone.wait("document.querySelector('#case-acts button')")
    do(phone, "点评办结", "", rating=5)
    phone.wait("document.querySelector('#case-head').textContent.includes('办结')")
    phone.page.screenshot(path=SHOTS / "story-closed-phone.png", full_page=True)

    steps = [row[0] for row in ask(desk.dsn, "select what from mg.case_log order by n")]
    assert steps == [
        "file", "attach", "collate", "escalate", "dispatch", "join", "accept", "comment", "report", "tell",
        "issue_code", "rate",
    ]  # fmt: skip
    found = verify(desk.dsn)
    assert (found.entries, found.faults) == (12, ())

    answer = desk.browser("town1").get(f"/api/v1/cases/{CASE}/dossier", params={"purpose": "归档"})
    whole = zipfile.ZipFile(BytesIO(answer.content))
    reader = village.page.context.browser.new_page()
    reader.set_content(whole.read("dossier.html").decode())
    assert "赔偿八千元" in reader.inner_text("body")
    assert "被申请方 浙普渔60002:当面" in reader.inner_text("body")
    reader.screenshot(path=SHOTS / "story-dossier.png", full_page=True)

    public = phone_beside(village, desk, f"/c/{code}", None)
    assert "办结" in public.text("body")
    assert "双方已调解和解。" in public.text("body")
    assert not any(word in public.text("body") for word in ("60001", "赔偿八千元"))
    public.shot("story-follow")
    assert [(w.errors, w.outside) for w in (worker, phone, other, public)] == [([], [])] * 4
