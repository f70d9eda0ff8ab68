"""Every account at every act of the table of access, asked of the store itself: what the table does not name is refused
there, whatever a page let through. Under the table as shipped, and under one with all roles changed round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from maritime_grid.cases.flow import TABLE
from maritime_grid.domain.access import ACTS
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.domain.grid_change import ChangeAct
from maritime_grid.domain.items import ACTS as ITEM_ACTS
from maritime_grid.settings_access import login_rules
from maritime_grid.store.access_log import AccessLog
from maritime_grid.store.account_roles import as_account
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.archive import Archive
from maritime_grid.store.connect import command_pool, connect
from maritime_grid.store.grid_changes import GridChanges
from maritime_grid.store.people import People
from maritime_grid.store.people_reads import read_person

from .alert_build import alert_commands
from .case_build import NOW, SETTINGS, commands, dispute
from .test_view_access import VIEW_ACTS, WHO, World, world

__all__ = ["world"]

ITEM = {"item_id": "2.1", "class": 2, "title": "题", "text": "文", "basis": "", "dropped": False, "sample": True}
OF_THE_FLOW = {f"case.{act}" for _step, act in TABLE}  # every step, act and account: test_case_rights
OF_VIEWS = VIEW_ACTS | {"case.read", "case.see_late", "people.read"}  # test_view_access, test_api_functions


class Desk:
    """The commands of the store on one database."""

    def __init__(self, world: World, stack: ExitStack) -> None:
        dsn, access = world.dsn, next(iter(world.who.values())).access
        self.dsn = dsn
        self.alerts = stack.enter_context(alert_commands(dsn))
        self.cases = stack.enter_context(commands(dsn))
        self.people = stack.enter_context(People(dsn, skills=frozenset({"tow"})))
        self.accounts = stack.enter_context(Accounts(dsn, access, login_rules(SETTINGS.access)))
        lend = stack.enter_context(command_pool(dsn)).connection
        self.grids, self.log, self.archive = GridChanges(lend), AccessLog(lend), Archive(dsn, lend)

    def read_person(self, by: str) -> None:
        conn = connect(self.dsn, "test")
        with conn, as_account(conn, by, logged=True):
            read_person(conn, 1, "核实")


CALLS: Mapping[str, Callable[[Desk, str], Any]] = {
    "case.file": lambda d, by: d.cases.file(dispute(), by, NOW),
    "alert.acknowledge": lambda d, by: d.alerts.acknowledge("sos", by, NOW),
    "alert.resolve": lambda d, by: d.alerts.resolve("sos", by, "false", "误报", NOW),
    "alert.open_case": lambda d, by: d.alerts.open_case("sos", by, NOW),
    "people.edit": lambda d, by: d.people.save("teams", {"team_id": "T-1", "terms": "免费"}, by, NOW),
    "people.export": lambda d, by: d.people.rows("people", by, NOW, "核对"),
    "personal.read": lambda d, by: d.read_person(by),
    "items.edit": lambda d, by: d.people.propose_item(ITEM, by, NOW),
    "items.approve": lambda d, by: d.people.move_item("1.1", 2, next(t for t, act in ITEM_ACTS.items()
                                                                     if act == "items.approve"), by, NOW),
    "grids.propose": lambda d, by: d.grids.propose([], ["G1"], NOW + timedelta(days=1), "并入", by, NOW),
    "grids.approve": lambda d, by: d.grids.act(1, ChangeAct.APPROVE, by, "", NOW),
    "grids.file": lambda d, by: d.grids.act(1, ChangeAct.FILE, by, "", NOW),
    "accounts.edit": lambda d, by: d.accounts.add(NewAccount("new", "worker", "NONE"), "", NOW, by),
    "access_log.read": lambda d, by: d.log.entries(by),
    "archive.verify": lambda d, by: d.archive.verify(by, NOW),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(world: World) -> Iterator[Desk]:
    with ExitStack() as stack:
        yield Desk(world, stack)


@pytest.mark.parametrize("act", CALLS)
def test_act_that_the_table_does_not_name_is_refused_by_the_store(world: World, desk: Desk, act: str):
    done = {True: 0, False: 0}
    for name in WHO:
        who, said = world.who[name], ""
        try:
            CALLS[act](desk, name)
        except MaritimeGridError as error:
            said = str(error)
        may = who.may(act)
        assert ("may not" in said) == (not may), (name, said)
        done[may] += 1
    assert done[True] and done[False], done


def test_every_act_of_the_table_is_asked_somewhere():
    assert set(ACTS) - CALLS.keys() - OF_THE_FLOW - OF_VIEWS == set()
    assert not CALLS.keys() - set(ACTS)
