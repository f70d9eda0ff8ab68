"""People over the small world of cases: fixtures and steps that the tests of people share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from maritime_grid.domain.people import Post
from maritime_grid.domain.sheets import Parsed, Record
from maritime_grid.settings import load_settings
from maritime_grid.store.people import NewTerm, People

from .case_build import NOW, ask
from .case_build import people as world

TODAY = date(2026, 5, 6)
DAY = timedelta(days=1)
SKILLS = frozenset(load_settings().people.skills)
KEPT = {1: "T1", 2: "T1", 3: "T2"}  # who keeps which person; 4 to 7 are nobody's, so the city's


@pytest.fixture
def dsn(fresh_dsn: str) -> str:
    """None of these tables knows of the two layouts; test_people_layouts.py takes them through both."""
    world(fresh_dsn)
    for person, unit in KEPT.items():
        ask(fresh_dsn, "update mg.person set unit_id = %s where person_id = %s returning 1", [unit, person])
    return fresh_dsn


@pytest.fixture
def people(dsn: str) -> Iterator[People]:
    """Commands at the machine: all is allowed."""
    with People(dsn, skills=SKILLS, console=True) as opened:
        yield opened


@pytest.fixture
def accounts(dsn: str) -> Iterator[People]:
    """Commands by accounts, as pages give them."""
    with People(dsn, skills=SKILLS) as opened:
        yield opened


@pytest.fixture
def conn(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn, autocommit=True) as opened:
        yield opened


def leader(person: int, since: date = TODAY, until: date | None = None, grid: str = "G1", **more: Any) -> NewTerm:
    return NewTerm(grid, Post.LEADER, since, person, until=until, **more)


def save(people: People, name: str, values: dict[str, Any]) -> None:
    """One line of a sheet, which must be taken."""
    assert people.load(name, Parsed([Record(2, values)]), "me", NOW).faults == ()


def team(
    team_id: str = "A", units: tuple[str, ...] = ("T1",), skills: tuple[str, ...] = ("tow",), **more: Any
) -> dict[str, Any]:
    """Columns of a service team."""
    return {"team_id": team_id, "name_zh": f"队{team_id}", "skills": skills, "unit_ids": units, **more}
