"""What a test needs from the machine: found, or skipped by name with the command that installs it.

With MG_REQUIRE_ALL=1 (as in .ci/run) an absent component is a failure, not a skip.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _absent(what: str, mend: str) -> NoReturn:
    message = f"{what} is absent; to install it: {mend}"
    if os.environ.get("MG_REQUIRE_ALL") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def chromium() -> Path:
    """The browser's executable; also asks for a font with Chinese glyphs, or screenshots show boxes."""
    found = os.environ.get("MG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        _absent("Chromium", "apt-get install chromium fonts-noto-cjk")
    return Path(found)


def mosquitto() -> Path:
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if not found:
        _absent("Mosquitto", "apt-get install mosquitto")
    return Path(found)


def timescaledb() -> str:
    """DSN of a superuser on a TimescaleDB server on which databases may be made and dropped."""
    dsn = os.environ.get("MG_TEST_TIMESCALEDB")
    if not dsn:
        command = "bash .ci/timescaledb-up.sh /var/tmp/mg-timescaledb 55432"
        _absent("TimescaleDB", f'export MG_TEST_TIMESCALEDB="$({command})"')
    return dsn


def recordings() -> Path:
    """Folder of the recordings; their absence is never a failure, they are not part of the project."""
    folder = Path(os.environ.get("MG_SHARED", ROOT.parent / "shared")) / "data" / "ais"
    if not folder.is_dir():
        pytest.skip("the recordings (../shared/data/ais, or MG_SHARED) are absent")
    return folder
