"""Who was late: units, bodies or accounts with their late steps. Pure, from rows to components."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.case_query import ListQuery
from dashboard.pages.shell import address, say
from dashboard.words import Words
from maritime_grid.store.case_lateness import LateBrief, LateGroup, PauseGroup

from .case_parts import Told
from .times import DASH, span

COLUMNS = ("who", "steps", "total", "longest", "cases")
EXPORTS = ("xlsx", "csv")
ROWS = 100  # units, bodies or accounts; the file has all
AT_ONCE = 3  # late steps of a group that show without a click
SEES_ALL = "case.see_late"


def late_table(groups: Sequence[LateGroup], query: ListQuery, told: Told) -> list[Component]:
    """The groups, whoever has something standing late first; how it is counted; the same as a file."""
    words = told.words
    own = [] if told.standing.account.may(SEES_ALL) else [say(words("cases.late.own"))]
    if not groups:
        return [*own, html.Div(words("cases.late.none", n=query.days), className="panel empty")]
    n, still = (sum(getattr(group, name) for group in groups) for name in ("n", "still"))
    said = html.P(
        [html.Strong(words("cases.late.sum", n=n, still=still)), " ", words("cases.late.how")], className="soft"
    )
    first = words(f"cases.late.by.{query.by}")
    heads = [html.Th(first if name == "who" else words(f"cases.late.col.{name}")) for name in COLUMNS]
    rows = [_row(group, query, told) for group in groups[:ROWS]]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="list cases late")
    rest = html.P(words("cases.late.rest", n=len(groups) - ROWS), className="soft") if len(groups) > ROWS else None
    parts = [*own, said, html.Div(table, className="panel flush"), rest, _foot(query, words)]
    return [part for part in parts if part is not None]


def late_name(group: LateGroup | PauseGroup, query: ListQuery, words: Words) -> str:
    """A unit or body by its name, an account by its own as far as the reader may see it."""
    if query.by == "account":
        return group.account_name or (words("cases.late.nobody") if group.who is None else DASH)
    return (group.name_zh if words.is_chinese else group.name_en or group.name_zh) or group.who or DASH


def _row(group: LateGroup, query: ListQuery, told: Told) -> Component:
    words = told.words
    who: list[Component] = [html.Strong(late_name(group, query, words))]
    if query.by == "account" and group.account_post:
        who.append(html.Small(group.account_post))
    steps: list[Component] = [html.Span(words("cases.late.steps", n=group.n, cases=group.cases))]
    if group.still:
        steps.append(html.Span(words("cases.late.still", n=group.still), className="pill overdue"))
    if query.by == "unit" and group.with_body:
        steps.append(html.Small(words("cases.late.with_body", n=group.with_body)))
    cells = {
        "who": who,
        "steps": steps,
        "total": [_span(group.late_s, words)],
        "longest": [_span(group.longest_s, words)],
        "cases": _lines(group.lines, group.n, told),
    }
    return html.Tr(
        [
            html.Td(
                html.Div(cells[name], className="stack"),
                className=f"c-{name}",
                **{"data-label": _label(name, query, words)},  # pyright: ignore[reportArgumentType]
            )
            for name in COLUMNS
        ]
    )


def _label(name: str, query: ListQuery, words: Words) -> str:
    return words(f"cases.late.by.{query.by}") if name == "who" else words(f"cases.late.col.{name}")


def _lines(lines: Sequence[LateBrief], n: int, told: Told) -> list[Component]:
    words = told.words
    shown = [_line(row, told) for row in lines]
    parts: list[Component] = [html.Ul(shown[:AT_ONCE], className="late-steps")]
    if len(shown) > AT_ONCE:
        rest: list[Component] = [html.Ul(shown[AT_ONCE:], className="late-steps")]
        if n > len(shown):
            rest.append(html.Small(words("cases.late.rest", n=n - len(shown))))
        parts.append(html.Details([html.Summary(words("cases.late.more", n=len(shown) - AT_ONCE)), *rest]))
    return parts


def _line(row: LateBrief, told: Told) -> Component:
    words = told.words
    where = address(words, f"/case/{row.case_id}")
    said = words("cases.late.line", step=words(f"case.step.{row.step}"), span=_span(row.late_s, words))
    open_ = html.Span(words("cases.late.open"), className="pill overdue") if not row.done else None
    parts = [html.A(row.case_id, href=where, className="number", title=row.title), html.Span(said), open_]
    return html.Li([part for part in parts if part is not None])


def _foot(query: ListQuery, words: Words) -> Component:
    """The late steps as a file; with names only for a purpose, which the store logs."""
    parts = {name: value for name, value in query.parts().items() if name not in {"page", "view", "show"}}
    if query.by != "account":
        links = [
            html.A(
                words(f"cases.export.{ending}"),
                className="button",
                href=address(words, f"/api/v1/cases/late.{ending}", **parts),
            )
            for ending in EXPORTS
        ]
        return html.Div(html.Div(links, className="row"), className="list-foot")
    kept = [
        dcc.Input(type="hidden", name=name, value=str(value)) for name, value in {**parts, "lang": words.lang}.items()
    ]
    purpose = dcc.Input(
        type="text",
        name="purpose",
        required=True,
        maxLength=200,
        placeholder=words("cases.late.purpose_hint"),
        id="cases-late-why",
    )
    why = [
        html.Label(words("case.reveal.purpose"), htmlFor="cases-late-why"),
        purpose,
        html.Small(words("cases.late.names")),
    ]
    sends = [
        html.Button(words(f"cases.export.{ending}"), type="submit", formAction=f"/api/v1/cases/late.{ending}")
        for ending in EXPORTS
    ]
    form = html.Form(
        [*kept, html.Div(why, className="field"), html.Div(sends, className="row")],
        method="GET",
        className="late-export",
    )
    return html.Div(form, className="list-foot")


def _span(seconds: float, words: Words) -> str:
    return span(timedelta(seconds=seconds), words)
