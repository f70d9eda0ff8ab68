"""The form at the quay in Chromium of a phone's size: by a thumb, and over a line that comes and goes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from dashboard.auth.asked import csrf_of
from tests.integration.store.case_build import ask
from tests.integration.web.desks import DeskSite

from .conftest import SHOTS, Wall, _watch
from .desk_browser import PHONE, desk, fresh_dsn, migrated, plain_server, postgres, reachable_tmp

__all__ = ["desk", "fresh_dsn", "migrated", "plain_server", "postgres", "reachable_tmp"]
READY = "document.body.dataset.ready === 'yes'"
HERE = {"longitude": 122.7, "latitude": 30.2, "accuracy": 12}
CASES = 'select kind, subkind, title, lon, place from api."case" order by case_id'

OpenPhone = Callable[..., Wall]


def picture(width: int = 3000, height: int = 1500) -> bytes:
    """A large PNG, as a camera would make it."""
    rows = b"".join(b"\0" + bytes([y % 256, 90, 140]) * width for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


@pytest.fixture
def open_phone(browser: Browser, desk: DeskSite) -> Iterator[OpenPhone]:
    """Opens pages in contexts of their own, with a place, logged in where a name is given."""
    with ExitStack() as stack:

        def start(path: str, name: str | None = "lin", **options: Any) -> Wall:
            phone = Wall(new_phone(browser, stack, **options).new_page())
            _watch(phone.page.context, phone)
            if name:
                login(phone.page.context, desk, name)
            phone.page.goto(desk.address + path)
            phone.wait(READY)
            return phone

        yield start


def new_phone(browser: Browser, stack: ExitStack, **options: Any) -> BrowserContext:
    """A context of its own, which knows its place."""
    context = browser.new_context(**{
        "viewport": {"width": PHONE[0], "height": PHONE[1]}, "has_touch": True, "is_mobile": True, "geolocation": HERE,
        "permissions": ["geolocation"], "device_scale_factor": 2, "timezone_id": "Asia/Shanghai", "locale": "zh-CN",
    } | options)  # fmt: skip
    stack.callback(context.close)
    return context


def login(context: BrowserContext, desk: DeskSite, name: str) -> None:
    """As the login does it: the cookie of the session, and that of the token of its forms."""
    token = desk.token(name)
    context.add_cookies([
        {"name": "mg", "value": token, "url": desk.address},
        {"name": "mg_csrf", "value": csrf_of(token), "url": desk.address},
    ])  # fmt: skip


def fleet(desk: DeskSite) -> None:
    with psycopg.connect(desk.dsn, autocommit=True) as conn:
        conn.execute(
            "insert into mg.roster values (412000001, '浙普渔60001', 'fishing', '', 'gill_net'),"
            " (412000002, '浙普渔60002', 'fishing', '', 'trawl')"
        )
        never, nan = ", ".join(["'-infinity'"] * 2), ", ".join(["'NaN'"] * 2)
        conn.execute(
            "insert into mg.vessel_state select 412000001, t, t, 122.65, 30.15, 3, 90, 90, 0, 1, 1, t, 0, t,"
            f" {never}, {nan}, 0, 0, false, 1, 1 from (select timestamptz '2026-05-06 01:48Z' as t) x"
        )


def tap(page: Page, selector: str) -> None:
    page.locator(selector).first.tap()


def choose_vessel(page: Page, n: int, typed: str, name: str) -> None:
    row = page.locator(".vessel").nth(n)
    row.locator(".asked").fill(typed)
    row.locator(".found button", has_text=name).first.tap()


def settled(phone: Wall) -> None:
    """The worker of the page is there and keeps the files."""
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.wait("navigator.serviceWorker.controller")


def text_of(phone: Wall) -> str:
    return phone.text("#outbox")


def shot(phone: Wall, name: str, *, whole: bool = False) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    phone.page.screenshot(path=SHOTS / f"report-{name}.png", full_page=whole)


def test_dispute_is_filed_by_a_thumb_with_place_vessels_and_a_photo(
    desk: DeskSite, open_phone: OpenPhone, tmp_path: Path
):
    fleet(desk)
    phone = open_phone("/report")
    page = phone.page
    shot(phone, "empty")
    tap(page, ".k-dispute")
    tap(page, ".k-gear")
    shot(phone, "dispute", whole=True)
    page.locator(".vessel").nth(0).locator(".asked").fill("60001")
    page.locator(".found button").first.wait_for()
    shot(phone, "suggestions")
    tap(page, ".found button")
    choose_vessel(page, 1, "普渔60002", "浙普渔60002")
    page.locator(".vessel").nth(0).locator("[name=set-first]").tap()
    tap(page, "#now")
    tap(page, "[data-way=phone]")
    phone.wait("document.getElementById('place-found').textContent.includes('±12')")
    page.fill("[name=note]", "网被拖网船割断三张\n<b>对方</b>未停船")
    (tmp_path / "net.png").write_bytes(picture())
    page.set_input_files("#camera", tmp_path / "net.png")
    phone.wait("document.querySelectorAll('#photos img').length === 1")
    shot(phone, "filled", whole=True)
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .done') && !document.querySelector('#outbox small')")
    shot(phone, "sent")
    assert "已提交 2026-000001" in text_of(phone)
    code = text_of(phone).partition("查询码")[2].split()[0]
    assert desk.desk.cases.follow(code)["case_id"] == "2026-000001"
    assert ask(desk.dsn, CASES) == [("dispute", "gear", "网具纠纷：浙普渔60001、浙普渔60002", 122.7, "手机定位 ±12 米")]
    parties = ask(desk.dsn, "select mmsi, gear, set_first from mg.case_party order by n")
    assert parties == [(412000001, "gill_net", True), (412000002, "trawl", None)]  # of the other nobody said so
    ((kind, content, hashed),) = ask(desk.dsn, "select media_type, content, sha256 from mg.blob")
    assert kind == "image/jpeg" and sha256(content).digest() == hashed and len(content) < 500_000
    width = int.from_bytes(content[content.index(b"\xff\xc0") + 7 :][:2])
    assert width == 2048
    assert phone.outside == [] and phone.errors == []


def test_emergency_takes_two_taps_where_the_phone_knows_its_place(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone("/report")
    phone.wait("document.getElementById('place-found').textContent.includes('±12')")
    tap(phone.page, ".k-emergency")
    tap(phone.page, "#send")
    phone.wait("document.querySelector('#outbox .done')")
    assert ask(desk.dsn, "select title, major, lon from mg.case_file") == [("应急事件", True, 122.7)]


def test_what_was_filled_in_without_a_line_goes_out_once_when_there_is_one(
    desk: DeskSite, open_phone: OpenPhone, tmp_path: Path
):
    fleet(desk)
    phone = open_phone("/report")
    settled(phone)
    context = phone.page.context
    context.set_offline(True)
    phone.page.reload()  # the phone keeps the page itself
    phone.wait(READY)
    page = phone.page
    tap(page, ".k-emergency")
    tap(page, "[name=subkind-emergency][value=overboard] + span")
    page.fill("[name=note]", "东极外一人落水")
    (tmp_path / "sea.png").write_bytes(picture(600, 400))
    page.set_input_files("#camera", tmp_path / "sea.png")
    phone.wait("document.querySelectorAll('#photos img').length === 1")
    page.reload()  # as typed, it is still there
    phone.wait(READY)
    assert page.input_value("[name=note]") == "东极外一人落水"
    assert page.input_value("[name=people_in_water]") == "1"
    phone.wait("document.getElementById('state').textContent.includes('手机定位 ±12 米')")  # what goes with it
    shot(phone, "offline", whole=True)
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .waiting')")
    assert "已保存，等待网络" in text_of(phone)
    shot(phone, "waiting")
    page.close()
    assert ask(desk.dsn, "select count(*) from mg.case_file") == [(0,)]
    again = Wall(context.new_page())
    again.page.goto(desk.address + "/report")
    again.wait("document.getElementById('outbox').textContent.includes('已保存，等待网络')")
    second = Wall(context.new_page())  # another tab sends at the same time
    second.page.goto(desk.address + "/report")
    second.wait(READY)
    context.set_offline(False)
    again.wait("document.querySelector('#outbox .done')", 30)
    again.wait("!document.querySelector('#outbox small')", 30)
    assert "已提交 2026-000001" in text_of(again)
    cases = ask(desk.dsn, "select kind, major, facts ->> 'people_in_water' from mg.case_file")
    assert cases == [("emergency", True, "1")]
    assert ask(desk.dsn, "select media_type from api.case_attachment") == [("image/jpeg",)]


def test_answers_that_are_lost_on_the_way_file_nothing_twice(desk: DeskSite, open_phone: OpenPhone, tmp_path: Path):
    phone = open_phone("/report")
    page, lost = phone.page, dict.fromkeys(("/api/v1/cases", "attachments"), 2)

    def lose(route: Route) -> None:
        """The server has it, and the phone never hears so; then the line is better."""
        which = next(end for end in lost if route.request.url.endswith(end))
        if lost[which]:
            lost[which] -= 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/cases", lose)
    page.route("**/attachments", lose)
    tap(page, ".k-hazard")
    page.fill("[name=note]", "缆绳横在航道")
    (tmp_path / "rope.png").write_bytes(picture(300, 200))
    page.set_input_files("#camera", tmp_path / "rope.png")
    phone.wait("document.querySelectorAll('#photos img').length === 1")
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .done') && !document.querySelector('#outbox small')", 60)
    assert lost == {"/api/v1/cases": 0, "attachments": 0}
    assert ask(desk.dsn, "select count(*) from mg.case_file") == [(1,)]
    assert ask(desk.dsn, "select count(*) from mg.case_attachment") == [(1,)]
    assert ask(desk.dsn, "select version from mg.case_file") == [(2,)]


def test_session_that_ended_keeps_everything_and_goes_on_after_the_login(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone("/report")
    settled(phone)
    context, page = phone.page.context, phone.page
    context.clear_cookies()
    tap(page, ".k-hazard")
    tap(page, "[name=subkind-hazard][value=obstruction] + span")
    page.fill("[name=note]", "缆绳横在航道")
    tap(page, "#send")
    phone.wait("!document.getElementById('banner').hidden && document.querySelector('#banner a')")
    assert "登录已过期" in phone.text("#banner")
    phone.wait("document.getElementById('outbox').textContent.includes('已保存，等待登录')")
    assert page.get_attribute("#banner a", "href") == "/login?next=%2Freport"
    shot(phone, "session")
    login(context, desk, "village1")  # somebody else at the same phone: it is not filed in their name
    page.reload()
    phone.wait(READY)
    phone.wait("document.getElementById('outbox').textContent.includes('另一账号')")
    assert "碍航物" not in text_of(phone)
    assert ask(desk.dsn, "select count(*) from mg.case_file") == [(0,)]
    context.clear_cookies()
    login(context, desk, "lin")
    page.reload()
    phone.wait("document.querySelector('#outbox .done')")
    assert ask(desk.dsn, "select reporter, title from mg.case_file") == [("lin", "碍航物：缆绳横在航道")]


def test_what_the_server_refuses_can_be_mended(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone("/report")
    page = phone.page
    tap(page, "#send")
    assert "请先选什么事" in phone.text("#state")
    tap(page, ".k-dispute")
    tap(page, "#send")
    assert "两艘船" in phone.text("#state")
    tap(page, ".k-service")
    page.fill("[name=note]", "证书到期")
    page.evaluate("document.querySelector('[name=happened_at]').value = '2031-01-01T00:00'")
    page.locator("[name=happened_at]").dispatch_event("input")
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .refused')")
    shot(phone, "refused")
    assert "时间不能晚于现在" in text_of(phone) and "happened_at" not in text_of(phone)
    page.fill("[name=note]", "另一件事")
    page.locator("#outbox button", has_text="修改").tap()
    assert "请先提交或清空" in phone.text("#state")
    tap(page, "#clear")
    assert page.input_value("[name=note]") == "另一件事"  # one slip of a thumb throws nothing away
    tap(page, "#clear")
    page.locator("#outbox button", has_text="修改").tap()
    phone.wait("!document.querySelector('#outbox li')")
    assert page.input_value("[name=note]") == "证书到期"
    tap(page, "#now")
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .done')")


def test_worker_of_the_page_keeps_files_and_nothing_of_anyone(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone("/report")
    settled(phone)
    kept = phone.page.evaluate(
        "caches.keys().then((names) => caches.open(names[0])).then((cache) => cache.keys())"
        ".then((requests) => requests.map((one) => new URL(one.url).pathname))"
    )
    assert kept and all(path.startswith("/report/static/") for path in kept)
    loaded = phone.page.evaluate(
        "performance.getEntriesByType('resource').reduce((sum, e) => sum + e.encodedBodySize, 0)"
    )
    assert loaded < 30_000  # bytes on the line, beside the page
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
