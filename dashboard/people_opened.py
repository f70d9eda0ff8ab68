"""The form that is open on the page of people, filled with what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from dash.development.base_component import Component

from maritime_grid.domain.people import Post
from maritime_grid.domain.people_sheets import RESULTS
from maritime_grid.store.people_rows import BodyRow, PostRow

from .people_forms import FORMS
from .people_look import Looking
from .views.forms import Option, Shown, form
from .views.people_grid import holder_name, term_text
from .views.people_parts import indented, post_word
from .words import Words

BADGE_DAYS = 365  # for how long a badge is proposed to hold
CLEARED = ("phone", "id_number", "address", "note")
PARTY_FORMS, CHANGES = ("branch", "group"), ("end", "extend")


def opened(at: Looking) -> Component | None:
    """The form; None where none is open, or the account may not, or what it is about is not there."""
    make = _FORMS.get(at.query.do)
    if make is None or not at.account.may("personal.read" if at.query.do == "read" else "people.edit"):
        return None
    shown = make(at)
    return form("people", FORMS[shown.name], shown, at.query, at.words) if shown else None


def body_name(body: BodyRow, words: Words) -> str:
    return body.name_zh if words.is_chinese else body.name_en or body.name_zh


def about_term(row: PostRow, at: Looking) -> str:
    """`网格长 陈大海,2026-01-01 至 今 · 在任`."""
    said = f"{post_word(row, at.words)} {holder_name(row, at.words)}"
    return at.words("people.about", who=said, term=term_text(row, at.today, at.words))


def coded(names: tuple[str, ...], kind: str, words: Words) -> list[Option]:
    """Values of a fixed list with their words."""
    return [(name, words(f"people.{kind}.{name}")) for name in names]


def _add(at: Looking) -> Shown | None:
    if at.query.view != "people" or at.query.person:
        return None
    values, units = {"unit": at.account.unit_id}, {"unit": indented(at.mine(), at.words)}
    return Shown("add", values, units, {"staff_no": at.words("people.hint.staff_no")})


def _edit(at: Looking) -> Shown | None:
    person = at.person()
    if person is None:
        return None
    clear = [(name, at.words(f"people.full.{name}")) for name in CLEARED]
    options = {"unit": indented(at.mine(), at.words), "clear": clear}
    masked = {name: getattr(person, name) or "" for name in CLEARED[:3]}
    values = {"name_zh": person.name, "unit": person.unit_id}
    return Shown("edit", values, options, masked, about=at.words("people.hint.edit"))


def _read(at: Looking) -> Shown | None:
    person = at.person()
    if person is None:
        return None
    title = at.words("people.read.title", name=person.name or person.staff_no or "")
    return Shown("read", about=at.words("people.purpose.hint"), title=title)


def _appoint(at: Looking) -> Shown | None:
    if not at.query.grid and not at.query.person:
        return None
    words = at.words
    options = {
        "grid": at.led(),
        "post": coded(tuple(Post), "post", words),
        "party_form": coded(PARTY_FORMS, "party_form", words),
        "body": [(body.body_id, body_name(body, words)) for body in at.bodies()],
        "person": at.person_options(),
    }
    values = {"grid": at.query.grid or None, "since": at.today}
    values["person"] = f"{at.query.person}" if at.query.person else None
    fixed = {"grid"} if at.query.grid else {"person"}
    return Shown("appoint", values, options, hidden=fixed | {"party_form", "body"})


def _term(at: Looking) -> Shown | None:
    row = at.term()
    if row is None:
        return None
    values, options = {"what": "end", "until": at.today}, {"what": coded(CHANGES, "change", at.words)}
    return Shown("term", values, options, {"until": at.words("people.hint.until")}, about=about_term(row, at))


def _phone(at: Looking) -> Shown | None:
    row = at.term()
    return Shown("phone", {"work_phone": row.work_phone}, about=about_term(row, at)) if row else None


def _badge(at: Looking) -> Shown | None:
    names = at.grid_names()
    posts = [
        (f"{row.grid_id}|{row.post}", f"{names.get(row.grid_id, row.grid_id)} {post_word(row, at.words)}")
        for row in at.serving()
    ]
    values = {"post": posts[0][0] if len(posts) == 1 else None, "expires": at.today + timedelta(days=BADGE_DAYS)}
    return Shown("badge", values, {"post": posts}, about=at.words("people.hint.badge")) if posts else None


def _revoke(at: Looking) -> Shown | None:
    return Shown("revoke", about=at.words("people.hint.revoke", number=at.query.of), danger=True)


def _training(at: Looking) -> Shown | None:
    results = {"result": coded(RESULTS, "result", at.words)}
    return Shown("training", {"held_on": at.today, "result": "passed"}, results) if at.query.person else None


def _team(at: Looking) -> Shown | None:
    team = at.team()
    if at.query.view != "teams" or (at.query.team and team is None):
        return None
    options = {
        "skills": list(at.skills().items()), "contact": at.person_options(), "units": indented(at.mine(), at.words),
    }  # fmt: skip
    if team is None:
        units = [at.account.unit_id] if at.account.unit_id else []
        return Shown("team", {"units": units}, options)
    values = {
        "name_zh": team.name_zh, "skills": team.skills, "craft": team.craft, "phone": team.phone,
        "units": team.unit_ids, "paid": team.paid, "terms": team.terms, "lon": team.lon, "lat": team.lat,
    }  # fmt: skip
    hint = at.words("people.hint.contact", name=team.contact) if team.contact else ""
    return Shown("team", values, options, {"contact": hint}, title=at.words("people.form.team.change"))


def _member(at: Looking) -> Shown | None:
    team, member = at.team(), at.member()
    if team is None or (at.query.of and member is None):
        return None
    skills = [(name, said) for name, said in at.skills().items()]
    if member is None:
        about = at.words("people.hint.member", team=team.name_zh)
        return Shown("member", {}, {"person": at.person_options(), "skills": skills}, about=about)
    options = {"person": [(at.query.of, member.name or "")], "skills": skills}
    values = {"person": at.query.of, "skills": member.skills, "craft": member.craft}
    title = at.words("people.form.change")
    return Shown("member", values, options, hidden={"person"}, about=member.name or "", title=title)


def _leave(at: Looking) -> Shown | None:
    team, member = at.team(), at.member()
    if team is None or member is None:
        return None
    return Shown("leave", about=at.words("people.hint.leave", name=member.name or "", team=team.name_zh), danger=True)


_FORMS: Mapping[str, Callable[[Looking], Shown | None]] = {
    "add": _add, "edit": _edit, "read": _read, "appoint": _appoint, "term": _term, "phone": _phone, "badge": _badge,
    "revoke": _revoke, "training": _training, "team": _team, "member": _member, "leave": _leave,
}  # fmt: skip
