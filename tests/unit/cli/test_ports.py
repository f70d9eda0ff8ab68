"""Ports: what is taken is an error or is moved, as its owner is."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from maritime_grid.domain.errors import UsageError
from maritime_grid.pipeline import ports
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


def feed(url: str) -> FeedSettings:
    return FeedSettings(name="a", kind="ais", url=url, format="nmea")


def test_taken_port_of_the_wall_is_an_error_that_names_the_mend(taken_tcp: int) -> None:
    with pytest.raises(UsageError, match=rf"port {taken_tcp} of 127.0.0.1 is taken; give another with --port N"):
        ports.must_be_free("127.0.0.1", taken_tcp)
    assert ports.answers("127.0.0.1", taken_tcp)


def test_address_of_another_machine_is_an_error() -> None:
    with pytest.raises(UsageError, match="cannot listen on"):
        ports.must_be_free("192.0.2.1", 8050)


def test_free_port_is_the_wanted_one_unless_taken(taken_tcp: int) -> None:
    other = ports.free_port(taken_tcp)
    assert other != taken_tcp
    assert ports.free_port(other) == other
    ports.must_be_free("127.0.0.1", other)


def test_feed_on_a_taken_loopback_port_moves_and_says_so(taken_udp: int) -> None:
    said: list[str] = []
    (moved,) = ports.with_free_ports([feed(f"udp://127.0.0.1:{taken_udp}")], said.append)
    assert moved.url != f"udp://127.0.0.1:{taken_udp}"
    assert moved.name == "a"
    assert str(taken_udp) in said[0]
    assert moved.url in said[0]


@pytest.mark.parametrize("url", ["udp://0.0.0.0:{}", "tcp://127.0.0.1:{}"])
def test_feed_that_others_send_to_or_that_we_call_stays(url: str, taken_udp: int) -> None:
    one = feed(url.format(taken_udp))
    assert ports.with_free_ports([one], pytest.fail) == (one,)


def test_address_to_call_is_never_the_one_for_all() -> None:
    assert ports.dialled("0.0.0.0") == "127.0.0.1"
    assert ports.dialled("::") == "[::1]"
    assert ports.dialled("10.0.0.1") == "10.0.0.1"


def test_nobody_at_home_is_no_page() -> None:
    assert not ports.http_ok(f"http://127.0.0.1:{ports.free_port(0)}/readyz")
