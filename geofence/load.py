"""Fence files: GeoJSON features in, faults out, each with its file, feature, place, reason and mend."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon, shape

from .fences import FenceError, parts_of
from .geodesy import metres_per_degree
from .moving import track_of

OVERLAP_M2 = 1.0  # an overlap is a fault beyond this area ...
OVERLAP_WIDTH_M = 0.1  # ... and this mean width; docs/decisions/0012
DEPTH = 4  # lists within lists of a MultiPolygon's coordinates
_POLYGON = 3  # shapely's number of the type
_PLACE = re.compile(r"^(.*)\[(\S+) (\S+)\]$")
_MENDS = {
    "Self-intersection": "draw the line so that it does not cross itself",
    "Ring Self-intersection": "split the ring where it touches itself",
    "Hole lies outside shell": "move the hole inside or make it a polygon of its own",
    "Holes are nested": "join the holes or drop the inner one",
    "Nested shells": "drop the inner polygon or make it a hole",
    "Interior is disconnected": "split the polygon where its holes cut it in two",
    "Duplicate Rings": "drop one of the equal rings",
    "Too few points in geometry component": "give each ring three corners at least",
}
Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature as the file has it; `geometry` is the GeoJSON member without heights, not yet judged."""

    path: Path
    id: str
    properties: dict[str, Any]
    geometry: dict[str, Any]

    def shape(self) -> Polygon | MultiPolygon:
        """Its polygon; only after `check` found no fault."""
        return cast("Polygon | MultiPolygon", shape(self.geometry))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a feature cannot be used, and where; `place` is lon, lat in degrees, `area` the sea that it is about."""

    path: Path
    feature: str
    place: Corner | None
    reason: str
    mend: str
    area: shapely.Geometry | None = None

    def __str__(self) -> str:
        where = f" at {self.place[0]:.6f}, {self.place[1]:.6f}" if self.place else ""
        return f"{self.path}: {self.feature}{where}: {self.reason}; {self.mend}"


def read_features(path: Path, id_key: str = "grid_id") -> list[Feature]:
    """Features of a GeoJSON FeatureCollection (RFC 7946), in the order of the file.

    Args:
        path: the file, UTF-8.
        id_key: the property that names a feature; where it lacks, the feature's own `id` serves.

    Raises:
        FenceError: the file cannot be read or is no FeatureCollection, or features have no name.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise FenceError(f"{path}: {exc.strerror}; name a file that can be read") from exc
    except (ValueError, RecursionError) as exc:
        raise FenceError(f"{path}: not JSON ({exc}); export it as GeoJSON in UTF-8") from exc
    members = content.get("features") if isinstance(content, dict) else None
    if not isinstance(members, list):
        raise FenceError(f"{path}: no FeatureCollection; export it as GeoJSON with a list `features`")
    found = [_feature(path, k, member, id_key) for k, member in enumerate(cast("list[Any]", members), 1)]
    faults = [f for f in found if isinstance(f, str)]
    if faults:
        raise FenceError("\n".join(faults))
    return [f for f in found if isinstance(f, Feature)]


def _feature(path: Path, number: int, member: Any, id_key: str) -> Feature | str:
    if not isinstance(member, dict):
        return f"{path}: feature number {number}: not an object; export it as GeoJSON"
    held = cast("dict[str, Any]", member)
    properties, geometry = held.get("properties") or {}, held.get("geometry") or {}
    if not isinstance(properties, dict) or not isinstance(geometry, dict):
        return f"{path}: feature number {number}: properties or geometry is not an object; export it as GeoJSON"
    name = properties.get(id_key, held.get("id"))
    if name is None or not str(name).strip():
        return f"{path}: feature number {number}: no property {id_key!r}; give each feature one"
    geometry = {**cast("dict[str, Any]", geometry)}
    if "coordinates" in geometry:
        geometry["coordinates"] = _level(geometry["coordinates"])
    return Feature(path, str(name), cast("dict[str, Any]", properties), geometry)


def _level(value: Any, depth: int = 0) -> Any:
    """Coordinates with every position cut to lon and lat: heights, mixed or null, are no matter of fences."""
    if not isinstance(value, list) or depth > DEPTH:
        return value
    held = cast("list[Any]", value)
    if corner := _corner(held):
        return [*corner]
    return [_level(v, depth + 1) for v in held]


def swept(feature: Feature) -> Feature:
    """A feature with `times` is a circle that moves: it gets all that it comes over for its polygon, and `track`.

    Raises:
        FenceError: its track makes no sense.
    """
    if "times" not in feature.properties:
        return feature
    try:
        track = track_of(feature.properties, feature.geometry)
        swath = track.swath()
    except ValueError as error:
        raise FenceError(f"{feature.path}: {feature.id}: {error}") from None
    properties = {**feature.properties, "track": track.knots()}
    return Feature(
        feature.path, feature.id, properties, json.loads(shapely.to_geojson(shapely.set_precision(swath, 1e-6)))
    )


def check(features: Sequence[Feature], *, exclusive: bool) -> list[Problem]:
    """Everything that is wrong with features that are to be loaded together.

    Args:
        features: of one file or of several.
        exclusive: they divide the sea among them (grids of one kind), so they must not overlap by more than
            `OVERLAP_M2` and `OVERLAP_WIDTH_M`.

    Returns:
        Problems in the order of the features, overlaps last; empty where all is well.
    """
    problems: list[Problem] = []
    sound: list[Feature] = []
    seen: set[str] = set()
    for feature in features:
        faults = [Problem(feature.path, feature.id, *fault) for fault in _faults(feature.geometry)]
        if feature.id in seen:
            faults.append(Problem(feature.path, feature.id, None, "its id stands twice", "give each feature its own"))
        seen.add(feature.id)
        problems += faults
        sound += [] if faults else [feature]
    return problems + (_overlaps(sound) if exclusive else [])


