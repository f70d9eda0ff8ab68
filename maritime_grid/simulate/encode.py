"""AIVDM for position reports as columns: types 1 and 18, bit for bit what pyais makes of the same values.

pyais encodes some 30,000 messages a second; a load of 1,000 a second beside everything else, and the bench, want more.
Source: ITU-R M.1371-6 tables 47 and 69; IEC 61162-1 for the six-bit armour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.batch import F64, I64, U8

BITS = 168  # both types
SIXBITS = BITS // 6
HEX = np.frombuffer(b"0123456789ABCDEF", np.uint8)
LON_NONE, LAT_NONE, SOG_NONE, COG_NONE, HEADING_NONE = 181.0, 91.0, 102.3, 360.0, 511


@dataclass(frozen=True, slots=True, eq=False)
class PositionColumns:
    """What goes into type 1 (class A) and type 18 (class B), each of shape (n,); NaN is sent as not available."""

    mmsi: I64
    lon: F64
    lat: F64
    sog: F64  # knots
    cog: F64  # degrees true
    heading: F64  # degrees true
    second: I64  # UTC second, 60 not available
    nav_status: I64  # class A only
    class_a: NDArray[np.bool_]
    cs: NDArray[np.bool_]  # class B only: carrier sense (CS) or self-organising (SO)
    channel_b: NDArray[np.bool_]  # radio channel B instead of A


def encode_positions(columns: PositionColumns) -> list[bytes]:
    """One sentence a row, in order, without line ends."""
    out: list[bytes] = [b""] * len(columns.mmsi)
    for rows, fields in (
        (np.flatnonzero(columns.class_a), _type_1),
        (np.flatnonzero(~columns.class_a), _type_18),
    ):
        if len(rows):
            payload = _armour(_bits(fields(columns, rows), len(rows)))
            for row, sentence in zip(rows.tolist(), _sentences(payload, columns.channel_b[rows]), strict=True):
                out[row] = sentence
    return out


def tag_blocks(t: I64, station: str = "sim") -> list[bytes]:
    r"""`\s:sim,c:1700000000000*hh\` of each time. t: (n,) microseconds, 2001 to 2286."""
    head = f"s:{station},c:".encode()
    digits = (t[:, None] // 1000 // 10 ** np.arange(12, -1, -1, dtype=np.int64) % 10 + ord("0")).astype(np.uint8)
    body = np.concatenate([np.broadcast_to(np.frombuffer(head, np.uint8), (len(t), len(head))), digits], axis=1)
    edge = np.full((len(t), 1), ord("\\"), np.uint8)
    return _rows(np.concatenate([edge, body, _checksum(body), edge], axis=1))


Fields = list[tuple[int, NDArray[np.int64] | int]]  # width in bits, values


def _type_1(c: PositionColumns, rows: NDArray[np.int64]) -> Fields:
    sog, cog, heading, lon, lat = _common(c, rows)
    return [
        (6, 1), (2, 0), (30, c.mmsi[rows]), (4, c.nav_status[rows]), (8, -128), (10, sog), (1, 0), (28, lon),
        (27, lat), (12, cog), (9, heading), (6, c.second[rows]), (2, 0), (3, 0), (1, 0), (19, 0),
    ]  # fmt: skip


def _type_18(c: PositionColumns, rows: NDArray[np.int64]) -> Fields:
    sog, cog, heading, lon, lat = _common(c, rows)
    return [
        (6, 18), (2, 0), (30, c.mmsi[rows]), (8, 0), (10, sog), (1, 0), (28, lon), (27, lat), (12, cog),
        (9, heading), (6, c.second[rows]), (2, 0), (1, c.cs[rows].astype(np.int64)), (1, 0), (1, 1), (1, 1), (1, 1),
        (1, 0), (1, 0), (20, 0),
    ]  # fmt: skip


def _common(c: PositionColumns, rows: NDArray[np.int64]) -> tuple[I64, I64, I64, I64, I64]:
    return (
        _scaled(c.sog[rows], 10.0, SOG_NONE),
        _scaled(c.cog[rows], 10.0, COG_NONE),
        _scaled(c.heading[rows], 1.0, HEADING_NONE),
        _scaled(c.lon[rows], 600_000.0, LON_NONE),
        _scaled(c.lat[rows], 600_000.0, LAT_NONE),
    )


def _scaled(values: F64, factor: float, missing: float) -> I64:
    return np.rint(np.where(np.isnan(values), missing, values) * factor).astype(np.int64)


def _bits(fields: Fields, n: int) -> U8:
    """(n, 168) bits, most significant first; negative values in two's complement."""
    out = np.empty((n, BITS), np.uint8)
    at = 0
    for width, value in fields:
        shifts = np.arange(width - 1, -1, -1)
        out[:, at : at + width] = (np.atleast_1d(np.asarray(value, np.int64))[:, None] >> shifts) & 1
        at += width
    assert at == BITS
    return out


def _armour(bits: U8) -> U8:
    """(n, 168) bits to (n, 28) characters."""
    six = bits.reshape(-1, SIXBITS, 6) @ np.array([32, 16, 8, 4, 2, 1], np.uint8)
    return np.where(six < 40, six + 48, six + 56).astype(np.uint8)


def _sentences(payload: U8, channel_b: NDArray[np.bool_]) -> list[bytes]:
    n = len(payload)
    head = np.tile(np.frombuffer(b"AIVDM,1,1,,A,", np.uint8), (n, 1))
    head[:, -2] += channel_b
    tail = np.broadcast_to(np.frombuffer(b",0", np.uint8), (n, 2))
    body = np.concatenate([head, payload, tail], axis=1)
    mark = np.full((n, 1), ord("!"), np.uint8)
    return _rows(np.concatenate([mark, body, _checksum(body)], axis=1))


def _checksum(body: U8) -> U8:
    """`*hh` of each row, (n, 3)."""
    xor = np.bitwise_xor.reduce(body, axis=1)
    return np.column_stack([np.full(len(body), ord("*"), np.uint8), HEX[xor >> 4], HEX[xor & 15]])


def _rows(matrix: U8) -> list[bytes]:
    width, raw = matrix.shape[1], np.ascontiguousarray(matrix).tobytes()
    return [raw[i : i + width] for i in range(0, len(raw), width)]
