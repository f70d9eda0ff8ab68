"""Accounts in a real store, on a clock that is turned: fixtures and steps that their tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

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
QUAY = Origin("192.0.2.7", "a telephone")


@pytest.fixture(scope="module")
def table() -> Access:
    return load_access(load_settings())


@pytest.fixture
def dsn(fresh_dsn: str) -> str:
    with psycopg.connect(fresh_dsn, autocommit=True) as conn:
        conn.execute("""
            insert into mg.unit (unit_id, level, parent, name_zh, path) values
              ('ZS', 'city', null, '舟山市', '{ZS}'), ('ZS-PT', 'county', 'ZS', '普陀区', '{ZS,ZS-PT}'),
              ('ZS-PT-DJ', 'township', 'ZS-PT', '东极镇', '{ZS,ZS-PT,ZS-PT-DJ}'),
              ('ZS-PT-DJ-M', 'village', 'ZS-PT-DJ', '庙子湖', '{ZS,ZS-PT,ZS-PT-DJ,ZS-PT-DJ-M}')
            on conflict do nothing;
            insert into mg.body (body_id, kind, unit_id, name_zh) values
              ('FISHERY', 'department', 'ZS-PT', '渔政'), ('GUARD', 'coast_guard', 'ZS', '海警') on conflict do nothing;
        """)
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


def add_worker(accounts: Accounts, account_id: str = "worker") -> None:
    add(accounts, account_id, "worker", unit_id="ZS-PT-DJ-M")


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
