"""Child processes of `maritime-grid up`: started in groups of their own, restarted with back-off, stopped together.

Runs in the main thread of the supervising process alone: on Linux a child dies with the thread that started it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from maritime_grid.domain.errors import ServiceUnavailableError

GUARD = Path(__file__).with_name("guard.py")
POLL_S = 0.2
BACKOFF_S = (1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_S = 60.0  # a child that ran so long begins its back-off anew
GRACE_S = 8.0  # from the request to stop until it is enforced: all are gone within 10 s

Say = Callable[[str, str], None]  # (name of the child, line)


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, and with which variables over those of this process."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class _Running:
    command: Command
    process: subprocess.Popen[str]
    started: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Use as a context manager: leaving it stops every child, whatever happened.

    Args:
        say: takes each line that a child writes, and what happens to it.
    """

    def __init__(self, say: Say) -> None:
        self._say = say
        self._children: dict[str, _Running] = {}
        self._readers: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, command: Command) -> None:
        self._children[command.name] = _Running(command, self._spawn(command), time.monotonic())

    def pids(self) -> dict[str, int]:
        """Of the children that run now."""
        return {name: c.process.pid for name, c in self._children.items() if c.process.poll() is None}

    def names(self) -> list[str]:
        return list(self._children)

    def failures(self, name: str) -> int:
        """How often that child ended by itself since it last ran steadily."""
        return self._children[name].failures

    def poll(self) -> None:
        """Restarts what ended, each after its own back-off. Call it often; it never waits."""
        now = time.monotonic()
        for child in self._children.values():
            status = child.process.poll()
            if status is None:
                continue
            if child.restart_at is None:
                self._plan(child, status, now)
            elif now >= child.restart_at:
                child.process, child.started, child.restart_at = self._spawn(child.command), now, None

    def run(self, until: Callable[[], bool], *, timeout_s: float | None = None) -> bool:
        """Polls until `until()` is true; False when that took longer than `timeout_s`."""
        end = None if timeout_s is None else time.monotonic() + timeout_s
        while not until():
            if end is not None and time.monotonic() >= end:
                return False
            self.poll()
            time.sleep(POLL_S)
        return True

    def stop(self) -> None:
        """Ends all children within GRACE_S, newest first in order of asking."""
        for child in reversed(self._children.values()):
            _signal(child.process, signal.SIGTERM)
        end = time.monotonic() + GRACE_S
        for name, child in self._children.items():
            try:
                child.process.wait(timeout=max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(name, "did not stop when asked and was ended")
            _signal(child.process, signal.SIGKILL)  # also what it may have left in its group
            child.process.wait()
        for reader in self._readers:
            reader.join(timeout=1)
        self._children.clear()

    def _plan(self, child: _Running, status: int, now: float) -> None:
        if now - child.started >= STEADY_S:
            child.failures = 0
        wait = BACKOFF_S[min(child.failures, len(BACKOFF_S) - 1)]
        child.failures += 1
        child.restart_at = now + wait
        how = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"
        self._say(child.command.name, f"ended with {how}; starts again in {wait:.0f} s")

    def _spawn(self, command: Command) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            guarded(command.argv),
            env={**os.environ, "PYTHONUNBUFFERED": "1", **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert process.stdout
        reader = threading.Thread(target=self._relay, args=(command.name, process.stdout), daemon=True)
        reader.start()
        self._readers = [r for r in self._readers if r.is_alive()] + [reader]
        return process

    def _relay(self, name: str, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self._say(name, line.rstrip())


def guarded(argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` so that it dies with this process; argv[0] is a path."""
    return [sys.executable, "-P", "-S", str(GUARD), "child", str(os.getpid()), *argv]


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


class Keeper:
    """A process that holds the embedded store of a folder, and leaves it when this process ends in any way.

    Raises: ServiceUnavailableError: it cannot hold it.
    """

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(GUARD), "keeper", str(directory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        assert self._process.stdout
        said = self._process.stdout.readline().decode(errors="replace").strip()
        if said != "held":
            self.__exit__(None, None, None)
            raise ServiceUnavailableError(
                f"the process that keeps the embedded store ended: {said or 'without a word'}", "start again"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process as process:
            assert process.stdin
            with suppress(BrokenPipeError):  # it ended before us
                process.stdin.write(b"leave\n")
                process.stdin.close()
            process.wait(timeout=130)
