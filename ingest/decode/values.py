"""Values of records that people and programs write: read, bounded, or refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ingest.batch import Reason

from .layout import MAX_MMSI, NO_LAT, NO_LON
from .times import epoch_us, plausible, to_us

NAN = float("nan")
MAX_TEXT = 200  # characters; names, notes and destinations are far shorter
_MAX_SOG = 102.3  # kn, "not available" and above
_MAX_AIRCRAFT_SOG = 1_023  # the same of a search and rescue aircraft; ITU-R M.1371-6 table 52
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")

_NUMBERS = (int, float)  # by type, not by instance: true and false are no numbers

Record = Mapping[str, Any]


class RefusedError(Exception):
    """A record that cannot be used; caught where records are counted."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def need(record: Record, key: str) -> Any:
    if key not in record:
        raise RefusedError(Reason.MISSING_KEY)
    return record[key]


def number(value: Any, low: float, high: float) -> float | None:
    """None for null or an empty string. Raises: RefusedError for anything but a number within bounds."""
    if value is None or value == "":
        return None
    found = value if type(value) in _NUMBERS else _written_number(value)
    if not low <= found <= high:
        raise RefusedError(Reason.BAD_VALUE)
    return found


def _written_number(value: Any) -> float:
    try:
        if isinstance(value, str):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise RefusedError(Reason.BAD_VALUE)


def integer(value: Any, low: int, high: int) -> int | None:
    found = number(value, low, high)
    if found is None:
        return None
    if found != int(found):
        raise RefusedError(Reason.BAD_VALUE)
    return int(found)


def text(value: Any) -> str | None:
    """Text without control characters, '@' and spaces at its ends; at most 200 characters; None when empty."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise RefusedError(Reason.BAD_VALUE)
    return CONTROL.sub(" ", value[: MAX_TEXT * 4]).strip("@ ")[:MAX_TEXT] or None


def moment(value: Any) -> int:
    """Microseconds since the epoch, UTC, of an ISO 8601 time with its zone or of an epoch in s or ms.

    Raises: RefusedError, BAD_VALUE for what is no time, BAD_TIME for years outside 1990 to 2105.
    """
    if isinstance(value, str):
        t = _iso(value)
    elif type(value) in _NUMBERS and abs(value) < 1e18:
        t = epoch_us(value)
    else:
        raise RefusedError(Reason.BAD_VALUE)
    if not plausible(t):
        raise RefusedError(Reason.BAD_TIME)
    return t


def _iso(value: str) -> int:
    try:
        found = datetime.fromisoformat(value[:40])
        if found.tzinfo is None:
            raise RefusedError(Reason.BAD_VALUE)
        return to_us(found)
    except (ValueError, OverflowError):
        raise RefusedError(Reason.BAD_VALUE) from None


def mmsi_of(value: Any) -> int:
    try:
        found = integer(value, 1, MAX_MMSI)
    except RefusedError:
        found = None
    if found is None:
        raise RefusedError(Reason.BAD_MMSI)
    return found


def place(lon: Any, lat: Any) -> tuple[float, float]:
    """Degrees; NaN for null and for 181, 91. Raises: RefusedError for what is no number or outside the globe."""
    x, y = number(lon, -1e9, 1e9), number(lat, -1e9, 1e9)
    if x is None or y is None or x == NO_LON or y == NO_LAT:
        return NAN, NAN
    if not (-180 <= x <= 180 and -90 <= y <= 90):
        raise RefusedError(Reason.BAD_COORDINATES)
    return x, y


def is_aircraft(mmsi: int) -> bool:
    """Whether the number is of a search and rescue aircraft, 111MIDxxx. Source: ITU-R M.585."""
    return mmsi // 1_000_000 == 111


def speed(value: Any, per_kn: float = 1.0, *, aircraft: bool = False) -> float:
    """Knots of a speed in units of which `per_kn` make a knot; NaN not available."""
    found = number(value, 0, 1e6)
    kn = NAN if found is None else found / per_kn
    return kn if kn < (_MAX_AIRCRAFT_SOG if aircraft else _MAX_SOG) else NAN


def angle(value: Any) -> float:
    """Degrees [0, 360); NaN for null and for 360 and above, which say "not available"."""
    found = number(value, 0, 1e6)
    return NAN if found is None or found >= 360 else found


def status(value: Any) -> int:
    found = integer(value, -1, 15)
    return -1 if found is None or found == 15 else found
