"""What the page of people does: reads as the account that asks, acts through the commands, answers in components."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from dash.development.base_component import Component

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.settings import load_settings
from maritime_grid.settings_model import PeopleSettings
from maritime_grid.store import people_reads
from maritime_grid.store.errors import StoreRefused
from maritime_grid.store.grid_reads import grids_at
from maritime_grid.store.people import People

from .auth import Account
from .desk import Desk
from .faults import fault
from .form_fields import Answer, Filled
from .pages.shell import say
from .people_acts import deed_of
from .people_forms import FORMS
from .people_look import Looking
from .people_opened import body_name, opened
from .people_query import PeopleQuery
from .views.people_grid import grid_view
from .views.people_person import Whole, in_full_view, people_view, person_view
from .views.people_sheets import sheets_view
from .views.people_staff import staff_view
from .views.people_teams import team_view, teams_view
from .words import Words

MOST_LISTED = 300  # people on one page
# What the store refuses of a form that was filled well: beside which field, and why
REFUSED: Mapping[str, tuple[str, str]] = {
    "add": ("staff_no", "taken"), "appoint": ("since", "held"), "term": ("until", "held"),
    "badge": ("post", "not_serving"),
}  # fmt: skip


def people_settings(desk: Desk) -> PeopleSettings:
    """Skills of teams, and how soon is soon. Raises: SettingsError."""
    return desk.people_settings or load_settings().people


def commands(desk: Desk) -> People:
    """Raises: UsageError: this desk has none."""
    if desk.people is None:
        raise UsageError("people are not served here", "start the dashboard with a store")
    return desk.people


@contextmanager
def looking(
    desk: Desk, account: Account, query: PeopleQuery, words: Words, *, logged: bool = False
) -> Generator[Looking]:
    with desk.reads.as_account(account.account_id, logged=logged) as conn:
        yield Looking(conn, query, account, desk.now(), people_settings(desk), words)


def body_of(desk: Desk, account: Account, query: PeopleQuery, words: Words) -> list[Component]:
    """The page below its head."""
    if query.view == "sheets":
        return sheets_view(account, words)
    try:
        with looking(desk, account, query, words) as at:
            if query.view == "teams":
                return _team(at) if query.team else _teams(at)
            if query.view == "people":
                return _person(at) if query.person else _people(at)
            return _grid(at) if query.grid else _staff(at)
    except MaritimeGridError as error:
        return [fault(error, words)]


def _staff(at: Looking) -> list[Component]:
    soon = at.settings.ending_days
    found = people_reads.completeness(at.conn, at.today, soon_days=soon, unit_id=at.query.unit or None)
    grids = {grid.grid_id: grid for grid in grids_at(at.conn, at.now)}
    bodies = {body.body_id: body_name(body, at.words) for body in at.bodies()}
    return staff_view(found, grids, people_reads.units(at.conn), bodies, at.query, soon, at.words)


def _grid(at: Looking) -> list[Component]:
    found = people_reads.posts(at.conn, grid_id=at.query.grid)
    name = at.grid_names().get(at.query.grid, at.query.grid)
    return grid_view(name, found, opened(at), at.query, at.account, at.today, at.words)


def _people(at: Looking) -> list[Component]:
    found = people_reads.people(
        at.conn, part=at.query.part, unit_id=at.query.unit or None, limit=MOST_LISTED + 1
    )  # fmt: skip
    posts, units = people_reads.posts(at.conn, on=at.today), people_reads.units(at.conn)
    shown = opened(at)
    return people_view(found, posts, units, at.grid_names(), at.query, MOST_LISTED, shown, at.account, at.words)


def _person(at: Looking) -> list[Component]:
    person, number = at.person(), at.query.person
    if person is None or number is None:
        return [say(at.words("people.read.none"), "warn")]
    of = Whole(
        person, people_reads.posts(at.conn, person_id=number), people_reads.badges(at.conn, number),
        people_reads.training(at.conn, number), people_reads.memberships(at.conn, number), at.grid_names(),
        {unit.unit_id: unit for unit in people_reads.units(at.conn)}, at.skills(),
    )  # fmt: skip
    return person_view(of, opened(at), at.query, at.account, at.today, at.words)


def _teams(at: Looking) -> list[Component]:
    found = people_reads.teams(
        at.conn, skill=at.query.skill or None, unit_id=at.query.unit or None, part=at.query.part,
        near=at.query.place(),
    )  # fmt: skip
    return teams_view(found, people_reads.units(at.conn), at.skills(), opened(at), at.query, at.account, at.words)


def _team(at: Looking) -> list[Component]:
    team = at.team()
    if team is None:
        return [say(at.words("people.team.none"), "warn")]
    members, units = people_reads.team_members(at.conn, team.team_id), people_reads.units(at.conn)
    return team_view(team, members, units, at.skills(), opened(at), at.query, at.account, at.words)


def send(desk: Desk, account: Account, query: PeopleQuery, name: str, given: Mapping[str, Any], words: Words) -> Answer:
    """Do what a form says; its faults stand beside their fields, and nothing that was written is lost."""
    if name == "read":
        return _in_full(desk, account, query, given, words)
    faults: dict[str, str] = {}
    try:
        with looking(desk, account, query, words) as at:
            deed = deed_of(at, name, given, faults)
        if deed is None:
            return Answer(faults)
        done = deed(commands(desk), account.account_id, desk.now())
    except MaritimeGridError as error:
        return _refused(error, name, words)
    return Answer(line=say(words(f"people.said.{done.said}", **done.values), "good"), go=done.go)


def _refused(error: MaritimeGridError, name: str, words: Words) -> Answer:
    """What the store says no to: who may not, beside the field that it is about, or in one line."""
    outside = isinstance(error, UsageError) and "lies outside your jurisdiction" in error.what  # of a sheet's line
    if outside or isinstance(error, NotAllowed):
        return Answer(line=say(words("people.fault.outside"), "bad"))
    if name in REFUSED and isinstance(error, StoreRefused | UsageError):
        beside, why = REFUSED[name]
        return Answer({beside: f"people.fault.{why}"})
    return Answer(line=fault(error, words))


def _in_full(desk: Desk, account: Account, query: PeopleQuery, given: Mapping[str, Any], words: Words) -> Answer:
    """One person in full; the log says who read it and why."""
    filled = Filled(FORMS["read"], given)
    purpose = filled.text("purpose")
    if filled.faults or query.person is None:
        return Answer(filled.faults)
    try:
        with looking(desk, account, query, words, logged=True) as at:
            found = people_reads.read_person(at.conn, query.person, purpose)
    except MaritimeGridError as error:
        return Answer(line=fault(error, words))
    return Answer(line=in_full_view(found, words) if found else say(words("people.read.none"), "warn"))
