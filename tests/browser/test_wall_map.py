"""The map of the wall: vessels that move, what a click opens, storms, and polygons that change."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from dashboard.app import create_app
from dashboard.serve import now_ms
from maritime_grid.store.rows import PlaceRow
from tests.unit.dashboard.reads_builder import FleetReads, options
from tests.unit.dashboard.serving import serving

from .wall_browser import LIVE, SETTLED, SUM_OF_PIXELS, TILED, click_vessel, shared_address, shared_reads

__all__ = ["shared_address", "shared_reads"]


def test_vessels_move_on_the_screen(address, open_wall, reads):
    reads.sog[:] = 600  # so that a second is some pixels
    wall = open_wall(address)
    wall.wait(LIVE)
    lit, before = wall.page.evaluate(SUM_OF_PIXELS)
    frames = wall.painted()["frames"]
    wall.wait(f"window.__mg.painted.frames > {frames + 2}")
    _, after = wall.page.evaluate(SUM_OF_PIXELS)
    assert lit > 1000
    assert before != after
    assert wall.painted()["at"] / 1000 - time.time() < 5


def test_pan_and_zoom_survive_refreshes(shared_address, open_wall):
    wall = open_wall(shared_address)
    wall.wait(LIVE)
    wall.page.mouse.move(700, 500)
    wall.page.mouse.wheel(0, -400)
    wall.page.mouse.down()
    wall.page.mouse.move(520, 420, steps=6)
    wall.page.mouse.up()
    wall.wait("!MG.map._animatingZoom && !MG.map._panAnim?._inProgress && MG.map.getZoom() > 8.6")
    view = "[MG.map.getZoom(), MG.map.getCenter().lat.toFixed(4), MG.map.getCenter().lng.toFixed(4)].join()"
    wall.page.wait_for_timeout(800)
    before = wall.page.evaluate(view)
    frames = wall.painted()["frames"]
    wall.wait(f"window.__mg.painted.frames > {frames + 3}")
    assert wall.page.evaluate(view) == before


def test_a_click_opens_the_card_and_escape_or_the_cross_closes_it(shared_address, open_wall, shared_reads):
    wall = open_wall(shared_address)
    wall.wait(LIVE)
    mmsi = click_vessel(wall)
    assert mmsi in shared_reads.mmsi
    card = wall.text("#card")
    assert f"{mmsi:09d}" in card
    for label in ("MMSI", "船籍港", "沈家门渔港", "所在网格", "航速", "航向", "数据时间", "来源", "ais-udp"):
        assert label in card
    wall.shot("card")
    wall.page.keyboard.press("Escape")
    wall.wait("!document.querySelector('#card dl')")
    click_vessel(wall)
    wall.page.click(".card-close")
    wall.wait("!document.querySelector('#card dl')")
    assert wall.errors == []


def test_an_open_card_counts_its_age_on(shared_address, open_wall):
    wall = open_wall(shared_address)
    wall.wait(LIVE)
    click_vessel(wall)
    age = "parseInt(document.querySelector('#card [data-since]').textContent)"
    wall.wait(f"{age} >= 2")
    wall.wait(f"{age} >= 4")


def test_a_storm_is_drawn_where_it_is_now_and_gone_after_its_last_hour(open_wall, reads):
    now = datetime.now(UTC).timestamp() * 1e6
    knots = [[now - 3600e6, 123.0, 29.0, 40_000.0], [now + 3600e6, 123.4, 30.0, 80_000.0]]
    over = [[now - 7200e6, 122.0, 31.0, 40_000.0], [now - 3600e6, 122.0, 31.5, 40_000.0]]
    for code, track, name in ((900, knots, "台风示例"), (901, over, "已过")):
        area = {"type": "Polygon", "coordinates": [[[122, 29], [124, 29], [124, 31], [122, 29]]]}
        reads.more_places.append(
            PlaceRow(code, name, "zone", "storm", name, "", "", (), True, 1, None, None, area, track)
        )
    with serving(create_app(reads, settings=options(), clock=now_ms).server) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && {SETTLED} && document.querySelector('.grid-label.storm')")
        assert wall.page.locator(".grid-label.storm").all_inner_texts() == ["台风示例"]
        circles = wall.page.evaluate("""() => {
          const found = [];
          MG.map.eachLayer((layer) => {
            const { lat, lng } = layer.getLatLng?.() || {};
            if (layer.getRadius && layer.options.pane === 'zones') found.push(lng, lat, layer.getRadius());
          });
          return found;
        }""")
        assert circles == pytest.approx([123.2, 29.5, 60_000], rel=1e-3)
        assert wall.errors == []
        assert wall.page.evaluate("window.__mg.error") is None
        wall.shot("storm")


def test_a_restarted_server_with_other_polygons_is_followed(open_wall):
    reads = FleetReads(lambda: datetime.now(UTC))
    with serving(create_app(reads, settings=options(), clock=now_ms).server) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && MG.gridCodes().length === 34")
    other = FleetReads(lambda: datetime.now(UTC))
    other._places = [place for place in other._places if place.code != 5]
    with serving(create_app(other, settings=options(), clock=now_ms).server, int(url.rsplit(":", 1)[1])):
        wall.wait("MG.gridCodes().length === 33 && !MG.gridCodes().includes(5)", 25)


def test_places_loaded_again_leave_no_canvas_behind(shared_address, open_wall):
    wall = open_wall(shared_address)
    wall.wait(f"{LIVE} && {TILED} && MG.gridCodes().length === 34")
    count = "document.querySelectorAll('canvas').length"
    before = wall.page.evaluate(count)
    wall.page.evaluate("(async () => { for (let k = 0; k < 4; k++) await MG.loadPlaces(); })()")
    assert wall.page.evaluate(count) == before
    assert wall.page.evaluate("MG.gridCodes().length") == 34
