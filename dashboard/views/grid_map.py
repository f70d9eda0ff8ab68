"""Maps of grids: those in force, and what was (dashed) beside what is or would be (solid)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import dash_leaflet as dl
from dash.development.base_component import Component

Shape = tuple[str, dict[str, Any]]  # name and GeoJSON geometry
Bounds = list[list[float]]

CENTRE, ZOOM = [30.2, 122.6], 8
LAND = {"color": "#8b9a86", "weight": 1, "fillColor": "#dfe3d6", "fillOpacity": 1}
PRESENT = {"color": "#4f8fa0", "weight": 1, "fillColor": "#2f8f9d", "fillOpacity": 0.06}
CHOSEN = {"color": "#0a5a9c", "weight": 3, "fillColor": "#0a5a9c", "fillOpacity": 0.15}
BEFORE = {"color": "#8a4b00", "weight": 2.5, "dashArray": "7 6", "fill": False}
THEN = {"color": "#0a5a9c", "weight": 2.5, "fillColor": "#0a5a9c", "fillOpacity": 0.12}
ENDED = {"color": "#b3101f", "weight": 2.5, "dashArray": "2 5", "fillColor": "#b3101f", "fillOpacity": 0.08}
_DEPTH = 4  # lists within lists of a MultiPolygon's coordinates


def collection(shapes: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    """Features with id and a tooltip: Leaflet takes that for HTML, so names are escaped."""
    features = [
        {"type": "Feature", "properties": {"id": code, "tooltip": escape(name)}, "geometry": geometry}
        for code, name, geometry in shapes
    ]
    return {"type": "FeatureCollection", "features": features}


def grid_map(
    layers: Sequence[Component],
    bounds: Bounds | None,
    *,
    id: Any,  # noqa: A002
    layer_id: Any = None,
) -> Component:
    """Land, the layers, and a group that callbacks fill, where it is named."""
    own: dict[str, Any] = {"center": CENTRE, "zoom": ZOOM}
    if bounds is not None:
        (south, west), (north, east) = bounds  # the component needs a centre besides, else it fails at each move
        look = {"bounds": bounds, "options": {"padding": [20, 20], "maxZoom": 13}}
        own = {"center": [(south + north) / 2, (west + east) / 2], "zoom": ZOOM, "viewport": look}
    group = [dl.LayerGroup(id=layer_id)] if layer_id else []
    return dl.Map(
        [
            dl.GeoJSON(url="/geo/coast.json", style=LAND, interactive=False),  # pyright: ignore[reportArgumentType]
            *layers,
            *group,
            dl.ScaleControl(imperial=False, position="bottomleft"),
        ],
        id=id,
        minZoom=6,
        maxZoom=16,
        attributionControl=False,
        className="grid-map",
        **own,
    )


def drawn(shapes: Iterable[Shape], style: dict[str, Any]) -> list[Component]:
    """One layer each, its name on hover."""
    return [
        dl.GeoJSON(data=collection([("", name, geometry)]), style=style)  # pyright: ignore[reportArgumentType]
        for name, geometry in shapes
    ]


def bounds_of(geometries: Iterable[dict[str, Any]]) -> Bounds | None:
    """South-west and north-east corners; None where there is no corner."""
    corners = [corner for geometry in geometries for corner in _corners(geometry.get("coordinates"))]
    if not corners:
        return None
    lon, lat = [c[0] for c in corners], [c[1] for c in corners]
    return [[min(lat), min(lon)], [max(lat), max(lon)]]


def _corners(value: Any, depth: int = 0) -> Iterable[tuple[float, float]]:
    if not isinstance(value, list) or depth > _DEPTH:
        return
    if len(value) >= 2 and all(isinstance(v, int | float) for v in value[:2]):
        yield float(value[0]), float(value[1])
        return
    for inner in value:
        yield from _corners(inner, depth + 1)
