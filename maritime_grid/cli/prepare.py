"""A store ready for use: schema up to date, and in it, where it has none yet, the configured area and its units."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from maritime_grid.cases_settings import configured_cases
from maritime_grid.settings import Settings
from maritime_grid.settings_access import load_access, login_rules, secret_key
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.registry import RosterRow
from maritime_grid.store.sealing import Seal
from maritime_grid.store.writer import Store

from .first_people import prepare_people

if TYPE_CHECKING:  # slow to load, and only the demonstration needs it
    from maritime_grid.simulate import RosterEntry

log = logging.getLogger(__name__)
ALWAYS = -(2**62)  # in force from the beginning
MEND = "see docs/access.md, In the database, for what an administrator types, then: maritime-grid migrate"


def now_us() -> int:
    return time.time_ns() // 1000


def prepare_store(dsn: str, settings: Settings) -> None:
    """Migrates and, in a store without them, files units and bodies, and the area of the settings.

    Later changes are filed by people, with `maritime-grid people import` and `grids load`: a start must not undo them.

    Raises:
        StoreUnavailable: the store cannot be reached. UsageError: the area's files are wrong. SettingsError: those of
            cases or access are.
    """
    configured_cases(settings)  # said here, not by the child that needs them
    with Store.open(dsn) as store:
        store.migrate()
        prepare_access(dsn, settings)
        prepare_people(dsn, settings)
        if store.places_world():
            return
        from .area import read_area  # noqa: PLC0415 (shapely is slow to load, and seldom needed here)

        places, ports = read_area(settings)
        store.save_ports(ports)
        store.save_places(places, filed_by="maritime-grid", reason="first load", valid_from=ALWAYS)


def prepare_access(dsn: str, settings: Settings) -> None:
    """The table of access into the store, and the database roles of accounts that came without, as after a restore.

    Raises:
        SettingsError: the table is wrong. StoreUnavailable: the store cannot be reached.
    """
    with open_accounts(dsn, settings) as accounts:
        accounts.write_table()
        without = accounts.mend_roles()
    if without:
        said = f"{', '.join(without[:10])}{' ...' if len(without) > 10 else ''}"
        log.warning("%d accounts can read nothing, for they have no database role: %s; %s", len(without), said, MEND)


def open_accounts(dsn: str, settings: Settings) -> Accounts:
    """Accounts under the configured table and rules. Raises: SettingsError: the table is wrong."""
    seal = Seal(partial(secret_key, settings.access))
    return Accounts(dsn, load_access(settings), login_rules(settings.access), seal=seal)


def save_demo_roster(dsn: str, entries: Iterable[RosterEntry]) -> None:
    """The made-up fleet's vessels into the roster, marked as a sample; those of the operator stay."""
    rows = [
        RosterRow(e.mmsi, e.name_zh, e.vessel_class, e.home_port, e.gear, owner={"sample": e.sample}) for e in entries
    ]
    with Store.open(dsn) as store:
        store.migrate()
        store.save_roster(rows)
