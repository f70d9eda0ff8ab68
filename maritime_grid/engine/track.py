"""Vessels after a batch: kinematics, membership of grids and zones, what they seem to be doing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geofence.membership import (
    EVENT_DTYPES,
    FenceEvents,
    Fixes,
    MembershipState,
    advance_membership,
    empty_events,
)
from ingest.batch import F32, I8, I64, Positions
from maritime_grid.domain.mmsi import SAR_AIRCRAFT, is_traffic
from maritime_grid.domain.state import NEVER, VESSEL_DTYPES, Motion, VesselState
from maritime_grid.domain.world import FeedKind, RuleSettings, World

from .order import Order, lookup
from .plausible import Anchor, Judged, judge_fixes

MOORED_STATUS = (1, 5, 6)  # at anchor, moored, aground: ITU-R M.1371-6 table 46
INSIDE = 2  # phases of membership from here on are inside


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Fresh fixes of a batch, by vessel and time, and how they were judged. Shapes (n,)."""

    row: I64  # in the batch
    vessel: I64  # number in the vessel columns
    mmsi: I64
    judged: Judged


def enrol(state: VesselState, mmsi: I64) -> VesselState:
    """The vessel columns with a row for every MMSI given (sorted, each once); new arrays, to be written."""
    new = mmsi[lookup(state.mmsi, state.mmsi, mmsi, -1) != mmsi]
    if not len(new):
        return replace(state, **{f.name: getattr(state, f.name).copy() for f in fields(VesselState)})
    blank: dict[str, Any] = {name: np.zeros(len(new), dtype) for name, dtype in VESSEL_DTYPES.items()}
    for name in ("t", "received_at", "heard_at", "ais_t", "vms_t", "alt_t"):
        blank[name][:] = NEVER
    for name in ("lon", "lat", "sog", "cog", "heading", "alt_lon", "alt_lat"):
        blank[name][:] = np.nan
    blank["nav_status"][:] = -1
    blank["mmsi"] = new
    order = np.argsort(np.concatenate([state.mmsi, new]), kind="stable")
    return VesselState(
        **{f.name: np.concatenate([getattr(state, f.name), blank[f.name]])[order] for f in fields(VesselState)}
    )


def follow(vessels: VesselState, positions: Positions, order: Order, rules: RuleSettings) -> Track:
    """Judge the fresh fixes of a batch; `vessels` is as it was before it, enrolled."""
    fix = order.fresh & np.isfinite(positions.lon[order.row])
    row, mmsi = order.row[fix], order.mmsi[fix]
    vessel = np.searchsorted(vessels.mmsi, mmsi)
    anchor = Anchor(
        vessels.t, vessels.lon, vessels.lat, vessels.alt_t, vessels.alt_lon, vessels.alt_lat,
        vessels.alt_n.astype(np.int64),
    )  # fmt: skip
    exempt = mmsi // 1_000_000 == SAR_AIRCRAFT
    judged = judge_fixes(vessel, positions.t[row], positions.lon[row], positions.lat[row], exempt, anchor, rules)
    return Track(row, vessel, mmsi, judged)


def move_through_fences(
    state: MembershipState, vessels: VesselState, positions: Positions, track: Track, world: World
) -> tuple[MembershipState, FenceEvents]:
    """Membership after the accepted fixes; a vessel that rejoined elsewhere did not travel there."""
    take = track.judged.accepted & is_traffic(track.mmsi)
    row, vessel = track.row[take], track.vessel[take]
    mmsi = track.mmsi[take]
    leg = _legs(mmsi, track.judged.rejoined[take])
    events: list[FenceEvents] = []
    for k in range(int(leg.max()) + 1 if len(leg) else 0):
        now = leg == k
        r = row[now]
        fixes = Fixes(mmsi[now], positions.t[r], positions.lon[r], positions.lat[r])
        seen = np.unique(vessel[now]) if k == 0 else np.empty(0, np.int64)
        seen = seen[vessels.t[seen] != NEVER]
        previous = Fixes(vessels.mmsi[seen], vessels.t[seen], vessels.lon[seen], vessels.lat[seen])
        state, found = advance_membership(state, previous, fixes, world.fences, world.fence_rules)
        events.append(found)
    return state, _joined(events)


