"""What the tests of the wall share: when it is there, a click on a vessel, and one server for those who only look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from dashboard.app import create_app
from dashboard.serve import now_ms
from tests.unit.dashboard.reads_builder import FleetReads, options
from tests.unit.dashboard.serving import serving

from .conftest import Wall, _watch

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


@pytest.fixture(scope="module")
def shared_reads() -> FleetReads:
    """As `reads`, for tests that turn none of its switches."""
    return FleetReads(lambda: datetime.now(UTC)).with_troubles()


@pytest.fixture(scope="module")
def shared_address(shared_reads: FleetReads) -> Iterator[str]:
    with serving(create_app(shared_reads, settings=options(), clock=now_ms).server) as url:
        yield url


@pytest.fixture(scope="module")
def shared_wall(browser: Browser, shared_address: str) -> Iterator[Wall]:
    """One open wall for tests that only look at it."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    wall = Wall(context.new_page())
    _watch(context, wall)
    wall.page.goto(shared_address)
    yield wall
    context.close()


def click_vessel(wall: Wall) -> int:
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
