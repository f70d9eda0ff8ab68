"""`maritime-grid units list`: the tree of jurisdictions 辖区."""

from __future__ import annotations

import argparse
from contextlib import closing

from maritime_grid.store import people_reads
from maritime_grid.store.connect import connect

from .store_option import add_store_options, settings_of, store_dsn
from .tables import print_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    add_store_options(actions.add_parser("list", help="all units, each below the one it belongs to"))


def run(args: argparse.Namespace) -> int:
    with store_dsn(args, settings_of(args)) as dsn, closing(connect(dsn, "units")) as conn:
        units = people_reads.units(conn)
    rows = [
        (f"{'  ' * (len(unit.path) - 1)}{unit.unit_id}", unit.level, unit.name_zh, unit.name_en, unit.port_id)
        for unit in units
    ]
    print_table(("id", "level", "name", "English", "port"), rows)
    return 0
