"""The area's files (grids, zones, ports) as what the store files. Faults name file, line or feature, and the mend."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

from pyproj import Geod

from geofence.fences import FenceError
from geofence.load import Feature, Problem, check, read_features, swept
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.grid_change import layer_of
from maritime_grid.settings import Settings, area_file
from maritime_grid.store.registry import PlaceInput
from maritime_grid.store.rows import PortRow

CIRCLE_VERTICES = 48  # the polygon lies within 0.2 % of its circle
PORT_COLUMNS = ("port_id", "name_zh", "name_en", "county", "lon", "lat")
_MONTH_DAY = re.compile(r"\d\d-\d\d", re.ASCII)
_GEOD = Geod(ellps="WGS84")


def read_grids(path: Path, id_key: str, drawn: Path | None = None) -> list[PlaceInput]:
    """Grids of a GeoJSON file; those of one layer may not overlap.

    Args:
        path: the polygons that decide.
        id_key: property that identifies a grid.
        drawn: the same grids as they are to be drawn, by the same ids.

    Raises:
        UsageError: whatever is wrong, all of it, in one line a fault.
    """
    features = _read(path, id_key)
    _refuse(grid_faults(features))
    outlines = _read(drawn, id_key) if drawn else []
    _refuse(check(outlines, exclusive=False))
    shapes = {f.id: f.geometry for f in outlines}
    unknown = sorted(shapes.keys() - {f.id for f in features})
    if unknown:
        raise UsageError(f"{drawn}: {unknown[0]} is not in {path}", "give the same grids in both files")
    return [_place(path, f, _layer(f), shapes.get(f.id)) for f in features]


def grid_faults(features: Sequence[Feature]) -> list[Problem]:
    """Faults of grids: none may overlap another of its layer (sea, community, exclusive)."""
    problems = check(features, exclusive=False)
    if problems:
        return problems
    layers = dict.fromkeys(_layer(f) for f in features)
    return [p for layer in layers for p in check([f for f in features if _layer(f) == layer], exclusive=True)]


def _layer(feature: Feature) -> str:
    return layer_of(str(feature.properties.get("kind", "")))


def read_zones(path: Path, settings: Settings) -> list[PlaceInput]:
    """Zones of a GeoJSON file, without those that are lines to draw.

    Raises:
        UsageError: a kind has no meaning in the settings, or a polygon is wrong.
    """
    features = _read(path, settings.area.id_key)
    for feature in features:
        kind = str(feature.properties.get("kind", ""))
        if kind not in settings.zone_kinds:
            known = ", ".join(sorted(settings.zone_kinds))
            raise UsageError(
                f"{path}: feature {feature.id} has kind {kind!r}",
                f"use one of {known}, or add [zone_kinds.{kind or 'NAME'}] to your settings",
            )
    fences = [_swept(f) for f in features if settings.zone_kinds[f.properties["kind"]].fence]
    _refuse(check(fences, exclusive=False))
    return [_place(path, f, "zone", None) for f in fences]


def read_ports(path: Path) -> list[PortRow]:
    """Ports of a CSV file with a header.

    Raises:
        UsageError: a column is missing, or a line is wrong.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in PORT_COLUMNS if c not in (reader.fieldnames or ())]
            if missing:
                raise UsageError(f"{path}: column {missing[0]} is missing", f"give {', '.join(PORT_COLUMNS)}")
            ports = [_port(path, reader.line_num, row) for row in reader]
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "mend area.ports in the settings") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 at byte {error.start}", "save the file as UTF-8") from None
    ids = [port.port_id for port in ports]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise UsageError(f"{path}: {twice[0]} stands twice", "give each port its own id")
    return ports


def port_zones(ports: Iterable[PortRow], radius_m: float) -> list[PlaceInput]:
    """A port 港区 is a circle round its point."""
    return [
        PlaceInput(
            place_id=f"PORT-{port.port_id}",
            layer="zone",
            kind="port",
            name_zh=port.name_zh,
            name_en=port.name_en,
            county=port.county,
            port_ids=(port.port_id,),
            sample=True,
            fence=circle(port.lon, port.lat, radius_m),
            attributes={"basis": "approx", "radius_m": radius_m},
        )
        for port in ports
    ]


