"""MQTT against real brokers: nothing lost, nothing twice, whoever is killed."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.packet import Packet, Transport
from ingest.transports import MqttTransport, TlsOptions, TransportLimits, open_transport
from ingest.transports.mqtt import READS_PER_TURN
from maritime_grid.pipeline.broker import WINDOW
from tests import needs
from tests.integration.transports.conftest import Broker, connected, free_port, make_embedded, make_mosquitto
from tests.unit.ingest_transports.waiting import until

QUICK = TransportLimits(backoff_first_s=0.05, backoff_max_s=0.3)
CLIENT_ID = "counting-consumer"


@contextmanager
def opened(broker: Broker, **options: Any) -> Iterator[Transport]:
    given = {"topics": ["mg/v1/#"], "client_id": CLIENT_ID, "limits": QUICK, **broker.login(), **options}
    transport = open_transport(given.pop("url", broker.url), name="mqtt", now_us=lambda: 5, **given)
    try:
        yield transport
    finally:
        transport.close()


def take(transport: Transport, count: int) -> list[Packet]:
    got: list[Packet] = []

    def enough() -> bool:
        got.extend(transport.receive(1_000, 0.5))
        return len(got) >= count

    until(enough, 30)
    return got


def payloads(packets: Sequence[Packet]) -> list[bytes]:
    return [p.data for p in packets]


def subscribe(broker: Broker) -> None:
    """Makes the persistent session, as a first start of ingest does."""
    with opened(broker) as transport:
        until(lambda: transport.status().connected)
        broker.publish("mg/v1/vessel/412000001/position", [b"first"])
        transport.acknowledge(take(transport, 1))
        until(lambda: settled(transport))


def settled(transport: Transport) -> bool:
    """Its thread has dealt with every acknowledgement it was given."""
    return not cast("MqttTransport", transport)._acks


def consume(broker: Broker, ledger: Path, kill_at: int = 0, when: str = "before") -> int:
    login = broker.login()
    command = [sys.executable, "-m", "tests.integration.transports.consumer", broker.url]
    command += [login.get("username", ""), login.get("password", ""), str(ledger), str(kill_at), when]
    return subprocess.run(command, cwd=needs.ROOT, timeout=60, check=False).returncode


def test_the_embedded_broker_waits_for_acknowledgements_at_its_window(tmp_path: Path) -> None:
    """Whoever gathers a batch must not wait for more than this many."""
    broker = make_embedded(tmp_path)
    broker.start()
    try:
        with opened(broker) as transport:
            until(lambda: transport.status().connected)
            broker.publish("mg/v1/a", [b"%d" % n for n in range(3 * WINDOW)])
            for _ in range(3):
                packets = take(transport, WINDOW)
                assert len(packets) == WINDOW
                assert transport.receive(1, 0.3) == []
                transport.acknowledge(packets)
    finally:
        broker.stop()


def test_a_consumer_killed_before_and_after_its_commit_loses_and_doubles_nothing(
    broker: Broker, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger"
    subscribe(broker)
    sent = [b"%d" % n for n in range(3_000)]
    broker.publish("mg/v1/vessel/412000001/position", [*sent, b"end"])
    kills = ((1, "before"), (450, "before"), (450, "after"), (2_000, "after"))
    for kill_at, when in kills:
        assert consume(broker, ledger, kill_at, when) == -signal.SIGKILL
    assert consume(broker, ledger) == 0
    committed = ledger.read_bytes().split()
    committed.remove(b"end")
    assert sorted(committed, key=int) == sent
    received = sum(map(int, ledger.with_suffix(".seen").read_text().split()))
    # acknowledgements are sent between two turns of reading: a kill leaves open those of a turn and of two batches
    left_open = sum(min(at, READS_PER_TURN + 2 * 200) for at, _ in kills)
    assert received <= 3_001 + left_open < 3_001 + sum(at for at, _ in kills) - 500, "acknowledged messages came again"


def test_order_is_kept_within_a_topic(broker: Broker) -> None:
    with opened(broker) as transport:
        until(lambda: transport.status().connected)
        sent = [b"%d" % n for n in range(1_500)]
        broker.publish("mg/v1/receiver/r1/nmea", sent)
        got: list[bytes] = []

        def enough() -> bool:
            packets = transport.receive(100, 0.5)
            transport.acknowledge(packets)
            got.extend(payloads(packets))
            return len(got) >= 1_500

        until(enough, 30)
        assert got == sent


def test_what_was_acknowledged_does_not_come_again(mosquitto: Broker) -> None:
    """The embedded broker may forget acknowledgements that come just before a parting: rows are idempotent."""
    subscribe(mosquitto)
    mosquitto.publish("mg/v1/a", [b"%d" % n for n in range(50)])
    with opened(mosquitto) as transport:
        packets = take(transport, 50)
        transport.acknowledge(packets[:30])  # and closed at once
    with opened(mosquitto) as transport:
        assert payloads(take(transport, 20)) == [b"%d" % n for n in range(30, 50)]


def test_tokens_of_an_older_connection_are_ignored(broker: Broker) -> None:
    """Message ids are used again: an old token would acknowledge somebody else's message."""
    with opened(broker) as transport:
        until(lambda: transport.status().connected)
        broker.publish("mg/v1/a", [b"%d" % n for n in range(20)])
        old = take(transport, 20)
        usurp(broker)
        until(lambda: transport.status().reconnects > 0 and transport.status().connected)
        again = take(transport, 20)
        assert sorted(payloads(again)) == sorted(payloads(old))
        transport.acknowledge(old)
        until(lambda: settled(transport))
        usurp(broker)
        third = take(transport, 20)
        assert sorted(payloads(third)) == sorted(payloads(old))


