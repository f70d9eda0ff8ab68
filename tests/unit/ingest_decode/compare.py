"""What pyais makes of sentences, in the terms of our batch: the oracle of the tests."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from pyais.constants import ShipType
from pyais.exceptions import AISBaseException
from pyais.stream import IterMessages

from ingest.batch import Batch, Refusal, StaticReport

_FIXES = (1, 2, 3, 9, 18, 19, 27)


def pyais_messages(lines: list[bytes]) -> list[Any]:
    """Decoded messages in order; what pyais itself cannot decode is left out, as its users do."""
    out: list[Any] = []
    for sentence in IterMessages(lines):
        try:
            out.append(sentence.decode())
        except AISBaseException:
            continue
    return out


def counts(messages: list[Any]) -> Counter[int]:
    return Counter(int(m.msg_type) for m in messages)


def refused_counts(refusals: list[Refusal]) -> Counter[int]:
    """Types of the messages that pyais would have counted and we refused."""
    out: Counter[int] = Counter()
    for refusal in refusals:
        if refusal.reason not in ("not-nmea", "fragment-lost"):
            out += counts(pyais_messages([p.encode() for p in refusal.raw.split(" ")]))
    return out


def fix_of(message: Any) -> tuple[float, ...] | None:
    """mmsi, lon, lat, sog, cog, heading, nav_status with not-available codes as ours; None for no position."""
    kind = int(message.msg_type)
    if kind not in _FIXES or message.lat is None or message.lon is None:
        return None
    lon, lat = message.lon, message.lat
    if abs(lon - 181) < 1e-6 or abs(lat - 91) < 1e-6:
        lon = lat = math.nan
    no_speed = {9: 1023, 27: 63}.get(kind, 102.3)
    heading = getattr(message, "heading", 511)
    heading = 511 if heading is None else heading
    cut_off = kind == 27 and message.gnss is None  # pyais reads half a field, we none
    no_sog = kind == 27 and message.course is None
    course = 360 if message.course is None or cut_off else message.course
    status = int(getattr(message, "status", 15))
    return (
        message.mmsi, lon, lat, math.nan if message.speed == no_speed or no_sog else message.speed,
        math.nan if course >= 360 else course, math.nan if heading >= 360 else heading,
        -1 if status == 15 else status,
    )  # fmt: skip


def fixes_of(batch: Batch) -> list[tuple[float, ...]]:
    p = batch.positions
    columns = (p.mmsi, p.lon, p.lat, p.sog, p.cog, p.heading, p.nav_status)
    return list(zip(*(c.tolist() for c in columns), strict=True))


def static_of(message: Any) -> dict[str, Any] | None:
    """Static fields with empty ones as None; None for a message of no such type."""
    kind, get = int(message.msg_type), lambda name: getattr(message, name, None)
    if kind not in (5, 19, 24):
        return None
    name, call, destination = (get(n) and get(n).strip("@ ") for n in ("shipname", "callsign", "destination"))
    sides = [get(n) or 0 for n in ("to_bow", "to_stern", "to_port", "to_starboard")]
    return {
        "mmsi": message.mmsi, "ship_name": name or None, "callsign": call or None, "imo": get("imo") or None,
        "ship_type": int(get("ship_type") or 0) or None, "length_m": sides[0] + sides[1] or None,
        "beam_m": sides[2] + sides[3] or None, "draught_m": get("draught") or None, "destination": destination or None,
    }  # fmt: skip


def static_fields(report: StaticReport) -> dict[str, Any]:
    """Fields of our report, with the ship type as pyais folds it (86 becomes 85, 39 becomes 0)."""
    names = ("mmsi", "ship_name", "callsign", "imo", "ship_type", "length_m", "beam_m", "draught_m", "destination")
    said = {name: getattr(report, name) for name in names}
    folded = ShipType.from_value(report.ship_type) if report.ship_type and report.transmitter == "A" else None
    return {**said, "ship_type": (int(folded) or None) if folded is not None else report.ship_type}


def same_fix(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Equal but for float32 columns and pyais's rounding of degrees to six decimals."""
    return all(
        (math.isnan(x) and math.isnan(y)) or abs(x - y) <= 1e-4 * (i > 2) + 1e-6
        for i, (x, y) in enumerate(zip(a, b, strict=True))
    )
