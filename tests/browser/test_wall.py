"""The wall in a real browser, judged by what is on the screen: whole, readable, and all that it says of alerts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.dashboard.reads_builder import alert

from .wall_browser import LIVE, TILED, shared_address, shared_reads, shared_wall

__all__ = ["shared_address", "shared_reads", "shared_wall"]


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_the_wall_loads_without_outside_requests_or_errors(shared_address, open_wall, lang, width, height):
    wall = open_wall(f"{shared_address}/?lang={lang}", width, height)
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


def test_main_figures_are_readable_from_four_metres(shared_wall):
    wall = shared_wall
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


def test_no_text_of_the_wall_is_cut_that_must_be_read(shared_wall):
    wall = shared_wall
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


def test_a_grid_with_an_open_alert_is_on_every_page(shared_wall):
    wall = shared_wall
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


def test_more_grids_in_alert_than_fit_stay_or_turn_and_none_vanishes(shared_wall):
    wall = shared_wall
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


def test_a_zone_whose_entry_alerts_is_drawn_and_named(shared_wall):
    wall = shared_wall
    wall.wait(LIVE)
    wall.wait("[...document.querySelectorAll('.alert .where')].some(n => n.textContent.includes('禁入区甲'))")
    style = wall.page.evaluate("""() => {
      let found = null;
      MG.map.eachLayer((l) => { if (l.feature?.properties.kind === 'prohibited') found = l.options; });
      return [found.opacity, Boolean(found.dashArray)];
    }""")
    assert style == [1, True]


def test_an_hour_of_refreshes_leaves_no_nodes_behind(shared_address, open_wall):
    wall = open_wall(shared_address)
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
