"""What is known of every vessel, judged at one moment of the engine's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.fleet import Fleet
from dashboard.options import DashboardSettings
from maritime_grid.store.rows import AlertRow, FeedRow

from .status import is_late
from .symbols import DEVICE_SHOWN_S, HIDDEN, Heard, expected_interval_s, is_device, symbol_states

TERMINAL_S = {"vms": 600.0, "buoy": 120.0}  # EVENTS: BeiDou terminal 10 min, net buoy 2 min
AT_REST = (1, 5, 6)  # navigational status: at anchor, moored, aground (ITU-R M.1371-6 table 46)
MOORED_MOTION = 3


@dataclass(frozen=True, slots=True, eq=False)
class Assessed:
    """Arrays of shape (n,), in the fleet's order."""

    state: NDArray[np.int8]  # views.symbols codes
    severity: NDArray[np.int8]  # worst open alert, 0 none
    silent: NDArray[np.bool_]  # lost at sea, while its feed is up
    shown: NDArray[np.bool_]


def assess(
    fleet: Fleet,
    feeds: Sequence[FeedRow],
    paces: Mapping[int, float],
    alerts: Sequence[AlertRow],
    clock: int,
    settings: DashboardSettings,
) -> Assessed:
    """Symbols, severities and silence at `clock` (microseconds since the epoch, UTC); `paces` of feeds by code."""
    source = fleet.columns["source"]
    age_s = (clock - fleet.columns["t"]) / 1e6
    lost = age_s > settings.lost_factor * expected_interval_s(_heard(fleet, feeds))
    down = np.isin(source, [f.code for f in feeds if is_late(f, paces.get(f.code, 0), clock, settings)])
    severity = _severity(fleet, alerts)
    sog = fleet.columns["sog"].astype(np.float64)
    state = symbol_states(fleet.columns["motion"], sog, lost, severity)
    device_over = is_device(fleet.columns["mmsi"]) & (severity == 0) & (age_s > DEVICE_SHOWN_S)
    hidden = (age_s > settings.forget_s) & (severity == 0) | device_over
    state[hidden] = HIDDEN
    return Assessed(state, severity, lost & ~fleet.columns["in_port"] & ~down & ~hidden, ~hidden)


def _heard(fleet: Fleet, feeds: Sequence[FeedRow]) -> Heard:
    interval = np.full(len(fleet), np.nan)
    for feed in feeds:
        if feed.kind in TERMINAL_S:
            interval[fleet.columns["source"] == feed.code] = TERMINAL_S[feed.kind]
    resting = np.isin(fleet.columns["nav_status"], AT_REST) | (fleet.columns["motion"] == MOORED_MOTION)
    return Heard(fleet.class_a, interval, fleet.columns["sog"].astype(np.float64), resting)


def _severity(fleet: Fleet, alerts: Sequence[AlertRow]) -> NDArray[np.int8]:
    worst = np.zeros(len(fleet), np.int8)
    for alert in alerts:
        slot = fleet.slot_of(alert.mmsi) if alert.open else None
        if slot is not None:
            worst[slot] = max(int(worst[slot]), alert.severity)
    return worst
