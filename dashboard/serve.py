"""The dashboard as a process: one ASGI server over one store."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import uvicorn

from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.settings import Settings, area_file, load_settings
from maritime_grid.store.reads import Reads

from .app import create_app
from .options import DashboardSettings


def now_ms() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def dashboard_settings(settings: Settings) -> DashboardSettings:
    """The wall's part of the configuration."""
    wide = area_file(settings, "land_far")
    same = {
        name: getattr(settings.dashboard, name)
        for name in DashboardSettings.__dataclass_fields__
        if name not in {"coast_file", "wide_coast_file"}
    }
    coast = area_file(settings, "land_drawn")
    return DashboardSettings(coast_file=coast, wide_coast_file=wide if wide.is_file() else None, **same)


def serve(dsn: str, settings: DashboardSettings, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; the store need not be there yet.

    Raises:
        OSError: the coast file cannot be read.
    """
    reads = Reads(dsn)
    try:
        app = create_app(reads, settings=settings, clock=now_ms)
        config = uvicorn.Config(
            app.server,  # pyright: ignore[reportArgumentType]  (an ASGI application; typed for Flask)
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            limit_concurrency=1_000,
        )
        uvicorn.Server(config).run()
    finally:
        reads.close()


def main(argv: list[str] | None = None) -> int:
    """`python -m dashboard --store DSN [--host H] [--port N] [--config FILE] [--demo]`; exit codes as the CLI's."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    parser.add_argument("--store", required=True, metavar="DSN", help="address of the store")
    parser.add_argument("--host", help="address to listen on (default: the configuration's)")
    parser.add_argument("--port", type=int, help="port to listen on (default: the configuration's)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="the operator's configuration")
    parser.add_argument("--demo", action="store_true", help="mark every screen as demonstration data")
    options = parser.parse_args(argv)
    try:
        settings = load_settings(options.config)
        wall = dashboard_settings(settings)
        if options.demo:
            wall = replace(wall, demo=True)
        serve(options.store, wall, options.host or settings.dashboard.host, options.port or settings.dashboard.port)
    except MaritimeGridError as error:
        print(f"dashboard: error: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except OSError as error:
        print(f"dashboard: error: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0
