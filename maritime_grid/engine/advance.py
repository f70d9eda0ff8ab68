"""One step of the engine, whole: order > plausibility > membership > events > rules > alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from geofence.membership import MEMBERSHIP_DTYPES, FenceEvents, MembershipState, empty_membership
from ingest.batch import F64, I64, Batch, Positions
from maritime_grid.domain.alerts import Alert
from maritime_grid.domain.mmsi import is_vessel
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
from maritime_grid.rules.board import Board
from maritime_grid.rules.distress import calls_of, judge_distress
from maritime_grid.rules.feed_health import Pulse, feeds_after, judge_feeds, take_pulses
from maritime_grid.rules.silence import Heard, judge_silence
from maritime_grid.rules.zone_entry import judge_zone_entries

from .identity import FISHING_TYPE, classifier, merge_statics
from .order import Order, in_order, lookup
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
    clock = _clock(state, batch, clock)
    pulses = take_pulses(_watched(state.feeds, world, clock), batch.positions, world)
    feeds = feeds_after(_watched(state.feeds, world, clock), batch.positions, pulses, world, clock)
    state, outcome = advance_vessels(state, batch, world, pulses, clock)
    board = Board(state.alerts)
    judge_feeds(state.feeds, feeds, pulses, world, board)
    outcome.alerts += board.changes()
    outcome.feeds = [feed for code, feed in feeds.items() if state.feeds.get(code) != feed]
    return replace(state, feeds=feeds, alerts=board.open), outcome


def advance_vessels(
    state: EngineState, batch: Batch, world: World, pulses: Mapping[int, Pulse], clock: int
) -> tuple[EngineState, Outcome]:
    """The part of a step that can be sharded by MMSI; `pulses` are of the whole stream."""
    p = batch.positions
    old = state.vessels
    vessels = enrol(old, np.unique(p.mmsi))
    order = in_order(p.mmsi, p.t, vessels.mmsi, np.maximum(vessels.heard_at, vessels.t))
    track = follow(vessels, p, order, world.rules)
    membership, events = move_through_fences(state.membership, vessels, p, track, world)
    heard = _heard(vessels, p, order, track, pulses)
    rows, counts = _stored(p, order, track, world)

    settled = settle_vessels(vessels, p, track, world)
    settled = place_vessels(_hear(settled, p, order, pulses), membership, world)
    statics = merge_statics(state.statics, batch.statics)
    known = {**state.statics, **statics} if statics else state.statics
    changed = np.unique(p.mmsi)
    at = np.searchsorted(settled.mmsi, changed)
    settled.motion[at] = _motions(settled.take(at), world, known)

    board = Board(state.alerts)
    judge_zone_entries(events, world, classifier(world.roster, known), board)
    judge_silence(heard, len(p), pulses, world, lambda lon, lat, t: _in_port(lon, lat, t, world), board)
    judge_distress(calls_of(batch, world.rules), world, clock, board)

    of = _changed_membership(state.membership, membership, changed)
    outcome = Outcome(
        positions=rows,
        vessels=settled.take(at),
        membership=_take(membership, np.isin(membership.vessel, of)),
        membership_of=of,
        events=events,
        alerts=_with_grids(board.changes(), settled, world),
        statics=list(statics.values()),
        feeds=[],
        batch=batch,
        clock=clock,
        counts=counts,
    )
    alerts = {**board.open, **{a.key: a for a in outcome.alerts if a.active}}
    return EngineState(settled, membership, alerts, state.feeds, known, clock), outcome


def _clock(state: EngineState, batch: Batch, clock: int | None) -> int:
    newest = [int(batch.positions.received_at.max())] if len(batch.positions) else []
    newest += [r.received_at for r in (*batch.texts, *batch.sos, *batch.statics)]
    return max([state.clock, *newest, *([clock] if clock is not None else [])])


def _watched(feeds: Mapping[int, FeedState], world: World, clock: int) -> dict[int, FeedState]:
    """Feeds known, and those of the world that are to be watched from now on."""
    new = {
        code: FeedState(code, last_at=clock)
        for code, feed in world.feeds.items()
        if feed.watched and code not in feeds and clock != NEVER
    }
    return {**feeds, **new}


def _heard(vessels: VesselState, p: Positions, order: Order, track: Track, pulses: Mapping[int, Pulse]) -> Heard:
    """When vessels were heard: before the batch, and by each of its fresh rows."""
    known = np.flatnonzero((vessels.heard_at != NEVER) & is_vessel(vessels.mmsi))
    fresh = order.fresh & is_vessel(order.mmsi)
    row, mmsi = order.row[fresh], order.mmsi[fresh]
    lon, lat = _places(vessels, p, mmsi, row, track)
    outage = _outage(p, pulses)
    all_mmsi = np.concatenate([vessels.mmsi[known], mmsi])
    all_row = np.concatenate([np.full(len(known), -1), row])
    o = np.lexsort((all_row, all_mmsi))
    return Heard(
        mmsi=all_mmsi[o],
        row=all_row[o],
        t=np.concatenate([vessels.heard_at[known], p.t[row]])[o],
        outage_us=np.concatenate([vessels.outage_us[known], outage[row]])[o],
        source=np.concatenate([vessels.source[known], p.source[row]])[o],
        lon=np.concatenate([vessels.lon[known], lon])[o],
        lat=np.concatenate([vessels.lat[known], lat])[o],
    )


def _places(vessels: VesselState, p: Positions, mmsi: I64, row: I64, track: Track) -> tuple[F64, F64]:
    """Last accepted place of the vessel of each row, by then."""
    accepted = np.zeros(len(p), np.bool_)
    accepted[track.row[track.judged.accepted]] = True
    own = accepted[row]
    number = np.where(own, np.arange(len(row)), -1)
    first = np.append(True, mmsi[1:] != mmsi[:-1]) if len(mmsi) else np.empty(0, np.bool_)
    start = np.maximum.accumulate(np.where(first, np.arange(len(row)), 0)) if len(row) else number
    last = np.maximum.accumulate(number) if len(row) else number
    here = last >= start
    at = np.searchsorted(vessels.mmsi, mmsi)
    source = row[np.maximum(last, 0)] if len(row) else row
    return (
        np.where(here, p.lon[source], vessels.lon[at]),
        np.where(here, p.lat[source], vessels.lat[at]),
    )


def _outage(p: Positions, pulses: Mapping[int, Pulse]) -> I64:
    out = np.zeros(len(p), np.int64)
    for pulse in pulses.values():
        out[pulse.row] = pulse.outage_us
    return out


def _hear(vessels: VesselState, p: Positions, order: Order, pulses: Mapping[int, Pulse]) -> VesselState:
    """Newest report of each vessel, with or without a fix. Writes into the columns given."""
    row = order.row[order.fresh]
    at = np.searchsorted(vessels.mmsi, order.mmsi[order.fresh])
    vessels.heard_at[at] = p.t[row]  # the last of each vessel stays: rows are in order
    vessels.outage_us[at] = _outage(p, pulses)[row]
    vessels.source[at] = p.source[row]
    return vessels


def _stored(p: Positions, order: Order, track: Track, world: World) -> tuple[StoredPositions, Counts]:
    """Rows for the store, one a vessel and time, by vessel and time; and what was counted."""
    fix = np.isfinite(p.lon[order.row])
    implausible = np.zeros(len(p), np.bool_)
    implausible[track.row[~track.judged.accepted]] = True
    keep = fix & ~order.repeat
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
        duplicates=int((fix & order.repeat).sum()),
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


def _with_grids(alerts: list[Alert], vessels: VesselState, world: World) -> list[Alert]:
    """Alerts with their place, where the evidence had none, and the grid that holds it."""
    return [a if a.grid else _with_grid(a, vessels, world) for a in alerts]


def _with_grid(alert: Alert, vessels: VesselState, world: World) -> Alert:
    if alert.lon is None and alert.key.mmsi:
        at = int(np.searchsorted(vessels.mmsi, alert.key.mmsi))
        if at < len(vessels) and int(vessels.mmsi[at]) == alert.key.mmsi and vessels.lon[at] == vessels.lon[at]:
            alert = replace(alert, lon=float(vessels.lon[at]), lat=float(vessels.lat[at]))
    if alert.lon is None or alert.lat is None:
        return alert
    where = (np.array([alert.lon]), np.array([alert.lat]), np.array([alert.raised_at]))
    return replace(alert, grid=int(world.fences.locate_grid(*where)[0]))


def _take(rows: MembershipState, mask: NDArray[np.bool_]) -> MembershipState:
    return MembershipState(**{name: getattr(rows, name)[mask] for name in MEMBERSHIP_DTYPES})


def _changed_membership(before: MembershipState, after: MembershipState, among: I64) -> I64:
    """Vessels among those given whose rows differ."""
    if before is after:
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


__all__ = ["FenceEvents", "advance", "advance_vessels", "empty_state"]
