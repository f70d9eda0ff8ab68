"""What must be true of a line of a sheet beside its cells: that what it names is there, and that it makes sense."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .badges import well_formed
from .people import OF_BODIES, Post
from .people_sheets import LEVELS, OF_PERSON
from .sheet_faults import Fault, cut
from .sheets import Record, Sheet, written

Values = Mapping[str, Any]
NOTHING = "nothing"  # in the words of a fault, where a cell is empty
Complaint = tuple[str, str, Mapping[str, object]]  # column, kind of fault, values of its words


@dataclass(frozen=True, slots=True)
class Known:
    """What is there to be named: of the store, and of the lines accepted so far."""

    units: dict[str, str] = field(default_factory=dict[str, str])  # level by unit_id
    bodies: dict[str, str] = field(default_factory=dict[str, str])  # kind by body_id
    grids: dict[str, str] = field(default_factory=dict[str, str])  # unit_id that leads, by grid_id
    staff: set[str] = field(default_factory=set[str])
    skills: frozenset[str] = frozenset()

    def note(self, sheet: str, values: Values) -> None:
        """Lines after this one may name it."""
        if sheet == "units":
            self.units[values["unit_id"]] = values["level"]
        elif sheet == "bodies":
            self.bodies[values["body_id"]] = values["kind"]
        elif sheet == "grid_leads":
            self.grids[values["grid_id"]] = values["unit_id"]
        elif sheet == "people" and values["staff_no"]:
            self.staff.add(values["staff_no"])


def complaints(sheet: str, values: Values, old: Values | None, known: Known) -> list[Complaint]:
    """All that is wrong with a line that is new or changed.

    Args:
        sheet: name of its sheet.
        values: all columns, those that the file leaves out as they are.
        old: what stands there now; None: nothing.
        known: what it may name.
    """
    return list(_RULES[sheet](values, old, known))


def disagreements(sheet: Sheet, records: Sequence[Record]) -> list[Fault]:
    """Lines that say different things of one person: a person stands in as many lines as he or she has posts."""
    faults: list[Fault] = []
    first: dict[str, Record] = {}
    for record in records if sheet.name == "people" else ():
        staff_no = record.values.get("staff_no")
        if staff_no is None:
            continue
        before = first.setdefault(staff_no, record)
        faults += [
            Fault(
                record.line,
                name,
                "differs",
                {"line": before.line, "staff": staff_no},
                cut(written(record.values[name])),
            )
            for name in OF_PERSON
            if name in record.values and record.values[name] != before.values[name]
        ]
    return faults


def _units(v: Values, old: Values | None, known: Known) -> Iterator[Complaint]:
    if old and (old["parent"], old["level"]) != (v["parent"], v["level"]):
        yield "parent", "unit_kept", {}
        return
    rank = LEVELS.index(v["level"])
    if rank == 0 and v["parent"]:
        yield "parent", "city_parent", {}
    if rank == 0 and not v["parent"] and any(u != v["unit_id"] for u, level in known.units.items() if level == "city"):
        yield "level", "city_twice", {}
    if rank and known.units.get(v["parent"] or "") != LEVELS[rank - 1]:
        yield "parent", "parent", {"value": v["parent"] or NOTHING, "level": LEVELS[rank - 1]}


def _bodies(v: Values, old: Values | None, known: Known) -> Iterator[Complaint]:
    if old and old["kind"] != v["kind"]:
        yield "kind", "body_kept", {}
    yield from _unit(v, "unit_id", known)


def _grid_leads(v: Values, _old: Values | None, known: Known) -> Iterator[Complaint]:
    yield from _unit(v, "unit_id", known)


def _unit(v: Values, column: str, known: Known) -> Iterator[Complaint]:
    given = v[column] if isinstance(v[column], tuple) else (v[column],)
    for unit_id in given:
        if unit_id not in known.units:
            yield column, "no_unit", {"value": unit_id}


def _people(v: Values, _old: Values | None, known: Known) -> Iterator[Complaint]:
    if v["staff_no"] is None and v["body_id"] is None:
        yield "staff_no", "nobody", {}
    if v["staff_no"] is not None and not v["name_zh"]:
        yield "name_zh", "name", {}
    if v["unit_id"] is not None:
        yield from _unit(v, "unit_id", known)
    if any(v[name] for name in ("grid_id", "post", "body_id", "party_form", "work_phone", "since", "until")):
        yield from _post(v, known)


def _post(v: Values, known: Known) -> Iterator[Complaint]:
    missing = [name for name in ("grid_id", "post", "since") if v[name] is None]
    for name in missing:
        yield name, "post", {}
    if missing:
        return
    yield from _grid(v, known)
    if v["until"] is not None and v["until"] < v["since"]:
        yield "until", "until", {"since": v["since"]}
    yield from _party(v)
    yield from _body(v, known)


def _party(v: Values) -> Iterator[Complaint]:
    if (v["post"] == Post.PARTY_SECRETARY) != (v["party_form"] is not None):
        yield "party_form", "party_form", {}


def _body(v: Values, known: Known) -> Iterator[Complaint]:
    if v["post"] in OF_BODIES:
        if known.bodies.get(v["body_id"] or "") != v["post"]:
            yield "body_id", "body_kind", {"value": v["body_id"] or NOTHING, "kind": v["post"]}
    elif v["body_id"] is not None:
        yield "body_id", "no_body", {"post": v["post"]}


def _grid(v: Values, known: Known) -> Iterator[Complaint]:
    if v["grid_id"] not in known.grids:
        yield "grid_id", "no_grid", {"value": v["grid_id"]}


def _staff(v: Values, known: Known) -> Iterator[Complaint]:
    if v["staff_no"] not in known.staff:
        yield "staff_no", "no_staff", {"value": v["staff_no"]}


def _teams(v: Values, _old: Values | None, known: Known) -> Iterator[Complaint]:
    for skill in v["skills"]:
        if skill not in known.skills:
            yield "skills", "no_skill", {"value": skill, "known": ", ".join(sorted(known.skills))}
    for staff_no in (*((v["contact"],) if v["contact"] else ()), *v["members"]):
        if staff_no not in known.staff:
            column = "contact" if staff_no == v["contact"] else "members"
            yield column, "no_staff", {"value": staff_no}
    if (v["lon"] is None) != (v["lat"] is None):
        yield "lon", "place", {}
    yield from _unit(v, "unit_ids", known)


def _badges(v: Values, old: Values | None, known: Known) -> Iterator[Complaint]:
    if v["number"] is not None and not well_formed(v["number"]):
        yield "number", "badge_number", {"value": v["number"]}
    fixed = ("staff_no", "grid_id", "post")
    if old and any(old[name] != v[name] for name in fixed):
        yield "number", "badge_kept", {"value": v["number"]}
    if v["expires"] <= v["issued"]:
        yield "expires", "expires", {"issued": v["issued"]}
    if (v["revoked"] is None) == bool(v["revoked_reason"]):
        yield "revoked_reason", "revoked", {}
    yield from _grid(v, known)
    yield from _staff(v, known)


def _training(v: Values, _old: Values | None, known: Known) -> Iterator[Complaint]:
    yield from _staff(v, known)


def _items(v: Values, old: Values | None, _known: Known) -> Iterator[Complaint]:
    if old and old["class"] != v["class"]:
        yield "class", "item_kept", {}


_RULES: dict[str, Callable[[Values, Values | None, Known], Iterator[Complaint]]] = {
    "units": _units,
    "bodies": _bodies,
    "grid_leads": _grid_leads,
    "people": _people,
    "teams": _teams,
    "badges": _badges,
    "training": _training,
    "items": _items,
}
