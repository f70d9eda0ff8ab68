"""Readers of other programs' JSON: AIS-catcher, SignalK deltas, OwnTracks."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ingest.batch import Reason, TextReport, TimeKind

from .layout import KNOWN_TYPES, POSITION_LAYOUTS
from .records import Reader
from .sink import Sink
from .values import (
    Record,
    RefusedError,
    angle,
    integer,
    is_aircraft,
    mmsi_of,
    moment,
    need,
    number,
    place,
    speed,
    status,
    text,
)

_MPS_PER_KN = 1_852 / 3_600
_KMH_PER_KN = 1.852
_STATIONS = (0, 99)  # first two digits of nine: coast stations and marks are no vessels
_MAX_UPDATES = 100
_MMSI_IN_CONTEXT = re.compile(r"vessels\.urn:mrn:imo:mmsi:(\d{9})$")
_STATES = {
    "motoring": 0, "under way using engine": 0, "anchored": 1, "not under command": 2, "restricted maneuverability": 3,
    "constrained by draft": 4, "moored": 5, "aground": 6, "fishing": 7, "sailing": 8, "ais-sart": 14,
}  # fmt: skip


def ais_catcher(sink: Sink, _topic: str, record: Record) -> None:
    """One message of AIS-catcher, full or sparse. The sparse form lacks `type`; absent keys are not available."""
    get = record.get
    mmsi = mmsi_of(need(record, "mmsi"))
    msg_type = integer(get("type"), 0, 63) or 0
    if msg_type and msg_type not in KNOWN_TYPES:
        raise RefusedError(Reason.UNKNOWN_TYPE)
    stamp = get("rxuxtime")
    t, kind = (sink.received_at, TimeKind.RECEIVED) if stamp is None else (moment(stamp), TimeKind.PAYLOAD)
    if not t:
        raise RefusedError(Reason.MISSING_KEY)
    moving = msg_type in POSITION_LAYOUTS if msg_type else mmsi // 10_000_000 not in _STATIONS
    placed = moving and "lat" in record and "lon" in record
    if placed or msg_type in POSITION_LAYOUTS:
        motion = (
            speed(get("speed"), aircraft=msg_type == 9 or is_aircraft(mmsi)),
            angle(get("course")),
            angle(get("heading")),
        )
        where = place(get("lon"), get("lat"))
        sink.position(t, mmsi, where, motion, status(get("status")), kind=kind, msg_type=msg_type)
    if moving or msg_type in (5, 24):
        sink.static(t, mmsi, _catcher_static(record, msg_type))
    if msg_type in (12, 14) and text(get("text")):
        addressed = integer(get("dest_mmsi"), 0, 2**30)
        said = text(get("text")) or ""
        sink.batch.texts.append(TextReport(t, sink.received(t), mmsi, sink.source, sink.seq, msg_type, said, addressed))
    sink.batch.messages[msg_type] += 1


def _catcher_static(record: Record, msg_type: int) -> dict[str, Any]:
    get = record.get

    def across(one: str, other: str) -> float | None:
        return (number(get(one), 0, 511) or 0) + (number(get(other), 0, 511) or 0) or None

    return {
        "ship_name": text(get("shipname")), "callsign": text(get("callsign")),
        "imo": integer(get("imo"), 0, 2**30) or None, "ship_type": integer(get("shiptype"), 0, 255) or None,
        "length_m": across("to_bow", "to_stern"), "beam_m": across("to_port", "to_starboard"),
        "draught_m": number(get("draught"), 0, 25.5) or None, "destination": text(get("destination")),
        "transmitter": "A" if msg_type in (1, 2, 3, 5) else "B" if msg_type in (18, 19, 24) else None,
    }  # fmt: skip


def signalk(sink: Sink, _topic: str, record: Record) -> None:
    """A SignalK delta of another vessel; the values of all its updates that share a time make one row."""
    updates = need(record, "updates")
    if not isinstance(updates, list) or len(updates) > _MAX_UPDATES:
        raise RefusedError(Reason.BAD_VALUE)
    by_time: dict[int, dict[str, Any]] = {}
    for update in updates:
        if not isinstance(update, dict):
            raise RefusedError(Reason.BAD_VALUE)
        stamp = update.get("timestamp")
        t = sink.received_at if stamp is None else moment(stamp)
        by_time.setdefault(t, {}).update(_paths(update.get("values")))
    found = _MMSI_IN_CONTEXT.search(str(record.get("context", "")))
    named = next((v["mmsi"] for v in by_time.values() if "mmsi" in v), None)
    mmsi = mmsi_of(found[1] if found else named)
    for t, values in by_time.items():
        if not t:
            raise RefusedError(Reason.MISSING_KEY)
        _signalk_row(sink, t, mmsi, values)


def _paths(values: Any) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for pair in values if isinstance(values, list) else ():
        if not isinstance(pair, dict):
            raise RefusedError(Reason.BAD_VALUE)
        path, value = pair.get("path"), pair.get("value")
        if path == "" and isinstance(value, dict):
            out.update({k: v for k, v in value.items() if k in ("mmsi", "name", "registrations")})
        elif isinstance(path, str):
            out[path] = value
    return out


def _signalk_row(sink: Sink, t: int, mmsi: int, values: Mapping[str, Any]) -> None:
    get = values.get
    where = get("navigation.position")
    if isinstance(where, dict):
        sog = speed(get("navigation.speedOverGround"), _MPS_PER_KN, aircraft=is_aircraft(mmsi))
        motion = (sog, _degrees(get("navigation.courseOverGroundTrue")), _degrees(get("navigation.headingTrue")))
        state = _STATES.get(str(get("navigation.state", "")).lower(), -1)
        sink.position(t, mmsi, place(where.get("longitude"), where.get("latitude")), motion, state)
    kind = get("design.aisShipType")
    said = {
        "ship_name": text(get("name")),
        "callsign": text(get("communication.callsignVhf")),
        "ship_type": integer(kind.get("id"), 0, 255) if isinstance(kind, dict) else None,
        "destination": text(get("navigation.destination.commonName")),
    }
    sink.static(t, mmsi, said)


def _degrees(radians: Any) -> float:
    found = number(radians, -10, 10)
    return math.nan if found is None else math.degrees(found) % 360


def owntracks(identities: Mapping[str, int] | None) -> Reader:
    """Reader of OwnTracks messages, which know no MMSI: `identities` maps a topic or a `tid` to one."""
    known = dict(identities or {})

    def read(sink: Sink, topic: str, record: Record) -> None:
        if need(record, "_type") != "location":
            return
        mmsi = known.get(topic) or known.get(str(record.get("topic"))) or known.get(str(record.get("tid")))
        if mmsi is None:
            raise RefusedError(Reason.MISSING_KEY)
        t = moment(need(record, "tst"))
        motion = (speed(record.get("vel"), _KMH_PER_KN, aircraft=is_aircraft(mmsi)), angle(record.get("cog")), math.nan)
        sink.position(t, mmsi, place(need(record, "lon"), need(record, "lat")), motion, -1)

    return read
