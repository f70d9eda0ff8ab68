"""Forms of pages of people: what a field is, what is read from a form that was sent, what came of sending it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, Self

from dash.development.base_component import Component

from maritime_grid.domain import cells
from maritime_grid.store.jsonrows import clean_text


class Query(Protocol):
    """What of a page is asked for."""

    def parts(self) -> dict[str, object]:
        """For an address."""
        ...

    def closed(self) -> Self:
        """The same without a form."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One field; its words are `PAGE.field.NAME`, its place for a fault stands beside it.

    Attributes:
        name: also the last part of its id, `PAGE-FORM-NAME`.
        kind: text, long (of several lines), tel, day, choice, many, flag, hidden.
        longest: characters of a text.
        needed: it is never left empty.
        plain: another field decides whether it is needed; its label says nothing of that.
    """

    name: str
    kind: str = "text"
    longest: int = 60
    needed: bool = False
    plain: bool = False


class Wrong(Exception):  # noqa: N818 (no error: the way out of a form that is not filled well)
    """A form has faults."""


class Filled:
    """A form that was sent: each field is read once, and what is wrong with it is kept by its name.

    Args:
        fields: of the form.
        given: values as the browser sent them.
    """

    def __init__(self, fields: Sequence[Field], given: Mapping[str, Any]) -> None:
        self._fields, self._given = {field.name: field for field in fields}, given
        self.faults: dict[str, str] = {}  # key of a word, by field

    def wrong(self, name: str, why: str) -> None:
        self.faults.setdefault(name, f"people.fault.{why}")

    def check(self) -> None:
        """Raises: Wrong: something is."""
        if self.faults:
            raise Wrong

    def text(self, name: str) -> str:
        field = self._fields[name]
        said = clean_text(str(self._given.get(name) or "")).strip()
        if field.needed and not said:
            self.wrong(name, "needed")
        if len(said) > field.longest or not said.isprintable():
            self.wrong(name, "text")
        return said

    def lines(self, name: str) -> str:
        """A text of several lines."""
        field = self._fields[name]
        said = clean_text(str(self._given.get(name) or "")).replace("\r\n", "\n").strip()
        if field.needed and not said:
            self.wrong(name, "needed")
        if len(said) > field.longest or not said.replace("\n", "").isprintable():
            self.wrong(name, "text")
        return said

    def cell(self, name: str, read: Callable[[str], str | None], why: str) -> str:
        """A text as `maritime_grid.domain.cells` takes it."""
        said = self.text(name)
        try:
            return read(said) or ""
        except ValueError:
            self.wrong(name, why)
            return ""

    def phone(self, name: str) -> str:
        return self.cell(name, cells.phone, "phone")

    def day(self, name: str) -> date | None:
        said = self.text(name) if self._given.get(name) else ""
        try:
            found = cells.day(said)
        except ValueError:
            self.wrong(name, "day")
            return None
        if found is None and self._fields[name].needed:
            self.wrong(name, "needed")
        return found

    def number(self, name: str, low: float, high: float) -> float | None:
        said = self.text(name)
        if not said:
            return None
        try:
            value = float(said)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            self.wrong(name, "number")
        return value

    def choice(self, name: str, known: Collection[str]) -> str:
        """One of what was offered, or "" where none is needed."""
        said = self._given.get(name)
        if said not in (None, "") and str(said) in known:
            return str(said)
        if said not in (None, "") or self._fields[name].needed:
            self.wrong(name, "choose")
        return ""

    def many(self, name: str, known: Collection[str]) -> list[str]:
        """Some of what was offered."""
        given = self._given.get(name)
        said = [str(one) for one in given] if isinstance(given, list) else []
        if any(one not in known for one in said) or (self._fields[name].needed and not said):
            self.wrong(name, "choose")
        return said

    def flag(self, name: str) -> bool:
        return bool(self._given.get(name))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of sending a form.

    Attributes:
        faults: key of a word by field.
        line: to the reader; in the form while it stays open, else above the page.
        go: what the page shows next; None: the form stays as it is.
        base: the version that the form is about from now on, where who sent it was told what changed; else None.
    """

    faults: Mapping[str, str] = field(default_factory=dict[str, str])
    line: Component | None = None
    go: Query | None = None
    base: int | None = None
