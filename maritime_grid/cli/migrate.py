"""`maritime-grid migrate`: bring the store's schema up to date, and the database roles of its accounts."""

from __future__ import annotations

import argparse
from contextlib import closing

from maritime_grid.store.writer import Store

from .prepare import prepare_access
from .store_option import add_store_options, settings_of, store_dsn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    with store_dsn(args, settings, create=True) as dsn:
        with closing(Store.open(dsn)) as store:
            store.migrate()
        prepare_access(dsn, settings)
    print("the store's schema is up to date")
    return 0
