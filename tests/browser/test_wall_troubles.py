"""What may befall an open wall, and what must stay readable then; each wall opened is put to several tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.app import create_app
from dashboard.serve import now_ms
from tests.unit.dashboard.reads_builder import FleetReads, alert, options
from tests.unit.dashboard.serving import serving

from .wall_browser import LIVE, SETTLED, TILED

BANNER, DEAD = "document.getElementById('banner-sos')", "document.getElementById('banner-dead')"
RING = """() => {
  let ring = null, best = -1, least = 1e9;
  MG.map.eachLayer((l) => { if (l.options?.icon?.options?.html?.className === 'chosen') ring = l.getLatLng(); });
  if (!ring) return 0;
  for (let i = 0; i < MG.fleet.n; i++) {
    const [lat, lon] = MG.placeOf(i), away = Math.hypot(lat - ring.lat, lon - ring.lng);
    if (away < least) { least = away; best = MG.mmsiOf(i); }
  }
  return best;
}"""


ROWS = """() => Array.from({length: 8}, (_, turn) => {
  MG.paintAlerts(window.__mg.status, turn);
  return [...document.querySelectorAll('.alert')]
    .map((n) => [n.dataset.key, n._rule.textContent, n._who.textContent, n._where.textContent]);
}).flat()"""


def utc_now() -> datetime:
    return datetime.now(UTC)


def app_of(reads: FleetReads, **changes: float):
    return create_app(reads, settings=options(**changes), clock=now_ms).server


def grids_in_view(wall) -> bool:
    """Whether the whole of every grid is on the map, as it is after each fit."""
    return wall.page.evaluate("""() => {
      const seen = MG.map.getBounds(), out = [];
      MG.map.eachLayer((l) => {
        if (l.options?.pane === 'grids' && l.getBounds) out.push(seen.contains(l.getBounds()));
      });
      return out.length > 30 && out.every(Boolean);
    }""")


class Turned(FleetReads):
    """The same fleet in another order of rows, as another server may read it."""

    def vessels(self, since_rev: int = 0):
        rows = super().vessels(since_rev)
        names = ("mmsi", "t", "received_at", "lon", "lat", "sog", "cog", "source", "grid", "in_port", "motion")
        return replace(rows, **{name: getattr(rows, name)[::-1].copy() for name in names})


def test_a_server_restarted_while_the_store_is_away_wipes_nothing_off(open_wall):
    reads = FleetReads(utc_now).with_troubles()
    with serving(app_of(reads)) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && {TILED} && !{BANNER}.hidden")
        wall.page.wait_for_timeout(3_000)  # so that the page is older than the outage
        wall.page.evaluate("MG.openCard(10)")
        wall.page.wait_for_selector("#card dl")
        chosen = wall.page.evaluate("MG.mmsiOf(10)")
        wall.wait(f"({RING})() === {chosen}")
    last = wall.page.evaluate("window.__mg.status.newest")  # after the last answer of the server that ended
    other = Turned(utc_now)
    other.up, other.open_alerts = False, reads.open_alerts
    with serving(app_of(other), int(url.rsplit(":", 1)[1])):
        wall.wait(f"{DEAD}.textContent.includes('数据库中断')", 25)
        kept = "[MG.fleet.n, window.__mg.status.newest, window.__mg.status.alerts.length]"
        n, newest, alerts = wall.page.evaluate(kept)
        assert (n, newest, alerts) == (1_200, last, 7)
        assert "浙普渔60003" in wall.text("#banner-sos")
        assert wall.page.locator(".alert.emergency").count() == 1
        assert wall.page.locator(".tile").count() == 34
        told = "parseInt(document.getElementById('banner-dead-title').textContent.match(/\\d+/)[0])"
        shown_s, true_s = wall.page.evaluate(f"[{told}, (MG.now() - window.__mg.status.newest) / 1000]")
        assert abs(shown_s - true_s) < 2
        wall.shot("restarted-without-store")
        other.up = True
        wall.wait(f"{DEAD}.hidden && MG.meta.epoch === MG.fleet.epoch && MG.mmsiOf(10) !== {chosen}", 25)
        wall.wait(f"({RING})() === {chosen}")
        gone = other.mmsi != chosen
    less = FleetReads(utc_now)
    for name in ("lon", "lat", "cog", "sog", "moored", "mmsi", "grid", "source", "silent"):
        setattr(less, name, getattr(less, name)[gone])
    with serving(app_of(less), int(url.rsplit(":", 1)[1])):
        wall.wait("MG.fleet.n === 1199 && MG.meta.epoch === MG.fleet.epoch", 25)
        wall.wait("!document.querySelector('#card dl') && !document.querySelector('.chosen')")
    assert wall.page.evaluate("window.__mg.error") is None


def test_words_of_alerts_say_what_is_known_and_no_more(address, open_wall, reads):
    raised = utc_now() - timedelta(minutes=3)
    names = {"lon": 122.4, "lat": 29.95, "raised_at": raised}
    long = "甲" * 200
    reads.open_alerts = [
        alert("sos", 4, 412_999_999, grid=0, raised_at=raised, detail={"text": "MAYDAY"}),
        alert("distress_device", 4, 972_000_001, grid=77, detail={"device": "MOB"}, **names),
        alert("sos", 4, 412_000_700, grid=8, vessel_name=long, detail={"note": "x" * 400}, **names),
        alert("zone_entry", 3, 412_000_714, grid=0, **names),
        alert("silence", 2, 412_000_721, grid=8, **names),
        alert("silence", 1, 412_000_728, grid=8, detail={"in_port": True}, **names),
        alert("feed_health", 1, 0, alert_id="low", place="terminals-low", detail={"feed": "terminals"}, **names),
        alert("feed_health", 1, 0, alert_id="gone", place="never", grid=0, detail={"feed": "never"}, **names),
    ]
    reads._places = [replace(place, sample=False) for place in reads._places]
    with serving(app_of(reads)) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && {TILED} && document.querySelector('.alert')")
        shown = {key: tuple(words) for key, *words in wall.page.evaluate(ROWS)}
        assert shown["sos-412999999"] == ("SOS 求救", "412999999", "位置不明 · MAYDAY")
        assert shown["distress_device-972000001"] == ("遇险示位", "972000001", "区域 77 · MOB 有人落水示位标")
        assert shown["zone_entry-412000714"][2] == "网格外"
        assert shown["silence-412000721"][0] == "海上失联"
        assert shown["silence-412000728"][0] == "在港长时间无信号"
        assert shown["low"] == ("数据源异常", "北斗", "数据量低于平常")
        assert shown["gone"] == ("数据源异常", "never", "")
        assert wall.page.evaluate("MG.placeName(0)") == "网格外"
        assert (
            wall.page.evaluate("(m => { MG.meta = null; const s = MG.placeName(8); MG.meta = m; return s; })(MG.meta)")
            == ""
        )
        assert wall.page.locator("#mark-sample").is_hidden()
        assert wall.text("#attribution") == "海岸线 © OpenStreetMap contributors"
        wall.wait("document.getElementById('banner-sos-title').textContent.includes('甲甲甲')")
        wall.shot("long-name")
        ends = wall.page.evaluate("""() => {
          const sub = document.getElementById('banner-sos-sub'), range = document.createRange();
          const until = sub.textContent.indexOf('秒') + 1;
          range.setStart(sub.firstChild, 0);
          range.setEnd(sub.firstChild, until);
          const box = range.getBoundingClientRect();
          return [until, box.left, box.right, box.bottom <= sub.parentNode.getBoundingClientRect().bottom];
        }""")
        assert ends[0] > 8
        assert ends[1] > 0
        assert ends[2] < 1920
        assert ends[3]
    assert wall.errors == []


def test_the_map_fits_again_after_a_click_and_some_time_after_a_drag(open_wall):
    reads = FleetReads(utc_now).with_events()
    with serving(app_of(reads)) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && {SETTLED}")
        wall.page.mouse.click(700, 420)
        troubles = FleetReads(utc_now).with_troubles().open_alerts
        reads.open_alerts = troubles
        wall.wait(f"!{BANNER}.hidden && {SETTLED}")
        assert grids_in_view(wall)
        wall.page.mouse.move(700, 500)
        wall.page.mouse.down()
        wall.page.mouse.move(500, 300, steps=5)
        wall.page.mouse.up()
        wall.page.keyboard.press("Escape")
        assert not grids_in_view(wall)
        reads.open_alerts = []
        wall.wait(f"{BANNER}.hidden && {SETTLED}")
        assert not grids_in_view(wall)
        assert wall.page.evaluate("MG.options.view_s") == 300
        wall.page.evaluate("MG.options.view_s = 2")
        wall.wait("MG.map.getContainer().clientHeight === MG.map.getSize().y && !MG.map.dragging.moving()")
        for _ in range(40):
            if grids_in_view(wall):
                break
            wall.page.wait_for_timeout(100)
        assert grids_in_view(wall)
        reads.open_alerts = troubles
        wall.wait(f"!{BANNER}.hidden && {SETTLED}")
        assert grids_in_view(wall)


def test_a_painter_that_fails_hides_no_emergency_and_is_a_fault_of_its_own(open_wall):
    reads = FleetReads(utc_now).with_events()
    with serving(app_of(reads, dead_s=3.0)) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && {TILED}")
        wall.page.evaluate("""() => {
          window.before = true;
          MG.paintMarks = () => { throw new Error('of marks'); };
        }""")
        reads.open_alerts = FleetReads(utc_now).with_troubles().open_alerts
        wall.wait(f"!{BANNER}.hidden && document.querySelector('.alert.emergency')", 4)
        assert wall.page.locator("#banner-dead").is_hidden()
        asked = []
        wall.page.route("**/healthz", lambda route: (asked.append(route.request.url), route.abort()))
        wall.wait(f"{DEAD}.textContent.includes('画面故障') && !{DEAD}.hidden", 12)
        assert wall.page.get_attribute("#age", "class") == "bad"
        wall.shot("display-fault")
        while not asked:
            wall.page.wait_for_timeout(100)
        assert wall.page.evaluate("window.before") is True  # from a server that is away it loads nothing
        with wall.page.expect_event("domcontentloaded", timeout=10_000):
            wall.page.unroute("**/healthz")
        wall.wait(f"!window.before && {LIVE} && {DEAD}.hidden && !{BANNER}.hidden", 20)
        drawn = "MG.vessels.draw = () => { throw new Error('of vessels'); }"
        wall.page.evaluate(f"() => {{ window.before = true; {drawn}; }}")
        wall.wait(f"{DEAD}.textContent.includes('画面故障') && !{DEAD}.hidden", 15)
        wall.page.wait_for_timeout(5_500)  # it loaded the page a moment ago, and now lets it stand
        assert wall.page.evaluate("window.before") is True
        wall.page.evaluate("() => { delete MG.vessels.draw; }")
        wall.wait(f"{DEAD}.hidden && document.getElementById('age').className === 'good'", 5)


def test_a_page_whose_content_was_not_sent_loads_itself_anew_and_two_languages_are_none(address, open_wall):
    wall = open_wall("about:blank")
    asked = []

    def once(route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    wall.page.route("**/_dash-update-component*", once)
    wall.page.goto(f"{address}/?lang=en&lang=en")
    wall.wait("window.MG?.poll")
    with wall.page.expect_event("domcontentloaded", timeout=15_000):
        wall.page.evaluate("MG.startS = 2")
    wall.wait(f"{LIVE} && {TILED}", 20)
    assert len(asked) > 1
    assert wall.page.evaluate("MG.startS") == 20
    assert wall.page.evaluate("MG.zh") is True


@pytest.mark.parametrize(("lang", "sea"), [("zh", "海上"), ("en", "silent")])
def test_a_large_screen_shows_a_close_up_and_tiles_that_hold_their_words(address, open_wall, reads, lang, sea):
    troubles, reads.open_alerts = reads.open_alerts, []
    wall = open_wall(f"{address}/?lang={lang}", 3840, 2160)
    wall.wait(f"{LIVE} && {TILED} && {SETTLED}")
    wall.page.evaluate("() => { window.L.Map.addInitHook(function () { window.closeUp = this; }); }")
    reads.open_alerts = troubles
    wall.wait(f"!{BANNER}.hidden && {SETTLED} && window.closeUp && !document.getElementById('inset').hidden")
    near, far = wall.page.evaluate("[window.closeUp.getZoom(), MG.map.getZoom()]")
    assert near >= far + 1
    assert near >= 11
    for width, height in ((3840, 2160), (1920, 1080)):
        wall.page.set_viewport_size({"width": width, "height": height})
        wall.wait(f"document.documentElement.clientWidth === {width} && {SETTLED}")
        wall.page.wait_for_timeout(700)
        assert wall.page.locator(".tile.tall .silent").count() > 0
        assert sea in wall.page.locator(".tile.calm.silence .silent").first.inner_text()
        wall.shot(f"tiles-{lang}-{width}")
        cut = wall.page.evaluate("""() => [...document.querySelectorAll('.tile')].filter((n) => {
          const range = document.createRange(), tile = n.getBoundingClientRect();
          const box = (m) => { range.selectNodeContents(m); return range.getBoundingClientRect(); };
          const now = box(n._now), bad = box(n._bad);
          const crossing = bad.width && now.right > bad.left && now.bottom > bad.top && bad.bottom > now.top;
          return crossing || bad.bottom > tile.bottom || bad.right > tile.right || now.right > tile.right;
        }).map((n) => n.textContent)""")
        assert cut == [], width


def test_a_vessel_without_its_mmsi_yet_has_no_name_and_offers_no_card(address, open_wall):
    wall = open_wall(address)
    wall.wait(f"{LIVE} && {SETTLED}")
    x, y = wall.page.evaluate("""() => {
      const box = MG.map.getContainer().getBoundingClientRect();
      for (let i = 0; i < MG.fleet.n; i++) {
        const p = MG.map.latLngToContainerPoint(MG.placeOf(i));
        if (p.x > 300 && p.y > 150 && p.x < 700 && p.y < 380) return [p.x + box.x, p.y + box.y];
      }
    }""")
    named = "MG.nameOf(0) + '/' + MG.map.getContainer().style.cursor"
    wall.page.evaluate("MG.meta = { ...MG.meta, mmsi: [], names: [], names_rev: 1e9 }")
    wall.page.mouse.move(x, y)
    wall.page.mouse.click(x, y)
    wall.page.wait_for_timeout(300)
    assert wall.page.evaluate(named) == "/"
    assert wall.page.locator("#card dl").count() == 0
