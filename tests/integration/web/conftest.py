"""The dashboard with logins over a real store, on a clock that tests turn, asked over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from dash import Dash

from dashboard.app import create_app
from dashboard.auth.asked import AuthOptions
from dashboard.auth.guarding import configured_auth
from maritime_grid.domain.totp import code_of, step_of
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.settings_model import AccessSettings
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.writer import Store
from tests.integration.conftest import fresh_database
from tests.integration.store.account_build import BODIES, UNITS, places
from tests.unit.dashboard.reads_builder import FleetReads
from tests.unit.dashboard.reads_builder import options as wall_options
from tests.unit.dashboard.serving import serving

from .attack_world import World, attacked
from .forms import PASSWORD, fields

NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still unless a test turns it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def ms(self) -> int:
        return round(self.at.timestamp() * 1000)

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def dsn(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A store with a few units and bodies, and an account of each role, named as its role; one for a module."""
    for made in fresh_database(postgres.dsn):
        with Store.open(made) as store:
            store.migrate()
        places(made)
        with opened(made) as accounts:
            accounts.write_table()
            for role in accounts.access.roles:
                new = NewAccount(role, role, UNITS.get(role), BODIES.get(role), name_shown=f"<b>{role}</b>")
                accounts.add(new, PASSWORD, NOON, by="test")
        yield made


def opened(dsn: str) -> Accounts:
    settings = load_settings()
    return Accounts(dsn, load_access(settings), login_rules(settings.access))


def auth(**changes: Any) -> AuthOptions:
    access = load_settings().access
    return configured_auth(AccessSettings.model_validate(access.model_dump() | changes))


@dataclass
class Site:
    """A running dashboard and the browsers of this test."""

    address: str
    accounts: Accounts
    app: Dash
    clock: Clock
    stack: ExitStack
    secrets: dict[str, str] = field(default_factory=dict)

    def browser(self, **headers: str) -> httpx.Client:
        """One without cookies, which sends Origin as browsers do."""
        sent = {"Origin": self.address, "Accept": "text/html"} | headers
        return self.stack.enter_context(
            httpx.Client(base_url=self.address, headers=sent, trust_env=False, timeout=30, follow_redirects=False)
        )

    def logged_in(self, name: str, **headers: str) -> httpx.Client:
        """A browser of the account of that name, past the second factor where its role has one."""
        browser = self.browser(**headers)
        if self.accounts.access.roles[self.accounts.one(name).role].second_factor and name not in self.secrets:
            self.secrets[name] = self.accounts.new_second_factor(name, self.clock(), by="test")
        answer = self.login(browser, name)
        assert answer.status_code == 303, answer.text
        if answer.headers["location"].startswith("/login/code"):
            answer = self.enter_code(browser, name)
            assert answer.status_code == 303, answer.text
        return browser

    def login(self, browser: httpx.Client, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        form = fields(browser.get("/login", params={k: v for k, v in more.items() if k in {"next", "lang"}}).text)
        return browser.post("/login", data=form | {"name": name, "password": password} | more)

    def enter_code(self, browser: httpx.Client, name: str, code: str = "", **more: str) -> httpx.Response:
        """The code of now; of the next half minute, since none is taken twice."""
        self.clock.forward(30)
        form = fields(browser.get("/login/code").text)
        given = code or code_of(self.secrets[name], step_of(self.clock().timestamp()))
        return browser.post("/login/code", data=form | {"code": given} | more)


@contextmanager
def site(
    dsn: str, clock: Clock, options: AuthOptions | None = None, prepare: Callable[[Dash], None] | None = None
) -> Iterator[Site]:
    """The dashboard served over a store; `prepare` may add to it before it starts."""
    with opened(dsn) as accounts, ExitStack() as stack:
        settings = replace(wall_options(), refresh_s=30.0, min_refresh_s=30.0)
        app = create_app(
            FleetReads(clock, size=20), settings=settings, clock=clock.ms, accounts=accounts, auth=options or auth()
        )
        if prepare:
            prepare(app)
        address = stack.enter_context(serving(app.server))
        yield Site(address, accounts, app, clock, stack)


@pytest.fixture(scope="session")
def world(plain_server: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One running desk full of attacks for all tests that attack it; they leave it as they found it."""
    for made in fresh_database(plain_server, migrated):
        with attacked(made, tmp_path_factory.mktemp("feeds")) as running:
            yield running
