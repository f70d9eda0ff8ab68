"""What one connection and one address may hold of a running server: real sockets, bounds made small."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard.connections import Bounds, bounded
from tests.unit.dashboard.serving import serving

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = 64 * 2**20  # bytes: more than any buffer on the way holds


async def _size(request: Request) -> Response:
    return PlainTextResponse(f"read {len(await request.body())}")


async def _large(_: Request) -> Response:
    return Response(b"x" * LARGE)


APP = Starlette(routes=[Route("/", _size, methods=["GET", "POST"]), Route("/large", _large)])


@dataclass
class Site:
    """A running server and its bounds."""

    where: tuple[str, int]
    bounds: Bounds
    stack: ExitStack

    def connect(self, *sent: bytes) -> socket.socket:
        sock = self.stack.enter_context(socket.create_connection(self.where, 60))
        for part in sent:
            sock.sendall(part)
        return sock

    def asked(self, sock: socket.socket, request: bytes = GET) -> bytes:
        sock.sendall(request)
        return sock.recv(65_536)


@contextmanager
def site(**bounds: Any) -> Generator[Site]:
    made = Bounds(**bounds)
    with serving(APP, http=bounded(made)) as address, ExitStack() as stack:
        parts = urlsplit(address)
        yield Site((parts.hostname or "", parts.port or 0), made, stack)


def is_closed(sock: socket.socket) -> bool:
    """Waits for the end of a connection."""
    with suppress(ConnectionResetError):
        while sock.recv(65_536):
            pass
    return True


@pytest.mark.parametrize(
    "begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX: "], ids=["nothing", "line", "head"]
)
def test_connection_that_asks_for_nothing_is_closed(begun: bytes):
    with site(head_s=0.1) as server:
        assert is_closed(server.connect(begun))
        assert server.asked(server.connect()).endswith(b"read 0")


def test_head_that_drips_is_closed_though_something_always_comes():
    with site(head_s=0.3) as server:
        sock = server.connect(b"GET / HTTP/1.1\r\n")
        with pytest.raises(OSError):
            while True:
                sock.sendall(b"a: b\r\n")
                sock.settimeout(0.01)
                try:
                    assert sock.recv(1) == b""
                    raise ConnectionResetError
                except TimeoutError:
                    sock.settimeout(60)


@pytest.mark.parametrize(
    "more", [b"X: " + b"x" * 500_000, b"a: b\r\n" * 100_000], ids=["one long field", "fields without end"]
)
def test_head_without_end_is_refused(more: bytes):
    with site() as server:
        sock = server.connect(b"GET / HTTP/1.1\r\nHost: x\r\n")
        try:
            sock.sendall(more)
        except OSError:
            return
        with suppress(ConnectionResetError):
            assert sock.recv(65_536).startswith(b"HTTP/1.1 400")
        assert is_closed(sock)


def test_body_that_stops_is_given_up_and_one_that_goes_on_is_not():
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"
    with site(stalled_s=0.5) as server:
        assert is_closed(server.connect(head, b"x" * 100))
        whole = server.connect(head, b"x" * 199_999)
        assert server.asked(whole, b"x").endswith(b"read 200000")
        assert server.asked(whole).endswith(b"read 0"), "the next request on the same connection"


def test_long_body_and_the_next_request_in_one_piece_are_no_long_head():
    body = b"x" * 200_000
    with site(head_bytes=2_000) as server:
        sock = server.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + body + GET)
        said = b""
        while said.count(b"read") < 2:
            said += sock.recv(65_536)
        assert b"read 200000" in said


def test_answer_that_nobody_takes_is_given_up():
    with site(stalled_s=0.2) as server:
        sock = server.connect(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        sock.recv(1, socket.MSG_PEEK)  # it began
        other = server.connect()
        assert server.asked(other).endswith(b"read 0")
        while len(server.bounds.open) > 1:
            assert server.asked(other).endswith(b"read 0")
        taken = 0
        with suppress(ConnectionResetError):
            while part := sock.recv(2**20):
                taken += len(part)
        assert taken < LARGE


def test_address_that_is_full_loses_its_own_idlest_connection_and_no_others_do():
    with site(most_of_address=3) as server:
        silent, idle = server.connect(), server.connect()
        assert server.asked(idle).endswith(b"read 0")
        working = server.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nx")
        assert server.asked(idle).endswith(b"read 0")
        assert server.asked(server.connect()).endswith(b"read 0")
        assert is_closed(silent), "who asked for nothing goes first"
        assert server.asked(idle).endswith(b"read 0")
        assert server.asked(working, b"x").endswith(b"read 2"), "who is being answered stays"
        assert len(server.bounds.open) == 3


def test_address_whose_connections_are_all_being_answered_has_no_more():
    begun = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nx"
    with site(most_of_address=3) as server:
        held = [server.connect(begun) for _ in range(3)]
        while sum(not one.is_idle for one in list(server.bounds.open)) < 3:
            pass
        assert is_closed(server.connect())
        assert server.bounds.refused == 1
        assert all(server.asked(sock, b"x").endswith(b"read 2") for sock in held)
        assert server.asked(server.connect()).endswith(b"read 0")


def test_proxy_that_is_trusted_has_as_many_as_it_needs():
    with site(most_of_address=1, trusted=[ip_network("127.0.0.0/8")]) as server:
        held = [server.connect() for _ in range(5)]
        assert all(server.asked(sock).endswith(b"read 0") for sock in held)


def test_who_comes_when_all_places_are_taken_has_that_of_the_longest_idle():
    with site(most=3) as server:
        idle, busy = server.connect(), server.connect()
        for sock in (idle, busy):
            assert server.asked(sock).endswith(b"read 0")
        working = server.connect(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nx")
        assert server.asked(busy).endswith(b"read 0")
        assert server.asked(server.connect()).endswith(b"read 0")
        assert is_closed(idle)
        assert server.asked(working, b"x").endswith(b"read 2"), "who is being answered stays"


def test_another_protocol_is_not_begun():
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n"
    with site() as server:
        assert b" 101 " not in server.asked(server.connect(), b"GET / HTTP/1.1\r\nHost: x\r\n" + upgrade + b"\r\n")
