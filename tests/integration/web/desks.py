"""The dashboard with its desk over the small world of cases, on a clock that tests turn; browsers logged in at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from dash import Dash

from dashboard.app import create_app
from dashboard.auth.guarding import configured_auth
from dashboard.desk import Desk
from maritime_grid.cases_settings import load_case_settings, plan_of
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.settings_model import PublicSettings
from maritime_grid.store.access_log import AccessLog
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.alert_acts import Alerts
from maritime_grid.store.archive import Archive
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import command_pool, connect
from maritime_grid.store.grid_changes import GridChanges
from maritime_grid.store.people import People
from maritime_grid.store.reads import Reads
from maritime_grid.store.sessions import Origin, begin
from tests.integration.store import case_build as cb
from tests.unit.dashboard.reads_builder import FleetReads, options
from tests.unit.dashboard.serving import serving


@dataclass
class Clock:
    """Stands still unless a test turns it."""

    at: datetime = cb.NOW

    def __call__(self) -> datetime:
        return self.at

    def ms(self) -> int:
        return round(self.at.timestamp() * 1000)

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


@dataclass
class DeskSite:
    """A running dashboard over a store that `case_build.people` filled."""

    address: str
    dsn: str
    desk: Desk
    clock: Clock
    stack: ExitStack
    app: Dash

    def token(self, name: str) -> str:
        """Of a session that begins now."""
        with connect(self.dsn, "test") as conn:
            return begin(conn, name, Origin(), self.clock(), whole=True)

    def browser(self, name: str | None = None) -> httpx.Client:
        """A client of one account, which sends what browsers and our scripts send."""
        client = httpx.Client(base_url=self.address, headers={"Origin": self.address}, trust_env=False, timeout=30)
        self.stack.enter_context(client)
        if name:
            client.cookies.set("mg", self.token(name), domain="127.0.0.1")
            client.get("/cases")  # gives the token of forms
            client.headers["X-CSRFToken"] = client.cookies.get("mg_csrf") or ""
        return client

    def layout(self, client: httpx.Client, path: str, search: str = "") -> Any:
        """What Dash is given for a page."""
        inputs = [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": search},
        ]
        output = ".._pages_content.children..._pages_store.data.."
        outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
        body = {"output": output, "outputs": outputs, "inputs": inputs, "changedPropIds": ["_pages_location.pathname"]}
        return client.post("/_dash-update-component", json=body)


@contextmanager
def desk_site(dsn: str, *, own_wall: bool = False, public: PublicSettings | None = None) -> Iterator[DeskSite]:
    """The dashboard served over a store.

    Args:
        dsn: the store.
        own_wall: the wall shows what is in the store; else a made-up fleet.
        public: how much anyone may send; None: as configured.
    """
    clock, access = Clock(), cb.SETTINGS.access
    settings = load_case_settings()
    with ExitStack() as stack:
        reads = stack.enter_context(closing(Reads(dsn)))
        accounts = stack.enter_context(Accounts(dsn, load_access(cb.SETTINGS), login_rules(access)))
        lend = stack.enter_context(command_pool(dsn)).connection
        plan = plan_of(settings)
        alerts = Alerts(lend, plan, cb.locate, cb.zones)
        people = stack.enter_context(People(dsn, skills=frozenset(cb.SETTINGS.people.skills)))
        cases = Cases(lend, plan, cb.locate, cb.zones)
        desk = Desk(
            reads, cases, plan, settings, clock, alerts, grids=GridChanges(lend), people=people, accounts=accounts,
            access_log=AccessLog(lend), archive=Archive(dsn, lend), people_settings=cb.SETTINGS.people, public=public,
        )  # fmt: skip
        wall = replace(options(), refresh_s=30.0, min_refresh_s=30.0)
        fleet = reads if own_wall else FleetReads(clock, size=5)
        app = create_app(
            fleet, settings=wall, clock=clock.ms, desk=desk, accounts=accounts, auth=configured_auth(access)
        )
        address = stack.enter_context(serving(app.server))
        yield DeskSite(address, dsn, desk, clock, stack, app)
