"""The simulator's fleet through the real decoders and the real engine, on the stream's own clock.

Everything is as it is live, but for sockets, the store and waiting: each sentence and message comes with the moment
of its delivery, batches are cut by that moment, and the world is the area of the configuration with the fleet's roster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from geofence.fences import FenceSet
from ingest.batch import Batch, concat
from ingest.decode import make_decoder
from ingest.packet import Packet
from maritime_grid.cli.area import read_area
from maritime_grid.domain.alerts import Alert, Severity
from maritime_grid.domain.world import Feed, FeedKind, Port, Roster, World
from maritime_grid.engine import advance, empty_state
from maritime_grid.pipeline.world import fence_of, place_of
from maritime_grid.settings import Settings, fence_rules, load_settings, rule_settings
from maritime_grid.simulate import Emission, Incident, RosterEntry, Scenario
from maritime_grid.simulate.incidents import IncidentKind
from maritime_grid.simulate.routes import SeaPlan
from maritime_grid.store.registry import PlaceInput, PlaceVersion

AREA = Path(__file__).resolve().parents[2] / "config" / "zhoushan"
START = 1_792_202_400_000_000  # 2026-10-17T02:00:00Z: no season is closed
AIS, TERMINALS = 1, 2
ROOT = "mg/v1"
STEP_S = 60.0  # of the simulator, and of the batches while no emergency is near
FINE_BEFORE, FINE_AFTER = 2, 10  # batches of 1 s from so many before an emergency to so many after its beginning
URGENT = (IncidentKind.SOS, IncidentKind.MOB, IncidentKind.MOB_TEST, IncidentKind.DISTRESS_TEXT)
SECOND_US = 1_000_000
ALWAYS = 2**62


@dataclass(slots=True)
class Seen:
    """An alert as it stood last, and how it came to be."""

    alert: Alert
    clock: int  # of the stream, after the batch that raised it
    wall_s: float  # spent decoding and advancing that batch
    received_at: int  # receipt of the evidence that raised it
    at_severity: dict[Severity, int] = field(default_factory=dict[Severity, int])  # stream's clock at each severity


@dataclass(slots=True)
class Run:
    truth: list[dict[str, Any]]
    seen: dict[str, Seen]
    vessels: int
    hours: float
    messages: int = 0
    refused: int = 0
    batches: int = 0
    wall_s: float = 0.0
    longest_s: float = 0.0  # decoding and advancing one batch


def world_of(settings: Settings, roster: Sequence[RosterEntry]) -> World:
    """The configured area and the fleet's roster, as `build_world` makes it of a store."""
    places, ports = read_area(settings)
    versions = [_version(code, place) for code, place in enumerate(places, 1)]
    feeds = (Feed(AIS, "ais-udp", FeedKind.AIS), Feed(TERMINALS, "terminals", FeedKind.VMS))
    return World(
        fences=FenceSet([fence_of(v, settings) for v in versions]),
        fence_rules=fence_rules(settings),
        places={v.code: place_of(v, settings) for v in versions},
        ports=tuple(Port(p.port_id, p.name_zh, p.name_en, p.county, p.lon, p.lat) for p in ports),
        roster=Roster(
            np.array([e.mmsi for e in roster], np.int64),
            tuple(e.vessel_class for e in roster),
            tuple(e.home_port for e in roster),
            tuple(e.name_zh for e in roster),
            tuple(e.gear for e in roster),
        ),
        feeds={feed.code: feed for feed in feeds},
        rules=rule_settings(settings),
    )


def run(plan: SeaPlan, script: Sequence[Incident], *, vessels: int, hours: float, seed: int = 1) -> Run:
    """Simulate, decode and advance for `hours`."""
    scenario = Scenario(plan, seed=seed, start=START, vessels=vessels, script=script)
    world = world_of(load_settings(), scenario.roster())
    out = Run(scenario.truth, {}, vessels, hours)
    feed, state = decoders(), empty_state()
    for until, sent in _pieces(scenario, script, hours):
        began = perf_counter()
        batch = feed(sent)
        state, outcome = advance(state, batch, world, until)
        spent = perf_counter() - began
        _note(out.seen, outcome.alerts, until, spent)
        out.messages += sum(batch.messages.values())
        out.refused += len(batch.refusals)
        out.batches += 1
        out.wall_s += spent
        out.longest_s = max(out.longest_s, spent)
    return out


def decoders() -> Callable[[Emission], Batch]:
    """Both feeds' decoders; what they read is put in the order in which it came."""
    ais, own = make_decoder("nmea", AIS), make_decoder("maritime-grid", TERMINALS, root=ROOT)

    def decode(sent: Emission) -> Batch:
        batch = concat(
            [
                ais.decode([Packet(t, line + b"\r\n") for t, line in sent.udp]),
                own.decode([Packet(t, body, f"{ROOT}/{topic}") for t, topic, body in sent.mqtt]),
            ]
        )
        batch.positions = batch.positions.take(np.argsort(batch.positions.received_at, kind="stable"))
        return batch

    return decode


def _pieces(scenario: Scenario, script: Sequence[Incident], hours: float) -> Iterator[tuple[int, Emission]]:
    """What was sent, cut into batches: until when, and what."""
    fine = {
        scenario.start + round((incident.at_s + k) * SECOND_US)
        for incident in script
        if incident.kind in URGENT
        for k in range(-FINE_BEFORE, FINE_AFTER)
    }
    for _ in range(round(hours * 3600 / STEP_S)):
        begin, sent = scenario.now, scenario.step(STEP_S)
        edges = [begin, *sorted(t for t in fine if begin < t < scenario.now), scenario.now]
        for since, until in pairwise(edges):
            yield (
                until,
                Emission(
                    [u for u in sent.udp if since <= u[0] < until], [m for m in sent.mqtt if since <= m[0] < until]
                ),
            )


def _note(seen: dict[str, Seen], alerts: Sequence[Alert], clock: int, wall_s: float) -> None:
    for alert in alerts:
        known = seen.setdefault(alert.alert_id, Seen(alert, clock, wall_s, alert.received_at))
        known.alert = alert
        known.at_severity.setdefault(alert.severity, clock)


def _version(code: int, place: PlaceInput) -> PlaceVersion:
    return PlaceVersion(
        code, place.place_id, place.layer, place.kind, place.name_zh, place.name_en, place.county,
        list(place.port_ids), place.sample, place.attributes, 1, -ALWAYS, ALWAYS, place.fence, place.drawn,
        "test", datetime(2026, 1, 1, tzinfo=UTC), "first load",
    )  # fmt: skip
