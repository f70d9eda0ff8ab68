"""Metres between points and the lines of polygons, anywhere but at the poles.

An edge is straight in longitude and latitude, as in its file and as in the test of containment. Distances are taken
in a plane whose scales are those of the WGS 84 ellipsoid half way between the point and the nearest point of each
edge; beyond `GEODESIC_BEYOND_M`, where a plane no longer serves, along the geodesic.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from .edges import Edges

SEMI_MAJOR_M = 6_378_137.0  # WGS 84, NIMA TR8350.2
ECCENTRICITY_2 = 6.694_379_990_14e-3
LEAST_M_PER_DEGREE = 110_574.0  # of latitude, at the equator; elsewhere a degree is longer
MOST_M_PER_DEGREE = 111_700.0  # of either, anywhere
GEODESIC_BEYOND_M = 20_000.0
PAIRS_AT_ONCE = 250_000  # points times edges in memory at one time, 2 MB a column
_GEOD = Geod(ellps="WGS84")


def metres_per_degree(lat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres in a degree of longitude and of latitude, at latitude `lat` (degrees), any shape.

    Source: radii of curvature in the prime vertical and in the meridian, Snyder 1987 (USGS 1395), eq. 4-20 and 4-18.
    """
    phi = np.radians(lat)
    w2 = 1.0 - ECCENTRICITY_2 * np.sin(phi) ** 2
    prime = SEMI_MAJOR_M / np.sqrt(w2)
    return np.radians(prime * np.cos(phi)), np.radians(prime * (1.0 - ECCENTRICITY_2) / w2)


def length_m(
    lon0: NDArray[np.float64], lat0: NDArray[np.float64], lon1: NDArray[np.float64], lat1: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Metres of each short segment, in the plane at its middle latitude; the short way round the earth."""
    m_lon, m_lat = metres_per_degree((lat0 + lat1) / 2)
    return np.hypot((np.mod(lon1 - lon0 + 180.0, 360.0) - 180.0) * m_lon, (lat1 - lat0) * m_lat)


def geodesic_m(
    lon0: NDArray[np.float64], lat0: NDArray[np.float64], lon1: NDArray[np.float64], lat1: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Metres along the geodesic between points, shapes (n,). Source: Karney 2013, by PROJ."""
    return cast("NDArray[np.float64]", np.asarray(_GEOD.inv(lon0, lat0, lon1, lat1)[2]))


def distance_to_line_m(
    lon: NDArray[np.float64], lat: NDArray[np.float64], polygon: NDArray[np.int64], edges: Edges
) -> NDArray[np.float64]:
    """Metres from each point to the nearest edge of its polygon, within 0.5 % below 85 degrees of latitude.

    Args:
        lon: (n,) degrees in [-180, 180].
        lat: (n,) degrees.
        polygon: (n,) number of the polygon of each point.
        edges: of all polygons, by polygon.

    Returns:
        (n,) float64, metres; NaN where the point has no coordinates.
    """
    out = np.full(len(lon), np.nan)
    order = np.argsort(polygon, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(polygon[order])) + 1) if len(order) else []:
        at = np.searchsorted(edges.polygon, (polygon[rows[0]], polygon[rows[0]] + 1))
        line = np.stack([c[at[0] : at[1]] for c in (edges.x0, edges.y0, edges.x1, edges.y1)])
        step = max(PAIRS_AT_ONCE // line.shape[1], 1)
        for k in range(0, len(rows), step):
            part = rows[k : k + step]
            out[part] = _to_line_m(lon[part], lat[part], line)
    return out


def _to_line_m(lon: NDArray[np.float64], lat: NDArray[np.float64], line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres from (n,) points to the nearest of (4, m) edges x0, y0, x1, y1."""
    distance, along = _planar(lon[:, None], lat[:, None], line[:, None, :])
    near = distance.min(axis=1)
    far = np.flatnonzero(near > GEODESIC_BEYOND_M)
    if len(far):
        near[far] = _geodesic(lon[far], lat[far], line, distance[far], along[far])
    return near


def _planar(
    lon: NDArray[np.float64], lat: NDArray[np.float64], line: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres from points to edges and where on the edge [0, 1]; shapes broadcast, (n, 1) with (4, 1, m)."""
    x0, y0, dx, dy = line[0] - lon, line[1] - lat, line[2] - line[0], line[3] - line[1]
    x0 -= 360.0 * np.round((x0 + dx / 2) / 360.0)  # the short way round the earth
    along = np.zeros(np.broadcast_shapes(x0.shape, dx.shape))
    distance = along
    for _ in range(2):
        m_lon, m_lat = metres_per_degree(np.clip(lat + (y0 + along * dy) / 2, -89.9, 89.9))
        east, north, run, rise = x0 * m_lon, y0 * m_lat, dx * m_lon, dy * m_lat
        along = np.clip(-(east * run + north * rise) / np.maximum(run * run + rise * rise, 1e-12), 0.0, 1.0)
        distance = np.hypot(east + along * run, north + along * rise)
    return distance, along


def _geodesic(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    line: NDArray[np.float64],
    distance: NDArray[np.float64],
    along: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Geodesic metres to the edges nearest in the plane, their nearest point sought by narrowing (n, k, steps)."""
    best = np.argsort(distance, axis=1)[:, :4]
    x0, y0, x1, y1 = (column[best][..., None] for column in line)
    centre, width = np.take_along_axis(along, best, axis=1)[..., None], 1.0
    found = np.full(len(lon), np.inf)
    for _ in range(4):
        share = np.clip(centre + width * np.linspace(-1.0, 1.0, 17), 0.0, 1.0)
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        start = np.broadcast_to(lon[:, None, None], x.shape), np.broadcast_to(lat[:, None, None], x.shape)
        metres = geodesic_m(start[0].ravel(), start[1].ravel(), x.ravel(), y.ravel()).reshape(x.shape)
        centre = np.take_along_axis(share, metres.argmin(axis=2)[..., None], axis=2)
        found, width = np.minimum(found, metres.min(axis=(1, 2))), width / 8
    return found
