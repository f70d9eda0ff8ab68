"""Strokes on the map of the sample area, settled one after another."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from shapely.geometry import box, mapping, shape

from geofence.load import Feature, check
from geofence.partition import gaps
from maritime_grid.domain.grid_drawing import _DRAWN, Drawing, settle, trades_of
from tests import needs

TEXT = (needs.ROOT / "config/zhoushan/grids_cover.geojson").read_text(encoding="utf-8")
PRESENT: dict[str, dict[str, Any]] = {f["properties"]["grid_id"]: f["geometry"] for f in json.loads(TEXT)["features"]}
GRID, BESIDE = "ZS-DJ-1", "ZS-DJ-2"


def listed(geometry: Any) -> dict[str, Any]:
    return json.loads(json.dumps(mapping(geometry)))


def moved(k: int, lon: float, lat: float) -> dict[str, Any]:
    """The grid with one corner elsewhere."""
    drawn = copy.deepcopy(PRESENT[GRID])
    drawn["coordinates"][0][k] = [drawn["coordinates"][0][k][0] + lon, drawn["coordinates"][0][k][1] + lat]
    return drawn


def assert_sound(grids: dict[str, dict[str, Any]]) -> None:
    before = [Feature(_DRAWN, name, {}, geometry) for name, geometry in PRESENT.items()]
    after = [Feature(_DRAWN, name, {}, geometry) for name, geometry in {**PRESENT, **grids}.items()]
    assert check(after, exclusive=True) == []
    assert gaps(before, after) == []


def test_touching_a_grid_without_moving_it_changes_nothing():
    for name, geometry in PRESENT.items():
        assert settle(PRESENT, Drawing({name: geometry}, [name])).grids == {}, name


@pytest.mark.parametrize("k", range(1, 30, 4))
def test_corner_moved_alone_is_made_up_for_by_the_neighbours(k: int):
    settled = settle(PRESENT, Drawing({GRID: moved(k, 0.02, 0.015)}, [GRID]))
    if settled.grids:
        assert GRID in settled.grids
        assert len(settled.grids) > 1
        assert settled.trades
    assert_sound(dict(settled.grids))


def test_new_grid_is_cut_out_and_settling_it_again_changes_nothing():
    new = {"*": listed(box(122.5, 30.1, 122.8, 30.4))}
    settled = settle(PRESENT, Drawing(new, ["*"]))
    assert_sound(dict(settled.grids))
    assert {t.becomes for t in settled.trades} == {"*"}
    again = settle(PRESENT, Drawing(settled.grids, ["*"]))
    assert again.grids == settled.grids


def test_stroke_taken_back_leaves_nothing_changed():
    settled = settle(PRESENT, Drawing({GRID: moved(5, 0.03, 0.02)}, [GRID]))
    back = settle(PRESENT, Drawing({**settled.grids, GRID: PRESENT[GRID]}, [GRID]))
    sizes = [shape(g).symmetric_difference(shape(PRESENT[name])).area for name, g in back.grids.items()]
    assert all(size < 1e-9 for size in sizes)
    assert not back.trades


def test_without_followers_what_was_drawn_stands_alone():
    new = {"*": listed(box(122.5, 30.1, 122.8, 30.4))}
    settled = settle(PRESENT, Drawing(new, ["*"], follow=False))
    assert set(settled.grids) == {"*"}


def test_grid_that_ends_goes_to_a_neighbour():
    settled = settle(PRESENT, Drawing({}, (), [GRID]))
    assert GRID not in settled.grids
    (heir,) = settled.grids
    assert [(t.was, t.becomes) for t in settled.trades] == [(GRID, heir)]


CROSSED = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    "geometry",
    [{"type": "Point", "coordinates": [1, 2]}, {}, *({"type": "Polygon", "coordinates": c} for c in ("x", [CROSSED]))],
    ids=str,
)
def test_drawing_with_a_fault_comes_back_for_the_judge_to_tell(geometry: dict[str, Any]):
    settled = settle(PRESENT, Drawing({GRID: geometry}, [GRID]))
    assert settled.grids == {GRID: geometry}
    assert not settled.trades


def test_trades_of_two_states_name_giver_and_taker():
    west, east = listed(box(122, 30, 122.5, 30.5)), listed(box(122.5, 30, 123, 30.5))
    then = {"A": listed(box(122, 30, 122.6, 30.5)), "B": listed(box(122.6, 30, 123, 30.5))}
    (trade,) = trades_of({"A": west, "B": east}, then)
    assert (trade.was, trade.becomes) == ("B", "A")
    assert trade.area_m2 == pytest.approx(0.1 * 96_300 * 0.5 * 110_860, rel=0.01)
