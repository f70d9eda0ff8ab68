"""CSV of two public archives: MarineCadastre (older and newer header) and the Danish Maritime Authority.

Both give UTC. Rows of base stations and marks are counted, not passed on.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from ingest.batch import Batch, Reason
from ingest.packet import Packet

from .limits import DEFAULTS, Limits
from .sink import Sink
from .times import plausible, to_us
from .values import RefusedError, angle, integer, is_aircraft, mmsi_of, number, place, speed, status, text

_MAX_KNOWN = 200_000  # vessels whose last static data is remembered, so that it is reported when it changes
_MAX_ROW = 1_024  # bytes

_MARINE_CADASTRE = {
    "mmsi": "mmsi", "basedatetime": "t", "lat": "lat", "latitude": "lat", "lon": "lon", "longitude": "lon",
    "sog": "sog", "cog": "cog", "heading": "heading", "vesselname": "ship_name", "imo": "imo",
    "callsign": "callsign", "vesseltype": "ship_type", "status": "status", "length": "length_m",
    "width": "beam_m", "draft": "draught_m", "transceiverclass": "transmitter", "transceiver": "transmitter",
}  # fmt: skip
_DANISH = {
    "timestamp": "t", "typeofmobile": "mobile", "mmsi": "mmsi", "latitude": "lat", "longitude": "lon",
    "navigationalstatus": "status", "sog": "sog", "cog": "cog", "heading": "heading", "imo": "imo",
    "callsign": "callsign", "name": "ship_name", "shiptype": "ship_type", "width": "beam_m", "length": "length_m",
    "draught": "draught_m", "destination": "destination",
}  # fmt: skip
_NO_VESSELS = {"base station", "aton"}  # all else counts: distress devices come under several names
_TRANSMITTERS = {"class a": "A", "class b": "B"}
_STATUS_WORDS = {
    "under way using engine": 0, "at anchor": 1, "not under command": 2, "restricted maneuverability": 3,
    "constrained by her draught": 4, "moored": 5, "aground": 6, "engaged in fishing": 7, "under way sailing": 8,
    "ais-sart (active)": 14,
}  # fmt: skip
_SHIP_WORDS = {
    "wig": 20, "fishing": 30, "towing": 31, "towing long/wide": 32, "dredging": 33, "diving": 34, "military": 35,
    "sailing": 36, "pleasure": 37, "hsc": 40, "pilot": 50, "sar": 51, "tug": 52, "port tender": 53,
    "anti-pollution": 54, "law enforcement": 55, "medical": 58, "passenger": 60, "cargo": 70, "tanker": 80,
    "other": 90,
}  # fmt: skip
_EMPTY = {"unknown", "undefined", "n/a", "null"}

Row = dict[str, str]


class TableDecoder:
    """`Decoder` of CSV; the first line that is not blank is the header."""

    def __init__(self, source: int, limits: Limits = DEFAULTS, *, start_us: int | None = None) -> None:
        self._source = source
        self._limits = limits
        self._last_t = start_us or 0
        self._seq = 0
        self._roles: list[str | None] | None = None
        self._time: Callable[[str], int] = _iso_time
        self._danish = False
        self._known: dict[int, tuple[Any, ...]] = {}

    def decode(self, packets: Sequence[Packet]) -> Batch:
        sink = Sink(self._source, self._seq, self._limits, self._last_t)
        for packet in packets:
            sink.received_at = packet.received_at
            lines = packet.data.split(b"\n")
            for raw in lines if lines[-1] else lines[:-1]:
                self._line(sink, raw.rstrip(b"\r"))
        self._seq, self._last_t = sink.seq, sink.last_t
        return sink.finish()

    def flush(self) -> Batch:
        return Batch()

    def _line(self, sink: Sink, raw: bytes) -> None:
        sink.seq += 1
        sink.batch.lines += 1
        if not raw.strip():
            return
        rows = len(sink.rows)
        try:
            if len(raw) > _MAX_ROW:
                raise RefusedError(Reason.TOO_LONG)
            values = _cells(raw)
            if self._roles is None:
                self._read_header(values)
            else:
                self._row(sink, values)
                sink.batch.messages[0] += 1
        except RefusedError as refused:
            del sink.rows[rows:]
            sink.refuse(refused.reason, raw)

    def _read_header(self, values: list[str]) -> None:
        names = ["".join(c for c in v.lower() if c.isalnum()) for v in values]
        self._danish = "typeofmobile" in names
        known = _DANISH if self._danish else _MARINE_CADASTRE
        roles = [known.get(n) for n in names]
        if not {"mmsi", "t", "lat", "lon"} <= set(roles):
            raise RefusedError(Reason.MALFORMED)
        self._roles = roles
        self._time = _danish_time if self._danish else _iso_time

    def _row(self, sink: Sink, values: list[str]) -> None:
        assert self._roles is not None
        if len(values) < len([r for r in self._roles if r]):
            raise RefusedError(Reason.MALFORMED)
        row = {role: value for role, value in zip(self._roles, values, strict=False) if role}
        mmsi, t = mmsi_of(row["mmsi"]), self._time(row["t"])
        if not plausible(t):
            raise RefusedError(Reason.BAD_TIME)
        lonlat = place(row["lon"], row["lat"])
        motion = (
            speed(row.get("sog"), aircraft=is_aircraft(mmsi)),
            _course(row.get("cog")),
            _course(row.get("heading")),
        )
        mobile = row.get("mobile", "class a").lower()
        if mobile in _NO_VESSELS:
            return
        sink.position(t, mmsi, lonlat, motion, self._status(row.get("status", "")))
        said = self._static(row, _TRANSMITTERS.get(mobile))
        if self._is_news(mmsi, tuple(said.values())):
            sink.static(t, mmsi, said)

    def _status(self, value: str) -> int:
        return _STATUS_WORDS.get(value.lower(), -1) if self._danish else status(value)

    def _static(self, row: Row, mobile: str | None) -> dict[str, Any]:
        get = row.get
        said = get("ship_type", "")
        ship_type = _SHIP_WORDS.get(said.lower()) if self._danish else integer(said, 0, 1_100) or None
        transmitter = mobile if self._danish else (get("transmitter") or "").upper()
        return {
            "ship_name": _word(get("ship_name")), "callsign": _word(get("callsign")),
            "imo": _imo(get("imo")), "ship_type": ship_type,
            "length_m": number(get("length_m"), 0, 1_100) or None, "beam_m": number(get("beam_m"), 0, 200) or None,
            "draught_m": number(get("draught_m"), 0, 100) or None, "destination": _word(get("destination")),
            "transmitter": transmitter if transmitter in ("A", "B") else None,
        }  # fmt: skip

    def _is_news(self, mmsi: int, said: tuple[Any, ...]) -> bool:
        if self._known.get(mmsi) == said:
            return False
        if len(self._known) >= _MAX_KNOWN:
            self._known.pop(next(iter(self._known)))
        self._known[mmsi] = said
        return True


def _cells(raw: bytes) -> list[str]:
    line = raw.decode("utf-8", "replace").lstrip("\ufeff")
    if '"' not in line:
        return [cell.strip() for cell in line.split(",")]
    try:
        return [cell.strip() for cell in next(csv.reader([line]))]
    except csv.Error:
        raise RefusedError(Reason.MALFORMED) from None


def _course(value: str | None) -> float:
    """Degrees; early MarineCadastre files wrote courses over 204.7 as negative numbers."""
    found = number(value, -360, 1e6)
    return math.nan if found is None else angle(found + 409.6 if found < 0 else found)


def _word(value: str | None) -> str | None:
    found = text(value)
    return None if found is None or found.lower() in _EMPTY else found


def _imo(value: str | None) -> int | None:
    digits = (value or "").upper().removeprefix("IMO").strip()
    return int(digits) or None if digits.isdecimal() and len(digits) <= 10 else None


def _iso_time(value: str) -> int:
    """`2023-01-01T00:00:00` or with a space, UTC without saying so."""
    try:
        found = datetime.fromisoformat(value[:40])
    except ValueError:
        raise RefusedError(Reason.BAD_VALUE) from None
    return to_us(found if found.tzinfo else found.replace(tzinfo=UTC))


def _danish_time(value: str) -> int:
    """`31/12/2023 23:59:59`, UTC."""
    try:
        return to_us(datetime.strptime(value, "%d/%m/%Y %H:%M:%S").replace(tzinfo=UTC))
    except ValueError:
        raise RefusedError(Reason.BAD_VALUE) from None
