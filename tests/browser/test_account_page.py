"""One's own account in Chromium: a password changed on a phone, a role changed elsewhere, a password that was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from maritime_grid.domain.totp import code_of, step_of
from tests.integration.store import case_build as cb
from tests.integration.web.desks import DeskSite

from .conftest import SHOTS
from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE

pytestmark = pytest.mark.needs_chromium
GIVEN, OWN = "quay-of-shenjiamen", "nets-are-mended-here"
SCREEN = (1920, 1080)
BODY = "document.querySelector('#admin-body').innerText"

OpenPlain = Callable[..., Page]


@pytest.fixture
def plain(browser: Browser, desk: DeskSite) -> Iterator[OpenPlain]:
    """Opens pages that need no script, each with cookies of its own; `name` is logged in already."""
    with ExitStack() as stack:

        def start(path: str, name: str = "", size: tuple[int, int] = PHONE) -> Page:
            context = browser.new_context(
                java_script_enabled=False, viewport={"width": size[0], "height": size[1]}, base_url=desk.address
            )
            stack.callback(context.close)
            if name:
                context.add_cookies([{"name": "mg", "value": desk.token(name), "url": desk.address}])
            page = context.new_page()
            page.goto(path)
            return page

        yield start


def shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def fits(page: Page) -> bool:
    """Nothing stands out of the screen."""
    width = page.viewport_size["width"]
    return all(box["x"] >= 0 and box["x"] + box["width"] <= width + 1
               for box in (e.bounding_box() for e in page.locator("body *:visible").all()) if box)  # fmt: skip


def arrives(page: Page, path: str) -> None:
    page.wait_for_url(lambda url: url.partition("?")[0].endswith(path))


def test_worker_changes_the_password_on_a_phone_and_the_session_elsewhere_is_dead(desk, plain):
    desk.desk.accounts.set_password("lin", GIVEN, desk.clock(), "test")
    elsewhere = plain("/account", "lin", SCREEN)
    phone = plain("/account", "lin")
    assert phone.locator(".sessions li").count() == 2
    assert fits(phone)
    shot(phone, "account-phone")
    shot(elsewhere, "account-1920")
    phone.get_by_role("link", name="修改密码").click()
    arrives(phone, "/account/password")
    assert fits(phone)
    phone.fill("[name=old]", "not-this-one")
    phone.fill("[name=new]", OWN)
    phone.fill("[name=again]", OWN)
    phone.get_by_role("button", name="换成新密码").click()
    assert "现在的密码不对" in phone.locator("[role=alert]").inner_text()
    shot(phone, "account-password-phone")
    for field, value in (("old", GIVEN), ("new", OWN), ("again", OWN)):
        phone.fill(f"[name={field}]", value)
    phone.get_by_role("button", name="换成新密码").click()
    arrives(phone, "/account")
    assert "密码已换好" in phone.locator("[role=status]").inner_text()
    assert phone.locator(".sessions li").count() == 1
    elsewhere.reload()
    arrives(elsewhere, "/login")
    elsewhere.fill("[name=name]", "lin")
    elsewhere.fill("[name=password]", OWN)
    elsewhere.get_by_role("button", name="登录").click()
    arrives(elsewhere, "/account")


def test_authenticator_is_set_up_on_a_phone_from_the_page(desk, plain):
    desk.desk.accounts.set_password("lin", GIVEN, desk.clock(), "test")
    page = plain("/account", "lin")
    page.get_by_role("link", name="绑定手机验证器").click()
    arrives(page, "/account/second-factor")
    assert page.locator("figure svg").bounding_box()["width"] > 150
    assert fits(page)
    shot(page, "account-factor-phone")
    secret = page.inner_text("code").replace(" ", "")
    page.fill("[name=code]", code_of(secret, step_of(desk.clock().timestamp())))
    page.fill("[name=password]", GIVEN)
    page.get_by_role("button", name="绑定").click()
    assert "验证器已绑定" in page.locator("[role=status]").inner_text()


def test_operator_changes_an_account_and_its_next_click_obeys(desk, open_desk):
    lin, root = open_desk("lin", "/cases"), open_desk("root", "/admin?view=accounts&who=lin", *SCREEN)
    lin.page.locator("a.me").click()
    lin.page.wait_for_url("**/account")
    assert "单位T1-V" in lin.text("dl")
    root.wait(f"{BODY}.includes('修改角色')")
    root.page.locator("summary", has_text="修改角色").click()
    pick(root, "unit", "单位T1 T1")
    root.page.locator("#admin-e-shown").fill("林<b>一</b>")
    root.shot("admin-change-1920")
    root.page.locator("#admin-save").click()
    root.wait("document.querySelector('#admin-say').innerText.includes('立即生效')")
    lin.page.reload()
    assert "单位T1-V" not in lin.text("dl")
    assert lin.page.locator("h2").first.inner_text() == "林<b>一</b>"

    root.wait(f"{BODY}.includes('林<b>一</b>')")  # drawn anew
    root.page.locator("summary", has_text="修改角色").click()
    pick(root, "role", "职能部门")
    root.page.locator("#admin-save").click()
    root.wait("document.querySelector('#admin-say').innerText.includes('要有所属单位')")
    pick(root, "body", "部门F F")
    root.page.locator("#admin-save").click()
    root.wait("document.querySelector('#admin-say').innerText.includes('要重新登录')")
    lin.page.reload()
    arrives(lin.page, "/login")
    assert cb.ask(desk.dsn, "select role, unit_id, body_id from mg.account where account_id = 'lin'") == [
        ("department", None, "F")
    ]
    acts = cb.ask(desk.dsn, "select account_id, act from mg.access_log where subject = 'account:lin' order by n")
    assert acts[-2:] == [("root", "account_changed")] * 2
    assert root.errors == []


def test_operator_is_offered_nothing_with_the_own_account_and_may_not_send_it(desk, open_desk):
    root = open_desk("root", "/admin?view=accounts&who=root", *SCREEN)
    root.wait(f"{BODY}.includes('这是您自己的账号')")
    assert root.page.locator("#admin-save").count() == 0
    assert root.page.get_by_role("button", name="停用").count() == 0
    root.shot("admin-own-1920")
    assert root.errors == []


def test_given_password_leads_to_the_form_of_a_new_one_and_nowhere_else(desk, open_desk, plain):
    root = open_desk("root", "/admin?view=accounts&who=lin")
    root.wait(f"{BODY}.includes('换新密码')")
    root.page.get_by_role("button", name="换新密码").click()
    root.wait("document.querySelector('#admin-password')")
    given = root.text("#admin-password")
    root.wait(f"{BODY}.includes('待换密码')")
    root.shot("admin-given-1366")
    phone = plain("/cases")
    phone.fill("[name=name]", "lin")
    phone.fill("[name=password]", given)
    phone.get_by_role("button", name="登录").click()
    arrives(phone, "/account/password")
    shot(phone, "account-must-phone")
    assert fits(phone)
    for path in ("/report", "/account", "/people", "/"):
        phone.goto(path)
        arrives(phone, "/account/password")
    phone.goto("/account/password?next=/cases")
    for field, value in (("old", given), ("new", OWN), ("again", OWN)):
        phone.fill(f"[name={field}]", value)
    phone.get_by_role("button", name="换成新密码").click()
    arrives(phone, "/cases")
    assert root.errors == []


def test_locked_account_is_unlocked_and_one_of_its_sessions_ended_by_the_operator(desk, open_desk):
    accounts = desk.desk.accounts
    accounts.set_password("lin", GIVEN, desk.clock(), "test")
    desk.token("lin")
    cb.ask(desk.dsn, "update mg.account set failures = 5, locked_until = %s where account_id = 'lin' returning 1",
           [desk.clock.at.replace(year=2099)])  # fmt: skip
    root = open_desk("root", "/admin?view=accounts&who=lin", *PHONE)
    root.wait(f"{BODY}.includes('已锁定')")
    mark, who = (root.page.locator(part).bounding_box() for part in (".demo-mark", ".who"))
    beside, below = mark["x"] + mark["width"] <= who["x"], mark["y"] >= who["y"] + who["height"]
    assert beside or below  # the way to one's own account leaves room for the rest
    root.shot("admin-account-phone")
    root.page.get_by_role("button", name="解锁").click()
    root.wait(f"!{BODY}.includes('已锁定')")
    assert accounts.one("lin").failures == 0
    root.page.locator(".grid-versions button").click()
    root.wait(f"{BODY}.includes('没有登录')")
    assert accounts.sessions.of("lin", desk.clock()) == []
    assert root.errors == []


def pick(window, field: str, label: str) -> None:
    """An option of a dropdown of the form, by the end of what it says."""
    window.page.locator(f"#admin-e-{field}").click()
    window.page.get_by_role("option", name=label).last.click()
