"""The engine's memory, as columns keyed by MMSI, and the outcome of one step.

State is saved as rows in the transaction that stores the outcome: restart is recovery. Times are int64
microseconds since the epoch, UTC; `NEVER` stands for "not yet".
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from geofence.membership import FenceEvents, MembershipState
from ingest.batch import F32, F64, I8, I16, I64, U8, Batch

from .alerts import Alert, AlertKey

NEVER = -(2**62)


@dataclass(frozen=True, slots=True, eq=False)
class VesselState:
    """One row a vessel, sorted by mmsi; every array of shape (n,)."""

    mmsi: I64
    t: I64  # time of the last accepted fix; NEVER before the first
    received_at: I64
    lon: F64
    lat: F64
    sog: F32
    cog: F32
    heading: F32
    nav_status: I8
    source: I16
    quality: U8  # Quality of the last accepted fix
    heard_at: I64  # time of the newest position report, with or without a fix
    outage_us: I64  # `heard_at` less what its feed's clock showed when the vessel was last heard (rules.feed_health)
    ais_t: I64  # last AIS fix
    vms_t: I64  # last fix of a BeiDou terminal
    alt_t: I64  # last fix that would have needed an impossible speed; NEVER none
    alt_lon: F64
    alt_lat: F64
    alt_n: I16  # such fixes in a row that agree with one another
    grid: I16  # confirmed grid, 0 none
    in_port: NDArray[np.bool_]  # confirmed inside a port or shelter
    motion: I8  # Motion

    def __len__(self) -> int:
        return len(self.mmsi)

    def take(self, index: NDArray[Any]) -> Self:
        return replace(self, **{f.name: getattr(self, f.name)[index] for f in fields(self)})


VESSEL_DTYPES: dict[str, type] = {
    "mmsi": np.int64, "t": np.int64, "received_at": np.int64, "lon": np.float64, "lat": np.float64,
    "sog": np.float32, "cog": np.float32, "heading": np.float32, "nav_status": np.int8, "source": np.int16,
    "quality": np.uint8, "heard_at": np.int64, "outage_us": np.int64, "ais_t": np.int64, "vms_t": np.int64,
    "alt_t": np.int64, "alt_lon": np.float64, "alt_lat": np.float64, "alt_n": np.int16, "grid": np.int16,
    "in_port": np.bool_, "motion": np.int8,
}  # fmt: skip


def empty_vessels() -> VesselState:
    return VesselState(**{name: np.empty(0, dtype) for name, dtype in VESSEL_DTYPES.items()})


class Quality:
    """Bits of a stored position's `quality` byte; the low four are `ingest.batch.TimeKind`."""

    TIME_KIND = 0x0F
    IMPLAUSIBLE = 0x10  # implied speed above the limit: stored, moves nothing
    LATE = 0x20  # older than what was known of its vessel: stored, raises nothing


class Motion:
    """What a vessel seems to be doing, for its symbol."""

    UNKNOWN = 0
    UNDER_WAY = 1  # 航行
    FISHING = 2  # 疑似作业: 0.5 to 5.5 kn
    MOORED = 3  # 锚泊/靠泊


@dataclass(frozen=True, slots=True)
class FeedState:
    """Health of one source, by the time of its data."""

    code: int
    last_at: int = NEVER  # receipt of its newest data
    outage_us: int = 0  # time in which it was down or weak, all together
    down_since: int = NEVER  # NEVER: up
    hourly: tuple[int, ...] = ()  # reports in each of the last 24 full hours, newest last
    hour: int = 0  # the running hour, hours since the epoch
    count: int = 0  # reports in the running hour


@dataclass(frozen=True, slots=True)
class VesselStatic:
    """Static data of a vessel as merged so far: its newest report, gaps filled by older ones."""

    mmsi: int
    t: int
    ship_name: str | None = None
    callsign: str | None = None
    imo: int | None = None
    ship_type: int | None = None
    length_m: float | None = None
    beam_m: float | None = None
    draught_m: float | None = None
    destination: str | None = None
    transmitter: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EngineState:
    vessels: VesselState
    membership: MembershipState
    alerts: dict[AlertKey, Alert]  # active ones only
    feeds: dict[int, FeedState]
    statics: dict[int, VesselStatic]
    clock: int = NEVER  # time of the last tick


@dataclass(slots=True, eq=False)
class Counts:
    positions: int = 0  # rows with a fix offered to the store
    late: int = 0
    no_fix: int = 0
    implausible: int = 0
    duplicates: int = 0  # same vessel and time, within the batch


@dataclass(slots=True, eq=False)
class StoredPositions:
    """Rows for the positions table, sorted by (mmsi, t); a pair (mmsi, t) stands once. Arrays of shape (n,)."""

    t: I64
    received_at: I64
    mmsi: I64
    lon: F64
    lat: F64
    sog: F32
    cog: F32
    heading: F32
    nav_status: I8
    source: I16
    quality: U8
    grid: I16  # grid whose version in force at t holds the point, 0 none
    late: NDArray[np.bool_]  # may stand in the store already


@dataclass(slots=True, eq=False)
class Outcome:
    """What one step of the engine found: all of it goes into one transaction."""

    positions: StoredPositions
    vessels: VesselState  # changed rows only
    membership: MembershipState  # the rows of all vessels in `membership_of`, replacing theirs
    membership_of: I64  # mmsi whose membership rows are replaced
    events: FenceEvents
    alerts: list[Alert]  # raised, changed or cleared
    statics: list[VesselStatic]  # changed
    feeds: list[FeedState]  # changed
    batch: Batch  # for quarantine, crew, port and grid reports, texts
    clock: int
    counts: Counts = field(default_factory=Counts)
