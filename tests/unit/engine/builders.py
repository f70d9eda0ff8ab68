"""Builders with defaults: a small world off Zhoushan, feeds as timelines of one line a report, and runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from shapely.geometry import box

from geofence.fences import Fence, FenceSet
from geofence.membership import EventKind, FenceRules
from ingest.batch import (
    POSITION_DTYPES,
    Batch,
    CrewReport,
    PortReport,
    Positions,
    SosReport,
    StaticReport,
    TextReport,
)
from maritime_grid.domain.alerts import Alert, RuleName
from maritime_grid.domain.state import EngineState, Outcome, VesselState
from maritime_grid.domain.world import Feed, FeedKind, Place, Roster, RuleSettings, World
from maritime_grid.engine import advance, empty_state

LON0, LAT0 = 122.5, 30.0
M_LON, M_LAT = 96_486.0, 110_852.0  # metres per degree at 30 N
S = 1_000_000
HOUR = 3600
T0 = 1_780_000_000  # seconds; a full hour less 1600 s
AIS, VMS, FILE = 1, 2, 3
BOAT, OTHER, CARGO, GUARD = 412_000_001, 412_000_002, 413_000_003, 412_000_004
GRID_WEST, GRID_EAST, NO_ENTRY, HARBOUR = 1, 2, 11, 12

RULES = RuleSettings(
    max_implied_speed_kn=50,
    jump_slack_m=100,
    rejoin_fixes=3,
    fishing_min_kn=0.5,
    fishing_max_kn=5.5,
    future_s=60,
    tick_s=5,
    distress_clear_s=1080,
    sos_clear_s=21600,
    distress_repeat_s=600,
    distress_words=("MAYDAY", "SOS", "求救"),
    test_words=("TEST", "测试"),
    silence_warning_s=7200,
    silence_alarm_s=14400,
    silence_port_s=216000,
    feed_silent_s=600,
    feed_low_ratio=0.7,
)
FENCE_RULES = FenceRules(confirm_fixes=2, confirm_s=120, sparse_interval_s=300, exit_distance_m=200, cross_gap_s=3600)


def place(x_m: float, y_m: float) -> tuple[float, float]:
    return LON0 + x_m / M_LON, LAT0 + y_m / M_LAT


def _square(x0: float, y0: float, x1: float, y1: float):
    return box(*place(x0, y0), *place(x1, y1))


FENCES = FenceSet(
    [
        Fence(GRID_WEST, "W", "grid", _square(-20_000, -20_000, 0, 20_000)),
        Fence(GRID_EAST, "E", "grid", _square(0, -20_000, 20_000, 20_000)),
        Fence(NO_ENTRY, "N", "zone", _square(2000, -2000, 4000, 2000)),
        Fence(HARBOUR, "H", "zone", _square(-9000, -1000, -8000, 1000)),
    ]
)
PLACES = {
    GRID_WEST: Place(GRID_WEST, "W", "grid", "inshore", "西", "West"),
    GRID_EAST: Place(GRID_EAST, "E", "grid", "inshore", "东", "East"),
    NO_ENTRY: Place(
        NO_ENTRY, "N", "zone", "prohibited", "禁", "No entry", port_ids=("P7",), entry_severity=3,
        allowed_classes=frozenset({"patrol", "merchant"}),
    ),
    HARBOUR: Place(HARBOUR, "H", "zone", "port", "港", "Harbour", in_port=True),
}  # fmt: skip
FEEDS = {AIS: Feed(AIS, "ais", FeedKind.AIS), VMS: Feed(VMS, "vms", FeedKind.VMS)}


def world(watched: Iterable[int] = (), roster: dict[int, tuple[str, str]] | None = None) -> World:
    """Two grids, a prohibited zone and a harbour; `roster`: mmsi to (class, home port)."""
    listed = sorted((roster or {}).items())
    return World(
        fences=FENCES,
        fence_rules=FENCE_RULES,
        places=PLACES,
        ports=(),
        roster=Roster(
            np.array([m for m, _ in listed], np.int64),
            tuple(c for _, (c, _) in listed),
            tuple(h for _, (_, h) in listed),
        ),
        feeds={code: replace(feed, watched=code in set(watched)) for code, feed in FEEDS.items()},
        rules=RULES,
    )


@dataclass(frozen=True)
class Report:
    """One thing said: a position where `x` and `y` stand, else a row without a fix, a text, an SOS, static data."""

    at: float  # seconds after T0 by its own time
    mmsi: int = BOAT
    x: float | None = None
    y: float | None = None
    status: int = -1
    sog: float = 8.0
    source: int = AIS
    late: float = 0.0  # received so many seconds after its own time
    text: str | None = None
    ship_type: int | None = None
    button: bool = False
    crew: int | None = None
    port: str | None = None

    @property
    def received_at(self) -> int:
        return round((T0 + self.at + self.late) * S)


def at(seconds: float, x: float | None = None, y: float | None = None, mmsi: int = BOAT, **more: Any) -> Report:
    return Report(seconds, mmsi, x, y, **more)


def steady(mmsi: int, x: float, y: float, start: float, end: float, every: float = 60, **more: Any) -> list[Report]:
    """A vessel that stays where it is and reports from start until before end."""
    return [at(s, x, y, mmsi, **more) for s in np.arange(start, end, every).tolist()]


def batch_of(reports: Sequence[Report], first_seq: int = 1) -> Batch:
    """A batch of the reports, in order of arrival as given."""
    rows: list[dict[str, Any]] = []
    out = Batch(lines=len(reports))
    for seq, r in enumerate(reports, first_seq):
        who: dict[str, Any] = {
            "t": round((T0 + r.at) * S), "received_at": r.received_at, "mmsi": r.mmsi, "source": r.source, "seq": seq
        }  # fmt: skip
        if r.text is not None:
            out.texts.append(TextReport(**who, msg_type=14, text=r.text))
        elif r.button:
            where = place(r.x, r.y) if r.x is not None and r.y is not None else (None, None)
            out.sos.append(SosReport(**who, lon=where[0], lat=where[1]))
        elif r.ship_type is not None:
            out.statics.append(StaticReport(**who, ship_type=r.ship_type))
        elif r.crew is not None:
            out.crew.append(CrewReport(**who, on_board=r.crew))
        elif r.port is not None:
            out.port_reports.append(PortReport(**who, kind=r.port))
        else:
            lon, lat = place(r.x, r.y) if r.x is not None and r.y is not None else (np.nan, np.nan)
            rows.append({**who, "lon": lon, "lat": lat, "sog": r.sog, "nav_status": r.status})
    blank = {"cog": np.nan, "heading": np.nan, "time_kind": 1, "msg_type": 1}
    columns = {n: np.array([{**blank, **row}[n] for row in rows], kind) for n, kind in POSITION_DTYPES.items()}
    out.positions = Positions(**columns)
    return out


@dataclass
class Run:
    """What a feed came to: alerts by id as they last stood, fence events, stored rows, the state."""

    state: EngineState
    alerts: dict[str, Alert]
    events: list[tuple[int, ...]]
    rows: dict[tuple[int, int], tuple[Any, ...]]
    outcomes: list[Outcome]
    shards: list[EngineState] = field(default_factory=list)

    def said(self, rule: RuleName | None = None) -> list[Alert]:
        return sorted(
            (a for a in self.alerts.values() if rule in (None, a.key.rule)), key=lambda a: (a.raised_at, a.alert_id)
        )

    def story(self) -> list[tuple[str, int, float]]:
        return [(EventKind.NAMES[e[2]], e[1], e[3] / S - T0) for e in self.events]


def run(
    reports: Sequence[Report], the_world: World | None = None, cuts: Iterable[int] | None = None, **more: Any
) -> Run:
    """Feed reports in batches cut before the given numbers; a batch for each where `cuts` is not given.

    Args:
        reports: in order of arrival.
        the_world: `world()` when not given.
        cuts: where to cut.
        more: `until`, seconds: a last heartbeat; `state`: to start from.
    """
    the_world = the_world or world()
    places = sorted({0, *(range(len(reports)) if cuts is None else cuts), len(reports)})
    out = Run(more.get("state") or empty_state(), {}, [], {}, [])
    for low, high in pairwise(places):
        take(out, *advance(out.state, batch_of(reports[low:high], low + 1), the_world))
    if "until" in more:
        take(out, *advance(out.state, Batch(), the_world, clock=round((T0 + more["until"]) * S)))
    return out


def take(out: Run, state: EngineState, outcome: Outcome) -> None:
    """Write an outcome down as the store would: by natural keys, the first of a position, the last of an alert."""
    out.state = state
    out.outcomes.append(outcome)
    out.alerts |= {a.alert_id: a for a in outcome.alerts}
    e = outcome.events
    out.events += zip(*(c.tolist() for c in (e.vessel, e.fence, e.kind, e.t, e.confirmed_at)), strict=True)
    out.events.sort(key=lambda row: (row[4], row[0], row[3], row[1], row[2]))
    p = outcome.positions
    for row in zip(*(c.tolist() for c in (p.mmsi, p.t, p.lon, p.lat, p.quality, p.grid)), strict=True):
        out.rows.setdefault(row[:2], row)


def vessels_of(vessels: VesselState) -> dict[str, list[Any]]:
    """Columns as lists that compare equal where they are; NaN as None."""
    columns = {f.name: getattr(vessels, f.name).tolist() for f in fields(VesselState)}
    return {name: [None if v != v else v for v in column] for name, column in columns.items()}


def membership_of(state: EngineState) -> dict[str, list[Any]]:
    columns = {f.name: getattr(state.membership, f.name).tolist() for f in fields(state.membership)}
    return {name: [None if v != v else v for v in column] for name, column in columns.items()}


def whole(out: Run) -> tuple[Any, ...]:
    """All of a run that must not hang on how the feed was cut."""
    state = out.state
    return (
        out.alerts, out.events, out.rows, vessels_of(state.vessels), membership_of(state), state.alerts, state.statics,
        state.feeds, state.clock,
    )  # fmt: skip
