"""The forms of the page of people: their fields as a literal table, and what is read from them, fault by fault."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from maritime_grid.domain import cells
from maritime_grid.store.jsonrows import clean_text

_DAY, _PHONE = 10, 24


@dataclass(frozen=True, slots=True)
class Field:
    """One field; its words are `people.field.NAME`, its place for a fault stands beside it.

    Attributes:
        name: also the last part of its id, `people-FORM-NAME`.
        kind: text, tel, day, choice, many, flag.
        longest: characters of a text.
        needed: it is never left empty.
        plain: another field decides whether it is needed; its label says nothing of that.
    """

    name: str
    kind: str = "text"
    longest: int = 60
    needed: bool = False
    plain: bool = False


_NAME = Field("name_zh", needed=True)
_PERSON = (
    Field("phone", "tel", _PHONE), Field("id_number", longest=20), Field("address", longest=100),
    Field("note", longest=200),
)  # fmt: skip
_SKILLS, _CRAFT = Field("skills", "many"), Field("craft", longest=60)
_UNTIL, _WORK_PHONE, _REASON = Field("until", "day"), Field("work_phone", "tel", _PHONE), Field("reason", longest=200)

FORMS: Mapping[str, tuple[Field, ...]] = {
    "add": (_NAME, Field("unit", "choice", needed=True), Field("staff_no", longest=32), *_PERSON),
    "edit": (_NAME, Field("unit", "choice"), *_PERSON, Field("clear", "many")),
    "read": (Field("purpose", longest=200, needed=True),),
    "appoint": (
        Field("grid", "choice", needed=True), Field("post", "choice", needed=True),
        Field("party_form", "choice", plain=True), Field("body", "choice", plain=True),
        Field("person", "choice", plain=True), Field("since", "day", needed=True), _UNTIL, _WORK_PHONE, _REASON,
    ),
    "term": (Field("what", "choice", needed=True), _UNTIL, _REASON),
    "phone": (_WORK_PHONE,),
    "badge": (Field("post", "choice", needed=True), Field("expires", "day", needed=True)),
    "revoke": (Field("reason", longest=200, needed=True),),
    "training": (
        Field("course", needed=True), Field("held_on", "day", needed=True), Field("hours", longest=8, needed=True),
        Field("result", "choice", needed=True), Field("certificate_until", "day"),
    ),
    "team": (
        _NAME, Field("skills", "many", needed=True), _CRAFT, Field("contact", "choice"),
        Field("phone", "tel", _PHONE), Field("units", "many", needed=True), Field("paid", "flag"),
        Field("terms", longest=100), Field("lon", longest=12), Field("lat", longest=12),
    ),
    "member": (Field("person", "choice", needed=True), _SKILLS, _CRAFT),
    "leave": (),
}  # fmt: skip


class Wrong(Exception):  # noqa: N818 (no error: the way out of a form that is not filled well)
    """A form has faults."""


class Filled:
    """A form that was sent: each field is read once, and what is wrong with it is kept by its name.

    Args:
        form: key of FORMS.
        given: values as the browser sent them.
    """

    def __init__(self, form: str, given: Mapping[str, Any]) -> None:
        self._fields, self._given = {field.name: field for field in FORMS[form]}, given
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
