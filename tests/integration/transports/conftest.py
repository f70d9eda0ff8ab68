"""Two real brokers, each a process of its own on free ports."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ingest.transports import TlsOptions
from maritime_grid.pipeline.broker import wait_for_port
from tests import needs

USERS = {"maritime-grid": "secret of the service", "412000001": "secret of the boat", "tester": "secret of tests"}
SERVE = """
import sys, threading
from maritime_grid.pipeline.broker import run_broker
run_broker(int(sys.argv[1]), int(sys.argv[2]), threading.Event())
"""
EVERYTHING = "\nuser tester\ntopic readwrite mg/v1/#\n"  # what the handbook gives to nobody


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


@dataclass
class Broker:
    """A broker's process and how to reach it."""

    command: list[str]
    port: int
    passwords: bool
    tls_port: int = 0
    tls: TlsOptions | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def login(self, user: str = "maritime-grid") -> dict[str, str]:
        return {"username": user, "password": USERS[user]} if self.passwords else {}

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command, cwd=needs.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert wait_for_port(self.port, 20), f"{self.command[0]} does not listen"

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def publish(self, topic: str, payloads: list[bytes], user: str = "tester", retain: bool = False) -> None:
        """At QoS 1, one after the other; returns when the broker has confirmed all."""
        client = connected(self, f"publisher-{os.urandom(4).hex()}", user)
        try:
            client.loop_start()
            infos = [client.publish(topic, payload, 1, retain) for payload in payloads]
            for info in infos:
                info.wait_for_publish(30)
            assert all(info.is_published() for info in infos)
        finally:
            client.disconnect()
            client.loop_stop()


def connected(
    broker: Broker, client_id: str, user: str = "maritime-grid", clean_start: bool = True, session_expiry_s: int = 0
) -> paho.Client:
    """A client that has sent its CONNECT; the caller runs its loop."""
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = session_expiry_s
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5)
    if broker.passwords:
        client.username_pw_set(user, USERS[user])
    client.connect("127.0.0.1", broker.port, clean_start=clean_start, properties=properties)
    return client


class Listener:
    """A plain subscriber that keeps (topic, payload, retained) of what comes."""

    def __init__(self, broker: Broker, topic: str, user: str = "maritime-grid") -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self._changed = threading.Condition()
        ready = threading.Event()
        self._client = connected(broker, f"listener-{os.urandom(4).hex()}", user)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = self._on_message
        self._client.loop_start()
        self._client.subscribe(topic, 1)
        assert ready.wait(10)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        with self._changed:
            self.heard.append((message.topic, bytes(message.payload), bool(message.retain)))
            self._changed.notify_all()

    def until(self, true: Callable[[list[tuple[str, bytes, bool]]], bool]) -> list[tuple[str, bytes, bool]]:
        with self._changed:
            assert self._changed.wait_for(lambda: true(self.heard), 15), self.heard
            return list(self.heard)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def mosquitto_config(folder: Path, port: int, extra: str = "") -> Path:
    """The example of the handbook with other paths; only what must differ does."""
    text = (needs.ROOT / "docs" / "mosquitto.conf.example").read_text()
    acl = (needs.ROOT / "docs" / "mosquitto.acl.example").read_text()
    passwords, rules = folder / "passwords", folder / "acl"
    rules.write_text(acl + EVERYTHING)
    rules.chmod(0o600)
    passwords.touch(0o600)
    for user, password in USERS.items():
        subprocess.run(["mosquitto_passwd", "-b", passwords, user, password], check=True, capture_output=True)
    for key, value in {
        "listener 1883": f"listener {port}",
        "/etc/mosquitto/maritime-grid.passwd\nacl": f"{passwords}\nacl",
        "acl_file /etc/mosquitto/maritime-grid.acl": f"acl_file {rules}",
        "/var/lib/mosquitto/": f"{folder}/",
    }.items():
        assert key in text
        text = text.replace(key, value)
    config = folder / "mosquitto.conf"
    config.write_text(text + extra + ("\nuser root\n" if os.geteuid() == 0 else ""))
    assert not re.search(r"^[^#]*/etc/mosquitto", config.read_text(), re.MULTILINE)
    return config


def make_mosquitto(folder: Path, extra: str = "") -> Broker:
    binary = needs.mosquitto()
    port = free_port()
    config = mosquitto_config(folder, port, extra)
    return Broker([str(binary), "-c", str(config)], port, passwords=True)


def make_embedded(_: Path) -> Broker:
    port = free_port()
    return Broker([sys.executable, "-c", SERVE, str(port), str(free_port())], port, passwords=False)


@pytest.fixture(params=[make_mosquitto, make_embedded], ids=["mosquitto", "embedded"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    made: Broker = request.param(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Broker]:
    made = make_mosquitto(tmp_path)
    made.start()
    yield made
    made.stop()
