"""One's own account in a browser: who sees it, what a forged form may not do, and what a given password opens."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from dashboard.auth.agents import device_of
from dashboard.auth.table import ADDRESSES, CALLBACKS, LOCAL, OPEN, PUBLIC
from maritime_grid.domain.access import Role
from maritime_grid.domain.totp import code_of, step_of
from maritime_grid.store.account_rows import NewAccount

from .conftest import PASSWORD, Clock, Site, auth, fields, site

OWN = "nets-are-mended-here"
FORM = "/account/password"
_numbers = count(1)


@pytest.fixture(scope="module")
def web(dsn: str) -> Iterator[Site]:
    """One server for the module; the wall asks for a login, so that nothing is open by itself."""
    with site(dsn, Clock(), auth(open_wall="never")) as running:
        yield running


def worker(web: Site, *, once: bool = False, role: str = "worker") -> str:
    """A new account, so that no test is in the way of another."""
    name = f"w{next(_numbers)}"
    unit = "ZS-PT-DJ-M" if role == "worker" else None
    new = NewAccount(name, role, unit, name_shown=f"<b>{name}</b>")
    web.accounts.add(new, PASSWORD, web.clock(), by="test", once=once)
    return name


def changed(browser: httpx.Client, old: str = PASSWORD, new: str = OWN, **more: str) -> httpx.Response:
    form = fields(browser.get(FORM).text)
    return browser.post(FORM, data=form | {"old": old, "new": new, "again": new} | more)


def token_of(browser: httpx.Client) -> str:
    return [c.value or "" for c in browser.cookies.jar if c.name == "mg"][-1]


def with_token(web: Site, token: str) -> httpx.Client:
    return web.browser(Cookie=f"mg={token}")


def test_every_role_but_the_walls_sees_its_own_account(web):
    for role in Role:
        answer = web.logged_in(role).get("/account")
        assert answer.status_code == (403 if role == Role.WALL else 200), role
        if role != Role.WALL:
            assert f"&lt;b&gt;{role}&lt;/b&gt;" in answer.text
            assert f"<b>{role}" not in answer.text
    assert web.browser().get("/account").headers["location"] == "/login?next=/account"
    assert web.browser().get(FORM).headers["location"] == f"/login?next={FORM}"
    assert web.logged_in(Role.WALL).get(FORM).status_code == 403


def test_page_says_in_chinese_who_one_is_and_what_one_may_do(web):
    browser = web.logged_in("worker")
    page = browser.get("/account").text
    for said in ("网格员", "舟山市 普陀区 东极镇 庙子湖", "上报事项", "现场解决", "电话部分隐去", "身份证号看不到"):
        assert said in page
    assert "管理账号" not in page
    assert "管理账号" in web.logged_in("operator").get("/account").text
    english = browser.get("/account?lang=en").text
    assert "grid worker" in english
    assert 'href="/account/password?lang=en"' in english


def test_new_password_keeps_this_browser_and_ends_every_other_and_the_old_cookie(web):
    name = worker(web)
    here, elsewhere = web.logged_in(name), web.logged_in(name)
    old = token_of(here)
    answer = changed(here)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?done=password")
    assert "密码已换好" in here.get("/account?done=password").text
    assert token_of(here) != old
    assert elsewhere.get("/account").status_code == 303
    assert with_token(web, old).get("/account").status_code == 303
    assert web.login(web.browser(), name).status_code == 401
    assert web.login(web.browser(), name, OWN).status_code == 303


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"old": "not-the-old-one"}, "现在的密码不对"), ({"again": "another-one-here"}, "两次输入的新密码不一样"),
        ({"new": "short", "again": "short"}, "至少 10 个字符"), ({"new": PASSWORD, "again": PASSWORD}, "和现在的一样"),
        ({"new": "x" * 200, "again": "x" * 200}, "太简单"), ({"old": ""}, "现在的密码不对"),
    ],
)  # fmt: skip
def test_form_says_what_is_wrong_and_changes_nothing(web, given, said):
    browser = web.logged_in(worker(web))
    before = token_of(browser)
    answer = changed(browser, **given)
    assert answer.status_code in {400, 403}
    assert said in answer.text
    assert given.get("new", OWN) not in answer.text  # nothing that was typed comes back
    assert with_token(web, before).get("/account").status_code == 200


def test_too_many_wrong_passwords_are_told_to_wait(web):
    browser = web.logged_in(worker(web))
    said = [changed(browser, old="not-the-old-one").text for _ in range(5)][-1]
    assert "输错次数过多" in said
    assert "输错次数过多" in changed(browser).text
    web.clock.forward(31)
    assert changed(browser).status_code == 303


def test_form_without_the_token_of_its_session_does_nothing(web):
    name = worker(web)
    browser, other = web.logged_in(name), web.logged_in(worker(web))
    foreign = fields(other.get(FORM).text)["csrf"]
    number = web.accounts.sessions.of(name, web.clock())[0].number
    given = {"old": PASSWORD, "new": OWN, "again": OWN, "do": "others", "number": str(number)}
    for path in (FORM, "/account/second-factor", "/account/sessions"):
        for token in ("", "x", foreign):
            assert browser.post(path, data=given | {"csrf": token}).status_code == 403, path
        stolen = given | {"csrf": fields(browser.get(FORM).text)["csrf"]}
        assert browser.post(path, data=stolen, headers={"Origin": "http://evil.example"}).status_code == 403, path
    assert browser.get("/account").status_code == 200
    assert web.login(web.browser(), name).status_code == 303


def test_given_password_opens_the_form_of_a_new_one_and_nothing_else(web):
    name = worker(web, once=True)
    browser = web.browser()
    assert web.login(browser, name).status_code == 303
    for address, need in ADDRESSES.items():
        if need in {OPEN, PUBLIC, LOCAL} or address == FORM:
            continue
        path = f"{address}x" if address.endswith("/") and address != "/" else address
        answer = browser.get(path)
        led = answer.headers.get("location", "").startswith(FORM)
        assert led or answer.status_code == 403, (address, answer.status_code)
    assert browser.get("/cases?tab=map").headers["location"] == f"{FORM}?next=/cases%3Ftab%3Dmap"
    csrf = fields(browser.get(FORM).text)["csrf"]
    token = {"X-CSRFToken": csrf}
    for path in ("/account/sessions", "/account/second-factor", "/api/v1/cases", CALLBACKS, "/elsewhere"):
        refused = browser.post(path, json={}, headers=token)
        assert (refused.status_code, refused.json()["error"]) == (403, "choose a password of your own first"), path
    page = browser.get(FORM).text
    assert "请先换成自己的密码" in page
    assert "返回" not in page
    answer = changed(browser)
    assert answer.headers["location"] == "/report"
    assert browser.get("/account").status_code == 200


def test_given_password_leads_back_to_where_one_wanted_to_go_once_it_is_changed(web):
    browser = web.browser()
    web.login(browser, worker(web, once=True))
    led = browser.get("/cases?tab=map").headers["location"]
    form = fields(browser.get(led).text)
    answer = browser.post(FORM, data=form | {"old": PASSWORD, "new": OWN, "again": OWN})
    assert answer.headers["location"] == "/cases?tab=map"
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example"):
        browser = web.browser()
        web.login(browser, worker(web, once=True))
        assert changed(browser, next=evil).headers["location"] == "/report", evil


def test_given_password_of_a_role_with_a_second_factor_asks_for_that_first(web):
    name = worker(web, once=True, role="operator")
    browser = web.logged_in(name)
    assert browser.get("/admin").headers["location"] == f"{FORM}?next=/admin"
    assert changed(browser).headers["location"] == "/admin"
    assert browser.get("/admin").status_code == 200


def test_second_factor_is_set_up_from_the_page_and_asked_for_afterwards(web):
    name = worker(web)
    browser, elsewhere = web.logged_in(name), web.logged_in(name)
    page = browser.get("/account/second-factor").text
    assert "<svg" in page
    secret = page.split("<code>")[1].split("</code>")[0].replace(" ", "")
    given = fields(page) | {"do": "set", "code": code_of(secret, step_of(web.clock().timestamp()))}
    assert "密码或旧验证码不对" in browser.post("/account/second-factor", data=given | {"password": "wrong-one"}).text
    answer = browser.post("/account/second-factor", data=given | {"password": PASSWORD})
    assert answer.headers["location"] == "/account?done=factor_set"
    assert elsewhere.get("/account").status_code == 303
    assert "已绑定手机验证器" in browser.get("/account").text
    again = web.browser()
    assert web.login(again, name).headers["location"].startswith("/login/code")
    web.secrets[name] = secret
    assert web.enter_code(again, name).headers["location"] == "/report"
    form = fields(browser.get("/account/second-factor").text) | {"do": "forget", "password": PASSWORD}
    assert browser.post("/account/second-factor", data=form).headers["location"] == "/account?done=factor_gone"
    assert web.login(web.browser(), name).headers["location"] == "/report"


def test_role_that_needs_a_second_factor_is_offered_no_way_without(web):
    browser = web.logged_in("county")
    page = browser.get("/account/second-factor").text
    assert "不再使用验证码" not in page
    answer = browser.post("/account/second-factor", data=fields(page) | {"do": "forget", "password": PASSWORD})
    assert "必须有验证码" in answer.text
    assert web.accounts.one("county").has_second_factor


def test_sessions_are_shown_with_their_browser_and_only_own_ones_end(web):
    name, agent = worker(web), "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
    here, there = web.logged_in(name), web.logged_in(name, **{"User-Agent": agent})
    foreign = web.logged_in(worker(web))
    page = here.get("/account").text
    assert "Android · Chrome" in page
    assert page.count("正在用") == 1
    numbers = {row.agent: row.number for row in web.accounts.sessions.of(name, web.clock())}
    other = web.accounts.sessions.find(token_of(foreign), web.clock())
    csrf = {"csrf": fields(page)["csrf"]}
    for number in (str(other.number), "0", "-1", "x", "9" * 40, "１"):
        assert here.post("/account/sessions", data=csrf | {"number": number}).status_code == 303
    assert [b.get("/account").status_code for b in (here, there, foreign)] == [200, 200, 200]
    here.post("/account/sessions", data=csrf | {"number": str(numbers[agent])})
    assert [b.get("/account").status_code for b in (here, there, foreign)] == [200, 303, 200]
    more = web.logged_in(name)
    here.post("/account/sessions", data=csrf | {"do": "others"})
    assert [b.get("/account").status_code for b in (here, more, foreign)] == [200, 303, 200]


def test_what_a_browser_says_of_itself_is_text_and_nothing_else(web):
    browser = web.logged_in(worker(web), **{"User-Agent": "<script>alert(1)</script>"})
    page = browser.get("/account").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605 Version/17.4 Safari/604.1",
         "iPhone · Safari"),
        ("Mozilla/5.0 (Linux; Android 13; HarmonyOS) Chrome/114 HuaweiBrowser/14.0 Mobile", "HarmonyOS · Huawei"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/126.0 Safari/537.36 Edg/126.0", "Windows · Edge"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116 MicroMessenger/8.0.49", "Android · WeChat"),
        ("curl/8.5.0", "curl/8.5.0"), ("", ""), ("y" * 200, "y" * 40),
    ],
)  # fmt: skip
def test_browser_is_named_as_people_know_it(agent, device):
    assert device_of(agent) == device
