"""`maritime-grid up`: everything on this machine, with what is not configured started here.

The store and the broker run here only where the settings name none. Ctrl-C or SIGTERM stops all of it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from maritime_grid.domain.errors import ServiceUnavailableError
from maritime_grid.pipeline import ports
from maritime_grid.pipeline.supervise import Command, Keeper, Supervisor
from maritime_grid.settings import Settings
from maritime_grid.settings_access import refuse_open_bind

from . import dashboard as dashboard_command
from .demo_accounts import FILE as DEMO_ACCOUNTS
from .demo_accounts import save_demo_accounts
from .first_people import save_demo_people
from .locks import sole_user
from .prepare import prepare_store
from .revive import Reviver
from .store_option import (
    STORE_FOLDER,
    add_store_options,
    configured_dsn,
    data_folder,
    make_folder,
    port_number,
    settings_of,
)

READY_TIMEOUT_S = 90.0
STORE_CHECK_S = 5.0
HOPELESS = 3  # failures in a row of one program during the start


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store_options(parser)
    parser.add_argument("--demo", action="store_true", help="with a made-up fleet, marked as such on every screen")
    parser.add_argument("--port", type=port_number, help="port of the wall (default: dashboard.port of the settings)")


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    folder = data_folder(settings)
    make_folder(folder)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    _stop_on_sigterm()
    with ExitStack() as stack:
        stack.enter_context(sole_user(folder / "up.lock", f"maritime-grid is already up on {folder}"))
        up = Up(args, settings, folder, console)
        try:
            up.start(stack)
            up.watch()
        except KeyboardInterrupt:
            console.print("\nstopping 正在停止 …")
            _ignore_signals()
            stack.close()
            console.print("stopped 已停止")
    return 0


@dataclass(slots=True)
class Step:
    """Start steps on the console, with their times."""

    console: Console

    @contextmanager
    def __call__(self, what: str) -> Generator[None]:
        begun = time.monotonic()
        with self.console.status(escape(what)):
            yield
        self.console.print(f"[green]✓[/] {escape(what)} [dim]{time.monotonic() - begun:.1f} s[/]")


class Up:
    """What `up` has started."""

    def __init__(self, args: argparse.Namespace, settings: Settings, folder: Path, console: Console) -> None:
        self.demo = bool(args.demo)
        self.config: Path | None = args.config
        self.dsn = configured_dsn(args, settings)
        self.settings = settings
        self.folder = folder
        self.host, self.port = settings.dashboard.host, args.port or settings.dashboard.port
        self.console = console
        self.step = Step(console)
        self.children = Supervisor(self.say)
        self.claims = ports.Claims()
        self.embedded: Path | None = None
        self.reviver: Reviver | None = None
        self._broker_argv: list[str] = []

    def say(self, name: str, line: str) -> None:
        self.console.print(f"[cyan]{name:<9}[/] [dim]│[/] {escape(line)}")

    def _note(self, line: str) -> None:
        self.console.print(f"  {escape(line)}")

    def start(self, stack: ExitStack) -> None:
        """Starts the demo fleet, broker, store, ingest and dashboard; returns when the wall answers.

        Raises:
            SettingsError: the wall may not listen there. UsageError: the port is taken.
            ServiceUnavailableError: something does not come up.
        """
        refuse_open_bind(self.host, self.settings.access)
        stack.enter_context(self.claims)
        self.claims.must_be_free(self.host, self.port)
        stack.enter_context(self.children)
        environment = self._environment()
        if self.demo:  # first, since it plans its routes for seconds; it brings its roster when it is ready
            whose = ["--data", str(self.folder)] if not self.dsn else []
            there = {"MG_STORE__DSN": self.dsn} if self.dsn else {}
            argv = [*_ourselves(), "simulate", "--roster", *whose]
            self.children.start(Command("simulate", argv, environment | there))
        if not self.settings.broker.url:
            self.children.start(Command("broker", self._broker_argv))
        with self.step("store 数据库"):
            self._start_store(stack)
            stack.callback(self.children.stop)  # before the store they use
        with self.step("schema and area 库表与网格"):
            prepare_store(self.dsn, self.settings)
            if self.demo:
                save_demo_people(self.dsn, self.settings)
            if self.demo and self.embedded:  # a store of one's own is nobody's to try things in
                save_demo_accounts(self.dsn, self.settings, self.folder)
        with self.step("ingest and wall 接入与大屏"):
            environment["MG_STORE__DSN"] = self.dsn
            self.children.start(Command("ingest", [*_ourselves(), "ingest"], environment))
            wall = dashboard_command.command(self.host, self.port)
            self.children.start(Command("dashboard", wall, environment))
            self._wait_for_wall()
        self._tell()

    def watch(self) -> None:
        """Keeps everything running until Ctrl-C or SIGTERM."""
        checked = time.monotonic()

        def due() -> bool:
            return time.monotonic() - checked >= STORE_CHECK_S

        while True:
            self.children.run(due)
            checked = time.monotonic()
            if self.reviver:
                self.reviver.check()

    def _start_store(self, stack: ExitStack) -> None:
        if self.dsn:
            return
        from maritime_grid.store.embedded import EmbeddedPostgres  # noqa: PLC0415 (only where none is configured)

        self.embedded = self.folder / STORE_FOLDER
        server = stack.enter_context(EmbeddedPostgres(self.embedded))
        stack.enter_context(Keeper(self.embedded))
        self.reviver = Reviver(self.embedded, self.say)
        stack.callback(self.reviver.stop)  # before the store it would start again
        self.dsn = server.dsn
        self.console.print(f"  [dim]{escape(server.where)}[/]")

    def _environment(self) -> dict[str, str]:
        """Variables for the children: what was chosen here, over what the settings say."""
        environment = {
            "MG_STORE__DATA_DIR": str(self.folder),
            "MG_DASHBOARD__DEMO": json.dumps(self.demo or self.settings.dashboard.demo),
        }
        if self.config:
            environment["MG_CONFIG"] = str(self.config.absolute())
        feeds = ports.with_free_ports(self.settings.feeds, self.claims, self._note)
        if feeds != self.settings.feeds:
            environment["MG_FEEDS"] = json.dumps([feed.model_dump(mode="json") for feed in feeds])
        if not self.settings.broker.url:
            port, port_v4 = self.claims.free_port(1883), self.claims.free_port(1884)
            environment["MG_BROKER__URL"] = f"mqtt://127.0.0.1:{port}"
            self._broker_argv = [*_ourselves(), "broker", "--port", str(port), "--port-v4", str(port_v4)]
        return environment

    def _wait_for_wall(self) -> None:
        """With a demo fleet until its data flows; else a feed may be silent for long, and a live page is enough."""
        page = "readyz" if self.demo else "healthz"
        url = f"{self._scheme()}://{ports.dialled(self.host)}:{self.port}/{page}"
        began = time.monotonic()

        def live() -> bool:
            if not self.demo:
                return ports.http_ok(url)
            age = ports.data_age_s(url)  # data that came before is that of an earlier run
            return age is not None and age < time.monotonic() - began

        self.children.run(lambda: live() or self._hopeless(), timeout_s=READY_TIMEOUT_S)
        if not ports.http_ok(url):
            raise ServiceUnavailableError(f"the wall does not answer at {url}", "see the lines above")

    def _scheme(self) -> str:
        return "https" if self.settings.access.tls_cert_file else "http"

    def _hopeless(self) -> bool:
        """Whether a program keeps ending right after its start: no use to wait on."""
        return any(self.children.failures(name) >= HOPELESS for name in self.children.names())

    def _tell(self) -> None:
        address = f"{self._scheme()}://{ports.dialled(self.host)}:{self.port}/"
        self.console.print(f"[bold]大屏已就绪 The wall is live: {address}[/]  （Ctrl-C 停止 to stop）")
        self.console.print(f"  [dim]数据目录 data: {escape(str(self.folder))}[/]")
        if (self.folder / DEMO_ACCOUNTS).is_file():
            self.console.print(f"  [dim]演示账号 accounts to try: {escape(str(self.folder / DEMO_ACCOUNTS))}[/]")


def _ourselves() -> list[str]:
    return [sys.executable, "-m", "maritime_grid"]


def _stop_on_sigterm() -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)


def _ignore_signals() -> None:
    """While stopping: a second Ctrl-C must not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(OSError):  # it came just now, and is ignored as it should be
            signal.signal(number, signal.SIG_IGN)
