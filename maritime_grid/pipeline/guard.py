"""Two small programs that `up` starts things through, so that nothing outlives it, not even after kill -9.

`python guard.py child PARENT COMMAND...` becomes COMMAND, which the kernel ends when the process PARENT dies (Linux;
elsewhere only an orderly stop ends it). `python guard.py keeper DIR` holds the embedded store of DIR until its
standard input ends, then leaves it; the last to leave stops the server.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time

_GONE_TIMEOUT_S = 10.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def child(parent: int, command: list[str]) -> None:
    """Becomes `command`; ends at once where `parent` is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(1)
    os.execv(command[0], command)  # noqa: S606 (a fixed list of our own, no shell)


def keeper(directory: str) -> None:
    from maritime_grid.domain.errors import MaritimeGridError  # noqa: PLC0415 (`child` must start fast)
    from maritime_grid.store.embedded import EmbeddedPostgres  # noqa: PLC0415

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the closing of standard input is the one sign to leave
    parent = os.getppid()
    try:
        with EmbeddedPostgres(directory):
            sys.stdout.write("held\n")
            sys.stdout.flush()
            if not sys.stdin.buffer.read():  # killed, not asked: its own lock may fall after its end of the pipe
                _wait_until_gone(parent)
    except MaritimeGridError as error:
        raise SystemExit(_told(str(error))) from None


def _told(line: str) -> int:
    """One line to whoever waits for `held`."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return 1


def _wait_until_gone(parent: int) -> None:
    """Until we have another parent: by then all locks of the old one have fallen."""
    end = time.monotonic() + _GONE_TIMEOUT_S
    while os.getppid() == parent and time.monotonic() < end:
        time.sleep(0.05)


if __name__ == "__main__":
    if sys.argv[1] == "keeper":
        keeper(sys.argv[2])
    else:
        child(int(sys.argv[2]), sys.argv[3:])
