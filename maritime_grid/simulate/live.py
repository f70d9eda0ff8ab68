"""A scenario live: AIVDM by UDP and JSON by MQTT to the doors that real feeds use. A shell: it waits and it sends."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from ingest.transports.options import TlsOptions
from maritime_grid.domain.errors import UsageError
from maritime_grid.settings import Settings, password, tls_of

from .record import write_truth
from .scenario import Emission, Scenario

STEP_S = 1.0
LONGEST_STEP_S = 60.0
LIVE_WITHIN_S = 3600.0
RECONNECT_S = (1, 30)
log = logging.getLogger(__name__)


class Sink(Protocol):
    def send(self, emission: Emission) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Where to; None leaves a door out."""

    udp: tuple[str, int] | None
    mqtt_url: str | None
    mqtt_root: str = "mg/v1"
    username: str = ""
    secret: str | None = None
    tls: TlsOptions | None = None


class Doors:
    """A UDP socket and an MQTT client at QoS 1 that reconnects by itself."""

    def __init__(self, options: LiveOptions) -> None:
        self._options = options
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if options.udp and _loopback(options.udp[0]):
            self._socket.bind(("127.0.0.1", 0))  # unbound, it would listen on every interface
        self._client = _client(options)

    @property
    def address(self) -> tuple[str, int]:
        """Where UDP is sent from."""
        host, port = self._socket.getsockname()
        return host, port

    def send(self, emission: Emission) -> None:
        if self._options.udp:
            for _, sentence in emission.udp:
                try:
                    self._socket.sendto(sentence + b"\r\n", self._options.udp)
                except OSError as error:  # nobody listens yet: UDP loses, as a receiver's would
                    log.debug("UDP: %s", error)
        if self._client:
            for _, topic, content in emission.mqtt:
                self._client.publish(f"{self._options.mqtt_root}/{topic}", content, qos=1)

    def close(self) -> None:
        self._socket.close()
        if self._client:
            self._client.disconnect()
            self._client.loop_stop()


def _loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.")


def options_of(settings: Settings) -> LiveOptions:
    """The first UDP feed and the broker of the settings.

    Raises:
        UsageError: the settings name neither.
    """
    udp = next((urlsplit(f.url) for f in settings.feeds if f.url.startswith("udp://")), None)
    address = (_reachable(udp.hostname), udp.port or 10110) if udp else None
    if not address and not settings.broker.url:
        raise UsageError("no feed udp://HOST:PORT and no broker.url", "configure one for the simulator to send to")
    broker = settings.broker
    return LiveOptions(
        address, broker.url or None, broker.root, broker.username, password(broker), tls_of(broker)
    )  # fmt: skip


def _reachable(host: str | None) -> str:
    """An address to send to for one that is listened on: all interfaces include the loopback."""
    return "127.0.0.1" if host in (None, "", "::", ".".join("0000")) else host


def _clock() -> int:
    return time.time_ns() // 1000  # noqa: TID251  a shell: it says when the scenario starts


def play(
    scenario: Scenario, sink: Sink, stop_event: threading.Event, *, speed: float = 1.0, truth: Path | None = None,
    now_us: Callable[[], int] = _clock,
) -> None:  # fmt: skip
    """Step once a second and send, until `stop_event` is set.

    A scenario of now keeps to the clock: every step reaches up to it, so that planning and a slow start leave no lag
    behind, and a halt of the machine is a gap in which nothing was sent. One that lies elsewhere in time, or runs at
    another speed, goes by its own.
    """
    told = 0
    live = speed == 1.0 and abs(_behind_s(scenario, now_us())) < LIVE_WITHIN_S
    while not stop_event.is_set():
        began = time.monotonic()
        step_s = STEP_S * speed
        if live:
            while (step_s := _behind_s(scenario, now_us())) > LONGEST_STEP_S and not stop_event.is_set():
                scenario.step(LONGEST_STEP_S)
        if step_s > 0:
            sink.send(scenario.step(min(step_s, LONGEST_STEP_S)))
        if truth and len(scenario.truth) > told:
            told = len(scenario.truth)
            write_truth(truth, scenario.truth)
        stop_event.wait(max(0.0, STEP_S - (time.monotonic() - began)))


def _behind_s(scenario: Scenario, now_us: int) -> float:
    return (now_us - scenario.now) / 1e6


def _client(options: LiveOptions) -> mqtt.Client | None:
    if not options.mqtt_url:
        return None
    url = urlsplit(options.mqtt_url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="", protocol=mqtt.MQTTv5)
    if options.username:
        client.username_pw_set(options.username, options.secret)
    if url.scheme == "mqtts":
        client.tls_set_context((options.tls or TlsOptions()).context())
    client.reconnect_delay_set(*RECONNECT_S)
    client.connect_async(url.hostname or "127.0.0.1", url.port or (8883 if url.scheme == "mqtts" else 1883))
    client.loop_start()
    return client
