"""The alerts 告警 that a case is about: in its page, on its map and in its dossier. Pure, from rows to words."""

from __future__ import annotations

from datetime import datetime

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from dashboard.case_work import Opened
from dashboard.pages.shell import address
from dashboard.words import Words
from maritime_grid.store.alert_rows import MyAlert

from .alert_map import COLOURS
from .alert_words import LEVELS, clock, position_text, rule_text, said_text, where_text, who_text
from .case_parts import Told


def alerts(opened: Opened, told: Told) -> list[Component]:
    """What each was, with the way to it; of those that are not the reader's the number alone."""
    words, case = told.words, opened.case
    if not case.alert_ids:
        return []
    ways = opened.standing.account.may("page.alerts")
    shown = [_alert(row, told, linked=ways) for row in case.alerts]
    hidden = [html.Li(words("case.alert.hidden", id=alert), className="soft") for alert in hidden_of(opened)]
    return [html.H2(words("case.alerts")), html.Ul([*shown, *hidden], className="case-alert-list")]


def hidden_of(opened: Opened) -> list[str]:
    """Alerts of the case that are of grids of others."""
    read = {row.alert_id for row in opened.case.alerts}
    return [alert for alert in opened.case.alert_ids if alert not in read]


def _alert(row: MyAlert, told: Told, *, linked: bool) -> Component:
    words = told.words
    what = f"{rule_text(row, words)} · {who_text(row, words)}"
    name = html.A(what, href=address(words, "/alerts", alert=row.alert_id)) if linked else html.Strong(what)
    level = html.Span(words(f"severity.{LEVELS[row.level]}"), className=f"level level{row.level}")
    lines = [place_text(row, words), time_text(row, words, told.now), said_text(row)]
    return html.Li([html.Div([level, name], className="row"), *(html.Div(line) for line in lines if line)])


def place_text(row: MyAlert, words: Words) -> str:
    """Zone, grid and degrees, as far as they are known."""
    return " · ".join(filter(None, (where_text(row, words), position_text(row.lon, row.lat))))


def time_text(row: MyAlert, words: Words, now: datetime) -> str:
    """From when, and until when or that it goes on."""
    since = clock(row.raised_at, words, now)
    if row.cleared_at is None:
        return words("case.alert.goes_on", since=since)
    return words("case.alert.ended", since=since, until=clock(row.cleared_at, words, now))


def option_text(row: MyAlert, words: Words, now: datetime) -> str:
    """In a list to choose from: severity, what, who, where, when."""
    parts = [
        words(f"severity.{LEVELS[row.level]}"),
        rule_text(row, words),
        who_text(row, words),
        where_text(row, words),
    ]
    return " · ".join([*filter(None, parts), clock(row.raised_at, words, now)])


def alert_marks(rows: list[MyAlert], words: Words) -> list[Component]:
    """On the map: a filled dot of the severity's colour with what it was and when."""
    return [_mark(row, row.lon, row.lat, words) for row in rows if row.lon is not None and row.lat is not None]


def _mark(row: MyAlert, lon: float, lat: float, words: Words) -> Component:
    said = f"{rule_text(row, words)} {clock(row.raised_at, words, row.raised_at)}"
    return dl.CircleMarker(
        dl.Tooltip(said, permanent=True, direction="left", className="alert-mark"),
        center=[lat, lon], radius=6, color="#fff", weight=2, fillColor=COLOURS[row.level], fillOpacity=1,
    )  # fmt: skip
