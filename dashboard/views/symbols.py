"""Which symbol a vessel gets: under way, fishing-like, moored, lost or in alert."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maritime_grid.domain.state import Motion

UNDER_WAY, FISHING, MOORED, LOST, ALERT, HIDDEN = range(6)  # codes on the wire; HIDDEN never leaves the server
STATE_KEYS = ("under_way", "fishing", "moored", "lost", "alert")

BOOL = NDArray[np.bool_]
F64 = NDArray[np.float64]
I8 = NDArray[np.int8]

MOVING_KN = 0.5  # below this a vessel of unknown motion is drawn as moored
DEVICE_SHOWN_S = 18 * 60  # a distress device stays on the map so long (EVENTS: OpenCPN)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What decides the expected interval; arrays of shape (n,). `class_a` and `terminal` exclude one another."""

    class_a: BOOL
    terminal_s: F64  # interval of a BeiDou terminal or net buoy, NaN for AIS
    sog: F64  # knots, NaN not available
    resting: BOOL  # moored or at anchor


def expected_interval_s(heard: Heard) -> F64:
    """Seconds between reports of that transmitter in that state, shape (n,).

    Source: ITU-R M.1371-6 table 1 (class A), table 2 (class B CS); terminals as their feeds say.
    """
    sog = np.nan_to_num(heard.sog, nan=0.0)
    a = np.select([heard.resting & (sog <= 3), sog <= 14, sog <= 23], [180.0, 10.0, 6.0], 2.0)
    b = np.where(heard.resting | (sog <= 2), 180.0, 30.0)
    ais = np.where(heard.class_a, a, b)
    return np.where(np.isnan(heard.terminal_s), ais, heard.terminal_s)


def symbol_states(motion: I8, sog: F64, lost: BOOL, severity: I8) -> I8:
    """Symbol code of each vessel, shape (n,); an open alert of warning or worse goes before all."""
    unknown_moving = (motion == Motion.UNKNOWN) & (np.nan_to_num(sog, nan=0.0) >= MOVING_KN)
    chosen = np.select(
        [severity >= 2, lost, motion == Motion.FISHING, (motion == Motion.UNDER_WAY) | unknown_moving],
        [ALERT, LOST, FISHING, UNDER_WAY],
        MOORED,
    )
    return chosen.astype(np.int8)


def is_device(mmsi: NDArray[np.int64]) -> BOOL:
    """AIS-SART, MOB, EPIRB-AIS (ITU-R M.585: 970, 972, 974)."""
    return np.isin(mmsi // 1_000_000, (970, 972, 974))