def _legs(mmsi: I64, rejoined: NDArray[np.bool_]) -> I64:
    """Number of times its vessel has rejoined by each fix, from 0. Shape (n,)."""
    if not rejoined.any():
        return np.zeros(len(mmsi), np.int64)
    total = np.cumsum(rejoined)
    first = np.append(True, mmsi[1:] != mmsi[:-1])
    start = np.maximum.accumulate(np.where(first, np.arange(len(mmsi)), 0))
    return total - (total - rejoined)[start]


def _joined(parts: list[FenceEvents]) -> FenceEvents:
    if not parts:
        return empty_events()
    if len(parts) == 1:
        return parts[0]
    columns = {name: np.concatenate([getattr(p, name) for p in parts]) for name in EVENT_DTYPES}
    order = np.lexsort([columns[key] for key in ("kind", "fence", "t", "vessel", "confirmed_at")])
    return FenceEvents(**{name: column[order] for name, column in columns.items()})


def settle_vessels(vessels: VesselState, positions: Positions, track: Track, world: World) -> VesselState:
    """Each vessel at its last accepted fix. Writes into the columns given, which are this step's own."""
    judged = track.judged
    vessels = replace(
        vessels, alt_t=judged.alt_t, alt_lon=judged.alt_lon, alt_lat=judged.alt_lat, alt_n=judged.alt_n.astype(np.int16)
    )
    v, r = track.vessel[judged.accepted], track.row[judged.accepted]
    last = np.append(v[1:] != v[:-1], True) if len(v) else np.empty(0, np.bool_)
    v, r = v[last], r[last]
    for name in ("t", "received_at", "lon", "lat", "sog", "cog", "heading", "nav_status"):
        getattr(vessels, name)[v] = getattr(positions, name)[r]
    vessels.quality[v] = positions.time_kind[r]
    _note_kinds(vessels, positions, track, world)
    return vessels


def _note_kinds(vessels: VesselState, positions: Positions, track: Track, world: World) -> None:
    """Last fix by each kind of feed, be it late beside those of the other: BeiDou's come 20 s behind AIS."""
    fix = np.isfinite(positions.lon)
    fix[track.row[~track.judged.accepted]] = False
    for column, kind in ((vessels.ais_t, FeedKind.AIS), (vessels.vms_t, FeedKind.VMS)):
        codes = [f.code for f in world.feeds.values() if f.kind is kind]
        mine = np.flatnonzero(fix & np.isin(positions.source, codes))
        np.maximum.at(column, np.searchsorted(vessels.mmsi, positions.mmsi[mine]), positions.t[mine])


def place_vessels(vessels: VesselState, membership: MembershipState, world: World) -> VesselState:
    """Confirmed grid, and whether in port or shelter, from the membership of all vessels."""
    inside = membership.phase >= INSIDE
    vessel, fence = membership.vessel[inside], membership.fence[inside]
    at = np.searchsorted(vessels.mmsi, vessel)
    ports = np.isin(fence, [code for code, place in world.places.items() if place.in_port])
    grids = world.fences.is_grid_code[fence]
    grid, in_port = np.zeros(len(vessels), np.int16), np.zeros(len(vessels), np.bool_)
    grid[at[grids]] = fence[grids]
    in_port[at[ports]] = True
    return replace(vessels, grid=grid, in_port=in_port)


def motion_of(sog: F32, nav_status: I8, fishing: NDArray[np.bool_], rules: RuleSettings) -> I8:
    """What vessels seem to be doing, `Motion`. Shapes (n,); `fishing`: of a fishing vessel."""
    slow = sog < rules.fishing_min_kn
    work = fishing & (sog >= rules.fishing_min_kn) & (sog <= rules.fishing_max_kn)
    out = np.where(work, Motion.FISHING, Motion.UNDER_WAY)
    out = np.where(np.isnan(sog), Motion.UNKNOWN, out)
    return np.where(slow | np.isin(nav_status, MOORED_STATUS), Motion.MOORED, out).astype(np.int8)
