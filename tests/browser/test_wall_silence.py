"""What the wall shows when data, store or server stop, and that it comes back by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.app import create_app
from dashboard.serve import now_ms
from tests.unit.dashboard.reads_builder import FleetReads, feed, options
from tests.unit.dashboard.serving import serving

from .wall_browser import LIVE, TILED, shared_address, shared_reads

__all__ = ["shared_address", "shared_reads"]


def test_chips_are_of_watched_feeds_by_name_where_a_kind_is_twice_and_late_ones_first(address, open_wall, reads):
    now = datetime.now(UTC)
    reads.more_feeds = [
        feed(3, "ais", name="file:2024.nmea", watched=False, last_at=now - timedelta(days=9)),
        *[feed(code, "other", name=f"radar{code}", last_at=now) for code in range(4, 9)],
        feed(9, "ais", name="tower", last_at=now - timedelta(days=9)),
    ]
    wall = open_wall(address)
    wall.wait(f"{LIVE} && document.querySelectorAll('.chip').length === 6")
    names = wall.page.evaluate("MG.wallFeeds(window.__mg.status).map(f => MG.feedName(f, window.__mg.status))")
    assert sorted(names) == ["AIS ais-udp", "AIS tower", *[f"其他 radar{k}" for k in range(4, 9)], "北斗"]
    assert wall.page.locator(".chip").first.get_attribute("class") == "chip late"
    assert "AIS tower" in wall.text("#feeds")
    assert "2024" not in wall.text("#feeds")


def test_a_stopped_feed_shows_in_its_first_hour(address, open_wall, reads):
    reads.open_alerts, reads.hour_pace = [], 0
    wall = open_wall(address)
    wall.wait(f"{LIVE} && window.__mg.status.feeds[0].late_after_s < 15", 30)
    reads.ais_on = False
    wall.wait("!document.getElementById('banner-feed').hidden && document.querySelector('.chip.late')", 15)
    assert "AIS" in wall.text("#banner-feed")


def test_a_stopped_feed_shows_while_while_others_go_on(address, open_wall, reads):
    reads.open_alerts = []
    wall = open_wall(address)
    wall.wait(LIVE)
    wall.wait("document.querySelectorAll('.chip.good').length === 2")
    reads.ais_on = False
    wall.wait("!document.getElementById('banner-feed').hidden", 15)
    assert "AIS" in wall.text("#banner-feed")
    assert wall.page.locator("#banner-dead").is_hidden()
    assert wall.page.locator(".chip.late").count() == 1
    wall.shot("feed-stopped")


def test_data_that_stops_coming_is_shown_within_15_s_and_clears_by_itself(address, open_wall, reads):
    wall = open_wall(address)
    wall.wait(LIVE)
    reads.feeding = False
    wall.wait("!document.getElementById('banner-dead').hidden", 15)
    assert "数据中断" in wall.text("#banner-dead")
    assert "NO LIVE DATA" in wall.text("#banner-dead")
    wall.shot("stale")
    reads.feeding = True
    wall.wait("document.getElementById('banner-dead').hidden")


def test_a_dead_store_is_shown_with_the_last_picture_kept(address, open_wall, reads):
    wall = open_wall(address)
    wall.wait(LIVE)
    reads.up = False
    wall.wait("!document.getElementById('banner-dead').hidden", 15)
    assert "数据库中断" in wall.text("#banner-dead")
    assert wall.page.evaluate("MG.fleet.n") == 1200


def test_a_dead_server_is_shown_within_15_s_and_the_wall_comes_back_by_itself(open_wall):
    reads = FleetReads(lambda: datetime.now(UTC)).with_events()

    def app():
        return create_app(reads, settings=options(), clock=now_ms).server

    with serving(app()) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && {TILED}")
        wall.shot("calm")
    wall.wait("!document.getElementById('banner-dead').hidden", 15)
    assert "服务器无应答" in wall.text("#banner-dead")
    assert wall.page.locator("#banner-dead").bounding_box()["width"] == 1920
    wall.shot("server-dead")
    wall.page.evaluate("window.sameWindow = true")
    with serving(app(), int(url.rsplit(":", 1)[1])):
        wall.wait("document.getElementById('banner-dead').hidden && window.__mg.painted.n === 1200", 25)
        assert wall.page.evaluate("window.sameWindow") is True


@pytest.mark.parametrize("path", ["**/api/v1/wall/*", "**/api/v1/wall/vessels.bin"])
def test_an_answer_that_is_not_ours_keeps_no_wall_green(shared_address, open_wall, path):
    """As behind a login proxy whose session ended: everything is 200, and a page of HTML."""
    wall = open_wall(shared_address)
    wall.wait(LIVE)
    page = "<html>please log in: your session is over, and this text is longer than a header of 64 bytes</html>"
    wall.page.route(path, lambda route: route.fulfill(status=200, content_type="text/html", body=page))
    wall.wait("!document.getElementById('banner-dead').hidden", 15)
    assert "服务器无应答" in wall.text("#banner-dead")
    assert abs(wall.page.evaluate("MG.now() - Date.now()")) < 2_000
    wall.page.unroute(path)
    wall.wait("document.getElementById('banner-dead').hidden")


def test_a_receipt_from_the_future_is_a_fault_of_the_clock(address, open_wall, reads):
    wall = open_wall(address)
    wall.wait(LIVE)
    reads.ahead_s = 3_600
    wall.wait("document.getElementById('banner-dead').textContent.includes('时钟异常')", 15)
    assert "CLOCK FAULT" in wall.text("#banner-dead")
    assert wall.text("#age-value") == "时钟异常"
    assert "时钟异常" in wall.text("#feeds")
    wall.shot("clock-fault")
    reads.ahead_s = 0
    wall.wait("document.getElementById('banner-dead').hidden")


def test_a_store_never_reached_counts_from_the_opening_of_the_page(address, open_wall, reads):
    reads.up = False
    app = create_app(reads, settings=options(), clock=now_ms)
    with serving(app.server) as url:
        wall = open_wall(url)
        wall.wait("/ [3-9] /.test(document.getElementById('banner-dead-title')?.textContent)", 15)
    assert "数据库中断" in wall.text("#banner-dead")
