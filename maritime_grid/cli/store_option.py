"""`--config FILE`, and `--store DSN | --data DIR`: which settings and which store a command uses."""

from __future__ import annotations

import argparse
import os
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
    """The settings, with the folder of --data as their data folder: spool and all else lie there too.

    Raises: SettingsError.
    """
    settings = load_settings(args.config)
    folder: Path | None = getattr(args, "data", None)
    if folder is None:
        return settings
    store = settings.store.model_copy(update={"data_dir": str(folder.absolute())})
    return settings.model_copy(update={"store": store})


def data_folder(settings: Settings) -> Path:
    """The data folder, absolute."""
    return data_dir(settings).absolute()


def configured_dsn(args: argparse.Namespace, settings: Settings) -> str:
    """DSN of an existing store, or "" for the embedded one.

    Raises: StoreError: it is no DSN.
    """
    dsn = "" if args.data else (args.store or settings.store.dsn)
    if not dsn:
        return ""
    from maritime_grid.store.connect import with_timeout  # noqa: PLC0415 (only where it is needed)

    return with_timeout(dsn, settings.store.connect_timeout_s)


def port_number(text: str) -> int:
    """A port, as an argument gives it."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number of 1 to 65535")
    return int(text)


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
    folder = data_folder(settings) / STORE_FOLDER
    if not create and not os.path.lexists(folder):  # False where we may not look, too
        raise UsageError(f"there is no store in {folder.parent}", "name one with --data DIR or --store DSN")
    from maritime_grid.store.embedded import EmbeddedPostgres  # noqa: PLC0415 (only where it is needed)

    make_folder(folder.parent)
    with EmbeddedPostgres(folder) as server:
        yield server.dsn


def make_folder(folder: Path) -> None:
    """Raises: StoreError: it cannot be made."""
    from maritime_grid.store import pgdata  # noqa: PLC0415 (the same modes as the store's own folders)

    pgdata.make_folder(folder)
