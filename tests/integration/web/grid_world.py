"""Two grids side by side with their ports, a change proposed between them, and a file that would leave a gap."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from shapely.geometry import box, mapping

from maritime_grid.store.registry import PlaceInput
from maritime_grid.store.rows import PortRow
from maritime_grid.store.writer import Store
from tests.integration.store import build
from tests.integration.store import case_build as cb

US = round(cb.NOW.timestamp() * 1e6)
HOUR_US = 3_600_000_000


def polygon(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [list(corner) for corner in mapping(box(west, south, east, north))["coordinates"][0]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(grid_id: str, *bounds: float, ports: tuple[str, ...]) -> dict[str, Any]:
    known = {"grid_id": grid_id, "name_zh": f"近岸网格{grid_id}", "kind": "inshore", "port_ids": list(ports)}
    return {"type": "Feature", "properties": known, "geometry": polygon(*bounds)}


MOVED = [feature("G1", 122, 30, 122.6, 30.5, ports=("P1",)), feature("G2", 122.6, 30, 123, 30.5, ports=("P2",))]
GAP = [feature("G1", 122, 30, 122.4, 30.5, ports=("P1",))]


def sent(features: list[dict[str, Any]]) -> str:
    """As dcc.Upload gives a file."""
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=True)
    return "data:application/geo+json;base64," + base64.b64encode(text.encode()).decode()


def grids(dsn: str) -> None:
    """Over `case_build.people`: G1 in two versions, G2 in one, and three vessels between 122.5 and 122.6."""
    cb.ask(dsn, "delete from mg.place returning 1")
    now = round(cb.NOW.timestamp() * 1e6)
    with Store.open(dsn) as store:
        store.save_ports(
            [PortRow("P1", "庙子湖渔港", "", "", 122.1, 30.1), PortRow("P2", "青浜渔港", "", "", 122.9, 30.1)]
        )
        first = [
            PlaceInput("G1", "grid", "inshore", "近岸网格一", polygon(122, 30, 122.4, 30.5), port_ids=("P1",)),
            PlaceInput("G2", "grid", "inshore", "近岸网格二", polygon(122.4, 30, 123, 30.5), port_ids=("P2",)),
        ]
        store.save_places(first, "county", "首次划定", -(2**62))
        then = [
            PlaceInput("G1", "grid", "inshore", "近岸网格一", polygon(122, 30, 122.5, 30.5), port_ids=("P1",)),
            PlaceInput("G2", "grid", "inshore", "近岸网格二", polygon(122.5, 30, 123, 30.5), port_ids=("P2",)),
        ]
        store.save_places(then, "city", "庙子湖码头扩建", US - 48 * HOUR_US)
        lon = [122.52, 122.55, 122.58]
        vessels = build.vessels(3, mmsi=[412000001, 412000002, 412000003], lon=lon, lat=[30.2] * 3, t=now, heard_at=now)
        store.commit(build.outcome(vessels=vessels, clock=now))


TOMORROW = cb.NOW + timedelta(hours=14)  # midnight in Beijing
