"""Circles that move, as a storm's does: a centre and a radius along a track, known at every instant."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Self, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry import MultiPolygon, Polygon

MOST_RADIUS_M = 2_000_000.0  # the widest gale circle on record is half of it
MOST_LATITUDE = 80.0  # nearer to a pole longitude and latitude are no plane
CORNERS = 64
MARGIN = 1.01  # of the swath over its circles: it may be too wide, never too narrow
_GEOD = Geod(ellps="WGS84")

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Moments = tuple[I64, F64, F64]  # t, lon, lat, (n,) each


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Where a circle is: between its knots centre and radius change evenly, in degrees and in metres. Shapes (k,).

    Raises: ValueError: fewer than two knots, times not ascending, a place or a radius that no circle has.
    """

    t: I64  # microseconds since the epoch, UTC
    lon: F64  # degrees, WGS 84
    lat: F64
    radius_m: F64

    def __post_init__(self) -> None:
        faults = (
            (len(self.t) >= 2, "a track needs two places or more"),
            (bool((np.diff(self.t) > 0).all()), "its times do not ascend; sort them and give each once"),
            (
                bool(((self.radius_m > 0) & (self.radius_m <= MOST_RADIUS_M)).all()),
                f"radius_m is not within 0 and {MOST_RADIUS_M:.0f}; give metres",
            ),
            (
                bool(((np.abs(self.lon) <= 180) & (np.abs(self.lat) <= MOST_LATITUDE)).all()),
                f"a place is not within 180 degrees of longitude and {MOST_LATITUDE:.0f} of latitude; write lon, lat",
            ),
        )
        for fine, fault in faults:
            if not fine:
                raise ValueError(fault)

    @classmethod
    def of(cls, knots: Sequence[Sequence[float]]) -> Self:
        """From rows (t in microseconds, lon, lat, radius in metres), as they are filed."""
        t, lon, lat, radius = zip(*knots, strict=True) if knots else ((),) * 4
        return cls(np.array(t, np.int64), np.array(lon, float), np.array(lat, float), np.array(radius, float))

    def knots(self) -> list[list[float]]:
        """Rows as `of` takes them."""
        columns = (self.t.tolist(), self.lon.tolist(), self.lat.tolist(), self.radius_m.tolist())
        return [[*row] for row in zip(*columns, strict=True)]

    def circle_at(self, t: I64) -> tuple[F64, F64, F64]:
        """lon, lat and radius in metres at each t, (n,) each; before its first knot and after its last it stands."""
        since = (t - self.t[0]).astype(np.float64)
        knots = (self.t - self.t[0]).astype(np.float64)
        lon, lat, radius = (np.interp(since, knots, column) for column in (self.lon, self.lat, self.radius_m))
        return lon, lat, radius

    def outside_m(self, lon: F64, lat: F64, t: I64) -> F64:
        """Metres from each point to the circle of its moment, 0 or less inside; NaN without coordinates. (n,) each."""
        centre_lon, centre_lat, radius = self.circle_at(t)
        known = np.isfinite(lon) & np.isfinite(lat)
        out = np.full(len(lon), np.nan)
        out[known] = np.hypot(*_offset(centre_lon[known], centre_lat[known], lon[known], lat[known])) - radius[known]
        return out

    def passes(self, start: Moments, end: Moments) -> NDArray[np.bool_]:
        """Whether vessels that sail straight and evenly from start to end are outside at both and inside between."""
        outside = (self.outside_m(start[1], start[2], start[0]) > 0) & (self.outside_m(end[1], end[2], end[0]) > 0)
        out = np.zeros(len(start[0]), np.bool_)
        for begins, ends in pairwise(self.t.tolist()):
            rows = np.flatnonzero(outside & ~out & (start[0] < ends) & (end[0] > begins))
            first, last = np.maximum(start[0][rows], begins), np.minimum(end[0][rows], ends)
            out[rows] = self._meets(_between(start, end, rows, first), _between(start, end, rows, last))
        return out

    def _meets(self, a: Moments, b: Moments) -> NDArray[np.bool_]:
        """Whether the circle holds the vessel somewhere between two moments of one leg of the track."""
        at = self.circle_at(a[0]), self.circle_at(b[0])
        x, y = _offset(at[0][0], at[0][1], a[1], a[2])
        x1, y1 = _offset(at[1][0], at[1][1], b[1], b[2])
        r, dx, dy, dr = at[0][2], x1 - x, y1 - y, at[1][2] - at[0][2]
        bend = dx * dx + dy * dy - dr * dr  # of distance squared less radius squared, a parabola in the share gone
        share = np.where(bend > 0, -(x * dx + y * dy - r * dr) / np.where(bend > 0, bend, 1.0), 1.0)
        share = np.clip(share, 0.0, 1.0)
        return (np.hypot(x + share * dx, y + share * dy) <= r + share * dr) | (np.hypot(x1, y1) <= r + dr)

    def swath(self) -> Polygon | MultiPolygon:
        """All that the circle comes over, and a little more.

        Raises:
            ValueError: it crosses the antimeridian.
        """
        discs = [_disc(*row[1:]) for row in self.knots()]
        legs = [shapely.union(a, b).convex_hull for a, b in pairwise(discs)]
        return cast("Polygon | MultiPolygon", shapely.union_all(legs))


