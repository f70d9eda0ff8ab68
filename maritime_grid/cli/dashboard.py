"""`maritime-grid dashboard`: serve the wall. It is another program, started by command line, never imported."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from maritime_grid.pipeline.supervise import guarded

from .store_option import add_store_options, port_number, settings_of, store_dsn

GRACE_S = 8.0  # from the request to stop until it is enforced


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store_options(parser)
    parser.add_argument("--host", help="address to listen on (default: dashboard.host of the settings)")
    parser.add_argument("--port", type=port_number, help="port (default: dashboard.port of the settings)")


def command(host: str, port: int) -> list[str]:
    """The store goes by MG_STORE__DSN: its password is nobody's business who lists processes."""
    return [sys.executable, "-m", "dashboard", "--host", host, "--port", str(port)]


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    host, port = args.host or settings.dashboard.host, args.port or settings.dashboard.port
    with store_dsn(args, settings) as dsn:
        environment = os.environ | {"MG_STORE__DSN": dsn}
        if args.config:
            environment["MG_CONFIG"] = str(args.config.absolute())
        child = subprocess.Popen(guarded(command(host, port)), env=environment)
        try:
            return child.wait()
        finally:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Asks it to stop, then makes it; nothing to do where it has ended."""
    child.terminate()
    try:
        child.wait(timeout=GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
