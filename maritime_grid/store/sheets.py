"""Sheets into the store: all of a file or nothing of it, line by line what is new, changed, the same or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import psycopg
from psycopg import errors as pg
from psycopg.rows import DictRow

from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheet_rules import Known, complaints, disagreements
from maritime_grid.domain.sheets import Fault, Record, Sheet

from .jsonrows import clean
from .people_rights import Rights, log_change
from .queries import load_queries

_Q = load_queries("sheets")

Connection = psycopg.Connection[DictRow]
Values = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file did, or would do: nothing at all where a line was refused."""

    new: int
    changed: int
    same: int
    faults: tuple[Fault, ...] = ()

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


def load(conn: Connection, loading: Loading, book: Book, records: Sequence[Record]) -> Loaded:
    """Take in the lines of a file.

    Args:
        conn: in a transaction of the caller's, who takes it back where there are faults.
        loading: see `begin`.
        book: of the same sheet.
        records: lines without faults of their own.
    """
    changes = [change for record in records if (change := _change(record, loading, book))]
    faults = disagreements(loading.sheet, records)
    for change in sorted(changes, key=lambda c: _turn(loading.sheet, c)):
        faults += _take(conn, loading, book, change)
    refused = {fault.line for fault in faults}
    good = [change for change in changes if change.record.line not in refused]
    new = sum(change.old is None for change in good)
    return Loaded(new, len(good) - new, len(records) - len(changes), tuple(sorted(faults, key=lambda f: f.line)))


def begin(
    conn: Connection, name: str, rights: Rights, at: datetime, skills: frozenset[str], *, publish: bool = False
) -> Loading:
    """What a load has to know; nobody else changes people until the transaction ends."""
    conn.execute(_Q["lock_people"])
    conn.execute(_Q["number_people"])
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


def _change(record: Record, loading: Loading, book: Book) -> Change | None:
    """What a line changes; None: nothing."""
    key = key_of(loading.sheet, record.values)
    old = loading.old.get(key) or book.stands(key, loading)
    base = old or book.base(key, loading)
    values = {**base, **clean_values(record.values)}
    fields = tuple(name for name, value in values.items() if old is None or value != old[name])
    return Change(record, old, values, fields) if fields else None


def clean_values(values: Mapping[str, Any]) -> Values:
    """Text as the store takes it; members in the order in which it gives them back."""
    cleaned = {name: clean(value) if isinstance(value, str) else value for name, value in values.items()}
    if "members" in cleaned:
        cleaned["members"] = tuple(sorted(cleaned["members"]))
    return cleaned


def _turn(sheet: Sheet, change: Change) -> tuple[bool, int, int]:
    """Ends of terms come before new ones, units before those below them, and all else as it stands in the file."""
    depth = ("city", "county", "township", "village").index(change.values["level"]) if sheet.name == "units" else 0
    return change.old is None, depth, change.record.line


def _take(conn: Connection, loading: Loading, book: Book, change: Change) -> list[Fault]:
    line, name = change.record.line, loading.sheet.name
    found = complaints(name, change.values, change.old, loading.known)
    if found:
        return [Fault(line, column, what, mend) for column, what, mend in found]
    outside = _outside(loading, book, change)
    if outside:
        column = loading.sheet.key[0]
        return [Fault(line, column, f"{', '.join(outside)} lies outside your jurisdiction", "leave it to them there")]
    try:
        with conn.transaction():
            book.write(conn, change.values, change.old, loading)
            act = f"{name}.{'new' if change.old is None else 'change'}"
            subject = f"{name}:{'/'.join(str(part) for part in key_of(loading.sheet, change.values) if part)}"
            log_change(conn, loading.rights, loading.at, act, subject, change.fields)
    except (psycopg.IntegrityError, psycopg.DataError, pg.InsufficientPrivilege) as error:
        return [_refusal(loading.sheet, line, error)]
    loading.known.note(name, change.values)
    return []


def _outside(loading: Loading, book: Book, change: Change) -> list[str]:
    units = book.units(change.values, change.old, loading)
    if change.old:
        units |= book.units(change.old, change.old, loading)
    return sorted(unit for unit in units if not loading.rights.covers([unit]))


def _refusal(sheet: Sheet, line: int, error: psycopg.Error) -> Fault:
    said = error.diag.message_primary or type(error).__name__
    if isinstance(error, pg.ExclusionViolation):
        return Fault(line, "since", said, "end the other term first, by its column until")
    if isinstance(error, pg.UniqueViolation):
        return Fault(line, sheet.key[0], f"it stands there already ({said})", "change the line that it repeats")
    return Fault(line, sheet.key[0], said, "mend the line")
