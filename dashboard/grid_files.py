"""Polygons of grids from outside, a file or the map of a browser: what we know of them, and nothing else."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from maritime_grid.domain.errors import UsageError
from maritime_grid.store.jsonrows import clean

from .views.grid_propose import MOST_BYTES
from .views.times import BEIJING

MOST_GRIDS = 1_000  # of one proposal
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]+(\d\d?:\d\d))?", re.ASCII)
PROPERTIES = ("grid_id", "name_zh", "name_en", "county", "kind", "port_ids", "sample")


def read_moment(text: object) -> datetime:
    """A day, from its midnight in Beijing, or a day with hour and minute. Raises: UsageError: it is neither."""
    found = _MOMENT.fullmatch(str(text or "").strip().replace("：", ":"))
    try:
        if found:
            return datetime.fromisoformat(f"{found[1]}T{(found[2] or '00:00').zfill(5)}").replace(tzinfo=BEIJING)
    except ValueError:
        pass
    raise UsageError(f"{str(text)[:20]!r} is no day", "give it as 2026-05-20, or with a time as 2026-05-20 12:00")


def read_file(contents: object) -> list[Mapping[str, Any]]:
    """Features of a file as dcc.Upload gives it.

    Raises: UsageError: it is too large or no GeoJSON FeatureCollection.
    """
    text = contents.partition(",")[2] if isinstance(contents, str) else ""
    if len(text) > MOST_BYTES * 4 // 3 + 4:
        raise UsageError(f"the file is larger than {MOST_BYTES >> 20} MiB", "send only the grids that change")
    try:
        content: Any = clean(json.loads(base64.b64decode(text, validate=True)))
    except (binascii.Error, ValueError, RecursionError):
        raise UsageError("the file is not GeoJSON", "export it as GeoJSON in UTF-8") from None
    return read_features(content.get("features") if isinstance(content, dict) else None)


def read_features(features: object) -> list[Mapping[str, Any]]:
    """Raises: UsageError: it is no list of features, or too long."""
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise UsageError("the file holds no FeatureCollection", "export it as GeoJSON with a list `features`")
    if len(features) > MOST_GRIDS:
        raise UsageError(f"the file holds more than {MOST_GRIDS} grids", "send only the grids that change")
    return [_known(feature) for feature in features]


def _known(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we know of a feature; the rest of what other programs write is dropped.

    Raises: UsageError: a property is not what it should be.
    """
    given, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(given, dict) or not isinstance(geometry, dict):
        raise UsageError("a grid of the file has no properties or no geometry", "export it as GeoJSON")
    properties: dict[str, Any] = {name: given[name] for name in PROPERTIES if name in given}
    ports = properties.get("port_ids", [])
    texts = [value for name, value in properties.items() if name not in {"port_ids", "sample"}]
    if not isinstance(ports, list) or not all(isinstance(text, str) for text in (*texts, *ports)):
        raise UsageError(
            f"a property of grid {str(given.get('grid_id'))[:40]} is no text", "give texts, and port_ids as a list"
        )
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {name: geometry.get(name) for name in ("type", "coordinates")},
    }
