"""Prometheus figures of this process and of what the store says; ingest exposes its own in its own process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from .snapshot import Snapshot
from .views.status import ms, severity_counts

SEVERITIES = ("notice", "warning", "alarm", "emergency")


class StoreCollector:
    """Feed ages, refusals, open alerts and lag, from the snapshot: a scrape never asks the store."""

    def __init__(self, snapshot: Snapshot, clock_ms: int) -> None:
        self._snapshot, self._now = snapshot, clock_ms

    def collect(self) -> Iterable[Metric]:
        """Raises nothing; a figure that is unknown is left out."""
        frame, known = self._snapshot.frame, self._snapshot.known
        yield GaugeMetricFamily("maritime_grid_store_up", "1: the store answers", float(frame.mark.store_up))
        if frame.mark.read_at is not None:
            yield self._age("maritime_grid_snapshot_age_seconds", "since the last good read", frame.mark.read_at)
        if frame.newest is not None:
            yield self._age("maritime_grid_data_age_seconds", "since the newest data came in", frame.newest)
        clock = ms(known.clock)
        if clock is not None:
            yield self._age("maritime_grid_engine_lag_seconds", "of the engine's clock behind ours", clock)
        yield GaugeMetricFamily("maritime_grid_vessels", "vessels known", float(len(known.fleet)))
        yield from self._feeds()
        yield from self._ingest()
        alerts = GaugeMetricFamily("maritime_grid_alerts_open", "active alerts", labels=["severity"])
        for severity, count in zip(SEVERITIES, severity_counts(known.alerts), strict=True):
            alerts.add_metric([severity], count)
        yield alerts

    def _ingest(self) -> Iterable[Metric]:
        """What ingest left in the store: messages by type, refusals by reason, lag, batch time, spool, transports."""
        for process, figures, age_s in self._snapshot.known.statuses:
            name = f"maritime_grid_{process}"
            yield GaugeMetricFamily(f"{name}_report_age_seconds", "since the process reported", age_s)
            plain = GaugeMetricFamily(name, "figures of the process; seconds where _s ends the name", labels=["figure"])
            for figure, value in figures.items():
                if isinstance(value, (int, float)):
                    plain.add_metric([figure], float(value))
            yield plain
            for figure, label in (("messages", "ais_type"), ("refusals", "reason")):
                counts = GaugeMetricFamily(f"{name}_{figure}", f"by {label}, since its start", labels=[label])
                for key, value in figures.get(figure, {}).items():
                    counts.add_metric([key], value)
                yield counts
            yield from _transports(name, figures.get("feeds", {}))

    def _age(self, name: str, text: str, since_ms: int) -> GaugeMetricFamily:
        return GaugeMetricFamily(name, text, max(0.0, (self._now - since_ms) / 1000))

    def _feeds(self) -> Iterable[Metric]:
        age = GaugeMetricFamily("maritime_grid_feed_age_seconds", "since the feed's newest data", labels=["feed"])
        down = GaugeMetricFamily("maritime_grid_feed_down", "1: the feed is down", labels=["feed"])
        refused = GaugeMetricFamily("maritime_grid_refusals_stored", "lines refused", labels=["feed", "reason"])
        hour = GaugeMetricFamily(
            "maritime_grid_feed_hour_messages",
            "messages in the running hour, once one is counted whole",
            labels=["feed"],
        )
        for feed in self._snapshot.known.feeds:
            last = ms(feed.last_at)
            if last is not None:
                age.add_metric([feed.name], max(0.0, (self._now - last) / 1000))
            down.add_metric([feed.name], float(feed.down_since is not None))
            if feed.hour_count:  # 0 while the running hour, cut by an outage or the start, is not counted
                hour.add_metric([feed.name], feed.hour_count)
        for name, reason, count in self._snapshot.known.refusals:
            refused.add_metric([name, reason], count)
        return [age, down, refused, hour]


def _transports(name: str, feeds: dict[str, dict[str, Any]]) -> Iterable[Metric]:
    for figure in ("connected", "packets", "bytes", "reconnects", "dropped"):
        family = GaugeMetricFamily(f"{name}_transport_{figure}", "of the feed's transport", labels=["feed"])
        for feed, status in feeds.items():
            family.add_metric([feed], float(status.get(figure, 0)))
        yield family


def process_registry() -> CollectorRegistry:
    """Figures of the process itself."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


def exposition(process: CollectorRegistry, snapshot: Snapshot, now_ms: int) -> bytes:
    """The text a scraper gets."""
    store = CollectorRegistry()
    store.register(StoreCollector(snapshot, now_ms))
    return generate_latest(process) + generate_latest(store)
