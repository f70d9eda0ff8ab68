"""Neighbours that follow: whatever is drawn, nobody overlaps anybody and no sea is left to nobody."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon

from geofence.following import Area, followed, traded, worth_telling
from geofence.load import OVERLAP_M2, OVERLAP_WIDTH_M, parts_of_area

from .builders import M_LAT, M_LON, place, square

KM = 1_000.0
CELLS = {
    f"{i}{j}": square(i * 10 * KM, j * 10 * KM, (i + 1) * 10 * KM, (j + 1) * 10 * KM)
    for i in range(3)
    for j in range(3)
}
WHOLE = square(0, 0, 30 * KM, 30 * KM)


@st.composite
def blobs(draw: st.DrawFn) -> Polygon:
    """A star-shaped polygon somewhere over the cells."""
    x, y = draw(st.floats(2 * KM, 28 * KM)), draw(st.floats(2 * KM, 28 * KM))
    n = draw(st.integers(3, 12))
    radii = draw(st.lists(st.floats(KM, 9 * KM), min_size=n, max_size=n))
    turns = [2 * math.pi * k / n for k in range(n)]
    return Polygon([place(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(radii, turns, strict=True)])


def worth(geometry: shapely.Geometry) -> bool:
    """More than slivers, as the check of overlaps has it."""
    return bool(worth_telling(geometry, OVERLAP_M2, OVERLAP_WIDTH_M))


def assert_sound(after: dict[str, Area], sea: shapely.Geometry) -> None:
    names = list(after)
    for k, one in enumerate(names):
        for other in names[k + 1 :]:
            assert not worth(shapely.intersection(after[one], after[other])), (one, other)
    assert not worth(shapely.difference(sea, shapely.union_all([*after.values()])))


@given(blobs())
def test_new_grid_is_cut_out_of_those_under_it(drawn: Polygon):
    after = followed(CELLS, {**CELLS, "new": drawn}, {"new"})
    assert after["new"] is drawn
    under = [name for name, cell in CELLS.items() if shapely.difference(cell, drawn).is_empty]
    if not under:
        assert_sound(after, WHOLE)
    for name, cell in CELLS.items():
        if not shapely.intersects(cell, drawn):
            assert after[name] is cell


@given(blobs())
def test_grid_drawn_anew_leaves_what_it_held_to_its_neighbours(drawn: Polygon):
    shape = shapely.union(drawn, square(14 * KM, 14 * KM, 16 * KM, 16 * KM).union(CELLS["11"].buffer(-0.03)))
    parts = parts_of_area(shape)
    now = max(parts, key=lambda part: part.area)
    if any(shapely.difference(cell, now).is_empty for name, cell in CELLS.items() if name != "11"):
        return
    after = followed(CELLS, {**CELLS, "11": now}, {"11"})
    assert_sound(after, WHOLE)


def test_grid_that_ends_goes_to_the_neighbour_with_the_longest_line_in_common():
    wide = {
        "a": square(0, 0, 10 * KM, 10 * KM),
        "b": square(10 * KM, 0, 14 * KM, 10 * KM),
        "c": square(0, 10 * KM, 14 * KM, 20 * KM),
    }
    after = followed(wide, wide, (), {"b"})
    assert list(after) == ["a", "c"]
    assert after["a"].area * M_LON * M_LAT == pytest.approx(14 * KM * 10 * KM, rel=1e-3)
    assert after["c"] is wide["c"]


def test_what_nobody_borders_stays_with_nobody():
    apart = {"a": square(0, 0, KM, KM), "b": square(5 * KM, 0, 6 * KM, KM)}
    after = followed(apart, apart, (), {"b"})
    assert after == {"a": apart["a"]}


def test_grid_wholly_under_a_drawn_one_stays_as_an_overlap_to_be_told():
    after = followed(CELLS, {**CELLS, "new": CELLS["11"].buffer(0.01)}, {"new"})
    assert after["11"] is CELLS["11"]


@given(blobs())
def test_trades_make_up_all_that_a_grid_gained(drawn: Polygon):
    after = followed(CELLS, {**CELLS, "new": drawn}, {"new"})
    trades = traded(CELLS, after)
    assert {t.becomes for t in trades} <= {"new"}
    gained = sum(t.area_m2 for t in trades)
    lost = sum((CELLS[n].area - after[n].area) for n in CELLS) * M_LON * M_LAT
    fresh = sum(t.area_m2 for t in trades if not t.was)
    assert gained - fresh == pytest.approx(lost, rel=0.02, abs=3e5)
    assert traded(CELLS, CELLS) == []
