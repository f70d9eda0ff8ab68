"""Cases of what the forms sent: kind, title, parties and time, as far as the form says them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.severity import SeverityFacts
from maritime_grid.cases.titles import title_of
from maritime_grid.cases_settings import CaseSettings
from maritime_grid.store.case_rows import NewCase, Party

from .form import FormFault, PublicReport, StaffReport, Vessel

AHEAD = timedelta(minutes=10)  # a phone's clock may be so far ahead
LONG_AGO = timedelta(days=3660)
NAMELESS = "群众"  # who leaves a number and no name


def staff_case(form: StaffReport, words: CaseSettings, now: datetime) -> NewCase:
    """The case that a form of an account asks for.

    Args:
        form: as sent.
        words: kinds and subkinds as configured.
        now: aware.

    Raises: FormFault.
    """
    kind = Kind(form.kind)
    shown = [vessel.shown for vessel in form.vessels]
    claimed = sum(vessel.loss_yuan for vessel in form.vessels)
    return NewCase(
        kind=kind,
        title=title_of(kind, _word(kind, form.subkind, words), shown, form.note),
        subkind=form.subkind,
        description=form.note,
        place=form.place,
        lon=form.lon,
        lat=form.lat,
        happened_at=moment_of(form.happened_at, now),
        grid_id=form.grid_id if form.lon is None else None,
        parties=tuple(_parties(kind, form.vessels)),
        facts=SeverityFacts(
            dead_or_missing=form.dead_or_missing, injured=form.injured, people_in_water=form.people_in_water,
            vessels=len(form.vessels), crowd=form.crowd, amount_yuan=claimed,
        ),
        amount=Decimal(claimed) if claimed else None,
        by_tracks=form.by_tracks,
        place_else=form.place_else,
        marked_major=form.major,
        request_key=form.request_key,
    )  # fmt: skip


def public_case(form: PublicReport, accused: int | None, words: CaseSettings, now: datetime) -> NewCase:
    """The case that anyone's form asks for.

    A complaint goes to who is above: that of a person whom nobody can name for sure to the city, whatever its place.

    Args:
        form: as sent.
        accused: the person that it names, where that is clear.
        words: kinds and subkinds as configured.
        now: aware.

    Raises: FormFault.
    """
    kind = Kind(form.kind)
    at_place = kind != Kind.COMPLAINT
    said = f"{form.note}\n\n({form.about})" if form.about else form.note
    return NewCase(
        kind=kind,
        title=title_of(kind, _word(kind, form.subkind, words), _shown(kind, form), "" if form.about else form.note),
        subkind=form.subkind,
        description=said,
        place=form.place,
        lon=form.lon if at_place else None,
        lat=form.lat if at_place else None,
        happened_at=moment_of(form.happened_at, now),
        parties=_public_parties(kind, form),
        accused=accused,
        channel="public",
        request_key=form.request_key,
    )


def _shown(kind: Kind, form: PublicReport) -> list[str]:
    """Vessels in the title."""
    if kind == Kind.DISPUTE:
        return [name for name in (form.vessel, form.other_vessel) if name]
    return [form.vessel] if kind == Kind.EMERGENCY and form.vessel else []


def _public_parties(kind: Kind, form: PublicReport) -> tuple[Party, ...]:
    named = form.name or (NAMELESS if form.phone else "")
    if kind == Kind.DISPUTE:
        own = Party("claimant", ship_name=form.vessel, person_name=named or ("" if form.vessel else NAMELESS),
                    phone=form.phone)  # fmt: skip
        return own, Party("respondent", ship_name=form.other_vessel)
    reporter = (Party("claimant", person_name=named, phone=form.phone),) if named else ()
    if kind == Kind.EMERGENCY and form.vessel:
        return (*reporter, Party("involved", ship_name=form.vessel))
    return reporter


def _parties(kind: Kind, vessels: tuple[Vessel, ...]) -> list[Party]:
    sides = ["claimant", "respondent"] if kind == Kind.DISPUTE else []
    sides += ["involved"] * len(vessels)
    return [
        Party(side, v.mmsi, v.name, v.gear, v.set_first, _claim(v.loss_yuan), v.says, v.person, v.person_phone)
        for side, v in zip(sides, vessels, strict=False)
    ]


def _claim(yuan: int) -> str:
    return f"{yuan:,} 元" if yuan else ""


def _word(kind: Kind, subkind: str, words: CaseSettings) -> str:
    known = words.kinds.of(kind).subkinds
    if subkind and subkind not in known:
        raise FormFault(f"{subkind} is no subkind of {kind}", f"use one of {', '.join(sorted(known))}", "subkind")
    return known[subkind].zh if subkind else ""


def moment_of(said: datetime | None, now: datetime) -> datetime:
    if said is None:
        return now
    if not now - LONG_AGO <= said <= now + AHEAD:
        raise FormFault("happened_at lies in the future or too far back", "set the time", "happened_at")
    return min(said, now)
