"""How two vessels came near one another: their tracks at common moments, and the distance between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geofence.geodesy import geodesic_m

F64 = NDArray[np.float64]

METRES_PER_NM = 1852.0
MAX_GAP_S = 1_800.0  # over a longer silence nobody knows where a vessel was


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Fixes of one vessel. Arrays of shape (n,), `t` rising, seconds since the epoch; lon, lat degrees."""

    mmsi: int
    t: F64
    lon: F64
    lat: F64


@dataclass(frozen=True, slots=True)
class Nearest:
    """The moment (index of the common times) at which two vessels were nearest."""

    index: int
    distance_nm: float


def common_times(start: float, end: float, step_s: float) -> F64:
    """Moments from start to end, seconds since the epoch."""
    return start + step_s * np.arange(int((end - start) // step_s) + 1, dtype=np.float64)


def at_times(track: Track, times: F64, max_gap_s: float = MAX_GAP_S) -> tuple[F64, F64]:
    """Longitude and latitude at the times, linear between fixes; NaN before the first, after the last, and inside
    gaps above `max_gap_s`.
    """
    if not len(track.t):
        return np.full(len(times), np.nan), np.full(len(times), np.nan)
    after = np.clip(np.searchsorted(track.t, times, "left"), 0, len(track.t) - 1)
    before = np.clip(np.searchsorted(track.t, times, "right") - 1, 0, len(track.t) - 1)
    known = (track.t[before] <= times) & (times <= track.t[after]) & (track.t[after] - track.t[before] <= max_gap_s)
    lon = np.interp(times, track.t, np.unwrap(track.lon, period=360.0))
    lat = np.interp(times, track.t, track.lat)
    return np.where(known, (lon + 180.0) % 360.0 - 180.0, np.nan), np.where(known, lat, np.nan)


def distances_nm(lon1: F64, lat1: F64, lon2: F64, lat2: F64) -> F64:
    """Geodesic distances, shape (n,); NaN where either place is not known."""
    known = ~(np.isnan(lon1) | np.isnan(lat1) | np.isnan(lon2) | np.isnan(lat2))
    found = np.full(len(lon1), np.nan)
    if known.any():
        found[known] = geodesic_m(lon1[known], lat1[known], lon2[known], lat2[known]) / METRES_PER_NM
    return found


def nearest(distances: F64) -> Nearest | None:
    """The least of the distances; None where none is known."""
    if np.isnan(distances).all():
        return None
    index = int(np.nanargmin(distances))
    return Nearest(index, float(distances[index]))
