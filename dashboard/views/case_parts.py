"""Pieces that the list of cases and the page of one case share: words, progress, deadlines, who has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.standing import Standing, unit_at_step
from dashboard.words import Words
from maritime_grid.cases.kinds import OPEN_STEPS, Kind, Step
from maritime_grid.cases_settings import CaseSettings
from maritime_grid.store.case_rows import CaseRow

from .times import DASH, left, moment

STEPS = tuple(step for step in Step if step in OPEN_STEPS)


@dataclass(frozen=True, slots=True)
class Told:
    """To whom and when something is said."""

    words: Words
    settings: CaseSettings
    standing: Standing
    now: datetime


def kind_words(row: CaseRow, told: Told) -> str:
    """`涉海纠纷 · 网具纠纷`."""
    subkind = told.settings.kinds.of(Kind(row.kind)).subkinds.get(row.subkind or "")
    parts = [told.words(f"case.kind.{row.kind}")]
    if subkind:
        parts.append(subkind.zh if told.words.is_chinese else subkind.en)
    return " · ".join(parts)


def progress(state: str, words: Words) -> Component:
    """Six marks in a row, the present one named; one word where the case is over."""
    step = Step(state)
    if step not in OPEN_STEPS:
        return html.Span(words(f"case.step.{step}"), className=f"pill step-{step}")
    at = STEPS.index(step)
    marks = [html.I(className="done" if n < at else "now" if n == at else "") for n in range(len(STEPS))]
    said = words("case.progress", n=at + 1, of=len(STEPS), step=words(f"case.step.{step}"))
    return html.Span(
        [html.Span(marks, className="marks"), html.Span(words(f"case.step.{step}"))],
        className="progress",
        title=said,
        **{"aria-label": said},  # pyright: ignore[reportArgumentType]
    )


def clock_state(row: CaseRow, now: datetime) -> str | None:
    """ok, warning, overdue or paused; None: no clock runs."""
    if Step(row.state) not in OPEN_STEPS:
        return None
    if row.paused and (row.paused_until is None or row.paused_until > now):
        return "paused"
    if row.due_at is None:
        return None
    if row.due_at <= now:
        return "overdue"
    return "warning" if row.warn_at is not None and row.warn_at <= now else "ok"


def deadline(row: CaseRow, told: Told) -> list[Component]:
    """State in words, the moment itself, and to whom it went up."""
    state = clock_state(row, told.now)
    if state is None:
        return [html.Span(DASH, className="soft")]
    if state == "paused" or row.due_at is None:
        return _paused(row, told)
    parts: list[Component] = [
        html.Span(left(row.due_at, told.now, told.words), className=f"pill {state}"),
        html.Small(told.words("case.due", at=moment(row.due_at, told.words, told.now))),
    ]
    if row.escalated:
        parts.append(html.Small(told.words("case.escalated", to=unit_name(row.escalated, told)), className="up"))
    return parts


def _paused(row: CaseRow, told: Told) -> list[Component]:
    """That the clock stands, until when at the latest, why and by whom."""
    words = told.words
    parts: list[Component] = [html.Span(words("case.clock.paused"), className="pill paused")]
    if row.paused_until is not None:
        parts.append(html.Small(words("case.pause.until", at=moment(row.paused_until, words, told.now))))
        by = row.paused_by or DASH
        parts.append(html.Small(words("case.pause.why", cause=cause_text(row.pause_cause, told), by=by)))
    if row.due_at is not None:
        parts.append(html.Small(words("case.pause.due", at=moment(row.due_at, words, told.now))))
    return parts


def cause_text(cause: str | None, told: Told) -> str:
    """Why a clock was stopped, as the configuration says it."""
    said = told.settings.pauses.causes.get(cause or "")
    if said is None:
        return cause or told.words("case.pause.no_cause")
    return said.zh if told.words.is_chinese else said.en


def unit_name(unit_id: str | None, told: Told) -> str:
    unit = told.standing.units.get(unit_id or "")
    if unit is None:
        return unit_id or DASH
    return unit.name_zh if told.words.is_chinese else unit.name_en or unit.name_zh


def grid_name(row: CaseRow, told: Told) -> str:
    """In the language of the page, where it has a name in it; empty: outside all grids."""
    return (row.grid_name if told.words.is_chinese else row.grid_en or row.grid_name) or ""


def holder_name(row: CaseRow, told: Told) -> str:
    """Of the body that is to handle it; empty: none."""
    return (row.holder_name if told.words.is_chinese else row.holder_en or row.holder_name) or ""


def holder(row: CaseRow, told: Told) -> str:
    """Who has it: the body at the steps of a department, else the unit whose turn it is."""
    if row.state in {Step.DISPATCHED, Step.HANDLING}:
        return holder_name(row, told) or row.holder or DASH
    unit = unit_at_step(row, told.standing)
    return unit_name(unit.unit_id, told) if unit else DASH


def severity(row: CaseRow, words: Words) -> Component:
    return html.Span(words(f"case.severity.{row.severity}"), className=f"level level{row.severity}")


def priority(row: CaseRow, words: Words) -> Component:
    """A word and a colour that are read from far; what is over has none."""
    if Step(row.state) not in OPEN_STEPS:
        return html.Span(DASH, className="soft")
    said = words("case.priority.hint", n=row.priority)
    return html.Span(words(f"case.priority.{row.priority}"), className=f"priority p{row.priority}", title=said)


def priority_class(row: CaseRow) -> str:
    """Of the row or card: a bar at its side."""
    return f"is-p{row.priority}" if Step(row.state) in OPEN_STEPS else ""


def up_mark(row: CaseRow, told: Told) -> Component | None:
    """For the levels that an overdue step went up to: at the last of them, or on its way further up."""
    unit = told.standing.asker.unit_id
    if unit is None or unit not in row.escalated_through:
        return None
    where = "here" if row.escalated == unit else "further"
    return html.Span(told.words(f"case.up.{where}"), className=f"pill up-{where}")


def marks_of(row: CaseRow, told: Told) -> list[Component]:
    """What its list says of a case beside its title."""
    graver = severity(row, told.words) if row.severity > 1 else None
    return [mark for mark in (major_mark(row, told.words), graver, up_mark(row, told)) if mark is not None]


def major_mark(row: CaseRow, words: Words) -> Component | None:
    return html.Span(words("case.major"), className="pill major") if row.major else None


def vessels_text(row: CaseRow, words: Words, most: int = 3) -> str:
    shown = row.vessels[:most]
    rest = len(row.vessels) - len(shown)
    text = words("case.list_join").join(shown) or DASH
    return words("case.and_more", text=text, n=rest) if rest > 0 else text
