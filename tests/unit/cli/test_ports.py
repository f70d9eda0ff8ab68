"""Ports: what is taken is an error or is moved, as its owner is."""

from __future__ import annotations

import argparse
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from rich.console import Console

from maritime_grid.cli.up import Up
from maritime_grid.domain.errors import UsageError
from maritime_grid.pipeline import ports
from maritime_grid.pipeline.ports import Claims
from maritime_grid.settings import load_settings
from maritime_grid.settings_model import FeedSettings


@pytest.fixture
def taken_tcp() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def taken_udp() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield server.getsockname()[1]


@pytest.fixture
def claims() -> Iterator[Claims]:
    with Claims() as claims:
        yield claims


def unused(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def feed(url: str) -> FeedSettings:
    return FeedSettings(name="a", kind="ais", url=url, format="nmea")


def test_taken_port_of_the_wall_is_an_error_that_names_the_mend(taken_tcp: int) -> None:
    with pytest.raises(UsageError, match=rf"port {taken_tcp} of 127.0.0.1 is taken; give another with --port N"):
        ports.must_be_free("127.0.0.1", taken_tcp)
    assert ports.answers("127.0.0.1", taken_tcp)


def test_port_of_a_wall_that_is_starting_is_taken(claims: Claims) -> None:
    port = unused(socket.SOCK_STREAM)
    with Claims() as starting:
        starting.must_be_free("127.0.0.1", port)
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 is taken"):
            claims.must_be_free("127.0.0.1", port)
    claims.must_be_free("127.0.0.1", port)


def test_address_of_another_machine_is_an_error() -> None:
    with pytest.raises(UsageError, match="cannot listen on"):
        ports.must_be_free("192.0.2.1", 8050)


def test_free_port_is_the_wanted_one_unless_taken(taken_tcp: int, claims: Claims) -> None:
    wanted = unused(socket.SOCK_STREAM)
    assert claims.free_port(wanted) == wanted
    other = claims.free_port(taken_tcp)
    assert other not in (taken_tcp, wanted)
    ports.must_be_free("127.0.0.1", other)


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM], ids=["tcp", "udp"])
def test_those_who_choose_at_once_never_get_the_same_port(kind: socket.SocketKind) -> None:
    several, wanted = [Claims() for _ in range(8)], unused(kind)
    together = Barrier(len(several))

    def choose(claims: Claims) -> list[int]:
        together.wait(20)
        return [claims.free_port(wanted, kind), claims.free_port(wanted, kind)]

    with ThreadPoolExecutor(len(several)) as pool:
        got = [port for ports_of_one in pool.map(choose, several) for port in ports_of_one]
    for claims in several:
        with claims:
            pass
    assert len(set(got)) == 2 * len(several)
    with Claims() as later:
        assert later.free_port(wanted, kind) == wanted


def test_claim_of_another_process_holds_until_it_ends_in_any_way(claims: Claims) -> None:
    wanted = unused(socket.SOCK_STREAM)
    code = (
        "import sys; from maritime_grid.pipeline.ports import Claims\n"
        "claims = Claims()\n"
        f"print(claims.free_port({wanted}), flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == f"{wanted}\n"
        assert claims.free_port(wanted) != wanted
        other.kill()
    assert claims.free_port(wanted) == wanted


def test_two_ups_started_together_share_no_port(tmp_path: Path) -> None:
    args = argparse.Namespace(demo=True, config=None, store=None, data=tmp_path, port=8050)
    settings = load_settings()
    assert not settings.broker.url
    ups = [Up(args, settings, tmp_path, Console(file=io.StringIO())) for _ in range(2)]
    with ups[0].claims, ups[1].claims:
        one, other = (up._environment() for up in ups)  # pyright: ignore[reportPrivateUsage]
        assert one["MG_BROKER__URL"] != other["MG_BROKER__URL"]
        urls = [
            {f["url"] for f in json.loads(e["MG_FEEDS"])} if "MG_FEEDS" in e else {f.url for f in settings.feeds}
            for e in (one, other)
        ]
        assert urls[0] & urls[1] == {"broker"}


def test_feed_on_a_taken_loopback_port_moves_and_says_so(taken_udp: int, claims: Claims) -> None:
    said: list[str] = []
    (moved,) = ports.with_free_ports([feed(f"udp://127.0.0.1:{taken_udp}")], claims, said.append)
    assert moved.url != f"udp://127.0.0.1:{taken_udp}"
    assert moved.name == "a"
    assert str(taken_udp) in said[0]
    assert moved.url in said[0]


@pytest.mark.parametrize("url", ["udp://0.0.0.0:{}", "tcp://127.0.0.1:{}"])
def test_feed_that_others_send_to_or_that_we_call_stays(url: str, taken_udp: int, claims: Claims) -> None:
    one = feed(url.format(taken_udp))
    assert ports.with_free_ports([one], claims, pytest.fail) == (one,)


def test_address_to_call_is_never_the_one_for_all() -> None:
    assert ports.dialled("0.0.0.0") == "127.0.0.1"
    assert ports.dialled("::") == "[::1]"
    assert ports.dialled("10.0.0.1") == "10.0.0.1"


def test_nobody_at_home_is_no_page() -> None:
    assert not ports.http_ok(f"http://127.0.0.1:{unused(socket.SOCK_STREAM)}/readyz")
