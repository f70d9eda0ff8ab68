"""One work item: what is under way, old beside new, and who may bring it on; who did what when; what was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.item_forms import NEEDS
from dashboard.item_lists import class_name
from dashboard.item_look import is_open, newest, proposer_of, works
from dashboard.item_query import ItemQuery
from dashboard.words import Words
from maritime_grid.domain.items import Bar, ItemVersion, State, Trigger, bar_of, possible
from maritime_grid.domain.people import day_of
from maritime_grid.store.item_reads import ItemStep, PublishedItem

from .item_list import about, beside
from .item_parts import both_texts, kind_of, link, new_text, old_text, sample_mark, state_mark
from .times import DASH, moment

PARTS = ("title", "text", "basis")


def item_view(
    published: Sequence[PublishedItem], versions: Sequence[ItemVersion], steps: Sequence[ItemStep],
    opened: Component | None, query: ItemQuery, account: Account, now: datetime, words: Words,
) -> list[Component]:  # fmt: skip
    """The item: for readers what was published, for who works on it all of it."""
    under = next(filter(is_open, versions), None)
    parts = [
        _head(published, versions, under, query, account, now, words),
        _under_way(under, versions, steps, query, account, now, words) if under else None,
        _record(steps, now, words) if steps else None,
        _published(published, words) if published else None,
    ]
    return beside(html.Div([part for part in parts if part is not None], className="grid-body"), opened)


def _head(
    published: Sequence[PublishedItem], versions: Sequence[ItemVersion], under: ItemVersion | None, query: ItemQuery,
    account: Account, now: datetime, words: Words,
) -> Component:  # fmt: skip
    shown = next((one for one in published if one.holds(day_of(now))), published[0] if published else None)
    first = shown or versions[0]
    marks = [sample_mark(words)] if first.sample else []
    back = link(ItemQuery(view=query.view, q=query.q), words, words("people.back"), "button quiet")
    acts = _proposals(under, versions, query, account, words) if works(account) else None
    if shown is None:
        said: Component = html.P(words("items.now.none"), className="soft")
    elif shown.dropped:
        said = html.P(words("items.dropped.on", on=shown.in_force))
    else:
        said = html.Div([html.P(shown.text, className="item-text"), html.Small(about(shown, words))])
    title = [html.H2(f"{first.item_id} {first.title}"), *marks]
    return html.Section(
        [
            html.Div([html.Div(title, className="row"), back], className="row spread"),
            html.P(class_name(first.class_no, words), className="soft"),
            said,
            acts,
        ],
        className="panel",
    )


def _proposals(
    under: ItemVersion | None, versions: Sequence[ItemVersion], query: ItemQuery, account: Account, words: Words
) -> Component | None:
    """What may be proposed, or why nothing may."""
    if under is not None:
        return html.P(words("items.bar.open"), className="soft")
    if not account.may("items.edit"):
        return html.P(words("items.bar.act.propose"), className="soft")
    last = newest(versions)
    if last is None:
        return None
    here = replace(query, view="work")
    change = words("items.open.again" if last.dropped else "items.open.change")
    buttons = [link(replace(here, do="change"), words, change, "button")]
    if not last.dropped:
        buttons.append(link(replace(here, do="drop"), words, words("items.open.drop"), "button"))
    return html.Div(buttons, className="row people-acts")


def _under_way(
    one: ItemVersion, versions: Sequence[ItemVersion], steps: Sequence[ItemStep], query: ItemQuery, account: Account,
    now: datetime, words: Words,
) -> Component:  # fmt: skip
    old = newest([v for v in versions if v.version < one.version])
    asked = next((s for s in steps if (s.version, s.state) == (one.version, "proposed")), None)
    said = words("items.under", n=one.version, kind=kind_of(one, words))
    by = words("items.proposed.by", who=asked.by, at=moment(asked.at, words, now)) if asked else ""
    return html.Section(
        [
            html.Div([html.H2(said), state_mark(one.state, words)], className="row"),
            html.P([by, html.Br(), words("items.reason.is"), asked.remark or DASH]) if asked else None,
            _compared(old, one, words),
            html.Div(_acts(one, steps, query, account, words), className="row people-acts items-acts"),
        ],
        className="panel",
    )


def _compared(old: ItemVersion | None, one: ItemVersion, words: Words) -> Component:
    """Old beside new, what differs marked; of a new item the new text alone, of one to be dropped the old."""
    if one.dropped or old is None:
        marked = html.Del if one.dropped else html.Ins
        return html.Dl(
            [
                part
                for name in PARTS
                for part in (
                    html.Dt(words(f"items.field.{name}")),
                    html.Dd(marked(getattr(one, name)) if getattr(one, name) else DASH, className="item-text"),
                )
            ],
            className="people-full",
        )
    heads = (words("items.old", n=old.version), words("items.new", n=one.version))
    rows = [_pair(name, getattr(old, name), getattr(one, name), heads, words) for name in PARTS]
    head = html.Thead(html.Tr([html.Th(), *(html.Th(said) for said in heads)]))
    return html.Table([head, html.Tbody(rows)], className="list items-diff")


def _pair(name: str, old: str, new: str, heads: tuple[str, str], words: Words) -> Component:
    cells = [
        html.Td(html.Div(text or DASH, className="item-text"), **{"data-label": said})  # pyright: ignore[reportArgumentType]
        for said, text in zip(heads, (old_text(old, new), new_text(old, new)), strict=True)
    ]
    return html.Tr([html.Th(words(f"items.field.{name}"), scope="row"), *cells])


def _acts(
    one: ItemVersion, steps: Sequence[ItemStep], query: ItemQuery, account: Account, words: Words
) -> list[Component]:
    """A button for each thing that may be done; where one is missing, why."""
    here, proposer = replace(query, view="work"), proposer_of(one.version, steps)
    shown: list[Component] = []
    for trigger in possible(State(one.state)):
        bar = bar_of(trigger, proposer, account.account_id, account.acts)
        if bar is None:
            kind = "button danger" if trigger is Trigger.REJECT else "button primary"
            shown.append(link(replace(here, do=trigger.value), words, words(f"items.open.{trigger}"), kind))
        else:
            shown.append(html.Span(_why(bar, trigger, words), className="item-bar"))
    return shown


def _why(bar: Bar, trigger: Trigger, words: Words) -> str:
    did = words(f"items.open.{trigger}")
    if bar is Bar.OWN:
        return words("items.bar.own", what=did)
    return words("items.bar.act", what=did, who=words(f"items.bar.{NEEDS[trigger].partition('.')[2]}"))


def _record(steps: Sequence[ItemStep], now: datetime, words: Words) -> Component:
    lines = [
        html.Li(
            [
                html.Strong(words(f"items.step.{one.state}", n=one.version)),
                html.Span(words("items.step.by", who=one.by, at=moment(one.at, words, now))),
                html.Span(one.remark, className="item-remark") if one.remark else None,
            ]
        )
        for one in reversed(steps)
    ]
    return html.Section(
        [html.H2(words("items.record")), html.Ol(lines, className="grid-versions items-record")], className="panel"
    )


def _published(published: Sequence[PublishedItem], words: Words) -> Component:
    """All versions that were published, the newest first, each with what it changed."""
    lines: list[Component] = []
    for n, one in enumerate(published):
        older = published[n + 1] if n + 1 < len(published) else None
        text = words("items.was_dropped") if one.dropped else one.text
        told = both_texts(older.text, one.text) if older and not one.dropped and not older.dropped else [text]
        lines.append(
            html.Li([html.Strong(one.title), html.Small(about(one, words)), html.Div(told, className="item-text")])
        )
    return html.Section(
        [html.H2(words("items.history")), html.Ol(lines, className="grid-versions items-history")], className="panel"
    )