def checked(features: Sequence[Feature], *, exclusive: bool) -> Sequence[Feature]:
    """The same features, judged.

    Raises:
        FenceError: with all problems, one a line.
    """
    problems = check(features, exclusive=exclusive)
    if problems:
        raise FenceError("\n".join(map(str, problems)))
    return features


Fault = tuple[Corner | None, str, str]  # place, reason, mend


def _faults(geometry: dict[str, Any]) -> list[Fault]:
    """Faults of one geometry taken alone: those of its rings, or else those of the whole."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon"):
        return [(None, f"it is a {kind or 'nothing'}, not a polygon", "draw an area, or leave it out")]
    if not isinstance(coordinates, list) or not coordinates:
        return [(None, "it is empty", "draw it or leave it out")]
    parts = cast("list[Any]", [coordinates] if kind == "Polygon" else coordinates)
    faults = [fault for part in parts for fault in _part_faults(part)]
    return faults or list(_shape_faults(cast("Polygon | MultiPolygon", shape(geometry))))


def _part_faults(part: Any) -> Iterator[Fault]:
    if not isinstance(part, list) or not part:
        yield None, "a polygon has no rings", "draw it or leave it out"
        return
    for ring in cast("list[Any]", part):
        yield from _ring_faults(ring)


def _ring_faults(ring: Any) -> Iterator[Fault]:
    if not isinstance(ring, list) or not ring:
        yield None, "a ring is empty", "draw it or leave it out"
        return
    corners = [_corner(c) for c in cast("list[Any]", ring)]
    placed = [c for c in corners if c is not None]
    if len(placed) < len(corners):
        yield placed[0] if placed else None, "a corner is not two finite numbers", "write lon, lat in degrees"
        return
    outside = [c for c in placed if abs(c[0]) > 180 or abs(c[1]) > 90]
    if outside:
        yield outside[0], "a corner is out of range", "write lon in -180..180, then lat in -90..90"
    if placed[0] != placed[-1]:
        yield placed[-1], "a ring is not closed", "repeat its first corner at its end"
    elif len(placed) < 4:
        yield placed[0], "a ring has fewer than three corners", "draw it or leave it out"


def _corner(value: Any) -> Corner | None:
    """Lon and lat of a GeoJSON position; a height behind them is passed over."""
    held = cast("list[Any]", value) if isinstance(value, list) else []
    numbers = [v for v in held[:2] if isinstance(v, int | float) and not isinstance(v, bool)]
    finite = len(numbers) == 2 and all(-1e9 < v < 1e9 for v in numbers)  # so that no integer is too long for a float
    return (float(numbers[0]), float(numbers[1])) if finite else None


def _shape_faults(whole: Polygon | MultiPolygon) -> Iterator[Fault]:
    if not whole.is_valid:
        reason = shapely.is_valid_reason(whole)
        found = _PLACE.match(reason)
        text = found[1] if found else reason
        place = (float(found[2]), float(found[3])) if found else None
        yield place, text.lower(), _MENDS.get(text, "mend the drawing there")
    elif whole.area == 0:
        yield None, "it has no area", "draw it or leave it out"
    elif any(part.bounds[2] - part.bounds[0] > 180 for part in parts_of(whole)):
        yield None, "it is wider than 180 degrees, so it crosses the antimeridian", "cut it there into two parts"


def _overlaps(features: Sequence[Feature]) -> list[Problem]:
    """Pairs of features that share more than a sliver, each told at the middle of what they share."""
    shapes = np.array([f.shape() for f in features], object)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects") if len(shapes) else np.empty((2, 0), int)
    a, b = a[a < b], b[a < b]
    shared = np.asarray(shapely.intersection(shapes[a], shapes[b]), object)
    area_m2, width_m = measures(shared)
    out: list[Problem] = []
    for k in np.flatnonzero((area_m2 > OVERLAP_M2) & (width_m > OVERLAP_WIDTH_M)).tolist():
        mine, other = features[a[k]], features[b[k]]
        middle = shapely.point_on_surface(shared[k])
        reason = f"it overlaps {other.id} of {other.path} by {area_m2[k]:,.0f} m2"
        place = float(shapely.get_x(middle)), float(shapely.get_y(middle))
        out.append(Problem(mine.path, mine.id, place, reason, "draw both along one line", shared[k]))
    return out


def parts_of_area(geometry: shapely.Geometry) -> list[Polygon]:
    """The polygons of what an operation on areas left; its lines and points are dropped."""
    return [cast("Polygon", part) for part in shapely.get_parts(geometry) if shapely.get_type_id(part) == _POLYGON]


def measures(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Area in m2 and mean width in m (twice the area by the perimeter) in the plane at each shape's own latitude."""
    box = shapely.bounds(shapes).reshape(-1, 4)
    m_lon, m_lat = metres_per_degree(np.nan_to_num((box[:, 1] + box[:, 3]) / 2))
    metric = np.array([_in_metres(s, *scale) for s, *scale in zip(shapes, m_lon, m_lat, strict=True)], object)
    area, perimeter = shapely.area(metric), shapely.length(metric)
    return area, 2 * area / np.maximum(perimeter, 1e-9)


def _in_metres(geometry: shapely.Geometry, m_lon: float, m_lat: float) -> shapely.Geometry:
    return shapely.transform(geometry, lambda xy: xy * [m_lon, m_lat])
