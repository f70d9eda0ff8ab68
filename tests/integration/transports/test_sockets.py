"""UDP and TCP on the loopback: what is sent arrives, in order, and no peer can do harm."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.packet import Transport
from ingest.transports import (
    TcpClientTransport,
    TcpServerTransport,
    TransportLimits,
    UdpTransport,
    open_transport,
)
from tests.unit.ingest_transports.waiting import bytes_until, until

QUICK = TransportLimits(backoff_first_s=0.02, backoff_max_s=0.1)


@contextmanager
def opened(url: str, limits: TransportLimits = QUICK) -> Iterator[Transport]:
    transport = open_transport(url, name="test", now_us=lambda: 1_700_000_000_000_000, limits=limits)
    try:
        yield transport
    finally:
        transport.close()


@pytest.fixture
def udp() -> Iterator[UdpTransport]:
    with opened("udp://127.0.0.1:0") as transport:
        yield cast("UdpTransport", transport)


@pytest.fixture
def server() -> Iterator[TcpServerTransport]:
    with opened("tcp-listen://127.0.0.1:0") as transport:
        yield cast("TcpServerTransport", transport)


def connect(server: TcpServerTransport) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), 5)


def test_five_thousand_datagrams_arrive_in_order_as_lines(udp: UdpTransport) -> None:
    sent = [b"!AIVDM,1,1,,A,%d,0*00" % n for n in range(5_000)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for line in sent:
            out.sendto(line, ("127.0.0.1", udp.port))
    assert bytes_until(udp, sum(map(len, sent)) + 5_000) == b"\n".join(sent) + b"\n"
    status = udp.status()
    assert (status.connected, status.packets, status.dropped) == (True, 5_000, 0)


def test_datagrams_that_waited_together_come_as_one_packet(udp: UdpTransport) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for n in range(2_000):
            out.sendto(b"%04d\r\n" % n, ("127.0.0.1", udp.port))
    until(lambda: udp.status().packets == 2_000)
    assert len(udp.receive(10_000, 1)) < 2_000


def test_datagrams_nobody_takes_are_dropped_with_a_count() -> None:
    with opened("udp://127.0.0.1:0", TransportLimits(inbox_packets=3)) as transport:
        udp = cast("UdpTransport", transport)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            for n in range(50):
                out.sendto(b"%d" % n, ("127.0.0.1", udp.port))
                until(lambda n=n: udp.status().packets == n + 1)  # type: ignore[misc]
        assert udp.status().dropped == 47
        assert b"".join(p.data for p in udp.receive(99, 1)) == b"0\n1\n2\n"


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(max_size=2_000), max_size=5))
def test_no_datagram_ends_the_udp_thread(udp: UdpTransport, hostile: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for data in [*hostile, b"still here"]:
            out.sendto(data, ("127.0.0.1", udp.port))
    got = b""
    while not got.endswith(b"still here\n"):
        got += bytes_until(udp, 1)


def test_a_multicast_group_is_joined() -> None:
    with opened("udp://239.192.0.77:0") as transport:
        udp = cast("UdpTransport", transport)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)
            try:
                out.sendto(b"hello", ("239.192.0.77", udp.port))
            except OSError as error:
                pytest.skip(f"this machine has no way to multicast: {error}")
        assert bytes_until(udp, 6) == b"hello\n"


def test_a_port_in_use_is_told_and_taken_once_it_is_free() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with opened(f"udp://127.0.0.1:{port}") as udp:
            until(lambda: "in use" in udp.status().detail)
            assert not udp.status().connected
            other.close()
            until(lambda: udp.status().connected)


def test_lines_of_several_senders_do_not_mix(server: TcpServerTransport) -> None:
    with connect(server) as one, connect(server) as two:
        one.sendall(b"first ")
        two.sendall(b"second\n")
        assert bytes_until(server, 7) == b"second\n"
        one.sendall(b"half\n")
        assert bytes_until(server, 11) == b"first half\n"


def test_a_sender_that_goes_leaves_its_last_line(server: TcpServerTransport) -> None:
    with connect(server) as one:
        one.sendall(b"last words")
    assert bytes_until(server, 11) == b"last words\n"


def test_senders_beyond_the_bound_are_turned_away() -> None:
    with opened("tcp-listen://127.0.0.1:0", TransportLimits(max_clients=2)) as transport:
        server = cast("TcpServerTransport", transport)
        with connect(server), connect(server), connect(server) as third:
            assert third.recv(1) == b""
            assert "1 turned away" in server.status().detail


def test_a_sender_of_endless_drivel_is_let_go_and_others_are_heard() -> None:
    with opened("tcp-listen://127.0.0.1:0", TransportLimits(idle_s=0.5, max_line_bytes=100)) as transport:
        server = cast("TcpServerTransport", transport)
        with connect(server) as bad, connect(server) as good:
            with contextlib.suppress(OSError):
                while "1 let go" not in server.status().detail:
                    bad.sendall(b"z" * 1_000)
                    good.sendall(b"ok\n")
            assert "1 over-long lines dropped" in server.status().detail
            assert server.status().connected


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=20_000), st.booleans())
def test_no_bytes_end_the_tcp_thread(server: TcpServerTransport, hostile: bytes, reset: bool) -> None:
    with connect(server) as bad:
        if reset:
            bad.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        with contextlib.suppress(OSError):
            bad.sendall(hostile)
    with connect(server) as good:
        good.sendall(b"\nstill here\n")
        got = b""
        while b"still here\n" not in got:
            got += bytes_until(server, 1)


def test_the_client_connects_again_after_every_loss() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        opened(f"tcp://127.0.0.1:{listener.getsockname()[1]}") as client,
    ):
        listener.settimeout(10)
        for n in range(4):
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"line %d\nto" % n)
            assert bytes_until(client, 10) == b"line %d\nto\n" % n
        until(lambda: client.status().reconnects >= 3)


def test_a_silent_peer_is_given_up_and_called_again() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        opened(
            f"tcp://127.0.0.1:{listener.getsockname()[1]}", TransportLimits(idle_s=0.1, backoff_first_s=0.02)
        ) as client,
    ):
        listener.settimeout(10)
        first, _ = listener.accept()
        with first:
            second, _ = listener.accept()
            second.close()
        assert client.status().reconnects >= 1


def test_an_absent_peer_is_told_not_raised() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with opened(f"tcp://127.0.0.1:{port}") as client:
        until(lambda: "next attempt" in client.status().detail)
        assert isinstance(client, TcpClientTransport)
        assert client.receive(1, 0.01) == []


def test_a_full_inbox_holds_the_sender_back_and_loses_nothing() -> None:
    sent = b"".join(b"%0127d\n" % n for n in range(200_000))  # more than the kernel's buffers hold
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        opened(f"tcp://127.0.0.1:{listener.getsockname()[1]}", TransportLimits(inbox_packets=2)) as client,
    ):
        peer, _ = listener.accept()
        with peer:
            sender = Thread(target=peer.sendall, args=(sent,), daemon=True)
            sender.start()
            until(lambda: client.status().packets == 3)  # two in the inbox and one in hand
            assert sender.is_alive()
            assert bytes_until(client, len(sent)) == sent
            sender.join(5)


def test_closing_wakes_whoever_waits_and_ends_the_thread(server: TcpServerTransport) -> None:
    with connect(server):
        server.close()
    assert server.receive(1, 60) == []
    assert not server.status().connected
