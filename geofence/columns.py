"""Columns of membership: fixes in, stays kept, events out; and the numbers that judge them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


class EventKind:
    """Codes of `FenceEvents.kind`; names for storage in `NAMES`."""

    ENTER = 1
    EXIT = 2
    CROSS = 3
    DWELL = 4
    NAMES = {1: "enter", 2: "exit", 3: "cross", 4: "dwell"}  # noqa: RUF012


@dataclass(frozen=True, slots=True)
class FenceRules:
    """Numbers and reasons stand in config/default.toml."""

    confirm_fixes: int  # 2 consecutive fixes ...
    confirm_s: float  # ... and at least 2 min beyond the line
    sparse_interval_s: float  # 1 fix is enough at this reporting interval or more (5 min)
    exit_distance_m: float  # out only when so far outside (200 m)
    cross_gap_s: float  # no crossing is inferred over a longer gap (1 h)


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Accepted fixes, sorted by (vessel, t), at most one a pair. Shapes (n,)."""

    vessel: NDArray[np.int64]
    t: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class MembershipState:
    """One row a (vessel, fence) that is inside, entering or leaving; sorted by (vessel, fence). Shapes (n,)."""

    vessel: NDArray[np.int64]
    fence: NDArray[np.int16]
    phase: NDArray[np.int8]  # 1 entering, 2 inside, 3 leaving
    since: NDArray[np.int64]  # confirmed entry (first fix of its streak); of an entering row, that first fix
    streak_t: NDArray[np.int64]  # first fix of the running unconfirmed streak
    streak_n: NDArray[np.int16]  # fixes in it
    streak_lon: NDArray[np.float64]
    streak_lat: NDArray[np.float64]
    dwelt: NDArray[np.bool_]  # the dwell event of this stay is out
    from_lon: NDArray[np.float64]  # of an entering row: the fix before the streak, from which the vessel came;
    from_lat: NDArray[np.float64]  # the streak's own first fix where there was none within `cross_gap_s`


MEMBERSHIP_DTYPES: dict[str, type] = {
    "vessel": np.int64, "fence": np.int16, "phase": np.int8, "since": np.int64, "streak_t": np.int64,
    "streak_n": np.int16, "streak_lon": np.float64, "streak_lat": np.float64, "dwelt": np.bool_,
    "from_lon": np.float64, "from_lat": np.float64,
}  # fmt: skip


def empty_membership() -> MembershipState:
    return MembershipState(**{name: np.empty(0, dtype) for name, dtype in MEMBERSHIP_DTYPES.items()})


@dataclass(frozen=True, slots=True, eq=False)
class FenceEvents:
    """What happened, sorted by (confirmed_at, vessel, t, fence). Shapes (n,)."""

    vessel: NDArray[np.int64]
    fence: NDArray[np.int16]
    kind: NDArray[np.int8]  # EventKind
    t: NDArray[np.int64]  # first fix of the streak that confirmed it
    confirmed_at: NDArray[np.int64]  # the fix that confirmed it
    lon: NDArray[np.float64]  # where, at t
    lat: NDArray[np.float64]


EVENT_DTYPES: dict[str, type] = {
    "vessel": np.int64, "fence": np.int16, "kind": np.int8, "t": np.int64, "confirmed_at": np.int64,
    "lon": np.float64, "lat": np.float64,
}  # fmt: skip


def empty_events() -> FenceEvents:
    return FenceEvents(**{name: np.empty(0, dtype) for name, dtype in EVENT_DTYPES.items()})
