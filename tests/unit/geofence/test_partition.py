"""Grids drawn anew: no sea left to nobody, ports inside, and who is held by whom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, mapping

from geofence.load import Feature
from geofence.partition import gaps, holders, ports_outside


def grid(name: str, west: float, south: float, east: float, north: float, **properties: Any) -> Feature:
    shape = mapping(box(west, south, east, north))
    return Feature(
        Path("x"), name, properties, {"type": "Polygon", "coordinates": [list(map(list, shape["coordinates"][0]))]}
    )


A, B = grid("A", 122, 30, 122.5, 30.5), grid("B", 122.5, 30, 123, 30.5)


def test_grids_that_trade_a_strip_leave_no_gap():
    moved = [grid("A", 122, 30, 122.6, 30.5), grid("B", 122.6, 30, 123, 30.5)]
    assert gaps([A, B], moved) == []


def test_strip_that_nobody_takes_is_told_with_its_size_and_a_place_within_it():
    (gap,) = gaps([A, B], [grid("A", 122, 30, 122.4, 30.5), B])
    assert gap.feature == "A"
    assert float(gap.reason.split(" km2")[0]) == pytest.approx(0.1 * 96.3 * 0.5 * 110.86, rel=0.005)
    assert gap.place
    assert 122.4 <= gap.place[0] <= 122.5


def test_line_drawn_twice_a_little_apart_is_no_gap():
    assert gaps([A, B], [grid("A", 122, 30, 122.49999, 30.5), B]) == []


def test_grid_that_is_dropped_whole_is_a_gap_and_new_sea_is_none():
    assert [p.feature for p in gaps([A, B], [A])] == ["B"]
    assert gaps([A], [A, B]) == []
    assert gaps([], [A]) == []


@pytest.mark.parametrize(
    ("kind", "port_ids", "told"),
    [
        ("inshore", ["P1"], None),
        ("inshore", ["P1", "P2"], "P2 lies outside"),
        ("offshore", ["P2"], None),
        ("inshore", ["P9"], "P9 is not known"),
        ("inshore", [], "leans on no port"),
    ],
)
def test_inshore_grid_holds_the_ports_that_it_leans_on(kind: str, port_ids: list[str], told: str | None):
    feature = grid("A", 122, 30, 122.5, 30.5, kind=kind, port_ids=port_ids)
    found = ports_outside([feature], {"P1": (122.1, 30.1), "P2": (123.5, 30.1)}, ("inshore",))
    assert [told in p.reason for p in found] == ([True] if told else []) if told else found == []


@given(st.lists(st.tuples(st.floats(121.9, 123.1), st.floats(29.9, 30.6)), min_size=1, max_size=30))
def test_point_is_held_by_the_first_grid_that_covers_it(points: list[tuple[float, float]]):
    lon, lat = [p[0] for p in points], [p[1] for p in points]
    for (x, y), found in zip(points, holders([A, B], lon, lat), strict=True):
        inside = [f.id for f in (A, B) if f.shape().bounds[0] <= x <= f.shape().bounds[2] and 30 <= y <= 30.5]
        assert found == (inside[0] if inside else "")
    assert holders([], lon, lat) == [""] * len(points)
