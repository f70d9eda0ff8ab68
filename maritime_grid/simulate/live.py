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

from maritime_grid.domain.errors import UsageError
from maritime_grid.settings import Settings, data_dir, home, password

from .plan_cache import sea_plan
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
    speed: float = 1.0  # seconds of the scenario a second of the clock


class Doors:
    """A UDP socket and an MQTT client at QoS 1 that reconnects by itself."""

    def __init__(self, options: LiveOptions) -> None:
        self._options = options
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._client = _client(options)

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
        address, broker.url or None, broker.root, broker.username, password(broker), settings.simulate.speed
    )


def _reachable(host: str | None) -> str:
    """An address to send to for one that is listened on: all interfaces include the loopback."""
    return "127.0.0.1" if host in (None, "", "::", ".".join("0000")) else host


def _clock() -> int:
    return time.time_ns() // 1000  # noqa: TID251  a shell: it says when the scenario starts


def run_live(settings: Settings, stop_event: threading.Event, now_us: Callable[[], int] = _clock) -> None:
    """The demo fleet, from now until `stop_event` is set. The truth goes to `simulate-truth.jsonl` in the data folder.

    Raises:
        UsageError: nowhere to send to, or the area's files cannot be used.
    """
    options = options_of(settings)
    scenario = Scenario(
        sea_plan(home() / settings.area.directory, data_dir(settings) / "sea-plan.npz"), seed=settings.simulate.seed,
        start=now_us(), vessels=settings.simulate.vessels,
    )  # fmt: skip
    truth = data_dir(settings) / "simulate-truth.jsonl"
    doors = Doors(options)
    try:
        play(scenario, doors, stop_event, speed=options.speed, truth=truth)
    finally:
        doors.close()


def play(
    scenario: Scenario, sink: Sink, stop_event: threading.Event, *, speed: float = 1.0, truth: Path | None = None,
    now_us: Callable[[], int] = _clock,
) -> None:  # fmt: skip
    """Step once a second and send, until `stop_event` is set.

    In real time every step reaches up to the clock, so that planning, a slow start or a halt of the machine leave no
    lag behind; a scenario that lies elsewhere in time, or runs at another speed, goes by its own.
    """
    told = 0
    while not stop_event.is_set():
        began = time.monotonic()
        step_s = _step_s(scenario.now, now_us(), speed)
        if step_s > 0:
            sink.send(scenario.step(step_s))
        if truth and len(scenario.truth) > told:
            told = len(scenario.truth)
            write_truth(truth, scenario.truth)
        stop_event.wait(max(0.0, STEP_S - (time.monotonic() - began)))


def _step_s(scenario_us: int, now_us: int, speed: float) -> float:
    behind_s = (now_us - scenario_us) / 1e6
    if speed == 1.0 and abs(behind_s) < LIVE_WITHIN_S:
        return min(behind_s, LONGEST_STEP_S)
    return min(STEP_S * speed, LONGEST_STEP_S)


def _client(options: LiveOptions) -> mqtt.Client | None:
    if not options.mqtt_url:
        return None
    url = urlsplit(options.mqtt_url)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="", protocol=mqtt.MQTTv5)
    if options.username:
        client.username_pw_set(options.username, options.secret)
    if url.scheme == "mqtts":
        client.tls_set()
    client.reconnect_delay_set(*RECONNECT_S)
    client.connect_async(url.hostname or "127.0.0.1", url.port or (8883 if url.scheme == "mqtts" else 1883))
    client.loop_start()
    return client
