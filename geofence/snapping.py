"""Lines drawn by hand laid onto those of the neighbours, so that neither a sliver nor a strip is left between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from .geodesy import metres_per_degree

SNAP_M = 50.0  # docs/decisions/0104
SAME = 1e-6  # degrees, a decimetre: what lies nearer to a line is on it
DIGITS = 7  # of degrees: a centimetre
_CORNERS = 3  # the fewest of a ring
Points = NDArray[np.float64]
Area = Polygon | MultiPolygon


class _Lines:
    """Corners and edges near a drawing, in metres; corners keep their own degrees besides."""

    def __init__(self, areas: Sequence[Area], scale: Points, before: Area | None, tolerance_m: float) -> None:
        rings = [shapely.get_coordinates(ring) for ring in _rings(areas)]
        self.degrees = np.unique(np.concatenate(rings), axis=0) if rings else np.empty((0, 2))
        self.corners = self.degrees * scale
        self._start = np.concatenate([r[:-1] for r in rings]) * scale if rings else np.empty((0, 2))
        self._run = np.concatenate([r[1:] for r in rings]) * scale - self._start if rings else np.empty((0, 2))
        self._scale, self._tolerance_m = scale, tolerance_m
        self._before = before.boundary if before is not None else None

    def kept(self, points: Points) -> NDArray[np.bool_]:
        """Which of (n, 2) points lie on a line that the drawing had before."""
        if self._before is None:
            return np.zeros(len(points), bool)
        return np.asarray(shapely.distance(shapely.points(points), self._before)) <= SAME

    def lay(self, corner: Points) -> Points:
        """Where a corner belongs."""
        at = corner * self._scale
        apart = np.hypot(*(self.corners - at).T)
        if apart.min() <= self._tolerance_m:
            return self.degrees[apart.argmin()]
        run2 = np.maximum((self._run * self._run).sum(axis=1), 1e-12)
        along = np.clip(((at - self._start) * self._run).sum(axis=1) / run2, 0.0, 1.0)
        foot = self._start + along[:, None] * self._run
        away = np.hypot(*(foot - at).T)
        return np.round(foot[away.argmin()] / self._scale, DIGITS) if away.min() <= self._tolerance_m else corner

    def fill(self, a: Points, b: Points) -> Points:
        """The corner a, and those of the neighbours that lie beside the line from a to b in the order of the line."""
        start, run = a * self._scale, (b - a) * self._scale
        long_m = max(float(np.hypot(*run)), 1e-9)
        along = ((self.corners - start) @ run) / long_m
        beside = np.abs((self.corners - start) @ np.array([-run[1], run[0]])) / long_m
        ends = np.minimum(np.hypot(*(self.corners - start).T), np.hypot(*(self.corners - b * self._scale).T))
        fits = (beside <= self._tolerance_m) & (along > 0) & (along < long_m) & (ends > 0.01)
        order = np.argsort(along[fits], kind="stable")
        return np.concatenate([a[None, :], self.degrees[fits][order]])


def snapped(drawn: Area, others: Sequence[Area], before: Area | None = None, tolerance_m: float = SNAP_M) -> Area:
    """The drawing with what lies within the tolerance of its neighbours laid upon them.

    A corner goes to the nearest corner of theirs, else to the nearest point of their lines; corners of theirs that lie
    beside a line of the drawing become corners of it. What would not be a polygon any more stays as it was drawn.

    Args:
        drawn: valid, degrees lon, lat.
        others: valid, of any number.
        before: what it was; lines that it keeps stay where they are.
        tolerance_m: how far a line is taken for one with another, metres.
    """
    _, south, _, north = drawn.bounds
    m_lon, m_lat = metres_per_degree(np.array((south + north) / 2))
    scale = np.array([float(m_lon), float(m_lat)])
    near = shapely.box(*(np.array(drawn.bounds) + np.repeat([-1, 1], 2) * np.tile(tolerance_m / scale, 2)))
    lines = _Lines([other for other in others if other.intersects(near)], scale, before, tolerance_m)
    if not len(lines.corners):
        return drawn
    parts = [Polygon(*_laid_rings(part, lines)) for part in shapely.get_parts(drawn)]
    whole = parts[0] if len(parts) == 1 else MultiPolygon(parts)
    return whole if whole.is_valid and whole.area > 0 else drawn


def _rings(areas: Sequence[Area]) -> list[shapely.Geometry]:
    return [ring for area in areas for part in shapely.get_parts(area) for ring in shapely.get_rings(part)]


def _laid_rings(part: Polygon, lines: _Lines) -> tuple[Points, list[Points]]:
    shell, *holes = (_ring(shapely.get_coordinates(ring)[:-1], lines) for ring in shapely.get_rings(part))
    return shell, holes


def _ring(corners: Points, lines: _Lines) -> Points:
    """A ring without its repeated end: its corners moved, then theirs put in between."""
    kept = lines.kept(corners)
    moved = _once(np.array([c if k else lines.lay(c) for c, k in zip(corners, kept, strict=True)]))
    if len(moved) < _CORNERS:
        return corners
    then = np.roll(moved, -1, axis=0)
    old = lines.kept(moved) & lines.kept(then) & lines.kept((moved + then) / 2)
    sides = zip(moved, then, old, strict=True)
    return _once(np.concatenate([a[None, :] if k else lines.fill(a, b) for a, b, k in sides]))


def _once(corners: Points) -> Points:
    """Without corners that repeat the one before."""
    return corners[(corners != np.roll(corners, 1, axis=0)).any(axis=1)]
