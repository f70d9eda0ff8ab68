"""What the database itself lets an account see of a sheet: whether its lines lie within reach, and how they are shown.

The commands judge each line by the rights of the account. Here the views are asked the same once more, as the account's
own role: what it could not see before, or would not see afterwards, it does not change by a file either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

import psycopg
from psycopg.rows import TupleRow

from maritime_grid.domain.sheet_faults import Fault
from maritime_grid.domain.sheets import written

from .account_roles import as_account
from .queries import load_queries
from .sheet_loading import Change, Connection, Loading, ShownChange, ShownField, Values

_Q = load_queries("sheets")
KINDS = ("units", "grids", "staff")
Id = tuple[str, str, str]  # kind, column, id
Named = dict[tuple[str, str], tuple[int, str]]  # line and column by kind and id


@dataclass(slots=True)
class Reach:
    """Of the changes of one file, by an account; of a person at the machine nothing is asked."""

    loading: Loading
    changes: Sequence[Change]
    _before: Named = field(default_factory=dict[tuple[str, str], tuple[int, str]])
    _after: Named = field(default_factory=dict[tuple[str, str], tuple[int, str]])

    def __post_init__(self) -> None:
        if self.loading.rights.units is None:
            return
        for change in self.changes:
            line = change.record.line
            for kind, column, key in (*self._owned(change.old), *self._people(change)):
                self._before.setdefault((kind, key), (line, column))
            for kind, column, key in self._owned(change.values):
                self._after.setdefault((kind, key), (line, column))

    def faults_before(self, conn: Connection) -> list[Fault]:
        """Lines about what the account does not see now."""
        return self._faults(conn, self._before)

    def faults_after(self, conn: Connection) -> list[Fault]:
        """Lines after which the account does not see what they are about; in the transaction that wrote them."""
        return self._faults(conn, self._after)

    def _owned(self, values: Values | None) -> Iterable[Id]:
        """Units and grids that a line belongs to, and whom it is about."""
        if values is None:
            return
        name = self.loading.sheet.name
        if name == "units":
            yield ("units", "parent", values["parent"]) if values["parent"] else ("units", "unit_id", values["unit_id"])
        if name in ("bodies", "grid_leads"):
            yield "units", "unit_id", values["unit_id"]
        if name == "teams":
            yield from (("units", "unit_ids", unit) for unit in values["unit_ids"])
        if name in ("people", "badges") and values["grid_id"]:
            yield "grids", "grid_id", values["grid_id"]
        if name in ("people", "badges", "training") and values["staff_no"]:
            yield "staff", "staff_no", values["staff_no"]

    def _people(self, change: Change) -> Iterable[Id]:
        """Who must be the account's own before the line is written: written, it might show them by itself."""
        values, old, name = change.values, change.old or {}, self.loading.sheet.name
        if name == "teams":
            joining = {values["contact"], *values["members"]} - {None, old.get("contact"), *old.get("members", ())}
            yield from (("staff", "members", staff) for staff in sorted(joining))
        elif name in ("badges", "training") or (name == "people" and values["staff_no"] in self.loading.staff):
            yield "staff", "staff_no", values["staff_no"]
        kept = self.loading.staff.get(values.get("staff_no") or "", {}).get("unit_id")
        if name == "people" and values["unit_id"] not in (None, kept):
            yield "units", "unit_id", values["unit_id"]

    def _faults(self, conn: Connection, named: Named) -> list[Fault]:
        if not named:
            return []
        faults: list[Fault] = []
        as_role = as_account(cast("psycopg.Connection[TupleRow]", conn), self.loading.rights.by)
        with conn.transaction(force_rollback=True), as_role:
            for kind in KINDS:
                ids = [key for of, key in named if of == kind]
                for row in conn.execute(_Q[f"beyond_{kind}"], [ids]).fetchall() if ids else ():
                    line, column = named[kind, row["id"]]
                    faults.append(Fault(line, column, "outside", {"value": row["id"]}, row["id"]))
        return faults


def shown(conn: Connection, loading: Loading, changes: Sequence[Change]) -> tuple[ShownChange, ...]:
    """Changes as the account may see them: personal data masked by its level, by the functions of the views."""
    sheet, cells = loading.sheet, list[tuple[str, str]]()
    fields = [_told(change, sheet.blank()) for change in changes]
    for change, names in zip(changes, fields, strict=True):
        for name in names:
            column = sheet.column(name)
            for values in (change.old or {}, change.values):
                cells.append((column.shows if column else "", written(values.get(name))))
    masked = iter(_masked(conn, loading, cells))
    return tuple(
        ShownChange(
            change.record.line,
            tuple(written(change.values[name]) for name in sheet.key if change.values[name] is not None),
            change.old is None,
            tuple(ShownField(name, next(masked), next(masked)) for name in names),
        )
        for change, names in zip(changes, fields, strict=True)
    )


def _told(change: Change, blank: Values) -> tuple[str, ...]:
    """Fields that are worth a word: of a new line those in which something stands."""
    if change.old is not None:
        return change.fields
    return tuple(name for name in change.fields if change.values[name] != blank[name])


def _masked(conn: Connection, loading: Loading, cells: Sequence[tuple[str, str]]) -> list[str | None]:
    if loading.rights.units is None:
        return [value for _, value in cells]
    given = {"by": loading.rights.by, "fields": [f for f, _ in cells], "values": [v for _, v in cells]}
    return [row["value"] for row in conn.execute(_Q["shown"], given)]
