"""What the fleet sends in a step: who is due when, what the receiver makes of it, and what happens on the way.

Source of the intervals: ITU-R M.1371-6 tables 1 and 2; BeiDou terminals of the coast report every 10 minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ingest.batch import F64, I64

from .encode import PositionColumns
from .fleet import Fleet, Gear, Kind, Phase, Transmitter
from .plane import KNOT, Plane

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
STATIC_US = 6 * MINUTE_US
VMS_US = 10 * MINUTE_US
FIRST_US = 20 * SECOND_US  # all are heard once within this time, so that a wall fills at once
NOISE_M = 8.0  # GPS noise, root of the mean square in the plane
LOST_SHARE = 0.06  # of AIS reports that no receiver hears
GAPS_PER_HOUR = 0.05  # stretches in which a vessel's AIS is not heard at all
GAP_S = (300.0, 1500.0)
TURN_DEG_S = 0.5  # a class A station that turns faster reports more often


@dataclass(slots=True, eq=False)
class Radio:
    """State of the transmitters, one row a vessel, microseconds; overwritten in place."""

    next_ais: I64
    next_static: I64
    next_vms: I64
    deaf_until: I64  # AIS not heard by any receiver
    mute_until: I64  # nothing sent at all
    heard_at: I64  # last report of any kind that got through
    sent: I64  # AIS positions sent so far
    lost_share: F64
    astride: F64  # (n, 2) metres: every third report is that much to this side, the others to the other


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """One step: from, to (microseconds), where every vessel was at its ends (n, 2), and how fast it turned."""

    t0: int
    t1: int
    xy0: F64
    xy1: F64
    turn_deg_s: F64

    def at(self, rows: I64, t: I64) -> F64:
        share = ((t - self.t0) / (self.t1 - self.t0))[:, None]
        return self.xy0[rows] * (1.0 - share) + self.xy1[rows] * share


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Reports of a step as their receivers got them, (k,)."""

    row: I64
    t: I64
    lonlat: F64
    sog: F64
    cog: F64
    heading: F64  # NaN: the transmitter has no compass


def make_radio(fleet: Fleet, start: int, rng: Generator) -> Radio:
    n = len(fleet)

    def spread(period: int) -> I64:
        return start + (rng.random(n) * period).astype(np.int64)

    never = np.full(n, 2**62)
    return Radio(
        next_ais=spread(FIRST_US), next_static=spread(STATIC_US),
        next_vms=np.where(fleet.beidou, spread(VMS_US), never), deaf_until=np.zeros(n, np.int64),
        mute_until=np.zeros(n, np.int64), heard_at=np.zeros(n, np.int64), sent=np.zeros(n, np.int64),
        lost_share=np.full(n, LOST_SHARE), astride=np.zeros((n, 2)),
    )  # fmt: skip


def intervals_us(fleet: Fleet, rows: I64, turn_deg_s: F64) -> I64:
    """Time to the next position report of each row, by its state now; turn_deg_s: (len(rows),)."""
    sog = np.hypot(*fleet.velocity[rows].T) / KNOT
    turning = np.abs(turn_deg_s) > TURN_DEG_S
    still = nav_status(fleet, rows) % 4 == 1  # 1 at anchor, 5 moored
    class_a = np.select(
        [still & (sog <= 3), (sog <= 14) & turning, sog <= 14, (sog <= 23) & ~turning], [180.0, 10 / 3, 10.0, 6.0], 2.0
    )
    cs = np.where(sog <= 2, 180.0, 30.0)
    so = np.select([sog <= 2, sog <= 14, sog <= 23], [180.0, 30.0, 15.0], 5.0)
    kind = fleet.transmitter[rows]
    seconds = np.select([kind == Transmitter.CLASS_A, kind == Transmitter.CLASS_B_CS], [class_a, cs], so)
    return np.rint(seconds * SECOND_US).astype(np.int64)


def nav_status(fleet: Fleet, rows: I64) -> I64:
    """ITU-R M.1371-6 table 46: 0 under way, 1 at anchor, 5 moored, 7 fishing."""
    phase, kind = fleet.phase[rows], fleet.kind[rows]
    at_work = phase == Phase.WORKING
    return np.select(
        [phase == Phase.MOORED, at_work & (kind == Kind.FERRY), at_work & (fleet.gear[rows] != Gear.NONE),
         at_work & ((kind == Kind.CARGO) | (kind == Kind.TANKER))],
        [5, 5, 7, 1],
        0,
    ).astype(np.int64)  # fmt: skip


