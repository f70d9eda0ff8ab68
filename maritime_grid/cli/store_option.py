"""`--config FILE`, and `--store DSN | --data DIR`: which settings and which store a command uses."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from maritime_grid.domain.errors import UsageError
from maritime_grid.settings import Settings, data_dir, load_settings

STORE_FOLDER = "store"  # within the data folder


def add_config_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings over config/default.toml (TOML)")


def add_store_options(parser: argparse.ArgumentParser) -> None:
    add_config_option(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--store", metavar="DSN", help="an existing PostgreSQL or TimescaleDB")
    which.add_argument("--data", type=Path, metavar="DIR", help="an embedded store in this folder")


def settings_of(args: argparse.Namespace) -> Settings:
    """Raises: SettingsError."""
    return load_settings(args.config)


def data_folder(args: argparse.Namespace, settings: Settings) -> Path:
    """The data folder, absolute."""
    return (args.data or data_dir(settings)).absolute()


def configured_dsn(args: argparse.Namespace, settings: Settings) -> str:
    """DSN of an existing store, or "" for the embedded one."""
    return "" if args.data else (args.store or settings.store.dsn)


@contextmanager
def store_dsn(args: argparse.Namespace, settings: Settings, *, create: bool = False) -> Generator[str]:
    """DSN of the store to use; an embedded one runs as long as the context.

    With `create`, an embedded store that is not there yet is made; else that is an error.

    Raises:
        UsageError: there is no embedded store in the folder.
        StoreUnavailable: it does not start.
    """
    dsn = configured_dsn(args, settings)
    if dsn:
        yield dsn
        return
    folder = data_folder(args, settings) / STORE_FOLDER
    if not create and not folder.exists():
        raise UsageError(f"there is no store in {folder.parent}", "name one with --data DIR or --store DSN")
    from maritime_grid.store.embedded import EmbeddedPostgres  # noqa: PLC0415 (only where it is needed)

    make_folder(folder.parent)
    with EmbeddedPostgres(folder) as server:
        yield server.dsn


def make_folder(folder: Path) -> None:
    """Raises: UsageError: it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}", "name a folder that can be written with --data DIR") from None
