"""What the bodies that handle a case jointly 联合办理 have reported of their parts since it was given out."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.case_work import Opened
from dashboard.pages.shell import say
from dashboard.standing import parts_of
from dashboard.words import Words

from .case_log import body_text, who_text
from .case_parts import Told
from .times import moment


def joint_marks(opened: Opened, told: Told) -> list[Component]:
    """Each of the bodies, and whether it has reported."""
    parts = parts_of(opened.case)
    return [
        html.Span([body_text(body, opened, told), " ", _mark(body in parts, told.words)], className="joined")
        for body in opened.case.joint
    ]


def joint_parts(opened: Opened, told: Told) -> list[Component]:
    """The same with their words; nothing where nobody handles it jointly."""
    if not opened.case.joint:
        return []
    items = [_part(body, opened, told) for body in opened.case.joint]
    return [html.H3(told.words("case.parts")), html.Ol(items, className="hops")]


def parts_said(opened: Opened, told: Told) -> list[Component]:
    """For the holder that is to report: who has not reported yet, and what the others said."""
    parts = parts_of(opened.case)
    missing = [body_text(body, opened, told) for body in opened.case.joint if body not in parts]
    joined = told.words("case.list_join").join(missing)
    warned = [say(told.words("case.part.missing", bodies=joined), "warn")] if missing else []
    items = [_part(body, opened, told) for body in parts]
    return [*warned, *([html.Ol(items, className="hops")] if items else [])]


def _part(body: str, opened: Opened, told: Told) -> Component:
    entry = parts_of(opened.case).get(body)
    shown: list[Component] = [html.Strong(body_text(body, opened, told)), _mark(entry is not None, told.words)]
    if entry is not None:
        by = f"{who_text(entry, opened, told)} · {moment(entry.at, told.words, told.now)}"
        shown += [html.Small(by), html.Blockquote(str(entry.detail.get("result") or ""))]
    return html.Li(shown)


def _mark(reported: bool, words: Words) -> Component:
    key = "case.part.reported" if reported else "case.part.open"
    return html.Span(words(key), className=f"pill {'ok' if reported else 'warning'}")
