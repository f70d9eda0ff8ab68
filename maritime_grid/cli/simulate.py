"""`maritime-grid simulate`: a made-up fleet, sent to the configured feeds or recorded to a file."""

from __future__ import annotations

import argparse
import signal
import threading
from types import FrameType

from maritime_grid.simulate.live import run_live

from .store_option import add_config_option, settings_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_option(parser)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    run_live(settings, stop)
    return 0
