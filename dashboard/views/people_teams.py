"""Service teams 特色服务团队 (Art. 19): found by skill, craft and place, with whom to call; one team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dash import html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.people_query import PeopleQuery
from dashboard.words import Words
from maritime_grid.store.people_rows import MemberRow, TeamRow, UnitRow

from .people_grid import beside
from .people_parts import Cell, facts, link, listing, unit_name
from .people_search import team_search
from .times import DASH

TEAMS = ("team", "skills", "contact", "serves", "terms")
MEMBERS = ("name", "skills", "craft", "member_since")


def teams_view(
    found: Sequence[TeamRow], units: Sequence[UnitRow], skills: Mapping[str, str], opened: Component | None,
    query: PeopleQuery, account: Account, words: Words,
) -> list[Component]:  # fmt: skip
    """Teams with whom to call."""
    names = {unit.unit_id: unit_name(unit, words) for unit in units}
    add = link(replace(query, do="team", of=""), words, words("people.form.team"), "button")
    head = [html.H2(words("people.teams.count", n=len(found))), add if account.may("people.edit") else None]
    lines = [_team_line(team, skills, names, query, words) for team in found]
    left = html.Section(
        [
            html.Div(head, className="row spread"),
            team_search(units, skills, query, words),
            listing(TEAMS, lines, words),
            html.Div(id="people-near-asked"),
        ],
        className="panel",
    )
    return beside(left, opened)


def all_skills(team: TeamRow) -> list[str]:
    """Its own and those of its members, each once."""
    return list(dict.fromkeys([*team.skills, *team.member_skills]))


def all_craft(team: TeamRow, words: Words) -> str:
    return words("case.list_join").join(part for part in (team.craft, team.member_craft) if part)


def call(phone: str | None) -> Component | str:
    """A telephone that a phone dials at a touch."""
    if not phone:
        return DASH
    digits = "".join(c for c in phone if c.isdigit() or c == "+")
    return html.A(html.Strong(phone), href=f"tel:{digits}", className="people-call")


def contact(team: TeamRow) -> list[Component | str]:
    """Whom to call, and on which telephone."""
    return [team.contact, html.Br(), call(team.phone)] if team.contact else [call(team.phone)]


def _team_line(
    team: TeamRow, skills: Mapping[str, str], names: Mapping[str, str], query: PeopleQuery, words: Words
) -> list[Cell]:
    join = words("case.list_join").join
    here = replace(query.closed(), team=team.team_id)
    away = (
        html.Span(words("people.near.away", n=f"{team.distance_nm:.1f}"), className="pill")
        if team.distance_nm
        else None
    )
    craft = all_craft(team, words)
    name = [
        html.Strong(link(here, words, team.name_zh)),
        html.Br(),
        html.Small(words("people.team.members", n=team.members, craft=craft or DASH)),
    ]
    return [
        [*name, *([html.Br(), away] if away else [])],
        join(skills.get(skill, skill) for skill in all_skills(team)),
        contact(team),
        join(names.get(unit, unit) for unit in team.unit_ids),
        terms_text(team, words),
    ]


def terms_text(team: TeamRow, words: Words) -> str:
    return words("people.team.paid" if team.paid else "people.team.free") + (f" {team.terms}" if team.terms else "")


def team_view(
    team: TeamRow, members: Sequence[MemberRow], units: Sequence[UnitRow], skills: Mapping[str, str],
    opened: Component | None, query: PeopleQuery, account: Account, words: Words,
) -> list[Component]:  # fmt: skip
    """One team: what it can do, whom to call, who is in it."""
    join = words("case.list_join").join
    names = {unit.unit_id: unit_name(unit, words) for unit in units}
    may = account.may("people.edit") and set(team.unit_ids) <= {unit.unit_id for unit in units if unit.mine}
    here = replace(query.closed(), view="teams", team=team.team_id)
    buttons = [link(replace(here, do=do), words, words(f"people.open.{do}"), "button") for do in ("team", "member")]
    place = f"{team.lat:.4f}°N {team.lon:.4f}°E" if team.lon is not None and team.lat is not None else None
    shown: list[tuple[str, Cell | None]] = [
        (words("people.col.skills"), join(skills.get(skill, skill) for skill in all_skills(team))),
        (words("people.col.craft"), all_craft(team, words)),
        (words("people.col.contact"), contact(team)),
        (words("people.col.serves"), join(names.get(unit, unit) for unit in team.unit_ids)),
        (words("people.col.terms"), terms_text(team, words)),
        (words("people.col.waits"), place),
    ]
    back = link(replace(query.closed(), team=""), words, words("people.back"), "button quiet")
    head = html.Section(
        [
            html.Div([html.H2(team.name_zh), back], className="row spread"),
            facts(shown),
            html.Div(buttons, className="row people-acts") if may else None,
        ],
        className="panel",
    )
    lines = [_member(one, skills, here if may else None, words) for one in members]
    inside = [html.H2(words("people.part.members", n=team.members)), listing(MEMBERS, lines, words)]
    return beside(html.Div([head, html.Section(inside, className="panel")], className="grid-body"), opened)


def _member(one: MemberRow, skills: Mapping[str, str], here: PeopleQuery | None, words: Words) -> list[Cell]:
    name = one.name or DASH
    shown: Cell = link(PeopleQuery(view="people", person=one.person_id), words, name) if one.mine else name
    if one.until:
        return [shown, DASH, DASH, f"{one.since} {words('people.member.until', until=one.until)}"]
    acts: list[Component | str] = []
    if here is not None:
        of = f"{one.person_id}"
        acts = [
            html.Br(), link(replace(here, do="member", of=of), words, words("people.open.change"), "act"), " · ",
            link(replace(here, do="leave", of=of), words, words("people.open.leave"), "act"),
        ]  # fmt: skip
    said = words("case.list_join").join(skills.get(skill, skill) for skill in one.skills)
    return [shown, said or words("people.member.as_team"), one.craft or DASH, [f"{one.since}", *acts]]
