"""JSON values of the wall's panels: alerts, events, feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dashboard.options import DashboardSettings
from maritime_grid.store.rows import AlertRow, EventRow, FeedRow, LateReport

from .geo import short_name

MAX_OVER = 60  # of alerts that are over; they fill what rows are left on a wall
MAX_TEXT = 120  # characters of a distress text shown


def ms(at: datetime | None) -> int | None:
    """Milliseconds since the epoch, UTC."""
    return None if at is None else round(at.timestamp() * 1000)


def sort_alerts(alerts: Sequence[AlertRow]) -> list[AlertRow]:
    """Open ones, worst first, then the oldest; then those that people closed while the condition still holds; after
    them those that are over, the last to end first.
    """
    active = sorted((a for a in alerts if a.active), key=lambda a: (not a.open, -a.severity, a.raised_at, a.alert_id))
    over = sorted((a for a in alerts if not a.active), key=ended_at, reverse=True)
    return active + over


def ended_at(alert: AlertRow) -> datetime:
    return alert.cleared_at or alert.last_at


def shown_alerts(alerts: Sequence[AlertRow], clock: datetime, over_s: float) -> list[AlertRow]:
    """Sorted; without those that ended more than `over_s` before `clock`, which the store keeps."""
    since = clock - timedelta(seconds=over_s)
    return sort_alerts([a for a in alerts if a.active or ended_at(a) >= since])


def alert_json(alert: AlertRow) -> dict[str, Any]:
    """`feed` only of alerts on a feed, `low` when it brings less than usual; `device` of a distress device. `seen` and
    `by` (a unit or body, never a person) only where people acknowledged it, `resolved` where they closed it.
    """
    feed = feed_name(alert)
    acts = {"seen": ms(alert.seen_at), "by": post_names(alert), "resolved": ms(alert.resolved_at)}
    return {
        "id": alert.alert_id, "rule": alert.rule, "severity": alert.severity, "mmsi": alert.mmsi,
        "name": alert.vessel_name, "place": alert.place, "grid": alert.grid, "raised": ms(alert.raised_at),
        "last": ms(alert.last_at), "cleared": ms(alert.cleared_at), "active": alert.active,
        "repeats": alert.repeats, "lon": alert.lon, "lat": alert.lat, "text": detail_text(alert.detail),
        "zone": zone_names(alert.detail), "device": detail_text(alert.detail, ("device",)),
        "in_port": alert.detail.get("in_port") is True, "feed": feed,
        "low": bool(feed) and alert.place == f"{feed}-low",
        **{name: value for name, value in acts.items() if value is not None},
    }  # fmt: skip


def post_names(alert: AlertRow) -> dict[str, str] | None:
    """Names of the unit or body that acknowledged an alert."""
    return {"zh": alert.seen_zh, "en": alert.seen_en or alert.seen_zh} if alert.seen_zh else None


def feed_name(alert: AlertRow) -> str:
    """The feed that an alert is about, "" for none. The alert's place tells a feed's two notices apart: `name-low`."""
    if alert.rule != "feed_health":
        return ""
    return detail_text(alert.detail, ("feed",)) or alert.place


def zone_names(detail: Mapping[str, Any]) -> dict[str, str] | None:
    """Names of the zone that an alert is about; one language stands in for the other."""
    zh, en = (str(detail.get(key) or "") for key in ("name_zh", "name_en"))
    return {"zh": short_name(zh or en), "en": short_name(en or zh)} if zh or en else None


def detail_text(detail: Mapping[str, Any], keys: Sequence[str] = ("note", "text")) -> str:
    """The first of `keys` that holds text, on one line and shortened: by default what people said or sent."""
    for key in keys:
        value = detail.get(key)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())[:MAX_TEXT]
    return ""


def report_json(report: LateReport) -> dict[str, Any]:
    """Where, to whom, and by when it was to be received: nothing of the matter itself."""
    to = {"zh": report.to_zh, "en": report.to_en or report.to_zh}
    return {"grid": report.grid, "to": to, "due": ms(report.due_at)}


def severity_counts(alerts: Sequence[AlertRow]) -> list[int]:
    """Open alerts by severity, notice first."""
    return [sum(1 for a in alerts if a.open and a.severity == level) for level in (1, 2, 3, 4)]


def event_json(event: EventRow) -> dict[str, Any]:
    return {"t": ms(event.t), "mmsi": event.mmsi, "name": event.vessel_name, "place": event.place_code,
            "kind": event.kind}  # fmt: skip


def feed_json(feed: FeedRow, pace: float, settings: DashboardSettings) -> dict[str, Any]:
    """A feed with the age from which it is late: some of its mean intervals, never under `stale_s`."""
    return {
        "code": feed.code, "name": feed.name, "kind": feed.kind, "watched": feed.watched, "last": ms(feed.last_at),
        "down": ms(feed.down_since), "hour_count": feed.hour_count, "refused": feed.refused,
        "late_after_s": late_after_s(pace, settings),
    }  # fmt: skip


def late_after_s(pace: float, settings: DashboardSettings) -> float:
    """Seconds without data after which a feed of `pace` messages an hour is late."""
    mean_s = 3600.0 / max(pace, 1)
    return round(min(max(settings.feed_gap_factor * mean_s, settings.stale_s), settings.feed_gap_max_s), 1)


def is_late(feed: FeedRow, pace: float, clock: int, settings: DashboardSettings) -> bool:
    """Whether the feed is down, or late by its pace, at `clock` (microseconds since the epoch, UTC)."""
    if feed.down_since is not None or feed.last_at is None:
        return feed.down_since is not None
    return clock / 1e6 - feed.last_at.timestamp() > late_after_s(pace, settings)
