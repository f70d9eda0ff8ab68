"""A thousand messages a second by UDP through the real processes: until committed, and until painted in Chromium.

Committed: from the receipt of each report to the notification that follows its commit, heard by another client.
Painted: from the receipt of each report to the first frame on the screen that knows of data received so late.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import numpy as np
import psycopg
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright

from tests import needs

from .ports import free_port
from .stores import fresh_store
from .traffic import Fleet

VESSELS, PER_S, SLICES = 5_000, 1_000, 20  # every vessel each five seconds, in datagrams twenty times a second
WARM_S, MEASURED_S = 15.0, 45.0
_LOOK_MS = 20
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_CONFIG = """\
feeds = [{{ name = "ais-udp", kind = "ais", url = "udp://127.0.0.1:{udp}", format = "nmea" }}]
[store]
data_dir = "{folder}"
"""
Times = NDArray[np.float64]  # seconds since the epoch


def run() -> dict[str, float]:
    """Seconds, over all reports of the measured time."""
    chromium = str(needs.chromium())
    with ExitStack() as stack:
        folder, dsn = stack.enter_context(fresh_store({"track_commit_timestamp": "on"}))
        udp, http = free_port(socket.SOCK_DGRAM), free_port()
        config = folder / "bench.toml"
        config.write_text(_CONFIG.format(udp=udp, folder=folder / "data"), encoding="utf-8")
        common = ["--store", dsn, "--config", str(config)]
        stack.enter_context(child("-m", "maritime_grid", "ingest", *common))
        stack.enter_context(child("-m", "dashboard", *common, "--port", str(http)))
        url = f"http://127.0.0.1:{http}"
        wait_for(lambda: httpx.get(f"{url}/healthz", trust_env=False).status_code == 200)
        heard = stack.enter_context(_background(lambda stop: _listen(dsn, stop)))
        stack.enter_context(_background(lambda stop: _send(udp, stop)))
        page = stack.enter_context(_browser(chromium, url))
        page.wait_for_timeout(WARM_S * 1000)
        began, frames = time.time(), _frames(page, MEASURED_S)
        received, committed = _rows(dsn, began, began + MEASURED_S - 5)
        return _figures(received, committed, np.array(heard), frames)


def _figures(received: Times, committed: Times, heard: Times, frames: list[tuple[float, float]]) -> dict[str, float]:
    assert len(received) > 0.9 * PER_S * (MEASURED_S - 5), f"only {len(received)} reports came through"
    done = heard[np.searchsorted(heard, committed)]  # the first notification after the commit is its own
    newest, at = (np.array(column) for column in zip(*frames, strict=True))
    shown = np.searchsorted(newest, received)
    assert shown.max() < len(at), "reports were never painted"
    commit, painted = done - received, at[shown] - received
    return {
        "commit_p50_s": float(np.percentile(commit, 50)),
        "commit_p99_s": float(np.percentile(commit, 99)),
        "painted_p50_s": float(np.percentile(painted, 50)),
        "painted_p99_s": float(np.percentile(painted, 99)),
        "latency_messages_per_s": len(received) / (MEASURED_S - 5),
    }


def _send(port: int, stop: threading.Event) -> Iterator[float]:
    """Nothing to tell; sends until stopped."""
    fleet, began, k = Fleet(VESSELS), time.monotonic(), 0
    size = PER_S // SLICES
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        while not stop.wait(max(0.0, began + k / SLICES - time.monotonic())):
            who = (np.arange(size) + k * size) % VESSELS
            for sentence in fleet.sentences(k / SLICES, who):
                out.sendto(sentence + b"\r\n", ("127.0.0.1", port))
            k += 1
    yield from ()


def _listen(dsn: str, stop: threading.Event) -> Iterator[float]:
    """When each commit was told of."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("listen mg_commit")
        while not stop.is_set():
            for _ in conn.notifies(timeout=0.5):
                yield time.time()


def _frames(page: Page, seconds: float) -> list[tuple[float, float]]:
    """(newest receipt shown, painted at) of each frame, seconds since the epoch."""
    out: list[tuple[float, float]] = []
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        painted: dict[str, Any] | None = page.evaluate("window.__mg && window.__mg.painted")
        if painted and painted["newest"] and (not out or painted["at"] / 1000 > out[-1][1]):
            out.append((painted["newest"] / 1000, painted["at"] / 1000))
        page.wait_for_timeout(_LOOK_MS)
    return out


def _rows(dsn: str, since: float, until: float) -> tuple[Times, Times]:
    """Receipt and commit of the reports received in a stretch of time."""
    query = (
        "select extract(epoch from received_at)::float8, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 "
        "from mg.position where received_at >= to_timestamp(%s) and received_at < to_timestamp(%s)"
    )
    with psycopg.connect(dsn) as conn:
        received, committed = zip(*conn.execute(query, [since, until]).fetchall(), strict=True)
    return np.array(received), np.array(committed)


@contextmanager
def _background(work: Callable[[threading.Event], Any]) -> Iterator[list[float]]:
    """Runs `work` in a thread until left; gives what it has yielded so far."""
    stop, told = threading.Event(), []

    def collect() -> None:
        for value in work(stop):
            told.append(value)  # noqa: PERF402 (others look at it meanwhile)

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join(10)


@contextmanager
def child(*words: str) -> Iterator[None]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MG_")}
    with subprocess.Popen([sys.executable, *words], cwd=needs.ROOT, env=environment) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def _browser(chromium: str, url: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        try:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.goto(url)
            yield page
        finally:
            browser.close()


def wait_for(check: Callable[[], bool], timeout_s: float = 60) -> None:
    ends = time.monotonic() + timeout_s
    while time.monotonic() < ends:
        try:
            if check():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise AssertionError(f"not ready within {timeout_s} s")
