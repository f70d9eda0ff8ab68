"""Who a vessel is: its static data merged from what it sent, and its class by roster or ship type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace

import numpy as np

from ingest.batch import StaticReport
from maritime_grid.domain.state import VesselStatic
from maritime_grid.domain.world import Roster

_FIELDS = [f.name for f in fields(VesselStatic) if f.name not in ("mmsi", "t")]
FISHING_TYPE = 30  # ITU-R M.1371-6 table 53, likewise below
_TYPES = {30: "fishing", 51: "rescue", 55: "patrol"}
_TENS = {6: "passenger", 7: "merchant", 8: "merchant"}


def merge_statics(known: Mapping[int, VesselStatic], reports: Iterable[StaticReport]) -> dict[int, VesselStatic]:
    """Vessels whose static data changed; each field keeps its newest non-empty value."""
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


def classifier(roster: Roster, statics: Mapping[int, VesselStatic]) -> Callable[[int, int], tuple[str, str]]:
    """(mmsi, time) to (vessel class, home port): the roster decides, else what the vessel says of itself."""

    def class_of(mmsi: int, _t: int) -> tuple[str, str]:
        at = int(np.searchsorted(roster.mmsi, mmsi))
        if at < len(roster.mmsi) and int(roster.mmsi[at]) == mmsi and roster.vessel_class[at]:
            return roster.vessel_class[at], roster.home_port[at]
        static = statics.get(mmsi)
        return class_of_type(static.ship_type if static else None), ""

    return class_of
