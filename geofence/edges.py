"""The lines of polygons as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Straight edges of the rings of polygons, holes and all parts included, by polygon. Shapes (n,)."""

    polygon: NDArray[np.int64]  # its number, ascending
    x0: NDArray[np.float64]
    y0: NDArray[np.float64]
    x1: NDArray[np.float64]
    y1: NDArray[np.float64]

    @classmethod
    def of(cls, shapes: NDArray[np.object_]) -> Self:
        """Edges of (m,) polygons or multipolygons, in their own units."""
        parts, owner = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        joined = np.flatnonzero(ring[1:] == ring[:-1])
        return cls(owner[part[ring[joined]]], *xy[joined].T.copy(), *xy[joined + 1].T.copy())

    def bounds(self) -> tuple[float, float, float, float]:
        """Least x, least y, greatest x, greatest y; every edge's start is another's end."""
        return float(self.x0.min()), float(self.y0.min()), float(self.x0.max()), float(self.y0.max())

    def length(self) -> float:
        return float(np.hypot(self.x1 - self.x0, self.y1 - self.y0).sum())

    def scaled(self, x: float, y: float, rate: float) -> Self:
        """The same edges measured from (x, y) in units of 1 / rate."""
        columns = ((self.x0 - x) * rate, (self.y0 - y) * rate, (self.x1 - x) * rate, (self.y1 - y) * rate)
        return type(self)(self.polygon, *columns)
