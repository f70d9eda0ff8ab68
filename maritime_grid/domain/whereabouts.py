"""Where a matter between vessels happened, as their tracks tell it: for who reports it later, from somewhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .approach import F64, Track, at_times, common_times, distances_nm, nearest

BEFORE_S, AFTER_S = 6 * 3_600, 3_600  # of the told time: "about five" is said of ten past, too
STEP_S = 60.0
WIDER_S = (3_600, 3 * 3_600, BEFORE_S)  # the told time counts: an approach near it before a closer one long ago
MET_NM = 1.0  # as near as a net is long that a trawler cuts without seeing its boat
NEAR_NM = 5.0  # the longest drift nets; farther apart two vessels have nothing to do with one another
REST_KN = 0.5
REST_S = 600.0


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A place by tracks.

    Attributes:
        mmsi: of the one vessel that was there, or of the two that were nearest to one another.
        t: when, seconds since the epoch.
        lon, lat: degrees; of two the middle between them.
        distance_nm: between the two; None of one.
    """

    mmsi: tuple[int, ...]
    t: float
    lon: float
    lat: float
    distance_nm: float | None = None


def whereabouts(tracks: Sequence[Track], at: float) -> Whereabouts | None:
    """Where the first two vessels came nearest before the told time, else where the first that was heard was then.

    Moments at which both lie still do not count: boats side by side at the quay have not met there.

    Args:
        tracks: fixes from `BEFORE_S` before `at` to `AFTER_S` after it, in the order of the parties.
        at: the told time, seconds since the epoch.

    Returns: None where none was heard.
    """
    heard = [track for track in tracks if len(track.t)]
    if len(tracks) >= 2 and len(tracks[0].t) and len(tracks[1].t) and tracks[0].mmsi != tracks[1].mmsi:
        met = _meeting(tracks[0], tracks[1], at)
        if met:
            return met
    return _alone(heard[0], at) if heard else None


def _alone(track: Track, at: float) -> Whereabouts:
    """The fix nearest in time."""
    k = int(np.argmin(np.abs(track.t - at)))
    return Whereabouts((track.mmsi,), float(track.t[k]), float(track.lon[k]), float(track.lat[k]))


def _meeting(one: Track, other: Track, at: float) -> Whereabouts | None:
    times = common_times(at - BEFORE_S, at + AFTER_S, STEP_S)
    (lon1, lat1), (lon2, lat2) = at_times(one, times), at_times(other, times)
    apart = distances_nm(lon1, lat1, lon2, lat2)
    apart[_at_rest(one, times) & _at_rest(other, times)] = np.nan
    spans = [*((back_s, MET_NM) for back_s in WIDER_S), (BEFORE_S, NEAR_NM)]
    for back_s, within_nm in spans:
        found = nearest(np.where(times >= at - back_s, apart, np.nan))
        if found and found.distance_nm <= within_nm:
            k = found.index
            lon = lon1[k] + ((lon2[k] - lon1[k] + 180.0) % 360.0 - 180.0) / 2
            lat = (lat1[k] + lat2[k]) / 2
            middle = ((float(lon) + 180.0) % 360.0 - 180.0, float(lat))
            return Whereabouts((one.mmsi, other.mmsi), float(times[k]), *middle, distance_nm=found.distance_nm)
    return None


def _at_rest(track: Track, times: F64) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether it is not known to have made `REST_KN` over the ten minutes round each time."""
    (lon1, lat1), (lon2, lat2) = at_times(track, times - REST_S / 2), at_times(track, times + REST_S / 2)
    return ~(distances_nm(lon1, lat1, lon2, lat2) >= REST_KN * REST_S / 3_600)
