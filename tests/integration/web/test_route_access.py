"""Every account at every route that the server really has, by every method of it: let through where the table of access
says so, refused elsewhere. The routes come from the server, so that none can be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import httpx
import pytest
from fastapi.routing import APIRoute

from dashboard.auth.table import ACCOUNT, CALLBACK, LOCAL, OPEN, PUBLIC, SHELL, WALL, need_of
from maritime_grid.domain.access import Access
from maritime_grid.settings_access import load_access
from tests.integration.conftest import fresh_database
from tests.integration.store import case_build as cb

from .desks import DeskSite, desk_site

ANYBODY = {OPEN, PUBLIC, LOCAL, SHELL, ACCOUNT, WALL}  # the tests run on this machine, where the wall is open
# what a handler asks beyond the guard, and every route that changes something
ACT: Mapping[tuple[str, str], str] = {
    ("POST", "/api/v1/cases"): "case.file",
    ("POST", "/api/v1/cases/{case_id}/attachments"): "case.attach",
    ("GET", "/api/v1/people/export.xlsx"): "people.export",
    ("POST", "/api/v1/people/import"): "people.edit",  # of sheet people, which is meant where none is named
}
# change something without an act: their own tests say for whom
OWN_RULES = ("/login", "/logout", "/account", "/public", "/c/", "/_dash")
ASK = {"purpose": "核对", "sheet": "teams", "number": "x"}


@pytest.fixture(scope="module")
def desk(plain_server: str, migrated: str) -> Iterator[DeskSite]:
    for dsn in fresh_database(plain_server, migrated):
        cb.people(dsn)
        with desk_site(dsn) as running:
            yield running


@pytest.fixture(scope="module")
def table() -> Access:
    return load_access(cb.SETTINGS)


@pytest.fixture(scope="module")
def browsers(desk: DeskSite) -> dict[str, httpx.Client]:
    return {name: desk.browser(name) for name, *_ in cb.ACCOUNTS}


def routes(desk: DeskSite) -> list[tuple[str, str]]:
    """Method and path of all, but of those with rules of their own and of the shell of Dash."""
    found = [
        (method, route.path)
        for route in desk.app.server.routes
        if isinstance(route, APIRoute)
        for method in route.methods
        if method != "HEAD"
    ]
    return sorted(r for r in set(found) if not r[1].startswith((*OWN_RULES, "{", "/_reload")))


def concrete(path: str) -> str:
    return re.sub(r"\{[^}]*seq[^}]*\}|\{change_id\}", "1", re.sub(r"\{case_id\}", "2026-000001", path)).replace(
        "{ending}", "csv"
    )


def test_every_route_that_changes_something_is_classed(desk: DeskSite):
    found = routes(desk)
    assert len(found) > 20
    changing = {(method, path) for method, path in found if method not in {"GET", "OPTIONS"}}
    assert changing == {key for key in ACT if key[0] != "GET"}
    assert all(need_of(concrete(path)) not in {None, CALLBACK} for _method, path in found)


def test_every_account_at_every_route(desk: DeskSite, table: Access, browsers: dict[str, httpx.Client]):
    counts = {True: 0, False: 0}
    for method, path in routes(desk):
        need = need_of(concrete(path))
        for name, role, *_ in cb.ACCOUNTS:
            guard = need in ANYBODY or table.may(role, str(need))
            act = ACT.get((method, path))
            expected = guard and (act is None or table.may(role, act))
            answer = browsers[name].request(method, concrete(path), params=ASK if method == "GET" else None)
            refused = answer.status_code in {401, 403} or answer.headers.get("location", "").startswith("/login")
            assert refused != expected, (method, path, name, answer.status_code)
            counts[expected] += 1
    assert min(counts.values()) > 30, counts


def test_nobody_at_every_route(desk: DeskSite):
    """Who is not logged in comes to what is open and public alone."""
    browser = desk.browser()
    for method, path in routes(desk):
        answer = browser.request(method, concrete(path))
        refused = answer.status_code in {401, 403} or answer.headers.get("location", "").startswith("/login")
        assert refused == (need_of(concrete(path)) not in {OPEN, PUBLIC, LOCAL, WALL, SHELL}), (method, path)
