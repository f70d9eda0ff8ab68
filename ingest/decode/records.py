"""Messages that are JSON records, one an MQTT message or one a line of a file, in whatever dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import orjson

from ingest.batch import Batch, Reason
from ingest.packet import Packet

from .limits import DEFAULTS, Limits
from .sink import Sink
from .values import Record, RefusedError

MAX_RECORD = 65_536  # bytes
_BLANK = b" \t\r\n"

Reader = Callable[[Sink, str, Record], None]
"""Takes a record apart: sink, topic (empty in a file), record. Raises RefusedError."""


class RecordDecoder:
    """`Decoder` of one JSON dialect; what a record means is the reader's matter."""

    def __init__(self, source: int, reader: Reader, limits: Limits = DEFAULTS, *, start_us: int | None = None) -> None:
        self._source = source
        self._reader = reader
        self._limits = limits
        self._seq = 0
        self._last_t = start_us or 0

    def decode(self, packets: Sequence[Packet]) -> Batch:
        sink = Sink(self._source, self._seq, self._limits, self._last_t)
        for packet in packets:
            sink.received_at = packet.received_at
            for raw in split_records(packet):
                read_record(sink, packet.topic, raw, self._reader)
        self._seq, self._last_t = sink.seq, sink.last_t
        return sink.finish()

    def flush(self) -> Batch:
        return Batch()


def split_records(packet: Packet) -> Iterator[bytes]:
    """The whole of an MQTT message; each line of a file or stream."""
    if packet.topic:
        yield packet.data
    else:
        lines = packet.data.split(b"\n")
        yield from lines if lines[-1] else lines[:-1]


def read_record(sink: Sink, topic: str, raw: bytes, reader: Reader) -> None:
    """Count one line or message and have its records read; a refusal takes the place of each that cannot be used."""
    sink.seq += 1
    sink.batch.lines += 1
    if not topic and not raw.strip(_BLANK):
        return
    counted, refused = sink.batch.messages.total(), len(sink.batch.refusals)
    try:
        records = _parse(raw)
    except RefusedError as error:
        sink.refuse(error.reason, raw)
        return
    for record in records:
        _read_one(sink, topic, record, reader, raw if len(records) == 1 else None)
    all_refused = records and len(sink.batch.refusals) - refused == len(records)
    if sink.batch.messages.total() == counted and not all_refused:
        sink.batch.messages[0] += 1


def _read_one(sink: Sink, topic: str, record: Any, reader: Reader, raw: bytes | None) -> None:
    rows, statics = len(sink.rows), len(sink.batch.statics)
    try:
        if not isinstance(record, dict):
            raise RefusedError(Reason.BAD_JSON)
        reader(sink, topic, cast("Record", record))
    except RefusedError as refused:
        del sink.rows[rows:], sink.batch.statics[statics:]
        sink.refuse(refused.reason, _written(record) if raw is None else raw)


def _written(record: Any) -> bytes:
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:  # deeper than what can be written, though not than what can be read
        return b"(nested too deeply)"


def _parse(raw: bytes) -> list[Any]:
    """The record, or those of a list or of AIS-catcher's `msgs`."""
    if len(raw) > MAX_RECORD:
        raise RefusedError(Reason.TOO_LONG)
    try:
        found: Any = orjson.loads(raw)
    except (orjson.JSONDecodeError, RecursionError):
        raise RefusedError(Reason.BAD_JSON) from None
    if isinstance(found, dict) and isinstance(found.get("msgs"), list):
        found = found["msgs"]
    return cast("list[Any]", found if isinstance(found, list) else [found])
