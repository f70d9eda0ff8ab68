"""Fix by fix through the vessels that have something going on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import (
    EVENT_DTYPES,
    MEMBERSHIP_DTYPES,
    EventKind,
    FenceEvents,
    MembershipState,
)
from .fences import FenceSet
from .periods import Turn
from .screen import CODE_BITS, Scene
from .stays import Fix, Found, Limits, Phase, Stay, Trigger, step


def walk(scene: Scene, active: NDArray[np.bool_], state: MembershipState) -> tuple[MembershipState, FenceEvents]:
    """New rows of the active vessels, and their events sorted by (confirmed_at, vessel, t, fence, kind)."""
    plot = _plot(scene, active)
    stays = _stays_by_vessel(scene, active, state)
    rows: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    for v in np.flatnonzero(active).tolist():
        vessel = int(scene.vessels[v])
        mine = stays.get(v, {})
        found: Found = []
        begin = int(scene.first[v])
        _walk_vessel(mine, range(begin, begin + int(scene.count[v])), plot, found)
        rows += ((vessel, *_row(mine[code])) for code in sorted(mine))
        events += ((vessel, *event) for event in found)
    return _state(rows), _events(events)


@dataclass(frozen=True, slots=True, eq=False)
class _Plot:
    """What the walk reads at each row, as plain Python values; `codes` and so on are by row of the batch."""

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
        sparse = self.t[row] - self.before_t[row] >= self.limits.sparse_us
        place = self.t[row], self.lon[row], self.lat[row]
        return Fix(row, *place, sparse, self.before_lon[row], self.before_lat[row], self.limits, out, grid)

    def eventful(self, row: int) -> bool:
        return row in self.crossed or row in self.turns

    def new_stay(self, code: int) -> Stay:
        dwell = int(self.fences.dwell_us[code])
        return Stay(code, code in self.fences.grid_codes, dwell if dwell < 2**62 else None)


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
                stay = stays[code] = plot.new_stay(code)
            opened_at = plot.opened.get(row << CODE_BITS | code) if stay.phase == Phase.OUTSIDE else None
            fix.turned_at = opened_at or 0
            step(stay, Trigger.IN if opened_at is None else Trigger.OPENED, fix)
        grid = fix.grid
        calm = codes if len(stays) == len(codes) and all(_is_calm(s) for s in stays.values()) else None


def _is_calm(stay: Stay) -> bool:
    return stay.phase == Phase.INSIDE and (stay.dwelt or stay.dwell_us is None)


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
        step(stay, Trigger.NEAR if fix.row << CODE_BITS | code in plot.near else Trigger.FAR, fix)
        if stay.phase == Phase.OUTSIDE:
            del stays[code]


def _plot(scene: Scene, active: NDArray[np.bool_]) -> _Plot:
    shown = active[scene.at[scene.pair_row]]
    row, code = scene.pair_row[shown], scene.pair_code[shown]
    fixes = scene.fixes
    return _Plot(
        fixes.t.tolist(), fixes.lon.tolist(), fixes.lat.tolist(),
        scene.before_t.tolist(), scene.before_lon.tolist(), scene.before_lat.tolist(),
        _grouped(row, code), _near(scene, active, row, code), _grouped(scene.cross_row, scene.cross_code),
        scene.turns, _opened(scene), Limits.of(scene.rules), scene.fences,
    )  # fmt: skip


def _grouped(row: NDArray[np.int64], code: NDArray[np.int16]) -> dict[int, list[int]]:
    out: defaultdict[int, list[int]] = defaultdict(list)
    for r, c in zip(row.tolist(), code.tolist(), strict=True):
        out[r].append(c)
    return dict(out)


def _near(scene: Scene, active: NDArray[np.bool_], row: NDArray[np.int64], code: NDArray[np.int16]) -> set[int]:
    """Keys (row, code) of fixes near but not in a fence that their vessel has to do with in this batch."""
    fixes, fences = scene.fixes, scene.fences
    touched = np.concatenate([scene.at[row] << CODE_BITS | code, scene.state_key[active[scene.state_at]]])
    touched = np.unique(touched)
    vessel, touched_code = touched >> CODE_BITS, touched & (1 << CODE_BITS) - 1
    count = scene.count[vessel]
    every = np.repeat(scene.first[vessel] - np.cumsum(count) + count, count) + np.arange(count.sum())
    every_code = np.repeat(touched_code, count)
    key = every << CODE_BITS | every_code
    outside = ~np.isin(key, row << CODE_BITS | code)
    key, every, every_code = key[outside], every[outside], every_code[outside]
    fence = fences.version_at(every_code, fixes.t[every])
    return set(key[fences.within(fixes.lon[every], fixes.lat[every], fence, scene.rules.exit_distance_m)].tolist())


def _opened(scene: Scene) -> dict[int, int]:
    """Openings whose polygon holds both the fix before and the fix after."""
    turns = [(row, t.code, t.opened_at) for row, found in scene.turns.items() for t in found if t.opened_at is not None]
    if not turns:
        return {}
    row, code, _ = np.array(turns, np.int64).T
    fixes, fences = scene.fixes, scene.fences
    fence = fences.version_at(code, fixes.t[row])
    both = fences.holds(scene.before_lon[row], scene.before_lat[row], fence)
    both &= fences.holds(fixes.lon[row], fixes.lat[row], fence)
    return {r << CODE_BITS | c: at for (r, c, at), fine in zip(turns, both.tolist(), strict=True) if fine}


def _stays_by_vessel(scene: Scene, active: NDArray[np.bool_], state: MembershipState) -> dict[int, dict[int, Stay]]:
    fences = scene.fences
    shown = active[scene.state_at]
    rows = scene.state_rows[shown]
    columns = [getattr(state, name)[rows].tolist() for name in MEMBERSHIP_DTYPES if name != "vessel"]
    out: defaultdict[int, dict[int, Stay]] = defaultdict(dict)
    for v, code, *rest in zip(scene.state_at[shown].tolist(), *columns, strict=True):
        dwell = int(fences.dwell_us[code])
        out[v][code] = Stay(code, code in fences.grid_codes, dwell if dwell < 2**62 else None, *rest)
    return out


def _row(stay: Stay) -> tuple[object, ...]:
    return (
        stay.fence, int(stay.phase), stay.since, stay.streak_t, stay.streak_n, stay.streak_lon, stay.streak_lat,
        stay.dwelt,
    )  # fmt: skip


def _columns(rows: list[tuple[object, ...]], dtypes: dict[str, type]) -> Iterator[tuple[str, NDArray[np.generic]]]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(dtypes)
    for (name, dtype), column in zip(dtypes.items(), columns, strict=True):
        yield name, np.array(column, dtype)


def _state(rows: list[tuple[object, ...]]) -> MembershipState:
    return MembershipState(**dict(_columns(rows, MEMBERSHIP_DTYPES)))  # pyright: ignore[reportArgumentType] # by name


def _events(rows: list[tuple[object, ...]]) -> FenceEvents:
    c = dict(_columns(rows, EVENT_DTYPES))
    order = np.lexsort((c["kind"], c["fence"], c["t"], c["vessel"], c["confirmed_at"]))
    return FenceEvents(**{name: column[order] for name, column in c.items()})  # pyright: ignore[reportArgumentType]
