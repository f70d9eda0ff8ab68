"""One message at a time: what no column takes. Static reports and odd lengths by our own bits, the rest by pyais."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pyais.bit_vector import bit_vector
from pyais.messages import MSG_CLASS

from ingest.batch import Reason

from .bits import ARMOUR, Bits
from .layout import (
    KNOWN_TYPES,
    MAX_MMSI,
    NO_LAT,
    NO_LON,
    NO_SECOND,
    POSITION_LAYOUTS,
    SECONDS,
    Layout,
    not_available,
)

NAN = float("nan")
_REMEMBERED = 4_096  # payloads; static reports and relayed copies come again and again
_MAX_PAYLOAD = 400  # characters; five slots make at most 177 with padding


@dataclass(frozen=True, slots=True)
class Fix:
    lon: float
    lat: float
    sog: float
    cog: float
    heading: float
    nav_status: int


@dataclass(frozen=True, slots=True)
class Message:
    """A decoded message; what it says beside its sender is None where it says nothing of the kind."""

    msg_type: int
    mmsi: int
    second: int = NO_SECOND
    fix: Fix | None = None
    static: dict[str, Any] | None = None  # keywords of StaticReport
    text: str | None = None
    addressed_to: int | None = None


@lru_cache(maxsize=_REMEMBERED)
def decode_message(payload: bytes, fill: int) -> Message | Reason:
    """The message of a whole payload (all parts joined), or why it is refused."""
    if not payload or len(payload) > _MAX_PAYLOAD or payload.translate(None, ARMOUR):
        return Reason.UNDECODABLE
    bits = Bits(payload, fill)
    msg_type, mmsi = bits.unsigned(0, 6), bits.unsigned(8, 30)
    if msg_type is None or mmsi is None:
        return Reason.UNDECODABLE
    if msg_type not in KNOWN_TYPES:
        return Reason.UNKNOWN_TYPE
    if not 0 < mmsi <= MAX_MMSI:
        return Reason.BAD_MMSI
    return _READERS.get(msg_type, _by_pyais)(bits, msg_type, mmsi, payload, fill)


def _by_pyais(bits: Bits, msg_type: int, mmsi: int, payload: bytes, fill: int) -> Message | Reason:
    try:
        MSG_CLASS[msg_type].from_vector(bit_vector(payload, fill))
    except Exception:
        return Reason.UNDECODABLE
    second = bits.unsigned(*SECONDS[msg_type]) if msg_type in SECONDS else None
    return Message(msg_type, mmsi, NO_SECOND if second is None else second)


def _position(bits: Bits, msg_type: int, mmsi: int, payload: bytes, fill: int) -> Message | Reason:  # noqa: ARG001
    layout = POSITION_LAYOUTS[msg_type]
    fix = _fix(bits, layout)
    if isinstance(fix, Reason):
        return fix
    second = bits.unsigned(*layout.second) if layout.second else None
    static = _extended_static(bits) if msg_type == 19 else None
    return Message(msg_type, mmsi, NO_SECOND if second is None else second, fix, static)


def _fix(bits: Bits, layout: Layout) -> Fix | Reason:
    lon, lat = bits.signed(*layout.lon), bits.signed(*layout.lat)
    if lon is None or lat is None:
        return Reason.UNDECODABLE
    degree = layout.degree
    if lon == NO_LON * degree or lat == NO_LAT * degree:
        place = (NAN, NAN)
    elif abs(lon) > 180 * degree or abs(lat) > 90 * degree:
        return Reason.BAD_COORDINATES
    else:
        place = (lon / degree, lat / degree)
    sog = _scaled(bits, layout.sog, not_available(layout.sog[1]), layout.sog_per_kn)
    cog = _scaled(bits, layout.cog, 360 * layout.cog_per_degree, layout.cog_per_degree)
    heading = _scaled(bits, layout.heading, 360, 1)
    status = bits.unsigned(*layout.status) if layout.status else None
    return Fix(*place, sog, cog, heading, -1 if status is None or status == 15 else status)


def _scaled(bits: Bits, place: tuple[int, int] | None, absent_from: int, per_unit: int) -> float:
    raw = bits.unsigned(*place) if place else None
    return NAN if raw is None or raw >= absent_from else raw / per_unit


def _voyage(bits: Bits, msg_type: int, mmsi: int, payload: bytes, fill: int) -> Message:  # noqa: ARG001
    """Type 5. Source: ITU-R M.1371-6 table 48."""
    draught = bits.unsigned(294, 8)
    static = {
        "imo": bits.unsigned(40, 30) or None,
        "callsign": bits.text(70, 42),
        "ship_name": bits.text(112, 120),
        "ship_type": bits.unsigned(232, 8) or None,
        **_hull(bits, 240),
        "draught_m": draught / 10 if draught else None,
        "destination": bits.text(302, 120),
        "transmitter": "A",
    }
    return Message(msg_type, mmsi, static=static)


def _extended_static(bits: Bits) -> dict[str, Any]:
    """The static half of type 19. Source: ITU-R M.1371-6 table 68."""
    name, ship_type = bits.text(143, 120), bits.unsigned(263, 8)
    return {"ship_name": name, "ship_type": ship_type or None, **_hull(bits, 271), "transmitter": "B"}


def _two_part_static(bits: Bits, msg_type: int, mmsi: int, payload: bytes, fill: int) -> Message | Reason:  # noqa: ARG001
    """Type 24, part A or B. Source: ITU-R M.1371-6 tables 75-77; 98xxxxxxx names its mother ship, not its hull."""
    part = bits.unsigned(38, 2)
    if part == 0:
        static: dict[str, Any] = {"ship_name": bits.text(40, 120)}
    elif part == 1:
        hull = {} if mmsi // 10_000_000 == 98 else _hull(bits, 132)
        static = {"ship_type": bits.unsigned(40, 8) or None, "callsign": bits.text(90, 42), **hull}
    else:
        return Reason.UNDECODABLE
    return Message(msg_type, mmsi, static={**static, "transmitter": "B"})


def _hull(bits: Bits, at: int) -> dict[str, float | None]:
    """Length and beam from the distances of the antenna to bow, stern (9 bits), port, starboard (6 bits), metres."""
    bow, stern = bits.unsigned(at, 9), bits.unsigned(at + 9, 9)
    port, starboard = bits.unsigned(at + 18, 6), bits.unsigned(at + 24, 6)
    length, beam = (bow or 0) + (stern or 0), (port or 0) + (starboard or 0)
    return {"length_m": float(length) or None, "beam_m": float(beam) or None}


def _safety_text(bits: Bits, msg_type: int, mmsi: int, payload: bytes, fill: int) -> Message:  # noqa: ARG001
    """Type 12, addressed, and 14, to all. Source: ITU-R M.1371-6 tables 61, 63."""
    if msg_type == 12:
        return Message(msg_type, mmsi, text=bits.text(72, 936) or "", addressed_to=bits.unsigned(40, 30))
    return Message(msg_type, mmsi, text=bits.text(40, 968) or "")


_Reader = Callable[[Bits, int, int, bytes, int], Message | Reason]
_READERS: dict[int, _Reader] = {
    **dict.fromkeys(POSITION_LAYOUTS, _position),
    5: _voyage,
    24: _two_part_static,
    12: _safety_text,
    14: _safety_text,
}
