"""Builders of sentences and packets for the tests of decoders."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Any

from pyais.encode import encode_dict

from ingest.batch import Batch, concat
from ingest.decode import make_decoder
from ingest.packet import Packet

NOW = 1_700_000_000_000_000  # 2023-11-14T22:13:20Z
SOURCE = 7


def closed(body: str) -> bytes:
    """A sentence with its start mark, checksum and line end."""
    return f"{body}*{reduce(xor, body[1:].encode()):02X}\n".encode()


def vdm(payload: str, fill: int = 0, talker: str = "AI", parts: tuple[int, int, str] = (1, 1, "")) -> bytes:
    total, number, sequence = parts
    return closed(f"!{talker}VDM,{total},{number},{sequence},A,{payload},{fill}")


def position(mmsi: int = 412_000_001, **said: Any) -> bytes:
    """A position report of class A as pyais encodes it, complete to the last bit."""
    fields = {"type": 1, "mmsi": mmsi, "lon": 122.2, "lat": 29.9, "speed": 7.1, "course": 123.4, "heading": 120}
    return sentences({**fields, "status": 7, "second": 20, **said})


def sentences(fields: dict[str, Any], seq_id: int = 3) -> bytes:
    return b"".join(line.encode() + b"\n" for line in encode_dict(fields, talker_id="AI", seq_id=seq_id))


def tagged(line: bytes, body: str) -> bytes:
    return b"\\" + closed(f"\\{body}").rstrip(b"\n")[1:] + b"\\" + line


def decode(data: bytes, *, at: int = NOW, **options: Any) -> Batch:
    """Everything of one packet, the end of the stream included."""
    return decode_packets([Packet(at, data)], **options)


def decode_packets(packets: list[Packet], *, batches: int = 1, form: str = "nmea", **options: Any) -> Batch:
    decoder = make_decoder(form, SOURCE, **options)
    size = max(-(-len(packets) // batches), 1)
    done = [decoder.decode(packets[i : i + size]) for i in range(0, len(packets), size)]
    return concat([*done, decoder.flush()])


def recorded(data: bytes, **options: Any) -> Batch:
    return decode(data, at=0, clock="recorded", **options)


def reasons(batch: Batch) -> list[str]:
    return [r.reason.value for r in batch.refusals]
