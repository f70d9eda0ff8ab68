"""The wall in a real browser, judged by what is on the screen."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from dashboard.app import create_app
from dashboard.serve import now_ms
from tests.unit.dashboard.reads_builder import FleetReads, options
from tests.unit.dashboard.serving import serving

LIVE = "window.__mg?.painted?.n > 0 && window.__mg.status && MG.meta?.names.length > 0"
TILED = "document.querySelectorAll('#tiles .tile').length > 20"
SUM_OF_PIXELS = """() => {
  const c = document.querySelector('canvas.vessels'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let sum = 0, lit = 0;
  for (let k = 3; k < d.length; k += 4) if (d[k]) { lit++; sum = (sum * 31 + k + d[k - 1]) % 2147483647; }
  return [lit, sum];
}"""


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_the_wall_loads_without_outside_requests_or_errors(address, open_wall, lang, width, height):
    wall = open_wall(f"{address}/?lang={lang}", width, height)
    wall.wait(f"{LIVE} && {TILED}")
    wall.wait("document.querySelectorAll('.grid-label').length > 5")
    wall.shot(f"wall-{lang}-{width}")
    assert wall.outside == []
    assert wall.errors == []
    assert wall.page.evaluate("window.__mg.error") is None
    assert wall.page.title() == ("舟山海上网格" if lang == "zh_CN" else "Zhoushan Sea Grids")
    body = wall.page.evaluate("(e => [e.scrollWidth, e.scrollHeight])(document.documentElement)")
    assert body == [width, height]


def test_main_figures_are_readable_from_four_metres(address, open_wall):
    wall = open_wall(address)
    wall.wait(f"{LIVE} && {TILED}")
    size = "s => [...document.querySelectorAll(s)].map(n => parseFloat(getComputedStyle(n).fontSize))"
    for figures in ("#age-value", "#clock-time", ".count strong", ".tile .now", "#banner-sos-title", "#banner-sos-sub"):
        sizes = wall.page.evaluate(size, figures)
        assert sizes, figures
        assert min(sizes) >= 32, figures
    for text in (".alert .where", "#event-list li", ".tile .name", ".chip", "#legend li", "#attribution", ".mark"):
        sizes = wall.page.evaluate(size, text)
        assert sizes, text
        assert min(sizes) >= 18, text


def test_no_text_of_the_wall_is_cut_that_must_be_read(address, open_wall):
    wall = open_wall(address)
    wall.wait(f"{LIVE} && {TILED}")
    cut = wall.page.evaluate("""() => [...document.querySelectorAll(
        '#banner-sos-title, #banner-sos-sub, .tile .name, .alert .who, .count, #age, #clock, .chip')]
        .filter(n => n.scrollWidth > n.clientWidth + 1 && n.clientWidth).map(n => n.textContent)""")
    assert cut == []


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


def test_pan_and_zoom_survive_refreshes(address, open_wall):
    wall = open_wall(address)
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


def click_vessel(wall) -> int:
    """Clicks a vessel that lies alone near the middle; returns its MMSI."""
    i, x, y = wall.page.evaluate("""() => {
      const box = MG.map.getContainer().getBoundingClientRect(), hits = [];
      for (let i = 0; i < MG.fleet.n; i++) {
        const p = MG.map.latLngToContainerPoint(MG.placeOf(i));
        if (p.x > 300 && p.y > 150 && p.x < 700 && p.y < 380) hits.push([i, p.x + box.x, p.y + box.y]);
      }
      return hits[0];
    }""")
    wall.page.mouse.click(x, y)
    wall.page.wait_for_selector("#card dl")
    assert i >= 0
    return wall.page.evaluate("Number(document.querySelector('#card dd').textContent)")


def test_a_click_opens_the_card_and_escape_or_the_cross_closes_it(address, open_wall, reads):
    wall = open_wall(address)
    wall.wait(LIVE)
    mmsi = click_vessel(wall)
    assert mmsi in reads.mmsi
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


def test_a_hostile_ship_name_stays_text(address, open_wall, reads):
    bad = "<img src=x onerror=document.title='owned'>"
    reads.open_alerts = [
        type(a)(**{**{s: getattr(a, s) for s in a.__slots__}, "vessel_name": bad}) for a in reads.open_alerts
    ]
    wall = open_wall(address)
    wall.wait(f"{LIVE} && document.querySelector('.alert .who')?.textContent.includes('onerror')")
    assert bad in wall.text("#banner-sos-title")
    assert wall.page.locator("#wall img[src=x]").count() == 0
    assert wall.page.title() == "舟山海上网格"


def test_an_emergency_cannot_be_overlooked(address, open_wall):
    wall = open_wall(address)
    wall.wait(f"{LIVE} && !document.getElementById('banner-sos').hidden")
    banner = wall.page.locator("#banner-sos").bounding_box()
    assert banner["width"] == 1920
    assert banner["height"] >= 64
    words = wall.text("#banner-sos")
    for part in ("紧急", "SOS", "浙普渔60003", "东极近岸", "3 分", "机舱进水"):
        assert part in words
    wall.wait("!document.getElementById('inset').hidden")


def test_a_grid_with_an_open_alert_is_on_every_page(address, open_wall):
    wall = open_wall(address)
    wall.wait(f"{LIVE} && {TILED}")
    kept = wall.page.evaluate("""() => {
      const grids = (n, bad) => Array.from({length: n}, (_, k) => ({code: k, worst: k < bad ? 2 : 0}));
      const out = [];
      for (const [n, bad] of [[34, 0], [34, 6], [34, 20], [34, 34], [60, 3], [200, 30]]) {
        const p = MG.planTiles(grids(n, bad), 118.5);
        const cells = p.small.length + Math.min(p.page, p.calm.length);
        out.push([n, bad, p.tall.length + p.small.length, p.tall.length + Math.ceil(cells / 3) <= p.columns]);
      }
      return out;
    }""")
    for n, bad, shown, fits in kept:
        assert shown == bad, (n, bad)
        assert fits, (n, bad)


def test_a_stopped_feed_shows_while_others_go_on(address, open_wall, reads):
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


def test_an_hour_of_refreshes_leaves_no_nodes_behind(address, open_wall):
    wall = open_wall(address)
    wall.wait(f"{LIVE} && {TILED}")
    count = "document.querySelectorAll('*').length"
    wall.page.wait_for_timeout(1500)
    before = wall.page.evaluate(count)
    wall.page.evaluate("""() => { for (let k = 0; k < 720; k++) {
      const s = window.__mg.status;
      for (const paint of [MG.paintAlerts, MG.paintTiles, MG.paintEvents, MG.paintFeeds, MG.paintMarks]) paint(s, k);
      MG.markAlerts(s.alerts);
      MG.shadeGrids(s.tiles);
    } }""")
    assert abs(wall.page.evaluate(count) - before) < 60
