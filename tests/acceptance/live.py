"""Live ingest as a process of its own, a store that can be stopped under it, and senders at a steady rate."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import paho.mqtt.client as paho
import psycopg
from psycopg.conninfo import make_conninfo

from maritime_grid.cli.prepare import prepare_store
from maritime_grid.settings import load_settings
from maritime_grid.simulate.encode import PositionColumns, encode_positions
from maritime_grid.store.embedded import EmbeddedPostgres
from tests import needs
from tests.integration.transports.conftest import USERS, Broker, connected, free_port

BOAT, SHIP, CALLER, PROBE = 412_100_000, 413_200_000, 412_700_000, 414_999_999  # first MMSI of each sort
BOATS, SHIPS, ROUND_S = 500, 5000, 10
SEA = (125.0, 28.0)  # lon, lat: open sea, no grid and no zone
TICK_S = 0.02

CONFIG = """
[store]
data_dir = "{data}"
retry_s = 1
[broker]
url = "{url}"
username = "{user}"
password_env = "{secret}"
[engine]
tick_s = 1
[[feeds]]
name = "receiver"
kind = "ais"
url = "udp://127.0.0.1:{udp}"
format = "nmea"
[[feeds]]
name = "terminals"
kind = "vms"
url = "broker"
format = "maritime-grid"
topics = ["mg/v1/vessel/#"]
"""


def wait_for(true: Callable[[], object], seconds: float) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def server() -> Iterator[EmbeddedPostgres]:
    """A store of its own, that tests stop, with a prepared database to copy."""
    folder = Path(tempfile.mkdtemp(prefix="mg-live-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder / "pg", settings={"fsync": "off"}) as made:
            prepare_store(new_database(made, "mg_template", "template0"), load_settings())
            yield made
    finally:
        shutil.rmtree(folder)


def new_database(made: EmbeddedPostgres, name: str, template: str = "mg_template") -> str:
    with psycopg.connect(made.dsn, autocommit=True) as conn:
        conn.execute(f"drop database if exists {name} with (force)")
        conn.execute(f"create database {name} template {template} strategy file_copy")
    return make_conninfo(made.dsn, dbname=name)


@dataclass
class Site:
    """One ingest with its settings; `rows` asks its store."""

    dsn: str
    broker: Broker
    folder: Path
    extra: str = ""  # settings over CONFIG
    more: str = ""  # feeds after its own
    udp: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> Self:
        """Returns as soon as it takes in what both feeds send."""
        config = self.folder / "live.toml"
        user, secret = ("maritime-grid", "LIVE_SECRET") if self.broker.passwords else ("", "")
        filled = CONFIG.format(data=self.folder / "data", url=self.broker.url, user=user, secret=secret, udp=self.udp)
        config.write_text(self.extra + filled + self.more)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MG_")}
        with (self.folder / "ingest.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "maritime_grid", "ingest", "--store", self.dsn, "--config", str(config)],
                cwd=needs.ROOT, env=environment | {"LIVE_SECRET": USERS["maritime-grid"]}, stdout=log, stderr=log,
            )  # fmt: skip
        return self

    def wait_ready(self) -> Self:
        """Until a probe sent by each way in is stored."""
        begun = time.time()
        client = connected(self.broker, f"probe-{os.urandom(4).hex()}", "tester")
        client.loop_start()
        with socket.socket(type=socket.SOCK_DGRAM) as sock:

            def answered() -> bool:
                client.publish(f"mg/v1/vessel/{PROBE}/position", position(time.time(), 0), 1)
                sock.sendto(sentences(np.array([PROBE - 1]), int(time.time()))[0], ("127.0.0.1", self.udp))
                found = (
                    "select count(distinct mmsi) from api.position where mmsi >= %s and received_at > to_timestamp(%s)"
                )
                return self.alive() and self.rows(found, PROBE - 1, begun)[0][0] == 2

            assert wait_for(answered, 60), self.log()
        client.disconnect()
        client.loop_stop()
        return self

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn) as conn:
            return conn.execute(query, values).fetchall()

    def count(self, first: int = BOAT, last: int = SHIP + SHIPS) -> int:
        return self.rows("select count(*) from api.position where mmsi between %s and %s", first, last)[0][0]

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 10) -> int:
        """Exit status after SIGTERM."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def log(self) -> str:
        return (self.folder / "ingest.log").read_text(errors="replace")[-4000:]

    def spooled(self) -> int:
        """Bytes in its spool."""
        return sum(f.stat().st_size for f in (self.folder / "data" / "spool").glob("*.segment"))


