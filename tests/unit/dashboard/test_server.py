from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import numpy as np
import pytest

from dashboard.app import create_app
from dashboard.metrics import exposition, process_registry
from dashboard.snapshot import Snapshot
from dashboard.views.frame import HEADER
from dashboard.views.status import ms

from .reads_builder import NOON, VMS, FleetReads, alert, feed, options
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


def test_a_server_that_has_read_nothing_says_so_until_its_first_read(reads, time):
    def unread(snap: Snapshot) -> tuple[bool, bool]:
        return status(snap)["unread"], HEADER.unpack_from(snap.frame.vessels.raw)[8] == 1

    reads.up = False
    snap = snapshot(reads, time)
    assert unread(snap) == (True, True)
    snap.refresh()
    assert unread(snap) == (True, True)
    reads.up = True
    snap.refresh()
    assert unread(snap) == (False, False)
    reads.up = False
    snap.refresh()
    assert unread(snap) == (False, False)


def test_places_that_changed_while_a_frame_failed_come_with_the_next(reads, time, monkeypatch):
    snap = Snapshot(reads, options(places_s=0), time.ms, "build")
    snap.refresh()
    reads._places = [place for place in reads._places if place.code != 5]

    def once(*_: object) -> None:
        monkeypatch.undo()
        raise MemoryError

    monkeypatch.setattr("dashboard.snapshot.status_body", once)
    snap.refresh()
    snap.refresh()
    assert status(snap)["geo_rev"] == 2
    assert len(json.loads(snap.frame.geo.grids.raw)["features"]) == 33
    assert "5" not in json.loads(snap.frame.meta.raw)["places"]


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


def test_a_round_that_fails_half_way_changes_nothing_and_is_read_again(reads, time):
    reads.failing = "places"
    snap = snapshot(reads, time)
    snap.refresh()
    assert (status(snap)["store"], len(snap.known.fleet), snap.known.rev, snap.known.due) == ("down", 0, 0, {})
    reads.failing = ""
    snap.refresh()
    assert (status(snap)["store"], len(snap.known.fleet), len(snap.known.places)) == ("up", 300, 58)
    snap.known.expect_places()
    reads._places, reads.failing = reads._places[:3], "places"
    snap.refresh()
    reads.failing = ""
    snap.refresh()
    assert len(snap.known.places) == 3


def test_every_active_alert_is_sent_and_counted(reads, time):
    at_sea = [alert("silence", 2, int(m), raised_at=NOON) for m in reads.mmsi]
    reads.open_alerts = [*at_sea, alert("silence", 2, 9, active=False, cleared_at=NOON)]
    snap = snapshot(reads, time)
    snap.refresh()
    sent = status(snap)
    assert (len(sent["alerts"]), sent["alerts_total"], sent["counts"]) == (301, 300, [0, 300, 0, 0])
    assert sum(tile["alerts"][1] for tile in sent["tiles"]) == 300


def test_a_made_up_vessel_on_the_map_marks_the_wall_as_demonstration(reads, time):
    snap = Snapshot(reads, options(demo=False), time.ms, "build")
    snap.refresh()
    assert status(snap)["demo"] is False
    reads.samples = frozenset({int(reads.mmsi[5])})
    snap = Snapshot(reads, options(demo=False), time.ms, "build")
    snap.refresh()
    assert status(snap)["demo"] is True


def ais_late_after(snap: Snapshot) -> float:
    return status(snap)["feeds"][0]["late_after_s"]


def test_a_fast_feed_of_unknown_hours_is_known_by_its_moves_soon_after_the_start(reads, time):
    reads.hour_pace = 0
    reads.source[:] = VMS  # none of its vessels tells of it
    snap = snapshot(reads, time)
    for _ in range(25):
        snap.refresh()
        time.forward(1)
    assert ais_late_after(snap) == 10.0
    reads.ais_on = False
    time.forward(600)
    snap.refresh()
    assert ais_late_after(snap) == 10.0
    reads.ais_on = True  # the outage is no part of its pace
    for _ in range(3):
        snap.refresh()
        time.forward(1)
    assert ais_late_after(snap) == 10.0


def test_a_feed_that_stopped_before_the_server_began_is_known_by_its_vessels(reads, time):
    reads.hour_pace = 0
    told = reads.vessels

    def spread(since_rev: int = 0):
        rows = told(since_rev)
        return replace(rows, received_at=rows.received_at - np.arange(len(rows.mmsi)) % 30 * 500_000)

    reads.vessels = spread
    snap = snapshot(reads, time)
    snap.refresh()
    assert ais_late_after(snap) == 10.0
    reads.vessels = told  # all in one burst: says nothing of a pace
    snap = snapshot(reads, time)
    snap.refresh()
    assert ais_late_after(snap) == 600.0


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


def test_data_stamped_ahead_of_now_is_a_fault_and_not_ready(client, reads, time):
    assert client.get("/readyz").json()["clock"] == "right"
    time.forward(-5)
    assert client.get("/readyz").status_code == 200
    time.forward(-1)
    ahead = client.get("/readyz")
    assert ahead.status_code == 503
    assert (ahead.json()["clock"], ahead.json()["fresh"]) == ("ahead", False)


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


def test_metrics_leave_out_the_hour_of_a_feed_that_is_not_counted(reads, time):
    reads.more_feeds = [feed(9, "quay", hour_count=0)]
    snap = snapshot(reads, time)
    snap.refresh()
    text = exposition(process_registry(), snap, time.ms()).decode()
    assert 'maritime_grid_feed_hour_messages{feed="terminals"} 5000.0' in text
    assert 'maritime_grid_feed_down{feed="quay"} 0.0' in text
    assert 'maritime_grid_feed_hour_messages{feed="quay"}' not in text


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
