"""The vessels as bytes: a header of 64 bytes and 12 bytes a vessel, little-endian.

| offset | type | header |
|---|---|---|
| 0 | u32 | 0x3157474D, "MGW1" |
| 4 | u32 | number of vessels n |
| 8 | f64 | revision of the store |
| 16 | f64 | revision of the list of names; entry i of that list is vessel i |
| 24 | f64 | epoch: changes when the list begins anew |
| 32 | f64 | engine clock, ms since 1970 UTC, NaN unknown |
| 40 | f64 | newest receipt among all data, ms, NaN unknown |
| 48 | f64 | server time when these bytes were made, ms |
| 56 | f64 | 1: made by a server that has read nothing from the store yet, else 0 |

Vessel: i32 lon, i32 lat (1e-6 degrees; -2^31 not drawn), u16 course (0.1 degree, 65535 none),
u8 symbol in the low and worst severity in the high four bits, u8 speed (0.5 kn, 255 none).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x3157474D
HEADER = struct.Struct("<II7d")
RECORD = np.dtype([("lon", "<i4"), ("lat", "<i4"), ("course", "<u2"), ("state", "u1"), ("speed", "u1")])
NOT_DRAWN = -(2**31)

F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FrameHead:
    """Times in ms since the epoch, NaN unknown."""

    rev: int
    names_rev: int
    epoch: float
    clock_ms: float
    newest_ms: float
    made_ms: float
    unread: bool = False


def pack(
    head: FrameHead,
    lon: F64,
    lat: F64,
    *,
    course: F64,
    sog: F64,
    state: NDArray[np.int8],
    severity: NDArray[np.int8],
) -> bytes:
    """Header and records; arrays of shape (n,), degrees and knots, NaN not available."""
    rows = np.zeros(len(lon), RECORD)
    drawn = ~(np.isnan(lon) | np.isnan(lat)) & (state < 5)
    rows["lon"] = np.where(drawn, np.round(np.nan_to_num(lon) * 1e6), NOT_DRAWN)
    rows["lat"] = np.where(drawn, np.round(np.nan_to_num(lat) * 1e6), NOT_DRAWN)
    rows["course"] = np.where(np.isnan(course), 65535, np.round(np.nan_to_num(course) * 10) % 3600)
    rows["state"] = (state & 15) | (severity << 4)
    rows["speed"] = np.where(np.isnan(sog), 255, np.clip(np.round(np.nan_to_num(sog) * 2), 0, 254))
    times = (head.epoch, head.clock_ms, head.newest_ms, head.made_ms)
    numbers = (float(head.rev), float(head.names_rev), *times, float(head.unread))
    return HEADER.pack(MAGIC, len(rows), *numbers) + rows.tobytes()
