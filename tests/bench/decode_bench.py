"""Sentences a second, ours beside pyais's own loop, on the same lines in the same run.

The recording of Australia (types 1-25, relay duplicates, clocks and other sentences among them) three times over,
10,000 lines a packet. pyais assembles and decodes every message and keeps nothing; ours ends in a `Batch` with
times, checksums, refusals and repeats settled, so the comparison favours pyais.
"""

from __future__ import annotations

import gzip
import statistics
import time

from pyais.exceptions import AISBaseException
from pyais.stream import IterMessages

from ingest.decode.nmea import NmeaDecoder
from ingest.packet import Packet
from tests import needs

_ROUNDS = 5
_REPEATS = 3
_PACKET_LINES = 10_000
_START_US = 1_700_000_000_000_000


def _ours(lines: list[bytes]) -> float:
    packets = [
        Packet(_START_US + i * 10_000, b"".join(lines[i : i + _PACKET_LINES]))
        for i in range(0, len(lines), _PACKET_LINES)
    ]
    decoder = NmeaDecoder(1)
    began = time.perf_counter()
    for packet in packets:
        decoder.decode([packet])
    return len(lines) / (time.perf_counter() - began)


def _pyais(lines: list[bytes]) -> float:
    began = time.perf_counter()
    for sentence in IterMessages(lines):
        try:
            sentence.decode()
        except AISBaseException:
            continue
    return len(lines) / (time.perf_counter() - began)


def run() -> dict[str, float]:
    """Medians of five rounds, taken in turn; lines of any kind count as sentences in both."""
    raw = gzip.decompress((needs.recordings() / "amsa_australia_2012-01-27.nmea.gz").read_bytes())
    lines = raw.splitlines(keepends=True) * _REPEATS
    rounds = [(_ours(lines), _pyais(lines)) for _ in range(_ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(a / b for a, b in rounds)
    return {"decode_ours_per_s": ours, "decode_pyais_per_s": theirs, "decode_over_pyais": ratio}
