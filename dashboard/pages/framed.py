"""The frame that pages of people share whose body comes with their first callback: title, views, lines, stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.words import Words

from .shell import PAGES, Children, address, page_of


@dataclass(frozen=True, slots=True)
class Part:
    """A view of a page of people, as its head offers it."""

    name: str
    query: Mapping[str, object]  # its address
    here: bool  # it is shown


def framed(
    words: Words,
    account: Account,
    page: str,
    query: Mapping[str, object],
    parts: Sequence[Part],
    *,
    demo: bool = False,
    more: Children = (),
    class_: str = "",
) -> Component:
    """A page of people whose body comes with its first callback.

    Its ids begin with the name of the page: `-say` for lines to the reader, `-body`, and stores of what is asked for
    (`-asked`), the language (`-lang`) and what was done (`-done`).

    Args:
        words: the language.
        account: who is logged in.
        page: which page it is, as in PAGES.
        query: what is asked for, by the address.
        parts: its views; none where it is one alone.
        demo: see `page_of`.
        more: what else the page needs and does not show.
        class_: of the row of its views.
    """
    path = dict(PAGES)[page]
    links = [
        dcc.Link(
            words(f"{page}.view.{part.name}"),
            href=address(words, path, **part.query),
            className="part here" if part.here else "part",
        )
        for part in parts
    ]
    views = html.Div(links, className=f"segments links {class_}".strip()) if links else None
    inside = [
        html.Div([html.H1(words(f"{page}.title")), views], className="row spread"),
        html.Div(id=f"{page}-say"),
        html.Div(html.Div(words("page.loading"), className="panel empty"), id=f"{page}-body", className="grid-body"),
        dcc.Store(id=f"{page}-asked", data=dict(query)),
        dcc.Store(id=f"{page}-lang", data=words.lang),
        dcc.Store(id=f"{page}-done"),
        *more,
    ]
    return page_of(words, account, page, inside, demo=demo, here=address(words, path, **query))
