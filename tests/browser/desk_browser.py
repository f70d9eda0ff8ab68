"""Chromium at the desk's pages: windows of several accounts beside one another, each watched as the wall is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.integration.conftest import fresh_dsn, migrated, plain_server, postgres, reachable_tmp
from tests.integration.store import case_build as cb
from tests.integration.web.desks import DeskSite, desk_site

from .conftest import Wall, _watch

__all__ = ["PHONE", "desk", "fresh_dsn", "migrated", "open_desk", "plain_server", "postgres", "reachable_tmp"]

OpenDesk = Callable[..., Wall]
PHONE = (390, 844)


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


@pytest.fixture
def open_desk(browser: Browser, desk: DeskSite) -> Iterator[OpenDesk]:
    """Opens a page as an account in a window of its own; closes all at the end."""
    with ExitStack() as stack:

        def start(name: str, path: str, width: int = 1366, height: int = 768) -> Wall:
            context = browser.new_context(viewport={"width": width, "height": height})
            stack.callback(context.close)
            context.add_cookies([{"name": "mg", "value": desk.token(name), "url": desk.address}])
            window = Wall(context.new_page())
            _watch(context, window)
            window.page.goto(desk.address + path)
            window.wait("document.querySelector('.desk')")
            return window

        yield start
