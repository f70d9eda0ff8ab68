"""The map of one alert: its place, the vessel's track two hours before and after, who is near."""

from __future__ import annotations

from typing import Any

import dash_leaflet as dl
from dash.development.base_component import Component

from dashboard.words import Words
from maritime_grid.store.alert_rows import AlertView, Near

from .alert_words import bearing_text
from .times import BEIJING

COLOURS = ("", "#2f7fc1", "#b98300", "#d8600a", "#d3142a")  # of the four severities, on light ground
TRACK, NEAR, HERE = "#0a5a9c", "#1c7a45", "#16232e"
ZOOM = 11


def alert_layers(view: AlertView, words: Words) -> list[Component]:
    """Track before, track after, its newest fix, who is near, the place itself on top."""
    row, layers = view.row, list[Component]()
    before = [(p.lat, p.lon) for p in view.track if p.t <= row.raised_at]
    after = [(p.lat, p.lon) for p in view.track if p.t >= row.raised_at]
    for points, dash in ((before, None), (before[-1:] + after, "6 6")):
        if len(points) > 1:
            layers.append(dl.Polyline(positions=points, color=TRACK, weight=3, dashArray=dash))  # pyright: ignore[reportArgumentType]
    if view.track:
        last = view.track[-1]
        said = f"{last.t.astimezone(BEIJING):%H:%M}"
        layers.append(_dot(last.lon, last.lat, TRACK, 6, said))
    layers += [_near(near, words) for near in view.near]
    if row.lon is not None and row.lat is not None:
        colour = COLOURS[row.level]
        ring: dict[str, Any] = {"radius": 14, "color": colour, "weight": 4, "fill": False}
        layers.append(dl.CircleMarker(center=[row.lat, row.lon], **ring))  # pyright: ignore[reportArgumentType]
        layers.append(_dot(row.lon, row.lat, colour, 5, ""))
    return layers


def viewport(view: AlertView) -> dict[str, Any] | None:
    """Where to look; None: nothing of it has a place."""
    row = view.row
    if row.lon is not None and row.lat is not None:
        return {"center": [row.lat, row.lon], "zoom": ZOOM, "transition": "setView"}
    if view.track:
        return {"center": [view.track[-1].lat, view.track[-1].lon], "zoom": ZOOM, "transition": "setView"}
    return None


def _near(near: Near, words: Words) -> Component:
    name = near.name or f"{near.mmsi:09d}"
    said = f"{name} · {words('unit.nm', n=f'{near.distance_nm:.1f}')} · {bearing_text(near.bearing, words)}"
    return _dot(near.lon, near.lat, NEAR, 7, said)


def _dot(lon: float, lat: float, colour: str, radius: int, said: str) -> Component:
    look: dict[str, Any] = {"radius": radius, "color": "#fff", "weight": 2, "fillColor": colour, "fillOpacity": 1}
    tip = [dl.Tooltip(said)] if said else []
    return dl.CircleMarker(tip, center=[lat, lon], **look)  # pyright: ignore[reportArgumentType]
