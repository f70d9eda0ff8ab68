"""One-slot messages of fixed layout, decoded as whole columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.batch import F64, I64, U8, Reason

from .bits import BAD, WINDOW, pack, signed, six_bits, unsigned, windows
from .layout import (
    AIRCRAFT,
    CLASS_A,
    CLASS_B,
    LONG_RANGE,
    MAX_MMSI,
    NO_LAT,
    NO_LON,
    NO_SECOND,
    SECONDS,
    Layout,
    not_available,
)

_SHAPES: tuple[tuple[list[int], int, Layout | None], ...] = (
    ([1, 2, 3], 28, CLASS_A),
    ([18], 28, CLASS_B),
    ([4, 11], 28, None),
    ([9], 28, AIRCRAFT),
    ([27], 16, LONG_RANGE),
)  # types, characters of the payload, layout (None: counted only)
_LENGTH = np.full(256, -1, np.int64)
for _types, _length, _ in _SHAPES:
    _LENGTH[_types] = _length

REASONS: tuple[Reason, ...] = (Reason.UNDECODABLE, Reason.UNDECODABLE, Reason.BAD_MMSI, Reason.BAD_COORDINATES)
_UNDECODABLE, _BAD_MMSI, _BAD_COORDINATES = 1, 2, 3
_ZERO = 48  # armour of six zero bits


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Decoded messages, each array of shape (n,); NaN, -1 and 60 stand for what is not available."""

    msg_type: I64
    mmsi: I64
    has_fix: NDArray[np.bool_]  # a position report of a vessel, not a base station's
    lon: F64
    lat: F64
    sog: F64
    cog: F64
    heading: F64
    nav_status: I64
    second: I64
    verdict: U8  # index into REASONS; 0 is no refusal
    payload: list[bytes]


def is_column_type(first: U8, length: I64, fill: I64) -> NDArray[np.bool_]:
    """Whether a sentence, by its first payload byte, its length in characters and its fill bits, is decoded here."""
    return (fill == 0) & (_LENGTH[six_bits(first)] == length)


def decode_columns(buf: U8, start: I64, length: I64) -> Columns:
    """Messages whose payloads begin at `start`: (n,), in the order given. For what `is_column_type` says yes to."""
    raw = windows(buf, start)
    payload: list[bytes] = raw.view(f"S{WINDOW}").ravel().tolist()
    for i in np.flatnonzero(length < WINDOW).tolist():
        payload[i] = payload[i][: length[i]]
        raw[i, length[i] :] = _ZERO
    return _decode(raw, payload)


def _decode(raw: U8, payload: list[bytes]) -> Columns:
    six = six_bits(raw)
    words = pack(six & np.uint8(63))
    n = len(raw)
    out = Columns(
        msg_type=unsigned(words, 0, 6),
        mmsi=unsigned(words, 8, 30),
        has_fix=np.zeros(n, np.bool_),
        lon=np.full(n, np.nan),
        lat=np.full(n, np.nan),
        sog=np.full(n, np.nan),
        cog=np.full(n, np.nan),
        heading=np.full(n, np.nan),
        nav_status=np.full(n, -1, np.int64),
        second=np.full(n, NO_SECOND, np.int64),
        verdict=np.zeros(n, np.uint8),
        payload=payload,
    )
    for types, _, layout in _SHAPES:
        rows = np.flatnonzero(np.isin(out.msg_type, types) if len(types) > 1 else out.msg_type == types[0])
        if not len(rows):
            continue
        if layout is None:
            out.second[rows] = unsigned(words[:, rows], *SECONDS[types[0]])
        else:
            _fill(out, rows, words[:, rows], layout)
    out.verdict[(out.mmsi == 0) | (out.mmsi > MAX_MMSI)] = _BAD_MMSI
    out.verdict[np.bitwise_or.reduce(six, axis=1) >= BAD] = _UNDECODABLE
    return out


def _fill(out: Columns, rows: I64, words: I64, layout: Layout) -> None:
    out.has_fix[rows] = True
    lon, lat = signed(words, *layout.lon), signed(words, *layout.lat)
    degree = layout.degree
    absent = (lon == NO_LON * degree) | (lat == NO_LAT * degree)
    wrong = ~absent & ((np.abs(lon) > 180 * degree) | (np.abs(lat) > 90 * degree))
    out.verdict[rows[wrong]] = _BAD_COORDINATES
    out.lon[rows] = np.where(absent, np.nan, lon / degree)
    out.lat[rows] = np.where(absent, np.nan, lat / degree)
    sog, cog = unsigned(words, *layout.sog), unsigned(words, *layout.cog)
    out.sog[rows] = np.where(sog == not_available(layout.sog[1]), np.nan, sog / layout.sog_per_kn)
    out.cog[rows] = np.where(cog >= 360 * layout.cog_per_degree, np.nan, cog / layout.cog_per_degree)
    if layout.heading is not None:
        heading = unsigned(words, *layout.heading)
        out.heading[rows] = np.where(heading >= 360, np.nan, heading)
    if layout.status is not None:
        status = unsigned(words, *layout.status)
        out.nav_status[rows] = np.where(status == 15, -1, status)
    if layout.second is not None:
        out.second[rows] = unsigned(words, *layout.second)
