"""The minute at the quay: how many taps and fields a dispute takes, what the phone asks and what it leaves alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.integration.conftest import fresh_database
from tests.integration.store import case_build as cb
from tests.integration.store.case_build import ask
from tests.integration.web.desks import DeskSite, desk_site
from tests.integration.web.tracks import NETTER, TRAWLER, sail

from .conftest import SHOTS, Wall
from .desk_browser import migrated, plain_server, postgres, reachable_tmp
from .test_report_page import fleet, login, picture, settled, shot, tap, text_of
from .test_report_troubles import DONE, IDLE, PHOTOS, phones, window

__all__ = ["migrated", "phones", "plain_server", "postgres", "reachable_tmp"]
MET = cb.NOW - timedelta(hours=5)
SMALL = {"width": 360, "height": 640}
PLACE = "document.getElementById('place-found').textContent"
COUNT = """() => {
  window.taps = 0;
  window.fields = new Set();
  document.addEventListener('pointerdown', () => { window.taps += 1; }, true);
  document.addEventListener('input', ({target}) => {
    if (target.matches('textarea, .asked, input[name]:not([type=radio], [type=checkbox])')) window.fields.add(target);
  }, true);
}"""

OpenPhone = Callable[..., Wall]


@pytest.fixture(scope="module")
def desk(plain_server: str, migrated: str) -> Iterator[DeskSite]:
    """One for all tests here: each looks at what it filed itself. The boats met at five in the worker's water."""
    for dsn in fresh_database(plain_server, migrated):
        cb.people(dsn)
        with desk_site(dsn) as running:
            fleet(running)
            sail(dsn, MET)
            ask(dsn, "update mg.position set grid = (select code from mg.place where place_id = 'G1') returning 1")
            yield running


@pytest.fixture
def open_phone(desk: DeskSite, phones: Callable[..., BrowserContext]) -> OpenPhone:
    """Opens the form on a phone of its own, whose clock is the desk's."""

    def start(name: str = "lin", **options: object) -> Wall:
        context = phones(**options)
        context.clock.install(time=desk.clock())
        login(context, desk, name)
        return window(context, desk)

    return start


def named(phone: Wall, *names: str) -> None:
    for n, name in enumerate(names):
        phone.page.locator(".vessel").nth(n).locator(".asked").fill(name)


def at_five(phone: Wall) -> None:
    tap(phone.page, "[data-day='0']")
    phone.page.get_by_role("button", name="5 点", exact=True).tap()


def filed(desk: DeskSite, note: str, what: str) -> list[tuple[object, ...]]:
    query = f"select {what} from mg.case_file c join mg.case_party p using (case_id) where description = %s order by n"
    return ask(desk.dsn, query, [note])


def send(phone: Wall, n: int = 1) -> None:
    phone.wait(IDLE)
    tap(phone.page, "#send")
    phone.wait(f"{DONE} === {n}", 40)


