"""The grids in force as a list and a map, and the history of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dash_leaflet as dl
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.shell import address
from dashboard.words import Words
from maritime_grid.domain.grid_drawing import trades_of
from maritime_grid.store.grid_reads import GridVersion

from .grid_map import (
    BEFORE,
    CHOSEN,
    GAINED,
    LOST,
    PRESENT,
    THEN,
    bounds_of,
    collection,
    drawn,
    grid_map,
    legend,
    pieces,
)
from .grid_trades import area_text
from .times import DASH, moment

SHAPES, DIFF, OLD, NEW = "grids-shapes", "grids-diff", "grids-old", "grids-new"
DIFF_SAID = "grids-diff-said"
COLUMNS = ("name", "kind", "unit", "ports")


def name_of(grid: GridVersion, words: Words) -> str:
    return grid.name_zh if words.is_chinese else grid.name_en or grid.name_zh


def kind_of(kind: str, words: Words) -> str:
    return words.get(f"grids.kind.{kind}", kind)


def unit_of(grid: GridVersion, words: Words) -> str:
    return (grid.unit_zh if words.is_chinese else grid.unit_en or grid.unit_zh) or DASH


def now_view(
    grids: Sequence[GridVersion], history: Sequence[GridVersion], chosen: str, told: datetime, words: Words
) -> list[Component]:
    """List and map side by side; below them the history of the chosen one."""
    left = html.Section(
        [html.H2(words("grids.now.count", n=len(grids))), _table(grids, chosen, words)], className="panel grid-list"
    )
    top = html.Div([left, html.Section([_map(grids, chosen, words)], className="panel flush")], className="grid-split")
    return [_history(history, told, words), top] if history else [top]


def _table(grids: Sequence[GridVersion], chosen: str, words: Words) -> Component:
    head = html.Thead(html.Tr([html.Th(words(f"grids.col.{name}")) for name in COLUMNS]))
    return html.Table([head, html.Tbody([_line(grid, chosen, words) for grid in grids])], className="list grids")


def _line(grid: GridVersion, chosen: str, words: Words) -> Component:
    link = dcc.Link(name_of(grid, words), href=address(words, "/grids", grid=grid.grid_id))
    cells = (
        html.Div([link, html.Small(grid.grid_id)]),
        kind_of(grid.kind, words),
        unit_of(grid, words),
        "、".join(grid.ports),
    )
    return html.Tr(
        [
            html.Td(cell or DASH, **{"data-label": words(f"grids.col.{name}")})  # pyright: ignore[reportArgumentType]
            for name, cell in zip(COLUMNS, cells, strict=True)
        ],
        className="grid-picked" if grid.grid_id == chosen else "",
    )


def _map(grids: Sequence[GridVersion], chosen: str, words: Words) -> Component:
    shapes = [
        (g.grid_id, f"{name_of(g, words)} · {kind_of(g.kind, words)} · {unit_of(g, words)}", g.geometry) for g in grids
    ]
    layers: list[Component] = [dl.GeoJSON(data=collection(shapes), style=PRESENT, id=SHAPES)]  # pyright: ignore[reportArgumentType]
    picked = [(name_of(g, words), g.geometry) for g in grids if g.grid_id == chosen]
    layers += drawn(picked, CHOSEN)
    bounds = bounds_of([g for _, g in picked] or [g.geometry for g in grids])
    return grid_map(layers, bounds, id="grids-map")


def _history(history: Sequence[GridVersion], now: datetime, words: Words) -> Component:
    newest, before = history[-1], history[-2] if len(history) > 1 else None
    lines = [_version(version, now, words) for version in reversed(history)]
    parts: list[Component] = [
        html.H2(words("grids.history", name=name_of(newest, words), id=newest.grid_id)),
        html.Ol(lines, className="grid-versions"),
    ]
    if before is None:
        return html.Section([*parts, html.P(words("grids.history.one"), className="soft")], className="panel")
    options: list[dict[str, Any]] = [
        {"label": words("grids.version", n=v.version, at=_from(v, now, words)), "value": v.version} for v in history
    ]
    pick = html.Div(
        [
            _choice(OLD, words("grids.diff.old"), options, before.version),
            _choice(NEW, words("grids.diff.new"), options, newest.version),
        ],
        className="row end",
    )
    chart = grid_map([], bounds_of([v.geometry for v in history]), id="grids-diff-map", layer_id=DIFF)
    told = html.Div([legend(words, ("old", "new", "gained", "lost")), html.Span(id=DIFF_SAID)], className="row spread")
    return html.Section([*parts, pick, chart, told], className="panel grid-history")


def diff_layers(history: Sequence[GridVersion], old: object, new: object, words: Words) -> tuple[list[Component], str]:
    """The old version dashed, the new one solid, what it gained and lost in colours; and how much that is."""
    named = {v.version: v for v in history}
    was, becomes = named.get(old), named.get(new)  # pyright: ignore[reportArgumentType, reportCallIssue]  (from outside)
    if not was or not becomes:
        return [], ""
    gained = trades_of({"": was.geometry}, {"": becomes.geometry})
    lost = trades_of({"": becomes.geometry}, {"": was.geometry})
    layers = drawn([(words("grids.version.n", n=becomes.version), becomes.geometry)], THEN)
    layers += drawn([(words("grids.version.n", n=was.version), was.geometry)], BEFORE)
    for trades, style, name in ((gained, GAINED, "gained"), (lost, LOST, "lost")):
        said = words(f"grids.legend.{name}")
        layers += pieces([(f"{said} {area_text(t.area_m2, words)}", t.area) for t in trades], style)
    sizes = {n: area_text(sum(t.area_m2 for t in trades), words) for n, trades in (("gained", gained), ("lost", lost))}
    return layers, words("grids.diff.said", **sizes)


def _choice(id: str, label: str, options: list[dict[str, Any]], value: int) -> Component:  # noqa: A002
    picked = dcc.Dropdown(options, value, id=id, clearable=False, searchable=False)  # pyright: ignore[reportArgumentType]
    return html.Div([html.Label(label, htmlFor=id), picked], className="field grid-pick")


def _version(version: GridVersion, now: datetime, words: Words) -> Component:
    until = moment(version.valid_to, words, now) if version.valid_to else words("grids.until.open")
    said = words("grids.version.span", since=_from(version, now, words), until=until)
    by = words("grids.version.by", who=version.filed_by, at=moment(version.filed_at, words, now))
    return html.Li(
        [
            html.Strong(words("grids.version.n", n=version.version)),
            html.Span(said),
            html.Span(version.reason or DASH),
            html.Small(by),
        ]
    )


def _from(version: GridVersion, now: datetime, words: Words) -> str:
    return moment(version.valid_from, words, now) if version.valid_from else words("grids.since.ever")
