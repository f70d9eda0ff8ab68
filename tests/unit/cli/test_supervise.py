"""Children of `up`: nothing outlives it, what crashes comes back, what hangs is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from maritime_grid.pipeline import supervise
from maritime_grid.pipeline.supervise import Command, Supervisor

ROOT = Path(__file__).resolve().parents[3]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


class Heard:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def has(self, name: str, part: str, times: int = 1) -> Callable[[], bool]:
        return lambda: sum(n == name and part in line for n, line in self.lines) >= times


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


SLEEPER = "import time; print('ready', flush=True); time.sleep(600)"


def test_lines_of_a_child_come_with_its_name() -> None:
    heard = Heard()
    with Supervisor(heard) as children:
        children.start(Command("one", python(SLEEPER)))
        assert children.run(heard.has("one", "ready"), timeout_s=15)


def test_child_sees_the_variables_given_to_it() -> None:
    heard = Heard()
    with Supervisor(heard) as children:
        children.start(Command("one", python("import os; print(os.environ['X_GIVEN'])"), {"X_GIVEN": "七"}))
        assert children.run(heard.has("one", "七"), timeout_s=15)


def test_leaving_stops_every_child() -> None:
    heard = Heard()
    with Supervisor(heard) as children:
        for name in ("one", "two"):
            children.start(Command(name, python(SLEEPER)))
        assert children.run(lambda: heard.has("one", "ready")() and heard.has("two", "ready")(), timeout_s=15)
        pids = list(children.pids().values())
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)


def test_crashed_child_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "BACKOFF_S", (0.1,))
    heard = Heard()
    with Supervisor(heard) as children:
        children.start(Command("one", python(SLEEPER)))
        assert children.run(heard.has("one", "ready"), timeout_s=15)
        first = children.pids()["one"]
        os.kill(first, signal.SIGKILL)
        assert children.run(heard.has("one", "ready", 2), timeout_s=15)
        assert children.pids()["one"] != first
    assert heard.has("one", "SIGKILL")()


def test_back_off_grows_with_every_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "BACKOFF_S", (0.0, 1000.0))
    heard = Heard()
    with Supervisor(heard) as children:
        children.start(Command("one", python("raise SystemExit(3)")))
        assert children.run(heard.has("one", "again in 1000 s"), timeout_s=15)
    assert heard.has("one", "exit code 3", 2)()


def test_child_that_ignores_the_request_is_ended_after_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "GRACE_S", 0.3)
    heard = Heard()
    with Supervisor(heard) as children:
        children.start(Command("deaf", python(f"import signal; signal.signal(15, signal.SIG_IGN); {SLEEPER}")))
        assert children.run(heard.has("deaf", "ready"), timeout_s=15)
        pid = children.pids()["deaf"]
    assert gone(pid)
    assert heard.has("deaf", "was ended")()


def test_grandchildren_in_the_group_are_ended_too() -> None:
    heard = Heard()
    code = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); print(p.pid); p.wait()"
    with Supervisor(heard) as children:
        children.start(Command("one", python(code)))
        assert children.run(heard.has("one", "ready"), timeout_s=15)
        grandchild = next(int(line) for _, line in heard.lines if line.isdigit())
    assert wait_for(lambda: gone(grandchild))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux only")
def test_children_die_with_a_killed_supervisor() -> None:
    code = """
        import sys
        from maritime_grid.pipeline.supervise import Command, Supervisor
        def say(name, line):
            print(line, flush=True)
        with Supervisor(say) as children:
            code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
            children.start(Command("one", [sys.executable, "-c", code]))
            children.run(lambda: False)
    """
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert not gone(pid)
        parent.kill()
        parent.wait()
    assert wait_for(lambda: gone(pid))


def test_run_gives_up_after_the_time_limit() -> None:
    with Supervisor(Heard()) as children:
        assert not children.run(lambda: False, timeout_s=0.3)
