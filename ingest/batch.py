"""The batch: what a feed said, as columns, in order of arrival.

Times are int64 microseconds since 1970-01-01 UTC throughout the columns (named `*_us` nowhere: `t` and
`received_at` are always in this unit). Not-available codes of the wire are NaN, -1 or None here, once and for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I16 = NDArray[np.int16]
I8 = NDArray[np.int8]
U8 = NDArray[np.uint8]


class TimeKind(IntEnum):
    """Where the time of a report came from."""

    RECEIVED = 0  # the moment we received it
    TAG = 1  # NMEA TAG block `c`
    TRAILING = 2  # an epoch behind the sentence
    PGHP = 3  # $PGHP header
    CLOCK = 4  # $GPRMC or ZDA of the same stream
    PAYLOAD = 5  # the JSON or CSV record's own time
    STEPPED = 6  # a start time advanced by the reports' own UTC seconds


class Reason(StrEnum):
    """Why a line or a message was refused; the values are stable, they are counted and stored."""

    NOT_NMEA = "not-nmea"
    CHECKSUM = "checksum"
    MALFORMED = "malformed"
    FRAGMENT_LOST = "fragment-lost"  # a part of a multi-part message did not come in time
    UNKNOWN_TYPE = "unknown-type"
    UNDECODABLE = "undecodable"
    BAD_MMSI = "bad-mmsi"
    BAD_COORDINATES = "impossible-coordinates"
    FUTURE_TIME = "future-time"  # more than 60 s ahead of its receipt
    BAD_TIME = "impossible-time"
    BAD_JSON = "bad-json"
    MISSING_KEY = "missing-key"
    BAD_VALUE = "bad-value"
    TOPIC_MISMATCH = "topic-mismatch"  # MMSI of topic and payload differ
    TOO_LONG = "too-long"
    UNSTORABLE = "unstorable"  # decoded, and the store would not have it


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """Position reports as a struct of arrays, each of shape (n,), in order of arrival.

    A row without a fix (lon and lat NaN) still says that its vessel was heard, and with which status.
    """

    t: I64  # the report's time, microseconds since the epoch, UTC
    received_at: I64  # microseconds since the epoch, UTC
    mmsi: I64
    lon: F64  # degrees, WGS 84; NaN not available
    lat: F64  # degrees
    sog: F32  # knots; NaN not available; 102.2 means that or more
    cog: F32  # degrees true, [0, 360)
    heading: F32  # degrees true, [0, 360)
    nav_status: I8  # ITU-R M.1371-6 table 46; -1 not available (15, "not defined", included)
    source: I16  # code of the feed, given by whoever made the decoder
    time_kind: U8  # TimeKind
    msg_type: U8  # AIS message type; 0 for what is not AIS
    seq: I64  # number of the line or message within its feed, from 1

    def __len__(self) -> int:
        return len(self.t)

    def take(self, index: NDArray[Any] | slice) -> Positions:
        """Rows at `index` (integers, mask or slice)."""
        return Positions(*(getattr(self, f.name)[index] for f in fields(self)))


POSITION_DTYPES: dict[str, type] = {
    "t": np.int64, "received_at": np.int64, "mmsi": np.int64, "lon": np.float64, "lat": np.float64,
    "sog": np.float32, "cog": np.float32, "heading": np.float32, "nav_status": np.int8, "source": np.int16,
    "time_kind": np.uint8, "msg_type": np.uint8, "seq": np.int64,
}  # fmt: skip


def empty_positions() -> Positions:
    return Positions(**{name: np.empty(0, dtype) for name, dtype in POSITION_DTYPES.items()})


def concat_positions(parts: Sequence[Positions]) -> Positions:
    """One after the other, in the order given."""
    filled = [p for p in parts if len(p)]
    if not filled:
        return empty_positions()
    if len(filled) == 1:
        return filled[0]
    return Positions(**{n: np.concatenate([getattr(p, n) for p in filled]) for n in POSITION_DTYPES})


@dataclass(frozen=True, slots=True)
class StaticReport:
    """What a vessel says of itself (AIS types 5, 19, 24, and the JSON dialects). None: not said."""

    t: int
    received_at: int
    mmsi: int
    source: int
    seq: int
    ship_name: str | None = None
    callsign: str | None = None
    imo: int | None = None
    ship_type: int | None = None  # ITU-R M.1371-6 table 53
    length_m: float | None = None
    beam_m: float | None = None
    draught_m: float | None = None
    destination: str | None = None
    transmitter: str | None = None  # "A", "B" or None


@dataclass(frozen=True, slots=True)
class TextReport:
    """Safety text, AIS type 12 (addressed) or 14 (broadcast)."""

    t: int
    received_at: int
    mmsi: int
    source: int
    seq: int
    msg_type: int
    text: str
    addressed_to: int | None = None


@dataclass(frozen=True, slots=True)
class SosReport:
    """An SOS pressed on a terminal (MQTT `vessel/{mmsi}/sos`)."""

    t: int
    received_at: int
    mmsi: int
    source: int
    seq: int
    lon: float | None = None
    lat: float | None = None
    people: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CrewReport:
    """Who is on board (MQTT `vessel/{mmsi}/crew`): a count, and names where the terminal sends them."""

    t: int
    received_at: int
    mmsi: int
    source: int
    seq: int
    on_board: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PortReport:
    """进出港报告, a declaration of leaving (`depart`) or entering (`arrive`) port."""

    t: int
    received_at: int
    mmsi: int
    source: int
    seq: int
    kind: str
    port_id: str | None = None
    on_board: int | None = None


@dataclass(frozen=True, slots=True)
class GridReport:
    """What a grid worker's terminal says of a grid (MQTT `grid/{grid_id}/report`), body kept as it came."""

    t: int
    received_at: int
    grid_id: str
    source: int
    seq: int
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line or message that could not be used; `raw` is kept whole up to 1,024 characters."""

    received_at: int
    source: int
    seq: int
    reason: Reason
    raw: str


@dataclass(slots=True, eq=False)
class Batch:
    """All that one or several feeds said in a stretch of time."""

    positions: Positions = field(default_factory=empty_positions)
    statics: list[StaticReport] = field(default_factory=list[StaticReport])
    texts: list[TextReport] = field(default_factory=list[TextReport])
    sos: list[SosReport] = field(default_factory=list[SosReport])
    crew: list[CrewReport] = field(default_factory=list[CrewReport])
    port_reports: list[PortReport] = field(default_factory=list[PortReport])
    grid_reports: list[GridReport] = field(default_factory=list[GridReport])
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    lines: int = 0  # input lines or messages read
    messages: Counter[int] = field(default_factory=Counter[int])  # decoded, by AIS type (0: not AIS), repeats included
    duplicates: int = 0  # relay duplicates: decoded, counted, not passed on

    def __len__(self) -> int:
        return len(self.positions)


LISTS = ("statics", "texts", "sos", "crew", "port_reports", "grid_reports", "refusals")


def halves(batch: Batch) -> tuple[Batch, Batch] | None:
    """The batch in two, counts with the first; None when there is but one report or refusal in it."""
    n = len(batch) + sum(len(getattr(batch, name)) for name in LISTS)
    if n < 2:
        return None
    first, second = Batch(lines=batch.lines, messages=batch.messages, duplicates=batch.duplicates), Batch()
    room = n // 2
    first.positions, second.positions = batch.positions.take(slice(room)), batch.positions.take(slice(room, None))
    room = max(0, room - len(batch))
    for name in LISTS:
        rows: list[Any] = getattr(batch, name)
        setattr(first, name, rows[:room])
        setattr(second, name, rows[room:])
        room = max(0, room - len(rows))
    return first, second


def concat(batches: Iterable[Batch]) -> Batch:
    """One batch of all, in the order given."""
    parts = list(batches)
    out = Batch(positions=concat_positions([b.positions for b in parts]))
    for b in parts:
        for name in LISTS:
            getattr(out, name).extend(getattr(b, name))
        out.lines += b.lines
        out.messages.update(b.messages)
        out.duplicates += b.duplicates
    return out
