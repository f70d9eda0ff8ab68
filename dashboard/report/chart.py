"""The land of the phone's chart: rings of ten-thousandths of a degree, each point as its step from the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from dashboard.body import Body, json_body

UNITS = 10_000  # of a degree: 11 m of latitude


def land(path: Path) -> Body:
    """GeoJSON of polygons as what `static/chart.js` reads; their holes, lakes all, are left out.

    Raises: OSError: it cannot be read.
    """
    sheet = json.loads(path.read_text("utf-8"))
    return json_body([_steps(ring) for feature in sheet["features"] for ring in _outer(feature["geometry"])])


def _outer(geometry: dict[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    if geometry["type"] == "Polygon":
        yield geometry["coordinates"][0]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield polygon[0]


def _steps(ring: Sequence[Sequence[float]]) -> list[int]:
    points = [(0, 0), *((round(lon * UNITS), round(lat * UNITS)) for lon, lat in ring)]
    return [step for (x0, y0), (x, y) in pairwise(points) for step in (x - x0, y - y0)]
