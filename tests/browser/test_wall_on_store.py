"""The wall as its own process over a real PostgreSQL, filled by real commits."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import pytest

from maritime_grid.cli.prepare import prepare_store
from maritime_grid.domain.alerts import AlertKey, RuleName, Severity
from maritime_grid.domain.state import FeedState
from maritime_grid.settings import load_settings
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.writer import Store
from tests import needs
from tests.integration.store import build

LIVE = "window.__mg?.painted?.n > 0 && window.__mg.status && MG.meta?.names.length > 0"
SIZE = 300


@dataclass
class Live:
    """A store that gets a commit every half second, and a dashboard process beside it."""

    server: EmbeddedPostgres
    feed: int
    url: str = ""
    alerts: list[object] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        random = np.random.default_rng(3)
        lon, lat = random.uniform(122.5, 124, SIZE), random.uniform(29.7, 30.9, SIZE)
        mmsi = np.arange(SIZE) + 412_000_001
        count = 0
        while not self.stop.wait(0.5):
            try:
                with Store.open(self.server.dsn) as store:
                    while not self.stop.wait(0.5):
                        now, count = time.time_ns() // 1000, count + SIZE
                        lon += 0.002
                        store.commit(self.outcome(now, mmsi, lon, lat, count))
            except Exception:
                continue

    def outcome(self, now: int, mmsi: np.ndarray, lon: np.ndarray, lat: np.ndarray, count: int):
        where = {"t": now, "received_at": now, "mmsi": mmsi, "lon": lon, "lat": lat, "source": self.feed}
        alerts, self.alerts = self.alerts, []
        return build.outcome(
            positions=build.positions(SIZE, **where),
            vessels=build.vessels(SIZE, **where, heard_at=now, grid=8),
            feeds=[FeedState(self.feed, last_at=now, hour=now // 3_600_000_000, count=count)],
            alerts=alerts,
            clock=now,
        )


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture
def live() -> Iterator[Live]:
    folder = Path(tempfile.mkdtemp(prefix="mg-wall-", dir="/var/tmp"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "pg", settings={"fsync": "off"})
    server.start()
    prepare_store(server.dsn, load_settings())
    with Store.open(server.dsn) as store:
        live = Live(server, store.add_feed("ais-udp", "ais", True))
    writer = threading.Thread(target=live.run, daemon=True)
    writer.start()
    port = free_port()
    live.url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "dashboard", "--store", server.dsn, "--port", str(port), "--demo"]
    child = subprocess.Popen(command, cwd=needs.ROOT, env=os.environ | {"MG_DASHBOARD__PLACES_S": "5"})
    try:
        wait_for(lambda: httpx.get(f"{live.url}/readyz", trust_env=False).status_code == 200)
        yield live
    finally:
        child.terminate()
        child.wait(10)
        live.stop.set()
        writer.join(10)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(check, timeout_s: float = 30) -> None:
    ends = time.monotonic() + timeout_s
    while time.monotonic() < ends:
        try:
            if check():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise AssertionError("not in time")


def test_commits_are_painted_one_after_another(live, open_wall):
    """How soon is measured by the bench, alone on the machine."""
    wall = open_wall(live.url)
    wall.wait(f"{LIVE} && document.querySelectorAll('#tiles .tile').length === 34", 30)
    for _ in range(8):
        newest = wall.painted()["newest"]
        wall.wait(f"window.__mg.painted.newest > {newest}")
    assert wall.painted()["n"] == SIZE
    assert "演示数据" in wall.text(".brand")
    assert wall.outside == []
    assert wall.errors == []
    wall.page.screenshot(path=needs.ROOT / "build" / "screenshots" / "on-store.png")


def test_an_alert_is_on_the_wall_after_its_commit_and_the_store_may_come_and_go(live, open_wall):
    wall = open_wall(live.url)
    wall.wait(LIVE, 30)
    key = AlertKey(RuleName.SOS, 412_000_007)
    live.alerts.append(
        build.alert(key=key, severity=Severity.EMERGENCY, raised_at=time.time_ns() // 1000, lon=122.7, lat=30.2, grid=8)
    )
    wall.wait("!document.getElementById('banner-sos').hidden")
    assert "412000007" in wall.text("#banner-sos")
    live.server.stop()
    wall.wait("!document.getElementById('banner-dead').hidden", 20)
    assert httpx.get(f"{live.url}/readyz", trust_env=False).status_code == 503
    assert httpx.get(f"{live.url}/healthz", trust_env=False).status_code == 200
    live.server.start()
    wall.wait("document.getElementById('banner-dead').hidden", 30)
