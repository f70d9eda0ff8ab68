"""A small world for cases: a city with two townships, bodies of each kind, and an account of each role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.plan import Plan
from maritime_grid.cases_settings import load_case_settings, plan_of
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.store.account_roles import as_account
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.case_rows import NewCase, Party
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import command_pool

NOW = datetime(2026, 5, 6, 2, tzinfo=UTC)  # a Wednesday, ten in the morning in Beijing
HOUR = timedelta(hours=1)
PLAN = plan_of(load_case_settings())
SETTINGS = load_settings()
UNITS = [
    ("C", "city", None, ["C"]),
    ("K", "county", "C", ["C", "K"]),
    ("T1", "township", "K", ["C", "K", "T1"]),
    ("T1-V", "village", "T1", ["C", "K", "T1", "T1-V"]),
    ("T2", "township", "K", ["C", "K", "T2"]),
]
BODIES = [
    ("F", "department", "K", ["fishery"]),
    ("P", "department", "K", ["public_security"]),
    ("G", "coast_guard", "C", ["coast_guard"]),
    ("A", "association", "K", []),
    ("FC", "department", "C", ["fishery"]),
    ("M", "department", "C", ["maritime"]),
]
ACCOUNTS = [  # name, role, unit, body, person
    ("lin", "worker", "T1-V", None, 1),
    ("village1", "village", "T1-V", None, 7),
    ("town1", "township", "T1", None, 2),
    ("town2", "township", "T2", None, 3),
    ("county", "county", "K", None, None),
    ("city", "city", "C", None, None),
    ("fishery", "department", None, "F", 4),
    ("police", "department", None, "P", 5),
    ("guard", "coast_guard", None, "G", None),
    ("shop", "association", None, "A", None),
    ("root", "operator", None, None, 6),
    ("wall", "wall", None, None, None),
]


def people(dsn: str) -> None:
    """The units, bodies, grids G1 (led by village T1-V) and G2 (by township T2), and the accounts."""
    with psycopg.connect(dsn, autocommit=True) as conn, conn.cursor() as cur:
        add = "insert into mg.unit (unit_id, level, parent, name_zh, path) values (%s, %s, %s, %s, %s)"
        cur.executemany(add, [(u, level, parent, f"单位{u}", path) for u, level, parent, path in UNITS])
        add = "insert into mg.body (body_id, kind, unit_id, competences, name_zh) values (%s, %s, %s, %s, %s)"
        cur.executemany(add, [(*body, f"部门{body[0]}") for body in BODIES])
        cur.executemany("insert into mg.grid_lead (grid_id, unit_id) values (%s, %s)", [("G1", "T1-V"), ("G2", "T2")])
        add = "insert into mg.person (name_zh, phone) values (%s, '13800001234')"
        cur.executemany(add, [(f"人{n}",) for n in range(1, 8)])
        add = ("insert into mg.place (place_id, layer, kind, name_zh, name_en, county, port_ids, sample, attributes) "
               "values (%s, 'grid', 'inshore', %s, '', '', '{}', true, '{}')")  # fmt: skip
        cur.executemany(add, [("G1", "近岸网格一"), ("G2", "近岸网格二")])
    with Accounts(dsn, load_access(SETTINGS), login_rules(SETTINGS.access)) as accounts:
        accounts.write_table()
        for name, role, unit, body, person in ACCOUNTS:
            accounts.add(NewAccount(name, role, unit, body, person, f"名{name}"), "", NOW, "test")


def locate(lon: float, lat: float, _at: datetime) -> str | None:
    """East of 123 is grid G2, west of it G1; north of 31 is outside of all."""
    return None if lat > 31 else "G2" if lon > 123 else "G1"


def zones(lon: float, _lat: float, _at: datetime) -> frozenset[str]:
    """West of 123 is inside the trawl line."""
    return frozenset() if lon > 123 else frozenset({"trawl_ban"})


@contextmanager
def commands(dsn: str, plan: Plan = PLAN) -> Iterator[Cases]:
    with command_pool(dsn) as pool:
        yield Cases(pool.connection, plan, locate, zones)


@contextmanager
def reading_as(dsn: str, account_id: str) -> Iterator[psycopg.Connection[TupleRow]]:
    with psycopg.connect(dsn, autocommit=True) as conn, as_account(conn, account_id):
        yield conn


def dispute(**changes: Any) -> NewCase:
    parties = (
        Party("claimant", 412000001, "浙普渔60001", "gill_net", True, "赔网三张", "网被割断", "王大海", "13812345678"),
        Party("respondent", 412000002, "浙普渔60002", "trawl", False, "", "未见浮标", "李二", "13987654321"),
    )
    fields = {"kind": Kind.DISPUTE, "title": "东极外网具纠纷", "subkind": "gear", "lon": 122.7, "lat": 30.2}
    return NewCase(**{**fields, "parties": parties, "description": "流刺网被拖网船割断", **changes})


def told(*numbers: int) -> dict[str, Any]:
    """Facts of telling these in person: parties by number, 0 the reporter."""
    return {"told": [{"n": n, "means": "in_person"} for n in numbers]}


def ask(dsn: str, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as conn:
        return conn.execute(query, params).fetchall()  # pyright: ignore[reportArgumentType]
