"""`maritime-grid ingest`: take in the configured feeds until stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from types import FrameType

from maritime_grid.pipeline.live import run_ingest

from .prepare import prepare_store
from .store_option import add_store_options, settings_of, store_dsn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    settings = settings_of(args)
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    with store_dsn(args, settings, create=True) as dsn:
        prepare_store(dsn, settings)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ask)
        run_ingest(settings, dsn, stop)
    return 0
