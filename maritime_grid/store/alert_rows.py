"""Rows of alerts 告警 as people read them: the list, one alert whole, who is near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class MyAlert:
    """One alert of a list, as far as its reader may see it. Times aware, degrees WGS 84."""

    alert_id: str
    rule: str
    level: int  # 1 notice to 4 emergency
    state: str  # open, seen, resolved (the condition still holds), over (unseen), past
    mmsi: int | None
    vessel_name: str | None
    place: str | None
    grid_id: str | None
    grid_zh: str | None
    grid_en: str | None
    raised_at: datetime
    last_at: datetime
    heard_at: datetime | None  # the vessel, of any kind, from any feed
    cleared_at: datetime | None
    repeats: int
    lon: float | None
    lat: float | None
    detail: dict[str, Any]
    seen_at: datetime | None
    seen_name: str | None  # by the level of the reader
    seen_post_zh: str | None
    seen_post_en: str | None
    resolved_at: datetime | None
    resolved_name: str | None
    resolved_post_zh: str | None
    resolved_post_en: str | None
    verdict: str | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One entry of an alert's log."""

    at: datetime
    what: str  # raise, severity, repeat, clear; of people acknowledge, resolve, open_case
    level: int
    name: str | None
    post_zh: str | None
    post_en: str | None
    note: str


@dataclass(frozen=True, slots=True)
class AlertCase:
    case_id: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class TrackPoint:
    t: datetime
    lon: float
    lat: float
    sog: float | None  # kn


@dataclass(frozen=True, slots=True)
class Near:
    """A vessel that could help."""

    mmsi: int
    name: str | None
    vessel_class: str | None
    lon: float
    lat: float
    sog: float | None  # kn
    t: datetime  # of its fix
    distance_nm: float
    bearing: float  # degrees true, from the place of the alert to it


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert whole."""

    row: MyAlert
    log: list[AlertStep]
    cases: list[AlertCase]
    track: list[TrackPoint]
    near: list[Near]
