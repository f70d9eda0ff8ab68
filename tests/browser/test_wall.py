"""The wall in a real browser, judged by what is on the screen."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.app import create_app
from dashboard.serve import now_ms
from maritime_grid.store.rows import PlaceRow
from tests.unit.dashboard.reads_builder import FleetReads, alert, feed, options
from tests.unit.dashboard.serving import serving

LIVE = "window.__mg?.painted?.n > 0 && window.__mg.status && MG.meta?.names.length > 0"
TILED = "document.querySelectorAll('#tiles .tile').length > 20"
# what moves the map under the pointer has come: the grids it fits to, the banner that takes room from it
SETTLED = """document.querySelectorAll('.grid-label').length > 5
  && (window.__mg.status.alerts.some((a) => a.active && a.severity === 4)
    !== document.getElementById('banner-sos').hidden)
  && MG.map.getSize().y === MG.map.getContainer().clientHeight"""
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
    title = "舟山海上网格" if lang == "zh_CN" else "Zhoushan Sea Grids"
    wall.wait(f"document.title === '{title}'", 3)
    wall.page.evaluate("document.title = 'of another'")
    wall.wait(f"document.title === '{title}'", 3)
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
        '#banner-sos-title, #banner-sos-sub, .tile .name, .tile .now, .tile .silent, .alert .who, .count, #age, '
        + '#clock, .chip')]
        .filter(n => n.scrollWidth > n.clientWidth + 1 && n.clientWidth).map(n => n.textContent)""")
    assert cut == []
    over_another = wall.page.evaluate("""() => [...document.querySelectorAll('.tile.silence')].filter((n) => {
      const range = document.createRange();
      const box = (m) => { range.selectNodeContents(m); return range.getBoundingClientRect(); };
      const now = box(n._now), bad = box(n._bad._silent);
      const crossing = now.right > bad.left && now.bottom > bad.top && bad.bottom > now.top;
      return crossing || bad.bottom > n.getBoundingClientRect().bottom;
    }).map((n) => n.textContent)""")
    assert wall.page.locator(".tile.calm.silence").count() > 0
    assert over_another == []


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
    wall.wait(f"{LIVE} && {TILED} && {SETTLED}")
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


def test_a_hostile_ship_name_stays_text(address, open_wall, reads):
    bad = "<img src=x onerror=window.owned=1>"
    reads.open_alerts = [
        type(a)(**{**{s: getattr(a, s) for s in a.__slots__}, "vessel_name": bad}) for a in reads.open_alerts
    ]
    wall = open_wall(address)
    wall.wait(f"{LIVE} && document.querySelector('.alert .who')?.textContent.includes('onerror')")
    assert bad in wall.text("#banner-sos-title")
    assert wall.page.locator("#wall img[src=x]").count() == 0
    assert wall.page.evaluate("window.owned") is None


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
        const cells = p.small.length + Math.min(p.page, p.turning.length);
        out.push([n, bad, p.tall.length + p.small.length, p.tall.length + Math.ceil(cells / 3) <= p.columns]);
      }
      return out;
    }""")
    for n, bad, shown, fits in kept:
        assert shown == bad, (n, bad)
        assert fits, (n, bad)


def test_more_grids_in_alert_than_fit_stay_or_turn_and_none_vanishes(address, open_wall):
    wall = open_wall(address)
    wall.wait("window.MG?.planTiles")
    plans = wall.page.evaluate("""() => [[200, 48], [200, 60], [200, 120], [200, 200], [60, 46]].map(([n, bad]) => {
      const grids = Array.from({length: n}, (_, k) => ({code: k, worst: k < bad ? 2 : 0}));
      const p = MG.planTiles(grids, 118.5), fixed = [...p.tall, ...p.small];
      const cells = p.tall.length * 3 + p.small.length + p.page;
      const reached = new Set([...fixed, ...p.turning].map((t) => t.code)).size;
      return [n, reached, p.page, cells <= p.columns * 3, p.turning[0].code - fixed.length];
    })""")
    for n, reached, page, fits, next_worst in plans:
        assert (reached, fits, next_worst) == (n, True, 0)
        assert page >= 3


def test_alerts_that_are_over_fill_only_the_rows_left(address, open_wall, reads):
    now = datetime.now(UTC)
    over = [alert("silence", 3, k, active=False, cleared_at=now, raised_at=now) for k in range(1, 61)]
    reads.open_alerts = [alert("silence", 2, 100 + k, raised_at=now) for k in range(30)] + over
    wall = open_wall(address)
    wall.wait(f"{LIVE} && window.__mg.status.alerts.length === 90 && document.querySelector('.alert')")
    pages = wall.page.evaluate("""() => Array.from({length: 12}, (_, turn) => {
      MG.paintAlerts(window.__mg.status, turn);
      return [...document.querySelectorAll('.alert')].map((n) => n.classList.contains('over'));
    })""")
    room = max(map(len, pages))
    cycle = -(-30 // room)
    assert sum(page.count(False) for page in pages[:cycle]) == 30
    assert [any(page) for page in pages[:cycle]] == [False] * (cycle - 1) + [30 % room > 0]
    assert "30" in wall.text("#alert-more")


def test_a_zone_whose_entry_alerts_is_drawn_and_named(address, open_wall):
    wall = open_wall(address)
    wall.wait(LIVE)
    wall.wait("[...document.querySelectorAll('.alert .where')].some(n => n.textContent.includes('禁入区甲'))")
    style = wall.page.evaluate("""() => {
      let found = null;
      MG.map.eachLayer((l) => { if (l.feature?.properties.kind === 'prohibited') found = l.options; });
      return [found.opacity, Boolean(found.dashArray)];
    }""")
    assert style == [1, True]


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


def test_an_open_card_counts_its_age_on(address, open_wall):
    wall = open_wall(address)
    wall.wait(LIVE)
    click_vessel(wall)
    age = "parseInt(document.querySelector('#card [data-since]').textContent)"
    wall.wait(f"{age} >= 2")
    wall.wait(f"{age} >= 4")


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
def test_an_answer_that_is_not_ours_keeps_no_wall_green(address, open_wall, path):
    """As behind a login proxy whose session ended: everything is 200, and a page of HTML."""
    wall = open_wall(address)
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


def test_a_restarted_server_with_other_polygons_is_followed(open_wall):
    reads = FleetReads(lambda: datetime.now(UTC))
    with serving(create_app(reads, settings=options(), clock=now_ms).server) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && MG.gridCodes().length === 34")
    other = FleetReads(lambda: datetime.now(UTC))
    other._places = [place for place in other._places if place.code != 5]
    with serving(create_app(other, settings=options(), clock=now_ms).server, int(url.rsplit(":", 1)[1])):
        wall.wait("MG.gridCodes().length === 33 && !MG.gridCodes().includes(5)", 25)


def test_places_loaded_again_leave_no_canvas_behind(address, open_wall):
    wall = open_wall(address)
    wall.wait(f"{LIVE} && {TILED} && MG.gridCodes().length === 34")
    count = "document.querySelectorAll('canvas').length"
    before = wall.page.evaluate(count)
    wall.page.evaluate("(async () => { for (let k = 0; k < 4; k++) await MG.loadPlaces(); })()")
    assert wall.page.evaluate(count) == before
    assert wall.page.evaluate("MG.gridCodes().length") == 34


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
