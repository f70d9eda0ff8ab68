"""What the page of people does: reads as the account that asks, appoints and ends, gives one person's data away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dash.development.base_component import Component

from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.domain.people import Post, day_of
from maritime_grid.settings import load_settings
from maritime_grid.settings_model import PeopleSettings
from maritime_grid.store.grid_reads import grids_at
from maritime_grid.store.jsonrows import clean_text
from maritime_grid.store.people import NewTerm, People
from maritime_grid.store.people_reads import bodies, completeness, people, posts, read_person, teams, units

from .alert_desk import Said
from .auth import Account
from .desk import Desk
from .faults import fault
from .pages.shell import say
from .people_query import PeopleQuery
from .views.grid_now import name_of
from .views.people_grid import grid_view, in_full_view, is_of_body
from .views.people_staff import staff_view, teams_view
from .words import Words

_LONGEST = 200
MOST_PEOPLE = 2_000  # to choose from


def people_settings(desk: Desk) -> PeopleSettings:
    """Skills of teams, and how soon is soon. Raises: SettingsError."""
    return desk.people_settings or load_settings().people


def commands(desk: Desk) -> People:
    """Raises: UsageError: this desk has none."""
    if desk.people is None:
        raise UsageError("people are not served here", "start the dashboard with a store")
    return desk.people


def body_of(desk: Desk, account: Account, query: PeopleQuery, words: Words) -> list[Component]:
    """The page below its head."""
    try:
        if query.view == "teams":
            return _teams(desk, account, query, words)
        return (_grid if query.grid else _staff)(desk, account, query, words)
    except MaritimeGridError as error:
        return [fault(error, words)]


def _staff(desk: Desk, account: Account, query: PeopleQuery, words: Words) -> list[Component]:
    now, soon = desk.now(), people_settings(desk).ending_days
    with desk.reads.as_account(account.account_id) as conn:
        found = completeness(conn, day_of(now), soon_days=soon, unit_id=query.unit or None)
        grids = {grid.grid_id: grid for grid in grids_at(conn, now)}
        known = units(conn)
    return staff_view(found, grids, known, query, soon, words)


def _grid(desk: Desk, account: Account, query: PeopleQuery, words: Words) -> list[Component]:
    now = desk.now()
    with desk.reads.as_account(account.account_id) as conn:
        found = posts(conn, grid_id=query.grid)
        name = next((name_of(g, words) for g in grids_at(conn, now) if g.grid_id == query.grid), query.grid)
        who = people(conn, limit=MOST_PEOPLE) if account.may("people.edit") else []
        others = bodies(conn)
    return grid_view(name, found, who, others, query, account, day_of(now), words)


def _teams(desk: Desk, account: Account, query: PeopleQuery, words: Words) -> list[Component]:
    with desk.reads.as_account(account.account_id) as conn:
        found = teams(conn, skill=query.skill or None, unit_id=query.unit or None)
        known = units(conn)
    return teams_view(found, known, query, people_settings(desk), words)


def appoint(desk: Desk, account: Account, query: PeopleQuery, form: Mapping[str, Any], words: Words) -> Said:
    """Begin a term of office; whoever led the grid until then ends."""
    by, now = account.account_id, desk.now()
    try:
        term = _term(query, form)
        begin = commands(desk).replace_leader if term.post == Post.LEADER else commands(desk).appoint
        begin(term, by, now)
    except MaritimeGridError as error:
        return Said(fault(error, words), done=False)
    said = words("people.said.appointed", post=words(f"people.post.{term.post}"), since=term.since)
    return Said(say(said, "good"))


def _term(query: PeopleQuery, form: Mapping[str, Any]) -> NewTerm:
    """Raises: UsageError: the form lacks something."""
    if form.get("post") not in tuple(Post):
        raise UsageError("no post is chosen", "choose one")
    post = Post(form["post"])
    person, body = form.get("person"), form.get("body")
    filled = isinstance(body, str) if is_of_body(post) else isinstance(person, int)
    if not filled:
        raise UsageError("nobody is chosen for the post", "choose a body" if is_of_body(post) else "choose a person")
    return NewTerm(
        grid_id=query.grid,
        post=post,
        since=_day(form.get("since")),
        person_id=None if is_of_body(post) else person,
        body_id=str(body)[:_LONGEST] if is_of_body(post) else None,
        party_form="branch" if post == Post.PARTY_SECRETARY else None,
        work_phone=str(form.get("phone") or "").strip()[:30],
        until=_day(form["until"]) if form.get("until") else None,
        reason=str(form.get("why") or "").strip()[:_LONGEST],
    )


def end(desk: Desk, account: Account, term: object, last: object, why: object, words: Words) -> Said:
    """End a term of office."""
    try:
        if not isinstance(term, int):
            raise UsageError("no post is chosen", "choose one")
        until = _day(last)
        commands(desk).end(term, until, account.account_id, desk.now(), str(why or "").strip()[:_LONGEST])
    except MaritimeGridError as error:
        return Said(fault(error, words), done=False)
    return Said(say(words("people.said.ended", until=until), "good"))


def in_full(desk: Desk, account: Account, query: PeopleQuery, purpose: object, words: Words) -> Component:
    """One person in full; the log says who read it and why."""
    said = clean_text(str(purpose or "")).strip()[:_LONGEST]
    if not said or query.person is None:
        return say(words("people.purpose.needed"), "warn")
    try:
        with desk.reads.as_account(account.account_id, logged=True) as conn:
            found = read_person(conn, query.person, said)
    except MaritimeGridError as error:
        return fault(error, words)
    return in_full_view(found, words) if found else say(words("people.read.none"), "warn")


def _day(given: object) -> date:
    """Raises: UsageError: it is none."""
    try:
        return date.fromisoformat(str(given or "").strip())
    except ValueError:
        raise UsageError(f"{str(given)[:20]!r} is no day", "give it as 2026-05-20") from None
