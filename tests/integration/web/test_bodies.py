"""Bodies of callbacks: how long, how deep, how slow they may be, and that nobody waits for another's."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request

from dashboard.auth import bodies
from dashboard.auth.bodies import ASIDE_FROM, MOST_CALLBACK, MOST_DRAWING, MOST_PARTS
from tests.integration.store import case_build as cb

from . import grid_world as gw
from .attack_calls import CALLBACK, Call, calls, send
from .attack_values import drawing
from .desks import DeskSite, desk_site

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def judging(site: DeskSite, padding: int) -> dict[str, Any]:
    """The form of a proposal with its map, longer by so many bytes."""
    (call,) = (c for c in calls(site.app) if c.output.startswith("..grids-judged"))
    drawn = drawing()
    drawn["features"][0]["properties"]["note"] = "x" * padding
    values = {"grids-drawn": drawn, "grids-valid-from": "2026-06-01", "grids-lang": "zh_CN", "grids-follow": ["follow"],
              "grids-ending": [], "grids-new-ports": []}  # fmt: skip
    return call.body(lambda slot: values.get(slot.name), {})


def named(site: DeskSite, output: str) -> Call:
    return next(call for call in calls(site.app) if call.output.startswith(output))


def test_long_drawing_is_judged_as_a_short_one(site: DeskSite):
    town = site.browser("town1")
    short, long = (send(town, judging(site, padding)) for padding in (0, ASIDE_FROM))
    assert short.status_code == long.status_code == 200
    assert "grids-judged" in long.json()["response"]
    assert long.json() == short.json()


@pytest.mark.parametrize("held", ["json_of", "_answered"])
def test_others_are_answered_while_a_long_body_is_read(site: DeskSite, monkeypatch: pytest.MonkeyPatch, held: str):
    reading, go, work = threading.Event(), threading.Event(), getattr(bodies, held)

    def hold(*given: Any) -> Any:
        if any(isinstance(one, bytes) and len(one) >= ASIDE_FROM for one in given):
            reading.set()
            assert go.wait(60)
        return work(*given)

    monkeypatch.setattr(bodies, held, hold)
    town, guard, body = site.browser("town1"), site.browser("guard"), judging(site, ASIDE_FROM)
    with ThreadPoolExecutor(1) as threads:
        sent = threads.submit(send, town, body)
        try:
            assert reading.wait(60)
            grids = named(site, "cases-grid").body(lambda _: "zh_CN", {})
            assert send(guard, grids).status_code == 200
            assert guard.get("/alerts").status_code == 200
            assert not sent.done()
        finally:
            go.set()
        assert sent.result(60).status_code == 200


def test_body_is_as_long_as_its_sender_may_need(site: DeskSite):
    for name, most in (("lin", MOST_CALLBACK), ("town1", MOST_DRAWING)):
        client = site.browser(name)
        for length, status in ((most, 400), (most + 1, 413)):
            answer = client.post(CALLBACK, content=b" " * length, headers=JSON)
            assert (answer.status_code, bool(answer.json()["error"])) == (status, True), (name, length)


def test_body_of_too_many_parts_or_too_deep_is_refused(site: DeskSite):
    body = judging(site, 0)
    town, drawn = site.browser("town1"), next(s for s in body["state"] if s["id"] == "grids-drawn")["value"]
    assert send(town, body).status_code == 200
    for wrong in ([[]] * MOST_PARTS, json.loads("[" * 40 + "]" * 40)):
        drawn["features"][0]["geometry"]["coordinates"] = wrong
        assert send(town, body).status_code == 400


def test_body_that_does_not_come_is_waited_for_no_longer_than_it_may_take(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bodies, "READ_S", 0.1)
    town = site.browser("town1")
    where = urlsplit(site.address)
    cookies = "; ".join(f"{name}={value}" for name, value in town.cookies.items())
    head = (
        f"POST {CALLBACK} HTTP/1.1\r\nHost: {where.netloc}\r\nOrigin: {site.address}\r\nCookie: {cookies}\r\n"
        f"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    )
    with socket.create_connection((where.hostname or "", where.port or 0), 60) as sock:
        sock.sendall(head.encode())
        assert sock.recv(4096).startswith(b"HTTP/1.1 413")


def test_body_that_comes_with_no_callback_is_never_read(site: DeskSite, monkeypatch: pytest.MonkeyPatch):
    """Dash would read it whole, of whoever sends it, before it knows whether anybody wants it."""
    read: list[int] = []
    whole = Request.body

    async def counted(request: Request) -> bytes:
        read.append(len(await whole(request)))
        return await whole(request)

    monkeypatch.setattr(Request, "body", counted)
    paths = ("/", "/_dash-layout", "/_dash-dependencies", "/_dash-component-suites/dash/x.js", "/_dash-ws-callback")
    for client, method, path in product(
        (site.browser(), site.browser("town1")), ("GET", "POST", "PUT", "PATCH"), paths
    ):
        answer = client.request(method, path, content=b"[" * 100_000, headers=JSON)
        assert answer.status_code < 500
        assert method == "GET" or answer.status_code in {401, 403, 404, 405}, (method, path)
    assert not any(read)
    assert read, "Dash looks"
