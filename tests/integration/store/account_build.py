"""Accounts in a real store, on a clock that is turned: fixtures and steps that their tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from maritime_grid.domain.access import Access
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.logins import Granted, LoginRefused
from maritime_grid.store.reads import Reads
from maritime_grid.store.sessions import Origin

NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
PASSWORD = "quay-of-shenjiamen"
OWN = "of-a-test"  # password of a login of the database
UNITS = {"worker": "ZS-PT-DJ-M", "village": "ZS-PT-DJ-M", "township": "ZS-PT-DJ", "county": "ZS-PT", "city": "ZS"}
BODIES = {"department": "FISHERY", "coast_guard": "GUARD", "association": "UNION"}
QUAY = Origin("192.0.2.7", "a telephone")


@pytest.fixture(scope="module")
def table() -> Access:
    return load_access(load_settings())


def places(dsn: str) -> None:
    """Units from the city to a village, and a body of each kind that accounts work for."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("""
            insert into mg.unit (unit_id, level, parent, name_zh, path) values
              ('ZS', 'city', null, '舟山市', '{ZS}'), ('ZS-PT', 'county', 'ZS', '普陀区', '{ZS,ZS-PT}'),
              ('ZS-PT-DJ', 'township', 'ZS-PT', '东极镇', '{ZS,ZS-PT,ZS-PT-DJ}'),
              ('ZS-PT-DJ-M', 'village', 'ZS-PT-DJ', '庙子湖', '{ZS,ZS-PT,ZS-PT-DJ,ZS-PT-DJ-M}')
            on conflict do nothing;
            insert into mg.body (body_id, kind, unit_id, name_zh) values
              ('FISHERY', 'department', 'ZS-PT', '渔政'), ('GUARD', 'coast_guard', 'ZS', '海警'),
              ('UNION', 'association', 'ZS-PT', '水产商会') on conflict do nothing;
        """)


@pytest.fixture
def dsn(fresh_dsn: str) -> str:
    places(fresh_dsn)
    return fresh_dsn


@pytest.fixture
def accounts(dsn: str, table: Access) -> Iterator[Accounts]:
    with Accounts(dsn, table, login_rules(load_settings().access)) as opened:
        opened.write_table()
        yield opened


@pytest.fixture
def reads(dsn: str) -> Iterator[Reads]:
    with closing(Reads(dsn)) as opened:
        yield opened


def add(accounts: Accounts, account_id: str, role: str, **more: object) -> None:
    accounts.add(NewAccount(account_id, role, **more), PASSWORD, NOON, by="test")


def add_at_its_place(accounts: Accounts, role: str, *account_ids: str) -> None:
    """Accounts of a role where it works: named as the role, where no names are given."""
    for account_id in account_ids or (role,):
        add(accounts, account_id, role, unit_id=UNITS.get(role), body_id=BODIES.get(role))


def add_worker(accounts: Accounts, account_id: str = "worker") -> None:
    add_at_its_place(accounts, "worker", account_id)


def own_login(dsn: str, db_role: str) -> str:
    """A login of its own for the database role of an account, as an administrator gives it; its DSN."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(f"alter role {db_role} login password '{OWN}'")  # pyright: ignore[reportArgumentType]
    return make_conninfo(dsn, user=db_role, password=OWN)


def at_once(act: Callable[..., None], given: Sequence[tuple[object, ...]]) -> None:
    """Do it with each of what is given, all at the same moment, and wait for the last."""
    start = Barrier(len(given))

    def begin(*each: object) -> None:
        start.wait()
        act(*each)

    threads = [Thread(target=begin, args=each) for each in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def login(accounts: Accounts, name: str = "worker", password: str = PASSWORD, at: datetime = NOON, **origin) -> Granted:
    return accounts.logins.by_password(name, password, Origin(**origin) if origin else QUAY, at)


def refused(accounts: Accounts, *args: object, **kwargs: object) -> str:
    with pytest.raises(LoginRefused) as caught:
        login(accounts, *args, **kwargs)
    return str(caught.value)


def ask(dsn: str, query: str, *params: object):
    with psycopg.connect(dsn, autocommit=True) as conn:
        return conn.execute(query, params).fetchall()


def log(dsn: str) -> list[tuple[str, str, str]]:
    return ask(dsn, "select account_id, act, purpose from mg.access_log order by n")
