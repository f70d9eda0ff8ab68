"""Sheets of spreadsheets: their columns, what may stand in each, and what is wrong with a line.

Pure: a sheet as lines of text comes in, records and faults go out. A column that a file leaves out changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .sheet_faults import Fault, Wrong, cut

LONGEST = 2000  # characters of a cell
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

Value = Any  # str, bool, int, float, date, tuple of str, or None


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `read` makes a value of a cell's text or raises Wrong, `zh` is its title beside the name."""

    name: str
    zh: str
    read: Callable[[str], Value]
    needed: bool = False  # in every file and every line
    personal: bool = False  # left out of exports without a purpose
    shows: str = ""  # class of personal data, as in the table of access; "note" is shown to no account


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one file holds; `key` names the columns that tell its lines apart."""

    name: str
    zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    def blank(self) -> dict[str, Value]:
        """Values of a new line where the file says nothing."""
        return {c.name: None if c.needed else c.read("") for c in self.columns}


@dataclass(frozen=True, slots=True)
class Record:
    """One line as values, by column; only columns that the file has."""

    line: int
    values: Mapping[str, Value]


@dataclass(slots=True)
class Parsed:
    records: list[Record] = field(default_factory=list[Record])
    faults: list[Fault] = field(default_factory=list[Fault])


def parse(sheet: Sheet, lines: Iterable[tuple[int, Sequence[str]]]) -> Parsed:
    """Records of a sheet's lines.

    Args:
        sheet: what they are.
        lines: number and cells as text, the first with the names of the columns (the last word of each title);
            empty lines are passed over.

    Returns: the good lines and all faults; a line with a fault is not among the records.
    """
    rest = iter(lines)
    number, titles = next(rest, (1, ()))
    names = [title.split()[-1].lower() if title.strip() else "" for title in titles]
    while names and not names[-1]:
        names.pop()
    result = Parsed(faults=_faults_of_names(sheet, number, names))
    if result.faults:
        return result
    seen: dict[tuple[Value, ...], int] = {}
    for number, cells in rest:
        if not any(cell.strip() for cell in cells):
            continue
        record, faults = _record(sheet, names, number, cells)
        key = tuple(record.values.get(name) for name in sheet.key)
        if not faults and any(part is not None for part in key) and key in seen:
            faults = [Fault(number, sheet.key[0], "line_twice", {"line": seen[key]}, cut(written(key[0])))]
        seen.setdefault(key, number)
        result.faults += faults
        if not faults:
            result.records.append(record)
    return result


def _faults_of_names(sheet: Sheet, line: int, names: Sequence[str]) -> list[Fault]:
    known = {"known": ", ".join(c.name for c in sheet.columns)}
    twice = sorted({name for name in names if names.count(name) > 1})
    missing = [c.name for c in sheet.columns if c.needed and c.name not in names]
    return [
        *(Fault(line, cut(n) or "(blank)", "no_column", known, cut(n)) for n in names if not sheet.column(n)),
        *(Fault(line, cut(n), "column_twice") for n in twice),
        *(Fault(line, n, "column_missing", known) for n in missing),
    ]


def _record(sheet: Sheet, names: Sequence[str], line: int, cells: Sequence[str]) -> tuple[Record, list[Fault]]:
    faults: list[Fault] = []
    values: dict[str, Value] = {}
    if any(cell.strip() for cell in cells[len(names) :]):
        faults.append(Fault(line, "(none)", "cells"))
    for n, name in enumerate(names):
        column = sheet.column(name)
        assert column, "unknown names were refused"
        text = cells[n].strip() if n < len(cells) else ""
        try:
            values[name] = _value(column, text)
        except Wrong as wrong:
            faults.append(Fault(line, name, wrong.kind, wrong.given, cut(text)))
    return Record(line, values), faults


def _value(column: Column, text: str) -> Value:
    if column.needed and not text:
        raise Wrong("needed")
    if len(text) > LONGEST:
        raise Wrong("long", n=len(text), most=LONGEST)
    if _CONTROL.search(text):
        raise Wrong("control")
    return column.read(text)


def written(value: Value) -> str:
    """A value as the text of a cell; `read` of its column makes the same of it again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return ";".join(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)
