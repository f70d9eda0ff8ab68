"""Migrations apply once, whole, in order, and say what every column means."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from maritime_grid.store import migrate
from maritime_grid.store.connect import parameters, with_timeout
from maritime_grid.store.errors import StoreError
from maritime_grid.store.writer import Store
from tests.integration.conftest import fresh_database


def ask(dsn: str, query: str):
    with psycopg.connect(dsn, autocommit=True) as conn:
        return conn.execute(query).fetchall()


def test_migrating_twice_applies_nothing_the_second_time(empty_dsn: str):
    with Store.open(empty_dsn) as store:
        assert store.pending_migrations() == [m.name for m in migrate.migrations()]
        assert store.migrate()[0] == "0001_base.sql"
        assert store.migrate() == []
        assert store.pending_migrations() == []


def test_copy_of_a_database_gets_the_rights_that_a_copy_lacks(migrated: str, plain_server: str):
    for dsn in fresh_database(plain_server, migrated):
        may = "select has_database_privilege('public', current_database(), 'temporary')"
        assert ask(dsn, may) == [(True,)]
        with psycopg.connect(dsn, autocommit=True) as conn:
            assert migrate.migrate(conn) == []
        assert ask(dsn, may) == [(False,)]


def test_edition_follows_the_server(store: Store, request: pytest.FixtureRequest):
    layout = request.node.callspec.params["store_dsn"]
    assert store.edition().layout == layout
    assert (store.edition().licence != "") == (layout == "timescaledb")


def test_every_column_and_relation_of_both_schemas_has_a_comment(store: Store, store_dsn: str):
    silent = ask(
        store_dsn,
        """
        select c.oid::regclass::text, a.attname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
        where c.relnamespace in ('mg'::regnamespace, 'api'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
          and a.attnum > 0 and col_description(c.oid, a.attnum) is null
        union all
        select c.oid::regclass::text, null from pg_class c
        where c.relnamespace in ('mg'::regnamespace, 'api'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
          and obj_description(c.oid, 'pg_class') is null
        """,
    )
    assert silent == []


def test_fixed_views_have_their_fixed_columns(store: Store, store_dsn: str):
    doors = {
        "position": "t received_at mmsi lon lat sog cog heading nav_status source grid_id",
        "grid": "grid_id version name_zh name_en kind port_id valid_from valid_to geometry",
        "grid_event": "t mmsi grid_id kind",
        "quarantine": "received_at source reason raw",
        "vessel": "mmsi", "vessel_now": "mmsi", "alert": "alert_id", "case": "case_id", "case_log": "case_id",
    }  # fmt: skip
    for view, names in doors.items():
        have = ask(
            store_dsn,
            "select column_name from information_schema.columns "
            f"where table_schema = 'api' and table_name = '{view}' order by ordinal_position",
        )
        assert [row[0] for row in have][: len(names.split())] == names.split()


def test_migration_that_fails_leaves_nothing_and_is_tried_again(empty_dsn: str):
    steps = migrate.migrations()
    bad = replace(steps[1], text="create table mg.half (); select 1 / 0")
    with psycopg.connect(empty_dsn, autocommit=True) as conn:
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate.migrate(conn, [steps[0], bad])
        assert conn.execute("select to_regclass('mg.half')").fetchone() == (None,)
        assert migrate.migrate(conn)[0] == steps[1].name


def test_first_migration_that_fails_says_why(empty_dsn: str):
    """The rights of readers are given where there is something to read, and never in place of the cause."""
    bad = replace(migrate.migrations()[0], text="select 1 / 0")
    with psycopg.connect(empty_dsn, autocommit=True) as conn:
        conn.execute("do $$ begin create role mg_read nologin; exception when duplicate_object then null; end $$")
        with pytest.raises(psycopg.errors.DivisionByZero):
            migrate.migrate(conn, [bad])
        assert migrate.migrate(conn)[0] == bad.name


def test_time_to_connect_is_the_given_one_unless_the_address_has_its_own():
    assert parameters(with_timeout("postgresql://a:b@h/d", 3), "x")["connect_timeout"] in (3, "3")
    assert parameters(with_timeout("host=h connect_timeout=7", 3), "x")["connect_timeout"] in (7, "7")
    assert parameters(with_timeout("postgresql://a:b%20@h/d", 3), "x")["password"] == "b "
    with pytest.raises(StoreError, match="cannot be read"):
        with_timeout("host=h nonsense", 3)


def test_migration_changed_after_it_was_applied_is_refused(fresh_dsn: str):
    steps = migrate.migrations()
    steps[0] = replace(steps[0], text=steps[0].text + "-- changed")
    with psycopg.connect(fresh_dsn, autocommit=True) as conn, pytest.raises(StoreError, match="has changed since"):
        migrate.migrate(conn, steps)


def test_store_of_a_newer_program_is_refused(fresh_dsn: str):
    with psycopg.connect(fresh_dsn, autocommit=True) as conn:
        conn.execute("insert into mg.migration values (9999, '9999_later.sql', 'x')")
        with pytest.raises(StoreError, match="9999_later"):
            migrate.migrate(conn)


def test_store_that_was_not_migrated_says_so(empty_dsn: str):
    with Store.open(empty_dsn) as store, pytest.raises(StoreError, match="run: maritime-grid migrate"):
        store.cursor("x")
