"""Proposing a change of grids: drawn on the map or sent as a file, judged before it is sent, from when and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.words import Words
from maritime_grid.store.grid_reads import GridVersion
from maritime_grid.store.rows import PortRow

from .grid_map import bounds_of, grid_map, legend, port_marks
from .grid_now import kind_of, name_of
from .picking import dropdown

UPLOAD, ENDING, FROM, REASON, SEND = "grids-upload", "grids-ending", "grids-valid-from", "grids-reason", "grids-send"
JUDGED, DRAFT, DRAFT_MAP = "grids-judged", "grids-draft", "grids-draft-map"
PICK, FOLLOW, NEW_FORM = "grids-pick", "grids-follow", "grids-new-form"
NEW_FIELDS = ("grids-new-id", "grids-new-name", "grids-new-kind", "grids-new-ports")
BASE, DRAWN, SETTLED, LOADED = "grids-base", "grids-drawn", "grids-settled", "grids-loaded"
MOST_BYTES = 5 * 2**20
KINDS = ("inshore", "nearshore", "offshore", "community", "exclusive")
BUTTONS = (("draw", ""), ("finish", "primary"), ("erase", ""), ("undo", ""), ("reset", "quiet"))
HINTS = ("idle", "edit", "chosen", "draw", "close", "junction", "fresh", "add", "move")


def propose_view(grids: Sequence[GridVersion], ports: Sequence[PortRow], day: date, words: Words) -> list[Component]:
    """The form beside the map on which it is drawn.

    Args:
        grids: in force on the day.
        ports: all.
        day: proposed as the first day, Beijing time.
        words: the language.
    """
    options = [{"label": f"{name_of(g, words)} {g.grid_id}", "value": g.grid_id} for g in grids]
    form = html.Section(
        [
            html.H2(words("grids.propose")),
            _field(words("grids.pick"), _choice(PICK, options, "grids.pick.hint", words), PICK),
            dcc.Checklist([{"label": words("grids.follow"), "value": "follow"}], ["follow"], id=FOLLOW),
            _new_form(ports, words),
            _others(options, words),
            html.Div(id=JUDGED, children=html.P(words("grids.judge.first"), className="soft")),
            _field(
                words("grids.valid_from"),
                dcc.Input(id=FROM, type="text", value=f"{day}", maxLength=16, placeholder="2026-05-20 12:00"),
                FROM,
            ),
            _field(words("grids.reason"), dcc.Textarea(id=REASON, maxLength=500, value=""), REASON),
            html.Button(words("grids.send"), id=SEND, type="button", className="primary", disabled=True),
            *_stores(grids, words),
        ],
        className="panel grid-list grid-form",
    )
    chart = grid_map(port_marks(ports, words), bounds_of(g.geometry for g in grids), id=DRAFT_MAP, layer_id=DRAFT)
    right = html.Section([_tools(words), chart, legend(words)], className="panel flush grid-chart")
    return [html.Div([form, right], className="grid-split draw")]


def _tools(words: Words) -> Component:
    """Buttons over the map, whose work is done in the browser, and a line that says what can be done next."""
    said = json.dumps({name: words(f"grids.hint.{name}") for name in HINTS}, ensure_ascii=False)
    buttons = [_tool(act, kind, words) for act, kind in BUTTONS]
    hint = html.Span(words("grids.hint.idle"), id="grids-hint", role="status")
    return html.Div([*buttons, hint], id="grids-tools", className="row grid-tools", **{"data-words": said})  # pyright: ignore[reportArgumentType]


def _tool(act: str, kind: str, words: Words) -> Component:
    own: dict[str, Any] = {"data-act": act}
    said = words(f"grids.tool.{act}")
    return html.Button(said, type="button", className=kind, disabled=act != "draw", hidden=act == "finish", **own)


def _new_form(ports: Sequence[PortRow], words: Words) -> Component:
    """Of a grid that is drawn new; shown by the map once there is one."""
    code, name, kind, leans = NEW_FIELDS
    kinds: Any = [{"label": kind_of(k, words), "value": k} for k in KINDS]
    named = [(p.name_zh if words.is_chinese else p.name_en or p.name_zh, p.port_id) for p in ports]
    leaned = [{"label": f"{called} {port_id}", "value": port_id} for called, port_id in named]
    fields = [
        _field(words("grids.new.id"), dcc.Input(id=code, type="text", maxLength=40, debounce=True, value=""), code),
        _field(words("grids.new.name"), dcc.Input(id=name, type="text", maxLength=80, debounce=True, value=""), name),
        _field(words("grids.new.kind"), dropdown(words, kinds, KINDS[0], id=kind, clearable=False), kind),
        _field(words("grids.new.ports"), _choice(leans, leaned, "grids.new.ports.hint", words, multi=True), leans),
    ]
    return html.Div([html.H3(words("grids.new")), html.Div(fields, className="grid-new")], id=NEW_FORM, hidden=True)


def _others(options: list[dict[str, Any]], words: Words) -> Component:
    """What is needed seldom: grids that end, and a file in the place of a drawing."""
    upload = dcc.Upload(
        html.Div([html.Strong(words("grids.upload")), html.Small(words("grids.upload.hint"))], className="drop"),
        id=UPLOAD, accept=".geojson,.json", max_size=MOST_BYTES, multiple=False,
    )  # fmt: skip
    taken = html.A(words("grids.in_force"), href="/api/v1/grids/in-force.geojson", className="button quiet")
    ending = _choice(ENDING, options, "grids.ending.hint", words, multi=True)
    return html.Div(
        [
            html.Details([html.Summary(words("grids.by_file")), html.Div([upload, taken], className="grid-file")]),
            html.Details([html.Summary(words("grids.ending")), ending]),
        ],
        className="grid-others",
    )


def _stores(grids: Sequence[GridVersion], words: Words) -> list[Component]:
    """What goes between the map and the server."""
    shapes = [{"id": g.grid_id, "geometry": g.geometry} for g in grids]
    base = {"grids": shapes, "names": {g.grid_id: name_of(g, words) for g in grids}}
    return [dcc.Store(id=BASE, data=base), *(dcc.Store(id=name) for name in (DRAWN, SETTLED, LOADED))]


def _choice(id: str, options: list[dict[str, Any]], hint: str, words: Words, *, multi: bool = False) -> Component:  # noqa: A002
    return dropdown(words, options, [] if multi else None, id=id, multi=multi, placeholder=words(hint))


def _field(label: str, field: Component, id: str) -> Component:  # noqa: A002
    return html.Div([html.Label(label, htmlFor=id), field], className="field")
