"""What the forms of the page of people do: each becomes a command, or has a fault beside each wrong field."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from maritime_grid.domain import cells
from maritime_grid.domain.people import OF_BODIES, Post
from maritime_grid.domain.people_sheets import RESULTS
from maritime_grid.store.people import NewTerm, People, Person
from maritime_grid.store.people_rows import PostRow

from .form_fields import Filled, Wrong
from .people_forms import FORMS
from .people_look import Looking
from .people_opened import CHANGES, CLEARED, PARTY_FORMS
from .people_query import PeopleQuery

MOST_HOURS = 9999.0


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: word and its values for the line to the reader, and where the page goes."""

    said: str
    values: Mapping[str, object]
    go: PeopleQuery


Deed = Callable[[People, str, datetime], Done]  # commands, account, moment


def deed_of(at: Looking, name: str, given: Mapping[str, Any], faults: dict[str, str]) -> Deed | None:
    """The command of a form that was sent, not yet given; None: it has faults, which are put into `faults`."""
    filled = Filled(FORMS[name], given)
    try:
        return _DEEDS[name](at, filled)
    except Wrong:
        faults.update(filled.faults)
        return None


def _add(at: Looking, filled: Filled) -> Deed:
    person = Person(
        filled.text("name_zh"), filled.cell("staff_no", cells.staff_number, "staff_no") or None, False,
        filled.phone("phone"), filled.cell("id_number", cells.identity, "identity"),
        filled.cell("address", cells.address, "masked"), filled.text("note"),
        filled.choice("unit", {unit.unit_id for unit in at.mine()}) or None,
    )  # fmt: skip
    filled.check()

    def do(people: People, by: str, now: datetime) -> Done:
        number = people.add_person(person, by, now)
        here = PeopleQuery(view="people", unit=at.query.unit, person=number)
        return Done("added", {"name": person.name_zh}, here)

    return do


def _edit(at: Looking, filled: Filled) -> Deed:
    person = at.person()
    given: dict[str, str | None] = {
        "name_zh": filled.text("name_zh"), "phone": filled.phone("phone"),
        "id_number": filled.cell("id_number", cells.identity, "identity"),
        "address": filled.cell("address", cells.address, "masked"), "note": filled.text("note"),
    }  # fmt: skip
    cleared = filled.many("clear", CLEARED)
    kept = {person.unit_id} if person and person.unit_id else set[str]()
    unit = filled.choice("unit", {unit.unit_id for unit in at.mine()} | kept)
    for name in cleared:
        if given.get(name):
            filled.wrong(name, "both")
    filled.check()
    changes = {name: value for name, value in given.items() if value} | dict.fromkeys(cleared, "")
    if unit and unit not in kept:
        changes["unit_id"] = unit

    def do(people: People, by: str, now: datetime) -> Done:
        people.change_person(at.query.person or 0, changes, by, now)
        return Done("changed", {}, at.query.closed())

    return do


def _appoint(at: Looking, filled: Filled) -> Deed:
    said = filled.choice("post", tuple(Post))
    post = Post(said) if said else None
    of_body = post in OF_BODIES
    body = filled.choice("body", {b.body_id for b in at.bodies() if b.kind == post}) if of_body else ""
    party = filled.choice("party_form", PARTY_FORMS) if post == Post.PARTY_SECRETARY else ""
    person = filled.choice("person", {f"{p.person_id}" for p in at.people()})
    since, until = filled.day("since"), filled.day("until")
    grid, phone, reason = filled.choice("grid", dict(at.led())), filled.phone("work_phone"), filled.text("reason")
    for name, missing in (
        ("body", of_body and not body), ("person", bool(post) and not of_body and not person),
        ("party_form", post == Post.PARTY_SECRETARY and not party),
    ):  # fmt: skip
        if missing:
            filled.wrong(name, "choose")
    if since and until and until <= since:
        filled.wrong("until", "before")
    filled.check()
    assert post, "it was needed"
    assert since, "it was needed"
    number = int(person) if person else None
    term = NewTerm(grid, post, since, number, body or None, party or None, phone, until, reason)

    def do(people: People, by: str, now: datetime) -> Done:
        (people.replace_leader if post is Post.LEADER else people.appoint)(term, by, now)
        return Done("appointed", {"post": at.words(f"people.post.{post}"), "since": since}, at.query.closed())

    return do


def _term(at: Looking, filled: Filled) -> Deed:
    what, until, reason = filled.choice("what", CHANGES), filled.day("until"), filled.text("reason")
    row = _there(at.term(), filled, "what")
    if what == "end" and until is None:
        filled.wrong("until", "needed")
    if what == "end" and until and until < row.since:
        filled.wrong("until", "before")
    if what == "extend" and (row.until is None or (until and until <= row.until)):
        filled.wrong("until", "open" if row.until is None else "later")
    filled.check()

    def do(people: People, by: str, now: datetime) -> Done:
        if what == "end":
            assert until, "it was needed"
            people.end(row.post_id, until, by, now, reason)
        else:
            people.extend(row.post_id, until, by, now, reason)
        shown = until or at.words("people.until.open")
        return Done("ended" if what == "end" else "extended", {"until": shown}, at.query.closed())

    return do


