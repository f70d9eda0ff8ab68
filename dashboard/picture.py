"""From what is known to the bytes that are served."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .body import Body, body_of, json_body
from .known import Known
from .options import DashboardSettings
from .views.assess import Assessed, assess
from .views.frame import FrameHead, pack
from .views.geo import place_names, places_geojson, ports_geojson, tile_names
from .views.status import alert_json, event_json, feed_json, ms, report_json, severity_counts
from .views.symbols import LOST
from .views.tiles import make_tiles


@dataclass(frozen=True, slots=True)
class Mark:
    """What a frame says of the server itself. Times in ms since the epoch, UTC."""

    build: str  # changes with the program: pages load themselves anew
    epoch: float  # changes when the list of vessels begins anew
    store_up: bool
    read_at: int | None  # last good read of the store
    made_at: int

    @property
    def unread(self) -> bool:
        """Nothing was read yet: what such a server tells of vessels and alerts must wipe nothing off a page."""
        return self.read_at is None


def vessels_body(known: Known, judged: Assessed, mark: Mark) -> Body:
    """`vessels.bin`, as views.frame describes it; not compressed, it changes with every tick."""
    columns = known.fleet.columns
    heading = columns["heading"].astype(np.float64)
    course = np.where(np.isnan(heading), columns["cog"], heading)
    newest = known.newest_ms()
    head = FrameHead(
        rev=known.rev,
        names_rev=known.names_rev,
        epoch=mark.epoch,
        clock_ms=known.clock_us() / 1000,
        newest_ms=math.nan if newest is None else float(newest),
        made_ms=float(mark.made_at),
        unread=mark.unread,
    )
    sog = columns["sog"].astype(np.float64)
    raw = pack(
        head, columns["lon"], columns["lat"], course=course, sog=sog, state=judged.state, severity=judged.severity
    )
    return body_of(raw, "application/octet-stream", compress=False)


def status_body(known: Known, judged: Assessed, mark: Mark, settings: DashboardSettings) -> Body:
    """`status.json`: everything on the wall but the map."""
    tiles = make_tiles(known.places, known.fleet, judged, known.alerts, known.flow, known.cases)
    value = {
        "build": mark.build,
        "epoch": mark.epoch,
        "rev": known.rev,
        "names_rev": known.names_rev,
        "geo_rev": known.geo_rev,
        "clock": ms(known.clock),
        "newest": known.newest_ms(),
        "store": "up" if mark.store_up else "down",
        "unread": mark.unread,
        "read_at": mark.read_at if not mark.store_up else None,
        "demo": settings.demo or made_up(known, judged),
        "sample": any(p.sample for p in known.places),
        "totals": totals(known, judged),
        "feeds": [feed_json(f, known.paces.get(f.code, 0), settings) for f in known.feeds],
        "counts": severity_counts(known.alerts),
        "alerts": [alert_json(a) for a in known.alerts],
        "reports": [report_json(r) for r in known.reports],
        "alerts_total": sum(a.open for a in known.alerts),
        "events": [event_json(e) for e in known.events],
        "tiles": [tile.to_json() for tile in tiles],
    }
    return json_body(value)


def totals(known: Known, judged: Assessed) -> dict[str, int]:
    """Counts over all vessels on the map."""
    shown, in_port = judged.shown, known.fleet.columns["in_port"]
    return {
        "vessels": int(np.count_nonzero(shown)),
        "at_sea": int(np.count_nonzero(shown & ~in_port)),
        "in_port": int(np.count_nonzero(shown & in_port)),
        "lost": int(np.count_nonzero(judged.state == LOST)),
        "silent": int(np.count_nonzero(judged.silent)),
    }


def made_up(known: Known, judged: Assessed) -> bool:
    """Whether any vessel shown is a sample's, also when the process was not told that its data is."""
    return not known.samples.isdisjoint(known.fleet.columns["mmsi"][judged.shown].tolist())


def meta_body(known: Known, mark: Mark) -> Body:
    """`meta.json`: MMSI and name of every vessel in slot order, names of places by code."""
    mmsi = known.fleet.columns["mmsi"].tolist()
    return json_body(
        {
            "epoch": mark.epoch,
            "names_rev": known.names_rev,
            "mmsi": mmsi,
            "names": [known.names.get(m, "") for m in mmsi],
            "places": {p.code: {**place_names(p), **tile_names(p), "kind": p.kind} for p in known.places},
        }
    )


@dataclass(frozen=True, slots=True)
class Geo:
    """The map's slow parts."""

    grids: Body
    zones: Body
    ports: Body


def geo_bodies(known: Known, settings: DashboardSettings) -> Geo:
    return Geo(
        grids=json_body(places_geojson(known.places, "grid")),
        zones=json_body(places_geojson(known.places, "zone", settings.guarded_kinds)),
        ports=json_body(ports_geojson(known.ports)),
    )


def judge(known: Known, settings: DashboardSettings) -> Assessed:
    return assess(known.fleet, known.feeds, known.paces, known.alerts, known.clock_us(), settings)
