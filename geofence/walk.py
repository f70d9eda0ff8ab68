"""Fix by fix through the vessels that have something going on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import (
    EVENT_DTYPES,
    MEMBERSHIP_DTYPES,
    EventKind,
    FenceEvents,
    MembershipState,
)
from .fences import FOREVER, FenceSet
from .periods import Turn
from .screen import CODE_BITS, CODE_MASK, Scene
from .stays import Fix, Found, Limits, Phase, Stay, Trigger, step


def walk(scene: Scene, active: NDArray[np.bool_], state: MembershipState) -> tuple[MembershipState, FenceEvents]:
    """New rows of the active vessels and their events, in no order."""
    plot = _plot(scene, active)
    stays = _stays_by_vessel(scene, active, state)
    rows: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    begin = 0
    for v in np.flatnonzero(active).tolist():
        vessel = int(scene.vessels[v])
        mine = stays.get(v, {})
        found: Found = []
        end = begin + int(scene.count[v])
        _walk_vessel(mine, range(begin, end), plot, found)
        begin = end
        rows += ((vessel, *_row(mine[code])) for code in sorted(mine))
        events += ((vessel, *event) for event in found)
    return _state(rows), _events(events)


@dataclass(frozen=True, slots=True, eq=False)
class _Plot:
    """What the walk reads at each row, as plain Python values; rows are those of the active vessels alone."""

    t: list[int]
    lon: list[float]
    lat: list[float]
    before_t: list[int]
    before_lon: list[float]
    before_lat: list[float]
    codes: dict[int, list[int]]  # fences in force that hold the fix, ascending
    near: set[int]  # keys of (row, code): outside, within the exit distance
    crossed: dict[int, list[int]]
    turns: dict[int, list[Turn]]
    opened: dict[int, int]  # key of (row, code): the instant its window opened on a vessel inside
    limits: Limits
    fences: FenceSet

    def fix(self, row: int, grid: int, out: Found) -> Fix:
        place = self.t[row], self.lon[row], self.lat[row]
        before = self.before_t[row], self.before_lon[row], self.before_lat[row]
        return Fix(row, *place, *before, self.limits, out, grid)

    def passed(self, stay: Stay, fix: Fix) -> bool:
        """Whether the way from before the streak of entering to this fix, outside again, leads through the fence."""
        code, t = np.array([stay.fence] * 2), np.array([stay.streak_t, fix.t])
        first, last = self.fences.version_at(code, t).tolist()
        ends = (stay.from_lon, stay.from_lat), (fix.lon, fix.lat)
        return fix.followed and first == last >= 0 and self.fences.leads_through(first, *ends)

    def eventful(self, row: int) -> bool:
        return row in self.crossed or row in self.turns


def _walk_vessel(stays: dict[int, Stay], rows: range, plot: _Plot, out: Found) -> None:
    grid = next((s.fence for s in stays.values() if s.exclusive and s.phase != Phase.ENTERING), 0)
    calm: list[int] | None = None  # the fences of the fix before, if it left nothing pending
    for row in rows:
        codes = plot.codes.get(row, [])
        if codes == calm and not plot.eventful(row):
            continue
        fix = plot.fix(row, grid, out)
        _turn_windows(stays, fix, plot)
        _go_outside(stays, codes, fix, plot)
        for code in codes:
            stay = stays.get(code)
            if stay is None:
                stay = stays[code] = _new_stay(plot.fences, code)
            if code in plot.fences.changing_dwell:
                stay.dwell_us = _dwell_us(plot.fences, code, fix.t)
            opened_at = plot.opened.get(row << CODE_BITS | code) if stay.phase == Phase.OUTSIDE else None
            fix.turned_at = opened_at or 0
            step(stay, Trigger.IN if opened_at is None else Trigger.OPENED, fix)
        grid = fix.grid
        calm = codes if len(stays) == len(codes) and all(_is_calm(s) for s in stays.values()) else None


def _is_calm(stay: Stay) -> bool:
    return stay.phase == Phase.INSIDE and (stay.dwelt or not stay.may_dwell)


def _turn_windows(stays: dict[int, Stay], fix: Fix, plot: _Plot) -> None:
    """Crossings, which look at the stays as the fix before left them, and windows that closed since."""
    for code in plot.crossed.get(fix.row, ()):
        if code not in stays:
            fix.note(code, EventKind.CROSS, (fix.t, fix.lon, fix.lat))
    for turn in plot.turns.get(fix.row, ()):
        if turn.closed_at is not None and turn.code in stays:
            fix.turned_at = turn.closed_at
            step(stays[turn.code], Trigger.CLOSED, fix)
            del stays[turn.code]


def _go_outside(stays: dict[int, Stay], codes: list[int], fix: Fix, plot: _Plot) -> None:
    for code in [c for c in stays if c not in codes]:
        stay = stays[code]
        far = fix.row << CODE_BITS | code not in plot.near
        if far and stay.phase == Phase.ENTERING and plot.passed(stay, fix):
            fix.note(code, EventKind.CROSS, (stay.streak_t, stay.streak_lon, stay.streak_lat))
        step(stay, Trigger.FAR if far else Trigger.NEAR, fix)
        if stay.phase == Phase.OUTSIDE:
            del stays[code]


def _plot(scene: Scene, active: NDArray[np.bool_]) -> _Plot:
    rows = np.flatnonzero(active[scene.at])
    number = np.zeros(len(scene.at), np.int64)  # of each row of the batch among the rows of the plot
    number[rows] = np.arange(len(rows))
    shown = active[scene.at[scene.pair_row]]
    row, code = scene.pair_row[shown], scene.pair_code[shown]
    fixes = scene.fixes
    return _Plot(
        fixes.t[rows].tolist(), fixes.lon[rows].tolist(), fixes.lat[rows].tolist(),
        scene.before_t[rows].tolist(), scene.before_lon[rows].tolist(), scene.before_lat[rows].tolist(),
        _grouped(number[row], code), _near(scene, active, (row, code), number),
        _grouped(number[scene.cross_row], scene.cross_code),
        {int(number[r]): found for r, found in scene.turns.items()}, _opened(scene, number),
        Limits.of(scene.rules), scene.fences,
    )  # fmt: skip


def _grouped(row: NDArray[np.int64], code: NDArray[np.int16]) -> dict[int, list[int]]:
    out: defaultdict[int, list[int]] = defaultdict(list)
    for r, c in zip(row.tolist(), code.tolist(), strict=True):
        out[r].append(c)
    return dict(out)


def _near(
    scene: Scene,
    active: NDArray[np.bool_],
    pairs: tuple[NDArray[np.int64], NDArray[np.int16]],
    number: NDArray[np.int64],
) -> set[int]:
    """Keys (row, code) of fixes near but not in a fence that their vessel has to do with in this batch."""
    row, code = pairs
    fixes, fences = scene.fixes, scene.fences
    touched = np.concatenate([scene.at[row] << CODE_BITS | code, scene.state_key[active[scene.state_at]]])
    touched = np.unique(touched)
    vessel, touched_code = touched >> CODE_BITS, touched & CODE_MASK
    count = scene.count[vessel]
    every = np.repeat(scene.first[vessel] - np.cumsum(count) + count, count) + np.arange(count.sum())
    every_code = np.repeat(touched_code, count)
    key = every << CODE_BITS | every_code
    outside = ~np.isin(key, row << CODE_BITS | code)
    every, every_code = every[outside], every_code[outside]
    fence = fences.version_at(every_code, fixes.t[every])
    near = fences.within(fixes.lon[every], fixes.lat[every], fence, fixes.t[every], scene.rules.exit_distance_m)
    return set((number[every] << CODE_BITS | every_code)[near].tolist())


def _opened(scene: Scene, number: NDArray[np.int64]) -> dict[int, int]:
    """Openings whose polygon holds both the fix before and the fix after."""
    turns = [(row, t.code, t.opened_at) for row, found in scene.turns.items() for t in found if t.opened_at is not None]
    if not turns:
        return {}
    row, code, _ = np.array(turns, np.int64).T
    fixes, fences = scene.fixes, scene.fences
    fence = fences.version_at(code, fixes.t[row])
    both = fences.holds(scene.before_lon[row], scene.before_lat[row], fence)
    both &= fences.holds(fixes.lon[row], fixes.lat[row], fence)
    return {int(number[r]) << CODE_BITS | c: at for (r, c, at), fine in zip(turns, both.tolist(), strict=True) if fine}


def _stays_by_vessel(scene: Scene, active: NDArray[np.bool_], state: MembershipState) -> dict[int, dict[int, Stay]]:
    fences = scene.fences
    shown = active[scene.state_at]
    rows = scene.state_rows[shown]
    columns = [getattr(state, name)[rows].tolist() for name in MEMBERSHIP_DTYPES if name != "vessel"]
    out: defaultdict[int, dict[int, Stay]] = defaultdict(dict)
    for v, code, *rest in zip(scene.state_at[shown].tolist(), *columns, strict=True):
        out[v][code] = _new_stay(fences, code, *rest)
    return out


def _new_stay(fences: FenceSet, code: int, *rest: Any) -> Stay:
    dwell = int(fences.least_dwell_us[code])
    known = dwell if dwell < FOREVER else None
    return Stay(code, bool(fences.is_grid_code[code]), known, *rest, may_dwell=known is not None)


def _dwell_us(fences: FenceSet, code: int, t: int) -> int | None:
    dwell = int(fences.dwell_at_us(np.array([code]), np.array([t]))[0])
    return dwell if dwell < FOREVER else None


def _row(stay: Stay) -> tuple[object, ...]:
    return (
        stay.fence, int(stay.phase), stay.since, stay.streak_t, stay.streak_n, stay.streak_lon, stay.streak_lat,
        stay.dwelt, stay.from_lon, stay.from_lat,
    )  # fmt: skip


def _columns(rows: list[tuple[object, ...]], dtypes: dict[str, type]) -> Iterator[tuple[str, NDArray[np.generic]]]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(dtypes)
    for (name, dtype), column in zip(dtypes.items(), columns, strict=True):
        yield name, np.array(column, dtype)


def _state(rows: list[tuple[object, ...]]) -> MembershipState:
    return MembershipState(**dict(_columns(rows, MEMBERSHIP_DTYPES)))  # pyright: ignore[reportArgumentType] # by name


def _events(rows: list[tuple[object, ...]]) -> FenceEvents:
    return FenceEvents(**dict(_columns(rows, EVENT_DTYPES)))  # pyright: ignore[reportArgumentType] # by name
