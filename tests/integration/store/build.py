"""Builders of outcomes: columns with sensible defaults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from geofence.membership import (
    EVENT_DTYPES,
    MEMBERSHIP_DTYPES,
    FenceEvents,
    MembershipState,
    empty_events,
    empty_membership,
)
from ingest.batch import Batch
from maritime_grid.domain.alerts import Alert, AlertKey, RuleName, Severity, alert_id
from maritime_grid.domain.state import NEVER, VESSEL_DTYPES, Outcome, StoredPositions, VesselState, empty_vessels

T0 = 1_700_000_000_000_000  # 2023-11-14 22:13:20 UTC, microseconds
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

_POSITION: dict[str, tuple[type, Any]] = {
    "t": (np.int64, T0), "received_at": (np.int64, T0), "mmsi": (np.int64, 412000001), "lon": (np.float64, 122.3),
    "lat": (np.float64, 29.9), "sog": (np.float32, 7.5), "cog": (np.float32, 90), "heading": (np.float32, 91),
    "nav_status": (np.int8, 0), "source": (np.int16, 1), "quality": (np.uint8, 1), "grid": (np.int16, 0),
    "late": (np.bool_, False),
}  # fmt: skip
_VESSEL: dict[str, Any] = {
    "mmsi": 412000001, "t": T0, "received_at": T0, "lon": 122.3, "lat": 29.9, "sog": 7.5, "cog": 90, "heading": 91,
    "nav_status": 0, "source": 1, "quality": 1, "heard_at": T0, "outage_us": 0, "ais_t": T0, "vms_t": NEVER,
    "alt_t": NEVER, "alt_lon": np.nan, "alt_lat": np.nan, "alt_n": 0, "grid": 0, "in_port": False, "motion": 1,
}  # fmt: skip


def _columns(n: int, spec: dict[str, tuple[type, Any]], given: dict[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(spec)
    assert not unknown, unknown
    return {
        name: np.ascontiguousarray(np.broadcast_to(np.asarray(given.get(name, default), dtype), (n,)))
        for name, (dtype, default) in spec.items()
    }


def positions(n: int = 1, **columns: Any) -> StoredPositions:
    return StoredPositions(**_columns(n, _POSITION, columns))


def vessels(n: int = 1, **columns: Any) -> VesselState:
    return VesselState(**_columns(n, {k: (VESSEL_DTYPES[k], v) for k, v in _VESSEL.items()}, columns))


def membership(n: int = 1, **columns: Any) -> MembershipState:
    defaults = {"vessel": 412000001, "fence": 1, "phase": 2, "since": T0, "streak_t": NEVER, "streak_n": 0,
                "streak_lon": np.nan, "streak_lat": np.nan, "dwelt": False,
                "from_lon": 0.0, "from_lat": 0.0}  # fmt: skip
    return MembershipState(**_columns(n, {k: (MEMBERSHIP_DTYPES[k], v) for k, v in defaults.items()}, columns))


def events(n: int = 1, **columns: Any) -> FenceEvents:
    defaults = {
        "vessel": 412000001,
        "fence": 1,
        "kind": 1,
        "t": T0,
        "confirmed_at": T0 + 120 * SECOND,
        "lon": 122.3,
        "lat": 29.9,
    }
    return FenceEvents(**_columns(n, {k: (EVENT_DTYPES[k], v) for k, v in defaults.items()}, columns))


def alert(**changes: Any) -> Alert:
    key = changes.pop("key", AlertKey(RuleName.SILENCE, 412000001))
    raised_at = changes.pop("raised_at", T0)
    base = Alert(alert_id(key, raised_at), key, Severity.WARNING, raised_at, raised_at, True, received_at=T0)
    return replace(base, **changes)


def outcome(**parts: Any) -> Outcome:
    rows = parts.pop("membership", empty_membership())
    return Outcome(
        positions=parts.pop("positions", positions(0)),
        vessels=parts.pop("vessels", empty_vessels()),
        membership=rows,
        membership_of=parts.pop("membership_of", np.unique(rows.vessel)),
        events=parts.pop("events", empty_events()),
        alerts=parts.pop("alerts", []),
        statics=parts.pop("statics", []),
        feeds=parts.pop("feeds", []),
        batch=parts.pop("batch", Batch()),
        clock=parts.pop("clock", T0),
        **parts,
    )