def _offset(lon0: F64, lat0: F64, lon: F64, lat: F64) -> tuple[F64, F64]:
    """Metres east and north of each point from (lon0, lat0), along the geodesic. Source: Karney 2013, by PROJ."""
    azimuth, _, metres = (np.asarray(column) for column in _GEOD.inv(lon0, lat0, lon, lat))
    return metres * np.sin(np.radians(azimuth)), metres * np.cos(np.radians(azimuth))


def _between(start: Moments, end: Moments, rows: I64, t: I64) -> Moments:
    """The vessels of `rows` at t, between start and end; the short way round the earth."""
    t0, lon0, lat0 = (column[rows] for column in start)
    t1, lon1, lat1 = (column[rows] for column in end)
    share = (t - t0) / (t1 - t0)
    return t, lon0 + share * (np.mod(lon1 - lon0 + 180.0, 360.0) - 180.0), lat0 + share * (lat1 - lat0)


def _disc(lon: float, lat: float, radius_m: float) -> Polygon:
    azimuths = np.linspace(0.0, 360.0, CORNERS, endpoint=False)
    reach = np.full(CORNERS, radius_m * MARGIN / np.cos(np.pi / CORNERS))
    x, y, _ = _GEOD.fwd(np.full(CORNERS, lon), np.full(CORNERS, lat), azimuths, reach)
    if np.ptp(x) > 180:
        raise ValueError("its circle crosses the antimeridian; no fence may")
    return Polygon(np.stack([x, y], axis=1))


def track_of(properties: dict[str, Any], geometry: dict[str, Any]) -> Track:
    """The track of a GeoJSON feature: a LineString of centres, `times` and `radius_m` among its properties.

    Args:
        properties: `times`, ISO 8601 with zone, one a centre; `radius_m`, a number or one a centre.
        geometry: the LineString, lon, lat in degrees.

    Raises:
        ValueError: what is wrong, and the mend.
    """
    centres = geometry.get("coordinates")
    if geometry.get("type") != "LineString" or not isinstance(centres, list):
        raise ValueError("it has `times` but is no LineString; draw the track of its centre")
    count = len(cast("list[Any]", centres))
    times, given = properties.get("times"), properties.get("radius_m")
    radii: object = given if isinstance(given, list) else [given] * count
    rows: list[list[float]] = []
    for name, column in (("times", times), ("radius_m", radii)):
        if not isinstance(column, list) or len(cast("list[Any]", column)) != count:
            raise ValueError(f"`{name}` does not fit the track; give one for each of its {count} places")
    for centre, time, radius in zip(
        cast("list[Any]", centres), cast("list[Any]", times), cast("list[Any]", radii), strict=True
    ):
        rows.append([_microseconds(time), *_numbers(centre, 2, "a place"), *_numbers([radius], 1, "`radius_m`")])
    return Track.of(rows)


def _numbers(value: object, count: int, what: str) -> Iterator[float]:
    held = cast("list[Any]", value)[:count] if isinstance(value, list) else []
    fine = [v for v in held if isinstance(v, int | float) and not isinstance(v, bool) and -1e9 < v < 1e9]
    if len(fine) < count:
        given = json.dumps(value, ensure_ascii=False).removeprefix("[").removesuffix("]")
        raise ValueError(f"{what} is {given[:80]}; give {count} finite number{'s' if count > 1 else ''}")
    yield from map(float, fine)


def _microseconds(value: object) -> int:
    try:
        moment = datetime.fromisoformat(cast("str", value))
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"`times` has {value!r}; write as 2026-08-01T20:00:00+08:00")
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
