"""What vessels do on their ground: each leg of the work by kind of gear.

Trawlers tow lines back and forth, gill-netters drift with the stream and haul against it, pot boats stop at every
pot of a string, patrols wander, merchant ships lie at anchor and ferries at their quay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ingest.batch import F64, I64

from .fleet import Fleet, Gear, Kind
from .plane import KNOT, unit
from .routes import SeaPlan

TIDE_PERIOD_S = 12.42 * 3600.0  # M2, the lunar half-day
TIDE_AXIS = np.array([-0.64, 0.77])  # flood runs north-west off Zhoushan
DRIFT_KN = (0.4, 1.1)
REACH = 0.9  # share of the ground's radius that work stays within
MINUTE_US = 60_000_000

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sea:
    """What a step needs beside the fleet. `closed_until`: (6,) by gear, microseconds; no leaving port before."""

    plan: SeaPlan
    closed_until: I64
    now: int
    rng: Generator


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """Where and when a leg of work is chosen: the discs of the rows (n, 2) and (n,) metres, the time, the dice."""

    centre: F64
    reach: F64
    now: int
    rng: Generator

    def within(self, xy: F64) -> F64:
        """Points outside their disc are put on its rim."""
        away = xy - self.centre
        far = np.hypot(away[:, 0], away[:, 1])
        return self.centre + away * np.minimum(1.0, self.reach / np.maximum(far, 1e-9))[:, None]


def begin_work(sea: Sea, fleet: Fleet, rows: Rows) -> None:
    """First leg of each row on the ground of its route."""
    grounds, rng = sea.plan.grounds, sea.rng
    ground = sea.plan.routes.ground[fleet.route[rows]]
    radius = grounds.radius[ground]
    angle = rng.uniform(0.0, 2 * np.pi, len(rows))
    away = unit(rng.normal(size=(len(rows), 2))) * (0.35 * radius * np.sqrt(rng.random(len(rows))))[:, None]
    fleet.lane[rows] = np.column_stack([np.cos(angle), np.sin(angle)])
    fleet.middle[rows] = grounds.xy[ground] + away
    fleet.leg[rows] = 0
    fleet.hold_until[rows] = 0
    next_leg(sea, fleet, rows)


def next_leg(sea: Sea, fleet: Fleet, rows: Rows) -> None:
    """A new target, speed and stay for rows that have reached theirs."""
    grounds, ground = sea.plan.grounds, sea.plan.routes.ground[fleet.route[rows]]
    fleet.leg[rows] += 1
    fleet.speed[rows] = fleet.work[rows]
    gear, kind = fleet.gear[rows], fleet.kind[rows]
    anchored = (kind == Kind.CARGO) | (kind == Kind.TANKER) | (kind == Kind.FERRY)
    for mine, leg in (
        (np.isin(gear, (Gear.TRAWL, Gear.PAIR_TRAWL)), _tow),
        (gear == Gear.GILL_NET, _drift_or_haul),
        (gear == Gear.POT, _next_pot),
        (gear == Gear.HOOK, _next_reef),
        ((gear == Gear.NONE) & ~anchored, _wander),
    ):
        if mine.any():
            at = rows[mine]
            spot = Spot(grounds.xy[ground[mine]], REACH * grounds.radius[ground[mine]], sea.now, sea.rng)
            fleet.target[at] = spot.within(leg(fleet, at, spot))
    still = rows[anchored]
    fleet.target[still] = fleet.xy[still]
    fleet.hold_until[still] = fleet.until[still]


def _tow(fleet: Fleet, at: Rows, spot: Spot) -> F64:
    side = np.where(fleet.leg[at] % 2 == 0, 1.0, -1.0)
    abreast = (fleet.leg[at] // 2 % 5 - 2.0) * 0.03 * spot.reach
    lane = fleet.lane[at]
    across = np.column_stack([lane[:, 1], -lane[:, 0]])
    return fleet.middle[at] + lane * (side * 0.5 * spot.reach)[:, None] + across * abreast[:, None]


def _drift_or_haul(fleet: Fleet, at: Rows, spot: Spot) -> F64:
    tide = np.cos(spot.now * 1e-6 * 2 * np.pi / TIDE_PERIOD_S)
    drifting = fleet.leg[at] % 2 == 1
    length = spot.rng.uniform(1500.0, 4000.0, len(at))
    fleet.speed[at[drifting]] = spot.rng.uniform(*DRIFT_KN, int(drifting.sum())) * KNOT
    stream = TIDE_AXIS * np.sign(tide) + fleet.lane[at] * 0.4
    return fleet.xy[at] + unit(stream) * np.where(drifting, length, -0.9 * length)[:, None]


def _next_pot(fleet: Fleet, at: Rows, spot: Spot) -> F64:
    fleet.hold_until[at] = spot.now + (spot.rng.uniform(2.0, 5.0, len(at)) * MINUTE_US).astype(np.int64)
    ended = (fleet.leg[at] % 15 == 0) | (np.hypot(*(fleet.xy[at] - spot.centre).T) > 0.8 * spot.reach)
    inward = unit(spot.centre - fleet.xy[at] + spot.rng.normal(scale=1000.0, size=(len(at), 2)))
    fleet.lane[at] = np.where(ended[:, None], inward, fleet.lane[at])
    return fleet.xy[at] + fleet.lane[at] * spot.rng.uniform(200.0, 500.0, len(at))[:, None]


def _next_reef(fleet: Fleet, at: Rows, spot: Spot) -> F64:
    fleet.hold_until[at] = spot.now + (spot.rng.uniform(15.0, 50.0, len(at)) * MINUTE_US).astype(np.int64)
    return fleet.xy[at] + spot.rng.normal(scale=600.0, size=(len(at), 2))


def _wander(_fleet: Fleet, at: Rows, spot: Spot) -> F64:
    return (
        spot.centre
        + unit(spot.rng.normal(size=(len(at), 2))) * (spot.reach * np.sqrt(spot.rng.random(len(at))))[:, None]
    )
