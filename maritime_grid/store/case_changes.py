"""What an amendment 更正补充 of a case says, and what it changes: pure.

Personal data of parties may be masked to who amends: empty means that they stay, and the archive keeps only that they
changed (decision 0117).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.severity import FACTS, SeverityFacts

from .case_filing import with_amount, without_person
from .case_rows import NewCase, Party

SAID = ("kind", "subkind", "title", "description", "place", "lon", "lat", "happened_at", "amount")
NUMBERS = tuple(name for name in FACTS if name != "amount_yuan")  # the amount stands beside them
OF_PARTY = ("side", "mmsi", "ship_name", "more", "gear", "set_first", "claim", "statement")
PERSONAL = ("person_name", "phone", "id_number")


@dataclass(frozen=True, slots=True)
class AmendedParty:
    """One party as the form says it.

    Attributes:
        n: its number in the case; None: a new one.
        party: whole but for personal data, of which empty ones stay as they were.
        forget: personal data that were known are removed.
    """

    n: int | None
    party: Party
    forget: bool = False


@dataclass(frozen=True, slots=True)
class Amendment:
    """A case as it is to be, whole: who left a field as it was says it again. Parties that are not named go.

    Longitude and latitude in degrees, both or neither; `happened_at` aware; `amount` yuan.
    """

    kind: Kind
    title: str
    subkind: str
    description: str
    place: str
    lon: float | None
    lat: float | None
    happened_at: datetime | None
    amount: Decimal | None
    facts: SeverityFacts
    parties: tuple[AmendedParty, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What is said of a case, with its parties by their numbers."""

    case: NewCase
    parties: Mapping[int, Party]


def amended(before: Content, to: Amendment) -> Content:
    """The case as it is to be; there are never fewer vessels than parties name."""
    parties = dict(_parties(before.parties, to))
    named = len({v for p in parties.values() if p.side != "witness" for v in p.vessels})
    facts = replace(to.facts, vessels=max(to.facts.vessels, named), amount_yuan=0)
    said = {name: getattr(to, name) for name in SAID}
    case = replace(before.case, **said, facts=facts, parties=tuple(parties.values()))
    return Content(with_amount(case), parties)


def _parties(before: Mapping[int, Party], to: Amendment) -> Iterator[tuple[int, Party]]:
    """Those that stay in the order of their numbers, then the new ones."""
    known = {p.n: p for p in to.parties if p.n is not None}
    for n in sorted(known.keys() & before.keys()):
        was, said = before[n], known[n]
        kept = {name: getattr(said.party, name) or ("" if said.forget else getattr(was, name)) for name in PERSONAL}
        yield n, replace(said.party, **kept)
    fresh = (p.party for p in to.parties if p.n is None or p.n not in before)
    yield from enumerate(fresh, max(before, default=0) + 1)


def changes(before: Content, after: Content) -> list[dict[str, Any]]:
    """What differs, as the archive keeps it: old and new, but of personal data that they changed and no more."""
    found = [_change(name, getattr(before.case, name), getattr(after.case, name)) for name in SAID]
    numbers = asdict(before.case.facts), asdict(after.case.facts)
    found += [_change(name, numbers[0][name], numbers[1][name]) for name in NUMBERS]
    for n in sorted(before.parties.keys() | after.parties.keys()):
        was, now = before.parties.get(n), after.parties.get(n)
        if was is not None and now is not None:
            found += [{"party": n, **change} for change in _of_party(was, now)]
        elif now is not None:
            found.append({"party": n, "field": "party", "was": None, "now": without_person(now)})
        elif was is not None:
            found.append({"party": n, "field": "party", "was": without_person(was), "now": None})
    return [change for change in found if change]


def _of_party(was: Party, now: Party) -> Iterator[dict[str, Any]]:
    yield from filter(None, (_change(name, getattr(was, name), getattr(now, name)) for name in OF_PARTY))
    yield from ({"field": name} for name in PERSONAL if getattr(was, name) != getattr(now, name))


def _change(name: str, was: object, now: object) -> dict[str, Any]:
    return {} if was == now else {"field": name, "was": was, "now": now}
