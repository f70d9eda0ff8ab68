"""The form that amends a case 更正补充: what stands in its fields, and what was typed as an amendment. Pure.

A form says only what was changed in it: each field brings a mark of what stood there when it was opened, and one whose
mark still fits is as the case is now. So two people who amend different things do not undo each other's work once the
second has seen what changed. Personal data are never in a field: empty means that they stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from secrets import token_hex
from typing import Any

from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.severity import FACTS, MOST, SeverityFacts, facts_fault, known_facts
from maritime_grid.store.case_changes import AmendedParty, Amendment
from maritime_grid.store.case_check import MOST_TEXT, MOST_TITLE, MOST_VESSELS, SIDES
from maritime_grid.store.case_rows import CaseView, Party, PartyRow, PartyVessel

from .case_forms import FieldFault
from .views.times import BEIJING

NUMBERS = tuple(name for name in FACTS if name != "amount_yuan")
REMOVE, FORGET = "remove", "forget"  # a party; its personal data
FIRST = {"": None, "yes": True, "no": False}
SPARE, SPARE_VESSELS = 2, 2  # empty parties, and vessels of a party, that a form has
NOBODY = PartyRow(0, "", None, None, None, None, "", "", None, None, None)
PERSONAL = ("person_name", "phone", "id_number")
MOST_PERSONAL = 60
YEARS = range(2000, 2100)
_MMSI_DIGITS = 9
_PLACES_ON_EARTH = {"lon": 180, "lat": 90}


@dataclass(frozen=True, slots=True)
class Block:
    """One party of the form: `key` of its fields; new where the case has none of its number."""

    key: str
    row: PartyRow
    vessels: int  # rows of fields


def blocks(case: CaseView) -> list[Block]:
    """The parties of the case, then empty ones."""
    known = [Block(f"p{row.n}", row, min(len(row.vessels) + SPARE_VESSELS, MOST_VESSELS)) for row in case.parties]
    return [*known, *(Block(f"new{n}", NOBODY, 1 + SPARE_VESSELS) for n in range(1, SPARE + 1))]


def values_of(case: CaseView) -> dict[str, str]:
    """What stands in each field, by its name."""
    values: dict[str, str] = {
        "kind": f"{case.row.kind}/{case.row.subkind or ''}",
        "title": case.row.title,
        "description": case.description,
        "place": case.place or "",
        "lon": "" if case.lon is None else repr(case.lon),
        "lat": "" if case.lat is None else repr(case.lat),
        "happened_at": f"{case.happened_at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if case.happened_at else "",
        "amount": "" if case.amount is None else f"{case.amount.normalize():f}",
        **{name: str(int(case.facts.get(name) or 0)) for name in NUMBERS},
    }
    for block in blocks(case):
        values |= {f"{block.key}-{name}": value for name, value in _party_values(block)}
    return values


def _party_values(block: Block) -> Iterator[tuple[str, str]]:
    row = block.row
    yield from (("side", row.side), ("gear", row.gear or ""), ("claim", row.claim), ("statement", row.statement))
    yield "first", next(key for key, value in FIRST.items() if value is row.set_first)
    yield from ((name, "") for name in (*PERSONAL, "person"))
    for k in range(block.vessels):
        vessel = row.vessels[k] if k < len(row.vessels) else PartyVessel()
        yield f"name{k}", vessel.ship_name
        yield f"mmsi{k}", "" if vessel.mmsi is None else f"{vessel.mmsi:09d}"


def mark(value: object) -> str:
    """Of what stands in a field."""
    return sha256(str("" if value is None else value).strip().encode()).hexdigest()[:8]


def opened_as(case: CaseView) -> str:
    """Marks of all fields as the form is opened, and a key of the form itself, as JSON."""
    marks = {name: mark(value) for name, value in values_of(case).items()}
    return json.dumps({"form": token_hex(8), "marks": marks})


def amendment_facts(typed: Mapping[str, Any], case: CaseView) -> dict[str, Any]:
    """Facts of the act, from what was typed and the case as it stands now.

    Raises: FieldFault: something is missing, too long or senseless.
    """
    form = _Typed(typed)
    kind, subkind = form.kind(case)
    facts = form.numbers(case)
    amendment = Amendment(
        kind=kind,
        subkind=subkind,
        title=form.text("title", case.row.title, MOST_TITLE),
        description=form.text("description", case.description, MOST_TEXT),
        place=form.text("place", case.place or "", MOST_TITLE),
        lon=form.degrees("lon", case.lon),
        lat=form.degrees("lat", case.lat),
        happened_at=form.moment(case.happened_at),
        amount=form.amount(case.amount),
        facts=facts,
        parties=tuple(_parties(form, case)),
    )
    if not amendment.title:
        raise FieldFault("title", "case.fault.title")
    if (amendment.lon is None) != (amendment.lat is None):
        raise FieldFault("lon", "case.fault.half")
    if kind == Kind.DISPUTE and len([p for p in amendment.parties if p.party.side != "witness"]) < 2:
        raise FieldFault("side", "case.fault.two_parties")
    note = typed.get("note")
    said = {"note": note.strip()[:MOST_TEXT]} if isinstance(note, str) and note.strip() else {}
    return {"amendment": amendment, "form": form.key, **said}


def _parties(form: _Typed, case: CaseView) -> Iterator[AmendedParty]:
    for block in blocks(case):
        row, key, side = block.row, block.key, form.text(f"{block.key}-side", block.row.side)
        vessels = _vessels(form, block)
        person = {name: form.text(f"{key}-{name}", "", MOST_PERSONAL) for name in PERSONAL}
        is_new = row is NOBODY
        if side == REMOVE or (is_new and not vessels and not any(person.values())):
            continue
        if side not in SIDES:
            raise FieldFault("side", "case.fault.side")
        known = row.person_name or not (is_new or row.vessels)  # a person whom the reader may not see at all
        if not vessels and not person["person_name"] and not known:
            raise FieldFault("name0", "case.fault.nobody")
        first = vessels[0] if vessels else PartyVessel()
        party = Party(
            side, first.mmsi, first.ship_name, form.text(f"{key}-gear", row.gear or "", MOST_PERSONAL),
            FIRST.get(form.text(f"{key}-first", "")) if form.touched(f"{key}-first") else row.set_first,
            form.text(f"{key}-claim", row.claim), form.text(f"{key}-statement", row.statement), **person,
            more=tuple(vessels[1:]),
        )  # fmt: skip
        yield AmendedParty(None if is_new else row.n, party, forget=form.text(f"{key}-person", "") == FORGET)


def _vessels(form: _Typed, block: Block) -> Sequence[PartyVessel]:
    """Those of the case, with what was typed over them."""
    found: list[PartyVessel] = []
    for k in range(block.vessels):
        was = block.row.vessels[k] if k < len(block.row.vessels) else PartyVessel()
        name = form.text(f"{block.key}-name{k}", was.ship_name, MOST_PERSONAL)
        vessel = PartyVessel(form.mmsi(f"{block.key}-mmsi{k}", was.mmsi), name)
        if vessel != PartyVessel():
            found.append(vessel)
    return [*found, *block.row.vessels[block.vessels :]]


class _Typed:
    """What was typed into the form; a field that nobody touched gives what the case has."""

    def __init__(self, typed: Mapping[str, Any]) -> None:
        self._typed = typed
        try:
            opened = json.loads(typed.get("opened") or "")
            self.key, self._marks = str(opened["form"])[:16], dict[str, Any](opened["marks"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise FieldFault("opened", "case.fault.form") from None

    def touched(self, name: str) -> bool:
        return name in self._marks and name in self._typed and mark(self._typed[name]) != self._marks[name]

    def text(self, name: str, was: str, longest: int = MOST_TEXT) -> str:
        if not self.touched(name):
            return was
        text = str(self._typed[name] or "").strip()
        if len(text) > longest:
            raise FieldFault(name, "case.fault.long")
        return text

    def kind(self, case: CaseView) -> tuple[Kind, str]:
        said = self.text("kind", f"{case.row.kind}/{case.row.subkind or ''}")
        kind, _, subkind = said.partition("/")
        if kind not in set(Kind):
            raise FieldFault("kind", "case.fault.kind")
        return Kind(kind), subkind

    def degrees(self, name: str, was: float | None) -> float | None:
        if not self.touched(name):
            return was
        text = self.text(name, "")
        try:
            value = float(text) if text else None
        except ValueError:
            value = 1e9
        if value is not None and not abs(value) <= _PLACES_ON_EARTH[name]:
            raise FieldFault(name, "case.fault.degrees")
        return value

    def moment(self, was: datetime | None) -> datetime | None:
        if not self.touched("happened_at"):
            return was
        text = self.text("happened_at", "")
        try:
            at = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING) if text else None
        except ValueError:
            raise FieldFault("happened_at", "case.fault.moment") from None
        if at is not None and at.year not in YEARS:
            raise FieldFault("happened_at", "case.fault.moment")
        return at

    def mmsi(self, name: str, was: int | None) -> int | None:
        if not self.touched(name):
            return was
        text = "".join(self.text(name, "").split())
        if text and not (text.isascii() and text.isdigit() and len(text) == _MMSI_DIGITS):
            raise FieldFault(name, "case.fault.mmsi")
        return int(text) if text else None

    def amount(self, was: Decimal | None) -> Decimal | None:
        if not self.touched("amount"):
            return was
        try:
            value = Decimal(self.text("amount", "", MOST_PERSONAL).replace(",", "") or "0")
            fits = 0 <= value <= MOST["amount_yuan"]
        except InvalidOperation:
            value, fits = Decimal(0), False
        if not fits:
            raise FieldFault("amount", "case.fault.amount")
        return value or None

    def numbers(self, case: CaseView) -> SeverityFacts:
        known = known_facts(case.facts)
        said: dict[str, int] = {}
        for name in NUMBERS:
            text = self.text(name, "", MOST_PERSONAL) if self.touched(name) else ""
            whole = int(text) if text.isascii() and text.isdigit() else 0 if not text else -1
            if self.touched(name):
                said[name] = whole
        if said and facts_fault(said):
            raise FieldFault(next(iter(said)), "case.fault.number")
        return replace(known, **said)
