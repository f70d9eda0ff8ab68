"""The command `maritime-grid`. Holds the frame and the table of commands; each command is one module here.

A command module has `add_arguments(parser)` and `run(args) -> int`; it is imported only when it is called, so that
help stays fast. Exit codes: 0 done, 2 wrong use or configuration, 3 a needed service cannot be reached, 130 stopped
by Ctrl-C, 143 by SIGTERM, from the first imports on; a command that runs until it is stopped handles both itself and
ends with 0. Expected failures are one line on stderr; a traceback is a bug.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import NoReturn

COMMANDS = {
    "up": "start everything: store, broker, ingest and wall",
    "migrate": "bring the store's schema up to date",
    "ingest": "take in the configured feeds until stopped",
    "replay": "run recordings through the engine into the store",
    "grids": "validate, load, retire or list grids and zones",
    "people": "import, export or check people, posts, units, teams and work items",
    "units": "list the jurisdictions",
    "user": "accounts, their passwords, second factors and sessions",
    "status": "what is in the store and how its feeds are",
    "export": "write positions, events or alerts as CSV or GeoJSON",
    "archive": "verify or seal the archive of cases",
    "sql": "read-only query on the api schema",
    "simulate": "run or record a made-up fleet",
    "dashboard": "serve the wall",
    "broker": "run the embedded MQTT broker",
}
PROGRAM = "maritime-grid"


class Terminated(KeyboardInterrupt):
    """SIGTERM came: everything is left in order, as after Ctrl-C."""


class Parser(argparse.ArgumentParser):
    """Errors of use in one line, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{PROGRAM}: error: {message}; see {self.prog} --help\n")


def build_parser(command: str | None) -> Parser:
    """The parser; only the arguments of `command` are filled in."""
    parser = Parser(prog=PROGRAM, description="Feeds to sea grids, alerts and a live wall. 海上网格")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    for name, what in COMMANDS.items():
        below = commands.add_parser(name, help=what, description=what)
        if name == command:
            module = import_module(f"{__name__}.{name}")
            module.add_arguments(below)
            below.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command. Stopping it is no failure from here on: the imports of a command take seconds.

    Returns:
        The exit code.
    """
    try:
        with _ended_in_order():
            return _run(argv)
    except Terminated:
        return 143
    except KeyboardInterrupt:
        return 130


def _run(argv: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    command = next((word for word in words if not word.startswith("-")), None)
    parser = build_parser(command)
    args = parser.parse_args(words)
    if args.command is None:
        parser.print_help()
        return 2
    return guarded(args)


def guarded(args: argparse.Namespace) -> int:
    """Calls the command; expected failures become one line and an exit code."""
    from maritime_grid.domain.errors import MaritimeGridError  # noqa: PLC0415 (help needs none of it)

    try:
        with _ended_in_order():
            return int(args.run(args))
    except MaritimeGridError as error:
        print(f"{PROGRAM}: error: {error}", file=sys.stderr)
        return error.exit_code
    except Terminated:
        return 143
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


@contextmanager
def _ended_in_order() -> Generator[None]:
    """SIGTERM raises inside, once, so that what a command has started is stopped; commands may set their own."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    signal.signal(signal.SIGTERM, lambda _number, _frame: None)  # a second one must not cut the leaving short
    raise Terminated
