"""Rows for the wall without a store: a fleet on the real sample geometry, with switches for what can go wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.options import DashboardSettings
from maritime_grid.store.rows import (
    AlertRow,
    CaseTally,
    EventRow,
    FeedRow,
    GridFlow,
    LateReport,
    PlaceRow,
    PortRow,
    VesselCard,
    VesselNow,
)

ROOT = Path(__file__).resolve().parents[3]
AREA = ROOT / "config" / "zhoushan"
NOON = datetime(2026, 5, 20, 4, 0, tzinfo=UTC)
AIS, VMS = 1, 2
PROHIBITED = {"name_zh": "禁入区甲(示例)", "name_en": "Prohibited area A (sample)"}
RESERVE = {"name_zh": "保护区核心区(示例)", "name_en": "Reserve core (sample)"}


def options(**changes: Any) -> DashboardSettings:
    """Settings of the wall for tests; the product's stand in config/default.toml."""
    base = DashboardSettings(
        coast_file=AREA / "zhoushan_land_200m.geojson",
        wide_coast_file=AREA / "east_china_sea_land.geojson",
        guarded_kinds=("prohibited", "reserve"),
        language="zh_CN",
        demo=True,
        refresh_s=0.5,
        min_refresh_s=0.1,
        stale_s=8.0,
        dead_s=8.0,
        feed_gap_factor=10.0,
        feed_gap_max_s=600.0,
        over_s=43_200.0,
        lost_factor=6.0,
        forget_s=86_400.0,
        flow_s=3_600.0,
        tile_page_s=12.0,
        card_s=60.0,
        places_s=60.0,
    )
    return replace(base, **changes)


def us(at: datetime) -> int:
    return round(at.timestamp() * 1e6)


def vessels(rows: list[dict[str, Any]], rev: int = 1) -> VesselNow:
    """Rows as dictionaries; what is not said is that of a boat under way at noon."""
    base: dict[str, Any] = {
        "mmsi": 412_000_001, "t": us(NOON), "received_at": us(NOON), "lon": 122.5, "lat": 30.2, "sog": 8.0,
        "cog": 90.0, "heading": np.nan, "nav_status": 0, "source": AIS, "grid": 1, "in_port": False, "motion": 1,
    }  # fmt: skip
    types = {
        "mmsi": np.int64, "t": np.int64, "received_at": np.int64, "lon": np.float64, "lat": np.float64,
        "sog": np.float32, "cog": np.float32, "heading": np.float32, "nav_status": np.int8, "source": np.int16,
        "grid": np.int16, "in_port": np.bool_, "motion": np.int8,
    }  # fmt: skip
    columns = {n: np.array([r.get(n, base[n]) for r in rows], dtype) for n, dtype in types.items()}
    return VesselNow(**columns, transmitter=tuple(r.get("transmitter", "B") for r in rows), rev=rev)


def alert(rule: str, severity: int, mmsi: int = 412_000_001, **changes: Any) -> AlertRow:
    base = AlertRow(
        alert_id=f"{rule}-{mmsi}", rule=rule, severity=severity, mmsi=mmsi, vessel_name=None, place="", grid=1,
        raised_at=NOON, last_at=NOON, cleared_at=None, active=True, repeats=0, lon=None, lat=None, detail={},
    )  # fmt: skip
    return replace(base, **changes)


def feed(code: int, kind: str, **changes: Any) -> FeedRow:
    base = FeedRow(
        code, kind, kind, watched=True, last_at=NOON, down_since=None, hour_count=36_000, refused=0, hour_pace=36_000
    )  # fmt: skip
    return replace(base, **changes)


def sample_places() -> list[PlaceRow]:
    features = json.loads((AREA / "grids.geojson").read_text("utf-8"))["features"]
    zones = json.loads((AREA / "zones.geojson").read_text("utf-8"))["features"]
    return [
        PlaceRow(
            code, f["properties"]["grid_id"], layer, f["properties"]["kind"], f["properties"]["name_zh"],
            f["properties"]["name_en"], f["properties"].get("county", ""), tuple(f["properties"]["port_ids"] or ()),
            True, 1, None, None, f["geometry"],
        )
        for code, (layer, f) in enumerate([("grid", f) for f in features] + [("zone", f) for f in zones], 1)
    ]  # fmt: skip


