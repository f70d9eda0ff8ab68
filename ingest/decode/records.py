"""Messages that are JSON records, one an MQTT message or one a line of a file, in whatever dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import orjson

from ingest.batch import Batch, Reason
from ingest.packet import Packet

from .sink import Sink
from .values import Record, RefusedError

MAX_RECORD = 65_536  # bytes
_BLANK = b" \t\r\n"

Reader = Callable[[Sink, str, Record], None]
"""Takes a record apart: sink, topic (empty in a file), record. Raises RefusedError."""


class RecordDecoder:
    """`Decoder` of one JSON dialect; what a record means is the reader's matter."""

    def __init__(self, source: int, reader: Reader) -> None:
        self._source = source
        self._reader = reader
        self._seq = 0

    def decode(self, packets: Sequence[Packet]) -> Batch:
        sink = Sink(self._source, self._seq)
        for packet in packets:
            sink.received_at = packet.received_at
            for raw in split_records(packet):
                read_record(sink, packet.topic, raw, self._reader)
        self._seq = sink.seq
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
    """Count one record and have it read; a refusal takes the place of what cannot be used."""
    sink.seq += 1
    sink.batch.lines += 1
    if not topic and not raw.strip(_BLANK):
        return
    counted, rows, statics = sink.batch.messages.total(), len(sink.rows), len(sink.batch.statics)
    try:
        for record in _parse(raw):
            reader(sink, topic, record)
    except RefusedError as refused:
        del sink.rows[rows:], sink.batch.statics[statics:]
        sink.refuse(refused.reason, raw)
        return
    if sink.batch.messages.total() == counted:
        sink.batch.messages[0] += 1


def _parse(raw: bytes) -> list[Record]:
    """The record, or those of a list or of AIS-catcher's `msgs`."""
    if len(raw) > MAX_RECORD:
        raise RefusedError(Reason.TOO_LONG)
    try:
        found: Any = orjson.loads(raw)
    except (orjson.JSONDecodeError, RecursionError):
        raise RefusedError(Reason.BAD_JSON) from None
    if isinstance(found, dict) and isinstance(found.get("msgs"), list):
        found = found["msgs"]
    records = cast("list[Any]", found if isinstance(found, list) else [found])
    if not all(isinstance(r, dict) for r in records):
        raise RefusedError(Reason.BAD_JSON)
    return records
