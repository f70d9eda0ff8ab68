"""`maritime-grid broker`: the embedded MQTT broker in the foreground, on the loopback address alone."""

from __future__ import annotations

import argparse
import signal
import threading
from types import FrameType

from maritime_grid.pipeline.broker import run_broker

from .store_option import port_number


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=port_number, default=1883, help="MQTT 5 (default 1883)")
    parser.add_argument("--port-v4", type=port_number, default=1884, help="MQTT 3.1.1 (default 1884)")


def run(args: argparse.Namespace) -> int:
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    run_broker(args.port, args.port_v4, stop)
    return 0
