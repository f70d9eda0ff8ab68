"""SQL and broken text in every search box and every parameter of every address: no fault, and no row too many."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import fields
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

import dashboard
from dashboard.admin_query import AdminQuery
from dashboard.alert_query import AlertQuery, plain_id
from dashboard.case_query import ListQuery
from dashboard.grid_query import GridQuery
from dashboard.people_query import PeopleQuery
from maritime_grid.store.archive import verify
from tests.integration.store import case_build as cb

from .attack_calls import ROUTER, dump, send, told_nothing
from .attack_world import World

SOURCE = Path(dashboard.__file__).parent
HOSTILE = {
    "a quote": "'", "quotes": "'\"`''", "always true": "' or 1=1 --",
    "another query": "'; drop table mg.case_file; --",
    "patterns": "%_\\%", "a backslash": "\\", "a comment": "/**/", "a dollar quote": "$$;select pg_sleep(9)$$",
    "a placeholder": "%s %(x)s {} {0} :x ?", "NUL": "a\0b", "the end of a line": "a\r\nX-Evil: 1",
    "a number": "9" * 400,
    "long": "a" * 9_000, "signs": "{[(<>)]}&;|", "half a pair": "\ud800", "wide": "１' or '１'='１",
    "joiners": "\u200d\u202e",
}  # fmt: skip
ACCOUNTS = ("lin", "town1", "guard", "city", "root")
NO_FAULT = {200, 204, 303, 304, 307, 400, 401, 403, 404, 405, 413, 414, 422, 429}


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, httpx.Client]:
    return {name: world.site.browser(name) for name in ACCOUNTS}


@pytest.fixture
def unchanged(world: World) -> Iterator[None]:
    before = dump(world.site.dsn, "access_log", "session")
    yield
    assert dump(world.site.dsn, "access_log", "session") == before


def parameters(world: World) -> list[str]:
    """Names of all parameters that any address of the server reads, found in the routes and in the source."""
    named = {f.name for query in (ListQuery, AlertQuery, GridQuery, PeopleQuery, AdminQuery) for f in fields(query)}
    for route in world.site.app.server.routes:
        dependant = getattr(route, "dependant", None)
        named |= {param.name for param in dependant.query_params} if dependant else set()
    for path in SOURCE.rglob("*.py"):
        named |= set(
            re.findall(r"""(?:query_params|query|asked|given)(?:\.get\(|\[)["'](\w+)["']""", path.read_text("utf-8"))
        )
    return sorted(named)


def addresses(world: World, hostile: str) -> list[str]:
    """Every address that is read, with the text in place of what its route leaves open, and an honest one."""
    honest = {"case_id": world.dispute, "seq": "2", "change_id": str(world.change), "ending": "csv",
              "code": "ABCDEFGHIJ", "name": "report.css"}  # fmt: skip
    found: set[str] = set()
    for route in world.site.app.server.routes:
        path = getattr(route, "path", "")
        if "GET" not in (getattr(route, "methods", None) or ()) or path.startswith(
            ("/_dash-component", "{", "/readyz")
        ):
            continue
        found.add(re.sub(r"\{(\w+)(:\w+)?\}", lambda m: honest.get(m[1], "x"), path))
        found.add(re.sub(r"\{(\w+)(:\w+)?\}", lambda _: quote(hostile.encode("utf-8", "surrogatepass"), safe=""), path))
    return sorted(found)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_every_parameter_of_every_address_is_no_fault(world: World, clients, unchanged, hostile):
    names = parameters(world)
    assert {"q", "grid", "lang", "next", "purpose", "subject", "number", "code"} <= set(names)
    said = quote(hostile.encode("utf-8", "surrogatepass")[:600], safe="")
    query = "&".join(f"{name}={said}" for name in names)
    for address in addresses(world, hostile[:500]):
        for name in ("city", "root"):
            answer = clients[name].get(f"{address}?{query}")
            assert answer.status_code in NO_FAULT, (name, address, answer.status_code, answer.text[:300])
            assert told_nothing(answer), (name, address)
            assert "x-evil" not in answer.headers


def rows(answer: httpx.Response) -> set[tuple[str, ...]]:
    assert answer.status_code == 200, answer.text
    return set(map(tuple, csv.reader(StringIO(answer.content.decode("utf-8-sig")))))


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_search_of_cases_finds_of_its_own_what_holds_the_text_and_nothing_of_others(clients, hostile):
    """A text without a letter or digit asks for nothing; any other is in no case, so that none may come."""
    sent = {"q": hostile.encode("utf-8", "replace").decode()[:500]}
    for name in ("lin", "town1", "guard"):
        everything = rows(clients[name].get("/api/v1/cases/export.csv"))
        found = rows(clients[name].get("/api/v1/cases/export.csv", params=sent))
        assert found <= everything
        if re.search(r"drop|select|X-Evil|9999|aaaa", hostile):
            assert len(found) == 1, found
        boxes = [
            clients[name].get("/api/v1/cases/export.csv", params={box: sent["q"]}) for box in ("grid", "kind", "step")
        ]
        assert all(told_nothing(answer) and answer.status_code in NO_FAULT for answer in boxes)
        if boxes[0].status_code == 200:  # what cannot be an id asks for nothing; what can is that of no grid
            assert len(rows(boxes[0])) == (1 if plain_id(sent["q"]) else len(everything))


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_search_of_vessels_people_and_the_log_finds_nothing_by_hostile_text(world: World, clients, hostile):
    sent = hostile.encode("utf-8", "replace").decode()[:500]
    found = clients["lin"].get("/api/v1/vessels", params={"q": sent})
    assert (found.status_code, found.json()) == (200, {"vessels": []})
    badge = world.site.browser().get("/public/badge", params={"number": sent})
    assert badge.status_code == 200 and "<h1>" not in badge.text
    everything = layout_body(world, clients["city"], "admin", view="log").text.count('"Tr"')
    log = layout_body(world, clients["city"], "admin", view="log", subject=f"{hostile[:99]}person:")
    assert log.status_code in NO_FAULT and told_nothing(log)
    if hostile.isprintable():  # what is no line asks for nothing
        assert log.text.count('"Tr"') <= 1 < everything


def layout_body(world: World, client: httpx.Client, page: str, **asked: object) -> httpx.Response:
    """The body of a page as its first callback gives it, whatever stands in its address."""
    inputs = [{"id": f"{page}-asked", "property": "data", "value": asked}, {"id": f"{page}-done", "property": "data"}]
    state = [{"id": f"{page}-lang", "property": "data", "value": "zh_CN"}]
    body = {"output": f"{page}-body.children", "outputs": {"id": f"{page}-body", "property": "children"},
            "inputs": inputs, "state": state, "changedPropIds": [f"{page}-asked.data"]}  # fmt: skip
    return send(client, body)


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_router_bears_hostile_addresses_of_every_page(world: World, clients, unchanged, hostile):
    names = parameters(world)
    search = "?" + "&".join(f"{name}={quote(hostile.encode('utf-8', 'surrogatepass')[:300])}" for name in names)
    raw = "?" + "&".join(f"{name}={hostile[:300]}" for name in names)
    for path in (
        "/cases",
        f"/case/{world.dispute}",
        f"/case/{hostile[:200]}",
        "/alerts",
        "/grids",
        "/people",
        "/admin",
        "/",
    ):
        for asked in (search, raw):
            values = (("pathname", path), ("search", asked))
            inputs = [{"id": "_pages_location", "property": name, "value": value} for name, value in values]
            outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
            body = {
                "output": ROUTER,
                "outputs": outputs,
                "inputs": inputs,
                "changedPropIds": ["_pages_location.search"],
            }
            answer = send(clients["city"], body)
            assert answer.status_code in NO_FAULT, (path, asked[:80], answer.status_code, answer.text[:300])
            assert told_nothing(answer)


def test_store_is_whole_after_all_that(world: World):
    assert cb.ask(world.site.dsn, "select count(*) > 0 from mg.case_file") == [(True,)]
    assert not verify(world.site.dsn).faults
