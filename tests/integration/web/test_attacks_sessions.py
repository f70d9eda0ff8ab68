"""Stolen, fixed and forged sessions, requests from foreign pages, and foreign names of the host."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest

from dashboard.auth.asked import csrf_of
from dashboard.auth.table import CALLBACKS, OPEN, PUBLIC, need_of
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.connect import connect
from maritime_grid.store.sessions import Origin, begin
from tests.integration.store import case_build as cb

from .attack_calls import Slot, calls, dump, posts, send
from .attack_values import honest, keys_of
from .attack_world import MALLORY, World
from .forms import PASSWORD, fields

VICTIM = "victim"


@pytest.fixture(scope="module", autouse=True)
def victim(world: World) -> None:
    assert world.site.desk.accounts
    new = NewAccount(VICTIM, "village", "T1-V", name_shown="村民")
    world.site.desk.accounts.add(new, PASSWORD, world.site.clock(), "root")


@pytest.fixture
def unchanged(world: World) -> Iterator[None]:
    before = dump(world.site.dsn, "session")  # the tests begin some of their own
    yield
    assert dump(world.site.dsn, "session") == before


def concrete(path: str, world: World) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: world.dispute if m[1] == "case_id" else "x", path)


def bodies(world: World) -> dict[str, object]:
    """What would be done at each address if the request were let through; {} where it needs no more than that."""
    call = next(c for c in calls(world.site.app) if c.module.endswith(".case") and c.output.startswith("..case-form"))
    pressed: Callable[[Slot], object] = lambda slot: {"id": world.dispute, "lang": "en"} if slot.prop == "data" else 1  # noqa: E731
    return {CALLBACKS: call.body(pressed, {})}


FOREIGN = {
    "from nowhere": {}, "another site": {"Origin": "http://evil.example"}, "a sandbox": {"Origin": "null"},
    "another port": {"Origin": "http://127.0.0.1:1"}, "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"}, "typed": {"Sec-Fetch-Site": "none"},
}  # fmt: skip


def test_foreign_pages_change_nothing_at_any_address(world: World, unchanged):
    town, tried = world.site.browser("town1"), 0
    token = town.headers["X-CSRFToken"]
    cookies = {"Cookie": f"mg={town.cookies['mg']}; mg_csrf={town.cookies['mg_csrf']}"}
    with httpx.Client(base_url=world.site.address, trust_env=False, timeout=30) as thief:
        for path in posts(world.site.app):
            for said in FOREIGN.values():
                headers = {**cookies, **said, "X-CSRFToken": token}
                answer = thief.post(concrete(path, world), json=bodies(world).get(path, {}), headers=headers)
                assert answer.status_code == 403, (path, said)
                plain = thief.post(concrete(path, world), data={"csrf": token, "x": "1"}, headers=headers)
                assert plain.status_code == 403, (path, said)
                tried += 1
    assert tried > 30


def test_without_the_token_of_its_own_session_nothing_is_changed_at_any_address(world: World, unchanged):
    town, other = world.site.browser("town1"), world.site.browser("village1")
    good = town.headers.pop("X-CSRFToken")
    wrong = (
        None,
        "",
        "x",
        good[:-1],
        good + "A",
        other.headers["X-CSRFToken"],
        csrf_of(""),
        csrf_of("x"),
        town.cookies["mg"],
    )
    for path in posts(world.site.app):
        if need_of(concrete(path, world)) in {OPEN, PUBLIC}:  # nobody is logged in there: their forms have tickets
            continue
        for token in wrong:
            headers = {} if token is None else {"X-CSRFToken": token}
            answer = town.post(concrete(path, world), json=bodies(world).get(path, {}), headers=headers)
            assert answer.status_code in {403, 404}, (path, token)
        query = town.post(f"{concrete(path, world)}?csrf={good}&X-CSRFToken={good}", json={})
        assert query.status_code in {400, 403, 404}, path
    assert town.post("/logout", data={"csrf": "x"}).status_code == 403
    assert town.get("/cases").status_code == 200


def test_methods_that_no_route_has_are_refused(world: World, unchanged):
    town = world.site.browser("town1")
    for path in (*posts(world.site.app), "/cases", "/", "/public/badge", "/c/x", "/report"):
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT"):
            answer = town.request(method, concrete(path, world))
            assert answer.status_code in {400, 403, 404, 405}, (method, path)
        spoofed = town.get(concrete(path, world), headers={"X-HTTP-Method-Override": "POST"})
        assert spoofed.status_code in {200, 303, 400, 403, 404, 405}


def logged_in(world: World, **headers: str) -> httpx.Client:
    """A browser of the victim, through the form of the login."""
    client = world.site.browser()
    client.headers.update(headers)
    form = fields(client.get("/login").text)
    answer = client.post("/login", data=form | {"name": VICTIM, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return client


def thief_of(world: World, client: httpx.Client) -> httpx.Client:
    """Another machine with the same cookies and the token of forms."""
    thief = world.site.browser()
    given = {"Cookie": f"mg={client.cookies['mg']}", "X-CSRFToken": client.cookies["mg_csrf"], "User-Agent": "another"}
    thief.headers.update(given)
    return thief


def shut(world: World, thief: httpx.Client) -> bool:
    call = next(c for c in calls(world.site.app) if c.module.endswith(".cases"))
    answers = [
        thief.get("/cases"), thief.get("/api/v1/report/me"),
        thief.get(f"/api/v1/cases/{world.dispute}/dossier?purpose=x"),
        thief.post("/api/v1/cases", json={}), send(thief, call.body(lambda slot: honest(world, slot), keys_of(world))),
    ]  # fmt: skip
    return [answer.status_code for answer in answers] == [303, 401, 401, 401, 401]


ENDS: dict[str, Callable[[World, httpx.Client], object]] = {
    "logout": lambda w, c: c.post("/logout", data={"csrf": c.cookies["mg_csrf"]}),
    "another password": lambda w, c: w.site.desk.accounts.set_password(VICTIM, PASSWORD, w.site.clock(), "root"),
    "another second factor": lambda w, c: w.site.desk.accounts.new_second_factor(VICTIM, w.site.clock(), "root"),
    "second factor forgotten": lambda w, c: w.site.desk.accounts.forget_second_factor(VICTIM, w.site.clock(), "root"),
    "ended by the operator": lambda w, c: [
        w.site.desk.accounts.sessions.revoke(s.number, w.site.clock(), "root")
        for s in w.site.desk.accounts.sessions.of(VICTIM, w.site.clock())
    ],
    "disabled": lambda w, c: w.site.desk.accounts.disable(VICTIM, w.site.clock(), "root"),
    "login anew": lambda w, c: c.post(
        "/login", data=fields(w.site.browser().get("/login").text) | {"name": VICTIM, "password": PASSWORD}
    ),
    "a working day without a touch": lambda w, c: w.site.clock.forward(hours=9),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_stolen_cookie_is_worth_nothing_once_its_session_ended(world: World, end):
    at = world.site.clock.at
    client = logged_in(world)
    thief = thief_of(world, client)
    try:
        assert (
            thief.get("/api/v1/report/me").json()["account"] == VICTIM
        )  # a session is its cookie, wherever it comes from
        end(world, client)
        assert shut(world, thief)
        world.site.desk.accounts.enable(VICTIM, world.site.clock(), "root")
        assert shut(world, thief)  # and does not come back with the account
    finally:
        world.site.clock.at = at
        world.site.desk.accounts.forget_second_factor(VICTIM, world.site.clock(), "root")


def test_cookies_that_are_no_session_open_nothing(world: World, unchanged):
    client = world.site.browser("town1")
    token = client.cookies["mg"]
    with connect(world.site.dsn, "test") as conn:
        half = begin(conn, "town1", Origin(), world.site.clock(), whole=False)
        old = begin(conn, "lin", Origin(), world.site.clock() - timedelta(days=40), whole=True)
    (stored,) = cb.ask(
        world.site.dsn,
        "select encode(token_hash, 'hex') from mg.session where account_id = 'town1' order by number limit 1",
    )[0]
    with connect(world.site.dsn, "test") as conn:
        forged = (
            "", "x", token[:-1], token + "A", token.swapcase(), client.cookies["mg_csrf"], csrf_of(token),
            sha256(token.encode()).hexdigest(), stored, half, old, "' or true --", "%00", "a" * 5_000, '"', "town1",
        )  # fmt: skip
        for cookie in forged:
            thief = world.site.browser()
            thief.headers["Cookie"] = f"mg={cookie}; __Host-mg={token}; mg_half={token}"
            thief.headers["X-CSRFToken"] = client.headers["X-CSRFToken"]
            assert shut(world, thief), cookie[:40]
        conn.execute(
            "delete from mg.session where not whole or begun_at < %s", [world.site.clock() - timedelta(days=30)]
        )


def test_login_takes_no_session_that_an_attacker_has_set(world: World):
    attacker = world.site.browser()
    form = fields(attacker.get("/login").text)
    assert attacker.post("/login", data=form | {"name": MALLORY, "password": PASSWORD}).status_code == 303
    known = attacker.cookies["mg"]
    for planted in ("chosen-by-the-attacker", known):
        client = world.site.browser()
        client.headers["Cookie"] = f"mg={planted}; mg_csrf={csrf_of(planted)}"
        form = fields(world.site.browser().get("/login").text)
        answer = client.post("/login", data=form | {"name": VICTIM, "password": PASSWORD})
        assert answer.status_code == 303
        new = answer.cookies["mg"]
        assert new not in {planted, known} and len(new) >= 40
        for cookie in (planted, known) if planted == known else (planted,):
            thief = world.site.browser()
            thief.headers.update({"Cookie": f"mg={cookie}", "X-CSRFToken": csrf_of(cookie)})
            assert shut(world, thief)
        kept = [line.lower() for line in answer.headers.get_list("set-cookie")]
        assert all("samesite=strict" in line and "path=/" in line and "domain" not in line for line in kept)
        assert any(line.startswith("mg=") and "httponly" in line for line in kept)


HOSTS = ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "127.0.0.1/evil", "",
         "::1", "[::1", "127.0.0.1:99999999", "127.0.0.1 evil.example", "évil")  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_foreign_name_of_the_host_gets_nothing_at_any_address(world: World, unchanged, host):
    town = world.site.browser("town1")
    name = {b"Host": host.encode()}
    for path in (*posts(world.site.app), "/cases", "/", "/login", "/public/report", "/c/", "/api/v1/wall/meta.json"):
        answer = town.get(concrete(path, world), headers=name)
        assert answer.status_code == 400, (path, answer.status_code)
        assert town.post(concrete(path, world), content=b"{}", headers=name).status_code == 400


def test_no_answer_leads_to_where_a_header_or_the_address_says(world: World):
    client = world.site.browser()
    client.headers.update({
        "X-Forwarded-Host": "evil.example", "X-Host": "evil.example", "Forwarded": "host=evil.example",
        "X-Forwarded-Proto": "https", "X-Original-URL": "/admin", "X-Rewrite-URL": "/admin",
    })  # fmt: skip
    targets = ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:X()", "/%2fevil.example",
               "/login", "\t//evil.example", "/cases\r\nLocation: //evil.example", "/.evil",
               "//127.0.0.1@evil.example", "/a//b")  # fmt: skip
    for path in ("/cases", "/case/x", "/admin", "/people", "/c/?code=x"):
        answer = client.get(path)
        assert answer.headers["location"].startswith(("/login", "/c/"))
        assert "evil" not in answer.text + answer.headers["location"]
    for target in targets:
        client.cookies.clear()
        form = fields(client.get("/login", params={"next": target}).text)
        answer = client.post("/login", data=form | {"name": VICTIM, "password": PASSWORD, "next": target})
        where = answer.headers["location"]
        assert answer.status_code == 303 and re.fullmatch(r"/(?!/)[\w%/.?=&-]*", where), (target, where)