def _phone(at: Looking, filled: Filled) -> Deed:
    phone, row = filled.phone("work_phone"), _there(at.term(), filled, "work_phone")
    filled.check()

    def do(people: People, by: str, now: datetime) -> Done:
        people.set_work_phone(row.post_id, phone, by, now)
        return Done("changed", {}, at.query.closed())

    return do


def _there(row: PostRow | None, filled: Filled, name: str) -> PostRow:
    """Raises: Wrong: what the form is about is gone."""
    if row is None:
        filled.wrong(name, "gone")
        raise Wrong
    return row


def _badge(at: Looking, filled: Filled) -> Deed:
    chosen = filled.choice("post", {f"{row.grid_id}|{row.post}" for row in at.serving()})
    expires = filled.day("expires")
    if expires and expires <= at.today:
        filled.wrong("expires", "past")
    filled.check()
    assert expires, "it was needed"
    grid, _, post = chosen.partition("|")

    def do(people: People, by: str, now: datetime) -> Done:
        number = people.issue_badge(at.query.person or 0, grid, Post(post), expires, by, now)
        return Done("badge", {"number": number}, at.query.closed())

    return do


def _revoke(at: Looking, filled: Filled) -> Deed:
    reason = filled.text("reason")
    filled.check()

    def do(people: People, by: str, now: datetime) -> Done:
        people.revoke_badge(at.query.of, reason, by, now)
        return Done("revoked", {"number": at.query.of}, at.query.closed())

    return do


def _training(at: Looking, filled: Filled) -> Deed:
    person = at.person()
    values: dict[str, object] = {
        "staff_no": person and (person.staff_no or f"P{person.person_id}"),
        "course": filled.text("course"), "held_on": filled.day("held_on"),
        "hours": filled.number("hours", 0.1, MOST_HOURS), "result": filled.choice("result", RESULTS),
        "certificate_until": filled.day("certificate_until"),
    }  # fmt: skip
    if person is None:
        filled.wrong("course", "gone")
    filled.check()

    def do(people: People, by: str, now: datetime) -> Done:
        people.save("training", values, by, now)
        return Done("trained", {"course": values["course"]}, at.query.closed())

    return do


def _team(at: Looking, filled: Filled) -> Deed:
    lon, lat = filled.number("lon", -180, 180), filled.number("lat", -90, 90)
    people = {f"{p.person_id}": p.staff_no or f"P{p.person_id}" for p in at.people()}
    team, contact = at.team(), filled.choice("contact", people)
    kept = set(team.unit_ids) if team else set[str]()
    values: dict[str, object] = {
        "team_id": at.query.team or f"T-{secrets.token_hex(4).upper()}", "name_zh": filled.text("name_zh"),
        "skills": tuple(filled.many("skills", at.skills())), "craft": filled.text("craft"),
        "phone": filled.phone("phone"),
        "unit_ids": tuple(filled.many("units", {unit.unit_id for unit in at.mine()} | kept)),
        "paid": filled.flag("paid"), "terms": filled.text("terms"), "lon": lon, "lat": lat,
    }  # fmt: skip
    if contact:
        values["contact"] = people[contact]
    if (lon is None) != (lat is None):
        filled.wrong("lat" if lat is None else "lon", "pair")
    if at.query.team and team is None:
        filled.wrong("name_zh", "gone")
    filled.check()

    def do(people: People, by: str, now: datetime) -> Done:
        people.save("teams", values, by, now)
        return Done("team", {"name": values["name_zh"]}, replace(at.query.closed(), team=f"{values['team_id']}"))

    return do


def _member(at: Looking, filled: Filled) -> Deed:
    known = {at.query.of} if at.query.of else {f"{p.person_id}" for p in at.people()}
    person, skills, craft = filled.choice("person", known), filled.many("skills", at.skills()), filled.text("craft")
    filled.check()

    def do(people: People, by: str, now: datetime) -> Done:
        people.save_member(at.query.team, int(person), skills, craft, by, now)
        return Done("member", {}, at.query.closed())

    return do


def _leave(at: Looking, filled: Filled) -> Deed:
    member = at.member()

    def do(people: People, by: str, now: datetime) -> Done:
        people.end_member(at.query.team, member.person_id if member else 0, by, now)
        return Done("left", {"name": member.name if member else ""}, at.query.closed())

    filled.check()
    return do


_DEEDS: Mapping[str, Callable[[Looking, Filled], Deed]] = {
    "add": _add, "edit": _edit, "appoint": _appoint, "term": _term, "phone": _phone, "badge": _badge,
    "revoke": _revoke, "training": _training, "team": _team, "member": _member, "leave": _leave,
}  # fmt: skip
