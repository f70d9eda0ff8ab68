"""Logging in by the plain pages: steps, cookies, locks, fixation, and what a browser may not be made to do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from typing import Any

import httpx
import psycopg
import pytest

from dashboard.auth.asked import csrf_of
from maritime_grid.store.logins import Granted, Logins
from maritime_grid.store.passwords import AT_ONCE

from .conftest import PASSWORD, Clock, Site, auth, fields, site


@pytest.fixture
def web(dsn: str, clock: Clock) -> Iterator[Site]:
    with site(dsn, clock) as running:
        yield running
    with psycopg.connect(dsn, autocommit=True) as conn:  # one store serves the module
        conn.execute("""
            truncate mg.session; truncate mg.login_address;
            update mg.account set failures = 0, locked_until = '-infinity', totp_secret = '', totp_step = 0,
              disabled_at = null
        """)


def cookies(answer: httpx.Response) -> dict[str, SimpleCookie]:
    return {line.split("=")[0]: SimpleCookie(line) for line in answer.headers.get_list("set-cookie")}


def test_worker_logs_in_lands_on_its_first_page_and_out_again(web):
    browser = web.browser()
    assert browser.get("/cases?tab=map").headers["location"] == "/login?next=/cases%3Ftab%3Dmap"
    answer = web.login(browser, "worker")
    assert (answer.status_code, answer.headers["location"]) == (303, "/report")
    assert browser.get("/cases").status_code == 200
    page = browser.get("/logout").text
    assert "&lt;b&gt;worker&lt;/b&gt;" in page
    token = browser.cookies["mg"]
    assert browser.post("/logout", data=fields(page)).headers["location"] == "/login"
    assert "mg" not in browser.cookies
    assert web.browser(Cookie=f"mg={token}").get("/cases").headers["location"].startswith("/login")


def test_cookie_of_the_session_is_hidden_strict_and_as_long_as_the_role_says(web):
    set_by = cookies(web.login(web.browser(), "worker"))
    session, token = set_by["mg"]["mg"], set_by["mg_csrf"]["mg_csrf"]
    assert (session["httponly"], session["samesite"], session["path"], session["secure"]) == (True, "Strict", "/", "")
    assert session["max-age"] == str(30 * 86_400)
    assert (token["httponly"], token["samesite"]) == ("", "Strict")
    assert token.value == csrf_of(session.value)
    assert session["domain"] == ""


def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(dsn, clock):
    with site(dsn, clock, auth(trusted_proxies=["127.0.0.1"], hosts=["grid.example"])) as web:
        secure = {"Host": "grid.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
        browser = web.browser(**secure | {"Origin": "https://grid.example"})
        set_by = cookies(web.login(browser, "worker"))
        session = set_by["__Host-mg"]["__Host-mg"]
        assert (session["secure"], session["httponly"], session["path"], session["domain"]) == (True, True, "/", "")
        assert set_by["mg_csrf"]["mg_csrf"]["secure"] is True
        row = web.accounts.sessions.of("worker", clock())[0]
        assert row.address == "198.51.100.7"
        own = f"__Host-mg={session.value}"
        assert "max-age" in web.browser(**secure).get("/login").headers["strict-transport-security"]
        assert web.browser(**secure | {"Cookie": own}).get("/cases").status_code == 200
        assert web.browser(**secure | {"Cookie": own.replace("__Host-", "")}).get("/cases").status_code == 303


def test_login_begins_a_session_of_its_own_whatever_cookie_was_planted(web):
    browser = web.browser()
    browser.cookies.set("mg", "planted-by-somebody-else-0123456789abcdefghi")
    browser.cookies.set("mg_half", "planted-too")
    web.login(browser, "worker")
    first = [c.value for c in browser.cookies.jar if c.name == "mg"][-1]
    assert "planted" not in first
    again = web.browser(Cookie=f"mg={first}")
    answer = again.post(
        "/login", data=fields(web.browser().get("/login").text) | {"name": "worker", "password": PASSWORD}
    )
    assert answer.status_code == 303
    assert again.cookies["mg"] != first
    assert web.browser(Cookie=f"mg={first}").get("/cases").status_code == 303  # ended with the new login


def test_wrong_name_and_wrong_password_give_the_same_page(web):
    pages = set()
    for name, password in (("worker", "not-this-one"), ("nobody", PASSWORD), ("wall'--", "x"), ("", "")):
        answer = web.login(web.browser(), name, password)
        assert answer.status_code == 401
        assert not answer.headers.get_list("set-cookie")
        ticket = fields(answer.text)["ticket"]
        pages.add(answer.text.replace(ticket, "").replace(f'value="{name}"', 'value=""').replace("wall&#x27;--", ""))
    assert len(pages) == 1
    assert "登录失败" in pages.pop()


def test_locked_account_and_locked_address_wait(web, clock):
    for _ in range(5):
        assert web.login(web.browser(), "worker", "wrong-password").status_code == 401
    assert web.login(web.browser(), "worker").status_code == 401
    for n in range(14):
        web.login(web.browser(), f"nobody{n}")
    assert web.login(web.browser(), "village").status_code == 429
    clock.forward(31)
    assert web.login(web.browser(), "village").status_code == 303


def test_role_with_a_second_factor_enrols_at_its_first_login(web, clock):
    browser = web.browser()
    answer = web.login(browser, "township", next="/people?q=1")
    assert answer.headers["location"] == "/login/code?lang=zh_CN&next=%2Fpeople%3Fq%3D1"
    assert "mg" not in browser.cookies
    assert browser.get("/cases").status_code == 303
    page = browser.get(answer.headers["location"]).text
    secret = page.split("<code>")[1].split("</code>")[0].replace(" ", "")
    assert "<svg" in page
    web.secrets["township"] = secret
    assert web.enter_code(browser, "township", "000000").status_code == 401
    done = web.enter_code(browser, "township", next="/people?q=1")
    assert (done.status_code, done.headers["location"]) == (303, "/people?q=1")
    assert browser.get("/people").status_code == 200
    assert "mg_half" not in browser.cookies
    second = web.browser()
    page = second.get(web.login(second, "township").headers["location"]).text
    assert secret[:4] not in page
    assert "<svg" not in page


def test_half_login_opens_nothing_and_its_form_needs_its_token(web):
    web.secrets["operator"] = web.accounts.new_second_factor("operator", web.clock(), by="test")
    browser = web.browser()
    web.login(browser, "operator")
    half = browser.cookies["mg_half"]
    for cookie in (f"mg={half}", f"mg_half={half}", f"mg={half}; mg_half={half}"):
        for path in ("/admin", "/cases", "/api/v1/admin", "/api/v1/openapi.json"):
            assert web.browser(Cookie=cookie).get(path).status_code in {303, 401}, path
    stolen = web.enter_code(browser, "operator", csrf="wrong")
    assert stolen.status_code == 403
    assert web.enter_code(browser, "operator").headers["location"] == "/admin"
    assert web.browser(Cookie=f"mg_half={half}").get("/login/code").headers["location"] == "/login"


def test_form_that_lay_open_for_an_hour_or_was_made_elsewhere_is_refused(web, clock):
    browser = web.browser()
    form = fields(browser.get("/login").text) | {"name": "worker", "password": PASSWORD}
    clock.forward(3601)
    assert browser.post("/login", data=form).status_code == 400
    for ticket in ("", "1.2", f"{int(clock().timestamp())}.{'0' * 64}", form["ticket"][:-1] + "x", "x.y.z"):
        assert browser.post("/login", data=form | {"ticket": ticket}).status_code == 400
    assert web.login(browser, "worker").status_code == 303


@pytest.mark.parametrize(
    "trick", ["//evil.example", "https://evil.example", "/\\evil.example", "/login", "javascript:x"]
)
def test_login_leads_to_no_other_site(web, trick):
    browser = web.browser()
    assert web.login(browser, "worker", next=trick).headers["location"] == "/report"
    assert browser.get("/login", params={"next": trick}).headers["location"] == "/report"


def test_login_from_a_page_elsewhere_is_refused(web):
    form = fields(web.browser().get("/login").text) | {"name": "worker", "password": PASSWORD}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = web.browser(**headers).post("/login", data=form)
        assert answer.status_code == 403
        assert not answer.headers.get_list("set-cookie")
    bare = httpx.post(f"{web.address}/login", data=form, trust_env=False)
    assert bare.status_code == 403


def test_logging_out_needs_the_token_of_the_session(web):
    browser = web.logged_in("worker")
    for data in ({}, {"csrf": "x"}, {"csrf": csrf_of("of another")}):
        assert browser.post("/logout", data=data).status_code == 403
    assert browser.get("/cases").status_code == 200


def test_pages_speak_english_when_asked_and_keep_to_it(web):
    browser = web.browser()
    page = browser.get("/login?lang=en").text
    assert '<html lang="en">' in page
    assert "Log in" in page
    wrong = browser.post("/login", data=fields(page) | {"name": "x", "password": "y"})
    assert "The login failed" in wrong.text
    assert browser.get("/cases?lang=en").headers["location"] == "/login?next=/cases%3Flang%3Den&lang=en"
    assert '<html lang="zh-CN">' in browser.get("/login?lang=xx").text


def test_pages_of_the_login_hold_no_script_and_may_send_their_forms_here_only(web):
    answer = web.browser().get("/login")
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert web.browser().get("/login/login.css").status_code == 200


def test_disabled_account_is_out_with_its_next_request(web):
    browser = web.logged_in("village")
    assert browser.get("/cases").status_code == 200
    web.accounts.disable("village", web.clock(), by="test")
    assert browser.get("/cases").status_code == 303
    assert browser.get("/api/v1/cases").status_code == 401


def test_session_ends_by_itself_and_that_of_a_wall_does_not(web, clock):
    shift, wall = web.logged_in("township"), web.logged_in("wall")
    for _ in range(11):
        clock.forward(3600)
        assert shift.get("/cases").status_code == 200
    clock.forward(3600)
    assert shift.get("/cases").status_code == 303
    clock.forward(10 * 365 * 86_400)
    kept = wall.get("/")
    assert kept.status_code == 200
    assert cookies(kept)["mg"]["mg"]["max-age"] == str(400 * 86_400)


def test_too_much_of_a_form_is_no_form(web):
    browser = web.browser()
    assert browser.post("/login", data={"name": "x" * 100_000}).status_code == 400
    assert browser.post("/login", content=b"\xff\xfe=1", headers={"Content-Type": "application/x-www-form-urlencoded"}
                        ).status_code == 400  # fmt: skip


def test_name_that_no_account_can_have_is_a_wrong_name_like_any_other(web):
    for name in ("\x00", "worker\x00", "w" * 60_000, "\u202eworker", "wor\nker"):
        assert web.login(web.browser(), name).status_code == 401, name[:20]


def test_flood_of_logins_leaves_the_others_their_answers(web, monkeypatch):
    worker, real = web.logged_in("worker"), Logins.by_password
    form = fields(web.browser().get("/login").text) | {"name": "nobody", "password": "x"}
    turns, has_turn, begun = threading.Event(), threading.Semaphore(0), []

    def held(self: Logins, *said: Any) -> Granted:
        begun.append(said)
        has_turn.release()
        assert turns.wait(120)
        return real(self, *said)

    monkeypatch.setattr(Logins, "by_password", held)
    with ThreadPoolExecutor(60) as threads:
        try:
            answers = [threads.submit(web.browser().post, "/login", data=form, timeout=120) for _ in range(60)]
            for _ in range(AT_ONCE):
                assert has_turn.acquire(timeout=60)
            for _ in range(20):
                assert worker.get("/api/v1/wall/status.json", timeout=60).status_code == 200
            assert len(begun) == AT_ONCE  # the others wait where they hold nobody up
        finally:
            turns.set()
    assert {answer.result().status_code for answer in answers} == {401, 429}
