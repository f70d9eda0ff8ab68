"""What is wrong with a case as filed, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator

from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.plan import Plan
from maritime_grid.domain.errors import UsageError

from .case_rows import NewCase

SIDES = ("claimant", "respondent", "witness", "involved")
MOST_TITLE, MOST_TEXT, MOST_PARTIES, MOST_VESSELS = 120, 5_000, 20, 10  # characters, characters; vessels of a party


def check_new(new: NewCase, plan: Plan) -> None:
    """Raises: UsageError: what is filed is not whole, too long, or makes no sense."""
    fault = next(_new_faults(new, plan), None)
    if fault:
        raise UsageError(*fault)


def _new_faults(new: NewCase, plan: Plan) -> Iterator[tuple[str, str]]:
    if not new.title.strip() or len(new.title) > MOST_TITLE or not new.title.isprintable():
        yield "the case has no title, or one that is no line", f"say in up to {MOST_TITLE} characters what it is about"
    if new.subkind and new.subkind not in plan.subkinds[new.kind]:
        yield f"{new.subkind} is no subkind of {new.kind}", f"use one of {', '.join(sorted(plan.subkinds[new.kind]))}"
    if any(
        len(text) > MOST_TEXT for text in (new.description, new.place, *(p.statement + p.claim for p in new.parties))
    ):
        yield f"a text has more than {MOST_TEXT} characters", "shorten it, or attach it"
    if (new.lon is None) != (new.lat is None):
        yield "the place has one coordinate", "give longitude and latitude, or neither"
    elif new.lon is not None and new.lat is not None and not (abs(new.lon) <= 180 and abs(new.lat) <= 90):
        yield f"{new.lon}, {new.lat} is no place on earth", "give degrees, longitude first"
    if len(new.parties) > MOST_PARTIES:
        yield f"there are {len(new.parties)} parties", f"give up to {MOST_PARTIES}, and the rest in the text"
    yield from _party_faults(new)


def _party_faults(new: NewCase) -> Iterator[tuple[str, str]]:
    for n, party in enumerate(new.parties, 1):
        if party.side not in SIDES:
            yield f"party {n} is {party.side!r}", f"use one of {', '.join(SIDES)}"
        if not party.vessels and not party.person_name:
            yield f"party {n} is nobody", "give a vessel or a person, or leave it out"
        if len(party.vessels) > MOST_VESSELS:
            yield f"party {n} has {len(party.vessels)} vessels", f"give up to {MOST_VESSELS}, and the rest in the text"
        for vessel in party.vessels:
            if vessel.mmsi is not None and not 0 <= vessel.mmsi <= 999_999_999:
                yield f"party {n}: {vessel.mmsi} is no MMSI", "give nine digits"
        if any(vessel.mmsi is None and not vessel.ship_name for vessel in party.more):
            yield f"party {n} has a vessel without name and number", "give one of them, or leave it out"
    if new.kind == Kind.DISPUTE and len([p for p in new.parties if p.side != "witness"]) < 2:
        yield "a dispute has two parties or more", "name the other vessel, as far as it is known"
