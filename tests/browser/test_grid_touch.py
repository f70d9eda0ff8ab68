"""Grids drawn by a finger on a phone: the map comes first, a corner is caught beside its mark, and all is judged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from tests.integration.web.desks import DeskSite

from .conftest import Wall, _watch
from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE
from .test_grid_drawing import SOUND, desk, place

__all__ = ["desk"]
pytestmark = pytest.mark.needs_chromium
BESIDE = 12  # px from the middle of a corner's mark, which is 14 px wide


@pytest.fixture
def phone(browser: Browser, desk: DeskSite) -> Iterator[Wall]:
    with ExitStack() as stack:
        width, height = PHONE
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
        stack.callback(context.close)
        context.add_cookies([{"name": "mg", "value": desk.token("town1"), "url": desk.address}])
        window = Wall(context.new_page())
        _watch(context, window)
        window.page.goto(f"{desk.address}/grids?view=propose&lang=en")
        window.wait("MG.gridMap && document.querySelectorAll('#grids-draft-map path.grid-shape').length === 2")
        yield window


def draw_a_finger(window: Wall, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A finger put down, moved and lifted, as the screen of a phone tells it."""
    cdp = window.page.context.new_cdp_session(window.page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", start)
    for n in range(1, 6):
        touch("touchMove", tuple(a + (b - a) * n / 5 for a, b in zip(start, end, strict=True)))
    touch("touchEnd")


def test_finger_moves_a_corner_that_it_only_nearly_hits(phone: Wall):
    page = phone.page
    chart, form = (page.locator(part).bounding_box() for part in (".grid-chart", ".grid-form"))
    assert chart["y"] < form["y"]
    page.locator("#grids-draft-map").scroll_into_view_if_needed()
    page.touchscreen.tap(*place(phone, 122.2, 30.3))
    phone.wait("document.querySelectorAll('.grid-handle.corner').length === 4")
    phone.shot("grids-draw-phone")
    (x, y), end = place(phone, 122.5, 30.5), place(phone, 122.7, 30.5)
    draw_a_finger(phone, (x + BESIDE, y - BESIDE), (end[0] + BESIDE, end[1] - BESIDE))
    phone.wait(f"document.querySelector('{SOUND}')")
    assert "近岸网格二 → 近岸网格一" in phone.text("#grids-judged")
    phone.shot("grids-draw-phone-moved")
    page.locator("[data-act=undo]").tap()
    phone.wait(f"!document.querySelector('{SOUND}')")
    assert phone.errors == []
