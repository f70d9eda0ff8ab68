"""Lines drawn by hand beside others: laid upon them, and never moved farther than a hand errs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, mapping

from geofence.following import worth_telling
from geofence.load import OVERLAP_M2, OVERLAP_WIDTH_M, Feature, check
from geofence.partition import gaps
from geofence.snapping import SNAP_M, snapped

from .builders import M_LAT, M_LON, place, square

KM = 1_000.0
EAST = square(0, 0, 10 * KM, 10 * KM)
STEPS = [(0, 0), (5 * KM, 0), (10 * KM, 0), (10 * KM, 10 * KM), (0, 10 * KM), (-300, 6 * KM), (0, 4 * KM)]
STEPPED = Polygon([place(x, y) for x, y in STEPS])
ERR = st.floats(-30, 30)


def feature(name: str, shape: Any) -> Feature:
    text = mapping(shape)
    return Feature(Path("x"), name, {}, {"type": "Polygon", "coordinates": [list(map(list, text["coordinates"][0]))]})


def west_of_stepped(errors: list[tuple[float, float]]) -> Polygon:
    """Drawn along the western line of STEPPED by somebody whose hand errs."""
    line = [(0, 0), (0, 4 * KM), (-300, 6 * KM), (0, 10 * KM)]
    drawn = [place(x + dx, y + dy) for (x, y), (dx, dy) in zip(line, errors, strict=True)]
    return Polygon([place(-8 * KM, 0), *drawn, place(-8 * KM, 10 * KM)])


def metres(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.hypot((a[0] - b[0]) * M_LON, (a[1] - b[1]) * M_LAT))


@given(st.lists(st.tuples(ERR, ERR), min_size=4, max_size=4))
def test_line_drawn_by_a_hand_that_errs_leaves_neither_overlap_nor_gap(errors: list[tuple[float, float]]):
    drawn = snapped(west_of_stepped(errors), [STEPPED])
    assert check([feature("A", drawn), feature("B", STEPPED)], exclusive=True) == []
    exact = west_of_stepped([(0, 0)] * 4)
    assert gaps([feature("A", exact), feature("B", STEPPED)], [feature("A", drawn), feature("B", STEPPED)]) == []
    assert not worth_telling(exact.symmetric_difference(drawn), OVERLAP_M2, OVERLAP_WIDTH_M)


@given(st.lists(st.tuples(st.floats(-9 * KM, 9 * KM), st.floats(-9 * KM, 9 * KM)), min_size=3, max_size=9))
def test_no_corner_moves_farther_than_the_tolerance(spots: list[tuple[float, float]]):
    drawn = Polygon([place(x, y) for x, y in spots]).convex_hull
    if not isinstance(drawn, Polygon) or drawn.area < 1e-8:
        return
    after = shapely.get_coordinates(snapped(drawn, [STEPPED]))
    line = LineString(after * [M_LON, M_LAT])
    for corner in shapely.get_coordinates(drawn):
        assert shapely.distance(shapely.Point(corner * [M_LON, M_LAT]), line) <= SNAP_M * 1.01


def test_corner_near_a_corner_goes_there_and_one_near_a_line_to_its_foot():
    drawn = Polygon([place(-8 * KM, 0), place(20, 30), place(-30, 9 * KM), place(-8 * KM, 9 * KM)])
    after = shapely.get_coordinates(snapped(drawn, [EAST]))
    assert metres(after[1], np.array(place(0, 0))) < 0.1
    assert metres(after[2], np.array(place(0, 9 * KM))) < 0.1
    assert metres(after[3], np.array(place(-8 * KM, 9 * KM))) < 0.1


def test_corners_of_a_neighbour_beside_a_line_become_corners_of_it():
    drawn = Polygon([place(-8 * KM, -KM), place(0, -KM), place(0, 11 * KM), place(-8 * KM, 11 * KM)])
    assert len(shapely.get_coordinates(snapped(drawn, [EAST]))) == len(shapely.get_coordinates(drawn)) + 2


def test_what_lies_on_the_neighbours_already_stays_as_it_is():
    drawn = west_of_stepped([(0, 0)] * 4)
    assert snapped(drawn, [STEPPED]).equals_exact(drawn, 1e-7)
    assert snapped(drawn, []) is drawn
    assert snapped(drawn, [square(50 * KM, 0, 60 * KM, 9 * KM)]) is drawn


def test_line_that_a_grid_had_before_is_not_laid_anew():
    before = Polygon([place(-8 * KM, 0), place(-40, 0), place(-40, 10 * KM), place(-8 * KM, 10 * KM)])
    moved = Polygon([place(-9 * KM, 0), place(-40, 0), place(-40, 10 * KM), place(-8 * KM, 10 * KM)])
    assert snapped(moved, [EAST], before).equals_exact(moved, 1e-9)
    assert not snapped(moved, [EAST]).equals_exact(moved, 1e-9)


def test_drawing_that_would_collapse_stays_as_it_was_drawn():
    drawn = Polygon([place(-20, 0), place(10, 0), place(0, 30)])
    assert snapped(drawn, [EAST]).equals_exact(drawn, 1e-9)


def test_hole_is_laid_onto_what_fills_it():
    inner = [place(x, y) for x, y in [(10, -20), (10 * KM - 25, 15), (10 * KM + 5, 10 * KM), (-15, 10 * KM + 20)]]
    around = square(-5 * KM, -5 * KM, 15 * KM, 15 * KM)
    after = snapped(Polygon(around.exterior.coords, [inner]), [EAST])
    assert not worth_telling(after.intersection(EAST), OVERLAP_M2, OVERLAP_WIDTH_M)
    assert not worth_telling(around.difference(shapely.union(after, EAST)), OVERLAP_M2, OVERLAP_WIDTH_M)


def test_each_part_of_a_grid_is_laid():
    parts = [square(-5 * KM, 0, -30, 10 * KM), square(10 * KM + 40, 0, 15 * KM, 10 * KM)]
    after = snapped(shapely.MultiPolygon(parts), [EAST])
    assert not worth_telling(after.intersection(EAST), OVERLAP_M2, OVERLAP_WIDTH_M)
    left = square(-5 * KM, 0, 15 * KM, 10 * KM).difference(shapely.union(after, EAST))
    assert not worth_telling(left, OVERLAP_M2, OVERLAP_WIDTH_M)
