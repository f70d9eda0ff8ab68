"""A sheet while the store reads it or takes it in: lines as they stand, what they may name, what they change."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import psycopg
from psycopg.rows import DictRow

from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheet_faults import Fault
from maritime_grid.domain.sheet_rules import Known
from maritime_grid.domain.sheets import Record, Sheet

from .people_rights import Rights
from .queries import load_queries

_Q = load_queries("sheets")

Connection = psycopg.Connection[DictRow]
Values = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field that a line changes; None: not to be shown to this account."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ShownChange:
    """What a line changes, as the account may see it."""

    line: int
    key: tuple[str, ...]
    is_new: bool
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file did, or would do: nothing at all where a line was refused."""

    new: int
    changed: int
    same: int
    faults: tuple[Fault, ...] = ()
    changes: tuple[Change, ...] = ()  # in the order of the file
    shown: tuple[ShownChange, ...] = ()  # the first of them, as whoever asks may see them; where nothing was done
    done: bool = False  # it stands in the store now

    @property
    def mark(self) -> str:
        """Differs where anything that it does differs: hexadecimal. It is of personal data, so not for browsers."""
        told = [(c.record.line, sorted((c.old or {}).items()), sorted(c.values.items())) for c in self.changes]
        return hashlib.sha256(repr((str(self), told)).encode()).hexdigest()

    @property
    def refused(self) -> int:
        return len({fault.line for fault in self.faults})

    def __str__(self) -> str:
        return f"{self.new} new, {self.changed} changed, {self.same} same, {self.refused} refused"


class Book(Protocol):
    """How one sheet stands in the store."""

    @property
    def act(self) -> str:
        """What the access table calls changing it."""
        ...

    def base(self, key: Key, known: Loading) -> Values:
        """What a new line begins with."""
        ...

    def stands(self, key: Key, known: Loading) -> Values | None:
        """What a line is about that is in the store, but not as a line of its own."""
        ...

    def units(self, values: Values, old: Values | None, loading: Loading) -> set[str]:
        """Units that must lie within the jurisdiction of who changes it."""
        ...

    def write(self, conn: Connection, values: Values, old: Values | None, loading: Loading) -> None: ...


@dataclass(slots=True)
class Loading:
    """One file on its way in."""

    sheet: Sheet
    rights: Rights
    at: datetime
    known: Known
    old: dict[Key, Values]
    publish: bool = False  # work items straight to the public, as at the very first load
    units_of_staff: dict[str, list[str]] = field(default_factory=dict[str, list[str]])  # who answers for each person
    staff: dict[str, Values] = field(default_factory=dict[str, Values])  # people as they are, by number
    home: str | None = None  # the unit of who does it, which keeps the people that it makes

    def answer_for(self, staff_no: str) -> set[str]:
        """Units that answer for a person; whom nobody answers for is the city's."""
        units = self.units_of_staff.get(staff_no)
        return set(units) if units else {u for u, level in self.known.units.items() if level == "city"}


@dataclass(frozen=True, slots=True)
class Change:
    record: Record
    old: Values | None
    values: Values
    fields: tuple[str, ...]


def rows(conn: Connection, sheet: Sheet) -> list[Values]:
    """All lines of a sheet as they stand in the store."""
    return [
        {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
        for row in conn.execute(_Q[f"rows_{sheet.name}"])
    ]


def begin(
    conn: Connection, name: str, rights: Rights, at: datetime, skills: frozenset[str], *, publish: bool = False
) -> Loading:
    """What a load has to know; nobody else changes people until the transaction ends."""
    conn.execute(_Q["lock_people"])
    conn.execute(_Q["number_people"])
    return look(conn, name, rights, at, skills, publish=publish)


def look(
    conn: Connection, name: str, rights: Rights, at: datetime, skills: frozenset[str], *, publish: bool = False
) -> Loading:
    """The same of a moment, for who only reads: as of a snapshot that the caller holds."""
    sheet = SHEETS[name]
    row = conn.execute(_Q["known"]).fetchone() or {}
    found = {key: row.get(key) or {} for key in ("units", "bodies", "grids")}
    known = Known(**found, staff=set(row.get("staff") or ()), skills=skills)
    loading = Loading(sheet, rights, at, known, {key_of(sheet, r): r for r in rows(conn, sheet)}, publish)
    loading.units_of_staff = {r["staff_no"]: r["units"] for r in conn.execute(_Q["units_of_staff"])}
    home = None if rights.units is None else conn.execute(_Q["home_unit"], [rights.by]).fetchone()
    loading.home = home["unit_id"] if home else None
    if name == "people":
        loading.staff = {r["staff_no"]: r for r in loading.old.values() if r["staff_no"]}
    return loading


def key_of(sheet: Sheet, values: Mapping[str, Any]) -> Key:
    return tuple(values.get(name) for name in sheet.key)
