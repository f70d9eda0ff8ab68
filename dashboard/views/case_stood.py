"""Whose clocks stood: units, bodies or accounts, how many stand now, and how long. Pure, from rows to components."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from dashboard.case_query import ListQuery
from dashboard.pages.shell import address
from maritime_grid.store.case_lateness import PauseGroup

from .case_late import ROWS, late_name
from .case_parts import Told, cause_text
from .times import moment, span

COLUMNS = ("who", "n", "total", "cases")


def paused_table(groups: Sequence[PauseGroup], query: ListQuery, told: Told) -> list[Component]:
    """The groups, whoever has most clocks standing first; nothing where none stood."""
    words = told.words
    if not groups:
        return []
    stand = sum(group.stand for group in groups)
    heads = [words(f"cases.late.by.{query.by}"), *(words(f"cases.stood.col.{name}") for name in COLUMNS[1:])]
    rows = [_row(group, heads, query, told) for group in groups[:ROWS]]
    head = html.Thead(html.Tr([html.Th(text) for text in heads]))
    return [
        html.H2(words("cases.stood.title")),
        html.P(words("cases.stood.sum", n=sum(group.n for group in groups), stand=stand), className="soft"),
        html.Div(html.Table([head, html.Tbody(rows)], className="list cases stood"), className="panel flush"),
    ]


def _row(group: PauseGroup, heads: Sequence[str], query: ListQuery, told: Told) -> Component:
    words = told.words
    n: list[Component] = [html.Span(words("cases.stood.n", n=group.n, cases=group.cases))]
    if group.stand:
        n.append(html.Span(words("cases.stood.now", n=group.stand), className="pill paused"))
    cells: list[Sequence[Component | str]] = [
        [html.Strong(late_name(group, query, words))],
        n,
        [span(timedelta(seconds=group.paused_s), words)],
        [html.Ul([_line(line, told) for line in group.lines], className="late-steps")],
    ]
    return html.Tr(
        [
            html.Td(html.Div(list(cell), className="stack"), **{"data-label": head})  # pyright: ignore[reportArgumentType]
            for cell, head in zip(cells, heads, strict=True)
        ]
    )


def _line(line: dict[str, str | None], told: Told) -> Component:
    words, case_id = told.words, line["case_id"] or ""
    until = moment(datetime.fromisoformat(line["until"] or ""), words, told.now)
    said = f"{words('case.pause.until', at=until)} · {cause_text(line['cause'], told)}"
    link = html.A(case_id, href=address(words, f"/case/{case_id}"), className="number", title=line["title"])
    return html.Li([link, html.Span(said)])