def test_dispute_of_this_morning_takes_seven_taps_and_three_fields(
    desk: DeskSite, open_phone: OpenPhone, tmp_path: Path
):
    phone = open_phone(viewport=SMALL)
    page = phone.page
    page.evaluate(COUNT)
    begun = time.monotonic()
    tap(page, ".k-dispute")
    tap(page, ".k-gear")
    named(phone, "浙普渔60001", "浙普渔 60002")
    page.locator(".vessel").nth(0).locator("[name=set-first]").tap()
    tap(page, "[data-day='0']")
    shot(phone, "hours", whole=True)
    page.get_by_role("button", name="5 点", exact=True).tap()
    phone.wait(f"{PLACE}.includes('两船最近处 04:59，74 米')")
    page.fill("[name=note]", "七次点击")
    (tmp_path / "net.png").write_bytes(picture(640, 480))
    page.set_input_files("#camera", tmp_path / "net.png")  # a tap that no script sees
    phone.wait(f"{PHOTOS} === 1")
    shot(phone, "quay", whole=True)
    send(phone)
    (SHOTS / "report-quay-seconds.txt").write_text(f"{time.monotonic() - begun:.1f}\n")  # told in docs/report.md
    assert (page.evaluate("window.taps") + 1, page.evaluate("window.fields.size")) == (7, 3)  # one is the camera's
    what = "mmsi, set_first, round(lon::numeric, 2)::float, place, happened_at"
    where = (122.7, "两船最近处 04:59，74 米", MET)
    assert filed(desk, "七次点击", what) == [(NETTER, True, *where), (TRAWLER, None, *where)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_that_unfolds_stands_within_the_narrowest_phone(desk: DeskSite, open_phone: OpenPhone, lang: str):
    phone = open_phone(viewport=SMALL)
    page = phone.page
    page.goto(f"{desk.address}/report?lang={lang}")
    phone.wait("document.body.dataset.ready === 'yes'")
    tap(page, ".k-dispute")
    tap(page, ".k-gear")
    for box in (page.locator(".vessel summary").nth(0), page.locator("#people summary")):
        box.tap()
    tap(page, "[data-way=chart]")
    page.locator("#chart canvas").wait_for()
    tap(page, "[data-day='1']")
    phone.wait("document.querySelectorAll('#hours button').length === 24")
    shot(phone, f"unfolded-{lang}", whole=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = "[...document.querySelectorAll('main button, summary, .major')].filter((one) => one.offsetHeight"
    assert page.evaluate(f"{small} && one.offsetHeight < 43).map((one) => one.textContent)") == []


def test_dispute_is_never_silently_of_now(open_phone: OpenPhone):
    phone = open_phone()
    page = phone.page
    assert page.get_attribute("#now", "aria-pressed") == "true"
    tap(page, ".k-dispute")
    assert page.get_attribute("#now", "aria-pressed") == "false"
    named(phone, "浙普渔60001", "浙普渔60002")
    page.fill("[name=note]", "什么时候")
    tap(page, "#send")
    phone.wait("document.getElementById('state').textContent.includes('什么时候发生')")
    tap(page, "#now")
    page.reload()  # what was said is kept, and what was not said too
    phone.wait("document.body.dataset.ready === 'yes'")
    assert page.get_attribute("#now", "aria-pressed") == "true"
    tap(page, "[data-day='1']")
    assert page.locator("#hours button").count() == 24
    tap(page, "[data-day='0']")
    assert page.locator("#hours button").count() == 11  # it is ten o'clock: no hour that is not yet


def test_report_without_a_line_is_placed_by_the_server_where_the_two_met(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone()
    settled(phone)
    page, context = phone.page, phone.page.context
    context.set_offline(True)
    tap(page, ".k-dispute")
    tap(page, ".k-gear")
    named(phone, "浙普渔60001", "浙普渔60002")
    at_five(phone)
    page.fill("[name=note]", "没有网络")
    phone.wait(f"{PLACE}.includes('提交后由平台按当时航迹定位')")
    shot(phone, "by-tracks-offline", whole=True)
    page.route("**/api/v1/vessels/place*", lambda route: route.abort())  # the line is back for the report alone
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .waiting')")
    context.set_offline(False)
    phone.wait(f"{DONE} === 1", 60)
    assert filed(desk, "没有网络", "mmsi, round(lon::numeric, 2)::float, place") == [
        (NETTER, 122.7, "两船最近处 04:59，74 米"), (TRAWLER, 122.7, "两船最近处 04:59，74 米")
    ]  # fmt: skip


def test_dispute_of_boats_that_nobody_knows_comes_to_the_unit_where_it_was_told(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone()
    page = phone.page
    phone.wait(f"{PLACE}.includes('±12')")
    tap(page, ".k-dispute")
    named(phone, "浙无名1", "浙无名2")
    at_five(phone)
    phone.wait(f"{PLACE}.includes('提交后由平台按当时航迹定位')")
    page.fill("[name=note]", "不知道的船")
    send(phone)
    assert filed(desk, "不知道的船", "mmsi, lon, place") == [(None, 122.7, "报告地点（手机定位 ±12 米）")] * 2


def test_place_follows_the_vessels_and_the_time_but_not_a_place_that_was_tapped(open_phone: OpenPhone):
    phone = open_phone()
    page = phone.page
    phone.wait(f"{PLACE}.includes('±12')")
    tap(page, ".k-dispute")
    named(phone, "浙普渔60001", "浙普渔60002")
    at_five(phone)
    phone.wait(f"{PLACE}.includes('两船最近处 04:59')")
    named(phone, "浙普渔60001", "")
    phone.wait(f"{PLACE}.includes('浙普渔60001 船位 05:00')")
    tap(page, ".k-emergency")  # of here and now again
    phone.wait(f"{PLACE}.includes('±12')")
    tap(page, ".k-dispute")
    tap(page, "[data-way=phone]")
    phone.wait(f"{PLACE}.includes('±12')")
    named(phone, "浙普渔60001", "浙普渔60002")
    phone.page.clock.run_for(2000)
    assert "±12" in page.inner_text("#place-found")


def test_place_is_shifted_on_the_chart_and_typed_from_the_plotter(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone()
    settled(phone)
    page = phone.page
    phone.wait(f"{PLACE}.includes('±12')")
    page.context.set_offline(True)  # chart and land are kept with the page
    tap(page, ".k-hazard")
    page.fill("[name=note]", "海图选点")
    tap(page, "[data-way=chart]")
    page.locator("#chart canvas").wait_for()
    assert page.input_value(".lon.deg") == "122" and page.input_value(".lon.min") == "42.00"
    page.locator("#chart").scroll_into_view_if_needed()
    shot(phone, "chart", whole=True)
    box = page.locator("#chart canvas").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y)  # the chart goes west, the cross east
    page.mouse.up()
    phone.wait(f"{PLACE}.includes('地图选点')")
    assert page.input_value(".lon.min") != "42.00" and page.input_value(".lat.min") == "12.00"
    page.fill(".lat.deg", "29")
    page.fill(".lat.min", "61")
    page.press(".lat.min", "Tab")
    assert page.get_attribute(".lat.min", "aria-invalid") == "true"
    page.fill(".lat.min", "３０.６")
    page.fill(".lon.deg", "122")
    page.fill(".lon.min", "30")
    page.press(".lon.min", "Tab")
    phone.wait(f"{PLACE}.includes('29°30.60′N 122°30.00′E')")
    shot(phone, "chart-typed", whole=True)
    page.context.set_offline(False)
    send(phone)
    assert ask(desk.dsn, "select lon, lat, place from mg.case_file where description = '海图选点'") == [
        (122.5, 29.51, "地图选点")
    ]


def test_who_set_first_is_said_of_one_and_can_be_taken_back(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone()
    page = phone.page
    tap(page, ".k-dispute")
    tap(page, ".k-gear")
    named(phone, "浙普渔60001", "浙普渔60002")
    first, second = (page.locator(".vessel").nth(n).locator("[name=set-first]") for n in (0, 1))
    first.tap()
    second.tap()
    assert (first.is_checked(), second.is_checked()) == (False, True)
    second.tap()
    assert not second.is_checked()
    tap(page, "#now")
    page.fill("[name=note]", "谁先下网")
    send(phone)
    assert filed(desk, "谁先下网", "set_first") == [(None,), (None,)]


def test_skipper_his_loss_and_his_words_are_folded_away_and_go_with_his_side(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone(viewport=SMALL)
    page = phone.page
    tap(page, ".k-dispute")
    named(phone, "浙普渔60001", "浙普渔60002")
    mine = page.locator(".vessel").nth(0)
    assert not mine.locator("[name=person]").is_visible()
    mine.locator("summary").tap()
    mine.locator("[name=person]").fill("王大海")
    mine.locator("[name=person_phone]").fill("138 1234 5678 家里")
    mine.locator("[name=loss_yuan]").fill("８０００元")
    mine.locator("[name=says]").fill("没看见灯")
    tap(page, "#now")
    page.fill("[name=note]", "船老大")
    shot(phone, "skipper", whole=True)
    page.reload()
    phone.wait("document.body.dataset.ready === 'yes'")
    send(phone)
    assert filed(desk, "船老大", "person_name, phone, claim, statement, amount::int") == [
        ("王大海", "138 1234 5678", "8,000 元", "没看见灯", 8000), ("", "", "", "", 8000)
    ]  # fmt: skip


def test_major_matter_is_one_tap_for_who_may_mark_it(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone()
    page = phone.page
    phone.wait("document.getElementById('who').textContent === '名lin'")
    assert not page.is_visible("#major")
    tap(page, ".k-hazard")
    page.fill("[name=note]", "重大隐患")
    tap(page, "#people summary")
    tap(page, ".stepper:has([name=crowd]) [data-step='1']")
    tap(page, "#major")
    shot(phone, "major", whole=True)
    send(phone)
    marked = "select major, facts ->> 'crowd' from mg.case_file where description = '重大隐患'"
    assert ask(desk.dsn, marked) == [(True, "1")]
    office = open_phone("fishery")
    office.wait("document.getElementById('who').textContent === '名fishery'")
    tap(office.page, ".k-hazard")
    assert not office.page.is_visible("#major")


def test_code_stays_with_who_sent_it_after_it_was_folded_away(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone()
    page, context = phone.page, phone.page.context
    context.grant_permissions(["geolocation", "clipboard-read", "clipboard-write"], origin=desk.address)
    page.evaluate("delete Navigator.prototype.share")
    tap(page, ".k-hazard")
    page.fill("[name=note]", "查询码还在")
    send(phone)
    code = text_of(phone).partition("查询码")[2].split()[0]
    page.get_by_role("button", name="收起").tap()
    phone.wait("document.querySelector('#outbox .folded')")
    assert code not in text_of(phone)
    page.reload()
    phone.wait("document.querySelector('#outbox .folded')")
    page.locator("#outbox summary").tap()
    phone.wait(f"document.getElementById('outbox').innerText.includes('{code}')")
    shot(phone, "codes", whole=True)
    page.get_by_role("button", name="复制").tap()
    phone.wait("document.getElementById('outbox').innerText.includes('已复制')")
    assert f"{desk.address}/c/{code}" in page.evaluate("navigator.clipboard.readText()")
    login(context, desk, "village1")  # the code is not for whoever holds the phone next
    page.reload()
    phone.wait("document.getElementById('who').textContent === '名village1'")
    phone.wait("!document.querySelector('#outbox .folded')")
