"""The list of cases and the board: pure, from rows to components."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard.case_query import PAGE_ROWS, ListQuery
from dashboard.pages.shell import address
from dashboard.words import Words
from maritime_grid.store.case_desk import Found
from maritime_grid.store.case_reads import StepCount
from maritime_grid.store.case_rows import CaseRow

from .case_parts import (
    STEPS,
    Told,
    deadline,
    grid_name,
    holder,
    kind_words,
    marks_of,
    priority,
    priority_class,
    progress,
    vessels_text,
)
from .times import DASH

COLUMNS = ("priority", "number", "title", "vessels", "grid", "step", "holder", "deadline")
EXPORTS = ("xlsx", "csv")


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """One step: how many are there, and the first of them."""

    count: StepCount
    found: Found


def case_table(found: Found, query: ListQuery, told: Told) -> list[Component]:
    """The page of a list: what waits for the reader, then the rest, each under its own heading."""
    words = told.words
    if not found.rows:
        filtered = query.q or query.kind or query.step or query.grid or query.filter().priority
        key = "cases.none_found" if filtered else f"cases.none.{query.show}"
        return [html.Div(words(key), className="panel empty")]
    head = html.Thead(html.Tr([html.Th(words(f"cases.col.{name}")) for name in COLUMNS]))
    waiting = [row for row in found.rows if row.case_id in found.waiting]
    rest = [row for row in found.rows if row.case_id not in found.waiting]
    bodies = [
        _group(rows, words(key) if query.show in {"open", "overdue", "paused"} else "", found.reports, told)
        for rows, key in ((waiting, "cases.group.mine"), (rest, "cases.group.rest"))
        if rows
    ]
    table = html.Table([head, *bodies], className="list cases")
    return [html.Div(table, className="panel flush"), _foot(found, query, words)]


def _group(rows: Sequence[CaseRow], heading: str, reports: Container[str], told: Told) -> Component:
    lines = [case_line(row, told, to_receive=row.case_id in reports) for row in rows]
    if heading:
        lines.insert(0, html.Tr(html.Th(heading, colSpan=len(COLUMNS), scope="rowgroup"), className="group"))
    return html.Tbody(lines)


def case_line(row: CaseRow, told: Told, *, to_receive: bool = False) -> Component:
    """One case; `to_receive`: its reader is to receive a report of it. Texts of people go in as text."""
    words = told.words
    where = address(words, f"/case/{row.case_id}")
    marks = marks_of(row, told)
    if to_receive:
        marks.append(html.Span(words("cases.to_receive"), className="pill mine"))
    title: list[Component] = [html.A(row.title, href=where, className="case-title")]
    title.append(html.Span([*marks, html.Small(kind_words(row, told))], className="under"))
    cells: Mapping[str, object] = {
        "priority": priority(row, words),
        "number": html.A(row.case_id, href=where, className="number"),
        "title": title,
        "vessels": vessels_text(row, words),
        "grid": grid_name(row, told) or DASH,
        "step": progress(row.state, words),
        "holder": holder(row, told),
        "deadline": html.Div(deadline(row, told), className="deadline"),
    }
    return html.Tr(
        [
            html.Td(cells[name], className=f"c-{name}", **{"data-label": words(f"cases.col.{name}")})  # pyright: ignore[reportArgumentType]
            for name in COLUMNS
        ],
        className=priority_class(row),
    )


def _foot(found: Found, query: ListQuery, words: Words) -> Component:
    """How many, the pages, and the list as a file."""
    first = (query.page - 1) * PAGE_ROWS + 1
    last = first + len(found.rows) - 1
    said = words("cases.range", first=first, last=last)
    if found.total is not None:
        said = words("cases.range_of", first=first, last=last, total=found.total)
    pages = [
        page_button(query.page - 1, words("cases.page.before"), disabled=query.page == 1),
        page_button(query.page + 1, words("cases.page.after"), disabled=not found.more),
    ]
    links = [
        html.A(words(f"cases.export.{ending}"), className="button", href=export_address(words, query, ending))
        for ending in EXPORTS
    ]
    return html.Div(
        [html.Span(said, className="soft"), html.Div(pages, className="row"), html.Div(links, className="row")],
        className="list-foot",
    )


def export_address(words: Words, query: ListQuery, ending: str) -> str:
    parts = {name: value for name, value in query.parts().items() if name not in {"page", "view"}}
    return address(words, f"/api/v1/cases/export.{ending}", **parts)


def page_button(page: int, text: str, *, disabled: bool) -> Component:
    return html.Button(text, id={"type": "cases-page", "page": page}, disabled=disabled, type="button")


def board(columns: Mapping[str, BoardColumn], query: ListQuery, told: Told) -> list[Component]:
    """The same by step, the overdue counted on top."""
    shown = [_board_column(step, columns.get(step), query, told) for step in STEPS if query.step in {"", step}]
    return [html.Div(shown, className="board")]


def _board_column(step: str, column: BoardColumn | None, query: ListQuery, told: Told) -> Component:
    words = told.words
    count = column.count if column else StepCount(step, 0, 0, 0)
    head = [html.H2(words(f"case.step.{step}")), html.Span(str(count.n), className="n")]
    state = [
        html.Span(words(f"cases.board.{name}", n=n), className=f"pill {name}")
        for name, n in (("overdue", count.overdue), ("warning", count.warned), ("paused", count.paused))
        if n
    ]
    found = column.found if column else None
    cards = [_card(row, row.case_id in found.waiting, told) for row in found.rows] if found else []
    rest = count.n - len(cards)
    parts = {**query.parts(), "step": step, "view": "list"}
    more = html.A(words("cases.board.more", n=rest), href=address(words, "/cases", **parts)) if rest > 0 else None
    empty = html.P(words("cases.board.empty"), className="soft") if not cards else None
    children = [
        html.Div(head, className="board-head"),
        html.Div(state, className="row board-state"),
        *cards,
        more,
        empty,
    ]
    return html.Section([c for c in children if c is not None], className="board-column")


def _card(row: CaseRow, waits: bool, told: Told) -> Component:
    words = told.words
    marks = marks_of(row, told)
    if waits:
        marks.append(html.Span(words("cases.waits"), className="pill mine"))
    return html.A(
        [
            html.Strong(row.title),
            html.Span([priority(row, words), html.Small(row.case_id), *marks], className="under"),
            html.Small(f"{holder(row, told)} · {vessels_text(row, words, 2)}"),
            html.Div(deadline(row, told)[:1], className="deadline"),
        ],
        href=address(words, f"/case/{row.case_id}"),
        className=f"board-card {priority_class(row)}",
    )
