"""Where a matter happened, as two tracks tell it: near the told time, and never where boats lie side by side."""

from __future__ import annotations

import numpy as np
import pytest

from maritime_grid.domain.approach import Track
from maritime_grid.domain.whereabouts import NEAR_NM, whereabouts

AT = 1_778_014_800.0  # five in the morning
MINUTE = 60.0
NM = 1 / 60  # of latitude, degrees


def track(mmsi: int, *legs: tuple[float, float, float]) -> Track:
    """Fixes each two minutes through (minutes from the told time, lon, lat)."""
    minutes = np.arange(legs[0][0], legs[-1][0] + 0.1, 2.0)
    at = [leg[0] for leg in legs]
    lon, lat = (np.interp(minutes, at, [leg[k] for leg in legs]) for k in (1, 2))
    return Track(mmsi, AT + minutes * MINUTE, lon, lat)


def still(mmsi: int, lon: float, lat: float, *, until: float = 60) -> Track:
    return track(mmsi, (-360, lon, lat), (until, lon, lat))


def test_two_are_placed_in_the_middle_between_them_where_they_came_nearest():
    netter = still(1, 122.7, 30.0)
    trawler = track(2, (-60, 122.7 + 0.004, 30 - 10 * NM), (60, 122.7 + 0.004, 30 + 10 * NM))
    found = whereabouts([netter, trawler], AT)
    assert found is not None and found.mmsi == (1, 2)
    assert (found.t, round(found.lon, 4), round(found.lat, 4)) == (AT, 122.702, 30.0)
    assert found.distance_nm == pytest.approx(0.004 * 60 * np.cos(np.radians(30)), rel=0.01)


def test_boats_side_by_side_at_the_quay_have_not_met_there():
    quay = (122.30, 29.90)
    netter = track(1, (-360, *quay), (-200, *quay), (-30, 122.7, 30.0), (60, 122.7, 30.0))
    trawler = track(2, (-360, *quay), (-150, *quay), (0, 122.7, 30.0), (60, 122.9, 30.2))
    found = whereabouts([netter, trawler], AT)
    assert found is not None and (found.t, round(found.lon, 3)) == (AT, 122.7)
    asleep = whereabouts([still(1, *quay), still(2, *quay)], AT)
    assert asleep is not None and (asleep.mmsi, asleep.distance_nm) == ((1,), None)


def test_an_approach_near_the_told_time_comes_before_a_closer_one_long_ago():
    netter = still(1, 122.7, 30.0)
    passed = track(2, (-360, 122.7, 30 - 30 * NM), (-300, 122.7, 30.0), (-120, 122.7, 30 + 30 * NM),
                   (-10, 122.71, 30.0), (60, 122.9, 30.0))  # fmt: skip
    found = whereabouts([netter, passed], AT)
    assert found is not None and found.t == AT - 10 * MINUTE


def test_two_that_were_never_near_are_placed_by_the_first_alone():
    far = whereabouts([still(1, 122.7, 30.0), still(2, 122.7, 30 + (NEAR_NM + 1) * NM)], AT)
    assert far is not None and (far.mmsi, far.lat, far.distance_nm) == ((1,), 30.0, None)


def test_one_is_placed_by_the_fix_nearest_in_time_with_its_time():
    silent = whereabouts([track(1, (-300, 122.0, 30.0), (-40, 122.5, 30.0)), Track(2, *np.empty((3, 0)))], AT)
    assert silent is not None and (silent.t, silent.lon) == (AT - 40 * MINUTE, 122.5)
    assert whereabouts([Track(1, *np.empty((3, 0))), still(2, 122.5, 30.0)], AT).mmsi == (2,)  # pyright: ignore[reportOptionalMemberAccess]
    assert whereabouts([Track(1, *np.empty((3, 0)))], AT) is None
    assert whereabouts([], AT) is None


def test_the_middle_across_the_date_line_is_there_and_not_round_the_world():
    netter, trawler = still(1, 179.999, 30.0), track(2, (-60, -179.999, 29.9), (60, -179.999, 30.1))
    found = whereabouts([netter, trawler], AT)
    assert found is not None and abs(found.lon) == pytest.approx(180, abs=1e-6)
