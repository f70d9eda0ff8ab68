"""Which posts of which grids are empty, or soon will be (Art. 12-18, 27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.shell import address
from dashboard.people_query import PeopleQuery
from dashboard.words import Words
from maritime_grid.domain.people import Ending, Staffing
from maritime_grid.store.grid_reads import GridVersion
from maritime_grid.store.people_rows import UnitRow

from .grid_now import name_of, unit_of
from .people_parts import Cell, lack_word, listing
from .people_search import unit_search
from .times import DASH

STAFF = ("grid", "unit", "missing", "ending")


def staff_view(
    found: Sequence[Staffing], grids: Mapping[str, GridVersion], units: Sequence[UnitRow],
    bodies: Mapping[str, str], query: PeopleQuery, soon_days: int, words: Words,
) -> list[Component]:  # fmt: skip
    """Grids that lack something first."""
    lacking = sum(not one.complete for one in found)
    ending = sum(len(one.ending) for one in found)
    said = words("people.staff.count", n=len(found), lacking=lacking, ending=ending, days=soon_days)
    order = sorted(found, key=lambda one: (one.complete, not one.ending, one.grid_id))
    lines = [_staff_line(one, grids.get(one.grid_id), bodies, query, words) for one in order]
    inside = [html.H2(said), unit_search(units, query, words), listing(STAFF, lines, words)]
    return [html.Section(inside, className="panel")]


def _staff_line(
    one: Staffing, grid: GridVersion | None, bodies: Mapping[str, str], query: PeopleQuery, words: Words
) -> list[Cell]:
    link = address(words, "/people", unit=query.unit, grid=one.grid_id)
    missing = [html.Span(lack_word(post, words), className="pill lacking") for post in one.missing]
    ending = [_ending(each, bodies, words) for each in one.ending]
    return [
        [dcc.Link(name_of(grid, words) if grid else one.grid_id, href=link), html.Small(f" {one.grid_id}")],
        unit_of(grid, words) if grid else DASH,
        html.Div(missing, className="row pills")
        if missing
        else html.Span(words("people.complete"), className="pill ok"),
        html.Div(ending, className="row pills") if ending else DASH,
    ]


def _ending(one: Ending, bodies: Mapping[str, str], words: Words) -> Component:
    term = one.term
    name = bodies.get(term.body_id or "", term.name) if term.person_id is None else term.name
    key = "people.ending.followed" if one.followed else "people.ending"
    said = words(key, post=words(f"people.post.{term.post}"), name=name or DASH, until=term.until)
    return html.Span(said, className="pill" if one.followed else "pill warning")
