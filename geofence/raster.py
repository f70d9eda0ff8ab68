"""A raster of cells over a set of polygons: most points are answered by one look-up, the rest by exact tests.

Every cell knows the polygons that hold the whole of it and those whose line passes through it. Cells with the same
answer share one entry of a table. Only a point in a cell with a line needs a test of geometry, and only against
the polygons of that line. Lengths here are in cells: u along the longitude, v along the latitude.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from .edges import Edges

MAX_CELLS = 4_000_000  # 16 MB of look-up table, built in about a second
BORDER_SHARE = 0.06  # the raster is refined until about so much of the box lies in cells with a line
PAD = 1e-6  # cells; a line so near to a cell passes through it, which covers all rounding


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Sets of polygons by cell. `sets` has a frame of empty cells round the box: all that lies outside.

    sets: ((ny + 2) * (nx + 2),) int32, number of the set of each cell, row by row from the south west.
    first: (n_sets + 1,) int64, where the members of each set begin in `member`; set 0 is empty.
    member: polygon numbers, ascending within a set; `lined` says that the polygon's line passes through the cell.
    """

    west: float
    south: float
    cells_per_degree: float
    nx: int
    ny: int
    sets: NDArray[np.int32]
    first: NDArray[np.int64]
    member: NDArray[np.int32]
    lined: NDArray[np.bool_]
    below: NDArray[np.int32]  # (ny + 3, nx + 3), cells with a line to the south west of each corner of the cells

    def cell(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Row and column of each point; points outside or without coordinates fall into the frame. Shapes (n,)."""
        col = np.fmin(np.fmax((lon - self.west) * self.cells_per_degree + 1.0, 0.0), self.nx + 1)
        row = np.fmin(np.fmax((lat - self.south) * self.cells_per_degree + 1.0, 0.0), self.ny + 1)
        return row.astype(np.intp), col.astype(np.intp)

    def clear(
        self,
        start: tuple[NDArray[np.float64], NDArray[np.float64]],
        end: tuple[NDArray[np.float64], NDArray[np.float64]],
    ) -> NDArray[np.bool_]:
        """Whether no line can lie between start and end, (lon, lat) each: none in the box of cells they span."""
        (row0, col0), (row1, col1) = self.cell(*start), self.cell(*end)
        south, north = np.minimum(row0, row1), np.maximum(row0, row1) + 1
        west, east = np.minimum(col0, col1), np.maximum(col0, col1) + 1
        b = self.below
        return b[north, east] - b[south, east] - b[north, west] + b[south, west] == 0

    def candidates(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_]]:
        """Pairs (point, polygon, unsure), by point and polygon; of an unsure pair geometry must judge."""
        row, col = self.cell(lon, lat)
        at = self.sets[row * (self.nx + 2) + col]
        rows = np.flatnonzero(at)
        begin = self.first[at[rows]]
        count = self.first[at[rows] + 1] - begin
        if int(count.max(initial=1)) > 1:
            rows, begin = np.repeat(rows, count), np.repeat(begin, count)
            begin += np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        return rows, self.member[begin], self.lined[begin]


def build_raster(edges: Edges) -> Raster:
    """Raster over the polygons whose lines are `edges`; polygons must be valid, there must be one at least."""
    west, south, east, north = edges.bounds()
    rate = _cells_per_degree(edges, east - west, north - south)
    nx, ny = math.ceil((east - west) * rate) + 1, math.ceil((north - south) * rate) + 1
    west, south = west - 0.5 / rate, south - 0.5 / rate  # the outermost lines run through the middle of a cell
    scaled = edges.scaled(west, south, rate)
    painter = _Painter(nx, ny)
    for polygon, lined, held in _cells_by_polygon(scaled, nx):
        painter.paint(polygon, lined, held)
    first, member, line = painter.table()
    has_line = np.zeros(len(first) - 1, np.int32)
    has_line[np.repeat(np.arange(len(has_line)), np.diff(first))[line]] = 1
    below = np.zeros((ny + 3, nx + 3), np.int32)
    np.cumsum(has_line[painter.sets].reshape(ny + 2, nx + 2), axis=0, out=below[1:, 1:])
    np.cumsum(below, axis=1, out=below)
    return Raster(west, south, rate, nx, ny, painter.sets, first, member, line, below)


def _cells_per_degree(edges: Edges, width: float, height: float) -> float:
    area = width * height
    wanted = edges.length() / (BORDER_SHARE * area)
    return min(max(wanted, 64 / max(width, height)), math.sqrt(MAX_CELLS / area), MAX_CELLS / (4 * max(width, height)))


def _spread(count: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For items that repeat `count` times: the number of the item, and which of its repeats it is."""
    item = np.repeat(np.arange(len(count)), count)
    return item, np.arange(len(item)) - np.repeat(np.cumsum(count) - count, count)


def _lined_cells(e: Edges, nx: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Polygon and flat cell of every cell an edge passes through, or nearly so; with repeats."""
    low, high = np.minimum(e.y0, e.y1), np.maximum(e.y0, e.y1)
    bottom = np.floor(low - PAD).astype(np.int64)
    edge, step = _spread(np.floor(high + PAD).astype(np.int64) - bottom + 1)
    row = bottom[edge] + step
    rise = (e.y1 - e.y0)[edge]
    slope = np.divide((e.x1 - e.x0)[edge], rise, out=np.zeros(len(edge)), where=rise != 0)
    lower = np.clip(row - PAD, low[edge], high[edge])
    upper = np.clip(row + 1 + PAD, low[edge], high[edge])
    flat = rise == 0
    ends = (
        np.where(flat, e.x0[edge], e.x0[edge] + (lower - e.y0[edge]) * slope),
        np.where(flat, e.x1[edge], e.x0[edge] + (upper - e.y0[edge]) * slope),
    )
    left = np.floor(np.minimum(*ends) - PAD).astype(np.int64)
    piece, along = _spread(np.floor(np.maximum(*ends) + PAD).astype(np.int64) - left + 1)
    return e.polygon[edge[piece]], (row[piece] + 1) * (nx + 2) + left[piece] + along + 1


def _runs(e: Edges, nx: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Polygon, first flat cell and length of each run of cells in a row whose centres a polygon holds (even-odd)."""
    low, high = np.minimum(e.y0, e.y1), np.maximum(e.y0, e.y1)
    bottom = np.ceil(low - 0.5).astype(np.int64)
    edge, step = _spread(np.maximum(np.ceil(high - 0.5).astype(np.int64) - bottom, 0))
    row = bottom[edge] + step
    rise = (row + 0.5 - e.y0[edge]) / (e.y1 - e.y0)[edge]
    x = e.x0[edge] + np.clip(rise, 0.0, 1.0) * (e.x1 - e.x0)[edge]
    order = np.lexsort((x, row, e.polygon[edge]))
    polygon, row, x = e.polygon[edge][order][::2], row[order][::2], np.ceil(x[order] - 0.5).astype(np.int64)
    return polygon, (row + 1) * (nx + 2) + x[::2] + 1, x[1::2] - x[::2]


def _cells_by_polygon(e: Edges, nx: int) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
    """Of each polygon in turn: cells with its line, and cells whose centre it holds (some of them with its line)."""
    owner, cell = _lined_cells(e, nx)
    order = np.argsort(owner, kind="stable")
    owner, cell = owner[order], cell[order]
    run_owner, run_cell, run_length = _runs(e, nx)
    numbers = np.arange(e.polygon[-1] + 2)
    at, run_at = np.searchsorted(owner, numbers), np.searchsorted(run_owner, numbers)
    for k in range(len(numbers) - 1):
        run, along = _spread(run_length[run_at[k] : run_at[k + 1]])
        yield k, np.unique(cell[at[k] : at[k + 1]]), run_cell[run_at[k] : run_at[k + 1]][run] + along


class _Painter:
    """Paints polygons one over the other and keeps account of the sets that arise."""

    def __init__(self, nx: int, ny: int) -> None:
        self.sets = np.zeros((nx + 2) * (ny + 2), np.int32)
        self._masked = np.zeros(len(self.sets), np.bool_)
        self._members: list[tuple[int, ...]] = [()]  # 2 * polygon, plus 1 where its line passes

    def paint(self, polygon: int, lined: NDArray[np.int64], held: NDArray[np.int64]) -> None:
        self._masked[lined] = True
        self._add(2 * polygon, held[~self._masked[held]])
        self._masked[lined] = False
        self._add(2 * polygon + 1, lined)

    def _add(self, member: int, cells: NDArray[np.int64]) -> None:
        old, place = _distinct(self.sets[cells])
        base = len(self._members)
        self._members += [(*self._members[k], member) for k in old]
        self.sets[cells] = (base + place).astype(np.int32)

    def table(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.bool_]]:
        """Columns `first`, `member` and `lined` of the raster."""
        lengths = [len(m) for m in self._members]
        flat = np.fromiter((m for members in self._members for m in members), np.int32, sum(lengths))
        return np.concatenate(([0], np.cumsum(lengths))), flat >> 1, (flat & 1).astype(np.bool_)


def _distinct(values: NDArray[np.int32]) -> tuple[list[int], NDArray[np.int64]]:
    """The distinct values, and for each value its place among them; without a sort where one value rules."""
    if len(values) and (values == values[0]).all():
        return [int(values[0])], np.zeros(len(values), np.int64)
    found, place = np.unique(values, return_inverse=True)
    return found.tolist(), place


def exact_pairs(
    raster: Raster, shapes: NDArray[np.object_], lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Pairs (point, polygon) of each point in each polygon, the line included, by point and polygon.

    Args:
        raster: built over the same polygons.
        shapes: (m,) prepared polygons.
        lon: (n,) degrees.
        lat: (n,) degrees.
    """
    point, polygon, unsure = raster.candidates(lon, lat)
    doubt = np.flatnonzero(unsure)
    if not len(doubt):
        return point, polygon
    doubt = doubt[np.argsort(polygon[doubt], kind="stable")]  # one polygon after the other stays in the cache
    where = point[doubt]
    unsure[doubt] = ~shapely.intersects_xy(shapes[polygon[doubt]], lon[where], lat[where])
    return point[~unsure], polygon[~unsure]