def position(t: float, n: int) -> bytes:
    """JSON of boat number `n`; moored, each at a place of its own."""
    lon, lat = SEA[0] + n % 25 * 0.01, SEA[1] + n // 25 * 0.01
    return json.dumps({"t": round(t * 1000), "lon": lon, "lat": lat, "sog": 0.1}).encode()


def sentences(mmsi: np.ndarray[Any, Any], second: int) -> list[bytes]:
    """AIVDM of class A ships at anchor at that second."""
    n = len(mmsi)
    return encode_positions(PositionColumns(
        mmsi=mmsi.astype(np.int64), lon=SEA[0] + mmsi % 100 * 0.01, lat=SEA[1] + 0.5 + mmsi // 100 % 50 * 0.01,
        sog=np.full(n, 0.1), cog=np.full(n, 90.0), heading=np.full(n, 90.0), second=np.full(n, second % 60),
        nav_status=np.ones(n, np.int64), class_a=np.ones(n, np.bool_), cs=np.zeros(n, np.bool_),
        channel_b=np.zeros(n, np.bool_),
    ))  # fmt: skip


class Traffic:
    """Boats by MQTT at QoS 1 and ships by UDP, each so many a second, until left; what was sent is remembered."""

    def __init__(self, site: Site, mqtt_rate: int, udp_rate: int = 0, sos_every_s: float = 0.0) -> None:
        self._site, self._rates, self._sos_every_s = site, (mqtt_rate, udp_rate), sos_every_s
        self.boats: list[tuple[int, int]] = []  # (mmsi, t in microseconds)
        self.ships: dict[int, int] = defaultdict(int)  # sentences of each mmsi
        self.callers: list[int] = []
        self.error: BaseException | None = None
        self._infos: list[paho.MQTTMessageInfo] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._client = connected(site.broker, f"traffic-{os.urandom(4).hex()}", "tester")
        self._socket = socket.socket(type=socket.SOCK_DGRAM)

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """All that was published is confirmed by the broker."""
        self._stop.set()
        self._thread.join()
        for info in self._infos:
            info.wait_for_publish(30)
        self._client.disconnect()
        self._client.loop_stop()
        self._socket.close()
        assert not self.error
        assert all(info.is_published() for info in self._infos)

    @property
    def sent(self) -> int:
        return len(self.boats) + sum(self.ships.values())

    def _run(self) -> None:
        began = time.monotonic()
        done = [0, 0]
        try:
            while not self._stop.wait(TICK_S):
                elapsed = time.monotonic() - began
                self._publish(done[0], int(elapsed * self._rates[0]))
                self._send(done[1], int(elapsed * self._rates[1]))
                done = [int(elapsed * rate) for rate in self._rates]
                if self._sos_every_s and len(self.callers) * self._sos_every_s < elapsed:
                    self.call()
        except BaseException as error:
            self.error = error

    def call(self) -> int:
        """An SOS of a vessel that has not called yet; its MMSI."""
        mmsi = CALLER + len(self.callers)
        self._queue(f"mg/v1/vessel/{mmsi}/sos", position(time.time(), 0))
        self.callers.append(mmsi)
        return mmsi

    def _publish(self, first: int, last: int) -> None:
        t = time.time()
        for n in range(first, last):
            boat = n % BOATS
            at = t - (last - n) / 1000  # no boat twice in a millisecond, even after a stall
            self._queue(f"mg/v1/vessel/{BOAT + boat}/position", position(at, boat))
            self.boats.append((BOAT + boat, round(at * 1000) * 1000))

    def _queue(self, topic: str, payload: bytes) -> None:
        self._infos.append(self._client.publish(topic, payload, 1))

    def _send(self, first: int, last: int) -> None:
        if last == first:
            return
        mmsi = SHIP + np.arange(first, last) % SHIPS
        for ship, line in zip(mmsi.tolist(), sentences(mmsi, int(time.time())), strict=True):
            self._socket.sendto(line, ("127.0.0.1", self._site.udp))
            self.ships[ship] += 1
