"""Which posts of which grids are empty, or soon will be (Art. 12-18, 27); service teams by skill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.shell import address
from dashboard.people_query import PeopleQuery
from dashboard.words import Words
from maritime_grid.domain.people import Ending, Staffing
from maritime_grid.settings_model import PeopleSettings
from maritime_grid.store.grid_reads import GridVersion
from maritime_grid.store.people_rows import TeamRow, UnitRow

from .grid_now import name_of, unit_of
from .times import DASH

UNIT, SKILL = "people-unit", "people-skill"
STAFF, TEAMS = ("grid", "unit", "missing", "ending"), ("team", "skills", "contact", "serves", "terms")
SHEETS = ("people", "teams", "badges", "training")


def staff_view(
    found: Sequence[Staffing], grids: Mapping[str, GridVersion], units: Sequence[UnitRow], query: PeopleQuery,
    soon_days: int, words: Words,
) -> list[Component]:  # fmt: skip
    """Grids that lack something first."""
    lacking = sum(not one.complete for one in found)
    ending = sum(len(one.ending) for one in found)
    said = words("people.staff.count", n=len(found), lacking=lacking, ending=ending, days=soon_days)
    order = sorted(found, key=lambda one: (one.complete, not one.ending, one.grid_id))
    lines = [_staff_line(one, grids.get(one.grid_id), query, words) for one in order]
    head = html.Div(
        [html.H2(said), html.Div(unit_choice(units, query.unit, words), className="people-pick")],
        className="row spread",
    )
    return [html.Section([head, _table(STAFF, lines, words)], className="panel")]


def unit_choice(units: Sequence[UnitRow], chosen: str, words: Words) -> Component:
    """Units of the reader's own, indented by level."""
    mine = [u for u in units if u.mine]
    top = min((len(u.path) for u in mine), default=1)
    options = [
        {
            "label": "\u3000" * (len(u.path) - top) + (u.name_zh if words.is_chinese else u.name_en or u.name_zh),
            "value": u.unit_id,
        }
        for u in mine
    ]
    everything = {"label": words("people.unit.all"), "value": ""}
    return dcc.Dropdown([everything, *options], chosen, id=UNIT, clearable=False)  # pyright: ignore[reportArgumentType]


def _staff_line(
    one: Staffing, grid: GridVersion | None, query: PeopleQuery, words: Words
) -> list[Component | str | list]:
    link = address(words, "/people", unit=query.unit, grid=one.grid_id)
    missing = [html.Span(words(f"people.post.{post}"), className="pill lacking") for post in one.missing]
    ending = [_ending(each, words) for each in one.ending]
    return [
        [dcc.Link(name_of(grid, words) if grid else one.grid_id, href=link), html.Small(f" {one.grid_id}")],
        unit_of(grid, words) if grid else DASH,
        html.Div(missing, className="row pills")
        if missing
        else html.Span(words("people.complete"), className="pill ok"),
        html.Div(ending, className="row pills") if ending else DASH,
    ]


def _ending(one: Ending, words: Words) -> Component:
    term = one.term
    key = "people.ending.followed" if one.followed else "people.ending"
    said = words(key, post=words(f"people.post.{term.post}"), name=term.name or DASH, until=term.until)
    return html.Span(said, className="pill" if one.followed else "pill warning")


def teams_view(
    found: Sequence[TeamRow], units: Sequence[UnitRow], query: PeopleQuery, settings: PeopleSettings, words: Words
) -> list[Component]:
    """Teams with whom to call."""
    skills = {name: skill.zh if words.is_chinese else skill.en for name, skill in settings.skills.items()}
    names = {u.unit_id: u.name_zh if words.is_chinese else u.name_en or u.name_zh for u in units}
    options = [
        {"label": words("people.skill.all"), "value": ""},
        *({"label": t, "value": v} for v, t in skills.items()),
    ]
    pick = dcc.Dropdown(options, query.skill, id=SKILL, clearable=False)  # pyright: ignore[reportArgumentType]
    head = html.Div(
        [
            html.H2(words("people.teams.count", n=len(found))),
            html.Div(
                [
                    html.Div(pick, className="people-pick"),
                    html.Div(unit_choice(units, query.unit, words), className="people-pick"),
                ],
                className="row",
            ),
        ],
        className="row spread",
    )
    lines = [_team_line(team, skills, names, words) for team in found]
    return [html.Section([head, _table(TEAMS, lines, words)], className="panel")]


def _team_line(
    team: TeamRow, skills: Mapping[str, str], names: Mapping[str, str], words: Words
) -> list[Component | str | list]:
    join = words("case.list_join").join
    contact = [team.contact or DASH, html.Br(), html.Strong(team.phone or DASH)]
    name = [
        html.Strong(team.name_zh),
        html.Br(),
        html.Small(words("people.team.members", n=team.members, craft=team.craft or DASH)),
    ]
    terms = words("people.team.paid" if team.paid else "people.team.free") + (f" {team.terms}" if team.terms else "")
    return [
        name,
        join(skills.get(skill, skill) for skill in team.skills),
        contact,
        join(names.get(unit, unit) for unit in team.unit_ids),
        terms,
    ]


def _table(names: Sequence[str], lines: Sequence[Sequence[Component | str | list]], words: Words) -> Component:
    if not lines:
        return html.P(words("people.none"), className="empty")
    head = html.Thead(html.Tr([html.Th(words(f"people.col.{name}")) for name in names]))
    rows = [
        html.Tr(
            [
                html.Td(whole(cell), **{"data-label": words(f"people.col.{name}")})  # pyright: ignore[reportArgumentType]
                for name, cell in zip(names, line, strict=True)
            ]
        )
        for line in lines
    ]
    return html.Table([head, html.Tbody(rows)], className="list")


def whole(cell: Component | str | list) -> Component | str:
    """One child a cell: on a phone it stands beside the name of its column."""
    return html.Div(cell) if isinstance(cell, list) else cell


def export_form(words: Words) -> Component:
    """A form whose answer is a file; personal data are in it only with a purpose."""
    names = [html.Option(words(f"people.sheet.{name}"), value=name) for name in SHEETS]
    hidden = [] if words.is_default else [dcc.Input(type="hidden", name="lang", value=words.lang.split("_")[0])]
    return html.Details(
        [
            html.Summary(words("people.export"), className="button"),
            html.Form(
                [
                    *hidden,
                    html.Select(names, name="sheet", **{"aria-label": words("people.export.sheet")}),  # pyright: ignore[reportArgumentType]
                    dcc.Input(name="purpose", type="text", maxLength=200, placeholder=words("people.export.purpose")),
                    html.Button(words("people.export.do"), type="submit", className="primary"),
                    html.Small(words("people.export.hint")),
                ],
                action="/api/v1/people/export.xlsx",
                method="GET",
                className="people-export",
            ),
        ],
        className="people-export-box",
    )
