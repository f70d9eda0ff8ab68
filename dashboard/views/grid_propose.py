"""Proposing a change of grids: a file, the judgement before it is sent, from when and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import dash_leaflet as dl
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.shell import say
from dashboard.words import Words
from maritime_grid.store.grid_changes import Judged
from maritime_grid.store.grid_reads import GridVersion

from .grid_change import impact_text
from .grid_map import PRESENT, bounds_of, collection, grid_map
from .grid_now import name_of

UPLOAD, ENDING, FROM, REASON, SEND = "grids-upload", "grids-ending", "grids-valid-from", "grids-reason", "grids-send"
JUDGED, DRAFT, DRAFT_MAP = "grids-judged", "grids-draft", "grids-draft-map"
MOST_BYTES = 5 * 2**20
SHOWN = 50  # problems
REASONS = {
    "gap": re.compile(r"(?P<km2>[\d,.]+) km2 that it held would be in no grid"),
    "overlap": re.compile(r"it overlaps (?P<other>\S+) of .* by (?P<m2>[\d,]+) m2"),
    "port_outside": re.compile(r"its port (?P<port>.+) lies outside"),
    "port_unknown": re.compile(r"its port (?P<port>.+) is not known"),
    "no_port": re.compile(r"it leans on no port"),
    "crossing": re.compile(r"(ring )?self-intersection"),
    "open_ring": re.compile(r"a ring is not closed"),
}


def propose_view(grids: Sequence[GridVersion], day: date, words: Words) -> list[Component]:
    """The form beside a map of the grids in force.

    Args:
        grids: in force.
        day: proposed as the first day, Beijing time.
        words: the language.
    """
    options = [{"label": f"{name_of(g, words)} {g.grid_id}", "value": g.grid_id} for g in grids]
    upload = dcc.Upload(
        html.Div([html.Strong(words("grids.upload")), html.Small(words("grids.upload.hint"))], className="drop"),
        id=UPLOAD, accept=".geojson,.json", max_size=MOST_BYTES, multiple=False,
    )  # fmt: skip
    form = html.Section(
        [
            html.Div(
                [
                    html.H2(words("grids.propose")),
                    html.A(words("grids.in_force"), href="/api/v1/grids/in-force.geojson", className="button quiet"),
                ],
                className="row spread",
            ),
            upload,
            _field(words("grids.ending"), dcc.Dropdown(options, [], id=ENDING, multi=True), ENDING),  # pyright: ignore[reportArgumentType]
            html.Div(id=JUDGED, children=html.P(words("grids.judge.first"), className="soft")),
            _field(words("grids.valid_from"), dcc.Input(id=FROM, type="text", value=f"{day}", maxLength=10), FROM),
            _field(words("grids.reason"), dcc.Textarea(id=REASON, maxLength=500, value=""), REASON),
            html.Button(words("grids.send"), id=SEND, type="button", className="primary", disabled=True),
        ],
        className="panel grid-list grid-form",
    )
    shapes = [(g.grid_id, name_of(g, words), g.geometry) for g in grids]
    layers: list[Component] = [dl.GeoJSON(data=collection(shapes), style=PRESENT)]  # pyright: ignore[reportArgumentType]
    chart = grid_map(layers, bounds_of(g.geometry for g in grids), id=DRAFT_MAP, layer_id=DRAFT)
    return [html.Div([form, html.Section([chart], className="panel flush")], className="grid-split wide-left")]


def judged_view(judged: Judged, count: int, words: Words) -> Component:
    """What it would do, or every problem, to be shown on the map when pressed."""
    if judged.impact is not None:
        impact = {name: getattr(judged.impact, name) for name in judged.impact.__dataclass_fields__}
        return say(words("grids.judge.sound", n=count), "good", more=impact_text(impact, words))
    lines = [_problem(n, problem, words) for n, problem in enumerate(judged.problems[:SHOWN])]
    rest = len(judged.problems) - SHOWN
    more = [html.Li(words("grids.judge.more", n=rest))] if rest > 0 else []
    return html.Div(
        [
            say(words("grids.judge.problems", n=len(judged.problems)), "bad"),
            html.Ol([*lines, *more], className="grid-problems"),
        ]
    )


def marks(judged: Judged) -> list[Component]:
    """A ring at each problem that has a place."""
    placed = [p for p in judged.problems[:SHOWN] if p.place]
    return [
        dl.CircleMarker(center=[p.place[1], p.place[0]], radius=9, color="#b3101f", weight=3, fillOpacity=0.2)
        for p in placed
        if p.place
    ]


def _problem(n: int, problem: Any, words: Words) -> Component:
    said = [
        html.Strong(problem.feature),
        html.Span(reason_text(problem.reason, words)),
        html.Small(_mend(problem, words)),
    ]
    if not problem.place:
        return html.Li(said)
    lon, lat = problem.place
    where = words("grids.judge.where", lon=f"{lon:.5f}", lat=f"{lat:.5f}")
    at = {"type": "grids-place", "n": n, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
    return html.Li([*said, html.Button(where, id=at, type="button", className="quiet")])


def reason_text(reason: str, words: Words) -> str:
    """A reason in words, where it is one that people meet; else as it was told."""
    for key, pattern in REASONS.items():
        if found := pattern.fullmatch(reason):
            return words(f"grids.problem.{key}", **found.groupdict())
    return reason


def _mend(problem: Any, words: Words) -> str:
    """What was told in small print, where the reason is in other words."""
    shown = reason_text(problem.reason, words)
    return problem.mend if shown == problem.reason else f"{problem.reason}; {problem.mend}"


def _field(label: str, field: Component, id: str) -> Component:  # noqa: A002
    return html.Div([html.Label(label, htmlFor=id), field], className="field")
