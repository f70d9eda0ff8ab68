"""A file of a format that nobody named: looked at, then decoded as what it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from ingest.batch import Batch, concat
from ingest.packet import Decoder, Packet

_LOOK_LINES = 100
_KEYS = (("updates", "signalk"), ("_type", "owntracks"), ("rxuxtime", "ais-catcher"), ("msgs", "ais-catcher"))


def format_of_line(line: bytes) -> str | None:
    """Format that a line tells of; None for comments, blanks and what could be anything."""
    line = line.strip().removeprefix(b"\xef\xbb\xbf")
    if line[:1] in (b"!", b"$", b"\\"):
        return "nmea"
    if line[:1] in (b"{", b"["):
        return _json_dialect(line)
    name = line.lower().lstrip(b"# ")
    if b"," in name and b"mmsi" in name and (b"lat" in name):
        return "csv"
    return None


def _json_dialect(line: bytes) -> str | None:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if isinstance(record, list) and record:
        record = record[0]
    if not isinstance(record, dict):
        return None
    for key, name in _KEYS:
        if key in record:
            return name
    return "ais-catcher" if record.get("class") == "AIS" else "maritime-grid"


class SniffingDecoder:
    """`Decoder` that waits for a line that tells its format; after 100 lines without one it takes NMEA."""

    def __init__(self, make: Callable[[str], Decoder]) -> None:
        self._make = make
        self._decoder: Decoder | None = None
        self._held: list[Packet] = []
        self._looked = 0

    def decode(self, packets: Sequence[Packet]) -> Batch:
        if self._decoder is not None:
            return self._decoder.decode(packets)
        self._held += packets
        found = self._look(packets)
        if found is None:
            return Batch()
        return self._begin(found)

    def flush(self) -> Batch:
        if self._decoder is not None:
            return self._decoder.flush()
        if not self._held:
            return Batch()
        decoded = self._begin("nmea")
        assert self._decoder is not None
        return concat([decoded, self._decoder.flush()])

    def _look(self, packets: Sequence[Packet]) -> str | None:
        for packet in packets:
            for line in packet.data.split(b"\n"):
                found = format_of_line(line)
                self._looked += bool(line)
                if found or self._looked >= _LOOK_LINES:
                    return found or "nmea"
        return None

    def _begin(self, name: str) -> Batch:
        self._decoder = self._make(name)
        held, self._held = self._held, []
        return self._decoder.decode(held)
