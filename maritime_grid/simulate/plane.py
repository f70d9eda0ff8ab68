"""Metres on a plane that touches the earth in the middle of the chart, and back.

Equirectangular: within 1.5 degrees of latitude of its middle, east-west lengths are right within 1.6 %, which is
nothing to a fleet that only has to look true. Rules measure on the ellipsoid, this does not judge anyone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import shapely
from numpy.typing import NDArray

from ingest.batch import F64

METRES_PER_DEGREE = 111_195.0  # of latitude, sphere of 6,371 km
KNOT = 1852.0 / 3600.0  # m/s


@dataclass(frozen=True, slots=True)
class Plane:
    lon0: float
    lat0: float

    @property
    def scale(self) -> F64:
        """Metres a degree, (2,) for lon, lat."""
        return np.array([METRES_PER_DEGREE * np.cos(np.radians(self.lat0)), METRES_PER_DEGREE])

    def to_xy(self, lonlat: F64) -> F64:
        """lonlat: (n, 2) degrees. Returns (n, 2) metres east and north of the middle."""
        return (np.asarray(lonlat, np.float64) - [self.lon0, self.lat0]) * self.scale

    def to_lonlat(self, xy: F64) -> F64:
        return xy / self.scale + [self.lon0, self.lat0]


def points(xy: F64) -> NDArray[Any]:
    """(n, 2) metres to (n,) shapely points."""
    return cast("NDArray[Any]", shapely.points(xy))


def lines(ends: F64) -> NDArray[Any]:
    """(n, k, 2) metres to (n,) shapely lines of k points."""
    return cast("NDArray[Any]", shapely.linestrings(ends))


def bearing(dxy: F64) -> F64:
    """dxy: (n, 2) metres. Returns degrees true in [0, 360)."""
    return np.degrees(np.arctan2(dxy[:, 0], dxy[:, 1])) % 360.0


def unit(dxy: F64) -> F64:
    """Rows scaled to length 1; a row of zeros stays."""
    length = np.hypot(dxy[..., 0], dxy[..., 1])[..., None]
    return dxy / np.where(length == 0, 1.0, length)