def usurp(broker: Broker) -> None:
    """Has the broker throw the consumer out, its session kept: another takes over its client id and goes."""
    client = connected(broker, CLIENT_ID, clean_start=False, session_expiry_s=600)
    until(lambda: client.loop(0.1) == 0 and client.is_connected())
    client.disconnect()


def test_a_broker_that_restarts_is_found_again_with_what_it_kept(mosquitto: Broker) -> None:
    with opened(mosquitto) as transport:
        until(lambda: transport.status().connected)
        mosquitto.publish("mg/v1/a", [b"%d" % n for n in range(10)])
        assert len(take(transport, 10)) == 10
        mosquitto.stop()
        until(lambda: "next attempt" in transport.status().detail)
        mosquitto.start()
        assert payloads(take(transport, 10)) == [b"%d" % n for n in range(10)]
        assert "session kept" in transport.status().detail


def test_a_payload_beyond_the_bound_comes_cut_so_that_it_is_refused(broker: Broker) -> None:
    with opened(broker, limits=TransportLimits(max_payload_bytes=1_000)) as transport:
        until(lambda: transport.status().connected)
        broker.publish("mg/v1/a", [b"x" * 4_000, b"short"])
        long, short = take(transport, 2)
        assert (len(long.data), short.data) == (1_001, b"short")
        assert "1 over-long payloads cut" in transport.status().detail


def test_a_wrong_password_is_told_and_nothing_is_raised(mosquitto: Broker) -> None:
    with opened(mosquitto, password="wrong") as transport:
        until(lambda: "Not authorized" in transport.status().detail)
        assert not transport.status().connected


def test_a_boat_may_not_speak_for_another(mosquitto: Broker) -> None:
    with opened(mosquitto) as transport:
        until(lambda: transport.status().connected)
        mosquitto.publish("mg/v1/vessel/412000002/position", [b"forged"], user="412000001")
        mosquitto.publish("mg/v1/vessel/412000001/position", [b"own"], user="412000001")
        assert payloads(take(transport, 1)) == [b"own"]


def test_an_absent_broker_is_told_and_found_when_it_comes(tmp_path: Path) -> None:
    broker = make_mosquitto(tmp_path)
    with opened(broker) as transport:
        until(lambda: "next attempt" in transport.status().detail)
        broker.start()
        try:
            until(lambda: transport.status().connected)
        finally:
            broker.stop()


def openssl(folder: Path, *arguments: str) -> None:
    if shutil.which("openssl") is None:
        needs._absent("openssl", "apt-get install openssl")
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A folder with an authority of our own, a server's certificate for 127.0.0.1 and a client's."""
    folder = tmp_path / "tls"
    folder.mkdir()
    make = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    # RFC 5280 to the letter, as Python checks it from 3.13 on
    authority = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl(folder, *make, *authority, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=test authority")
    for who, extension in (("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
        signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-addext", extension, "-addext", "basicConstraints=CA:FALSE")
        signed += ("-addext", "authorityKeyIdentifier=keyid", "-addext", "keyUsage=critical,digitalSignature")
        openssl(folder, *make, *signed, "-keyout", f"{who}.key", "-out", f"{who}.crt", "-subj", f"/CN={who}")
    return folder


@pytest.fixture
def secure(authority: Path, tmp_path: Path) -> Iterator[tuple[Broker, str]]:
    port = free_port()
    extra = f"\nlistener {port} 127.0.0.1\nrequire_certificate true\n" + "".join(
        f"{key} {authority / file}\n"
        for key, file in {"cafile": "ca.crt", "certfile": "server.crt", "keyfile": "server.key"}.items()
    )
    broker = make_mosquitto(tmp_path, extra)
    broker.start()
    yield broker, f"mqtts://127.0.0.1:{port}"
    broker.stop()


def test_tls_with_a_client_certificate_and_a_password(secure: tuple[Broker, str], authority: Path) -> None:
    broker, url = secure
    tls = TlsOptions(authority / "ca.crt", authority / "client.crt", authority / "client.key")
    with opened(broker, url=url, tls=tls) as transport:
        until(lambda: transport.status().connected)
        sent = [b"%d" % n * 50 for n in range(500)]
        broker.publish("mg/v1/a", sent)
        packets = take(transport, 500)
        assert payloads(packets) == sent
        transport.acknowledge(packets)


# paho leaves the socket of a failed handshake to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_of_an_unknown_authority_is_not_trusted(secure: tuple[Broker, str], authority: Path) -> None:
    broker, url = secure
    tls = TlsOptions(None, authority / "client.crt", authority / "client.key")
    with opened(broker, url=url, tls=tls) as transport:
        until(lambda: "CERTIFICATE_VERIFY_FAILED" in transport.status().detail)
        assert not transport.status().connected


@settings(deadline=None, max_examples=15)
@given(st.binary(min_size=1, max_size=300))
def test_no_bytes_of_a_false_broker_end_the_thread(hostile: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        url = f"mqtt://127.0.0.1:{listener.getsockname()[1]}"
        limits = TransportLimits(backoff_first_s=0.01, backoff_max_s=0.02)
        transport = open_transport(url, name="m", now_us=lambda: 5, topics=["#"], limits=limits)
        try:
            for _ in range(2):
                peer, _ = listener.accept()
                with peer:
                    peer.sendall(b"\x20\x03\x00\x00\x00" + hostile)
        finally:
            transport.close()
