from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from dashboard.app import create_app
from dashboard.snapshot import Snapshot
from dashboard.views.frame import HEADER
from dashboard.views.status import ms

from .reads_builder import NOON, FleetReads, options
from .serving import serving


class Time:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self):
        return self.at

    def ms(self) -> int:
        return ms(self.at)

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def reads(time: Time) -> FleetReads:
    return FleetReads(time, size=300).with_troubles()


@pytest.fixture
def client(reads: FleetReads, time: Time) -> Iterator[httpx.Client]:
    app = create_app(reads, settings=options(refresh_s=30.0, min_refresh_s=30.0), clock=time.ms)
    with serving(app.server) as address, httpx.Client(base_url=address, trust_env=False) as client:
        for _ in range(200):
            if client.get("/api/v1/wall/status.json").json()["store"] == "up":
                break
        yield client


def snapshot(reads: FleetReads, time: Time) -> Snapshot:
    return Snapshot(reads, options(), time.ms, "build")


def status(snap: Snapshot) -> dict:
    return json.loads(snap.frame.status.raw)


def test_a_dead_store_keeps_the_last_picture_and_says_so(reads, time):
    snap = snapshot(reads, time)
    snap.refresh()
    before = status(snap)
    reads.up = False
    time.forward(40)
    snap.refresh()
    after = status(snap)
    assert (before["store"], after["store"]) == ("up", "down")
    assert after["read_at"] == ms(NOON)
    assert after["newest"] == before["newest"]
    assert after["alerts"] == before["alerts"]
    assert HEADER.unpack_from(snap.frame.vessels.raw)[1] == 300
    reads.up = True
    snap.refresh()
    assert status(snap)["store"] == "up"


def test_a_store_that_never_answered_gives_an_empty_wall(reads, time):
    reads.up = False
    snap = snapshot(reads, time)
    snap.refresh()
    assert status(snap)["store"] == "down"
    assert status(snap)["newest"] is None
    assert HEADER.unpack_from(snap.frame.vessels.raw)[1] == 0


def test_another_store_begins_the_list_of_vessels_anew(reads, time):
    snap = snapshot(reads, time)
    snap.refresh()
    epoch, names = status(snap)["epoch"], status(snap)["names_rev"]
    snap.known.rev = 10_000
    time.forward(1)
    snap.refresh()
    assert status(snap)["epoch"] > epoch
    assert status(snap)["names_rev"] > names
    assert snap.known.rev < 10_000


def test_names_come_in_the_order_of_the_vessels(reads, time):
    snap = snapshot(reads, time)
    snap.refresh()
    meta = json.loads(snap.frame.meta.raw)
    assert meta["mmsi"] == reads.mmsi.tolist()
    assert meta["names"][0] == "浙普渔60000"
    assert meta["places"]["8"]["tile_zh"] == "东极近岸"


def test_a_listener_that_fails_does_not_stop_the_refresh(reads, time):
    def broken(timeout_s: float):
        raise ConnectionError("no")

    reads.listen = broken
    snap = snapshot(reads, time)
    snap.start()
    try:
        assert len(snap._threads) == 2
    finally:
        snap.stop()
    assert status(snap)["store"] == "up"
    assert not any(t.is_alive() for t in snap._threads)


def test_an_unchanged_body_is_304_with_the_servers_time(client):
    for path in ("vessels.bin", "meta.json", "status.json"):
        first = client.get(f"/api/v1/wall/{path}")
        again = client.get(f"/api/v1/wall/{path}", headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304)
        assert again.headers["x-mg-now"] == str(ms(NOON))


def test_geography_is_served_with_labels(client):
    grids = client.get("/geo/grids.json").json()["features"]
    assert len(grids) == 34
    assert grids[0]["properties"]["zh"] == "沈家门近岸"
    assert len(client.get("/geo/ports.json").json()["features"]) == 34
    assert len(client.get("/geo/zones.json").json()["features"]) > 20
    assert len(client.get("/geo/coast.json").json()["features"]) > 500


def test_ready_means_store_up_and_data_fresh(client, time):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    time.forward(60)
    stale = client.get("/readyz")
    assert stale.status_code == 503
    assert stale.json()["data_age_s"] == 60
    assert client.get("/healthz").status_code == 200


def test_metrics_tell_feeds_alerts_refusals_and_the_process(client):
    text = client.get("/metrics").text
    for line in (
        "maritime_grid_store_up 1.0",
        'maritime_grid_alerts_open{severity="emergency"} 1.0',
        'maritime_grid_refusals_stored{feed="ais-udp",reason="checksum"} 12.0',
        'maritime_grid_ingest{figure="spool_packets"} 3.0',
        'maritime_grid_ingest_refusals{reason="checksum"} 2.0',
        "maritime_grid_ingest_report_age_seconds 1.5",
        'maritime_grid_feed_age_seconds{feed="terminals"} 0.0',
        "maritime_grid_engine_lag_seconds 0.0",
        "process_resident_memory_bytes",
    ):
        assert line in text


def test_openapi_lists_the_endpoints(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/wall/vessels.bin", "/geo/coast.json", "/healthz", "/readyz", "/metrics"} <= paths.keys()


def test_pages_may_load_from_this_server_only(client):
    headers = client.get("/").headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert not any("http" in value for value in policy.values())
    assert headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"""(src|href)=["'](https?:|//)""", client.get("/").text)
