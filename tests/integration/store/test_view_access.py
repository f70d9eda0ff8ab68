"""Every account at every view of schema api, straight in the database as a login of its own: the rows and fields that
the table of access gives it and nothing else, under the table as shipped and under one with all roles changed round."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from maritime_grid.domain.access import Access, Level, Role
from maritime_grid.settings import home
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.writer import Store
from tests.integration.conftest import fresh_database

from . import build
from .case_build import ACCOUNTS, SETTINGS, ask
from .view_oracle import VIEWS, Who, everyone
from .view_world import SECRETS, fill, logins

WHO = [account[0] for account in ACCOUNTS]
PUBLIC = {"unit", "body", "grid_lead", "name", "grid", "zone", "port", "item"}  # all rows come to every account
VIEW_ACTS = {"vessels.read", "vessels.read_all", "alerts.read_all", "feeds.read", "quarantine.read"}
WRITES = (
    "insert into api.{view} select * from api.{view}", "update api.{view} set {column} = {column}",
    "delete from api.{view}",
)  # fmt: skip


@dataclass
class World:
    """The small sea, its accounts, and a connection of each with its own login."""

    dsn: str
    who: Mapping[str, Who]
    stack: ExitStack
    opened: dict[str, psycopg.Connection[Any]] = field(default_factory=dict)

    def ask(self, account_id: str, query: str, params: Any = None) -> list[tuple[Any, ...]]:
        return self.opened[account_id].execute(query, params).fetchall()  # pyright: ignore[reportArgumentType]


def turned(access: Access) -> Access:
    """Each role with the row of another."""
    names = list(access.roles)
    return Access({name: access.roles[names[n - 1]] for n, name in enumerate(names)})


@pytest.fixture(scope="module", params=["configured", "turned"])
def world(request: pytest.FixtureRequest, plain_server: str, migrated: str) -> Iterator[World]:
    shipped = load_access(SETTINGS)
    access = shipped if request.param == "configured" else turned(shipped)
    for dsn in fresh_database(plain_server, migrated):
        fill(dsn)
        with Accounts(dsn, access, login_rules(SETTINGS.access)) as accounts:
            accounts.write_table()
        with ExitStack() as stack:
            made = World(dsn, everyone(access), stack)
            for account_id, own in logins(dsn).items():
                made.opened[account_id] = stack.enter_context(psycopg.connect(own, autocommit=True))
            yield made


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("view", VIEWS)
def test_account_reads_exactly_the_rows_that_are_its_own(world: World, view: str, who: str):
    rows = world.ask(who, f'select {VIEWS[view].key} from api."{view}"')
    found = [row[0] if len(row) == 1 else row for row in rows]
    assert set(found) == VIEWS[view].rows(world.who[who])
    assert len(found) == len(set(found))


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("view", VIEWS)
def test_each_field_shows_what_the_level_of_its_class_allows(world: World, view: str, who: str):
    cursor = world.opened[who].execute(f'select * from api."{view}"')  # pyright: ignore[reportArgumentType]
    columns = [column.name for column in cursor.description or ()]
    for row in cursor:
        line = dict(zip(columns, row, strict=True))
        for column, value in line.items():
            allowed = allowed_in(VIEWS[view].classes.get(column, "open"), world.who[who], line)
            found = {name for name, texts in SECRETS.items() if any(text in str(value) for text in texts)}
            assert found <= allowed, (column, value)


def allowed_in(kind: str, who: Who, line: Mapping[str, Any]) -> set[str]:
    """Classes of data that may stand in full in a column of this kind."""
    if kind == "open":
        return set()
    if kind == "post_name":
        kind = "public_name" if line["post"] in {"leader", "full_time", "part_time", "advisor"} else "name"
    if kind == "public_name":
        return {"name"}
    if kind in {"name", "phone", "id_number", "address"}:
        return {kind} if who.level(kind) == Level.FULL else set()
    return {kind}


def test_levels_are_seen_at_work(world: World):
    """Not only is nothing shown too much: full is the very value, masked has stars, none is NULL."""
    told = {Level.FULL: 0, Level.MASKED: 0, Level.NONE: 0}
    for who in WHO:
        for view, column, kind in (
            ("person", "name", "name"), ("person", "phone", "phone"), ("person", "id_number", "id_number"),
            ("person", "address", "address"), ("case_party", "person_name", "name"), ("case_party", "phone", "phone"),
            ("case_party", "id_number", "id_number"), ("team", "contact", "name"), ("training", "name", "name"),
            ("grid", "filed_by", "name"), ("my_alert_log", "name", "name"),
        ):  # fmt: skip
            level = world.who[who].level(kind)
            for (value,) in world.ask(who, f"select {column} from api.{view}"):
                shown = {Level.FULL: value in SECRETS[kind], Level.MASKED: "*" in str(value), Level.NONE: value is None}
                assert shown[level], (who, view, column, value)
                told[level] += 1
    assert min(told.values()) > 10, told


def test_every_view_and_every_column_is_classed(world: World):
    found: dict[str, set[str]] = {}
    for view, column in ask(
        world.dsn, "select table_name, column_name from information_schema.columns where table_schema = 'api'"
    ):
        found.setdefault(view, set()).add(column)
    assert found == {name: view.columns for name, view in VIEWS.items()}
    assert len(found) > 30


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_that_is_not_public_gives_somebody_less_than_another(world: World, view: str):
    counts = {len(VIEWS[view].rows(who)) for who in world.who.values()}
    assert max(counts) > 0
    assert (len(counts) == 1) == (view in PUBLIC), counts


def test_product_itself_and_the_role_for_queries_of_people_see_every_row(world: World):
    whole = {
        "position": 13, "vessel": 10, "vessel_now": 10, "grid_event": 6, "alert": 7, "my_alert": 7, "grid_hour": 3,
        "feed": 1, "quarantine": 2, "case": 6, "person": 7, "grid_contact": 2, "grid_change": 1,
    }  # fmt: skip
    with psycopg.connect(world.dsn, autocommit=True) as conn:
        for role in ("none", "mg_read"):
            conn.execute(f"set role {role}")  # pyright: ignore[reportArgumentType]
            for view, count in whole.items():
                rows = conn.execute(f'select * from api."{view}"').fetchall()  # pyright: ignore[reportArgumentType]
                assert len(rows) == count, (role, view)
            assert conn.execute("select count(*) from api.quarantine where raw is not null").fetchone() == (2,)
            assert conn.execute("select sum(open) from api.case_count").fetchone() == (5,)


@pytest.mark.parametrize("who", WHO)
def test_account_has_no_right_but_to_read_the_views(world: World, who: str):
    rights = """
        select n.nspname || '.' || c.relname, r.act
        from pg_class c join pg_namespace n on n.oid = c.relnamespace,
             unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) r (act)
        where n.nspname in ('mg', 'api') and c.relkind in ('r', 'p', 'v', 'm', 'f')
          and (n.nspname, r.act) <> ('api', 'select') and has_table_privilege(current_user, c.oid, r.act)
    """
    assert world.ask(who, rights) == []
    assert world.ask(who, "select has_schema_privilege('mg', 'usage'), has_schema_privilege('api', 'create')") == [
        (False, False)
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_nobody_writes_through_a_view(world: World, view: str):
    refused = (pg.InsufficientPrivilege, pg.ObjectNotInPrerequisiteState, pg.FeatureNotSupported, pg.GeneratedAlways)
    column = next(iter(sorted(VIEWS[view].columns)))
    for who in WHO:
        conn = world.opened[who]
        for write in WRITES:
            with pytest.raises(refused), conn.transaction(force_rollback=True):
                conn.execute("set transaction read write")  # the role's own default is read only: its rights decide
                conn.execute(write.format(view=f'"{view}"', column=f'"{column}"'))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("view", "column"), [
    ("position", "mmsi"), ("vessel", "mmsi"), ("vessel_now", "mmsi"), ("grid_event", "mmsi"), ("alert", "mmsi"),
    ("quarantine", "seq"), ("person", "person_id"), ("grid_change", "change_id"),
])  # fmt: skip
def test_condition_that_fails_on_hidden_rows_does_not_fail(world: World, view: str, column: str):
    """A division by zero would tell that the row is there: no condition may run before the view has filtered."""
    there = {n for (n,) in ask(world.dsn, f"select {column} from api.{view} where {column} is not null")}
    for who in WHO:
        own = {n for (n,) in world.ask(who, f"select {column} from api.{view}")}
        for hidden in there - own:
            world.ask(who, f"select 1 from api.{view} where 1 / ({column} - {hidden}) is not null")


def test_day_of_a_vessel_is_found_by_the_index_behind_the_barrier(store_dsn: str):
    span = "'2023-11-14 12:00Z' and '2023-11-14 23:00Z'"  # within a day: TimescaleDB drops one that holds a whole chunk
    query = f"explain select * from api.position where mmsi = 412000001 and t between {span}"
    with Store.open(store_dsn) as store:
        store.commit(build.outcome(positions=build.positions(1)))
    with psycopg.connect(store_dsn, autocommit=True) as conn:
        conn.execute("set enable_seqscan = off; set constraint_exclusion = off; set enable_partition_pruning = off")
        for role in ("none", "mg_read", "mg_reader"):
            conn.execute(f"set role {role}")  # pyright: ignore[reportArgumentType]
            plan = "\n".join(line for (line,) in conn.execute(query))
            assert re.search(r"Index Cond: \(\(\w*\.?mmsi = 412000001\) AND", plan), plan


def test_every_act_of_the_views_decides_something(world: World):
    """Taken from whoever has it, the account sees less."""
    for act in VIEW_ACTS:
        for who in world.who.values():
            if not who.may(act):
                continue
            row = who.access.roles[who.role]
            less = everyone(Access({**who.access.roles, who.role: _without(row, act)}))[who.account_id]
            if any(view.rows(less) < view.rows(who) for view in VIEWS.values()):
                break
        else:
            pytest.fail(f"{act} decides nothing")


def _without(row: Any, act: str) -> Any:
    return type(row)(row.pages, row.acts - {act}, row.fields, row.second_factor, row.idle_s, row.absolute_s)


def test_accounts_of_the_small_world_have_every_role():
    assert {role for _name, role, *_ in ACCOUNTS} == set(Role)


def test_document_names_every_view():
    text = (home() / "docs" / "access.md").read_text("utf-8")
    assert set(VIEWS) <= set(re.findall(r"`api\.(\w+)", text))
