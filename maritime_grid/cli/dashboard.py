"""`maritime-grid dashboard`: serve the wall. It is another program, started by command line, never imported."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from .store_option import add_store_options, settings_of, store_dsn


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store_options(parser)
    parser.add_argument("--host", help="address to listen on (default: dashboard.host of the settings)")
    parser.add_argument("--port", type=int, help="port (default: dashboard.port of the settings)")


def command(dsn: str, host: str, port: int) -> list[str]:
    return [sys.executable, "-m", "dashboard", "--store", dsn, "--host", host, "--port", str(port)]


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    host, port = args.host or settings.dashboard.host, args.port or settings.dashboard.port
    with store_dsn(args, settings) as dsn:
        environment = os.environ | ({"MG_CONFIG": str(args.config.absolute())} if args.config else {})
        with subprocess.Popen(command(dsn, host, port), env=environment) as child:
            try:
                return child.wait()
            except KeyboardInterrupt:
                child.terminate()
                child.wait(timeout=10)
                raise