def sample_ports() -> list[PortRow]:
    with (AREA / "ports.csv").open(encoding="utf-8") as file:
        return [
            PortRow(r["port_id"], r["name_zh"], r["name_en"], r["county"], float(r["lon"]), float(r["lat"]))
            for r in csv.DictReader(file)
        ]


class FleetReads:
    """Answers as `Reads` does, from memory. `now` is called for the time; set `up`, `feeding`, `ais_on` to break it."""

    def __init__(self, now: Any, size: int = 1_200, seed: int = 7) -> None:
        self.now, self.up, self.feeding, self.ais_on = now, True, True, True
        self.ahead_s = 0.0  # receipts are stamped so far in the future
        self.hour_pace = 90_000  # of the AIS feed, as the store tells it
        self.more_feeds: list[FeedRow] = []
        self.more_places: list[PlaceRow] = []
        self.samples: frozenset[int] = frozenset()
        self.failing = ""  # name of a read that fails
        self.open_alerts: list[AlertRow] = []
        self.recent: list[EventRow] = []
        self.cases: list[CaseTally] = []
        self.reports: list[LateReport] = []
        self._places, self._ports = sample_places(), sample_ports()
        random = np.random.default_rng(seed)
        home = random.integers(0, len(self._ports), size)
        self.moored = random.random(size) < 0.5
        away = np.where(self.moored, 0.006, 0.16)
        self.lon = np.array([self._ports[h].lon for h in home]) + random.normal(0.5, 1, size) * away
        self.lat = np.array([self._ports[h].lat for h in home]) + random.normal(0, 1, size) * away
        self.cog = random.uniform(0, 360, size)
        self.sog = np.where(self.moored, 0.0, random.uniform(2, 12, size))
        self.mmsi = 412_000_000 + np.arange(size) * 7
        self.grid = random.integers(1, 35, size)
        self.source = np.where(random.random(size) < 0.3, VMS, AIS)
        self.silent = random.random(size) < 0.01
        self._start = us(now())
        self._rev = 0

    def _check(self) -> None:
        if not self.up:
            raise ConnectionError("the store is away")

    @contextmanager
    def moment(self) -> Generator[FleetReads]:
        yield self

    def sample_vessels(self) -> frozenset[int]:
        return self.samples

    def rev(self) -> int:
        self._check()
        return self._rev

    def clock(self) -> datetime:
        self._check()
        return self.now()

    def vessels(self, since_rev: int = 0) -> VesselNow:
        self._check()
        now, live = us(self.now()), self.feeding and self.ais_on
        if live or since_rev == 0:
            self._rev += 1
            self._seen = now
        hours = (self._seen - self._start) / 3.6e9
        move = self.sog * hours / 60
        angle = np.radians(self.cog)
        t = np.where(self.silent, now - 4_000_000_000, self._seen)
        size = len(self.mmsi)
        return VesselNow(
            self.mmsi, t, t, self.lon + move * np.sin(angle) / 0.86, self.lat + move * np.cos(angle),
            self.sog.astype(np.float32), self.cog.astype(np.float32), np.full(size, np.nan, np.float32),
            np.zeros(size, np.int8), self.source.astype(np.int16), self.grid.astype(np.int16), self.moored,
            np.select([self.moored, self.sog < 5.5], [3, 2], 1).astype(np.int8), ("B",) * size, self._rev,
        )  # fmt: skip

    def names(self) -> dict[int, str]:
        self._check()
        return {int(m): f"浙普渔{60_000 + i}" for i, m in enumerate(self.mmsi)}

    def vessel_card(self, mmsi: int) -> VesselCard | None:
        self._check()
        if mmsi not in self.mmsi:
            return None
        i = int(np.searchsorted(self.mmsi, mmsi))
        at = self.now()
        return VesselCard(
            mmsi, f"浙普渔{60_000 + i}", None, None, 30, "fishing", "trawl", "P01", int(self.grid[i]), at, at,
            float(self.lon[i]), float(self.lat[i]), float(self.sog[i]), float(self.cog[i]), None, 0, "ais-udp", "B",
        )  # fmt: skip

    def alerts(self, active_or_unseen: bool = True, limit: int = 500) -> list[AlertRow]:
        self._check()
        return list(self.open_alerts)

    def events(self, limit: int = 50) -> list[EventRow]:
        self._check()
        return self.recent[:limit]

    def places(self) -> list[PlaceRow]:
        self._check()
        if self.failing == "places":
            raise ConnectionError("no places now")
        return [*self._places, *self.more_places]

    def ports(self) -> list[PortRow]:
        self._check()
        return self._ports

    def feeds(self) -> list[FeedRow]:
        self._check()
        now = self.now()
        if not hasattr(self, "_last"):
            self._last = {AIS: now, VMS: now}
        if self.feeding:
            self._last[VMS] = now
            if self.ais_on:
                self._last[AIS] = now
        ais = self._last[AIS] + timedelta(seconds=self.ahead_s)
        return [
            FeedRow(AIS, "ais-udp", "ais", True, ais, None, 90_000, 12, self.hour_pace),
            FeedRow(VMS, "terminals", "vms", True, self._last[VMS], None, 5_000, 0, self.hour_pace // 18),
            *self.more_feeds,
        ]

    def case_tallies(self) -> list[CaseTally]:
        self._check()
        return self.cases

    def late_reports(self) -> list[LateReport]:
        self._check()
        return self.reports

    def statuses(self):
        return [("ingest", {"spool_packets": 3, "lag_p99_s": 0.4, "refusals": {"checksum": 2}}, 1.5)]

    def refusals(self) -> list[tuple[str, str, int]]:
        self._check()
        return [("ais-udp", "checksum", 12)]

    def grid_flow(self, since: datetime) -> list[GridFlow]:
        self._check()
        return [GridFlow(code, code % 5, code % 3) for code in range(1, 35)]

    def listen(self, timeout_s: float) -> Iterator[Any]:
        self._check()
        return iter(())

    def ping(self) -> bool:
        return self.up

    def with_troubles(self) -> FleetReads:
        """A bad quarter of an hour: one SOS, a silence, entries, a warning."""
        now = self.now()

        def at(i: int, rule: str, severity: int, minutes: float, grid: int, **more: Any) -> AlertRow:
            return alert(
                rule, severity, int(self.mmsi[i]), vessel_name=f"浙普渔{60_000 + i}", grid=grid,
                lon=float(self.lon[i]), lat=float(self.lat[i]), raised_at=now - timedelta(minutes=minutes), **more,
            )  # fmt: skip

        self.open_alerts = [
            at(3, "sos", 4, 3.2, 8, detail={"note": "机舱进水，4 人在船"}),
            at(11, "silence", 3, 252, 20),
            at(12, "silence", 2, 131, 20),
            at(17, "zone_entry", 3, 22, 2, place="ZS-P-1", detail=PROHIBITED),
            at(18, "zone_entry", 2, 7, 27, place="ZS-N-1", detail=RESERVE),
            at(19, "silence", 1, 700, 1),
            at(23, "silence", 2, 125, 30),
        ]
        return self.with_events()

    def with_events(self) -> FleetReads:
        now = self.now()
        kinds = ("enter", "exit", "enter", "cross", "exit", "enter", "dwell", "exit")
        self.recent = [
            EventRow(
                now - timedelta(seconds=20 + 41 * k), int(self.mmsi[40 + k]), f"浙普渔{60_040 + k}", 1 + k * 3, kind
            )
            for k, kind in enumerate(kinds)
        ]
        return self
