"""What a new store gets of units, bodies and work items, and the made-up people of a demonstration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.people import day_of
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheets import Parsed, Record, parse
from maritime_grid.settings import Settings, area_file
from maritime_grid.store.people import People

from .sheet_files import read_file

FIRST = ("units", "bodies", "grid_leads", "items")  # keys of [area], in order of need
BY = "maritime-grid"


def prepare_people(dsn: str, settings: Settings) -> None:
    """Loads each configured sheet of which the store has nothing: what people changed since stays as it is.

    Raises: UsageError: a file is wrong.
    """
    with _people(dsn, settings) as people:
        for name in FIRST:
            if not getattr(settings.area, name) or not people.is_empty(name):
                continue
            path = area_file(settings, name)
            _load(people, name, parse(SHEETS[name], read_file(path)), str(path))


def save_demo_people(dsn: str, settings: Settings) -> None:
    """Made-up people, marked as such, into a store without any, where units and bodies are those of the sample."""
    from maritime_grid.simulate.people import bodies_of, demo_sheets  # noqa: PLC0415 (only the demonstration needs it)

    with _people(dsn, settings) as people:
        if not people.is_empty("people"):
            return
        at = datetime.now(UTC)
        leads = [(str(grid), str(unit)) for grid, unit in people.rows("grid_leads", BY, at, taken=False)[1]]
        if not leads or not bodies_of(leads) <= {row[0] for row in people.rows("bodies", BY, at, taken=False)[1]}:
            return
        for name, lines in demo_sheets(leads, day_of(at)).items():
            _load(people, name, _parsed(lines), "the demonstration")


def _people(dsn: str, settings: Settings) -> People:
    return People(dsn, skills=frozenset(settings.people.skills), console=True)


def _parsed(lines: Sequence[Mapping[str, Any]]) -> Parsed:
    return Parsed([Record(n, values) for n, values in enumerate(lines, 2)])


def _load(people: People, name: str, parsed: Parsed, where: str) -> None:
    loaded = people.load(name, parsed, BY, datetime.now(UTC), publish=True)
    if loaded.faults:
        fault = loaded.faults[0]
        raise UsageError(f"{where}, line {fault.line}, column {fault.column}: {fault.what}", fault.mend)
