"""The dashboard as a process: one ASGI server over one store."""

from __future__ import annotations

import argparse
import ssl
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uvicorn

from maritime_grid.domain.errors import MaritimeGridError, SettingsError, UsageError
from maritime_grid.settings import Settings, area_file, load_settings
from maritime_grid.settings_access import load_access, login_rules, refuse_open_bind, secret_key
from maritime_grid.settings_model import AccessSettings
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.reads import Reads
from maritime_grid.store.sealing import Seal

from .app import create_app
from .auth.guarding import configured_auth
from .connections import Bounds, bounded, make_room
from .desk import opened_desk
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
        if name not in {"coast_file", "wide_coast_file", "guarded_kinds"}
    }
    guarded = tuple(name for name, kind in settings.zone_kinds.items() if kind.entry_severity != "none")
    coast = area_file(settings, "land_drawn")
    return DashboardSettings(
        coast_file=coast, wide_coast_file=wide if wide.is_file() else None, guarded_kinds=guarded, **same
    )


def serve(dsn: str, wall: DashboardSettings, host: str, port: int, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; the store need not be there yet.

    Raises:
        OSError: the coast file cannot be read.
        SettingsError: it may not listen there, or the table of access or a file of TLS is wrong.
    """
    access = settings.access
    refuse_open_bind(host, access)
    _refuse_wrong_tls(access)
    make_room()
    with (
        closing(Reads(dsn)) as reads,
        Accounts(dsn, load_access(settings), login_rules(access), seal=Seal(partial(secret_key, access))) as accounts,
        opened_desk(dsn, settings, reads, lambda: datetime.now(UTC)) as desk,
    ):
        auth = configured_auth(access)
        app = create_app(reads, settings=wall, clock=now_ms, desk=desk, accounts=accounts, auth=auth)
        config = uvicorn.Config(
            app.server,  # pyright: ignore[reportArgumentType]  (an ASGI application; typed for Flask)
            host=host,
            port=port,
            log_level="error",  # a warning for each line that is no request would fill the log
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            http=bounded(Bounds(trusted=access.trusted_proxies)),
            ws="none",  # no page uses one
            proxy_headers=False,  # the guard reads them, from access.trusted_proxies alone
            ssl_certfile=access.tls_cert_file or None,
            ssl_keyfile=access.tls_key_file or None,
        )
        uvicorn.Server(config).run()


def _refuse_wrong_tls(access: AccessSettings) -> None:
    """Raises: SettingsError: the files of TLS are none."""
    if not access.tls_cert_file:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(access.tls_cert_file, access.tls_key_file)
    except OSError as error:
        named = f"access.tls_cert_file {access.tls_cert_file} with tls_key_file {access.tls_key_file}"
        raise SettingsError(f"{named}: {error}", "name a certificate and its key, PEM") from None


def main(argv: list[str] | None = None) -> int:
    """`python -m dashboard [--store DSN] [--host H] [--port N] [--config FILE] [--demo]`; exit codes as the CLI's."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    parser.add_argument("--store", metavar="DSN", help="address of the store (default: the configuration's)")
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
        dsn = options.store or settings.store.dsn
        if not dsn:
            raise UsageError("no store is named", "give --store DSN, or set store.dsn in the settings")
        host, port = options.host or settings.dashboard.host, options.port or settings.dashboard.port
        serve(dsn, wall, host, port, settings)
    except MaritimeGridError as error:
        print(f"dashboard: error: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except OSError as error:
        print(f"dashboard: error: {error}", file=sys.stderr)  # noqa: T201
        return 2
    return 0
