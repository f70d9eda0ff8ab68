"""Sentences that tell the time of others: $PGHP headers and the clocks of RMC and ZDA."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .block import Block, first_from, hex_pair, xor_between
from .sentences import Lines
from .times import NO_TIME, pghp_time, plausible, rmc_time, zda_time


@dataclass(frozen=True, slots=True)
class Header:
    """A time stated on a line of its own."""

    line: int
    t: int
    checksum: int = -1  # of the sentence that a $PGHP announces; of all its parts together, by exclusive or


def read_headers(block: Block, lines: Lines) -> tuple[list[Header], list[Header]]:
    """Clocks, and $PGHP headers, each in line order. What is damaged or has no time is left out."""
    rows = lines.clock
    start = lines.sentence[rows]
    star = first_from(np.flatnonzero(block.buf == ord("*")), start, block.end[rows])
    value, is_hex = hex_pair(block.buf, star + 1)
    intact = (star < block.end[rows]) & is_hex & (value == xor_between(block.buf, start + 1, star))
    clocks: list[Header] = []
    headers: list[Header] = []
    for line, first, stop in zip(rows[intact].tolist(), start[intact].tolist(), star[intact].tolist(), strict=True):
        fields = block.data[first:stop].split(b",")
        if fields[0] == b"$PGHP":
            found = Header(line, pghp_time(fields), _hex(fields[-1]))
            kept = headers
        else:
            found = Header(line, rmc_time(fields) if fields[0].endswith(b"RMC") else zda_time(fields))
            kept = clocks
        if found.t != NO_TIME and plausible(found.t):
            kept.append(found)
    return clocks, headers


def _hex(digits: bytes) -> int:
    try:
        return int(digits, 16)
    except ValueError:
        return -1
