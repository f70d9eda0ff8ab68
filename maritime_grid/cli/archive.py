"""`maritime-grid archive`: verify the archive of cases 档案, or print its seal."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from maritime_grid.cases.chain import Head
from maritime_grid.domain.errors import UsageError
from maritime_grid.store import archive

from .store_option import add_store_options, settings_of, store_dsn
from .user import operator

_SEAL = re.compile(r"(\d{1,18}):([0-9a-f]{64})", re.ASCII)
SHOWN = 50  # faults that are printed one by one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    verify = actions.add_parser("verify", help="check every entry and attachment")
    verify.add_argument(
        "--seal",
        type=seal_of,
        action="append",
        default=[],
        metavar="N:HASH",
        help="a seal kept elsewhere; may be repeated",
    )
    add_store_options(verify)
    add_store_options(actions.add_parser("seal", help="print the newest entry's number and hash, to be kept elsewhere"))


def seal_of(text: str) -> Head:
    match = _SEAL.fullmatch(text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no seal; give N:HASH as `archive seal` printed it")
    return Head(int(match[1]), bytes.fromhex(match[2]))


def run(args: argparse.Namespace) -> int:
    with store_dsn(args, settings_of(args)) as dsn:
        if args.action == "seal":
            head = archive.seal(dsn)
            print(f"{head.n}:{head.hash.hex()}")
            return 0
        columns = (TextColumn("entries"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("entries", total=None)
            found = archive.verify(dsn, args.seal, lambda done, total: bar.update(task, completed=done, total=total))
        archive.log_verified(dsn, found, operator(), datetime.now(UTC))
    for fault in found.faults[:SHOWN]:
        print(fault)
    if found.faults:
        raise UsageError(
            f"the archive has {len(found.faults)} faults", "compare it with a backup; keep both as they are"
        )
    print(f"{found.entries} entries of {found.cases} cases: whole; seal {found.head.n}:{found.head.hash.hex()}")
    return 0
