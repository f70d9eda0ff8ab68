"""The steps of a case with their clocks: by when each was due, when it was done, whose it was, how late. Pure."""

from __future__ import annotations

from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from dashboard.case_work import Opened
from dashboard.words import Words
from maritime_grid.store.case_lateness import StepRow

from .case_log import body_text, person_text
from .case_parts import Told, cause_text, unit_name
from .times import moment, span


def steps(opened: Opened, told: Told) -> list[Component]:
    """Every step that the case was or is at, also those that it came back to."""
    if not opened.steps:
        return []
    items = [_step(row, opened, told) for row in opened.steps]
    return [html.H2(told.words("case.steps")), html.Ol(items, className="hops")]


def late_words(row: StepRow, words: Words) -> str:
    """`超时 2 小时`."""
    return words("time.over", span=span(timedelta(seconds=row.late_s), words))


def _step(row: StepRow, opened: Opened, told: Told) -> Component:
    words = told.words
    from_ = moment(row.since, words, told.now)
    when = words("case.steps.since", at=from_)
    if row.until is not None:
        when = words("case.steps.from_to", since=from_, until=moment(row.until, words, told.now))
    parts: list[Component] = [html.Strong(words(f"case.step.{row.step}")), *_state(row, words)]
    parts += [html.Small(whose(row, opened, told)), html.Small(when)]
    if row.due_at is not None:
        parts.append(html.Small(words("case.due", at=moment(row.due_at, words, told.now))))
    parts += [html.Small(line, className="paused") for line in pause_lines(row, opened, told)]
    return html.Li(parts)


def pause_lines(row: StepRow, opened: Opened, told: Told) -> list[str]:
    """When the clock of the step stood, why and by whom."""
    words = told.words
    return [
        words(
            "case.pause.line" if pause.ended_at else "case.pause.line_now",
            since=moment(pause.since, words, told.now),
            until=moment(pause.ended_at or pause.latest_at, words, told.now),
            cause=cause_text(pause.cause, told),
            by=person_text(pause.account_id, opened, told),
        )
        for pause in opened.case.pauses
        if pause.step_seq == row.seq
    ]


def _state(row: StepRow, words: Words) -> list[Component]:
    if row.late_s:
        return [html.Span(late_words(row, words), className="pill overdue")]
    if row.until is None:
        return [html.Span(words("case.steps.now"), className="pill")]
    return [html.Span(words("case.steps.in_time"), className="pill ok")] if row.due_at is not None else []


def whose(row: StepRow, opened: Opened, told: Told) -> str:
    """Body or unit, and the account that had taken it or did it."""
    owner = body_text(row.body_id, opened, told) if row.body_id else unit_name(row.unit_id, told)
    if row.account_id is None:
        return owner
    return told.words("case.steps.whose", owner=owner, by=person_text(row.account_id, opened, told))
