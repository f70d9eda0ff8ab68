"""The form at the quay when things go wrong: old places, slips, refused photos, networks that lie, full phones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.integration.conftest import fresh_database
from tests.integration.store import case_build as cb
from tests.integration.store.case_build import ask
from tests.integration.web.desks import DeskSite, desk_site

from .conftest import Wall, _watch
from .desk_browser import migrated, plain_server, postgres, reachable_tmp
from .test_report_page import READY, choose_vessel, fleet, login, new_phone, picture, shot, tap, text_of

__all__ = ["migrated", "plain_server", "postgres", "reachable_tmp"]
FAR = {"longitude": 122.9, "latitude": 30.4, "accuracy": 9}
DONE = "document.querySelectorAll('#outbox .done').length"
PHOTOS = "document.querySelectorAll('#photos img').length"
NO_PHOTO_LEFT = "!document.querySelector('#outbox small')"
IDLE = "document.getElementById('send') && !document.getElementById('send').disabled"
SLOW_PICTURES = """() => {
  const real = window.createImageBitmap;
  window.createImageBitmap = (...said) => new Promise((done) => { window.release = () => done(real(...said)); });
}"""

FULL = "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"

OpenPhone = Callable[..., Wall]


@pytest.fixture(scope="module")
def desk(plain_server: str, migrated: str) -> Iterator[DeskSite]:
    """One for all tests here: each looks at what it filed itself."""
    for dsn in fresh_database(plain_server, migrated):
        cb.people(dsn)
        with desk_site(dsn) as running:
            fleet(running)
            yield running


@pytest.fixture
def phones(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    with ExitStack() as stack:
        yield lambda **options: new_phone(browser, stack, **options)


@pytest.fixture
def open_phone(desk: DeskSite, phones: Callable[..., BrowserContext]) -> OpenPhone:
    """Opens the form on a phone of its own; `before` is done to the phone before the page is there."""

    def start(name: str = "lin", *, before: Callable[[BrowserContext], None] | None = None, **options: Any) -> Wall:
        context = phones(**options)
        if before:
            before(context)
        login(context, desk, name)
        return window(context, desk)

    return start


def window(context: BrowserContext, desk: DeskSite) -> Wall:
    phone = Wall(context.new_page())
    _watch(context, phone)
    phone.page.goto(desk.address + "/report")
    phone.wait(READY)
    return phone


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "net.png"
    path.write_bytes(picture(640, 480))
    return path


def hazard(phone: Wall, note: str) -> None:
    tap(phone.page, ".k-hazard")
    phone.page.fill("[name=note]", note)


def send(phone: Wall) -> None:
    phone.wait(IDLE)
    tap(phone.page, "#send")


def filed(desk: DeskSite, note: str, what: str = "count(*)") -> list[tuple[Any, ...]]:
    return ask(desk.dsn, f"select {what} from mg.case_file where description = %s", [note])


def photos_of(desk: DeskSite, note: str) -> int:
    query = "select count(*) from mg.case_attachment a join mg.case_file c using (case_id) where c.description = %s"
    return ask(desk.dsn, query, [note])[0][0]


def places(desk: DeskSite) -> list[tuple[Any, ...]]:
    """Of the emergencies, the last first."""
    return ask(desk.dsn, "select lon, place from mg.case_file where kind = 'emergency' order by case_id desc")


def test_emergency_has_the_place_of_now_and_not_that_of_this_morning(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone("guard", before=lambda context: context.clock.install())  # who sees vessels anywhere
    page, context = phone.page, phone.page.context
    phone.wait("document.getElementById('place-found').textContent.includes('±12')")
    context.set_geolocation(FAR)
    page.clock.fast_forward("06:00:00")
    tap(page, ".k-emergency")
    tap(page, "#send")
    phone.wait(f"{DONE} === 1")
    assert places(desk)[0] == (122.9, "手机定位 ±9 米")
    tap(page, ".k-hazard")
    choose_vessel(page, 0, "60001", "浙普渔60001")
    tap(page, "[data-way=vessel]")
    phone.wait("document.getElementById('place-found').textContent.includes('12 分钟前')")
    page.clock.fast_forward("06:00:00")
    phone.wait("document.getElementById('place-found').textContent.includes('6 小时前')")
    tap(page, "#clear")
    tap(page, "#clear")
    phone.wait("document.getElementById('place-found').textContent.includes('±9')")
    context.set_geolocation(None)  # no satellite any more
    page.clock.fast_forward("07:00:00")
    tap(page, ".k-emergency")
    phone.wait("document.getElementById('place-found').textContent.includes('7 小时前')")
    phone.wait("document.getElementById('state').className === 'bad'")
    shot(phone, "old-place")
    tap(page, "#send")
    page.clock.fast_forward(9000)
    phone.wait(f"{DONE} === 2")
    (lon, place) = places(desk)[0]
    assert lon is None  # it would lead the rescue, and the case, to the wrong grid
    assert place == "手机定位 ±9 米（7 小时前） 30°24.00′N 122°54.00′E"


def test_two_taps_file_one_case_and_the_photo_still_in_work_goes_with_it(
    desk: DeskSite, open_phone: OpenPhone, photo: Path
):
    phone = open_phone()
    page = phone.page
    hazard(phone, "两次点提交")
    page.evaluate(SLOW_PICTURES)
    page.set_input_files("#camera", photo)
    phone.wait("document.querySelector('#photos li')")
    phone.wait(IDLE)
    page.evaluate("document.getElementById('send').click(); document.getElementById('send').click()")
    phone.wait(f"{DONE} === 1")
    assert "还有 1 张照片待发送" in text_of(phone)
    page.evaluate("window.release()")
    phone.wait(NO_PHOTO_LEFT)
    assert filed(desk, "两次点提交") == [(1,)]
    assert photos_of(desk, "两次点提交") == 1
    hazard(phone, "下一件事")
    page.set_input_files("#camera", photo)
    phone.wait("document.querySelector('#photos li')")
    page.reload()  # the phone needs its memory for something else
    phone.wait(READY)
    phone.wait(f"{PHOTOS} === 1")
    tap(page, "#photos button")
    assert page.locator("#photos img").count() == 1  # one slip of a thumb throws nothing away
    shot(phone, "photo-sure")
    tap(page, "#photos button")
    phone.wait(f"{PHOTOS} === 0")
    assert page.input_value("[name=note]") == "下一件事"


def test_photo_that_is_refused_stays_on_the_phone(desk: DeskSite, open_phone: OpenPhone, photo: Path):
    phone = open_phone()
    page = phone.page
    page.route("**/attachments", lambda route: route.fulfill(status=413, content_type="text/html", body="<h1>413</h1>"))
    hazard(phone, "照片太大")
    page.set_input_files("#album", photo)
    phone.wait(f"{PHOTOS} === 1")
    send(phone)
    phone.wait("document.querySelector('#outbox .photo img')")
    assert "照片未收：网络中途限制了大小" in text_of(phone)
    shot(phone, "photo-refused")
    with page.expect_download() as download:
        page.locator("#outbox button", has_text="存到手机").tap()
    assert download.value.path().read_bytes()[:3] == b"\xff\xd8\xff"
    page.unroute("**/attachments")
    page.reload()
    phone.wait("document.querySelector('#outbox .photo img')")
    page.locator("#outbox button", has_text="重发").tap()
    phone.wait(NO_PHOTO_LEFT)
    assert photos_of(desk, "照片太大") == 1

    sessions = ["old"]

    def other_session(route: Route) -> None:
        """The worker logged in again in another window while the photo was on its way."""
        if sessions:
            sessions.pop()
            login(page.context, desk, "lin")
            route.fulfill(status=403, json={"error": "the token of the session is missing or wrong"})
        else:
            route.continue_()

    page.route("**/attachments", other_session)
    hazard(phone, "换了登录")
    page.set_input_files("#album", photo)
    phone.wait(f"{PHOTOS} === 1")
    send(phone)
    phone.wait(f"{DONE} === 2 && {NO_PHOTO_LEFT}")
    assert photos_of(desk, "换了登录") == 1


def test_answer_of_a_network_is_none_of_ours_and_no_report_holds_up_another(
    desk: DeskSite, open_phone: OpenPhone, photo: Path
):
    phone = open_phone()
    page, portal = phone.page, ["once"]

    def line(route: Route) -> None:
        said = route.request.post_data_json["note"]
        if said == "断线":
            route.abort()
        elif portal:
            portal.pop()
            route.fulfill(status=200, content_type="text/html", body="<p>Welcome aboard, please log in</p>")
        else:
            route.continue_()

    page.route("**/api/v1/cases", line)
    page.route("**/attachments", lambda _: None)  # it hangs, for as long as it may
    hazard(phone, "断线")
    send(phone)
    phone.wait("document.querySelector('#outbox .waiting')")
    hazard(phone, "门户")
    page.set_input_files("#album", photo)
    phone.wait(f"{PHOTOS} === 1")
    with page.expect_request("**/attachments"):
        send(phone)
        phone.wait(f"{DONE} === 1", 60)
    assert filed(desk, "门户") == [(1,)] and portal == []
    tap(page, ".k-emergency")
    page.fill("[name=note]", "先发应急")
    send(phone)
    phone.wait(f"{DONE} === 2", 60)
    assert filed(desk, "先发应急") == [(1,)] and filed(desk, "断线") == [(0,)]


def test_report_that_was_begun_is_for_the_account_that_began_it(desk: DeskSite, open_phone: OpenPhone, photo: Path):
    phone = open_phone()
    page, context = phone.page, phone.page.context
    hazard(phone, "只给林")
    page.set_input_files("#album", photo)
    phone.wait(f"{PHOTOS} === 1")
    login(context, desk, "village1")
    page.reload()
    phone.wait(READY)
    phone.wait("document.getElementById('who').textContent === '名village1'")
    assert page.input_value("[name=note]") == "" and page.locator("#photos img").count() == 0
    assert "只给林" not in text_of(phone)
    hazard(phone, "村里的事")
    send(phone)
    phone.wait(f"{DONE} === 1")
    hazard(phone, "村里没写完")
    login(context, desk, "lin")  # in another window: this one hears of it when it is looked at again
    page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.wait("document.querySelector('[name=note]').value === ''")
    page.reload()
    phone.wait(f"{PHOTOS} === 1")
    assert page.input_value("[name=note]") == "只给林"
    assert filed(desk, "村里的事", "reporter") == [("village1",)]
    assert filed(desk, "只给林") == [(0,)]


def test_two_windows_hold_one_report_and_file_it_once(desk: DeskSite, open_phone: OpenPhone):
    first = open_phone()
    hazard(first, "两个窗口")
    first.page.evaluate("new Promise((done) => setTimeout(done, 0))")
    second = window(first.page.context, desk)
    second.wait("document.querySelector('[name=note]').value === '两个窗口'")
    send(first)
    first.wait(f"{DONE} === 1")
    second.wait("document.querySelector('[name=note]').value === ''")
    hazard(second, "第二件")
    send(second)
    second.wait(f"{DONE} === 2")
    assert filed(desk, "两个窗口") == filed(desk, "第二件") == [(1,)]


def test_form_sends_nothing_before_its_script_is_there_and_keeps_what_was_typed(
    desk: DeskSite, phones: Callable[..., BrowserContext]
):
    page = phones().new_page()
    held: list[Route] = []
    page.route("**/main.js", lambda route: held.append(route))
    page.goto(f"{desk.address}/public/report", wait_until="commit")
    page.fill("[name=name]", "王大海")
    assert page.is_disabled("#send")
    page.press("[name=name]", "Enter")
    page.fill("[name=note]", "找不到网格员")
    assert page.url == f"{desk.address}/public/report"  # no name in an address
    until(page, lambda: bool(held))
    held[0].continue_()
    Wall(page).wait(READY)
    assert (page.input_value("[name=name]"), page.input_value("[name=note]")) == ("王大海", "找不到网格员")


def until(page: Page, holds: Callable[[], bool], timeout_s: float = 30) -> None:
    ends = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < ends
        page.wait_for_timeout(50)


def test_times_are_those_of_beijing_and_wide_digits_count(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone(timezone_id="America/New_York")
    page = phone.page
    tap(page, ".k-emergency")
    page.fill("[name=note]", "两人落水")
    page.fill("[name=people_in_water]", "２")
    page.locator(".stepper span").first.tap()
    assert page.input_value("[name=people_in_water]") == "２"  # a tap on the word presses no button
    assert page.is_visible("#zone")
    page.evaluate("document.querySelector('[name=happened_at]').value = '2026-05-06T09:30'")
    page.locator("[name=happened_at]").dispatch_event("input")
    send(phone)
    phone.wait(f"{DONE} === 1")
    said = "facts ->> 'people_in_water', happened_at at time zone 'UTC' = '2026-05-06 01:30'"
    assert filed(desk, "两人落水", said) == [("2", True)]


def test_phone_that_keeps_nothing_still_reports_and_says_so(desk: DeskSite, open_phone: OpenPhone, photo: Path):
    private = "Object.defineProperty(window, 'indexedDB', {value: {open() { throw new Error('private'); }}})"
    phone = open_phone(before=lambda context: context.add_init_script(private))
    hazard(phone, "无痕模式")
    phone.page.set_input_files("#album", photo)
    phone.wait(f"{PHOTOS} === 1")
    phone.wait("document.getElementById('banner').textContent.includes('请不要关闭本页')")
    shot(phone, "unsafe")
    send(phone)
    phone.wait(f"{DONE} === 1 && {NO_PHOTO_LEFT}")
    assert filed(desk, "无痕模式") == [(1,)] and photos_of(desk, "无痕模式") == 1
    full = open_phone()
    full.page.evaluate(FULL)
    hazard(full, "存储已满")
    full.page.set_input_files("#album", photo)
    full.wait(f"{PHOTOS} === 1 && document.getElementById('banner').textContent.includes('请不要关闭本页')")
    send(full)
    full.wait(f"{DONE} === 1 && {NO_PHOTO_LEFT}")
    assert filed(desk, "存储已满") == [(1,)] and photos_of(desk, "存储已满") == 1


def test_clock_that_is_set_right_while_a_report_waits_gives_it_no_wrong_time(desk: DeskSite, open_phone: OpenPhone):
    behind = time.time() - 2 * 86_400
    phone = open_phone(before=lambda context: context.clock.install(time=behind))
    page, context = phone.page, phone.page.context
    phone.wait("document.getElementById('who').textContent === '名lin'")
    context.set_offline(True)
    hazard(phone, "时钟慢两天")
    send(phone)
    phone.wait("document.querySelector('#outbox .waiting')")
    page.clock.set_system_time(time.time() + 60)
    context.set_offline(False)
    phone.wait(f"{DONE} === 1", 60)
    query = "select description, happened_at = %s from mg.case_file where description like '时钟慢%%'"
    ((note, is_now),) = ask(desk.dsn, query, [desk.clock()])
    assert "手机时钟不准" in note and is_now
