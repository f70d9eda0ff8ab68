"""Packets laid end to end as one run of bytes with a table of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.batch import I64, U8, Reason, Refusal
from ingest.packet import Packet

from .values import CONTROL

MAX_LINE = 1_024  # bytes; TAG block, sentence and tail of real feeds stay under 300
MAX_MESSAGE = 256 << 10  # bytes of NMEA in one MQTT message, some 4,000 sentences; the transport cuts longer ones
PAD = 64  # zero bytes behind the last line, so that a fixed window from any place in a line stays inside
_RAW_KEPT = 1_024
_NEWLINE, _RETURN, _BACKSLASH, _STAR, _COMMA = 10, 13, 92, 42, 44


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Lines of several packets; every array of shape (n,), one entry a line, ends without the line's end mark."""

    data: bytes  # `PAD` zero bytes behind the last line
    buf: U8  # the same bytes as numbers
    start: I64
    end: I64
    received_at: I64
    seq: I64  # number of the line within its feed

    def __len__(self) -> int:
        return len(self.start)

    def line(self, i: int) -> bytes:
        return self.data[self.start[i] : self.end[i]]

    def refusal(self, i: int, reason: Reason, source: int, received_at: int | None = None) -> Refusal:
        at = int(self.received_at[i]) if received_at is None else received_at
        return Refusal(at, source, int(self.seq[i]), reason, printable(self.line(i)))


def printable(raw: bytes) -> str:
    """Text of a refused line in one line of at most 1,024 characters; what is no UTF-8 shows as U+FFFD."""
    text = raw[: 4 * _RAW_KEPT].decode("utf-8", "replace")  # a character has four bytes at most
    return (text if text.isprintable() else CONTROL.sub(" ", text))[:_RAW_KEPT]


def bounded(packet: Packet) -> Packet:
    """The packet; an over-long message as one line of its beginning, which is then refused as too long."""
    if not packet.topic or len(packet.data) <= MAX_MESSAGE:
        return packet
    return packet._replace(data=packet.data[: 2 * MAX_LINE].replace(b"\n", b" "))


def count_lines(packet: Packet) -> int:
    return packet.data.count(b"\n") + (packet.data[-1:] not in (b"", b"\n"))


def make_block(packets: Sequence[Packet], firsts: Sequence[int]) -> Block:
    """One block of all packets; a packet that does not end a line ends it all the same.

    Args:
        packets: in order.
        firsts: number of the first line of each packet within its feed.
    """
    parts = [p.data if p.data.endswith(b"\n") else p.data + b"\n" for p in packets if p.data]
    stamps = np.asarray([p.received_at for p in packets if p.data], np.int64)
    numbers = np.asarray([first for p, first in zip(packets, firsts, strict=True) if p.data], np.int64)
    data = b"".join(parts) + bytes(PAD)
    buf = np.frombuffer(data, np.uint8)
    newline = np.flatnonzero(buf == _NEWLINE)
    start = np.empty_like(newline)
    start[:1] = 0
    start[1:] = newline[:-1] + 1
    end = newline - ((newline > start) & (buf[newline - 1] == _RETURN))
    part = np.searchsorted(np.cumsum([len(p) for p in parts]), newline, side="right")
    within = np.arange(len(newline)) - np.searchsorted(part, part)
    return Block(data, buf, start, end, stamps[part], numbers[part] + within)


def first_from(positions: I64, start: I64, limit: I64) -> I64:
    """First of the sorted `positions` in [start, limit) for each row; `limit` where there is none."""
    padded = np.append(positions, np.iinfo(np.int64).max)
    return np.minimum(padded[np.searchsorted(positions, start)], limit)


def xor_between(buf: U8, first: I64, stop: I64) -> U8:
    """Exclusive or of buf[first:stop] a row; 0 for an empty stretch. Rows are sorted and do not overlap."""
    if not len(first):
        return np.empty(0, np.uint8)
    filled = stop > first
    out = np.zeros(len(first), np.uint8)
    edges = np.column_stack([first[filled], stop[filled]]).ravel()
    if len(edges):
        out[filled] = np.bitwise_xor.reduceat(buf, edges)[::2]
    return out


_HEX = np.full(256, 255, np.uint8)
for _digits in (b"0123456789ABCDEF", b"0123456789abcdef"):
    _HEX[np.frombuffer(_digits, np.uint8)] = np.arange(16)


def hex_pair(buf: U8, at: I64) -> tuple[U8, NDArray[np.bool_]]:
    """Value of the two hexadecimal digits at `at`, and whether they are such."""
    high, low = _HEX[buf[at]], _HEX[buf[at + 1]]
    return (high << np.uint8(4)) | (low & np.uint8(15)), (high < 16) & (low < 16)
