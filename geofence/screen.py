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
CODE_MASK = (1 << CODE_BITS) - 1


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
    pair_key: NDArray[np.int64]  # v and code
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
    vessels, at = fixes.vessel[first], np.cumsum(starts) - 1
    before_t, before_lon, before_lat = _before(previous, fixes, first)
    pair_row, pair_code = fences.locate(fixes.lon, fixes.lat, fixes.t)
    state_rows, state_at = _rows_of(state.vessel, vessels)
    cross_row, cross_code = _crossings((before_t, before_lon, before_lat), fixes, fences, rules)
    return Scene(
        fixes, fences, rules, vessels, first, np.diff(first, append=n), at,
        before_t, before_lon, before_lat, pair_row, pair_code, at[pair_row] << CODE_BITS | pair_code,
        state_rows, state_at, state_at << CODE_BITS | state.fence[state_rows],
        cross_row, cross_code, fences.calendar.turns(before_t, fixes.t), fixes.t[np.append(first[1:], n) - 1],
    )  # fmt: skip


def changed_vessels(scene: Scene, state: MembershipState) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(v,) each: vessels whose membership may change while they stay where they are, and all others that may change.

    Nothing can change where each fix lies in exactly the fences that the vessel is confirmed inside, no dwell falls
    due, no segment passes through another fence and no window turns. A vessel stays where it is when all its fixes
    lie in one and the same set of fences, with one grid at most, and it has no row of another fence.
    """
    key, count = np.unique(scene.pair_key, return_counts=True)
    vessel, n = key >> CODE_BITS, len(scene.vessels)
    moved = np.zeros(n, np.bool_)
    moved[scene.at[scene.cross_row]] = True
    moved[scene.at[np.fromiter(scene.turns, np.int64, len(scene.turns))]] = True
    moved[vessel[count != scene.count[vessel]]] = True
    moved[scene.state_at[~np.isin(scene.state_key, key, assume_unique=True)]] = True
    moved |= np.bincount(vessel[scene.fences.is_grid_code[key & CODE_MASK]], minlength=n) > 1

    inside = state.phase[scene.state_rows] == Phase.INSIDE
    pending = np.zeros(n, np.bool_)
    pending[scene.state_at[~inside]] = True
    pending |= np.bincount(vessel, minlength=n) != np.bincount(scene.state_at, minlength=n)
    stay_us = scene.last_t[scene.state_at] - state.since[scene.state_rows]
    due = ~state.dwelt[scene.state_rows] & (stay_us > scene.fences.least_dwell_us[scene.state_key & CODE_MASK])
    pending[scene.state_at[due]] = True
    return pending & ~moved, moved


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
