"""Who a vessel is: its static data merged from what it sent, and its class by roster or ship type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace

import numpy as np

from ingest.batch import Batch, StaticReport
from maritime_grid.domain.state import VesselStatic
from maritime_grid.domain.world import Roster

_FIELDS = [f.name for f in fields(VesselStatic) if f.name not in ("mmsi", "t")]
FISHING_TYPE = 30  # ITU-R M.1371-6 table 53, likewise below
_TYPES = {30: "fishing", 51: "rescue", 55: "patrol"}
_TENS = {4: "passenger", 6: "passenger", 7: "merchant", 8: "merchant"}


def merge_statics(known: Mapping[int, VesselStatic], reports: Iterable[StaticReport]) -> dict[int, VesselStatic]:
    """Vessels whose static data changed; a report older than the newest fills gaps only."""
    changed: dict[int, VesselStatic] = {}
    for report in reports:
        old = changed.get(report.mmsi) or known.get(report.mmsi)
        base = old or VesselStatic(report.mmsi, report.t)
        newer = report.t >= base.t
        said = {n: v for n in _FIELDS if (v := getattr(report, n)) is not None and (newer or getattr(base, n) is None)}
        new = replace(base, **said)
        if new != old:
            changed[report.mmsi] = replace(new, t=max(base.t, report.t))
    return changed


def class_of_type(ship_type: int | None) -> str:
    """Vessel class of an AIS ship type; empty where it says nothing."""
    if ship_type is None:
        return ""
    return _TYPES.get(ship_type) or _TENS.get(ship_type // 10, "")


def classifier(
    roster: Roster, statics: Callable[[int, int], VesselStatic | None]
) -> Callable[[int, int], tuple[str, str]]:
    """(mmsi, time) to (vessel class, home port).

    The roster decides; where it knows no class, what the vessel said of itself by then does, and its home port stays.
    """

    def class_of(mmsi: int, t: int) -> tuple[str, str]:
        at = int(np.searchsorted(roster.mmsi, mmsi))
        listed = at < len(roster.mmsi) and int(roster.mmsi[at]) == mmsi
        home_port = roster.home_port[at] if listed else ""
        if listed and roster.vessel_class[at]:
            return roster.vessel_class[at], home_port
        static = statics(mmsi, t)
        return class_of_type(static.ship_type if static else None), home_port

    return class_of


def statics_by_then(known: Mapping[int, VesselStatic], batch: Batch) -> Callable[[int, int], VesselStatic | None]:
    """(mmsi, time of a report in the batch) to the static data that had come before that report did."""

    def by_then(mmsi: int, t: int) -> VesselStatic | None:
        said = [r for r in batch.statics if r.mmsi == mmsi]
        p = batch.positions
        rows = np.flatnonzero((p.mmsi == mmsi) & (p.t == t)) if said else []
        if len(rows):
            came = (int(p.received_at[rows[0]]), int(p.seq[rows[0]]))
            said = [r for r in said if (r.received_at, r.seq) < came]
        return merge_statics(known, said).get(mmsi) or known.get(mmsi)

    return by_then
