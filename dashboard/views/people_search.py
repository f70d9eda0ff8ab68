"""Searches of people and of service teams: plain forms whose answer is the page at another address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.people_query import LONGEST_PART, PeopleQuery
from dashboard.words import Words
from maritime_grid.store.people_rows import UnitRow

from .forms import Option
from .people_parts import indented, unit_options

NEAR = "people-near"


def unit_search(units: Sequence[UnitRow], query: PeopleQuery, words: Words) -> Component:
    """Grids of one unit."""
    return _search(query, [_units(units, query, words, words("people.col.unit"))], words)


def people_search(units: Sequence[UnitRow], query: PeopleQuery, words: Words) -> Component:
    """People by name or number, and by unit."""
    part = _text("part", query.part, words("people.part.people"))
    return _search(query, [part, _units(units, query, words, words("people.col.kept"))], words)


def team_search(units: Sequence[UnitRow], skills: Mapping[str, str], query: PeopleQuery, words: Words) -> Component:
    """Teams by skill, craft and place; or the nearest to where the telephone is."""
    everything = ("", words("people.skill.all"))
    skill = _select("skill", [everything, *skills.items()], query.skill, words("people.col.skills"))
    craft = _text("part", query.part, words("people.part.craft"))
    near = html.Button(words("people.near"), id=NEAR, type="button")
    if query.near:
        kept = dcc.Input(type="hidden", name="near", value=query.near)
        near = html.Span([kept, html.Span(words("people.near.now"), className="pill ok")])
    place = _units(units, query, words, words("people.place"), every=True)
    return _search(query, [skill, craft, place], words, near)


def _search(query: PeopleQuery, fields: Sequence[Component], words: Words, more: Component | None = None) -> Component:
    hidden = [dcc.Input(type="hidden", name="view", value=query.view)] if query.view else []
    if not words.is_default:
        hidden.append(dcc.Input(type="hidden", name="lang", value=words.lang.split("_")[0]))
    button = html.Button(words("people.search"), type="submit", className="primary")
    end = html.Div([button, more] if more else [button], className="row")
    return html.Form([*hidden, *fields, end], action="/people", method="GET", className="people-search")


def _units(units: Sequence[UnitRow], query: PeopleQuery, words: Words, label: str, *, every: bool = False) -> Component:
    """Units of the reader's own; `every`: all, since help comes from next door too."""
    options = [("", words("people.unit.all")), *indented(units if every else unit_options(units), words)]
    return _select("unit", options, query.unit, label)


def _select(name: str, options: Sequence[Option], chosen: str, label: str) -> Component:
    """The browser's own list: on a phone it fills the screen, and needs no script."""
    shown = [html.Option(said, value=value, selected=value == chosen) for value, said in options]
    return html.Label([html.Span(label), html.Select(shown, name=name)], className="field")


def _text(name: str, value: str, label: str) -> Component:
    field = dcc.Input(type="search", name=name, value=value, maxLength=LONGEST_PART)
    return html.Label([html.Span(label), field], className="field")
