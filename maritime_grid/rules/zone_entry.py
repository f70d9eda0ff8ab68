"""Zone entry 闯入: a vessel of a class not allowed there enters a prohibited or reserved zone.

Raised on the confirmed entry and dated at its first fix; cleared by the exit. A crossing between two fixes is an
entry and an exit at once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geofence.membership import EventKind, FenceEvents
from maritime_grid.domain.alerts import AlertKey, RuleName, Severity
from maritime_grid.domain.world import Place, World

from .board import Board


def judge_zone_entries(
    events: FenceEvents, world: World, class_of: Callable[[int, int], tuple[str, str]], clock: int, board: Board
) -> None:
    """Raise and clear alerts of guarded zones; those of a zone that is guarded no more are cleared.

    Args:
        events: fence events of the step.
        world: places with the severity of entering them, by code.
        class_of: (mmsi, time of the confirming fix) to (vessel class, home port) as known then, "" where unknown.
        clock: the stream's, after the step, microseconds.
        board: open alerts.
    """
    guarded = {code for code, place in world.places.items() if place.entry_severity}
    rows = np.flatnonzero(np.isin(events.fence, list(guarded)))
    free = {place.place_id for code, place in world.places.items() if code not in guarded}
    for key in [k for k in board.open if k.rule is RuleName.ZONE_ENTRY and k.place in free]:
        board.cleared(key, max(clock, board.open[key].last_at))
    # an exit and an entry may be confirmed by the same fix: in the order in which they happened
    for k in rows[np.lexsort((events.kind[rows], events.t[rows], events.vessel[rows]))].tolist():
        mmsi, at, kind = int(events.vessel[k]), int(events.t[k]), int(events.kind[k])
        confirmed_at, place = int(events.confirmed_at[k]), world.places[int(events.fence[k])]
        key = AlertKey(RuleName.ZONE_ENTRY, mmsi, place.place_id)
        if kind in (EventKind.ENTER, EventKind.CROSS) and not _may_enter(place, *class_of(mmsi, confirmed_at)):
            detail = {"zone": place.place_id, "name_zh": place.name_zh, "name_en": place.name_en, "kind": place.kind}
            where = {"lon": float(events.lon[k]), "lat": float(events.lat[k])}
            board.raised(key, Severity(place.entry_severity), at, detail=detail, **where)
        if kind in (EventKind.EXIT, EventKind.CROSS):
            board.cleared(key, at)


def _may_enter(place: Place, vessel_class: str, home_port: str) -> bool:
    return vessel_class in place.allowed_classes or (bool(home_port) and home_port in place.port_ids)
