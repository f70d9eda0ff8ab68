"""Metres against geodesics, from the equator to 85 degrees, near and far."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Polygon, box

from geofence.fences import Fence, FenceSet
from geofence.geodesy import length_m, metres_per_degree

GEOD = Geod(ellps="WGS84")
PLACES = st.tuples(st.floats(-170, 170), st.floats(-84, 84))


def by_geodesics(shape: Polygon, lon: float, lat: float) -> float:
    """Metres to the nearest of 1,000 points a side, then of 1,000 round that one."""
    xy = shapely.get_coordinates(shape)
    ends = np.concatenate([xy[:-1], xy[1:]], axis=1)
    share = np.linspace(0, 1, 1000)
    best = np.inf
    for x0, y0, x1, y1 in ends:
        low, high = 0.0, 1.0
        for _ in range(2):
            f = low + share * (high - low)
            at = [np.full(1000, v) for v in (lon, lat)]
            metres = GEOD.inv(*at, x0 + f * (x1 - x0), y0 + f * (y1 - y0))[2]
            k = int(np.argmin(metres))
            best, low, high = min(best, float(metres[k])), f[max(k - 1, 0)], f[min(k + 1, 999)]
    return best


@settings(max_examples=60, deadline=None)
@given(PLACES, st.floats(-3, 0.5), st.floats(-2, 0.7), st.floats(0, 6.3), st.integers(0, 10**6))
def test_distances_are_right_within_half_a_percent_below_85_degrees(at, size_log, away_log, bearing, seed):
    (lon, lat), rng, size = at, np.random.default_rng(seed), 10**size_log
    turn = np.sort(rng.uniform(0, 2 * np.pi, 7))
    radius, shrink = size * rng.uniform(0.4, 1, 7), np.cos(np.radians(lat))
    xy = np.stack([lon + radius * np.cos(turn) / shrink, lat + radius * np.sin(turn)], -1)
    shape = Polygon(np.clip(xy, [-180, -85], [180, 85]))
    assume(shape.is_valid and shape.area > 0)
    away = size * 10**away_log
    x = (lon + away * np.cos(bearing) / shrink + 180) % 360 - 180
    y = float(np.clip(lat + away * np.sin(bearing), -85, 85))
    found = FenceSet([Fence(1, "", "zone", shape)]).distance_m(
        np.array([x]), np.array([y]), np.array([1]), np.zeros(1, np.int64)
    )
    if shape.intersects(shapely.Point(x, y)):
        assert found[0] == 0
    else:
        assert found[0] == pytest.approx(by_geodesics(shape, x, y), rel=5e-3, abs=0.01)


def test_the_scales_of_a_degree_are_those_of_the_ellipsoid():
    lat = np.linspace(-85, 85, 35)
    m_lon, m_lat = metres_per_degree(lat)
    assert m_lon == pytest.approx(GEOD.inv(0 * lat, lat, 0 * lat + 1e-3, lat)[2] * 1e3, rel=1e-6)
    assert m_lat == pytest.approx(GEOD.inv(0 * lat, lat - 5e-4, 0 * lat, lat + 5e-4)[2] * 1e3, rel=1e-6)


def test_lengths_take_the_short_way_across_the_antimeridian():
    one = [np.array([v]) for v in (179.999, 10.0, -179.999, 10.0)]
    assert length_m(*one) == pytest.approx(GEOD.inv(*one)[2], rel=1e-6)


def test_a_fence_beyond_the_antimeridian_is_near():
    fences = FenceSet([Fence(1, "", "zone", box(-180, 0, -179, 1))])
    lon, lat, one = np.array([179.999, 179.99]), np.array([0.5, 0.5]), np.zeros(2, np.int64)
    assert fences.distance_m(lon, lat, one + 1, one) == pytest.approx([111.32, 1113.2], rel=1e-4)
    assert fences.within(lon, lat, one, one, 200.0).tolist() == [True, False]


@settings(max_examples=40, deadline=None)
@given(st.floats(-84, 84), st.floats(1, 5000), st.floats(0, 6.3), st.floats(10, 1000))
def test_nearness_agrees_with_distance(lat, away_m, bearing, limit_m):
    shrink = np.cos(np.radians(lat))
    shape = box(20 - 0.01 / shrink, lat - 0.01, 20 + 0.01 / shrink, lat + 0.01)
    fences = FenceSet([Fence(1, "", "zone", shape)])
    reach = 0.01 + away_m / 111_000
    x, y = np.array([20 + reach * np.cos(bearing) / shrink]), np.array([lat + reach * np.sin(bearing)])
    distance = fences.distance_m(x, y, np.array([1]), np.zeros(1, np.int64))
    assert fences.within(x, y, np.array([0]), np.array([0]), limit_m)[0] == (distance[0] <= limit_m)
