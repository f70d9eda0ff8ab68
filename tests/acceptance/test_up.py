"""The real `maritime-grid up --demo`: live, sole, restarted, stopped without a trace; all of it real."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
COLD_S, WARM_S, STOP_S = 95, 90, 12  # a quiet machine needs 25, 10 and 2; up itself gives up after 90
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("MG_")} | {"MG_SIMULATE__VESSELS": "200"}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "maritime_grid", *words]


def call(*words: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), capture_output=True, text=True, cwd=ROOT, env=environment(), timeout=timeout, check=False
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class Running:
    """One `up`, with its log in a file so that no pipe can fill."""

    def __init__(self, data: Path, port: int, *words: str) -> None:
        self.data, self.port = data, port
        self.log = data.parent / f"up-{port}-{time.monotonic_ns()}.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command("up", "--data", str(data), "--port", str(port), *words),
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment(), start_new_session=True,
            )  # fmt: skip

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_live(self, seconds: float) -> None:
        wait_for(lambda: "The wall is live" in self.text() or self.process.poll() is not None, seconds)
        assert "The wall is live" in self.text(), self.text()

    def page(self, path: str) -> int:
        try:
            with DIRECT.open(f"http://127.0.0.1:{self.port}/{path}", timeout=5) as answer:
                return answer.status
        except OSError as error:
            return getattr(error, "code", 0)

    def child(self, word: str) -> psutil.Process | None:
        family = psutil.Process(self.process.pid).children(recursive=True)
        return next((p for p in family if p.status() != psutil.STATUS_ZOMBIE and word in p.cmdline()), None)

    def left(self) -> list[str]:
        """Command lines of what still runs of this `up`, its store included."""
        marks = (str(self.data), str(self.port))
        lines = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"]) if p.pid != os.getpid()]
        return [line for line in lines if any(mark in line for mark in marks)]

    def stop(self, number: signal.Signals, seconds: float = STOP_S) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=seconds)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Not under pytest's own folder: the store's user could not enter there."""
    folder = Path(tempfile.mkdtemp(prefix="mg-up-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _ctrl_c() -> Iterator[None]:
    """Under a shell's `&` SIGINT comes ignored, and would be ignored by `up` as well."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def up(data: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*words: str, port: int | None = None) -> Running:
        started.append(Running(data, port or free_port(), *words))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.stop(signal.SIGTERM, 30)


def positions(data: Path) -> int:
    done = call("sql", "--data", str(data), "--csv", "select count(*) from position")
    assert done.returncode == 0, done.stderr
    return int(done.stdout.splitlines()[1])


def test_cold_start_is_live_and_ctrl_c_leaves_nothing(up: Callable[..., Running], data: Path) -> None:
    one = up("--demo")
    one.wait_live(COLD_S)
    assert one.page("readyz") == 200
    assert one.page("") == 200
    assert str(data) in one.text()
    assert wait_for(lambda: positions(data) > 0, 60), one.text()
    assert one.stop(signal.SIGINT) == 0, one.text()
    assert wait_for(lambda: not one.left(), 3), one.left()
    assert "Traceback" not in one.text()


def test_second_start_is_warm_and_goes_on_from_the_same_data(up: Callable[..., Running], data: Path) -> None:
    before = positions(data)
    assert before > 0
    one = up("--demo")
    one.wait_live(WARM_S)
    assert wait_for(lambda: positions(data) > before, 30)
    assert one.stop(signal.SIGTERM) == 0
    assert wait_for(lambda: not one.left(), 3), one.left()


def test_second_up_on_the_same_data_is_refused_in_one_line(up: Callable[..., Running], data: Path) -> None:
    one = up()
    one.wait_live(WARM_S)
    other = call("up", "--data", str(data), "--port", str(free_port()))
    assert other.returncode == 2
    assert re.fullmatch(r"maritime-grid: error: .*already up on .*--data DIR\n", other.stderr)
    assert one.process.poll() is None


def test_taken_port_is_refused_in_one_line(up: Callable[..., Running], data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        other = call("up", "--data", str(data.parent / "other"), "--port", str(port))
    assert other.returncode == 2
    assert other.stderr == f"maritime-grid: error: port {port} of 127.0.0.1 is taken; give another with --port N\n"
    assert not (data.parent / "other" / "store").exists()


def test_killed_child_and_killed_store_come_back(up: Callable[..., Running], data: Path) -> None:
    one = up("--demo")
    one.wait_live(WARM_S)
    ingest = one.child("ingest")
    assert ingest
    ingest.kill()
    assert wait_for(lambda: child_of(one) not in (None, ingest), 30), one.text()
    server = next(
        p for p in psutil.process_iter(["cmdline"]) if str(data / "store" / "data") in (p.info["cmdline"] or [])
    )
    server.kill()
    before = time.time()
    assert wait_for(lambda: call("status", "--data", str(data)).returncode == 0, 30)
    assert wait_for(lambda: newest(data) > before, 60), one.text()


def child_of(one: Running) -> psutil.Process | None:
    with suppress(psutil.Error):  # it ended while we looked
        return one.child("ingest")
    return None


def newest(data: Path) -> float:
    done = call(
        "sql", "--data", str(data), "--csv", "select coalesce(extract(epoch from max(received_at)), 0) from position"
    )
    return float(done.stdout.splitlines()[1]) if done.returncode == 0 else 0.0


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux only")
def test_kill_9_of_up_leaves_nothing_running(up: Callable[..., Running]) -> None:
    one = up()
    one.wait_live(WARM_S)
    one.stop(signal.SIGKILL)
    assert wait_for(lambda: not one.left(), 20), one.left()
