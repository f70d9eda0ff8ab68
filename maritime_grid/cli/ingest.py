"""`maritime-grid ingest`: take in the configured feeds until stopped."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from types import FrameType

from maritime_grid.cases_settings import configured_cases
from maritime_grid.pipeline.live import run_ingest

from .locks import sole_user
from .prepare import prepare_store
from .status import UNLISTED
from .store_option import add_store_options, data_folder, make_folder, settings_of, store_dsn

SPOOL_LOCK = "spool/ingest.lock"  # within the data folder; packets of two processes would mingle there


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    settings = settings_of(args)
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    _on_end(_leave)
    folder = data_folder(settings)
    make_folder(folder)
    with ExitStack() as stack:
        stack.enter_context(sole_user(folder / SPOOL_LOCK, f"another ingest spools to {folder}"))
        dsn = stack.enter_context(store_dsn(args, settings, create=True))
        prepare_store(dsn, settings)
        cases = configured_cases(settings)
        unlisted = cases.hours.calendar.unlisted_year(datetime.now(UTC))
        if unlisted:
            logging.warning(UNLISTED.format(year=unlisted))
        for rule in cases.open_case:
            logging.info("alerts open cases by rule %s, from %s", rule.opens, rule.in_force_from.isoformat())
        _on_end(ask)
        run_ingest(settings, dsn, stop)
    return 0


def _leave(_number: int, _frame: FrameType | None) -> None:
    """While starting, nothing is under way: an embedded store is left in order, the rest can wait for nobody."""
    raise SystemExit(0)


def _on_end(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)
