"""How each sheet stands in the store: what a new line begins with, whose it is, how it is written."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from maritime_grid.domain.badges import SERIAL_ALPHABET, SERIAL_LENGTH, number_of
from maritime_grid.domain.people import day_of
from maritime_grid.domain.people_sheets import OF_PERSON

from . import items
from .queries import load_queries
from .sheet_loading import Book, Connection, Key, Loading, Values

_Q = load_queries("sheets")


@dataclass(frozen=True, slots=True)
class Plain:
    """A sheet whose lines are rows of one table."""

    unit_columns: tuple[str, ...] = ()
    act: str = "people.edit"

    def base(self, key: Key, known: Loading) -> Values:  # noqa: ARG002 (as every book)
        return known.sheet.blank()

    def stands(self, key: Key, known: Loading) -> Values | None:  # noqa: ARG002
        return None

    def units(self, values: Values, old: Values | None, loading: Loading) -> set[str]:  # noqa: ARG002
        return {values[column] for column in self.unit_columns if values[column]}

    def write(self, conn: Connection, values: Values, old: Values | None, loading: Loading) -> None:  # noqa: ARG002
        conn.execute(_Q[f"save_{loading.sheet.name}"], plain(values))


class Units(Plain):
    def units(self, values: Values, old: Values | None, loading: Loading) -> set[str]:  # noqa: ARG002
        """Whoever answers for the unit above makes and names it; the city itself is the city's."""
        return {values["parent"] or values["unit_id"]}


class People(Plain):
    """A line is a person, a post, or a person in a post."""

    def base(self, key: Key, known: Loading) -> Values:
        person = known.staff.get(key[0]) or {}
        return known.sheet.blank() | {name: person[name] for name in OF_PERSON if name in person}

    def stands(self, key: Key, known: Loading) -> Values | None:
        """A line without a post is about the person, however many posts he or she has."""
        if any(part is not None for part in key[1:]) or key[0] not in known.staff:
            return None
        return self.base(key, known) | {"staff_no": key[0]}

    def units(self, values: Values, old: Values | None, loading: Loading) -> set[str]:
        """Where the post is; and, of a person who is changed or appointed, all who answer for him or her.

        Else a unit could read the file of anybody by appointing them.
        """
        before = loading.staff.get(values["staff_no"])
        touched = before is not None and (old is None or any(before[name] != values[name] for name in OF_PERSON))
        found = loading.answer_for(values["staff_no"]) if touched else set[str]()
        if values["grid_id"]:
            found.add(_lead(values["grid_id"], loading))
        moved = before is None or before["unit_id"] != values["unit_id"]
        if values["unit_id"] and (moved or not values["grid_id"]):
            found.add(values["unit_id"])
        return found

    def write(self, conn: Connection, values: Values, old: Values | None, loading: Loading) -> None:
        before = loading.staff.get(values["staff_no"])
        if values["staff_no"] and (before is None or any(before[name] != values[name] for name in OF_PERSON)):
            if before is None and not values["unit_id"]:
                values = values | {"unit_id": loading.home}
            conn.execute(_Q["save_person"], values)
            loading.staff[values["staff_no"]] = values
            loading.units_of_staff.setdefault(values["staff_no"], [values["unit_id"]] if values["unit_id"] else [])
        if values["grid_id"]:
            conn.execute(_Q["add_term" if old is None else "change_term"], values)


class Teams(Plain):
    def units(self, values: Values, old: Values | None, loading: Loading) -> set[str]:
        """The units that it serves, and all who answer for whoever joins it."""
        joining = _named(values) - (_named(old) if old else set[str]())
        return set(values["unit_ids"]).union(*(loading.answer_for(staff_no) for staff_no in joining))

    def write(self, conn: Connection, values: Values, old: Values | None, loading: Loading) -> None:  # noqa: ARG002
        values = plain(values) | {"day": day_of(loading.at)}
        for query in ("save_teams", "end_members", "add_members"):
            conn.execute(_Q[query], values)


class OfPerson(Plain):
    """Badges and training: whose they are decides."""

    def units(self, values: Values, old: Values | None, loading: Loading) -> set[str]:  # noqa: ARG002
        if "grid_id" in values:
            return {_lead(values["grid_id"], loading)}
        return loading.answer_for(values["staff_no"])

    def write(self, conn: Connection, values: Values, old: Values | None, loading: Loading) -> None:  # noqa: ARG002
        if "number" in values and values["number"] is None:
            values = values | {"number": new_number(values["issued"].year)}
        conn.execute(_Q[f"save_{loading.sheet.name}"], values)


class Items(Plain):
    def write(self, conn: Connection, values: Values, old: Values | None, loading: Loading) -> None:  # noqa: ARG002
        version = items.propose(conn, values, loading.rights, loading.at)
        if loading.publish:
            items.publish_at_once(conn, values["item_id"], version, loading.rights, loading.at)


def _lead(grid_id: str, loading: Loading) -> str:
    """The unit that leads a grid; the grid itself, which is no unit of anybody's, where none does."""
    return loading.known.grids.get(grid_id, grid_id)


def _named(team: Values) -> set[str]:
    """Staff numbers of its members and of whom to call."""
    return {*team["members"], *filter(None, [team["contact"]])}


def plain(values: Values) -> Values:
    """Tuples as lists, which the driver writes as arrays."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def new_number(year: int) -> str:
    """A badge's number that nobody can guess."""
    return number_of(year, [secrets.randbelow(len(SERIAL_ALPHABET)) for _ in range(SERIAL_LENGTH)])


BOOKS: dict[str, Book] = {
    "units": Units(),
    "bodies": Plain(("unit_id",)),
    "grid_leads": Plain(("unit_id",)),
    "people": People(),
    "teams": Teams(),
    "badges": OfPerson(),
    "training": OfPerson(),
    "items": Items(act="items.edit"),
}
