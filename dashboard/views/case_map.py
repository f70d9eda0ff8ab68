"""The map of a case: its place, the tracks of its vessels, where they were at one moment; the distance over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

import dash_leaflet as dl
import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from dashboard.case_tracks import Tracks
from dashboard.words import Words
from maritime_grid.store.case_rows import CaseView

from .case_alerts import alert_marks
from .times import BEIJING, moment

COLOURS = ("#0a5a9c", "#c2410c", "#6d28d9", "#047857", "#9d174d", "#57534e")
DASHES = ("", "8 5", "2 5", "12 4 2 4", "", "8 5")  # the same in black and white
TICK_S = 1_800
FAR, NEAR = 9.0, 11.0  # zoom, before the browser fits the map to the tracks
CENTRE = (30.2, 122.6)  # of the archipelago, where no place is known
LAND = {"stroke": True, "color": "#9a9482", "weight": 1, "fillColor": "#e9e4d4", "fillOpacity": 1}
GRID = {"color": "#4f8fa0", "weight": 1, "fillOpacity": 0.03, "fillColor": "#2f8f9d"}
ZONE = {"color": "#b4475a", "weight": 1.2, "dashArray": "6 6", "fillOpacity": 0.03, "fillColor": "#b4475a"}


def case_map(case: CaseView, tracks: Tracks, words: Words) -> list[Component]:
    """Map, slider over time, legend and plot; only the place where no vessel was heard."""
    ways = [part for n, mmsi in enumerate(tracks.fixes) for part in _track(n, mmsi, tracks)]
    if case.lon is not None and case.lat is not None:
        ways.append(_place(case.lat, case.lon, words))
    ways += alert_marks(case.alerts, words)
    ways += [_vessel(n, mmsi, tracks) for n, mmsi in enumerate(tracks.fixes)]
    layers = [
        _pane("case-land", 300, [dl.GeoJSON(url="/geo/coast.json", style=LAND, interactive=False)]),
        _pane("case-zones", 310, [_zones(words)]),
        _pane("case-grids", 320, [dl.GeoJSON(url="/geo/grids.json", style=GRID, interactive=False)]),
        _pane("case-ways", 450, ways),
        dl.ScaleControl(imperial=False, position="bottomleft"),
    ]
    bounds = bounds_of(case, tracks)
    centre: Any = CENTRE if bounds is None else [(bounds[0][k] + bounds[1][k]) / 2 for k in (0, 1)]
    drawn = dl.Map(
        layers, id="case-chart", className="chart", center=centre, zoom=FAR if bounds is None else NEAR,
        attributionControl=False, maxZoom=16, minZoom=6, zoomSnap=0.25, preferCanvas=True, trackViewport=False,
    )  # pyright: ignore[reportArgumentType]  # fmt: skip
    parts: list[Component] = [html.H2(words("case.map")), drawn, _lines(words)]
    vessels = [vessel for party in case.parties for vessel in party.vessels]
    unknown = bool(vessels) and all(vessel.mmsi is None for vessel in vessels)
    silent = words("case.no_vessel_known" if unknown else "case.no_tracks")
    parts += _over_time(tracks, words, bounds) if tracks.fixes else [html.P(silent, className="soft")]
    parts.append(html.Small(words("map.attribution")))
    return parts


def _zones(words: Words) -> Component:
    """With the name of each on its outline (assets/84_case_map.js)."""
    named = {"variable": f"caseMap.{'zh' if words.is_chinese else 'en'}"}
    return dl.GeoJSON(url="/geo/zones.json", style=ZONE, interactive=False, onEachFeature=named)  # pyright: ignore[reportArgumentType]


def _lines(words: Words) -> Component:
    """What the thin lines are."""
    items = [html.Li([html.I(className=f"line-{name}"), html.Span(words(f"case.line.{name}"))], className="swatch")
             for name in ("zone", "grid")]  # fmt: skip
    return html.Ul(items, className="row swatches soft")


def _pane(name: str, z: int, children: list[Component]) -> Component:
    """Layers come in any order over the line: what lies above is said."""
    return dl.Pane(children, name=name, style={"zIndex": z})


def _track(n: int, mmsi: int, tracks: Tracks) -> list[Component]:
    """The line, broken where nobody heard the vessel, with a tick each half hour."""
    lon, lat = tracks.at[mmsi]
    known = ~np.isnan(lon)
    cuts = np.flatnonzero(np.diff(np.flatnonzero(known)) > 1) + 1
    runs = [run for run in np.split(np.flatnonzero(known), cuts) if len(run) > 1]
    lines = [
        dl.Polyline(
            positions=[[float(lat[i]), float(lon[i])] for i in run],
            color=COLOURS[n], dashArray=DASHES[n], weight=3, opacity=0.85, interactive=False,
        )
        for run in runs
    ]  # fmt: skip
    ticks = [i for i in np.flatnonzero(known).tolist() if tracks.times[i] % TICK_S == 0]
    return [*lines, *(_tick(n, float(lat[i]), float(lon[i]), float(tracks.times[i])) for i in ticks)]


def _tick(n: int, lat: float, lon: float, at: float) -> Component:
    label = dl.Tooltip(clock(at), permanent=at % 3_600 == 0, direction="right", className="tick")
    return dl.CircleMarker(
        label, center=[lat, lon], radius=4, color=COLOURS[n], weight=2, fillColor="#fff", fillOpacity=1
    )


def _vessel(n: int, mmsi: int, tracks: Tracks) -> Component:
    """Where it is at the moment of the slider, which the browser sets."""
    lon, lat = tracks.at[mmsi]
    at = int(np.flatnonzero(~np.isnan(lon))[-1]) if (~np.isnan(lon)).any() else 0
    centre = [-89.0, 0.0] if np.isnan(lon[at]) else [float(lat[at]), float(lon[at])]
    return dl.CircleMarker(
        dl.Tooltip(tracks.names[mmsi], permanent=True, direction="top", className="vessel-name"),
        id={"type": "case-at", "n": str(mmsi)}, center=centre, radius=8, color="#fff", weight=2, fillColor=COLOURS[n],
        fillOpacity=1,
    )  # fmt: skip


def _place(lat: float, lon: float, words: Words) -> Component:
    return dl.CircleMarker(
        dl.Tooltip(words("case.place"), permanent=True, direction="bottom"),
        center=[lat, lon], radius=11, color="#b3101f", weight=3, fillOpacity=0,
    )  # fmt: skip


def bounds_of(case: CaseView, tracks: Tracks) -> list[list[float]] | None:
    """South-west and north-east corner, (lat, lon), of the place, the alerts and all tracks; None: nothing is known."""
    lon = [x for track in tracks.fixes.values() for x in track.lon.tolist()]
    lat = [y for track in tracks.fixes.values() for y in track.lat.tolist()]
    for spot in (case, *case.alerts):
        if spot.lon is not None and spot.lat is not None:
            lon, lat = [*lon, spot.lon], [*lat, spot.lat]
    return [[min(lat), min(lon)], [max(lat), max(lon)]] if lon else None


def _over_time(tracks: Tracks, words: Words, bounds: list[list[float]] | None) -> list[Component]:
    last = len(tracks.times) - 1
    about = int(np.argmin(np.abs(tracks.times - tracks.about.timestamp())))
    shown = next((p.nearest.index for p in tracks.pairs if p.nearest), about)
    marks = {i: clock(float(tracks.times[i])) for i in range(0, last + 1, 60)}
    slider = dcc.Slider(
        0,
        last,
        1,
        value=shown,
        id="case-moment",
        marks=marks,
        updatemode="drag",
        included=False,
        allow_direct_input=False,
    )
    legend = [
        html.Li([html.I(style={"background": COLOURS[n]}), html.Span(tracks.names[mmsi])], className="swatch")
        for n, mmsi in enumerate(tracks.fixes)
    ]
    parts: list[Any] = [
        html.Ul(legend, className="row swatches"),
        html.Div(slider, className="moment", **{"aria-label": words("case.slider")}),  # pyright: ignore[reportArgumentType]
        html.Div(id="case-moment-said", className="moment-said", role="status"),
        dcc.Store(id="case-tracks", data=for_browser(tracks, words, bounds)),
    ]
    if tracks.pairs:
        plot = dcc.Graph(figure=figure(tracks, words), config={"displayModeBar": False}, className="distance-plot")
        parts += [html.H3(words("case.distance")), *_nearest(tracks, words), plot]
    return parts


def _nearest(tracks: Tracks, words: Words) -> list[Component]:
    return [
        html.P(
            words(
                "case.nearest",
                first=tracks.names[pair.first],
                second=tracks.names[pair.second],
                distance=distance_text(pair.nearest.distance_nm, words),
                at=moment(datetime.fromtimestamp(float(tracks.times[pair.nearest.index]), UTC), words),
            ),
            className="nearest",
        )
        for pair in tracks.pairs
        if pair.nearest
    ]


def for_browser(tracks: Tracks, words: Words, bounds: list[list[float]] | None) -> dict[str, Any]:
    """Positions at the common moments, null where not known, a line for each moment, and what the map must show."""
    vessels = {
        str(mmsi): {"lon": _json(lon), "lat": _json(lat)} for mmsi, (lon, lat) in tracks.at.items()
    }  # fmt: skip
    said = [_said(i, tracks, words) for i in range(len(tracks.times))]
    return {"vessels": vessels, "said": said, "bounds": bounds}


def _said(i: int, tracks: Tracks, words: Words) -> str:
    at = moment(datetime.fromtimestamp(float(tracks.times[i]), UTC), words)
    known = [p for p in tracks.pairs if not np.isnan(p.distance_nm[i])]
    if not known:
        return words("case.at_moment", at=at)
    near = min(known, key=lambda p: float(p.distance_nm[i]))
    return words("case.at_distance", at=at, distance=distance_text(float(near.distance_nm[i]), words))


def distance_text(nm: float, words: Words) -> str:
    """Metres below half a mile."""
    return words("case.metres", n=f"{nm * 1852:.0f}") if nm < 0.5 else words("case.nm", n=f"{nm:.2f}")


def figure(tracks: Tracks, words: Words) -> dict[str, Any]:
    """The distance of each two vessels over time; a gap where either is not known; the nearest marked."""
    at = [datetime.fromtimestamp(t, UTC).astimezone(BEIJING).replace(tzinfo=None) for t in tracks.times.tolist()]
    lines: list[dict[str, Any]] = []
    for n, pair in enumerate(tracks.pairs):
        name = escape(f"{tracks.names[pair.first]} – {tracks.names[pair.second]}", quote=False)  # Plotly reads tags
        style = {"color": COLOURS[n % len(COLOURS)], "width": 2}
        lines.append({"x": at, "y": _json(pair.distance_nm), "name": name, "mode": "lines", "line": style})
        if pair.nearest:
            i = pair.nearest.index
            text = distance_text(pair.nearest.distance_nm, words)
            dot = {"size": 11, "color": "#b3101f", "symbol": "diamond"}
            lines.append({"x": [at[i]], "y": [pair.nearest.distance_nm], "text": [text], "mode": "markers+text",
                          "textposition": "top right", "marker": dot, "showlegend": False, "name": name})  # fmt: skip
    layout: dict[str, Any] = {
        "height": 260, "margin": {"l": 55, "r": 15, "t": 10, "b": 40}, "plot_bgcolor": "#fff",
        "showlegend": len(tracks.pairs) > 1, "legend": {"orientation": "h"},
        "font": {"family": "Noto Sans CJK SC, sans-serif", "size": 14},
        "xaxis": {"tickformat": "%H:%M", "gridcolor": "#e3e9ee"},
        "yaxis": {"title": {"text": words("case.axis_nm")}, "rangemode": "tozero", "gridcolor": "#e3e9ee"},
        "shapes": [_line_at(tracks)], "hovermode": "x unified",
    }  # fmt: skip
    return {"data": lines, "layout": layout}


def _line_at(tracks: Tracks) -> dict[str, Any]:
    about = tracks.about.astimezone(BEIJING).replace(tzinfo=None)
    return {
        "type": "line",
        "x0": about,
        "x1": about,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "line": {"dash": "dot", "color": "#566774"},
    }


def clock(at: float) -> str:
    """`09:30`, Beijing time."""
    return f"{datetime.fromtimestamp(at, UTC) + timedelta(hours=8):%H:%M}"


def _json(values: np.ndarray[Any, Any]) -> list[float | None]:
    return [None if np.isnan(v) else round(float(v), 6) for v in values]
