"""Pieces that the views of work items share: links, marks, the difference of two texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.item_query import ItemQuery
from dashboard.pages.shell import address, say
from dashboard.words import Words
from maritime_grid.domain.items import ItemVersion
from maritime_grid.domain.textdiff import changed_parts
from maritime_grid.store.item_reads import ItemStep

from .times import moment

Children = list[Component | str]


def link(query: ItemQuery, words: Words, said: str, class_: str = "") -> Component:
    """A link to another part of the page."""
    return dcc.Link(said, href=address(words, "/items", **query.parts()), className=class_)


def sample_mark(words: Words) -> Component:
    return html.Span(words("items.sample"), className="pill warning")


def state_mark(state: str, words: Words) -> Component:
    return html.Span(words(f"items.state.{state}"), className=f"pill item-{state}")


def kind_of(one: ItemVersion, words: Words) -> str:
    """What a version does to the list: a new item, a change, or dropping one."""
    return words("items.kind.drop" if one.dropped else "items.kind.new" if one.version == 1 else "items.kind.change")


def old_text(old: str, new: str) -> Children:
    """The old text; what is gone from it is struck out."""
    return [html.Del(p.text) if p.kind == "gone" else p.text for p in changed_parts(old, new) if p.kind != "new"]


def new_text(old: str, new: str) -> Children:
    """The new text; what is new in it is marked."""
    return [html.Ins(p.text) if p.kind == "new" else p.text for p in changed_parts(old, new) if p.kind != "gone"]


def both_texts(old: str, new: str) -> Children:
    """Both in one: what is gone struck out, what is new marked."""
    marks = {"gone": html.Del, "new": html.Ins}
    return [marks[p.kind](p.text) if p.kind in marks else p.text for p in changed_parts(old, new)]


def stale_line(
    was: ItemVersion | None, now: ItemVersion | None, steps: Sequence[ItemStep], query: ItemQuery, at: datetime,
    words: Words, *, again: bool,
) -> Component:  # fmt: skip
    """What changed while a form lay open: who did what, and what the text says by now; the way to look at it.

    Args:
        was: the version that the form was opened on.
        now: the newest one.
        steps: of the item.
        query: what the page shows.
        at: the present moment.
        words: of the screen.
        again: the same form may be sent once more, against what there is now.
    """
    last = steps[-1] if steps else None
    done = words("items.step." + last.state, n=last.version) if last else ""
    said = words("items.stale", who=last.by, at=moment(last.at, words, at), what=done) if last else words("fault.stale")
    # in a window of its own: what was typed stays here
    here = address(words, "/items", **query.closed().parts())
    look = html.A(words("items.stale.look"), href=here, target="_blank", rel="noopener")
    kept = words("items.stale.again" if again else "items.stale.kept")
    parts: Children = [say(said, "bad"), html.P([kept, look])]
    if was and now and was.version != now.version:
        parts.append(html.P(both_texts(f"{was.title}\n{was.text}", f"{now.title}\n{now.text}"), className="item-text"))
    return html.Div(parts, className="items-stale")
