"""The guard: every role at every address, callbacks by their page, forged requests, and a store that is away."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import httpx
import pytest
from dash import Dash, Input, Output
from fastapi import Request

from dashboard.auth import current, needs
from dashboard.auth.asked import csrf_of
from dashboard.auth.table import (
    ADDRESSES,
    CHANGE,
    LOCAL,
    OPEN,
    OWN,
    PUBLIC,
    ROUTER,
    SHELL,
    WALL,
    need_of,
    need_of_module,
)
from maritime_grid.domain.access import PAGES, Role

from .conftest import Clock, Site, auth, site

SHUT = "never"
CALLBACK = "/_dash-update-component"
KNOWN = {
    address: need for address, need in ADDRESSES.items() if address not in {CALLBACK, "/logout", "/login", "/login/"}
}


def callback(module: str, output: str, app: Dash, answers: list[tuple[str, str]]) -> None:
    """A callback as a page of that module would register it."""

    def show(_value: object) -> str:
        account = current()
        answers.append((account.account_id if account else "nobody", threading.current_thread().name))
        return account.role if account else "nobody"

    show.__module__ = module
    app.callback(Output(output, "children"), Input(f"{output}-in", "n_clicks"))(show)


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, str]]:
    return []


@pytest.fixture(scope="module")
def web(dsn: str, clock: Clock, answers: list[tuple[str, str]]) -> Iterator[Site]:
    """One server for the module; the wall asks for a login, so that every address has to be earned."""

    def prepare(app: Dash) -> None:
        callback("dashboard.pages.cases", "cases-list", app, answers)
        callback("dashboard.pages.admin", "admin-list", app, answers)
        callback("dashboard.elsewhere", "stray", app, answers)

        @app.server.get("/api/v1/cases/who")
        def who() -> dict[str, str]:  # sync: in a thread of the pool
            account = needs("case.read")
            return {"account": account.account_id, "thread": threading.current_thread().name}

        @app.server.get("/api/v1/cases/who-async")
        async def who_async(request: Request) -> dict[str, str]:
            assert request.state.account is current()
            return {"account": needs("case.read").account_id, "csrf": needs("case.read").csrf}

        @app.server.post("/api/v1/cases/do")
        async def do(request: Request) -> dict[str, object]:
            return {"by": needs("case.file").account_id, "size": len(await request.body())}

        @app.server.post("/public/complaint")
        def complain() -> dict[str, bool]:
            return {"known": current() is not None}

        del who, who_async, do, complain

    with site(dsn, clock, auth(open_wall=SHUT), prepare) as running:
        yield running


@pytest.fixture(scope="module")
def browsers(web: Site) -> dict[str, httpx.Client]:
    return {role: web.logged_in(role) for role in Role}


def post(browser: httpx.Client, path: str, body: object, **headers: str) -> httpx.Response:
    token = {"X-CSRFToken": browser.cookies["mg_csrf"]} if "mg_csrf" in browser.cookies else {}
    return browser.post(path, json=body, headers=token | headers)


def ask_callback(output: str) -> dict[str, object]:
    return {
        "output": f"{output}.children", "outputs": {"id": output, "property": "children"},
        "inputs": [{"id": f"{output}-in", "property": "n_clicks", "value": 1}],
        "changedPropIds": [f"{output}-in.n_clicks"],
    }  # fmt: skip


def ask_layout(path: object, *, names: tuple[str, str] = ("pathname", "search")) -> dict[str, object]:
    values = (path, "")
    return {
        "output": ROUTER,
        "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
        "inputs": [{"id": "_pages_location", "property": n, "value": v} for n, v in zip(names, values, strict=True)],
        "changedPropIds": ["_pages_location.pathname"],
    }


def allowed(answer: httpx.Response) -> bool:
    """Whether the guard let it through: what lies behind it may well say that it has no such thing."""
    refused = answer.status_code in {401, 403} or answer.headers.get("location", "").startswith("/login")
    return not refused


def concrete(address: str) -> str:
    return f"{address}x" if address.endswith("/") and address != "/" else address


def test_every_role_sees_what_the_table_gives_it_and_nothing_else(web, browsers):
    table = web.accounts.access
    seen = 0
    for role, browser in browsers.items():
        for address, need in KNOWN.items():
            expected = (
                need in {OPEN, PUBLIC, LOCAL, SHELL, "account"} or (need in {OWN, CHANGE} and role != Role.WALL)
                or table.may(role, "page.wall" if need == WALL else need)
            )  # fmt: skip
            answer = browser.get(concrete(address))
            assert allowed(answer) == expected, (role, address, answer.status_code)
            seen += not expected
    assert seen > 40


def test_every_address_and_callback_that_the_server_has_stands_in_the_table_or_is_refused_on_purpose(web):
    refused = {"/_reload-hash", "/_dash-ws-callback", "{path:path}"}  # for developers; no page uses it; the shell
    paths = {getattr(route, "path", "") for route in web.app.server.routes}
    assert len(paths) > 20
    for path in paths - refused - {""}:
        mounted = path if "{" in path or "." in path or need_of(path) else f"{path}/"
        assert need_of(re.sub(r"\{[^}]*\}", "x", mounted)), path
    ours = {spec["callback"].__module__ for spec in web.app.callback_map.values() if "callback" in spec}
    assert {module for module in ours if need_of_module(module) is None} <= {"dash.dash", "dashboard.elsewhere"}


def test_nobody_sees_what_is_open_and_nothing_else(web):
    browser = web.browser()
    for address, need in KNOWN.items():
        answer = browser.get(concrete(address))
        assert allowed(answer) == (need in {OPEN, PUBLIC, LOCAL}), (address, answer.status_code)
        if not allowed(answer):
            program = address.startswith(("/api/", "/_dash", "/geo/"))
            assert answer.status_code == (401 if program else 303), address


def test_address_that_the_table_does_not_name_is_refused_to_all(web, browsers):
    for path in (
        "/x", "/api/v1/x", "/docs", "/openapi.json", "//cases", "/cases//x", "/%2e%2e/cases", "/assets/%2e%2e/cases",
        "/cases%00", "/_reload-hash", "/_dash-ws-callback",
    ):  # fmt: skip
        for role in ("city", "operator"):
            assert browsers[role].get(web.address + path).status_code == 404, path
        assert web.browser().get(web.address + path).status_code in {303, 401}, path


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_methods_that_change_need_the_token_of_the_session_at_every_address(browsers, method):
    browser = browsers["county"]
    for address, need in KNOWN.items():
        if need in {OPEN, PUBLIC, LOCAL}:
            continue
        for token in (None, "", "x", csrf_of("another session")):
            headers = {} if token is None else {"X-CSRFToken": token}
            assert browser.request(method, concrete(address), headers=headers).status_code == 403, address


def test_command_goes_through_with_origin_and_token_and_not_without_either(web, browsers):
    worker, path = browsers["worker"], "/api/v1/cases/do"
    assert post(worker, path, {"a": 1}).json() == {"by": "worker", "size": 7}
    form = {"csrf": worker.cookies["mg_csrf"], "text": "网具"}
    assert worker.post(path, data=form).json()["by"] == "worker"
    assert worker.post(path, data=form | {"csrf": "x"}).status_code == 403
    assert worker.post(path, files={"csrf": (None, worker.cookies["mg_csrf"])}).status_code == 403  # header only there
    for origin in (
        "http://evil.example",
        "null",
        web.address.replace("127.0.0.1", "localhost"),
        "https" + web.address[4:],
    ):
        assert post(worker, path, {}, Origin=origin).status_code == 403, origin
    for site_said in ("cross-site", "same-site", "none"):
        assert post(worker, path, {}, **{"Sec-Fetch-Site": site_said}).status_code == 403
    assert post(worker, path, {}, **{"Sec-Fetch-Site": "same-origin"}).status_code == 200
    other = browsers["village"].cookies["mg_csrf"]
    assert worker.post(path, json={}, headers={"X-CSRFToken": other}).status_code == 403


def test_act_that_the_role_may_not_do_is_refused_as_json(web, browsers):
    answer = post(browsers["department"], "/api/v1/cases/do", {})
    assert answer.status_code == 200
    refused = browsers["wall"].get("/api/v1/cases/who")
    assert (refused.status_code, refused.json()) == (403, {"error": "wall may not do page.cases"})
    assert refused.headers["cache-control"] == "no-store"
    assert web.browser().get("/api/v1/cases/who").json() == {"error": "log in first"}


def test_account_reaches_handlers_in_threads_and_in_the_loop(browsers, clock):
    seen: dict[str, tuple[str, str]] = {}

    def look(role: str) -> None:
        for _ in range(20):
            sync = browsers[role].get("/api/v1/cases/who").json()
            loop = browsers[role].get("/api/v1/cases/who-async").json()
            assert sync["account"] == loop["account"] == role
            seen[role] = (sync["thread"], loop["csrf"])

    threads = [threading.Thread(target=look, args=(role,)) for role in ("worker", "village", "city")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 3
    assert all("worker thread" in thread or "AnyIO" in thread for thread, _ in seen.values())
    assert len({csrf for _, csrf in seen.values()}) == 3


def test_callbacks_are_let_by_the_page_that_registered_them(web, browsers, answers):
    for role, browser in browsers.items():
        for output, page in (("cases-list", "page.cases"), ("admin-list", "page.admin")):
            answer = post(browser, CALLBACK, ask_callback(output))
            may = web.accounts.access.may(role, page)
            assert answer.status_code == (200 if may else 403), (role, output)
            if may:
                assert answer.json()["response"][output]["children"] == role
    assert {name for name, _ in answers} == {r for r in Role if r not in {"wall"}}


def test_callback_of_no_page_or_with_another_body_is_refused(browsers, answers):
    before = len(answers)
    for body in (
        ask_callback("stray"), ask_callback("none"), {}, [], None, "x", {"output": None}, {"output": ["cases-list"]},
        {"output": {"a": 1}}, ask_callback("cases-list") | {"output": "cases-list.children@x"},
    ):  # fmt: skip
        assert post(browsers["worker"], CALLBACK, body).status_code == 400, body
    for raw in (b"", b"{", b"\xff", b"[" * 100_000):
        token = {"X-CSRFToken": browsers["worker"].cookies["mg_csrf"], "Content-Type": "application/json"}
        assert browsers["worker"].post(CALLBACK, content=raw, headers=token).status_code == 400
    assert len(answers) == before


def test_callback_of_nobody_is_refused_before_its_body_is_read(web):
    answer = web.browser().post(CALLBACK, json=ask_callback("cases-list"))
    assert (answer.status_code, answer.json()) == (401, {"error": "log in first"})


def test_layout_of_a_page_goes_to_those_who_may_see_it(web, browsers):
    browsers["worker"].get("/cases")
    for role, browser in browsers.items():
        for page in PAGES:
            path = "/" if page == "wall" else f"/{page}"
            for written in (path, f"{path.rstrip('/')}/", f"//{page}" if page != "wall" else "//"):
                answer = post(browser, CALLBACK, ask_layout(written))
                expected = 200 if web.accounts.access.may(role, f"page.{page}") else 403
                assert answer.status_code == expected, (role, written)


def test_router_that_is_asked_in_another_way_answers_nobody(browsers):
    worker = browsers["worker"]
    swapped = ask_layout("/", names=("search", "pathname"))
    more = ask_layout("/cases")
    more["inputs"] = [{"id": "x", "property": "pathname", "value": "/admin"}, *more["inputs"]]
    other = ask_layout("/admin")
    other["inputs"][0]["id"] = "x"
    for body in (
        swapped, more, other, ask_layout("/login"), ask_layout("/x"), ask_layout("/api/v1/cases"), ask_layout(None),
        ask_layout({"a": 1}), {"output": ROUTER}, {"output": ROUTER, "inputs": []},
    ):  # fmt: skip
        assert post(worker, CALLBACK, body).status_code == 400, body


def test_pages_do_not_carry_the_layouts_of_others(browsers):
    text = browsers["wall"].get("/").text
    assert "validation_layout" not in text
    assert '"csrf_token_name":"mg_csrf"' in text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8050", "", "127.0.0.1.evil.example", "192.0.2.1"])
def test_another_name_is_refused_at_every_address_but_health(web, browsers, host):
    for path in ("/", "/login", "/cases", "/api/v1/cases", "/assets/wall.css", "/metrics", "/public/x"):
        assert browsers["worker"].get(path, headers={"Host": host}).status_code == 400
    assert web.browser(Host=host).get("/healthz").status_code == 200
    assert web.browser(Host=host).get("/readyz").status_code in {200, 503}


def test_public_pages_know_nobody(browsers):
    assert browsers["city"].post("/public/complaint").json() == {"known": False}
    assert browsers["city"].post("/public/complaint", headers={"Origin": "http://evil.example"}).status_code == 403


def test_answers_for_one_person_are_kept_by_nobody(browsers):
    answer = browsers["worker"].get("/api/v1/cases/who")
    assert answer.headers["cache-control"] == "no-store"
    assert "Cookie" in answer.headers["vary"]


def test_refused_page_says_who_one_is_and_escapes_it(browsers):
    page = browsers["wall"].get("/cases")
    assert page.status_code == 403
    assert "&lt;b&gt;wall&lt;/b&gt;" in page.text
    assert "<b>wall" not in page.text


def test_stolen_cookie_is_worth_nothing_after_the_logout(web):
    browser = web.logged_in("association")
    cookie = f"mg={browser.cookies['mg']}; mg_csrf={browser.cookies['mg_csrf']}"
    thief = web.browser(Cookie=cookie, **{"X-CSRFToken": browser.cookies["mg_csrf"]})
    assert thief.get("/cases").status_code == 200
    browser.post("/logout", data={"csrf": browser.cookies["mg_csrf"]})
    for path in ("/cases", "/api/v1/cases/who", "/api/v1/openapi.json"):
        assert not allowed(thief.get(path))
    assert thief.post("/api/v1/cases/do", json={}).status_code == 401
    assert thief.post(CALLBACK, json=ask_callback("cases-list")).status_code == 401


def test_websockets_are_refused(web):
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    assert web.browser(**upgrade).get("/_dash-ws-callback").status_code in {303, 401, 403}


# ------------------------------------------------------------------------------------------------- other settings
@pytest.mark.parametrize(("open_wall", "here", "through_a_proxy"), [("loopback", 200, 303), ("always", 200, 200)])
def test_open_wall_shows_itself_and_nothing_more(dsn, open_wall, here, through_a_proxy):
    clock = Clock()
    with site(dsn, clock, auth(open_wall=open_wall)) as web:
        browser = web.browser()
        assert browser.get("/").status_code == here
        assert browser.get("/api/v1/wall/status.json").status_code == 200
        assert browser.get("/geo/grids.json").status_code == 200
        assert post(browser, CALLBACK, ask_layout("/")).status_code == 200
        for page in set(PAGES) - {"wall"}:
            assert browser.get(f"/{page}").headers["location"] == f"/login?next=/{page}"
            assert browser.get(f"/api/v1/{page}").status_code == 401
            assert post(browser, CALLBACK, ask_layout(f"/{page}")).status_code == 401
        assert (
            browser.post(CALLBACK, json=ask_layout("/"), headers={"Origin": "http://evil.example"}).status_code == 403
        )
    with site(dsn, clock, auth(open_wall=open_wall, trusted_proxies=["127.0.0.1"], hosts=["grid.example"])) as web:
        sent = {"Host": "grid.example", "X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
        assert web.browser(**sent).get("/").status_code == through_a_proxy
        assert web.browser(**sent).get("/metrics").status_code == 403
        plain = web.browser(**sent | {"X-Forwarded-Proto": "http"}).get("/login")
        assert (plain.status_code, "TLS is needed" in plain.text) == (403, True)


def test_metrics_are_for_this_machine(web):
    assert web.browser().get("/metrics").status_code == 200
    assert web.browser(**{"X-Forwarded-For": "198.51.100.7"}).get("/metrics").status_code == 200  # a stranger's word


def test_store_that_is_away_is_said_and_a_wall_goes_on(dsn, clock):
    with site(dsn, clock, auth(open_wall=SHUT)) as web:
        wall, worker = web.logged_in("wall"), web.logged_in("worker")
        assert wall.get("/").status_code == 200
        assert worker.get("/cases").status_code == 200
        web.accounts.close()
        assert wall.get("/").status_code == 200
        assert wall.get("/api/v1/wall/status.json").status_code == 200
        gone = worker.get("/cases")
        assert (gone.status_code, "数据库暂时无法访问" in gone.text) == (503, True)
        assert worker.get("/api/v1/cases").json() == {"error": "the store is away"}
        assert web.browser().get("/login").status_code == 200
        assert web.login(web.browser(), "worker").status_code == 503
