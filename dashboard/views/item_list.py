"""The list of work items within: as it holds today for everybody, and the work on it for who does it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.item_files import ENDINGS
from dashboard.item_lists import Entry, Listed, class_name, term_of
from dashboard.item_look import is_open
from dashboard.item_query import LONGEST_PART, ItemQuery
from dashboard.pages.shell import address
from dashboard.words import Words
from maritime_grid.domain.items import CLASSES, ItemVersion, in_order
from maritime_grid.store.item_reads import PublishedItem

from .item_parts import kind_of, link, sample_mark, state_mark
from .times import DASH

COLUMNS = ("item", "now", "work", "waits")


def list_view(whole: Listed, versions: Sequence[ItemVersion], query: ItemQuery, words: Words) -> list[Component]:
    """What holds today, by class; `versions` are those that the reader may see besides."""
    under = {one.item_id: one for one in versions if is_open(one)}
    shown = [n for n in CLASSES if whole.of_class(n) or not query.q]
    count = words("items.found" if query.q else "items.count", n=len(whole.entries), on=whole.on)
    head = html.Section(
        [
            html.Div([html.H2(count), _files(query, words)], className="row spread"),
            html.P(words("items.sample.said"), className="soft") if _has_samples(whole) else None,
            search(query, words),
        ],
        className="panel",
    )
    classes = [_class(class_name(n, words), whole.of_class(n), under, words) for n in shown]
    others = [
        _class(words(key), found, under, words)
        for key, found in (("items.coming", whole.coming), ("items.dropped", whole.dropped))
        if found
    ]
    return [head, html.Div([*classes, *others], className="items-classes")]


def search(query: ItemQuery, words: Words) -> Component:
    """A plain form whose answer is the page at another address."""
    kept = [("view", query.view), ("lang", "" if words.is_default else words.lang.split("_")[0])]
    hidden = [dcc.Input(type="hidden", name=name, value=value) for name, value in kept if value]
    word = dcc.Input(type="search", name="q", value=query.q, maxLength=LONGEST_PART)
    field = html.Label([html.Span(words("items.search")), word], className="field")
    everything = [link(ItemQuery(view=query.view), words, words("items.all"), "button quiet")] if query.q else []
    end = html.Div([html.Button(words("items.find"), type="submit", className="primary"), *everything], className="row")
    return html.Form([*hidden, field, end], action="/items", method="GET", className="people-search")


def _files(query: ItemQuery, words: Words) -> Component:
    where = {ending: address(words, f"/public/items.{ending}", q=query.q) for ending in ENDINGS}
    links = [html.A(words(f"items.file.{ending}"), href=href, className="button") for ending, href in where.items()]
    public = html.A(words("items.public"), href=address(words, "/public/items"), className="button")
    return html.Div([public, *links], className="row")


def _has_samples(whole: Listed) -> bool:
    return any(one.now and one.now.sample for one in whole.entries)


def _class(title: str, entries: Sequence[Entry], under: dict[str, ItemVersion], words: Words) -> Component:
    none = [html.P(words("items.none"), className="soft")] if not entries else []
    cards = [_card(one, under.get(one.item_id), words) for one in entries]
    return html.Section([html.H2(title), *none, *cards], className="panel")


def _card(entry: Entry, under: ItemVersion | None, words: Words) -> Component:
    shown = entry.now or entry.coming[0]
    name = link(ItemQuery(item=entry.item_id), words, f"{entry.item_id} {shown.title}")
    marks = [sample_mark(words)] if shown.sample else []
    if under:
        marks.append(state_mark(under.state, words))
    coming = entry.coming if entry.now else entry.coming[1:]
    return html.Article(
        [
            html.Div([html.H3(name), *marks], className="row"),
            html.P(words("items.dropped.on", on=shown.in_force))
            if shown.dropped
            else html.P(shown.text, className="item-text"),
            html.Small(about(shown, words)),
            *(html.P(_change(one, words), className="item-coming") for one in coming),
        ],
        className="item-card",
    )


def about(one: PublishedItem, words: Words) -> str:
    """Basis, version and from when it holds, in one line."""
    basis = [f"{words('items.basis.is')}{one.basis}"] if one.basis else []
    return " · ".join([*basis, words("items.version", n=one.version), term_of(one, words)])


def _change(one: PublishedItem, words: Words) -> str:
    if one.dropped:
        return words("items.changes.drop", on=one.in_force)
    return f"{words('items.changes', on=one.in_force)} {one.title} · {one.text}"


def work_view(
    whole: Listed, versions: Sequence[ItemVersion], opened: Component | None, query: ItemQuery, account: Account,
    words: Words,
) -> list[Component]:  # fmt: skip
    """Every item with its state, those under way first."""
    items = [list(found) for _, found in groupby(versions, key=lambda one: one.item_id)]
    entries = {one.item_id: one for one in (*whole.entries, *whole.coming, *whole.dropped)}
    rows = [_row(found, entries.get(found[0].item_id), words) for found in _ordered(items, entries, query)]
    add = link(ItemQuery(view="work", do="new"), words, words("items.form.new"), "button primary")
    open_n = sum(any(map(is_open, found)) for found in items)
    head = [html.H2(words("items.work.count", n=len(items), open=open_n)), add if account.may("items.edit") else None]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(words(f"items.col.{name}")) for name in COLUMNS])), html.Tbody(rows)],
        className="list people items-work",
    )
    inside = [html.Div(head, className="row spread"), search(query, words), table]
    return beside(html.Section(inside, className="panel"), opened)


def _ordered(
    items: Sequence[list[ItemVersion]], entries: dict[str, Entry], query: ItemQuery
) -> list[list[ItemVersion]]:
    """Those under way first; of a search what it finds, and drafts whatever they say."""
    kept = [one for one in items if not query.q or one[0].item_id in entries or any(map(is_open, one))]
    return sorted(kept, key=lambda one: (not any(map(is_open, one)), one[0].class_no, in_order(one[0].item_id)))


def beside(left: Component, opened: Component | None) -> list[Component]:
    """What the page shows, and the form that is open: beside it, on a phone above it."""
    if opened is None:
        return [left]
    return [html.Div([left, html.Div(opened, className="people-open")], className="admin-split people-split")]


def _row(found: Sequence[ItemVersion], entry: Entry | None, words: Words) -> Component:
    under = next(filter(is_open, found), None)
    shown = (entry and entry.now) or found[0]
    name = link(ItemQuery(view="work", item=shown.item_id), words, f"{shown.item_id} {shown.title}")
    marks = [html.Br(), html.Small(class_name(shown.class_no, words))]
    cells = (
        [name, *marks, *([" ", sample_mark(words)] if shown.sample else [])],
        _now(entry, words),
        [state_mark(under.state, words), " ", html.Small(kind_of(under, words))] if under else DASH,
        words(f"items.waits.{under.state}") if under else DASH,
    )
    return html.Tr(
        [
            html.Td(html.Div(cell), **{"data-label": words(f"items.col.{column}")})  # pyright: ignore[reportArgumentType]
            for column, cell in zip(COLUMNS, cells, strict=True)
        ]
    )


def _now(entry: Entry | None, words: Words) -> str:
    if entry is None or not (entry.now or entry.coming):
        return words("items.now.none")
    if entry.now and entry.now.dropped:
        return words("items.dropped.on", on=entry.now.in_force)
    if entry.now:
        return f"{words('items.version', n=entry.now.version)} · {term_of(entry.now, words)}"
    return words("items.now.coming", on=entry.coming[0].in_force)
