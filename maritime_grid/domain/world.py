"""The world: an immutable snapshot of grids, zones, ports, roster, feeds and thresholds, swapped whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from geofence.fences import FenceSet
from geofence.membership import FenceRules
from ingest.batch import I64


class FeedKind(StrEnum):
    AIS = "ais"
    VMS = "vms"  # BeiDou 北斗 terminal
    BUOY = "buoy"  # net buoy 网位仪
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of data; `code` is what stands in the columns."""

    code: int
    name: str
    kind: FeedKind
    watched: bool = True  # its silence is a matter for the operator


@dataclass(frozen=True, slots=True)
class Port:
    """码头、停泊点: what a sea grid leans on."""

    port_id: str
    name_zh: str
    name_en: str
    county: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Place:
    """A grid 网格 or zone 区域 as people know it; `code` is that of its fences (all versions)."""

    code: int
    place_id: str  # ZS-SJM-1
    layer: str  # "grid" or "zone"
    kind: str  # inshore, offshore, ... | prohibited, reserve, fairway, typhoon_shelter, port, ...
    name_zh: str
    name_en: str
    county: str = ""
    port_ids: tuple[str, ...] = ()
    sample: bool = False
    entry_severity: int = 0  # Severity raised on entry of a vessel that has no business there; 0: none
    allowed_classes: frozenset[str] = frozenset()  # vessel classes that may enter
    in_port: bool = False  # a vessel inside counts as in port or shelter
    meta: dict[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """船舶名册 in columns, sorted by mmsi. Shapes (n,)."""

    mmsi: I64
    vessel_class: tuple[str, ...] = ()  # fishing, merchant, patrol, ...
    home_port: tuple[str, ...] = ()
    name_zh: tuple[str, ...] = ()
    gear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Thresholds of the rules; the numbers and their reasons stand in config/default.toml. Seconds and knots."""

    max_implied_speed_kn: float
    jump_slack_m: float  # noise and coarse times allow so much on top
    rejoin_fixes: int  # so many agreeing fixes elsewhere are the vessel after all
    fishing_min_kn: float
    fishing_max_kn: float
    future_s: float
    tick_s: float
    distress_clear_s: float  # a device not heard for so long is no longer shown as active
    sos_clear_s: float  # an SOS lapses so long after its last call; it stays listed until seen
    distress_repeat_s: float  # an unhandled emergency is called out again
    distress_words: tuple[str, ...]
    test_words: tuple[str, ...]
    silence_warning_s: float
    silence_alarm_s: float
    silence_port_s: float
    feed_silent_s: float
    feed_low_ratio: float


@dataclass(frozen=True, slots=True, eq=False)
class World:
    fences: FenceSet
    fence_rules: FenceRules
    places: dict[int, Place]  # by code
    ports: tuple[Port, ...]
    roster: Roster
    feeds: dict[int, Feed]  # by code
    rules: RuleSettings
    seen: Mapping[str, int] = field(default_factory=dict[str, int])  # emergencies that people acknowledged, and when
