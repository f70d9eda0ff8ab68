"""Alerts 预警/告警: what the machine raises from feeds, one for one situation (vessel + rule + place)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any


class Severity(IntEnum):
    """IMO bridge alert management has the same four (MSC.302(87)); higher is worse."""

    NOTICE = 1  # 提示
    WARNING = 2  # 警告
    ALARM = 3  # 报警
    EMERGENCY = 4  # 紧急


class RuleName(StrEnum):
    DISTRESS_DEVICE = "distress_device"  # AIS-SART, MOB, EPIRB-AIS
    SOS = "sos"  # terminal button, or distress text
    SILENCE = "silence"  # 失联
    ZONE_ENTRY = "zone_entry"  # 闯入禁入区
    FEED_HEALTH = "feed_health"  # a source that went quiet


@dataclass(frozen=True, slots=True)
class AlertKey:
    """One situation. `place` is a zone or feed id, or empty."""

    rule: RuleName
    mmsi: int  # 0 where no vessel is meant
    place: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it stands after a step of the engine. Times are microseconds since the epoch, UTC.

    `alert_id` is natural: made of rule, vessel, place and `raised_at`, so that raising it twice is raising it once.
    `active` says whether the condition still holds; whether people have seen it is theirs to say, not the engine's.
    """

    alert_id: str
    key: AlertKey
    severity: Severity
    raised_at: int  # data time of the evidence that raised it
    last_at: int  # data time of the newest evidence
    active: bool
    cleared_at: int | None = None
    received_at: int = 0  # receipt of its newest evidence (emergencies)
    repeats: int = 0  # how often it was called out again unhandled
    grid: int = 0  # code of the grid where it began, 0 none
    lon: float | None = None
    lat: float | None = None
    detail: dict[str, Any] | None = None  # for the card: text, zone, device, gap_s, ...


def alert_id(key: AlertKey, raised_at: int) -> str:
    """Natural id, safe in a topic and an address: `silence-412000001-1700000000000000[-place]`."""
    parts = [key.rule.value, str(key.mmsi), str(raised_at)]
    return "-".join([*parts, key.place] if key.place else parts)
