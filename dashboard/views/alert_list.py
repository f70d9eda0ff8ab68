"""The list of alerts 告警: from rows to components. Dash makes their nodes anew each time: the page's script keeps the
reader's place and what was pressed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from dashboard.alert_query import PAGE_ROWS, AlertQuery
from dashboard.auth import Account
from dashboard.words import Words
from maritime_grid.store.alert_rows import MyAlert

from .alert_words import LEVELS, clock, rule_text, said_text, seen_text, where_text, who_text
from .status import ms

GROUPS = {"open": "now", "seen": "now", "resolved": "now", "over": "over", "past": "past"}


def alert_rows(
    rows: Sequence[MyAlert],
    urgent: Sequence[MyAlert],
    query: AlertQuery,
    account: Account,
    words: Words,
    now: datetime,
) -> list[Component]:
    """What is open, what ended unseen, and the past, each under its heading; then the pages.

    Args:
        rows: of this page of the list.
        urgent: unseen emergencies, listed or not: they sound.
        query: what was asked for.
        account: who reads.
        words: the language.
        now: aware.
    """
    calls = {"data-urgent": " ".join(f"{row.alert_id}/{row.repeats}" for row in urgent)}
    if not rows:
        key = "alerts.empty_filtered" if query.parts() else "alerts.empty"
        empty: Component = html.Div(words(key), className="empty", key="empty", **calls)  # pyright: ignore[reportArgumentType]
        return [empty]
    children: list[Component] = []
    for group, found in groupby(rows[:PAGE_ROWS], lambda row: GROUPS[row.state]):
        children.append(html.H2(words(f"alerts.group.{group}"), key=group))
        children += [alert_row(row, account, words, now) for row in found]
    clocked = {"data-now": str(ms(now))}  # ages count by the server's clock, carried on by the page's steady one
    listed = html.Div(children, className="al-rows", key="rows", **clocked, **calls)  # pyright: ignore[reportArgumentType]
    return [listed, _pages(query, len(rows) > PAGE_ROWS, words)]


def alert_row(row: MyAlert, account: Account, words: Words, now: datetime) -> Component:
    """One alert. Texts of people and vessels go in as text."""
    name = LEVELS[row.level]
    what = [
        html.Span(words(f"severity.{name}"), className=f"level level{row.level}"),
        html.Strong(rule_text(row, words)),
        html.Span(who_text(row, words), className="al-who"),
    ]
    about = [part for part in (where_text(row, words), said_text(row)) if part]
    mark = html.Span(seen_text(row, words, now), className=f"al-seen {row.state}")
    children = [
        html.Div(what, className="al-what"),
        html.Div(" · ".join(about), className="al-where"),
        html.Div([mark, _heard(row, words, now)], className="al-mark"),
        html.Div([html.B(_age(row)), html.Small(clock(row.raised_at, words, now))], className="al-age"),
        _button(row, account, words),
    ]
    data = {"data-id": row.alert_id, "data-level": str(row.level), "data-state": row.state,
            "data-calls": str(row.repeats)}  # fmt: skip
    return html.Div(
        [child for child in children if child is not None],
        key=row.alert_id,
        className=f"al-row level{row.level} {row.state}",
        tabIndex=0,
        role="option",
        **data,  # pyright: ignore[reportArgumentType]  (data-* are open)
    )


def _age(row: MyAlert) -> Component:
    """Counted on by the page's script; of what is over, how long it took stands in its detail."""
    return html.Span(**{"data-since": str(ms(row.raised_at))})  # pyright: ignore[reportArgumentType]


def _heard(row: MyAlert, words: Words, now: datetime) -> Component | None:
    at = row.heard_at if row.mmsi is not None else None
    return None if at is None else html.Small(words("alerts.heard", at=clock(at, words, now)))


def _button(row: MyAlert, account: Account, words: Words) -> Component | None:
    if row.seen_at is not None or not account.may("alert.acknowledge"):
        return None
    acknowledge = {"data-act": "acknowledge", "data-id": row.alert_id}
    return html.Button(words("alerts.acknowledge"), type="button", className="primary", **acknowledge)  # pyright: ignore[reportArgumentType]


def _pages(query: AlertQuery, more: bool, words: Words) -> Component:
    pages = [
        html.Button(text, type="button", disabled=disabled, **{"data-act": "page", "data-id": str(page)})  # pyright: ignore[reportArgumentType]
        for page, text, disabled in (
            (query.page - 1, words("alerts.page.before"), query.page == 1),
            (query.page + 1, words("alerts.page.after"), not more),
        )
    ]
    return html.Div(pages, className="row al-pages", key="pages", hidden=query.page == 1 and not more)
