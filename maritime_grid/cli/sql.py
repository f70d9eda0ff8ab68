"""`maritime-grid sql`: a read-only query on the `api` schema, as a table or CSV."""

from __future__ import annotations

import argparse
import sys

from maritime_grid.store.query import read_only_query

from .export import write_csv
from .store_option import add_store_options, settings_of, store_dsn
from .tables import print_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY", help="a SELECT on the views of schema api")
    parser.add_argument("--csv", action="store_true", help="comma-separated values instead of a table")
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    with store_dsn(args, settings) as dsn:
        columns, rows = read_only_query(dsn, args.query)
    if args.csv:
        write_csv(sys.stdout, columns, rows)
        return 0
    print_table(columns, rows)
    return 0
