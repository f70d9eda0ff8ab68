"""The world built from what the store holds and the settings say."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from shapely.geometry import shape

from geofence.fences import Fence, FenceSet, Window
from geofence.moving import Track
from maritime_grid.domain.errors import SettingsError
from maritime_grid.domain.world import Feed, FeedKind, Place, Port, Roster, World
from maritime_grid.settings import Settings, fence_rules, rule_settings
from maritime_grid.store.registry import PlaceVersion, RosterRow
from maritime_grid.store.writer import Store

log = logging.getLogger(__name__)
FIRST_YEAR, LAST_YEAR = 1990, 2105  # times outside are refused on the way in


def build_world(store: Store, settings: Settings, feeds: dict[int, Feed]) -> World:
    """A snapshot of grids, zones, ports, roster and thresholds.

    Raises:
        StoreUnavailable: the store is away. SettingsError: a zone is of a kind that the settings do not know.
    """
    versions = at_sea(store.places_world())
    return World(
        fences=FenceSet([fence for v in versions if (fence := usable_fence(v, settings))]),
        fence_rules=fence_rules(settings),
        places={v.code: place_of(v, settings) for v in versions},
        ports=tuple(Port(p.port_id, p.name_zh, p.name_en, p.county, p.lon, p.lat) for p in store.ports()),
        roster=_roster(store.roster()),
        feeds=feeds,
        rules=rule_settings(settings),
        seen=store.seen_emergencies(),
    )


def at_sea(versions: Sequence[PlaceVersion]) -> list[PlaceVersion]:
    """Without the grids of the land: no vessel is in them."""
    return [v for v in versions if v.layer in {"grid", "zone"}]


def feeds_of(store: Store, settings: Settings) -> dict[int, Feed]:
    """The configured feeds with their codes, made in the store where they are new, and those that were so before.

    Those are watched no longer: the engine clears what it had to say of them.
    """
    feeds: dict[int, Feed] = {}
    for feed in settings.feeds:
        code = store.add_feed(feed.name, feed.kind, feed.watched)
        feeds[code] = Feed(code, feed.name, FeedKind(feed.kind), feed.watched)
    store.unwatch_others(list(feeds))
    before = (row for row in store.feeds() if row["code"] not in feeds)
    return feeds | {row["code"]: Feed(row["code"], row["name"], FeedKind(row["kind"]), watched=False) for row in before}


def usable_fence(version: PlaceVersion, settings: Settings) -> Fence | None:
    """The fence of a version; None for a circle whose track ended before the version began to hold, and for one filed
    before its facts were judged at loading, so that the rest goes on.
    """
    try:
        fence = fence_of(version, settings)
        return fence if fence.track is None or fence.valid_from < fence.valid_to else None
    except (ValueError, TypeError) as error:
        log.error("%s, version %d, is left out: %s; load it anew", version.place_id, version.version, error)
        return None


def fence_of(version: PlaceVersion, settings: Settings) -> Fence:
    dwell, knots = version.attributes.get("dwell_s"), version.attributes.get("track")
    track = Track.of(knots) if knots else None
    begins, ends = (int(track.t[0]), int(track.t[-1])) if track else (version.valid_from, version.valid_to)
    return Fence(
        code=version.code,
        name=version.place_id,
        layer=version.layer,
        geometry=shape(version.fence),  # pyright: ignore[reportArgumentType]  (polygons alone are filed)
        version=version.version,
        valid_from=max(version.valid_from, begins),
        valid_to=min(version.valid_to, ends),
        windows=_windows(version.attributes.get("season"), settings.area.timezone),
        dwell_s=None if dwell is None else float(dwell),
        track=track,
    )


def place_of(version: PlaceVersion, settings: Settings) -> Place:
    kind = settings.zone_kinds.get(version.kind) if version.layer == "zone" else None
    if version.layer == "zone" and kind is None:
        raise SettingsError(f"zone {version.place_id} is of kind {version.kind!r}", f"add [zone_kinds.{version.kind}]")
    return Place(
        code=version.code,
        place_id=version.place_id,
        layer=version.layer,
        kind=version.kind,
        name_zh=version.name_zh,
        name_en=version.name_en,
        county=version.county,
        port_ids=tuple(version.port_ids),
        sample=version.sample,
        entry_severity=kind.severity if kind else 0,
        allowed_classes=kind.allowed_classes if kind else frozenset(),
        in_port=bool(kind and kind.in_port),
    )


def _windows(season: object, timezone: str) -> tuple[Window, ...]:
    """A yearly season ["MM-DD", "MM-DD"], local days from midnight to midnight, as windows of every year."""
    if not isinstance(season, list) or len(season) != 2:
        return ()
    zone = ZoneInfo(timezone)
    (m0, d0), (m1, d1) = ([int(part) for part in str(day).split("-")] for day in season)
    over = (m1, d1) <= (m0, d0)
    return tuple(
        Window(
            _us(datetime(year, m0, d0, tzinfo=zone)),
            _us(datetime(year + over, m1, d1, tzinfo=zone)),
        )
        for year in range(FIRST_YEAR, LAST_YEAR)
    )


def _us(moment: datetime) -> int:
    return int((moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000


def _roster(rows: list[RosterRow]) -> Roster:
    rows = sorted(rows, key=lambda r: r.mmsi)
    return Roster(
        mmsi=np.array([r.mmsi for r in rows], np.int64),
        vessel_class=tuple(r.vessel_class for r in rows),
        home_port=tuple(r.home_port for r in rows),
        name_zh=tuple(r.name_zh for r in rows),
        gear=tuple(r.gear for r in rows),
    )
