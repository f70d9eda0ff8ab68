"""One step of the engine, whole: order > plausibility > membership > events > rules > alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geofence.membership import MEMBERSHIP_DTYPES, FenceEvents, MembershipState, empty_membership
from ingest.batch import F64, I64, Batch, Positions
from maritime_grid.domain.alerts import Alert
from maritime_grid.domain.state import (
    NEVER,
    Counts,
    EngineState,
    FeedState,
    Outcome,
    Quality,
    StoredPositions,
    VesselState,
    empty_vessels,
)
from maritime_grid.domain.world import World
from maritime_grid.rules.arrivals import Arrivals, arrivals_of
from maritime_grid.rules.board import Board
from maritime_grid.rules.distress import RULES as DISTRESS
from maritime_grid.rules.distress import Call, Sighting, calls_of, judge_distress, sightings_of
from maritime_grid.rules.feed_health import Pulse, feeds_after, judge_feeds, take_pulses, watched_feeds
from maritime_grid.rules.silence import judge_silence
from maritime_grid.rules.zone_entry import judge_zone_entries

from .hearing import hear, heard_after
from .identity import FISHING_TYPE, classifier, merge_statics, statics_by_then
from .order import Order, in_order, lookup, repeats
from .track import Track, enrol, follow, motion_of, move_through_fences, place_vessels, settle_vessels


def empty_state() -> EngineState:
    return EngineState(empty_vessels(), empty_membership(), {}, {}, {})


def advance(state: EngineState, batch: Batch, world: World, clock: int | None = None) -> tuple[EngineState, Outcome]:
    """Take a batch in. Pure: nothing given is changed.

    Args:
        state: what the engine remembers.
        batch: reports in order of arrival.
        world: grids, zones, roster, feeds, thresholds.
        clock: a heartbeat, the stream's time after the batch in microseconds; the newest receipt when not given.

    Returns:
        The new state, and the outcome to be stored in one transaction.
    """
    clock, feeds, pulses = watch_feeds(state, batch, world, clock)
    state, outcome = advance_vessels(state, batch, world, pulses, clock)
    board = Board(state.alerts)
    judge_feeds(feeds, pulses, world, board)
    outcome.alerts += board.changes()
    outcome.feeds = [feed for code, feed in feeds.items() if state.feeds.get(code) != feed]
    return replace(state, feeds=feeds, alerts=board.open), outcome


def watch_feeds(
    state: EngineState, batch: Batch, world: World, clock: int | None = None
) -> tuple[int, dict[int, FeedState], dict[int, Pulse]]:
    """The part of a step that must see the whole stream: its clock after the batch, its feeds, and their pulses."""
    arrivals = arrivals_of(batch)
    clock = _clock(state, arrivals, clock)
    watched = watched_feeds(state.feeds, world, _since(state, arrivals, clock))
    pulses = take_pulses(watched, arrivals, world)
    return clock, feeds_after(pulses, world, clock), pulses


def advance_vessels(
    state: EngineState,
    batch: Batch,
    world: World,
    pulses: Mapping[int, Pulse],
    clock: int,
    number: I64 | None = None,
) -> tuple[EngineState, Outcome]:
    """The part of a step that can be sharded by MMSI.

    Args:
        state: what is remembered of this shard's vessels.
        batch: what the shard's vessels said.
        world: as for the whole.
        pulses: of the whole stream's batch.
        clock: the whole stream's, after the batch.
        number: (n,) which positions of the whole batch the shard's are; all of them when not given.
    """
    p = batch.positions
    number = np.arange(len(p)) if number is None else number
    vessels = enrol(state.vessels, np.unique(p.mmsi))
    order = in_order(p.mmsi, p.t, vessels.mmsi, np.maximum(vessels.heard_at, vessels.t))
    track = follow(vessels, p, order, world.rules)
    membership, events = move_through_fences(state.membership, vessels, p, track, world)
    accepted = np.zeros(len(p), np.bool_)
    accepted[track.row[track.judged.accepted]] = True
    heard = hear(vessels, batch, order, accepted, pulses, number)
    calls, sightings = _distress(batch, order, accepted, state, world)
    rows, counts = _stored(p, order, track, world)

    settled = settle_vessels(vessels, p, track, world)
    settled, spoke = heard_after(settled, heard)
    settled = place_vessels(settled, membership, world)
    statics = merge_statics(state.statics, batch.statics)
    known = {**state.statics, **statics} if statics else state.statics
    changed = np.unique(p.mmsi)
    named = np.array(sorted(statics), np.int64)
    named = named[lookup(settled.mmsi, settled.mmsi, named, -1) == named]
    at = np.searchsorted(settled.mmsi, np.union1d(np.union1d(changed, named), spoke))
    settled.motion[at] = _motions(settled.take(at), world, known)

    board = Board(state.alerts)
    judge_zone_entries(events, world, classifier(world.roster, statics_by_then(state.statics, batch)), clock, board)
    judge_silence(heard, pulses, world, lambda lon, lat, t: _in_port(lon, lat, t, world), board)
    judge_distress(calls, sightings, lambda mmsi: _last_place(state.vessels, mmsi), world, clock, board)

    of = _changed_membership(state.membership, membership, changed)
    outcome = Outcome(
        positions=rows,
        vessels=settled.take(at),
        membership=_take(membership, np.isin(membership.vessel, of)),
        membership_of=of,
        events=events,
        alerts=_with_grids(board.changes(), world),
        statics=list(statics.values()),
        feeds=[],
        batch=batch,
        clock=clock,
        counts=counts,
    )
    alerts = {**board.open, **{a.key: a for a in outcome.alerts if a.active}}
    return EngineState(settled, membership, alerts, state.feeds, known, clock), outcome


def _clock(state: EngineState, arrivals: Arrivals, clock: int | None) -> int:
    newest = [int(arrivals.received_at.max())] if len(arrivals.received_at) else []
    return max([state.clock, *newest, *([clock] if clock is not None else [])])


def _since(state: EngineState, arrivals: Arrivals, clock: int) -> int:
    """The first moment of the stream that no step has seen yet."""
    if state.clock != NEVER:
        return state.clock
    return int(arrivals.received_at[0]) if len(arrivals.received_at) else clock


def _distress(
    batch: Batch, order: Order, accepted: NDArray[np.bool_], state: EngineState, world: World
) -> tuple[list[Call], list[Sighting]]:
    fresh = np.zeros(len(batch), np.bool_)
    fresh[order.row[order.fresh]] = True
    calls = calls_of(batch, fresh, world.rules)
    return calls, sightings_of(batch, accepted, calls, state.alerts)


def _last_place(vessels: VesselState, mmsi: int) -> tuple[float, float] | None:
    at = int(np.searchsorted(vessels.mmsi, mmsi))
    if at == len(vessels) or int(vessels.mmsi[at]) != mmsi or vessels.t[at] == NEVER:
        return None
    return float(vessels.lon[at]), float(vessels.lat[at])


def _stored(p: Positions, order: Order, track: Track, world: World) -> tuple[StoredPositions, Counts]:
    """Rows for the store, one a vessel and time, by vessel and time; and what was counted."""
    fix = np.isfinite(p.lon[order.row])
    implausible = np.zeros(len(p), np.bool_)
    implausible[track.row[~track.judged.accepted]] = True
    keep = fix.copy()
    keep[fix] = ~repeats(order.mmsi[fix], order.t[fix])
    o = np.lexsort((order.t[keep], order.mmsi[keep]))
    row, late = order.row[keep][o], ~order.fresh[keep][o]
    quality = p.time_kind[row] | np.where(implausible[row], Quality.IMPLAUSIBLE, 0)
    quality = (quality | np.where(late, Quality.LATE, 0)).astype(np.uint8)
    names = ("t", "received_at", "mmsi", "lon", "lat", "sog", "cog", "heading", "nav_status", "source")
    columns = {name: getattr(p, name)[row] for name in names}
    grid = world.fences.locate_grid(columns["lon"], columns["lat"], columns["t"])
    counts = Counts(
        positions=len(row),
        late=int(late.sum()),
        no_fix=int((~fix).sum()),
        implausible=int(implausible.sum()),
        duplicates=int((fix & ~keep).sum()),
    )
    return StoredPositions(**columns, quality=quality, grid=grid, late=late), counts


def _motions(vessels: VesselState, world: World, statics: Mapping[int, object]) -> NDArray[np.int8]:
    roster = world.roster
    listed = np.array([c == "fishing" for c in roster.vessel_class], np.int64)
    by_roster = lookup(roster.mmsi, listed, vessels.mmsi, -1)
    unknown = np.flatnonzero(by_roster < 0)
    types = [getattr(statics.get(m), "ship_type", None) == FISHING_TYPE for m in vessels.mmsi[unknown].tolist()]
    fishing = by_roster == 1
    fishing[unknown] = types
    return motion_of(vessels.sog, vessels.nav_status, fishing, world.rules)


def _in_port(lon: F64, lat: F64, t: I64, world: World) -> NDArray[np.bool_]:
    row, code = world.fences.locate(lon, lat, t)
    ports = np.isin(code, [c for c, place in world.places.items() if place.in_port])
    out = np.zeros(len(lon), np.bool_)
    out[row[ports]] = True
    return out


def _with_grids(alerts: list[Alert], world: World) -> list[Alert]:
    """Alerts with the grid that holds their place; emergencies, whose place moves, have theirs already."""
    return [a if a.grid or a.key.rule in DISTRESS else _with_grid(a, world) for a in alerts]


def _with_grid(alert: Alert, world: World) -> Alert:
    if alert.lon is None or alert.lat is None:
        return alert
    where = (np.array([alert.lon]), np.array([alert.lat]), np.array([alert.raised_at]))
    return replace(alert, grid=int(world.fences.locate_grid(*where)[0]))


def _take(rows: MembershipState, mask: NDArray[np.bool_]) -> MembershipState:
    return MembershipState(**{name: getattr(rows, name)[mask] for name in MEMBERSHIP_DTYPES})


def _changed_membership(before: MembershipState, after: MembershipState, among: I64) -> I64:
    """Vessels among those given whose rows differ."""
    if before is after or not len(among):
        return np.empty(0, np.int64)
    old, new = (_take(m, np.isin(m.vessel, among)) for m in (before, after))
    keys = [m.vessel * 2**16 + m.fence for m in (old, new)]
    _, i, j = np.intersect1d(*keys, assume_unique=True, return_indices=True)
    same = np.ones(len(i), np.bool_)
    for name in MEMBERSHIP_DTYPES:
        a, b = getattr(old, name)[i], getattr(new, name)[j]
        same &= (a == b) | ((a != a) & (b != b))  # noqa: PLR0124 (NaN is not itself)
    gone, come = np.ones(len(keys[0]), np.bool_), np.ones(len(keys[1]), np.bool_)
    gone[i[same]] = False
    come[j[same]] = False
    return np.union1d(old.vessel[gone], new.vessel[come])


__all__ = ["FenceEvents", "advance", "advance_vessels", "empty_state", "watch_feeds"]
