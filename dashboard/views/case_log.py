"""What was done with a case, in words: its log, the reports of a major matter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboard.case_work import Opened
from dashboard.words import Words
from maritime_grid.cases.kinds import Act
from maritime_grid.cases.severity import FACTS
from maritime_grid.store.case_rows import HopRow, LogRow

from .case_changes import change_lines
from .case_parts import Told, cause_text, unit_name
from .case_told import told_lines, who
from .times import DASH, moment, span

MACHINES = ("public", "timer", "alert", "mqtt", "reporter")
TEXTS = ("result", "reason", "note")


def who_text(row: LogRow, opened: Opened, told: Told) -> str:
    """`张三(东极镇)`; the public and machines by their word."""
    return person_text(row.who, opened, told, str(row.detail.get("name") or ""))


def person_text(account_id: str, opened: Opened, told: Told, fallback: str = "") -> str:
    if account_id in MACHINES:
        return told.words(f"case.who.{account_id}")
    worker = opened.people.get(account_id)
    if worker is None:
        return fallback or account_id
    if not worker.works_for:
        return worker.name_shown
    of = worker.works_for if told.words.is_chinese else worker.works_for_en or worker.works_for
    return told.words("case.person", name=worker.name_shown, of=of)


def entry_text(row: LogRow, opened: Opened, told: Told) -> str:
    """One sentence: who did what, to whom."""
    words, detail = told.words, row.detail
    values = {
        "who": who_text(row, opened, told),
        "body": body_text(str(detail.get("body_id") or ""), opened, told),
        "unit": unit_name(str(detail.get("to") or detail.get("unit_id") or "") or None, told),
        "rating": detail.get("rating", ""),
        "party": who(int(detail.get("party") or 0), opened, told),
        "file": str(detail.get("file") or ""),
        "cause": cause_text(detail.get("cause"), told),
        "alert": _alert(detail, words),
        "at": _until(detail, told),
        "span": _span(detail.get("seconds"), told),
        "numbers": numbers_text(detail, words) or DASH,
        "was": words.get(f"case.severity.{detail.get('was')}", ""),
        "level": words.get(f"case.severity.{detail.get('severity')}", ""),
    }
    if row.what == "report_on" and detail.get("to") in opened.bodies:
        values["unit"] = body_text(str(detail["to"]), opened, told)
    bounded = ".until" if row.what in {Act.PAUSE, Act.RESUME} and detail.get("until") else ""
    template = words.get(f"case.log.{row.what}{bounded}", "")
    said = template.format(**values) if template else f"{values['who']}: {row.what}"
    joint = detail.get("joint")
    if not joint or not isinstance(joint, list):
        return said
    named = [body_text(str(body), opened, told) for body in joint]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return words("case.log.jointly", said=said, bodies=words("case.list_join").join(named))


def numbers_text(facts: Mapping[str, Any], words: Words) -> str:
    """Those that are known, with what each counts."""
    known = [f"{words(f'case.field.{name}')} {facts[name]:,.0f}" for name in FACTS if facts.get(name)]
    return words("case.list_join").join(known)


def counts_text(facts: Mapping[str, Any], words: Words) -> str:
    """The same without the amount, which stands beside them."""
    return numbers_text({name: value for name, value in facts.items() if name != "amount_yuan"}, words)


def timeline(opened: Opened, told: Told) -> list[Component]:
    """The log, newest first."""
    items = [_entry(row, opened, told) for row in reversed(opened.case.log)]
    return [html.H2(told.words("case.timeline")), html.Ol(items, className="timeline")]


def _entry(row: LogRow, opened: Opened, told: Told) -> Component:
    said = [str(row.detail[name]) for name in TEXTS if row.detail.get(name)] if row.what != Act.FILE else []
    if rule := row.detail.get("by_rule"):
        said.append(told.words("case.by_rule", rule=rule))
    parts: list[Component] = [html.Small(moment(row.at, told.words, told.now)), html.P(entry_text(row, opened, told))]
    parts += [html.Blockquote(text) for text in said]
    if lines := [*change_lines(row, told), *told_lines(row, opened, told)]:
        parts.append(html.Div([html.Div(line) for line in lines], className="changes-list"))
    return html.Li(parts, className=f"did-{row.what}")


def hops(opened: Opened, told: Told, *, may_receive: bool) -> list[Component]:
    """Who was told of a major matter and when each received it, late ones marked."""
    rows, words = opened.case.hops, told.words
    if not rows:
        return []
    return [
        html.H2(words("case.hops")),
        html.Ol([_hop(row, opened, told, may_receive) for row in rows], className="hops"),
    ]


def _hop(row: HopRow, opened: Opened, told: Told, may_receive: bool) -> Component:
    words = told.words
    sent = html.Small(words("case.hop.sent", at=moment(row.sent_at, words, told.now)))
    parts: list[Component] = [html.Strong(row.name), sent]
    if row.after:
        parts.append(html.Small(words("case.hop.after")))
    if row.received_at is not None:
        late = row.received_at > row.due_at
        took = span(row.received_at - row.sent_at, words)
        by = person_text(row.received_by or "", opened, told)
        key = "case.hop.received_late" if late else "case.hop.received"
        parts.append(html.Span(words(key, by=by, took=took), className=f"pill {'overdue' if late else 'ok'}"))
        return html.Li(parts)
    late = row.due_at <= told.now
    key = "case.hop.late" if late else "case.hop.waits"
    text = words(key, span=span(told.now - row.due_at, words))
    parts.append(html.Span(text, className=f"pill {'overdue' if late else 'warning'}"))
    if may_receive and not is_for(row, opened) and row.to_unit in opened.standing.asker.units:
        parts.append(receive_button(row, words("case.hop.receive_for")))
    return html.Li(parts)


def receive_button(row: HopRow, text: str, kind: str = "") -> Component:
    return html.Button(text, id={"type": "case-hop", "hop": row.hop_id}, type="button", className=kind)


def is_for(row: HopRow, opened: Opened) -> bool:
    """Whether the report was sent to the very unit or body of who asks."""
    asker = opened.standing.asker
    return row.to_unit == asker.unit_id if row.to_unit is not None else row.to_body == asker.body_id


def body_text(body_id: str, opened: Opened, told: Told) -> str:
    """A body by its name."""
    zh, en = opened.bodies.get(body_id, (body_id, None))
    return zh if told.words.is_chinese else en or zh


def _alert(detail: Mapping[str, Any], words: Words) -> str:
    """What was linked: the kind of alert and the vessel's number."""
    rule, mmsi = str(detail.get("rule") or ""), detail.get("mmsi")
    return " ".join(filter(None, [words.get(f"rule.{rule}", rule), f"{mmsi:09d}" if isinstance(mmsi, int) else ""]))


def _until(detail: Mapping[str, Any], told: Told) -> str:
    """Until when a clock stands, at the latest."""
    until = detail.get("until")
    return moment(datetime.fromisoformat(until), told.words, told.now) if isinstance(until, str) else ""


def _span(seconds: object, told: Told) -> str:
    if not isinstance(seconds, int | float):
        return ""
    return told.words("case.counted_hours", n=f"{seconds / 3_600:g}")
