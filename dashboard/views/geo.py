"""GeoJSON of the map: coast, grids, ports, and the names of places."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any, cast

from shapely import maximum_inscribed_circle
from shapely.geometry import MultiPolygon, Polygon, shape

from maritime_grid.store.rows import PlaceRow, PortRow

TAIL = re.compile(r"\s*(网格)?[\((](示例|sample)[\))]\s*$")  # the mark "sample" stands once on the screen, not 34 times


def short_name(name: str) -> str:
    """A grid's name without what all of them share: 沈家门近岸网格(示例) -> 沈家门近岸."""
    bare = TAIL.sub("", name)
    return re.sub(r"(?<=.)网格(?=\d*$)", "", bare) or name


WATER = {"inshore": "", "nearshore": "near", "offshore": "off"}  # as short as a tile is narrow


def tile_name(name: str) -> str:
    """The first port's name and the kind of water, for a narrow tile: 桃花-登步-蚂蚁近岸 -> 桃花近岸."""
    first, *others = short_name(name).split("-")
    kind = re.search(r"(近岸|近海|外海)\d*$|\s\S+$", others[-1]) if others else None
    words = (first + (kind.group() if kind else "")).split(" ")
    return " ".join(filter(None, (WATER.get(word, word) for word in words)))


def label_point(geometry: dict[str, Any]) -> tuple[float, float]:
    """lon, lat in degrees of the middle of the widest part, where a name fits best."""
    drawn = shape(geometry)
    if isinstance(drawn, MultiPolygon):
        drawn = max(drawn.geoms, key=lambda part: part.area)
    fits = isinstance(drawn, Polygon)  # zones may be lines
    middle = (maximum_inscribed_circle(drawn, tolerance=0.01) if fits else drawn.representative_point()).coords[0]
    return round(middle[0], 4), round(middle[1], 4)


def places_geojson(places: Sequence[PlaceRow], layer: str, guarded: Container[str] = ()) -> dict[str, Any]:
    """FeatureCollection of one layer; properties: code, names, kind, whether entry alerts, label point, track."""
    features = [
        {
            "type": "Feature",
            "geometry": place.geojson,
            "properties": {**place_names(place), "code": place.code, "kind": place.kind, "sample": place.sample,
                           "guarded": place.kind in guarded, "label": label_point(place.geojson),
                           **({"track": place.track} if place.track else {})},
        }
        for place in places
        if place.layer == layer
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def place_names(place: PlaceRow) -> dict[str, str]:
    return {"zh": short_name(place.name_zh), "en": short_name(place.name_en)}


def tile_names(place: PlaceRow) -> dict[str, str]:
    return {"tile_zh": tile_name(place.name_zh), "tile_en": tile_name(place.name_en)}


def ports_geojson(ports: Sequence[PortRow]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [port.lon, port.lat]},
            "properties": {"port_id": port.port_id, "zh": port.name_zh, "en": port.name_en},
        }
        for port in ports
    ]
    return {"type": "FeatureCollection", "features": features}


def coast_geojson(detailed: Path, wide: Path | None) -> dict[str, Any]:
    """Land: the wide sheet below, the detailed one above; the property `wide` tells them apart."""
    features: list[dict[str, Any]] = []
    for path, is_wide in ((wide, True), (detailed, False)):
        if path is None:
            continue
        sheet = cast("dict[str, Any]", json.loads(path.read_text("utf-8")))
        features += [
            {"type": "Feature", "geometry": f["geometry"], "properties": {"wide": is_wide}} for f in sheet["features"]
        ]
    return {"type": "FeatureCollection", "features": features}
