"""Vessels that stay in one set of fences for a whole batch: their streaks and dwells, all at once.

The same transitions as in `geofence.stays`, for the one trigger IN. Most vessels that have something pending are of
this kind (a feed that begins, a night in port), and fix by fix they would cost more than all the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import EventKind, FenceEvents, MembershipState
from .fences import FOREVER
from .screen import CODE_BITS, CODE_MASK, Scene
from .stays import STREAK_CAP, Phase

_NEVER = np.iinfo(np.int64).max  # behind the last row


def settle(scene: Scene, mask: NDArray[np.bool_], state: MembershipState) -> tuple[MembershipState, list[FenceEvents]]:
    """New rows and events, in no order, of the vessels (v,) in `mask`, which lie in the same fences throughout."""
    key = np.unique(scene.pair_key[mask[scene.at[scene.pair_row]]])
    at, fence = key >> CODE_BITS, (key & CODE_MASK).astype(np.int16)
    rows = _rows(scene, state, key, at, fence)
    enters, entered = _confirm(scene, rows, at)
    return rows, [enters, _dwell(scene, rows, at, entered)]


def _rows(
    scene: Scene, state: MembershipState, key: NDArray[np.int64], at: NDArray[np.int64], fence: NDArray[np.int16]
) -> MembershipState:
    """Rows as they stand with the trigger IN, before any fix is counted: those there are, and new ones."""
    place = np.minimum(np.searchsorted(scene.state_key, key), max(len(scene.state_key) - 1, 0))
    old = np.flatnonzero(scene.state_key[place] == key) if len(scene.state_key) else np.empty(0, np.int64)
    source = scene.state_rows[place[old]] if len(old) else old
    first, n = scene.first[at], len(key)
    fixes = scene.fixes
    t = fixes.t[first]
    rows = MembershipState(
        scene.vessels[at], fence, np.full(n, Phase.ENTERING, np.int8), t.copy(), t.copy(), np.zeros(n, np.int16),
        fixes.lon[first], fixes.lat[first], np.zeros(n, np.bool_), *_came_from(scene, first),
    )  # fmt: skip
    for name in ("phase", "since", "streak_t", "streak_n", "streak_lon", "streak_lat", "dwelt", "from_lon", "from_lat"):
        getattr(rows, name)[old] = getattr(state, name)[source]
    _calm(rows, np.flatnonzero(rows.phase == Phase.LEAVING))
    return rows


def _came_from(scene: Scene, row: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place of the fix before each row, or its own where that is none or too long ago."""
    fixes, gap = scene.fixes, scene.fixes.t[row] - scene.before_t[row]
    known = (gap > 0) & (gap <= round(scene.rules.cross_gap_s * 1e6))
    before, own = (scene.before_lon[row], scene.before_lat[row]), (fixes.lon[row], fixes.lat[row])
    return np.where(known, before[0], own[0]), np.where(known, before[1], own[1])


def _calm(rows: MembershipState, which: NDArray[np.int64]) -> None:
    rows.phase[which] = Phase.INSIDE
    rows.streak_t[which] = rows.since[which]
    rows.streak_n[which] = 0
    for name in ("streak_lon", "streak_lat", "from_lon", "from_lat"):
        getattr(rows, name)[which] = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """Some stays times the fixes of their vessels. `stay` and `fix` name the row of each pair."""

    stay: NDArray[np.int64]
    fix: NDArray[np.int64]
    count: NDArray[np.int64]  # by stay: the number of this fix of its vessel in the batch, from 1
    begin: NDArray[np.int64]

    def first(self, true: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Of each stay the first row where it is true, or `_NEVER`."""
        return np.minimum.reduceat(np.where(true, self.fix, _NEVER), self.begin)


def _spread(scene: Scene, at: NDArray[np.int64], stays: NDArray[np.int64]) -> _Spread:
    count = scene.count[at[stays]]
    begin = np.cumsum(count) - count
    number = np.arange(int(count.sum())) - np.repeat(begin, count)
    return _Spread(np.repeat(stays, count), np.repeat(scene.first[at[stays]], count) + number, number + 1, begin)


def _confirm(scene: Scene, rows: MembershipState, at: NDArray[np.int64]) -> tuple[FenceEvents, NDArray[np.int64]]:
    """Count the entering rows; the events, and of every row the fix from which it is inside (or `_NEVER`)."""
    entered = np.where(rows.phase == Phase.INSIDE, scene.first[at], _NEVER)
    entering = np.flatnonzero(rows.phase == Phase.ENTERING)
    if len(entering):
        s, rules, t = _spread(scene, at, entering), scene.rules, scene.fixes.t
        lasted = rows.streak_n[s.stay] + s.count >= rules.confirm_fixes
        lasted &= t[s.fix] - rows.streak_t[s.stay] >= round(rules.confirm_s * 1e6)
        sparse = t[s.fix] - scene.before_t[s.fix] >= round(rules.sparse_interval_s * 1e6)
        entered[entering] = s.first(lasted | sparse)
        rows.streak_n[entering] = np.minimum(rows.streak_n[entering] + scene.count[at[entering]], STREAK_CAP)
    sure = entering[entered[entering] < _NEVER]
    place = rows.streak_lon[sure], rows.streak_lat[sure]
    kind = np.full(len(sure), EventKind.ENTER, np.int8)
    t, confirmed_at = rows.streak_t[sure], scene.fixes.t[entered[sure]]
    events = FenceEvents(rows.vessel[sure], rows.fence[sure], kind, t, confirmed_at, *place)
    rows.since[sure] = t
    _calm(rows, sure)
    return events, entered


def _dwell(scene: Scene, rows: MembershipState, at: NDArray[np.int64], entered: NDArray[np.int64]) -> FenceEvents:
    told = scene.fences.least_dwell_us[rows.fence] < FOREVER
    stays = np.flatnonzero((entered < _NEVER) & ~rows.dwelt & told)
    fix = np.empty(0, np.int64)
    if len(stays):
        s = _spread(scene, at, stays)
        dwell_us = scene.fences.dwell_at_us(rows.fence[s.stay], scene.fixes.t[s.fix])
        long = scene.fixes.t[s.fix] - rows.since[s.stay] > dwell_us
        fix = s.first(long & (s.fix >= entered[s.stay]))
        stays, fix = stays[fix < _NEVER], fix[fix < _NEVER]
    rows.dwelt[stays] = True
    kind, fixes = np.full(len(stays), EventKind.DWELL, np.int8), scene.fixes
    t = rows.since[stays] + scene.fences.dwell_at_us(rows.fence[stays], fixes.t[fix])
    return FenceEvents(rows.vessel[stays], rows.fence[stays], kind, t, fixes.t[fix], fixes.lon[fix], fixes.lat[fix])
