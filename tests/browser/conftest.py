"""Chromium, and the wall over rows from memory, with switches for what can go wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from dashboard.app import create_app
from dashboard.serve import now_ms
from tests import needs
from tests.unit.dashboard.reads_builder import FleetReads, options
from tests.unit.dashboard.serving import serving

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
STATE = "[window.MG && MG.lastError, window.__mg?.error, window.__mg].map(x => JSON.stringify(x)).join().slice(0, 500)"
SHOTS = needs.ROOT / "build" / "screenshots"


@dataclass
class Wall:
    """One open wall. `outside` holds requests to other hosts, `errors` what the console and the page complained of."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def wait(self, expression: str, timeout_s: float = 20) -> None:
        """Until `expression` holds. Asked from outside: the page's policy forbids Playwright's own way."""
        ends = time.monotonic() + timeout_s
        while not self._holds(expression):
            assert time.monotonic() < ends, f"not within {timeout_s} s: {expression}; {self.page.evaluate(STATE)}"
            self.page.wait_for_timeout(100)

    def _holds(self, expression: str) -> bool:
        try:
            return bool(self.page.evaluate(f"Boolean({expression})"))
        except BrowserError as error:  # asked in the middle of going to another page: it holds on neither
            if "context was destroyed" not in str(error):
                raise
            return False

    def painted(self) -> dict[str, Any]:
        return self.page.evaluate("window.__mg.painted")

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def shot(self, name: str) -> Path:
        SHOTS.mkdir(parents=True, exist_ok=True)
        path = SHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path


Opener = Callable[..., Wall]


@pytest.fixture
def reads() -> FleetReads:
    return FleetReads(lambda: datetime.now(UTC)).with_troubles()


@pytest.fixture
def address(reads: FleetReads) -> Iterator[str]:
    app = create_app(reads, settings=options(), clock=now_ms)
    with serving(app.server) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> str:
    return str(needs.chromium())


@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium, one for all tests here; whoever opens a context, which has a profile of its own, closes it."""
    # not for the session: while it is there, its event loop is that of the main thread
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_wall(browser: Browser) -> Iterator[Opener]:
    """Opens a wall with a fresh profile; closes all at the end."""
    with ExitStack() as stack:

        def start(url: str, width: int = 1920, height: int = 1080) -> Wall:
            context = browser.new_context(viewport={"width": width, "height": height})
            stack.callback(context.close)
            wall = Wall(context.new_page())
            _watch(context, wall)
            wall.page.goto(url)
            return wall

        yield start


def _watch(context: BrowserContext, wall: Wall) -> None:
    def route(handler: Any) -> None:
        if "//127.0.0.1:" in handler.request.url:
            handler.continue_()
        else:
            wall.outside.append(handler.request.url)
            handler.abort()

    context.route("**/*", route)
    wall.page.on("console", lambda m: wall.errors.append(m.text) if m.type in {"error", "warning"} else None)
    wall.page.on("pageerror", lambda e: wall.errors.append(f"{e}\n{getattr(e, 'stack', '') or ''}"))
