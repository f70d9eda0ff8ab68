"""How the engine's columns lie in the store: types of each table, and the packing of positions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from maritime_grid.domain.state import VESSEL_DTYPES, StoredPositions, VesselState

from .bincopy import columns

POSITION = columns(
    "t timestamptz, received_at timestamptz, mmsi int4, lon int4, lat int4, sog int2, cog int2, heading int2, "
    'grid int2, source int2, nav_status "char", quality "char"'
)
VESSEL = columns(
    "mmsi int4, t timestamptz, received_at timestamptz, lon float8, lat float8, sog float4, cog float4, "
    "heading float4, nav_status int2, source int2, quality int2, heard_at timestamptz, outage_us int8, "
    "ais_t timestamptz, vms_t timestamptz, alt_t timestamptz, alt_lon float8, alt_lat float8, alt_n int2, grid int2, "
    "in_port bool, motion int2"
)
MEMBERSHIP = columns(
    "mmsi int4, place int2, phase int2, since timestamptz, streak_t timestamptz, streak_n int2, streak_lon float8, "
    "streak_lat float8, dwelt bool, from_lon float8, from_lat float8"
)
EVENT = columns("t timestamptz, confirmed_at timestamptz, mmsi int4, place int2, kind int2, lon float8, lat float8")

EARLIEST = 631_152_000_000_000  # 1990-01-01 UTC, microseconds
LATEST = 4_260_211_200_000_000  # 2105-01-01: each day asks for a partition, so what lies outside must not come here


def pack_positions(rows: StoredPositions) -> dict[str, NDArray[Any]]:
    """Columns of table position, the wire's codes for what is not available (ITU-R M.1371-6 table 48)."""
    assert not len(rows.t) or (rows.t.min() >= EARLIEST and rows.t.max() < LATEST), "time outside of 1990 to 2105"
    return {
        "t": rows.t,
        "received_at": rows.received_at,
        "mmsi": rows.mmsi,
        "lon": _scaled(rows.lon, 1e7, 181),
        "lat": _scaled(rows.lat, 1e7, 91),
        "sog": np.minimum(_scaled(rows.sog, 10, 102.3), 1023),
        "cog": _wrapped(_scaled(rows.cog, 10, 360), 3600, ~np.isnan(rows.cog)),
        "heading": _wrapped(_scaled(rows.heading, 1, 511), 360, ~np.isnan(rows.heading)),
        "grid": rows.grid,
        "source": rows.source,
        "nav_status": np.where((rows.nav_status < 0) | (rows.nav_status > 15), 15, rows.nav_status),
        "quality": rows.quality,
    }


def vessel_state(data: dict[str, Any]) -> VesselState:
    """The engine's columns from the store's, exact."""
    return VesselState(**{name: data[name].astype(dtype) for name, dtype in VESSEL_DTYPES.items()})


def _scaled(values: NDArray[Any], scale: float, absent: float) -> NDArray[np.int64]:
    filled = np.where(np.isnan(values), absent, values).astype(np.float64)
    return np.rint(filled * scale).astype(np.int64)


def _wrapped(values: NDArray[np.int64], turn: int, known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """359.96 degrees rounds to a full turn, which is the code for not available: it is north."""
    return np.where(known & (values == turn), 0, values)
