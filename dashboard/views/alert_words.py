"""Alerts 告警 in words: what, who, where, seen by whom."""

from __future__ import annotations

from datetime import datetime

from dashboard.pages.shell import address
from dashboard.words import Words
from maritime_grid.store.alert_rows import MyAlert

from .geo import short_name
from .status import detail_text, zone_names
from .times import BEIJING, moment

LEVELS = ("", "notice", "warning", "alarm", "emergency")
POINTS = 8  # of the compass


def rule_text(row: MyAlert, words: Words) -> str:
    if row.rule == "silence" and row.detail.get("in_port") is True:
        return words("rule.silence_in_port")
    return words.get(f"rule.{row.rule}", row.rule)


def who_text(row: MyAlert, words: Words) -> str:
    """Whom it is about: the vessel by name, else by MMSI; a feed by its name."""
    if row.vessel_name:
        return row.vessel_name
    if row.mmsi is not None:
        device = detail_text(row.detail, ("device",))
        return words.get(f"device.{device}", device) if device else f"{row.mmsi:09d}"
    return detail_text(row.detail, ("feed",)) or row.place or ""


def grid_text(row: MyAlert, words: Words) -> str:
    """The grid's name; outside of all grids only where its place is known."""
    if row.mmsi is None:
        return ""
    if row.grid_id is None:
        return words("place.unknown" if row.lon is None else "place.none")
    name = row.grid_zh if words.is_chinese else row.grid_en or row.grid_zh
    return short_name(name) if name else row.grid_id


def where_text(row: MyAlert, words: Words) -> str:
    zone = zone_names(row.detail)
    parts = [zone["zh" if words.is_chinese else "en"] if zone else "", grid_text(row, words)]
    return " · ".join(part for part in parts if part)


def said_text(row: MyAlert) -> str:
    return detail_text(row.detail)


def position_text(lon: float | None, lat: float | None) -> str:
    """`30°12.00′N 122°42.00′E`, or empty."""
    if lon is None or lat is None:
        return ""
    return f"{_degrees(lat, 'N', 'S')} {_degrees(lon, 'E', 'W')}"


def _degrees(value: float, positive: str, negative: str) -> str:
    minutes = round(abs(value) * 6000)
    return f"{minutes // 6000}°{minutes % 6000 / 100:05.2f}′{positive if value >= 0 else negative}"


def person_text(name: str | None, post_zh: str | None, post_en: str | None, words: Words) -> str:
    """Name and post, as far as the reader may know them: `王岚（东极镇）`."""
    post = post_zh if words.is_chinese else post_en or post_zh
    if name and post:
        return words("alerts.person", name=name, post=post)
    return name or post or words("alerts.somebody")


def seen_text(row: MyAlert, words: Words, now: datetime) -> str:
    """Seen by whom and when, or closed as what by whom."""
    if row.resolved_at is not None:
        by = person_text(row.resolved_name, row.resolved_post_zh, row.resolved_post_en, words)
        verdict = words.get(f"alerts.verdict.{row.verdict}", row.verdict or "")
        return words("alerts.resolved_by", by=by, at=clock(row.resolved_at, words, now), verdict=verdict)
    if row.seen_at is None:
        return words("alerts.unseen")
    by = person_text(row.seen_name, row.seen_post_zh, row.seen_post_en, words)
    return words("alerts.seen_by", by=by, at=clock(row.seen_at, words, now))


def clock(at: datetime, words: Words, now: datetime) -> str:
    """`10:02` of today, else with its date."""
    local = at.astimezone(BEIJING)
    return f"{local:%H:%M}" if local.date() == now.astimezone(BEIJING).date() else moment(at, words, now)


def bearing_text(degrees: float, words: Words) -> str:
    """`045° 东北`."""
    point = round(degrees / (360 / POINTS)) % POINTS
    return f"{round(degrees) % 360:03d}° {words(f'alerts.compass.{point}')}"


def wall_address(mmsi: int, words: Words) -> str:
    """The wall with the card of a vessel open."""
    return address(words, "/", mmsi=f"{mmsi:09d}")
