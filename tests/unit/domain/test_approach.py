"""Tracks at common moments, and the distance between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.domain.approach import Track, at_times, common_times, distances_nm, nearest

TRACKS = st.lists(
    st.tuples(st.integers(0, 20_000), st.floats(120, 125), st.floats(28, 32)),
    min_size=1, max_size=20, unique_by=lambda fix: fix[0],
)  # fmt: skip


def track(fixes: list[tuple[float, float, float]]) -> Track:
    t, lon, lat = np.array(sorted(fixes), dtype=np.float64).T
    return Track(1, t, lon, lat)


@given(TRACKS)
def test_at_its_own_fixes_a_vessel_is_where_it_said(fixes):
    one = track(fixes)
    lon, lat = at_times(one, one.t)
    assert np.allclose(lon, one.lon)
    assert np.allclose(lat, one.lat)


@given(TRACKS, TRACKS)
def test_distance_is_the_same_from_either_side_and_known_only_where_both_are(first, second):
    times = common_times(0, 20_000, 60)
    one, other = at_times(track(first), times), at_times(track(second), times)
    there, back = distances_nm(*one, *other), distances_nm(*other, *one)
    assert np.allclose(there, back, equal_nan=True)
    assert np.array_equal(np.isnan(there), np.isnan(one[0]) | np.isnan(other[0]))
    found = nearest(there)
    if found:
        assert found.distance_nm == np.nanmin(there)
    else:
        assert np.isnan(there).all()


@pytest.mark.parametrize(("gap_s", "known"), [(1_800, True), (1_801, False)])
def test_over_half_an_hour_of_silence_nobody_knows_where_it_was(gap_s, known):
    lon, _ = at_times(track([(0, 122.0, 30.0), (gap_s, 122.4, 30.0)]), np.array([gap_s / 2]))
    assert np.isnan(lon[0]) != known
    if known:
        assert lon[0] == pytest.approx(122.2)


def test_before_the_first_fix_and_after_the_last_it_is_not_known():
    lon, lat = at_times(track([(600, 122.0, 30.0), (1_200, 122.1, 30.1)]), np.array([599.0, 600.0, 1_200.0, 1_201.0]))
    assert np.isnan(lon).tolist() == np.isnan(lat).tolist() == [True, False, False, True]


def test_a_way_over_the_date_line_goes_the_short_way_round():
    lon, _ = at_times(track([(0, 179.9, 0.0), (600, -179.9, 0.0)]), np.array([300.0]))
    assert abs(lon[0]) == pytest.approx(180.0)


def test_one_minute_of_latitude_is_about_a_mile():
    distance = distances_nm(*(np.array([v]) for v in (122.0, 30.0, 122.0, 30.0 + 1 / 60)))
    assert distance[0] == pytest.approx(1.0, abs=0.005)