def circle(lon: float, lat: float, radius_m: float) -> dict[str, Any]:
    """A geodesic circle as a GeoJSON polygon, counter-clockwise."""
    azimuths = [-360.0 * n / CIRCLE_VERTICES for n in range(CIRCLE_VERTICES)]
    count = len(azimuths)
    lons, lats, _ = _GEOD.fwd([lon] * count, [lat] * count, azimuths, [radius_m] * count)
    ring = [[round(x, 7), round(y, 7)] for x, y in zip(lons, lats, strict=True)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def read_area(settings: Settings) -> tuple[list[PlaceInput], list[PortRow]]:
    """Everything of the configured area.

    Raises:
        UsageError: as the parts do.
    """
    drawn = area_file(settings, "grids_drawn") if settings.area.grids_drawn else None
    grids = read_grids(area_file(settings, "grids"), settings.area.id_key, drawn)
    zones = read_zones(area_file(settings, "zones"), settings)
    ports = read_ports(area_file(settings, "ports"))
    return [*grids, *zones, *port_zones(ports, settings.area.port_radius_m)], ports


def _read(path: Path, id_key: str) -> list[Feature]:
    try:
        return read_features(path, id_key=id_key)
    except FenceError as error:
        raise UsageError(str(error).splitlines()[0]) from None


def _swept(feature: Feature) -> Feature:
    try:
        return swept(feature)
    except FenceError as error:
        raise UsageError(str(error), "mend it in the file") from None


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        more = f" (and {len(problems) - 1} more: maritime-grid grids validate)" if len(problems) > 1 else ""
        raise UsageError(f"{problems[0]}{more}")


def _place(path: Path, feature: Feature, layer: str, drawn: dict[str, Any] | None) -> PlaceInput:
    known: Mapping[str, Any] = feature.properties
    try:
        attributes, port_ids = _attributes(known), _port_ids(known.get("port_ids"))
    except ValueError as error:
        raise UsageError(f"{path}: feature {feature.id}: {error}", "mend it in the file") from None
    return PlaceInput(
        place_id=feature.id,
        layer=layer,
        kind=str(known.get("kind", "")),
        name_zh=str(known.get("name_zh", feature.id)),
        name_en=str(known.get("name_en", "")),
        county=str(known.get("county", "")),
        port_ids=port_ids,
        sample=bool(known.get("sample", False)),
        fence=feature.geometry,
        drawn=drawn,
        attributes=attributes,
    )


def _attributes(known: Mapping[str, Any]) -> dict[str, Any]:
    """Raises: ValueError: a season or a dwell time that the engine could not use."""
    kept = ("basis", "source", "dwell_s", *(["track"] if "times" in known else []))
    attributes = {key: known[key] for key in kept if known.get(key) not in (None, "")}
    dwell = attributes.get("dwell_s", 1)
    if isinstance(dwell, bool) or not isinstance(dwell, int | float) or not 0 < dwell < math.inf:
        raise ValueError(f"dwell_s is {dwell!r}; give seconds, more than 0")
    season = [known.get("valid_from") or None, known.get("valid_to") or None]
    if season == [None, None]:
        return attributes
    for day in season:
        if not isinstance(day, str) or not _MONTH_DAY.fullmatch(day) or day == "02-29" or not _is_day(day):
            raise ValueError(f"valid_from and valid_to are {season}; give both as MM-DD, the days of a yearly season")
    return attributes | {"season": season}


def _is_day(month_day: str) -> bool:
    try:
        date.fromisoformat(f"2000-{month_day}")
    except ValueError:
        return False
    return True


def _port_ids(given: object) -> tuple[str, ...]:
    """Raises: ValueError: neither a list of ids nor absent."""
    found: object = [] if given in (None, "") else given
    if not isinstance(found, list) or not all(isinstance(one, str) for one in cast("list[object]", found)):
        raise ValueError(f'port_ids is {given!r}; give a list of ids, as ["P01"]')
    return tuple(cast("list[str]", found))


def _port(path: Path, line: int, row: Mapping[str, str]) -> PortRow:
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except (TypeError, ValueError):
        raise UsageError(f"{path}, line {line}: lon or lat is no number", "give degrees, WGS 84") from None
    if not (-180 <= lon <= 180 and -85 <= lat <= 85 and row["port_id"]):
        raise UsageError(f"{path}, line {line}: no port_id, or a place off the map", "mend the line")
    return PortRow(row["port_id"], row["name_zh"], row["name_en"], row["county"], lon, lat)
