"""The tracks of the vessels of a case round the matter, at common moments, with the distance between each two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maritime_grid.domain.approach import Nearest, Track, at_times, common_times, distances_nm, nearest
from maritime_grid.store.case_reads import case_track
from maritime_grid.store.case_rows import CaseView

from .auth import Account
from .desk import Desk

BEFORE, AFTER = timedelta(hours=6), timedelta(hours=2)
STEP_S = 60.0
MOST_VESSELS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two vessels: their MMSI, the distance at each common moment (nm, NaN not known), the nearest."""

    first: int
    second: int
    distance_nm: NDArray[np.float64]
    nearest: Nearest | None


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """All vessels of a case that were heard; `times` (n,) seconds since the epoch; positions as (lon, lat) of (n,)."""

    about: datetime
    times: NDArray[np.float64]
    fixes: Mapping[int, Track]
    at: Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]]
    pairs: Sequence[Pair]
    names: Mapping[int, str]


def read_tracks(desk: Desk, account: Account, case: CaseView) -> Tracks:
    """Six hours before the matter to two after it, or after it was filed where its time is not known."""
    about = case.happened_at or case.row.opened_at
    with desk.reads.as_account(account.account_id) as conn:
        rows = case_track(conn, case.row.case_id, about - BEFORE, about + AFTER)
    vessels = [vessel for party in case.parties for vessel in party.vessels]
    named = {v.mmsi: v.ship_name or f"{v.mmsi:09d}" for v in vessels if v.mmsi is not None}
    return tracks_of(rows, about, named)


def tracks_of(rows: Sequence[Mapping[str, Any]], about: datetime, named: Mapping[int, str]) -> Tracks:
    """The same from rows: t (aware), mmsi, lon, lat."""
    times = common_times((about - BEFORE).timestamp(), (about + AFTER).timestamp(), STEP_S)
    fixes = {mmsi: _track(mmsi, [row for row in rows if row["mmsi"] == mmsi]) for mmsi in list(named)[:MOST_VESSELS]}
    fixes = {mmsi: track for mmsi, track in fixes.items() if len(track.t)}
    at = {mmsi: at_times(track, times) for mmsi, track in fixes.items()}
    pairs = [_pair(one, other, at) for one, other in combinations(fixes, 2)]
    return Tracks(about, times, fixes, at, pairs, named)


def _track(mmsi: int, rows: Sequence[Mapping[str, Any]]) -> Track:
    by_time = {row["t"].timestamp(): row for row in rows}
    t = np.array(sorted(by_time), dtype=np.float64)
    lon, lat = (np.array([by_time[at][name] for at in t.tolist()], dtype=np.float64) for name in ("lon", "lat"))
    return Track(mmsi, t, lon, lat)


def _pair(one: int, other: int, at: Mapping[int, tuple[NDArray[np.float64], NDArray[np.float64]]]) -> Pair:
    distance = distances_nm(*at[one], *at[other])
    return Pair(one, other, distance, nearest(distance))
