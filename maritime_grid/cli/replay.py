"""`maritime-grid replay`: run recordings through the engine into the store, on the recording's own clock."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from maritime_grid.domain.errors import UsageError
from maritime_grid.pipeline.replay import run_replay

from .prepare import prepare_store
from .store_option import add_store_options, settings_of, store_dsn
from .times import instant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="NMEA, CSV or JSON lines; plain, gz or zst")
    parser.add_argument(
        "--start", type=instant, metavar="TIME", help="clock of a recording without times (default: file's time)"
    )
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    for path in args.paths:
        readable(path)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with store_dsn(args, settings, create=True) as dsn:
        prepare_store(dsn, settings)
        with Progress(*columns, console=Console(file=sys.stderr)) as bar:
            task = bar.add_task("replay", total=None)

            def progress(done: int, total: int, what: str = "replay") -> None:
                bar.update(task, completed=done, total=total or None, description=what)

            summary = run_replay(args.paths, dsn, settings, args.start, progress)
    print(json.dumps(summary))
    return 0


def readable(path: Path) -> None:
    """Raises: UsageError: it is no file that can be read."""
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "name a recording that can be read") from None
