"""The other server of a login fails or hangs: it is asked again after a while, and nobody waits for somebody else."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from dashboard.auth.elsewhere import FAILED_S
from dashboard.auth.oidc import Issuer, OidcError, new_way

WAY = new_way("", "", 0.0)
BACK = "http://127.0.0.1/login/oidc/back"


@dataclass
class Steady:
    """A clock that tests turn, seconds."""

    at: float = 1_000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Sullen:
    """A server that takes connections, counts them, and answers when it is told to: well, or with a fault."""

    sock: socket.socket
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    answering: threading.Event = field(default_factory=threading.Event)
    asked: int = 0
    well: bool = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.sock.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                conn, _ = self.sock.accept()
            except OSError:
                return
            self.asked += 1
            self.came.release()
            threading.Thread(target=self._answer, args=(conn,), daemon=True).start()

    def _answer(self, conn: socket.socket) -> None:
        with conn, suppress(OSError):  # who asked may have gone
            self.answering.wait(60)
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            said = {"issuer": self.address} | {name: f"{self.address}/{name}" for name in names}
            body = json.dumps(said).encode() if self.well else b"<html>"
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            conn.sendall(head.encode() + body)


@pytest.fixture
def server() -> Iterator[Sullen]:
    sock = socket.create_server(("127.0.0.1", 0))
    made = Sullen(sock)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    yield made
    made.answering.set()
    sock.shutdown(socket.SHUT_RDWR)
    sock.close()
    thread.join(10)


def refused(issuer: Issuer) -> str:
    with pytest.raises(OidcError) as caught:
        issuer.login_address(WAY, BACK)
    return str(caught.value)


def test_server_that_failed_is_asked_again_after_half_a_minute_and_not_before(server: Sullen):
    clock = Steady()
    issuer = Issuer(server.address, "grid", None, clock=clock)
    server.well = False
    server.answering.set()
    first = refused(issuer)
    clock.at += FAILED_S - 1
    server.well = True
    assert (refused(issuer), server.asked) == (first, 1)
    clock.at += 1
    assert issuer.login_address(WAY, BACK).startswith(f"{server.address}/authorization_endpoint?")
    assert server.asked == 2


def test_server_that_hangs_is_given_up_and_left_alone_for_a_while(server: Sullen):
    issuer = Issuer(server.address, "grid", None, clock=Steady(), timeout_s=0.2)
    for _ in range(3):
        assert "gives no answer" in refused(issuer)
    assert server.asked == 1


def test_nobody_waits_while_another_asks(server: Sullen):
    issuer = Issuer(server.address, "grid", None, clock=Steady(), timeout_s=60)
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(issuer.login_address, WAY, BACK) for _ in range(2)]
        for _ in both:  # the second asks before the first is answered
            assert server.came.acquire(timeout=60)
        server.answering.set()
        assert all(answer.result(60).startswith(server.address) for answer in both)
    assert issuer.login_address(WAY, BACK)
    assert server.asked == 2, "what it said is remembered"
