"""JSON values of the wall's panels: alerts, events, feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard.options import DashboardSettings
from maritime_grid.store.rows import AlertRow, EventRow, FeedRow

MAX_ALERTS = 60  # what a wall can page through; the counts are of all
MAX_TEXT = 120  # characters of a distress text shown


def ms(at: datetime | None) -> int | None:
    """Milliseconds since the epoch, UTC."""
    return None if at is None else round(at.timestamp() * 1000)


def sort_alerts(alerts: Sequence[AlertRow]) -> list[AlertRow]:
    """Worst first; active before those that only wait to be seen; then the oldest."""
    return sorted(alerts, key=lambda a: (not a.active, -a.severity, a.raised_at, a.alert_id))


def alert_json(alert: AlertRow) -> dict[str, Any]:
    return {
        "id": alert.alert_id, "rule": alert.rule, "severity": alert.severity, "mmsi": alert.mmsi,
        "name": alert.vessel_name, "place": alert.place, "grid": alert.grid, "raised": ms(alert.raised_at),
        "last": ms(alert.last_at), "cleared": ms(alert.cleared_at), "active": alert.active,
        "repeats": alert.repeats, "lon": alert.lon, "lat": alert.lat, "text": detail_text(alert.detail),
    }  # fmt: skip


def detail_text(detail: Mapping[str, Any]) -> str:
    """What people said or sent, shortened: the note or text of a distress, the device."""
    for key in ("note", "text", "device"):
        value = detail.get(key)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:MAX_TEXT]
    return ""


def severity_counts(alerts: Sequence[AlertRow]) -> list[int]:
    """Active alerts by severity, notice first."""
    return [sum(1 for a in alerts if a.active and a.severity == level) for level in (1, 2, 3, 4)]


def event_json(event: EventRow) -> dict[str, Any]:
    return {"t": ms(event.t), "mmsi": event.mmsi, "name": event.vessel_name, "place": event.place_code,
            "kind": event.kind}  # fmt: skip


def feed_json(feed: FeedRow, busiest_hour: int, settings: DashboardSettings) -> dict[str, Any]:
    """A feed with the age from which it is late: some of its mean intervals, never under `stale_s`."""
    return {
        "code": feed.code, "name": feed.name, "kind": feed.kind, "watched": feed.watched, "last": ms(feed.last_at),
        "down": ms(feed.down_since), "hour_count": feed.hour_count, "refused": feed.refused,
        "late_after_s": late_after_s(busiest_hour, settings),
    }  # fmt: skip


def late_after_s(busiest_hour: int, settings: DashboardSettings) -> float:
    """Seconds without data after which a feed of `busiest_hour` messages an hour is late."""
    mean_s = 3600.0 / max(busiest_hour, 1)
    return round(min(max(settings.feed_gap_factor * mean_s, settings.stale_s), settings.feed_gap_max_s), 1)
