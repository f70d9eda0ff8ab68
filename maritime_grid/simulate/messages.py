"""Single messages: static reports, safety texts and beacons as AIVDM by pyais, terminals' reports as JSON for MQTT."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import xor
from typing import Any

import numpy as np
import pyais

from ingest.batch import I64

from .encode import tag_blocks
from .fleet import SHIP_TYPES, Fleet, Kind, Transmitter

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(t: int) -> str:
    """Microseconds since the epoch to ISO 8601 UTC with milliseconds, as it stands in payloads and in the truth."""
    return (EPOCH + timedelta(microseconds=t)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def static_sentences(fleet: Fleet, row: int) -> list[bytes]:
    """Type 5 in two parts for class A, types 24A and 24B for class B."""
    mmsi, name = int(fleet.mmsi[row]), fleet.ship_name[row]
    length, beam = int(fleet.length_m[row]), int(fleet.beam_m[row])
    common: dict[str, Any] = {
        "mmsi": mmsi, "ship_type": SHIP_TYPES[Kind(int(fleet.kind[row]))], "callsign": f"B{row % 100_000:05d}",
        "to_bow": length // 2, "to_stern": length - length // 2, "to_port": beam // 2, "to_starboard": beam - beam // 2,
    }  # fmt: skip
    if fleet.transmitter[row] == Transmitter.CLASS_A:
        return _vdm(
            {"type": 5, "shipname": name, "draught": 4.5, "destination": f"DEMO {mmsi}", **common}, sequence=row % 10
        )
    return _vdm({"type": 24, "partno": 0, "mmsi": mmsi, "shipname": name}) + _vdm({"type": 24, "partno": 1, **common})


def safety_text(mmsi: int, text: str) -> list[bytes]:
    """Type 14, broadcast; short enough for one sentence."""
    return _vdm({"type": 14, "mmsi": mmsi, "text": text})


def beacon(mmsi: int, lon: float, lat: float, status: int, second: int) -> list[bytes]:
    """Type 1 of an AIS-SART or MOB device: status 14 active, 15 test. Source: ITU-R M.1371-6 annex 9."""
    return _vdm({
        "type": 1, "mmsi": mmsi, "status": status, "turn": -128, "speed": 0.8, "accuracy": True, "lon": lon,
        "lat": lat, "course": 360.0, "heading": 511, "second": second, "maneuver": 0,
    })  # fmt: skip


def tagged(t: int, sentences: list[bytes]) -> list[bytes]:
    """Each with the TAG block of the simulator's station and time."""
    tag = tag_blocks(np.array([t], np.int64))[0]
    return [tag + sentence for sentence in sentences]


def spoiled(sentence: bytes) -> bytes:
    """The sentence with a checksum that does not fit."""
    wrong = reduce(xor, sentence[sentence.rindex(b"!") + 1 : -3]) ^ 0x11
    return sentence[:-2] + f"{wrong:02X}".encode()


def vms_payload(t: int, mmsi: int, lonlat: tuple[float, float], sog: float, cog: float) -> bytes:
    """Position of a BeiDou terminal, topic `vessel/{mmsi}/position`."""
    lon, lat = lonlat
    return payload(t, mmsi=mmsi, lon=round(lon, 6), lat=round(lat, 6), sog=round(sog, 1), cog=round(cog, 1))


def payload(t: int, **keys: object) -> bytes:
    return json.dumps({"t": iso(t), **keys}, ensure_ascii=False, separators=(",", ":")).encode()


def rows_in_order(t: I64) -> list[int]:
    return np.argsort(t, kind="stable").tolist()


def _vdm(data: dict[str, Any], sequence: int | None = None) -> list[bytes]:
    return [s.encode() for s in pyais.encode_dict(data, sentence_type="VDM", radio_channel="A", seq_id=sequence)]