def ais_fixes(fleet: Fleet, radio: Radio, stretch: Stretch, plane: Plane, rng: Generator) -> Fixes:
    """Position reports that are due in the stretch and reach a receiver."""
    _open_gaps(radio, stretch, rng)
    rows_parts: list[I64] = []
    t_parts: list[I64] = []
    side_parts: list[NDArray[np.bool_]] = []
    due = np.flatnonzero(radio.next_ais < stretch.t1)
    while len(due):
        t = radio.next_ais[due]
        on_air = (radio.mute_until[due] <= t) & (fleet.transmitter[due] != Transmitter.NONE)
        heard = on_air & (radio.deaf_until[due] <= t) & (rng.random(len(due)) >= radio.lost_share[due])
        rows_parts.append(due[heard])
        t_parts.append(t[heard])
        side_parts.append(radio.sent[due[heard]] % 3 == 2)
        radio.sent[due] += on_air
        radio.next_ais[due] = t + intervals_us(fleet, due, stretch.turn_deg_s[due])
        due = due[radio.next_ais[due] < stretch.t1]
    rows = np.concatenate([np.empty(0, np.int64), *rows_parts])
    t = np.concatenate([np.empty(0, np.int64), *t_parts])
    side = np.concatenate([np.empty(0, np.bool_), *side_parts])
    shift = radio.astride[rows] * np.where(side, 1.0, -1.0)[:, None]
    np.maximum.at(radio.heard_at, rows, t)
    return _observe(fleet, plane, rng, (rows, t), stretch.at(rows, t) + shift)


def vms_fixes(fleet: Fleet, radio: Radio, stretch: Stretch, plane: Plane, rng: Generator) -> Fixes:
    """Reports of BeiDou terminals in the stretch; satellites hear everything."""
    rows = np.flatnonzero((radio.next_vms < stretch.t1) & (radio.mute_until <= radio.next_vms))
    radio.next_vms[radio.next_vms < stretch.t1] += VMS_US
    t = np.maximum(radio.next_vms[rows] - VMS_US, stretch.t0)
    np.maximum.at(radio.heard_at, rows, t)
    return _observe(fleet, plane, rng, (rows, t), stretch.at(rows, t))


def due_statics(radio: Radio, stretch: Stretch, fleet: Fleet) -> tuple[I64, I64]:
    """Rows and times of the static reports of the stretch."""
    due = np.flatnonzero(radio.next_static < stretch.t1)
    t = radio.next_static[due]
    radio.next_static[due] += STATIC_US
    sent = (radio.mute_until[due] <= t) & (radio.deaf_until[due] <= t) & (fleet.transmitter[due] != Transmitter.NONE)
    radio.heard_at[due[sent]] = np.maximum(radio.heard_at[due[sent]], t[sent])
    return due[sent], t[sent]


def columns_of(fleet: Fleet, fixes: Fixes, channel_b: NDArray[np.bool_]) -> PositionColumns:
    kind = fleet.transmitter[fixes.row]
    return PositionColumns(
        mmsi=fleet.mmsi[fixes.row], lon=fixes.lonlat[:, 0], lat=fixes.lonlat[:, 1], sog=fixes.sog, cog=fixes.cog,
        heading=fixes.heading, second=fixes.t // SECOND_US % 60, nav_status=nav_status(fleet, fixes.row),
        class_a=kind == Transmitter.CLASS_A, cs=kind == Transmitter.CLASS_B_CS, channel_b=channel_b,
    )  # fmt: skip


def _open_gaps(radio: Radio, stretch: Stretch, rng: Generator) -> None:
    hours = (stretch.t1 - stretch.t0) / 3600e6
    begins = (rng.random(len(radio.sent)) < GAPS_PER_HOUR * hours) & (radio.lost_share > 0)
    length = rng.uniform(*GAP_S, int(begins.sum()))
    radio.deaf_until[begins] = np.maximum(radio.deaf_until[begins], stretch.t0 + (length * SECOND_US).astype(np.int64))


def _observe(fleet: Fleet, plane: Plane, rng: Generator, sent: tuple[I64, I64], xy: F64) -> Fixes:
    """What the GPS of each sender made of its state; sent: rows and times; xy: (k, 2) metres."""
    rows, t = sent
    k = len(rows)
    lonlat = plane.to_lonlat(xy + rng.normal(scale=NOISE_M / np.sqrt(2), size=(k, 2)))
    sog = np.hypot(*fleet.velocity[rows].T) / KNOT
    wobble = np.where(sog < 0.5, 25.0, 2.0)
    cog = np.round((fleet.course[rows] + rng.normal(size=k) * wobble) % 360.0, 1) % 360.0
    has_compass = fleet.transmitter[rows] == Transmitter.CLASS_A
    return Fixes(
        row=rows, t=t, lonlat=lonlat,
        sog=np.round(np.abs(sog + rng.normal(scale=0.1, size=k)), 1), cog=cog,
        heading=np.where(has_compass, np.rint(fleet.course[rows]) % 360.0, np.nan),
    )  # fmt: skip
