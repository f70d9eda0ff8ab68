"""Which vessels of a batch have something going on at their fences; for all others nothing is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import FenceRules, Fixes, MembershipState
from .fences import FenceSet
from .geodesy import length_m
from .periods import Turn
from .stays import Phase

CODE_BITS = 15  # keys are (row or vessel) << 15 | code


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A batch laid out by vessel: v numbers the vessels of the batch, row the fixes.

    fixes, fences, rules: as given.
    vessels, first, count: (v,) the vessel, its first row and its number of fixes.
    at: (n,) v of each row; before_t, before_lon, before_lat: (n,) the vessel's fix before; `t` and NaN if none.
    pair_row, pair_code: fixes in fences in force, by row and code.
    state_rows, state_at: rows of the state of vessels in the batch, and their v.
    cross_row, cross_code: segments to the row's fix that pass through a fence from outside to outside.
    turns: by row, windows that opened or closed since the fix before.
    """

    fixes: Fixes
    fences: FenceSet
    rules: FenceRules
    vessels: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    at: NDArray[np.int64]
    before_t: NDArray[np.int64]
    before_lon: NDArray[np.float64]
    before_lat: NDArray[np.float64]
    pair_row: NDArray[np.int64]
    pair_code: NDArray[np.int16]
    state_rows: NDArray[np.int64]
    state_at: NDArray[np.int64]
    state_key: NDArray[np.int64]  # v and code, ascending
    cross_row: NDArray[np.int64]
    cross_code: NDArray[np.int16]
    turns: dict[int, list[Turn]]
    last_t: NDArray[np.int64]  # (v,) time of the last fix


def set_scene(state: MembershipState, previous: Fixes, fixes: Fixes, fences: FenceSet, rules: FenceRules) -> Scene:
    """Everything the batch says about fences, as columns."""
    n = len(fixes.vessel)
    starts = np.ones(n, np.bool_)
    starts[1:] = fixes.vessel[1:] != fixes.vessel[:-1]
    first = np.flatnonzero(starts)
    vessels = fixes.vessel[first]
    before_t, before_lon, before_lat = _before(previous, fixes, first)
    pair_row, pair_code = fences.locate(fixes.lon, fixes.lat, fixes.t)
    state_rows, state_at = _rows_of(state.vessel, vessels)
    cross_row, cross_code = _crossings((before_t, before_lon, before_lat), fixes, fences, rules)
    return Scene(
        fixes, fences, rules, vessels, first, np.diff(first, append=n), np.cumsum(starts) - 1,
        before_t, before_lon, before_lat, pair_row, pair_code,
        state_rows, state_at, state_at << CODE_BITS | state.fence[state_rows],
        cross_row, cross_code, fences.calendar.turns(before_t, fixes.t), fixes.t[np.append(first[1:], n) - 1],
    )  # fmt: skip


def changed_vessels(scene: Scene, state: MembershipState) -> NDArray[np.bool_]:
    """(v,) whether anything of the vessel's membership can change in this batch.

    Nothing can where each of its fixes lies in exactly the fences that it is confirmed inside, no dwell falls due,
    no segment passes through another fence and no window turns.
    """
    active = np.zeros(len(scene.vessels), np.bool_)
    key, count = np.unique(scene.at[scene.pair_row] << CODE_BITS | scene.pair_code, return_counts=True)
    vessel = key >> CODE_BITS
    inside = np.flatnonzero(state.phase[scene.state_rows] == Phase.INSIDE)
    steady = (count == scene.count[vessel]) & np.isin(key, scene.state_key[inside], assume_unique=True)
    active[vessel[~steady]] = True
    rows_of = np.bincount(scene.state_at, minlength=len(active))
    active |= rows_of != np.bincount(vessel[steady], minlength=len(active))
    rows, at = scene.state_rows[inside], scene.state_at[inside]
    due = ~state.dwelt[rows] & (scene.last_t[at] - state.since[rows] > scene.fences.dwell_us[state.fence[rows]])
    active[at[due]] = True
    active[scene.at[scene.cross_row]] = True
    active[scene.at[np.fromiter(scene.turns, np.int64, len(scene.turns))]] = True
    return active


def _rows_of(vessel: NDArray[np.int64], wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows whose vessel is wanted, and its number among the wanted; `wanted` ascending and not empty."""
    at = np.minimum(np.searchsorted(wanted, vessel), len(wanted) - 1)
    rows = np.flatnonzero(wanted[at] == vessel)
    return rows, at[rows]


def _before(
    previous: Fixes, fixes: Fixes, first: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Time and place of the fix before each; its own time and NaN for a vessel's first."""
    t, lon, lat = np.roll(fixes.t, 1), np.roll(fixes.lon, 1), np.roll(fixes.lat, 1)
    t[first], lon[first], lat[first] = fixes.t[first], np.nan, np.nan
    rows, at = _rows_of(previous.vessel, fixes.vessel[first])
    t[first[at]], lon[first[at]], lat[first[at]] = previous.t[rows], previous.lon[rows], previous.lat[rows]
    return t, lon, lat


def _crossings(
    before: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    fixes: Fixes,
    fences: FenceSet,
    rules: FenceRules,
) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Rows and codes of fences jumped over. A segment no longer than `exit_distance_m` is no jump but jitter."""
    t, lon, lat = before
    jump = (length_m(lon, lat, fixes.lon, fixes.lat) > rules.exit_distance_m) & (fixes.t > t)
    jump &= fixes.t - t <= round(rules.cross_gap_s * 1e6)
    rows = np.flatnonzero(jump)
    ends = lon[rows], lat[rows], fixes.lon[rows], fixes.lat[rows]
    row, code = fences.intersects_segment(*ends, during=(t[rows], fixes.t[rows]))
    return rows[row], code
