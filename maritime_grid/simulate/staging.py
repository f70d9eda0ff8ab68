"""How each kind of incident is staged: who plays, where they lie, what they do, and what ought to be raised.

Vessels are cast before the fleet puts to sea; everything else happens on the schedule of the stage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import shapely

from ingest.batch import F64
from maritime_grid.domain.errors import UsageError

from .chart import CLOSED_KINDS, Area
from .fleet import Gear, Kind, Transmitter
from .incidents import Incident, IncidentKind
from .messages import beacon, iso, payload, safety_text
from .plane import KNOT, lines
from .stage import Stage
from .work import TIDE_AXIS

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
# thresholds and severities as in config/default.toml; the truth is about the defaults
SILENCE_WARNING_US, SILENCE_ALARM_US, FEED_SILENT_US = 120 * MINUTE_US, 240 * MINUTE_US, 10 * MINUTE_US
ENTRY_SEVERITY = {"prohibited": "alarm", "reserve": "warning"}  # a fishing boat entering a zone of that kind
BURST, BURST_STEP_US = 8, 2 * SECOND_US  # reports a minute of a beacon
MEETING_US = 20 * MINUTE_US  # from weighing anchor to the closest point of a collision course
MISS_M = 60.0
JITTER_M = 30.0
INTRUDER_KN = 7.0


def stage(on: Stage, script: Sequence[Incident]) -> None:
    """Cast and schedule every incident of the script."""
    for incident in script:
        _STAGED[incident.kind](on, incident)


def _span(on: Stage, incident: Incident) -> tuple[int, int]:
    start = on.start + round(incident.at_s * SECOND_US)
    return start, start + round(incident.lasts_s * SECOND_US)


def _sos(on: Stage, incident: Incident) -> None:
    row, span = on.cast_at_sea(), _span(on, incident)
    mmsi = int(on.fleet.mmsi[row])

    def press(t: int) -> None:
        place = on.place(on.fleet.xy[row])
        content = payload(t, mmsi=mmsi, lon=place["lon"], lat=place["lat"], people=6, note="演示 demo: 求救")
        on.send(t, f"vessel/{mmsi}/sos", content)
        on.tell(incident.kind, mmsi, span, place, rule="sos", severity="emergency", at=iso(t))

    on.at(span[0], press)


def _distress_text(on: Stage, incident: Incident) -> None:
    row, span = on.cast_at_sea(), _span(on, incident)
    mmsi = int(on.fleet.mmsi[row])

    def call(t: int) -> None:
        _send_ais(on, t, safety_text(mmsi, "MAYDAY MAYDAY DEMO TAKING WATER"))
        on.tell(incident.kind, mmsi, span, on.place(on.fleet.xy[row]), rule="sos", severity="emergency", at=iso(t))

    on.at(span[0], call)


def _mob(on: Stage, incident: Incident, *, active: bool) -> None:
    """A beacon 972MIDxxx drifts from a boat: bursts every minute, a text with every fourth."""
    row, span = on.cast_at_sea(), _span(on, incident)
    device = 972_412_000 + row % 1000
    start, end = span

    def burst(t: int, origin: F64, number: int) -> None:
        xy = origin + TIDE_AXIS * (0.6 * KNOT * (t - start) / 1e6)
        lon, lat = on.sea.plan.chart.plane.to_lonlat(xy[None])[0].tolist()
        for k in range(BURST):
            at = t + k * BURST_STEP_US
            _send_ais(on, at, beacon(device, lon, lat, 14 if active else 15, at // SECOND_US % 60))
        if number % 4 == 0:
            _send_ais(on, t + SECOND_US, safety_text(device, "MOB ACTIVE" if active else "MOB TEST"))
        if t + MINUTE_US < end:
            on.at(t + MINUTE_US, partial(burst, origin=origin, number=number + 1))

    def fall(t: int) -> None:
        origin = on.fleet.xy[row].copy()
        expect = {"severity": "emergency", "at": iso(t)} if active else {"raised": False}
        on.tell(incident.kind, device, span, on.place(origin), rule="distress_device", **expect)
        burst(t, origin, 0)

    on.at(start, fall)


def _dark(on: Stage, incident: Incident) -> None:
    row, span = on.cast_at_sea(), _span(on, incident)

    def fall_silent(t: int) -> None:
        on.radio.mute_until[row] = span[1]
        heard = int(on.radio.heard_at[row]) or t
        long = span[1] - heard > SILENCE_ALARM_US
        on.tell(
            incident.kind, int(on.fleet.mmsi[row]), (heard, span[1]), on.place(on.fleet.xy[row]), rule="silence",
            severity="alarm" if long else "warning", raised=span[1] - heard > SILENCE_WARNING_US,
            at=iso(heard + SILENCE_WARNING_US), alarm_at=iso(heard + SILENCE_ALARM_US) if long else None,
        )  # fmt: skip

    on.at(span[0], fall_silent)


def _outage(on: Stage, incident: Incident) -> None:
    start, end = _span(on, incident)
    on.silence_ais(start, end)

    def stop(_t: int) -> None:
        on.tell(
            incident.kind, 0, (start, end), {"feed": "ais"}, rule="feed_health", severity="notice",
            at=iso(start + FEED_SILENT_US), silence_alerts=0,
        )  # fmt: skip

    on.at(start, stop)


def _moratorium(on: Stage, incident: Incident) -> None:
    closed = int(on.sea.closed_until[Gear.TRAWL])
    if closed <= on.start:
        return
    row, span = on.cast_at_sea(Gear.TRAWL), _span(on, incident)

    def breach(_t: int) -> None:
        on.tell(
            incident.kind, int(on.fleet.mmsi[row]), (on.start, min(span[1], closed)), on.place(on.fleet.xy[row]),
            rule="moratorium", severity="alarm", at=iso(on.start),
        )  # fmt: skip

    on.at(span[0], breach)


def _collision(on: Stage, incident: Incident) -> None:
    """A merchant ship at 12 kn across the bow of a boat that tows at 4 kn, in open water."""
    boat, ship = on.cast(Kind.FISHING, Gear.TRAWL, beidou=True), on.cast(Kind.CARGO)
    meeting, _ = on.open_disc()
    span, meeting_s = _span(on, incident), MEETING_US / 1e6
    course, crossing = np.array([0.6, 0.8]), np.array([0.8, -0.6])
    tow = course * 4.0 * KNOT * meeting_s
    passage = crossing * 12.0 * KNOT * meeting_s
    on.put(boat, meeting - tow)
    on.put(ship, meeting + course * MISS_M + passage)

    def weigh(t: int) -> None:
        on.order(boat, meeting + tow, 4.0)
        on.order(ship, meeting + course * MISS_M - passage, 12.0)
        mmsi = [int(on.fleet.mmsi[ship]), int(on.fleet.mmsi[boat])]
        closest = t + MEETING_US
        on.tell(
            incident.kind, mmsi, (t, closest), on.place(meeting), rule="collision_risk", severity="alarm",
            at=iso(closest - 12 * MINUTE_US), alarm_at=iso(closest - 6 * MINUTE_US), closest_at=iso(closest),
        )  # fmt: skip

    on.at(span[0], weigh)


def _dispute(on: Stage, incident: Incident) -> None:
    """Two gill-netters whose nets cross; the grid worker reports it 20 minutes later."""
    rows = [on.cast(Kind.FISHING, Gear.GILL_NET, beidou=True) for _ in range(2)]
    centre, _ = on.open_disc()
    aside = centre + np.array([0.0, 3000.0])  # clear of a collision course staged in the same ground
    middle = aside if on.sea.plan.chart.grid_at(aside) else centre
    for row, side in zip(rows, (-1.0, 1.0), strict=True):
        on.put(row, middle + np.array([2000.0 * side, -600.0]))
    span = _span(on, incident)
    mmsi = [int(on.fleet.mmsi[row]) for row in rows]

    def shoot(_t: int) -> None:
        for row, side in zip(rows, (-1.0, 1.0), strict=True):
            on.order(row, middle + np.array([-150.0 * side, 600.0]), 2.5)

    def report(t: int) -> None:
        place = on.place(middle)
        note = "演示 demo: 网具纠纷 gear entanglement"
        content = payload(t, kind="dispute", lon=place["lon"], lat=place["lat"], mmsi=mmsi, note=note)
        on.send(t, f"grid/{place['grid']}/report", content)
        on.tell(incident.kind, mmsi, (span[0], max(span[1], t)), place, rule="dispute", severity="warning", at=iso(t))

    on.at(span[0], shoot)
    on.at(span[0] + 20 * MINUTE_US, report)


def _zone_entry(on: Stage, incident: Incident) -> None:
    """A boat lies off a closed zone, sails to its middle, stays, and leaves the way it came."""
    row, zone = on.cast(Kind.FISHING, beidou=True), _closed_zone(on)
    middle = shapely.get_coordinates(zone.shape.representative_point())[0]
    outside = _way_out(on, zone, middle)
    on.put(row, outside)
    start, end = _span(on, incident)
    way = float(np.hypot(*(middle - outside)))
    inside = float(zone.shape.intersection(shapely.LineString([outside, middle])).length)
    enters = start + round((way - inside) / (INTRUDER_KN * KNOT) * SECOND_US)
    leaves = end + round(inside / (INTRUDER_KN * KNOT) * SECOND_US)

    def enter(_t: int) -> None:
        on.order(row, middle, INTRUDER_KN)
        place = on.place(middle, zone=zone.place_id)
        on.tell(
            incident.kind, int(on.fleet.mmsi[row]), (enters, leaves), place, rule="zone_entry",
            severity=ENTRY_SEVERITY[zone.kind], at=iso(enters),
        )  # fmt: skip

    on.at(start, enter)
    on.at(end, lambda _t: on.order(row, outside, INTRUDER_KN))


def _zone_jitter(on: Stage, incident: Incident) -> None:
    """A boat at anchor on the line; its fixes fall on both sides, never two running on the inner one."""
    row, zone = on.cast(Kind.FISHING), _closed_zone(on)
    edge = shapely.get_coordinates(zone.shape.exterior)[:2]
    along = (edge[1] - edge[0]) / np.hypot(*(edge[1] - edge[0]))
    spot = edge[0] + along * 0.3 * np.hypot(*(edge[1] - edge[0]))
    inward = np.array([-along[1], along[0]])
    if not shapely.contains_xy(zone.shape, *(spot + inward)):
        inward = -inward
    on.put(row, spot)
    on.fleet.transmitter[row], on.fleet.beidou[row] = Transmitter.CLASS_B_CS, False
    on.radio.next_vms[row] = 2**62
    on.radio.lost_share[row] = 0.0
    on.radio.astride[row] = inward * JITTER_M
    span = _span(on, incident)
    on.at(
        span[0],
        lambda _t: on.tell(
            incident.kind, int(on.fleet.mmsi[row]), span, on.place(spot, zone=zone.place_id), rule="zone_entry",
            raised=False,
        ),
    )  # fmt: skip


def _spoofed(on: Stage, incident: Incident) -> None:
    """Two merchant ships of different terminals under one number."""
    ships = np.flatnonzero((on.fleet.kind == Kind.CARGO) & ~on.fleet.actor)
    homes = on.fleet.home[ships]
    apart = ships[homes != homes[0]]
    if not len(apart):
        raise UsageError("the script needs cargo ships of two terminals", "raise simulate.vessels")
    first, second = int(ships[0]), int(apart[0])
    on.fleet.mmsi[second] = mmsi = int(on.fleet.mmsi[first])
    span = _span(on, incident)
    on.at(
        span[0],
        lambda t: on.tell(
            incident.kind, mmsi, span, on.place(on.fleet.xy[first]), rule="identity_conflict", severity="warning",
            at=iso(t),
        ),
    )  # fmt: skip


def _closed_zone(on: Stage) -> Area:
    zones = on.sea.plan.chart.of_kind(*CLOSED_KINDS)
    if not zones:
        raise UsageError(
            "no zone of kind prohibited or reserve for the incident zone_entry", "add one to zones.geojson"
        )
    return zones[int(on.sea.rng.integers(len(zones)))]


def _way_out(on: Stage, zone: Area, middle: F64) -> F64:
    """A point of open water 3 km off the zone, with nothing but water between."""
    reach = 3000.0 + float(shapely.hausdorff_distance(zone.shape, shapely.Point(middle)))
    angles = np.radians(np.arange(0.0, 360.0, 15.0)) + on.sea.rng.random() * 0.2
    ends = middle + reach * np.column_stack([np.sin(angles), np.cos(angles)])
    ways = np.stack([np.broadcast_to(middle, ends.shape), ends], axis=1)
    near = np.zeros(len(ways), np.bool_)
    near[on.sea.plan.chart.land.query(lines(ways), predicate="dwithin", distance=500.0)[0]] = True
    open_ends = ends[~near]
    if not len(open_ends):
        raise UsageError(f"zone {zone.place_id} cannot be reached over open water", "script no zone_entry there")
    return open_ends[int(on.sea.rng.integers(len(open_ends)))]


def _send_ais(on: Stage, t: int, sentences: list[bytes]) -> None:
    for sentence in sentences:
        on.send(t, "", sentence)


_STAGED: dict[IncidentKind, Callable[[Stage, Incident], None]] = {
    IncidentKind.SOS: _sos,
    IncidentKind.MOB: partial(_mob, active=True),
    IncidentKind.MOB_TEST: partial(_mob, active=False),
    IncidentKind.DISTRESS_TEXT: _distress_text,
    IncidentKind.COLLISION: _collision,
    IncidentKind.DISPUTE: _dispute,
    IncidentKind.DARK: _dark,
    IncidentKind.OUTAGE: _outage,
    IncidentKind.MORATORIUM: _moratorium,
    IncidentKind.ZONE_ENTRY: _zone_entry,
    IncidentKind.ZONE_JITTER: _zone_jitter,
    IncidentKind.SPOOFED: _spoofed,
}
