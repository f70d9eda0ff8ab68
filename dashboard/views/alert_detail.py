"""One alert whole: facts, what can be done, who is near, what became of it. Pure, from rows to components."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.pages.shell import address
from dashboard.words import Words
from maritime_grid.store.alert_rows import AlertStep, AlertView, MyAlert, Near

from .alert_words import (
    LEVELS,
    bearing_text,
    clock,
    person_text,
    position_text,
    rule_text,
    said_text,
    seen_text,
    wall_address,
    where_text,
    who_text,
)
from .times import DASH, ago, span


def detail(view: AlertView, account: Account, words: Words, now: datetime) -> list[Component]:
    """Everything but the map and the form that closes it."""
    row = view.row
    sections = [
        html.Div([_title(row, words, now), _acts(view, account, words)], className="al-head"),
        html.P(row.resolution, className="al-reason") if row.resolution else None,
        _facts(row, account, words, now),
        _cases(view, words),
        _near(view, account, words, now),
        _log(view, words, now),
    ]
    return [section for section in sections if section is not None]


def nothing(words: Words) -> list[Component]:
    return [html.P(words("alerts.choose"), className="empty")]


def _title(row: MyAlert, words: Words, now: datetime) -> Component:
    level = html.Span(words(f"severity.{LEVELS[row.level]}"), className=f"level level{row.level}")
    seen = html.P(seen_text(row, words, now), className=f"al-seen {row.state}")
    return html.Div([level, html.H2(f"{rule_text(row, words)} · {who_text(row, words)}"), seen], className="al-title")


def _acts(view: AlertView, account: Account, words: Words) -> Component:
    """Buttons for what this account may do now; the form that closes an alert stands below the page's map."""
    row, buttons = view.row, list[Component]()
    if row.seen_at is None and account.may("alert.acknowledge"):
        buttons.append(_button("acknowledge", row, words("alerts.acknowledge"), "primary"))
    if account.may("alert.open_case"):
        opened = next((c.case_id for c in view.cases if c.state not in {"closed", "withdrawn"}), None)
        text = words("alerts.to_case", case=opened) if opened else words("alerts.open_case")
        buttons.append(_button("open_case", row, text, ""))
    return html.Div(buttons, className="row")


def _button(act: str, row: MyAlert, text: str, look: str) -> Component:
    about = {"data-act": act, "data-id": row.alert_id}
    return html.Button(text, type="button", className=look, **about)  # pyright: ignore[reportArgumentType]


def _facts(row: MyAlert, account: Account, words: Words, now: datetime) -> Component:
    ended = row.cleared_at or now
    facts: list[tuple[str, object]] = [
        ("where", where_text(row, words)),
        ("position", position_text(row.lon, row.lat)),
        ("since", f"{clock(row.raised_at, words, now)} ({span(ended - row.raised_at, words)})"),
        ("cleared", clock(row.cleared_at, words, now) if row.cleared_at else ""),
        ("heard", f"{clock(row.heard_at, words, now)} ({ago(row.heard_at, now, words)})" if row.heard_at else ""),
        ("evidence", clock(row.last_at, words, now) if row.last_at > row.raised_at else ""),
        ("said", said_text(row)),
        ("people", str(row.detail["people"]) if isinstance(row.detail.get("people"), int) else ""),
        ("repeats", words("alerts.times", n=row.repeats) if row.repeats else ""),
    ]
    if row.mmsi is not None:
        facts.insert(0, ("mmsi", html.Span([f"{row.mmsi:09d} ", *_on_wall(row.mmsi, account, words)])))
    parts = [part for name, value in facts if value for part in (html.Dt(words(f"alerts.fact.{name}")), html.Dd(value))]  # pyright: ignore[reportArgumentType]
    return html.Dl(parts, className="al-facts")


def _on_wall(mmsi: int, account: Account, words: Words) -> list[Component]:
    """A link to the vessel's card, for who may see the wall."""
    if not account.may("page.wall"):
        return []
    return [html.A(words("alerts.on_wall"), href=wall_address(mmsi, words), target="_blank")]


def _cases(view: AlertView, words: Words) -> Component | None:
    if not view.cases:
        return None
    lines = [
        html.Li(
            [
                html.A(case.case_id, href=address(words, f"/case/{case.case_id}")),
                html.Span(f" {case.title} "),
                html.Span(words.get(f"case.step.{case.state}", case.state), className="pill"),
            ]
        )
        for case in view.cases
    ]
    return html.Section([html.H3(words("alerts.cases")), html.Ul(lines)])


def _near(view: AlertView, account: Account, words: Words, now: datetime) -> Component | None:
    if view.row.lon is None:
        return None
    heading = html.H3(words("alerts.near"))
    if not view.near:
        return html.Section([heading, html.P(words("alerts.near.none"), className="soft")])
    columns = ("vessel", "distance", "bearing", "speed", "age")
    head = html.Thead(html.Tr([html.Th(words(f"alerts.near.{name}")) for name in columns]))
    body = html.Tbody([_near_line(near, account, words, now) for near in view.near])
    return html.Section([heading, html.Table([head, body], className="list al-near")])


def _near_line(near: Near, account: Account, words: Words, now: datetime) -> Component:
    name, wall = near.name or f"{near.mmsi:09d}", account.may("page.wall")
    vessel = [
        html.A(name, href=wall_address(near.mmsi, words), target="_blank") if wall else html.Span(name),
        html.Small(" " + words.get(f"alerts.class.{near.vessel_class}", near.vessel_class or "")),
    ]
    cells: dict[str, object] = {
        "vessel": vessel,
        "distance": words("unit.nm", n=f"{near.distance_nm:.1f}"),
        "bearing": bearing_text(near.bearing, words),
        "speed": DASH if near.sog is None else words("unit.kn", n=f"{near.sog:.1f}"),
        "age": ago(near.t, now, words),
    }
    return html.Tr(
        [html.Td(cell, **{"data-label": words(f"alerts.near.{name}")}) for name, cell in cells.items()]  # pyright: ignore[reportArgumentType]
    )


def _log(view: AlertView, words: Words, now: datetime) -> Component:
    lines = [
        html.Li([html.Time(clock(step.at, words, now)), html.Span(step_text(step, words))])
        for step in reversed(view.log)
    ]
    return html.Section([html.H3(words("alerts.log")), html.Ol(lines, className="al-log")])


def step_text(step: AlertStep, words: Words) -> str:
    """`王岚（东极镇）确认`, `升为 报警`, `核实关闭：误报，手机联系船长`."""
    by = person_text(step.name, step.post_zh, step.post_en, words)
    if step.what == "resolve":
        verdict, _, reason = step.note.partition(": ")
        verdict = words.get(f"alerts.verdict.{verdict}", verdict)
        return words("alerts.log.resolve", by=by, verdict=verdict, reason=reason)
    if step.what == "reopen":
        return words("alerts.log.reopen", by=by, reason=step.note)
    if step.what == "open_case" and not step.post_zh:
        return words("alerts.log.open_case.rule", case=step.note)
    if step.what in {"acknowledge", "open_case"}:
        return words(f"alerts.log.{step.what}", by=by, case=step.note)
    return words.get(f"alerts.log.{step.what}", step.what).replace("{level}", words(f"severity.{LEVELS[step.level]}"))
