"""All commands on people: those of `people_acts` and `people_badges`, work items, and all that is kept in sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from psycopg import Rollback
from psycopg import errors as pg

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.items import ACTS, PROPOSE, State, Trigger
from maritime_grid.domain.people import Post
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheets import Parsed, Record, Sheet

from . import items, sheets
from .books import BOOKS
from .errors import StoreRefused, translated
from .people_acts import EDIT, NewTerm, Person
from .people_badges import BadgeActs
from .people_rights import log_change
from .queries import load_queries
from .sheet_loading import Loaded, Loading, begin, look
from .sheet_reach import shown

__all__ = ["EDIT", "NewTerm", "People", "Person", "Post", "sheet_named"]

_Q = load_queries("people")
_SHEETS = load_queries("sheets")
SHOWN = 100  # changes that are told one by one


class People(BadgeActs):
    """Every command on people and their work."""

    # work items

    def propose_item(
        self, values: Mapping[str, Any], by: str, at: datetime, *, base: int | None = None, remark: str = ""
    ) -> int:
        """A new version of a work item, see `items.propose`; its number."""
        whole = {"basis": "", "dropped": False, "sample": False, **values}
        with self._doing(by, PROPOSE) as (conn, rights):
            try:
                return items.propose(conn, whole, rights, at, base=base, remark=remark)
            except pg.UniqueViolation:
                raise StoreRefused("a version of this item is under way", "bring it on or reject it first") from None

    def move_item(
        self, item_id: str, version: int, trigger: Trigger, by: str, at: datetime, *,
        in_force: date | None = None, remark: str = "", seen: State | None = None,
    ) -> str:  # fmt: skip
        """Bring a version of a work item on, see `items.move`; the state that it came to."""
        with self._doing(by, ACTS[trigger]) as (conn, rights):
            return items.move(conn, item_id, version, trigger, rights, at, in_force=in_force, remark=remark, seen=seen)

    # sheets

    def load(
        self, name: str, parsed: Parsed, by: str, at: datetime, *, dry_run: bool = False, publish: bool = False,
        file: str = "", if_still: Callable[[str], bool] | None = None,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> Loaded:  # fmt: skip
        """Take in a sheet: all of it, or nothing where a line is refused.

        Args:
            name: of the sheet, a key of SHEETS.
            parsed: its lines.
            by: account.
            at: aware.
            dry_run: only tell what would happen. Of personal data that an account compares by it, the access log tells.
            publish: work items straight to the public, as at the very first load.
            file: SHA-256 of the file, hexadecimal, for the record; empty: it is no file.
            if_still: given `Loaded.mark` of what would happen, whether it was agreed to; else nothing is done.
            progress: told how many of how many changes are judged.
        """
        book = BOOKS[name]
        loaded = Loaded(0, 0, 0)
        with self._doing(by, book.act) as (conn, rights):
            with conn.transaction():
                loading = begin(conn, name, rights, at, self._skills, publish=publish)
                found = sheets.load(conn, loading, book, parsed.records, progress)
                faults = tuple(sorted((*parsed.faults, *found.faults), key=lambda f: f.line))
                loaded = replace(found, faults=faults)
                if faults or dry_run or (if_still is not None and not if_still(loaded.mark)):
                    loaded = replace(loaded, shown=shown(conn, loading, loaded.changes[:SHOWN]))
                    raise Rollback
                loaded = replace(loaded, done=True)
                if file:
                    log_change(conn, rights, at, f"{name}.import", f"sheet:{name}/{file}", _columns(parsed))
            personal = [c for c in _columns(parsed) if (column := SHEETS[name].column(c)) and column.personal]
            if personal and not loaded.done and rights.units is not None:
                values = {"at": at, "by": by, "subject": f"sheet:{name}", "fields": personal}
                conn.execute(_SHEETS["log_preview"], values)
        return loaded

    def save(self, name: str, values: Mapping[str, Any], by: str, at: datetime) -> None:
        """One line of a sheet, by its columns; those left out stay as they are.

        Raises: UsageError: it is refused.
        """
        loaded = self.load(name, Parsed([Record(1, values)]), by, at)
        if loaded.faults:
            fault = loaded.faults[0]
            raise UsageError(f"{fault.column}: {fault.what}", fault.mend)

    def rows(
        self, name: str, by: str, at: datetime, purpose: str = "", *, taken: bool = True
    ) -> tuple[list[str], list[list[Any]]]:
        """Columns and lines of a sheet, as `load` takes them, of the jurisdiction of the account.

        Personal data are among them only with a purpose. The access log gets a line with the columns and how many rows,
        but where the program itself looks and nothing is `taken` nor personal. Nobody who writes waits for it, nor it
        for them: it reads a snapshot.
        """
        sheet = SHEETS[name]
        personal = [c.name for c in sheet.columns if c.personal and purpose.strip()]
        columns = [c.name for c in sheet.columns if not c.personal or c.name in personal]
        with self._doing(by, "people.export", snapshot=True) as (conn, rights):
            if BOOKS[name].act != EDIT:  # drafts of work items are for who works on them
                rights.need(BOOKS[name].act)
            loading = look(conn, name, rights, at, self._skills)
            lines = [row for row in loading.old.values() if _readable(row, loading)]
            if taken or personal:
                values = {
                    "at": at, "by": by, "subject": f"sheet:{name}", "fields": columns, "purpose": purpose.strip()[:500],
                    "lines": len(lines),
                }  # fmt: skip
                conn.execute(_SHEETS["log_export"], values)
        return columns, [[row[column] for column in columns] for row in lines]

    def is_empty(self, what: str) -> bool:
        """Whether there are no "units", "bodies", "grid_leads", "items" or "people" at all."""
        with translated(), self._pool.connection() as conn:
            row = conn.execute(_Q[f"no_{what}"]).fetchone()
            return bool(row and row["empty"])


def sheet_named(name: str) -> Sheet:
    """Raises: UsageError: there is no such sheet."""
    if name not in SHEETS:
        raise UsageError(f"there is no sheet {name}", f"use {', '.join(SHEETS)}")
    return SHEETS[name]


def _readable(row: Mapping[str, Any], loading: Loading) -> bool:
    """Whether a line is within the jurisdiction; people who are in no grid are the concern of who is at the machine."""
    units = BOOKS[loading.sheet.name].units(dict(row), dict(row), loading)
    placed = bool(units) or loading.sheet.name not in ("people", "training")
    return loading.rights.units is None or (placed and loading.rights.covers(units))


def _columns(parsed: Parsed) -> list[str]:
    """Of the file: every line has all of them."""
    return list(parsed.records[0].values) if parsed.records else []
