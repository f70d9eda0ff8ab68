"""What reads return: frozen rows and columns, ready for views. Times are aware UTC datetimes in rows and int64
microseconds in columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class VesselNow:
    """The latest of every vessel, columns of shape (n,), sorted by mmsi."""

    mmsi: NDArray[np.int64]
    t: NDArray[np.int64]
    received_at: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    sog: NDArray[np.float32]  # NaN not available, likewise cog and heading
    cog: NDArray[np.float32]
    heading: NDArray[np.float32]
    nav_status: NDArray[np.int8]
    source: NDArray[np.int16]
    grid: NDArray[np.int16]  # code, 0 none
    in_port: NDArray[np.bool_]
    motion: NDArray[np.int8]  # maritime_grid.domain.state.Motion
    transmitter: tuple[str, ...]  # "A", "B", "" unknown
    rev: int  # highest revision among the rows read; ask for what changed since


@dataclass(frozen=True, slots=True)
class VesselCard:
    """One vessel, for its card."""

    mmsi: int
    name: str | None  # roster first, else as transmitted
    ship_name: str | None
    callsign: str | None
    ship_type: int | None
    vessel_class: str | None
    gear: str | None
    home_port: str | None  # port_id
    grid: int
    t: datetime | None
    received_at: datetime | None
    lon: float | None
    lat: float | None
    sog: float | None
    cog: float | None
    heading: float | None
    nav_status: int | None
    source: str | None
    transmitter: str | None


@dataclass(frozen=True, slots=True)
class AlertRow:
    alert_id: str
    rule: str
    severity: int
    mmsi: int
    vessel_name: str | None
    place: str
    grid: int  # code, 0 none
    raised_at: datetime
    last_at: datetime
    cleared_at: datetime | None
    active: bool
    repeats: int
    lon: float | None
    lat: float | None
    detail: dict[str, Any]
    seen_at: datetime | None = None  # when people acknowledged it
    resolved_at: datetime | None = None  # when they closed it
    seen_zh: str | None = None  # body or unit of who acknowledged it
    seen_en: str | None = None

    @property
    def open(self) -> bool:
        """The condition holds, and nobody has closed it."""
        return self.active and self.resolved_at is None


@dataclass(frozen=True, slots=True)
class CaseTally:
    """Open cases of one grid that a wall shows."""

    code: int
    disputes: int
    disputes_overdue: int
    emergencies: int
    emergencies_overdue: int
    unreceived: int  # major matters with a report that was not received in time


@dataclass(frozen=True, slots=True)
class LateReport:
    """A report of a major matter that was not received in time, as far as a wall shows it."""

    grid: int  # code; 0 outside of all
    to_zh: str
    to_en: str | None  # the unit or body that is to receive it
    due_at: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    t: datetime
    mmsi: int
    vessel_name: str | None
    place_code: int
    kind: str  # enter, exit, cross, dwell


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A grid or zone in its version in force now."""

    code: int
    place_id: str
    layer: str
    kind: str
    name_zh: str
    name_en: str
    county: str
    port_ids: tuple[str, ...]
    sample: bool
    version: int
    valid_from: datetime | None
    valid_to: datetime | None
    geojson: dict[str, Any]  # to draw (land cut out where the operator gave such a layer)
    track: list[list[float]] | None = None  # of a circle that moves: t in microseconds, lon, lat, radius in metres


@dataclass(frozen=True, slots=True)
class PortRow:
    port_id: str
    name_zh: str
    name_en: str
    county: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class FeedRow:
    code: int
    name: str
    kind: str
    watched: bool
    last_at: datetime | None
    down_since: datetime | None
    hour_count: int
    refused: int  # refusals since the store began
    hour_pace: int  # messages an hour: the most of its last full hours, or those of the running one scaled


@dataclass(frozen=True, slots=True)
class GridFlow:
    """Entries and exits of one grid since a moment."""

    code: int
    entered: int
    left: int
