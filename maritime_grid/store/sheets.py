"""Sheets into the store: all of a file or nothing of it, line by line what is new, changed, the same or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import errors as pg

from maritime_grid.domain.sheet_faults import Fault, cut
from maritime_grid.domain.sheet_rules import complaints, disagreements
from maritime_grid.domain.sheets import Record, Sheet, written

from .jsonrows import clean
from .people_rights import log_change
from .sheet_loading import Book, Change, Connection, Loaded, Loading, Values, key_of
from .sheet_reach import Reach

TOLD_EVERY = 100  # changes


def load(
    conn: Connection,
    loading: Loading,
    book: Book,
    records: Sequence[Record],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Loaded:
    """Take in the lines of a file.

    Args:
        conn: in a transaction of the caller's, who takes it back where there are faults.
        loading: see `begin`.
        book: of the same sheet.
        records: lines without faults of their own.
        progress: told how many of how many changes are judged.
    """
    lines = [_change(record, loading, book) for record in records]
    changes = [change for change in lines if change.fields]
    reach = Reach(loading, changes)
    faults, beyond = disagreements(loading.sheet, records), reach.faults_before(conn)
    for line in lines:  # what stands elsewhere is not compared with guesses either
        faults += [] if line.fields else _beyond(loading, book, line)
    for done, change in enumerate(sorted(changes, key=lambda c: _turn(loading.sheet, c))):
        if done % TOLD_EVERY == 0:
            progress(done, len(changes))
        faults += _take(conn, loading, book, change)
    refused = {fault.line for fault in faults}
    beyond += [] if refused else reach.faults_after(conn)
    faults += [fault for fault in beyond if fault.line not in refused]
    refused |= {fault.line for fault in faults}
    good = tuple(change for change in changes if change.record.line not in refused)
    new = sum(change.old is None for change in good)
    ordered = tuple(sorted(faults, key=lambda f: f.line))
    same = sum(not line.fields and line.record.line not in refused for line in lines)
    return Loaded(new, len(good) - new, same, ordered, good)


def _change(record: Record, loading: Loading, book: Book) -> Change:
    """What a line changes: no fields, where it is the same."""
    key = key_of(loading.sheet, record.values)
    old = loading.old.get(key) or book.stands(key, loading)
    base = old or book.base(key, loading)
    values = {**base, **clean_values(record.values)}
    fields = tuple(name for name, value in values.items() if old is None or value != old[name])
    return Change(record, old, values, fields)


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
        return [Fault(line, column, kind, given, cut(written(change.values[column]))) for column, kind, given in found]
    beyond = _beyond(loading, book, change)
    if beyond:
        return beyond
    try:
        with conn.transaction():
            book.write(conn, change.values, change.old, loading)
            act = f"{name}.{'new' if change.old is None else 'change'}"
            subject = f"{name}:{'/'.join(str(part) for part in key_of(loading.sheet, change.values) if part)}"
            log_change(conn, loading.rights, loading.at, act, subject, change.fields)
    except (psycopg.IntegrityError, psycopg.DataError, pg.InsufficientPrivilege) as error:
        return [_refusal(loading.sheet, change, error)]
    loading.known.note(name, change.values)
    return []


def _beyond(loading: Loading, book: Book, change: Change) -> list[Fault]:
    """Why a line is not the account's, by units that it names itself; whose somebody is, is not told."""
    values = change.values
    units = book.units(values, change.old, loading)
    if change.old:
        units |= book.units(change.old, change.old, loading)
    outside = {unit for unit in units if not loading.rights.covers([unit])}
    if not outside:
        return []
    column = loading.sheet.key[0]
    key = cut(written(values[column]))
    given = change.record.values
    named = {given.get("unit_id"), given.get("parent"), *given.get("unit_ids", ())}
    named.add(loading.known.grids.get(given.get("grid_id") or ""))
    value = ", ".join(sorted(outside)) if outside <= named else key
    return [Fault(change.record.line, column, "outside", {"value": value}, key)]


def _refusal(sheet: Sheet, change: Change, error: psycopg.Error) -> Fault:
    said = {"said": error.diag.message_primary or type(error).__name__}
    kind = "refused"
    if isinstance(error, pg.ExclusionViolation):
        kind = "held"
    elif isinstance(error, pg.UniqueViolation):
        kind = "there"
    column = "since" if kind == "held" else sheet.key[0]
    return Fault(change.record.line, column, kind, said, cut(written(change.values[column])))
