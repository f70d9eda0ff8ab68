"""`maritime-grid people`: sheets of units, people, teams, badges, training and items; which grids lack whom."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.people import Staffing, day_of
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheets import parse
from maritime_grid.settings import Settings
from maritime_grid.store import people_reads
from maritime_grid.store.connect import connect
from maritime_grid.store.people import People, sheet_named
from maritime_grid.store.writer import Store

from .export import destination
from .sheet_files import read_file, write_csv, write_xlsx
from .store_option import add_store_options, settings_of, store_dsn
from .tables import print_table

SHOWN = 50  # faults that are printed one by one
WORDS = {
    "leader": "网格长 leader",
    "full_time": "专职网格员 full-time worker",
    "part_time": "兼职网格员 part-time worker",
    "advisor": "网格指导员 advisor",
    "party_secretary": "党组织 party organisation",
    "department": "职能部门 department",
    "coast_guard": "海警 coast guard",
    "association": "水产商会 association",
    "village_worker": "村网格员 village worker",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    load = actions.add_parser("import", help="take in a sheet: all of it, or nothing where a line is wrong")
    load.add_argument("sheet", choices=SHEETS, help="what it holds")
    load.add_argument("path", type=Path, metavar="FILE", help=".csv or .xlsx")
    load.add_argument("--dry-run", action="store_true", help="only say what would happen")
    load.add_argument("--by", default="operator", metavar="NAME", help="who does it, for the record")
    add_store_options(load)
    out = actions.add_parser("export", help="write a sheet, as import takes it")
    out.add_argument("sheet", choices=SHEETS, help="what to write")
    out.add_argument("--output", type=Path, required=True, metavar="FILE", help=".csv or .xlsx")
    out.add_argument("--purpose", default="", metavar="TEXT", help="with personal data; why, for the log")
    out.add_argument("--by", default="operator", metavar="NAME", help="who does it, for the record")
    add_store_options(out)
    check = actions.add_parser("check", help="which grids lack a post or participant")
    check.add_argument("--on", type=day_given, metavar="DAY", help="as of this day, Beijing time (default: today)")
    check.add_argument("--unit", metavar="ID", help="grids of one unit and below")
    add_store_options(check)


def day_given(text: str) -> date:
    """Raises: ArgumentTypeError: no such day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; give 2026-05-01") from None


def run(args: argparse.Namespace) -> int:
    actions = {"import": run_import, "export": run_export, "check": run_check}
    return actions[args.action](args, settings_of(args))


def run_import(args: argparse.Namespace, settings: Settings) -> int:
    """Faults on stdout, one a line, then one line of counts; exit code 2 where there is any fault."""
    parsed = parse(sheet_named(args.sheet), read_file(args.path))
    file = sha256(args.path.read_bytes()).hexdigest()
    with store_dsn(args, settings, create=True) as dsn:
        with Store.open(dsn) as store:
            store.migrate()
        with People(dsn, skills=frozenset(settings.people.skills), console=True) as people:
            loaded = people.load(args.sheet, parsed, args.by, datetime.now(UTC), dry_run=args.dry_run, file=file)
    for fault in loaded.faults[:SHOWN]:
        print(f"{args.path}, {fault}")
    if len(loaded.faults) > SHOWN:
        print(f"... and {len(loaded.faults) - SHOWN} more")
    print(loaded)
    if loaded.faults:
        raise UsageError(f"{args.path}: nothing was taken in", "mend the lines named above")
    return 0


def run_export(args: argparse.Namespace, settings: Settings) -> int:
    sheet = sheet_named(args.sheet)
    write = {".csv": write_csv, ".xlsx": write_xlsx}.get(args.output.suffix.lower())
    if write is None:
        raise UsageError(f"{args.output}: cannot write {args.output.suffix or 'this'}", "name a .csv or .xlsx file")
    with (
        store_dsn(args, settings) as dsn,
        People(dsn, skills=frozenset(settings.people.skills), console=True) as people,
    ):
        columns, rows = people.rows(args.sheet, args.by, datetime.now(UTC), args.purpose)
    with destination(args.output) as out:
        write(out, sheet, columns, rows)
    print(f"{len(rows)} lines", file=sys.stderr)
    return 0


def run_check(args: argparse.Namespace, settings: Settings) -> int:
    on = args.on or day_of(datetime.now(UTC))
    soon_days = settings.people.ending_days
    with store_dsn(args, settings) as dsn, closing(connect(dsn, "people")) as conn:
        if args.unit and args.unit not in {unit.unit_id for unit in people_reads.units(conn)}:
            raise UsageError(f"there is no unit {args.unit}", "see: maritime-grid units list")
        found = people_reads.completeness(conn, on, soon_days=soon_days, unit_id=args.unit)
    show(found, soon_days)
    return 0


def show(found: Sequence[Staffing], soon_days: int) -> None:
    """One row a grid that lacks somebody or soon will, then one line of counts."""
    rows = [
        (
            one.grid_id,
            "、".join(WORDS[post] for post in one.missing) or "-",
            "、".join(
                f"{WORDS[end.term.post]} {end.term.until}" + ("" if end.followed else " (!)") for end in one.ending
            ),
        )
        for one in found
        if one.missing or one.ending
    ]
    if rows:
        print_table(("网格 grid", "缺 lacks", f"{soon_days} 日内到期 ends soon, (!) nobody follows"), rows)
    lacking = sum(not one.complete for one in found)
    print(f"{len(found)} grids: {len(found) - lacking} complete, {lacking} lack somebody")
