"""`maritime-grid simulate`: a made-up fleet, sent to the configured feeds in real time, or recorded to files."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import Progress

from maritime_grid.settings import Settings, data_dir, home
from maritime_grid.simulate import Scenario, record, sea_plan
from maritime_grid.simulate.live import Doors, options_of, play

from .prepare import now_us, save_demo_roster
from .store_option import add_store_options, settings_of, store_dsn
from .times import instant


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--record", type=Path, metavar="FILE", help="write NMEA, MQTT messages and the truth instead")
    parser.add_argument("--hours", type=float, default=1.0, help="how much to record (default 1)")
    parser.add_argument("--start", type=instant, metavar="TIME", help="clock of the recording (default: now)")
    parser.add_argument("--roster", action="store_true", help="also save the fleet to the store's roster, as a sample")
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    start = int(args.start.timestamp() * 1_000_000) if args.start else now_us()
    if not args.record:
        options_of(settings)  # nowhere to send to is told before the routes are planned
    scenario = scenario_of(settings, start)
    if args.roster:
        with store_dsn(args, settings, create=True) as dsn:
            save_demo_roster(dsn, scenario.roster())
    if args.record:
        return run_record(scenario, args.record, args.hours)
    return run_live(scenario, settings)


def scenario_of(settings: Settings, start: int) -> Scenario:
    """The configured fleet at `start`, microseconds since the epoch UTC."""
    sea = sea_plan(home() / settings.area.directory, data_dir(settings) / "sea-plan.npz")
    return Scenario(sea, seed=settings.simulate.seed, start=start, vessels=settings.simulate.vessels)


def run_record(scenario: Scenario, path: Path, hours: float) -> int:
    with Progress(console=Console(file=sys.stderr)) as bar:
        task = bar.add_task("record", total=1.0)
        done = record(scenario, path, hours, progress=lambda share: bar.update(task, completed=share))
    print(done)
    return 0


def run_live(scenario: Scenario, settings: Settings) -> int:
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    doors = Doors(options_of(settings))
    truth = data_dir(settings) / "simulate-truth.jsonl"
    try:
        play(scenario, doors, stop, truth=truth)
    finally:
        doors.close()
    return 0
