"""Circles that move: held by the circle of the moment, jumped over in relative motion, refused where senseless."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Polygon

from geofence.fences import Fence, FenceError, FenceSet, Window
from geofence.moving import Track, track_of

from .builders import S, place, run, story, track

GEOD = Geod(ellps="WGS84")
HOUR = 3600 * S
EAST = Track.of([[0, *place(0, 0), 10_000.0], [2 * HOUR, *place(40_000, 0), 10_000.0]])  # 20 km/h, 10 km


def storm(course: Track, **more) -> Fence:
    bounds = {"valid_from": int(course.t[0]), "valid_to": int(course.t[-1])}
    return Fence(1, "storm", "zone", course.swath(), **(bounds | more), track=course)


@st.composite
def tracks(draw: st.DrawFn) -> Track:
    count = draw(st.integers(2, 5))
    lon, lat = draw(st.floats(100, 150)), draw(st.floats(0, 45))
    rows, t = [], 0
    for _ in range(count):
        t += draw(st.integers(1, 12)) * HOUR
        rows.append([t, lon, lat, draw(st.floats(1e3, 6e5))])
        lon, lat = lon + draw(st.floats(-3, 3)), lat + draw(st.floats(-3, 3))
    return Track.of(rows)


@settings(max_examples=100, deadline=None)
@given(tracks(), st.integers(0, 2**32 - 1))
def test_points_are_in_the_circle_of_their_own_moment_and_never_out_of_the_swath(course, seed):
    rng, n = np.random.default_rng(seed), 400
    t = rng.integers(course.t[0], course.t[-1], n)
    lon0, lat0, radius = course.circle_at(t)
    reach = radius * rng.uniform(0, 1.5, n)
    lon, lat, _ = GEOD.fwd(lon0, lat0, rng.uniform(0, 360, n), reach)
    inside = reach <= radius
    clear = np.abs(reach - radius) > 1e-3
    row, _ = FenceSet([storm(course)]).locate(lon, lat, t)
    held = np.isin(np.arange(n), row)
    assert np.array_equal(held[clear], inside[clear])


def test_a_storm_that_comes_over_a_vessel_at_rest_is_entered_and_left_at_the_right_fix():
    # the circle's edge comes after 882 s and has gone after 4482 s
    events, _ = run([storm(EAST)], {1: track(*[(s, 14_900, 0) for s in range(0, 7200, 60)])})
    assert story(events) == [("enter", 1, 900), ("exit", 1, 4500)]


def test_it_holds_nobody_before_its_first_knot_and_after_its_last():
    events, _ = run([storm(EAST)], {1: track(*[(s, 39_900, 0) for s in range(-600, 9000, 60)])})
    assert story(events) == [("enter", 1, 5400), ("exit", 1, 7200)]


def test_a_vessel_that_meets_it_between_two_fixes_crosses_it_though_their_line_is_clear_of_both_circles():
    narrow = Track.of([[0, *place(0, 0), 1000.0], [HOUR, *place(0, 20_000), 1000.0]])
    meeting = track((0, -5000, 10_000), (3600, 5000, 10_000))  # both in the middle after half an hour
    late = track((0, -5000, 4000), (3600, 5000, 4000))  # there when the circle is 6 km on
    assert story(run([storm(narrow)], {1: meeting})[0]) == []  # valid_to ends with the second fix
    longer = storm(narrow, valid_to=2 * HOUR)
    assert story(run([longer], {1: meeting})[0]) == [("cross", 1, 3600)]
    assert story(run([longer], {1: late})[0]) == []


def test_a_line_through_all_that_it_comes_over_is_no_crossing_when_the_circle_is_elsewhere():
    through = track((0, 30_000, -20_000), (600, 30_000, 20_000))
    assert story(run([storm(EAST)], {1: through})[0]) == []
    fences = FenceSet([storm(EAST)])
    lon, lat = np.array([place(30_000, -20_000), place(30_000, 20_000)]).T
    assert fences.intersects_segment(lon[:1], lat[:1], lon[1:], lat[1:])[1].tolist() == [1]  # at any time it may be


def test_distances_are_those_to_the_circle_of_the_moment():
    fences, code = FenceSet([storm(EAST)]), np.ones(3, np.int16)
    lon, lat = np.full(3, place(15_000, 0)[0]), np.full(3, place(15_000, 0)[1])
    t = np.array([0, HOUR, 3 * HOUR])
    found = fences.distance_m(lon, lat, code, t)
    assert found[0] == pytest.approx(5000, rel=0.005)
    assert found[1:].tolist() == [0.0, np.inf]
    fence = fences.version_at(code, t)
    assert fences.within(lon, lat, fence, t, 4900.0).tolist() == [False, True, False]
    assert fences.within(lon, lat, fence, t, 5100.0).tolist() == [True, True, False]


def test_points_without_coordinates_are_in_no_circle():
    fences = FenceSet([storm(EAST)])
    none = np.array([np.nan])
    assert fences.locate(none, none, np.array([HOUR]))[0].tolist() == []
    assert np.isnan(EAST.outside_m(none, none, np.array([HOUR]))).all()


@pytest.mark.parametrize("more", [{"layer": "grid"}, {"windows": (Window(5, 9),)}])
def test_what_moves_is_a_zone_without_windows(more):
    given_ = {"layer": "zone", "valid_from": 0, "valid_to": HOUR} | more
    with pytest.raises(FenceError, match="it moves, but"):
        FenceSet([Fence(1, "storm", geometry=EAST.swath(), track=EAST, **given_)])


TIMES = ["2026-08-01T08:00:00+08:00", "2026-08-01T14:00:00+08:00"]
LINE = {"type": "LineString", "coordinates": [[125.0, 26.0], [124.0, 28.5, 0.0]]}


def test_a_track_is_read_from_a_feature():
    course = track_of({"times": TIMES, "radius_m": [250_000, 280_000]}, LINE)
    assert course.knots() == [[1785542400 * S, 125.0, 26.0, 250_000.0], [1785564000 * S, 124.0, 28.5, 280_000.0]]
    assert Track.of(course.knots()).knots() == course.knots()
    assert track_of({"times": TIMES, "radius_m": 1000}, LINE).radius_m.tolist() == [1000.0, 1000.0]


@pytest.mark.parametrize(
    ("properties", "line", "message"),
    [
        ({"times": TIMES, "radius_m": 9}, {"type": "Polygon", "coordinates": []}, "no LineString"),
        ({"times": TIMES[:1], "radius_m": 9}, LINE, "`times` does not fit"),
        ({"times": "noon", "radius_m": 9}, LINE, "`times` does not fit"),
        ({"times": ["2026-08-01T08:00:00", TIMES[1]], "radius_m": 9}, LINE, "write as 2026-08-01T20:00:00"),
        ({"times": [3, TIMES[1]], "radius_m": 9}, LINE, "`times` has 3"),
        ({"times": TIMES[::-1], "radius_m": 9}, LINE, "do not ascend"),
        ({"times": TIMES}, LINE, "`radius_m` is null"),
        ({"times": TIMES, "radius_m": [1, 2, 3]}, LINE, "`radius_m` does not fit"),
        ({"times": TIMES, "radius_m": -4}, LINE, "radius_m is not within"),
        ({"times": TIMES, "radius_m": 1e300}, LINE, "`radius_m` is"),
        ({"times": TIMES, "radius_m": 9}, {"type": "LineString", "coordinates": [[1, 2], ["x", 3]]}, "a place is"),
        ({"times": TIMES, "radius_m": 9}, {"type": "LineString", "coordinates": [[1, 2], [1, 93]]}, "write lon, lat"),
        ({"times": TIMES[:1], "radius_m": 9}, {"type": "LineString", "coordinates": [[1, 2]]}, "two places or more"),
    ],
)
def test_a_track_that_makes_no_sense_is_refused_with_its_fault(properties, line, message):
    with pytest.raises(ValueError, match=message):
        track_of(properties, line)


def test_a_circle_across_the_antimeridian_is_refused():
    with pytest.raises(ValueError, match="antimeridian"):
        Track.of([[0, 179.0, 20.0, 3e5], [HOUR, 178.0, 20.0, 3e5]]).swath()


def test_the_swath_is_one_area_about_as_wide_as_the_circles():
    shape = EAST.swath()
    assert isinstance(shape, Polygon)
    assert shape.is_valid
    west, east = place(-10_000, 0)[0], place(50_000, 0)[0]
    assert shape.bounds[0] == pytest.approx(west, abs=0.003)
    assert shape.bounds[2] == pytest.approx(east, abs=0.003)
