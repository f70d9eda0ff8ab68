"""How the fleet moves in one step: a cycle of phases, moored > leaving > out > working > to gate > back > berthing.

All rows move together. On routes a vessel is a distance along and a share across; elsewhere it goes straight for its
target in open water or in its own harbour, so that nothing ever has to be asked of the land while it moves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.batch import F64

from .fleet import PORT_H, WORK_H, Fleet, Gear, Kind, Phase, choose_routes
from .plane import KNOT, bearing, unit
from .work import Sea, begin_work, next_leg

HARBOUR_KN = 4.0
NARROW_KN = 6.0
SLOW_AHEAD_M = 600.0
PAIR_GAP_M = 400.0
HOUR_US = 3_600_000_000
MOVING_MS = 0.1  # slower than that a vessel keeps its course

Rows = NDArray[np.int64]


def step(sea: Sea, fleet: Fleet, dt_s: float) -> None:
    """Move the fleet from `sea.now` on by `dt_s` seconds, in place."""
    before = fleet.xy.copy()
    _leave(sea, fleet)
    _end_work(sea, fleet)
    _follow_leaders(sea, fleet)
    speed = _speeds(sea, fleet)
    steered = np.flatnonzero(np.isin(fleet.phase, _STEERED) & (speed > 0))
    _sail_routes(sea, fleet, speed * dt_s)
    _steer(sea, fleet, steered, speed * dt_s)
    fleet.velocity = (fleet.xy - before) / dt_s
    moving = np.hypot(*fleet.velocity.T) > MOVING_MS
    fleet.course[moving] = bearing(fleet.velocity[moving])


def settle(sea: Sea, fleet: Fleet, share: float) -> None:
    """Put a share of the fleet to sea, spread over all phases of a trip, in place."""
    n = len(fleet)
    at_sea = np.select([fleet.kind == Kind.FISHING, fleet.kind == Kind.FERRY], [share, 0.6], 0.85)
    closed = sea.closed_until[fleet.gear] > sea.now
    free = ~fleet.actor & (fleet.partner < 0)
    out = free & (sea.rng.random(n) < at_sea) & ~closed
    stay = (sea.rng.random(n) * _hours(sea, PORT_H, fleet, np.arange(n)) * HOUR_US).astype(np.int64)
    fleet.until[~fleet.actor] = sea.now + stay[~fleet.actor]
    length = sea.plan.routes.length[fleet.route]
    sail_s = length / fleet.cruise
    work_s = _hours(sea, WORK_H, fleet, np.arange(n)) * 3600.0
    at = sea.rng.random(n) * (2 * sail_s + work_s)
    outward, homeward = out & (at < sail_s), out & (at >= sail_s + work_s)
    fleet.phase[outward], fleet.along[outward] = Phase.OUT, (at * fleet.cruise)[outward]
    fleet.phase[homeward] = Phase.BACK
    fleet.along[homeward] = ((2 * sail_s + work_s - at) * fleet.cruise)[homeward]
    working = np.flatnonzero(out & ~outward & ~homeward)
    fleet.along[working] = length[working]
    _place(sea, fleet, np.flatnonzero(out))
    _start_work(sea, fleet, working)
    fleet.until[working] = sea.now + ((sail_s + work_s - at)[working] * 1e6).astype(np.int64)
    fleet.xy[working] += (fleet.target - fleet.xy)[working] * sea.rng.random((len(working), 1))
    _settle_mates(sea, fleet)


def _settle_mates(sea: Sea, fleet: Fleet) -> None:
    mates = np.flatnonzero(fleet.partner >= 0)
    leader = fleet.partner[mates]
    fleet.phase[mates], fleet.route[mates] = fleet.phase[leader], fleet.route[leader]
    behind = np.where(fleet.phase[leader] == Phase.OUT, -PAIR_GAP_M, PAIR_GAP_M)
    fleet.along[mates] = np.clip(fleet.along[leader] + behind, 0.0, sea.plan.routes.length[fleet.route[mates]])
    on_route = mates[np.isin(fleet.phase[mates], (Phase.OUT, Phase.BACK))]
    _place(sea, fleet, on_route)
    working = mates[fleet.phase[mates] == Phase.WORKING]
    fleet.xy[working] = _slot(fleet, working)


def _leave(sea: Sea, fleet: Fleet) -> None:
    ready = (fleet.phase == Phase.MOORED) & (fleet.until <= sea.now) & ~fleet.actor & (fleet.partner < 0)
    rows = np.flatnonzero(ready & (sea.closed_until[fleet.gear] <= sea.now))
    if len(rows):
        fleet.route[rows] = choose_routes(sea.plan, fleet.kind[rows], fleet.gear[rows], fleet.home[rows], sea.rng)
        _set_out(sea, fleet, rows)


def _set_out(sea: Sea, fleet: Fleet, rows: Rows) -> None:
    fleet.phase[rows] = Phase.LEAVING
    fleet.target[rows] = sea.plan.routes.xy[sea.plan.routes.first[fleet.route[rows]]]


def _end_work(sea: Sea, fleet: Fleet) -> None:
    rows = np.flatnonzero((fleet.phase == Phase.WORKING) & (fleet.until <= sea.now) & (fleet.partner < 0))
    _to_gate(sea, fleet, rows)


def _to_gate(sea: Sea, fleet: Fleet, rows: Rows) -> None:
    route = fleet.route[rows]
    fleet.phase[rows] = Phase.TO_GATE
    fleet.hold_until[rows] = 0
    fleet.target[rows] = sea.plan.routes.place(route, sea.plan.routes.length[route], fleet.across[rows])


def _follow_leaders(sea: Sea, fleet: Fleet) -> None:
    """Mates of pair trawlers leave with their leaders, keep abreast at work, and turn home after them."""
    mates = np.flatnonzero(fleet.partner >= 0)
    phase, lead = fleet.phase[mates], fleet.phase[fleet.partner[mates]]
    leaving = mates[(phase == Phase.MOORED) & ((lead == Phase.LEAVING) | (lead == Phase.OUT))]
    fleet.route[leaving] = fleet.route[fleet.partner[leaving]]
    _set_out(sea, fleet, leaving)
    working = phase == Phase.WORKING
    homeward = np.isin(lead, (Phase.BACK, Phase.BERTHING, Phase.MOORED))
    _to_gate(sea, fleet, mates[working & homeward])
    abreast = mates[working & ~homeward & (lead != Phase.OUT)]
    fleet.target[abreast] = _slot(fleet, abreast)


def _slot(fleet: Fleet, mates: Rows) -> F64:
    """Abreast of the leader, square to the lane: the side does not change when they turn."""
    leader = fleet.partner[mates]
    lane = fleet.lane[leader]
    return fleet.xy[leader] + PAIR_GAP_M * np.column_stack([lane[:, 1], -lane[:, 0]])


def _speeds(sea: Sea, fleet: Fleet) -> F64:
    """Metres a second of every row, 0 where it stays."""
    phase = fleet.phase
    speed = fleet.cruise.copy()
    routed = np.flatnonzero((phase == Phase.OUT) | (phase == Phase.BACK))
    narrow = routed[_narrow(sea, fleet, routed)]
    speed[narrow] = np.minimum(speed[narrow], NARROW_KN * KNOT)
    speed[(phase == Phase.LEAVING) | (phase == Phase.BERTHING)] = HARBOUR_KN * KNOT
    at_work = (phase == Phase.WORKING) | (phase == Phase.ORDERED)
    speed[at_work] = fleet.speed[at_work]
    free = phase != Phase.ORDERED
    speed[free] *= 1.0 + 0.05 * np.sin(sea.now * 1e-6 * 2 * np.pi / 420.0 + fleet.mmsi[free])  # sea and helm
    speed[(phase == Phase.MOORED) | (at_work & (fleet.hold_until > sea.now))] = 0.0
    _pace_mates(fleet, speed)
    return speed


def _narrow(sea: Sea, fleet: Fleet, rows: Rows) -> NDArray[np.bool_]:
    """Little room where the vessel is, or a little way ahead of it."""
    routes, along = sea.plan.routes, fleet.along[rows]
    ahead = along + np.where(fleet.phase[rows] == Phase.OUT, 1.0, -1.0) * SLOW_AHEAD_M
    here, there = (routes.leg(fleet.route[rows], np.maximum(s, 0.0)) for s in (along, ahead))
    return routes.narrow[here] | routes.narrow[there]


def _pace_mates(fleet: Fleet, speed: F64) -> None:
    mates = np.flatnonzero(fleet.partner >= 0)
    leader = fleet.partner[mates]
    together = (fleet.phase[mates] == fleet.phase[leader]) & np.isin(fleet.phase[mates], (Phase.OUT, Phase.BACK))
    rows, lead = mates[together], leader[together]
    gap = np.abs(fleet.along[lead] - fleet.along[rows])
    ahead = (fleet.along[rows] > fleet.along[lead]) == (fleet.phase[rows] == Phase.OUT)
    wanted = speed[lead] + 0.003 * (np.where(ahead, -gap, gap) - PAIR_GAP_M)
    speed[rows] = np.clip(wanted, 0.0, 1.3 * fleet.cruise[rows])
    working = mates[fleet.phase[mates] == Phase.WORKING]
    short = np.hypot(*(fleet.target - fleet.xy)[working].T)
    speed[working] = np.minimum(fleet.work[working] + short / 120.0, fleet.cruise[working])


def _sail_routes(sea: Sea, fleet: Fleet, distance: F64) -> None:
    out, back = (np.flatnonzero(fleet.phase == p) for p in (Phase.OUT, Phase.BACK))
    length = sea.plan.routes.length[fleet.route]
    fleet.along[out] = np.minimum(fleet.along[out] + distance[out], length[out])
    fleet.along[back] = np.maximum(fleet.along[back] - distance[back], 0.0)
    _place(sea, fleet, np.concatenate([out, back]))
    _start_work(sea, fleet, out[fleet.along[out] >= length[out]])
    home = back[fleet.along[back] <= 0.0]
    fleet.phase[home] = Phase.BERTHING
    fleet.target[home] = fleet.berth[home]


def _place(sea: Sea, fleet: Fleet, rows: Rows) -> None:
    fleet.xy[rows] = sea.plan.routes.place(fleet.route[rows], fleet.along[rows], fleet.across[rows])


def _start_work(sea: Sea, fleet: Fleet, rows: Rows) -> None:
    if len(rows):
        fleet.phase[rows] = Phase.WORKING
        fleet.until[rows] = sea.now + (_hours(sea, WORK_H, fleet, rows) * HOUR_US).astype(np.int64)
        begin_work(sea, fleet, rows)


_STEERED = (Phase.LEAVING, Phase.WORKING, Phase.TO_GATE, Phase.BERTHING, Phase.ORDERED)


def _steer(sea: Sea, fleet: Fleet, rows: Rows, distance: F64) -> None:
    way = fleet.target[rows] - fleet.xy[rows]
    left = np.hypot(way[:, 0], way[:, 1])
    arrived = left <= distance[rows]
    fleet.xy[rows] += np.where(arrived[:, None], way, unit(way) * distance[rows, None])
    rows = rows[arrived]
    phase = fleet.phase[rows]
    leaving, back, berthed = (rows[phase == p] for p in (Phase.LEAVING, Phase.TO_GATE, Phase.BERTHING))
    fleet.phase[leaving], fleet.along[leaving] = Phase.OUT, 0.0
    fleet.phase[back], fleet.along[back] = Phase.BACK, sea.plan.routes.length[fleet.route[back]]
    fleet.phase[berthed] = Phase.MOORED
    fleet.until[berthed] = sea.now + (_hours(sea, PORT_H, fleet, berthed) * HOUR_US).astype(np.int64)
    working = rows[(phase == Phase.WORKING) & (fleet.partner[rows] < 0)]
    if len(working):
        next_leg(sea, fleet, working)


def _hours(sea: Sea, table: dict[Kind, tuple[float, float]], fleet: Fleet, rows: Rows) -> F64:
    limits = np.array([pair for _, pair in sorted(table.items())])[fleet.kind[rows]]
    hours = limits[:, 0] + (limits[:, 1] - limits[:, 0]) * sea.rng.random(len(rows))
    short_trips = fleet.gear[rows] == Gear.HOOK
    return np.where(short_trips, hours * 0.6, hours)
