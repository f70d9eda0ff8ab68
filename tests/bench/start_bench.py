"""`make run` from the command to live data on the wall: the first time in an empty folder, then again; and to its end.

Live means that the wall knows of a report received after the command was given.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx

from tests import needs

from .ports import free_port

WARM_RUNS = 3
GIVEN_S = 180.0
_LOOK_S = 0.05


def run() -> dict[str, float]:
    """Seconds; the warm start and the stop are medians."""
    folder = Path(tempfile.mkdtemp(prefix="mg-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        cold, _ = _live_and_stopped(folder / "data")
        warm = [_live_and_stopped(folder / "data") for _ in range(WARM_RUNS)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    live, stopped = (median(column) for column in zip(*warm, strict=True))
    return {"start_cold_s": cold, "start_warm_s": live, "stop_s": stopped}


def _live_and_stopped(data: Path) -> tuple[float, float]:
    port = free_port()
    command = [sys.executable, "-m", "maritime_grid", "up", "--demo", "--data", str(data), "--port", str(port)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MG_")}
    began = time.time()
    with subprocess.Popen(
        command, cwd=needs.ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while not _live(port, began):
                assert process.poll() is None, "up has ended"
                assert time.time() - began < GIVEN_S, f"not live within {GIVEN_S:.0f} s"
                time.sleep(_LOOK_S)
            live = time.time() - began
        finally:
            asked = time.time()
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    return live, time.time() - asked


def _live(port: int, since: float) -> bool:
    try:
        said = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False, timeout=2).json()
    except httpx.HTTPError:
        return False
    age = said["data_age_s"]
    return age is not None and time.time() - age > since
