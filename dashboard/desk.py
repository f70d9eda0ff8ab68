"""What the pages of people work with: reads as the account that asks, commands, the plan of cases, and a clock."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from maritime_grid.cases.plan import Plan
from maritime_grid.cases_settings import CaseSettings, configured_cases, plan_of
from maritime_grid.pipeline.finder import finder_of
from maritime_grid.settings import Settings, area_file
from maritime_grid.settings_model import PeopleSettings, PublicSettings
from maritime_grid.store.access_log import AccessLog
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.alert_acts import Alerts
from maritime_grid.store.archive import Archive
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import command_pool
from maritime_grid.store.grid_changes import GridChanges
from maritime_grid.store.people import People
from maritime_grid.store.reads import Reads


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed to every page of people.

    Attributes:
        reads: `reads.as_account(account_id)` gives a connection that sees what is that account's to see; with it go
            the functions of `maritime_grid.store.case_reads` and the like.
        cases: commands; each checks by itself who may do it.
        plan: clocks, routes, limits of cases.
        case_settings: the same as configured, with the words of subkinds and competences.
        now: the present moment, aware UTC; tests move it.
        alerts: commands on alerts, likewise.
        public: how much anyone may send and ask without an account; None: as the configuration says.
        grids: commands on changes of grids; None, as with all below: the page that needs it is not there.
        people: commands on people and their posts.
        accounts: who may log in; `create_app` adds those that it is given.
        access_log: who read what.
        archive: checks the whole archive of cases, which takes a while.
        people_settings: skills of teams and so on; None: as the configuration says.
        coast: GeoJSON of the land, for the chart of the phone; None: as the configuration says.
        at_end: what pages want done when the server stops.
    """

    reads: Reads
    cases: Cases
    plan: Plan
    case_settings: CaseSettings
    now: Callable[[], datetime]
    alerts: Alerts
    public: PublicSettings | None = None
    grids: GridChanges | None = None
    people: People | None = None
    accounts: Accounts | None = None
    access_log: AccessLog | None = None
    archive: Archive | None = None
    people_settings: PeopleSettings | None = None
    coast: Path | None = None
    at_end: list[Callable[[], None]] = field(default_factory=list["Callable[[], None]"])


@contextmanager
def opened_desk(dsn: str, settings: Settings, reads: Reads, now: Callable[[], datetime]) -> Generator[Desk]:
    """The desk over a store, which need not be there yet.

    Args:
        dsn: the store.
        settings: of the product.
        reads: of the same store.
        now: aware UTC.

    Raises:
        SettingsError: the settings of cases are wrong.
    """
    words = configured_cases(settings)
    plan, finder = plan_of(words), finder_of(dsn, settings)
    skills = frozenset(settings.people.skills)
    with command_pool(dsn) as pool, People(dsn, skills=skills) as people:
        places = finder.grid_at, finder.zone_kinds_at
        cases, alerts = Cases(pool.connection, plan, *places), Alerts(pool.connection, plan, *places)
        yield Desk(
            reads, cases, plan, words, now, alerts, settings.public, GridChanges(pool.connection), people,
            access_log=AccessLog(pool.connection), archive=Archive(dsn, pool.connection),
            people_settings=settings.people, coast=area_file(settings, "land_drawn"),
        )  # fmt: skip
