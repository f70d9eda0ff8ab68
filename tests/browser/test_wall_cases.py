"""What the wall shows of cases, and of what people did with alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.app import create_app
from dashboard.serve import now_ms
from maritime_grid.store.rows import CaseTally
from tests.browser.wall_browser import LIVE, TILED
from tests.unit.dashboard.reads_builder import FleetReads, options
from tests.unit.dashboard.serving import serving

BANNER = "document.getElementById('banner-sos')"
CASES = [
    CaseTally(2, 3, 0, 0, 0, 0), CaseTally(8, 4, 2, 1, 1, 1), CaseTally(12, 2, 1, 0, 0, 0),
    CaseTally(15, 1, 0, 0, 0, 0), CaseTally(21, 0, 0, 1, 0, 0), CaseTally(26, 0, 0, 0, 0, 2),
]  # fmt: skip
CUT = """() => [...document.querySelectorAll('.tile')].flatMap((tile) => {
  const box = tile.getBoundingClientRect();
  return [...tile.querySelectorAll('span')].filter((n) => n.childElementCount === 0 && n.textContent).filter((n) => {
    const range = document.createRange();
    range.selectNodeContents(n);
    const r = range.getBoundingClientRect();
    return r.width && !n.matches('.name, .silent') && (r.right > box.right + 1 || r.bottom > box.bottom + 1);
  }).map((n) => tile.textContent + ': ' + n.textContent);
})"""


def with_acts(reads: FleetReads) -> None:
    """The emergency was seen by a town, an entry closed, a silence seen yesterday by somebody without a post."""
    now = reads.now()
    sos, silence, other, entry, *rest = reads.open_alerts
    reads.open_alerts = [
        replace(sos, seen_at=now - timedelta(minutes=2), seen_zh="东极镇", seen_en="Dongji"),
        replace(silence, seen_at=now - timedelta(hours=26)),
        other,
        replace(entry, seen_at=now, resolved_at=now, seen_zh="海警工作站", seen_en="Coast guard"),
        *rest,
    ]


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_disputes_emergencies_and_what_is_late_of_them_stand_on_the_tiles(open_wall, lang, width, height):
    reads = FleetReads(options_now()).with_troubles()
    reads.cases = CASES
    with serving(create_app(reads, settings=options(), clock=now_ms).server) as url:
        wall = open_wall(f"{url}/?lang={lang}", width, height)
        wall.wait(f"{LIVE} && {TILED} && document.querySelector('.tile .major:not(:empty)')")
        wall.page.wait_for_timeout(700)
        wall.shot(f"wall-cases-{lang}-{width}")
        shown = wall.page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('.tile')].map((n) =>
          [n.dataset.key, ['_disputes', '_late', '_emergencies', '_urgent'].map((k) => n._bad[k]).concat([n._major])
            .map((m) => m.offsetParent ? m.textContent.replace(/\\D/g, '') : '')]))""")
        assert shown["8"] == ["4", "2", "1", "1", "1"]
        assert shown["12"] == ["2", "1", "", "", ""]
        assert shown["2"][:2] == ["3", ""]
        assert shown["21"] == ["", "", "1", "", ""]
        assert shown["26"] == ["", "", "", "", "2"]
        tall = wall.page.evaluate("[...document.querySelectorAll('.tile.tall')].map((n) => n.dataset.key)")
        assert {"8", "12", "21", "26"} <= set(tall)
        calm = """document.querySelector('.tile.calm.dispute[data-key="15"]')"""
        wall.wait(calm, 30)  # its page may have to come first
        assert "1" in wall.page.evaluate(f"{calm}._bad.innerText")
        assert wall.page.evaluate(CUT) == []
        size = "s => Math.min(...[...document.querySelectorAll(s)].map(n => parseFloat(getComputedStyle(n).fontSize)))"
        for text in (".tile .major:not(:empty)", ".tile .late:not(:empty)", ".tile .emergencies.some"):
            assert wall.page.evaluate(size, text) >= 18 * width / 1920, text
        assert wall.errors == []


def test_acknowledged_emergency_stays_and_calms_down_and_says_which_unit_has_it(open_wall):
    reads = FleetReads(options_now()).with_troubles()
    with serving(create_app(reads, settings=options(), clock=now_ms).server) as url:
        wall = open_wall(url)
        wall.wait(f"{LIVE} && {TILED} && !{BANNER}.hidden && document.querySelector('.pulse.level4')")
        running = f"getComputedStyle({BANNER}).animationName"
        assert wall.page.evaluate(running) == "breathe"
        with_acts(reads)
        wall.wait(f"{BANNER}.classList.contains('seen')")
        assert "已由 东极镇 确认 " in wall.text("#banner-sos")
        assert wall.page.evaluate(running) == "none"
        wall.wait("document.querySelector('#map .pulse.level4.seen')")
        wall.page.wait_for_timeout(300)
        wall.shot("wall-acknowledged")
        rows = "[...document.querySelectorAll('.alert')].map(n => n.className + ' ' + n.innerText)"
        first = wall.page.evaluate(rows)
        assert any("seen" in row and "已由 东极镇 确认" in row for row in first)
        assert any("月" in row and "已确认" in row for row in first)
        wall.wait("document.querySelector('.alert.over')?.innerText.includes('已核实关闭')", 15)
        assert wall.text("#count-alarm") == "1"
        one, two = reads.open_alerts[0], FleetReads(options_now()).with_troubles().open_alerts[0]
        reads.open_alerts = [one, replace(two, alert_id="another", mmsi=412_000_700, vessel_name="浙岱渔1")]
        wall.wait(f"!{BANNER}.classList.contains('seen') && {BANNER}.textContent.includes('浙岱渔1')", 15)
        assert wall.errors == []


def options_now():
    return lambda: datetime.now(UTC)
