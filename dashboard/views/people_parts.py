"""Pieces that the views of people share: tables, words of posts and names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.shell import address
from dashboard.people_query import PeopleQuery
from dashboard.words import Words
from maritime_grid.domain.people import Post
from maritime_grid.store.people_rows import PostRow, UnitRow

from .forms import Option
from .times import DASH

Cell = Component | str | list[Any]


def listing(names: Sequence[str], lines: Sequence[Sequence[Cell]], words: Words) -> Component:
    """A table, whose lines a phone shows as cards."""
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
    return html.Table([head, html.Tbody(rows)], className="list people")


def whole(cell: Cell) -> Component | str:
    """One child a cell: on a phone it stands beside the name of its column."""
    return html.Div(cell) if isinstance(cell, list) else cell


def link(query: PeopleQuery, words: Words, said: str, class_: str = "") -> Component:
    """A link to another part of the page."""
    return dcc.Link(said, href=address(words, "/people", **query.parts()), className=class_)


def facts(pairs: Sequence[tuple[str, Cell | None]]) -> Component:
    """What is known of something, as pairs of label and value."""
    return html.Dl(
        [part for label, value in pairs for part in (html.Dt(label), html.Dd(whole(value or DASH)))],
        className="people-full",
    )


def post_word(row: PostRow, words: Words) -> str:
    """The post; of a party organisation as what it is led: as a branch or as a group."""
    if row.post == Post.PARTY_SECRETARY and row.party_form:
        return words(f"people.post.party_secretary.{row.party_form}")
    return words(f"people.post.{row.post}")


def lack_word(post: str, words: Words) -> str:
    """What a grid lacks where nobody holds a post: a party organisation, not its secretary (Art. 18)."""
    return words.get(f"people.lacks.{post}", words(f"people.post.{post}"))


def unit_name(unit: UnitRow, words: Words) -> str:
    return unit.name_zh if words.is_chinese else unit.name_en or unit.name_zh


def unit_options(units: Sequence[UnitRow]) -> list[UnitRow]:
    """Units of the reader's own."""
    return [unit for unit in units if unit.mine]


def indented(units: Sequence[UnitRow], words: Words) -> list[Option]:
    """Units to choose from, indented by level."""
    top = min((len(u.path) for u in units), default=1)
    return [(u.unit_id, "\u3000" * (len(u.path) - top) + unit_name(u, words)) for u in units]
