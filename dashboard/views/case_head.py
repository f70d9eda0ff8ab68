"""Head of a case: what it is, how far it is, by when it is due; and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.case_forms import FIRST, FORMS
from dashboard.case_work import Opened
from maritime_grid.cases.kinds import OPEN_STEPS, Act, Step
from maritime_grid.cases.severity import ORDINARY
from maritime_grid.store.case_rows import LogRow

from .case_joint import joint_marks
from .case_log import is_for, receive_button, who_text
from .case_parts import STEPS, Told, deadline, grid_name, holder, kind_words, major_mark, priority, severity, up_mark
from .case_steps import late_words
from .times import moment


def head(opened: Opened, told: Told) -> list[Component]:
    """Title, marks, the six steps with who did each and when, the clock of the present one."""
    row, words = opened.case.row, told.words
    level = None if row.major and row.severity == ORDINARY else severity(row, words)  # "ordinary" beside "major"
    marks = [priority(row, words), major_mark(row, words), level, up_mark(row, told)]
    facts = [
        (words("case.with"), [holder(row, told)]),
        (words("case.grid"), [grid_name(row, told) or words("case.no_grid")]),
        (words("case.deadline"), deadline(row, told)),
    ]
    if opened.case.joint:
        facts.insert(1, (words("case.joint"), joint_marks(opened, told)))
    return [
        html.Div(
            [html.Span(row.case_id, className="soft"), *filter(None, marks), html.Small(kind_words(row, told))],
            className="row",
        ),
        html.H1(row.title),
        _steps(opened, told),
        html.Dl([part for name, value in facts for part in (html.Dt(name), html.Dd(value))], className="facts"),
    ]


def entered(log: Sequence[LogRow]) -> dict[Step, LogRow]:
    """The entry that brought the case to each step of its present way; what it went back over is not among them."""
    way: dict[Step, LogRow] = {}
    for row in log:
        named = row.detail.get("step") if row.what != Act.FILE else Step.RECEIVED
        step = Step(named) if named in set(Step) else None
        if step is None or row.what in {"escalate", "report_on"} or (way and step == next(reversed(way))):
            continue
        order = list(Step)
        way = {known: entry for known, entry in way.items() if order.index(known) < order.index(step)}
        way[step] = row
    return way


def _steps(opened: Opened, told: Told) -> Component:
    words, at = told.words, Step(opened.case.row.state)
    way = entered(opened.case.log)
    items = [_step(step, at, way.get(step), opened, told) for step in STEPS]
    if at not in OPEN_STEPS:
        items.append(_step(at, at, way.get(at), opened, told))
    return html.Ol(items, className="steps", **{"aria-label": words("cases.col.step")})  # pyright: ignore[reportArgumentType]


def _step(step: Step, at: Step, entry: LogRow | None, opened: Opened, told: Told) -> Component:
    words = told.words
    state = "now" if step == at else "done" if entry else ""
    said = [html.Small(moment(entry.at, words, told.now)), html.Small(who_text(entry, opened, told))] if entry else []
    stay = next((row for row in opened.steps if entry is not None and row.seq == entry.seq), None)
    if stay is not None and stay.late_s:
        said.append(html.Small(late_words(stay, words), className="late"))
    return html.Li([html.I(), html.Strong(words(f"case.step.{step}")), *said], className=state)


def actions(acts: Sequence[Act], opened: Opened, told: Told) -> list[Component]:
    """A report that waits for the reader, then a button for each act that has a form, what moves the case first."""
    words = told.words
    reports = [row for row in opened.case.hops if row.received_at is None and is_for(row, opened)]
    receipts = [receive_button(row, words("case.hop.receive"), "primary alarm") for row in reports]
    shown = [act for act in FORMS if act in acts]
    buttons = [
        html.Button(
            words(f"case.act.{act}"),
            id={"type": "case-act", "act": str(act)},
            type="button",
            className="primary" if act in FIRST else "danger" if act == Act.WITHDRAW else "",
        )
        for act in shown
    ]
    buttons = [*(receipts if Act.RECEIVE_HOP in acts else []), *buttons]
    if not buttons:
        return [html.P(words("case.no_acts"), className="soft")]
    return [html.Div(buttons, className="row acts")]
