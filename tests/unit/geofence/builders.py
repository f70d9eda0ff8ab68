"""Builders with defaults: fences as boxes in metres round a place off Zhoushan, timelines, whole runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import pairwise

import numpy as np
from shapely.geometry import Polygon, box

from geofence.fences import Fence, FenceSet
from geofence.membership import (
    EventKind,
    FenceEvents,
    FenceRules,
    Fixes,
    MembershipState,
    advance_membership,
    empty_membership,
)

LON0, LAT0 = 122.5, 30.0
M_LON, M_LAT = 96_486.0, 110_852.0  # metres per degree at 30 N
S = 1_000_000
RULES = FenceRules(confirm_fixes=2, confirm_s=120, sparse_interval_s=300, exit_distance_m=200, cross_gap_s=3600)
Report = tuple[int, float, float]
Event = tuple[int, int, int, int, int]


def place(x_m: float, y_m: float) -> tuple[float, float]:
    return LON0 + x_m / M_LON, LAT0 + y_m / M_LAT


def square(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    return box(*place(x0, y0), *place(x1, y1))


def fence(code: int, shape: Polygon, layer: str = "zone", **more) -> Fence:
    return Fence(code, f"fence {code}", layer, shape, **more)


def track(*steps: tuple[float, float, float]) -> list[Report]:
    """Reports from (seconds, x_m, y_m)."""
    return [(round(s * S), *place(x, y)) for s, x, y in steps]


def fixes_of(feed: dict[int, Sequence[Report]]) -> Fixes:
    rows = [(v, *r) for v in sorted(feed) for r in feed[v]]
    vessel, t, lon, lat = zip(*rows, strict=True) if rows else ((),) * 4
    return Fixes(np.array(vessel, np.int64), np.array(t, np.int64), np.array(lon, float), np.array(lat, float))


def run(
    fences: Iterable[Fence] | FenceSet,
    feed: dict[int, list[Report]],
    cuts: Sequence[int] = (),
    rules: FenceRules = RULES,
) -> tuple[list[Event], MembershipState]:
    """Feed all vessels in batches cut at the given instants; events as tuples, sorted; the end state."""
    compiled = fences if isinstance(fences, FenceSet) else FenceSet(list(fences))
    state, found = empty_membership(), []
    for low, high in pairwise((-(2**62), *sorted(cuts), 2**62)):
        part = {v: [r for r in reports if low <= r[0] < high] for v, reports in feed.items()}
        seen = {v: [r for r in reports if r[0] < low][-1:] for v, reports in feed.items()}
        batch = fixes_of({v: r for v, r in part.items() if r})
        state, events = advance_membership(state, fixes_of(seen), batch, compiled, rules)
        found += tuples(events)
    return sorted(found, key=lambda e: (e[4], e[0], e[3], e[1], e[2])), state


def tuples(events: FenceEvents) -> list[Event]:
    columns = (events.vessel, events.fence, events.kind, events.t, events.confirmed_at)
    return list(zip(*(c.tolist() for c in columns), strict=True))


def story(events: Iterable[Event]) -> list[tuple[str, int, float]]:
    """(kind, fence, seconds) of events."""
    return [(EventKind.NAMES[kind], code, t / S) for _, code, kind, t, _ in events]


def rows_of(state: MembershipState) -> list[tuple]:
    return list(zip(*(getattr(state, f.name).tolist() for f in fields(MembershipState)), strict=True))
