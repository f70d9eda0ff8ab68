"""Maps of grids: those in force, what was (dashed) beside what is or would be (solid), and sea that changes hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from dashboard.words import Words
from maritime_grid.store.rows import PortRow

Shape = tuple[str, dict[str, Any]]  # name and GeoJSON geometry
Bounds = list[list[float]]

CENTRE, ZOOM = [30.2, 122.6], 8
LAND = {"color": "#8b9a86", "weight": 1, "fillColor": "#dfe3d6", "fillOpacity": 1}
PRESENT = {"color": "#4f8fa0", "weight": 1, "fillColor": "#2f8f9d", "fillOpacity": 0.06}
CHOSEN = {"color": "#0a5a9c", "weight": 3, "fillColor": "#0a5a9c", "fillOpacity": 0.15}
BEFORE = {"color": "#8a4b00", "weight": 2.5, "dashArray": "7 6", "fill": False}
THEN = {"color": "#0a5a9c", "weight": 2.5, "fillColor": "#0a5a9c", "fillOpacity": 0.12}
ENDED = {"color": "#b3101f", "weight": 2.5, "dashArray": "2 5", "fillColor": "#b3101f", "fillOpacity": 0.08}
OVERLAP = {"color": "#b3101f", "weight": 2, "fillColor": "#b3101f", "fillOpacity": 0.55}
GAP = {"color": "#8a2d00", "weight": 2, "dashArray": "3 4", "fillColor": "#ff8c1a", "fillOpacity": 0.65}
GAINED = {"color": "#1b8a5a", "weight": 1, "fillColor": "#1b8a5a", "fillOpacity": 0.45}
LOST = {"color": "#b3101f", "weight": 1, "fillColor": "#b3101f", "fillOpacity": 0.4}
MOVED = ("#1b8a5a", "#7048c6", "#b8860b", "#1f7fbf", "#a83279", "#4d6b1f")  # by who gets it
LEGEND = ("old", "new", "moved", "overlap", "gap", "port")
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
    """Land, a group that callbacks fill, where it is named, and the layers over it."""
    own: dict[str, Any] = {"center": CENTRE, "zoom": ZOOM}
    if bounds is not None:
        (south, west), (north, east) = bounds  # the component needs a centre besides, else it fails at each move
        still = {"padding": [20, 20], "maxZoom": 13, "animate": False}  # a map that goes in the middle of a move fails
        look = {"bounds": bounds, "options": still}
        own = {"center": [(south + north) / 2, (west + east) / 2], "zoom": ZOOM, "viewport": look}
    group = [dl.LayerGroup(id=layer_id)] if layer_id else []
    return dl.Map(
        [
            dl.Pane(
                dl.GeoJSON(url="/geo/coast.json", style=LAND, interactive=False),  # pyright: ignore[reportArgumentType]
                name="grid-land",
                style={"zIndex": 300},
            ),
            *group,
            *layers,
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


def pieces(parts: Iterable[tuple[str, BaseGeometry]], style: dict[str, Any]) -> list[Component]:
    """Areas in one style, what each is on hover."""
    shapes = [("", said, mapping(area)) for said, area in parts]
    return [dl.GeoJSON(data=collection(shapes), style=style)] if shapes else []  # pyright: ignore[reportArgumentType]


def moved_style(n: int) -> dict[str, Any]:
    """Of sea that goes to the n-th of who gets any."""
    colour = MOVED[n % len(MOVED)]
    return {"color": colour, "weight": 1, "fillColor": colour, "fillOpacity": 0.4}


def port_marks(ports: Iterable[PortRow], words: Words) -> list[Component]:
    """A dot each, its name on hover."""
    return [
        dl.CircleMarker(
            dl.Tooltip(p.name_zh if words.is_chinese else p.name_en or p.name_zh),
            center=[p.lat, p.lon], radius=4, color="#fff", weight=1.5, fillColor="#16232e", fillOpacity=1,
        )
        for p in ports
    ]  # fmt: skip


def vessel_marks(spots: Iterable[tuple[str, float, float]]) -> list[Component]:
    """A dot each, its name on hover."""
    return [
        dl.CircleMarker(
            dl.Tooltip(name), center=[lat, lon], radius=5, color="#fff", weight=1.5, fillColor="#d9480f", fillOpacity=1
        )
        for name, lon, lat in spots
    ]


def legend(words: Words, names: Sequence[str] = LEGEND) -> Component:
    """What lines and colours mean."""
    items = [html.Li([html.I(className=f"key {name}"), html.Span(words(f"grids.legend.{name}"))]) for name in names]
    return html.Ul(items, className="grid-legend")


def bounds_of(geometries: Iterable[Mapping[str, Any]]) -> Bounds | None:
    """South-west and north-east corners; None where there is no corner."""
    corners = [corner for geometry in geometries for corner in corners_of(geometry)]
    if not corners:
        return None
    lon, lat = [c[0] for c in corners], [c[1] for c in corners]
    return [[min(lat), min(lon)], [max(lat), max(lon)]]


def corners_of(geometry: Mapping[str, Any]) -> list[tuple[float, float]]:
    """All corners of a GeoJSON geometry, lon, lat; nothing of what is no corner."""
    return [*_corners(geometry.get("coordinates"))]


def _corners(value: Any, depth: int = 0) -> Iterable[tuple[float, float]]:
    if not isinstance(value, list) or depth > _DEPTH:
        return
    if len(value) >= 2 and all(isinstance(v, int | float) for v in value[:2]):
        yield float(value[0]), float(value[1])
        return
    for inner in value:
        yield from _corners(inner, depth + 1)
