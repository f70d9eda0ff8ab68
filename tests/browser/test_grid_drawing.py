"""Grids drawn on the map with a real mouse: a corner moved with its neighbour's, a new grid, all the way into force."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shapely.geometry import Point, shape

from tests.integration.store import case_build as cb
from tests.integration.web import grid_world as gw
from tests.integration.web.desks import DeskSite, desk_site

from .conftest import Wall
from .desk_browser import *  # noqa: F403  (its fixtures)

pytestmark = pytest.mark.needs_chromium
SOUND, UNSOUND = "#grids-judged .say.good", "#grids-judged .unsound"


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def place(window: Wall, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on the screen."""
    spot = window.page.evaluate(
        "([lon, lat]) => { const map = MG.gridMap, p = map.latLngToContainerPoint([lat, lon]),"
        " box = map.getContainer().getBoundingClientRect(); return [box.x + p.x, box.y + p.y]; }",
        [lon, lat],
    )
    return spot[0], spot[1]


def drag(window: Wall, start: tuple[float, float], end: tuple[float, float]) -> None:
    mouse, (x0, y0), (x1, y1) = window.page.mouse, place(window, *start), place(window, *end)
    mouse.move(x0, y0)
    mouse.down()
    mouse.move((x0 + x1) / 2, (y0 + y1) / 2, steps=4)
    mouse.move(x1, y1, steps=4)
    mouse.up()


def click(window: Wall, lon: float, lat: float) -> None:
    window.page.mouse.click(*place(window, lon, lat))


def opened(open_desk, name: str = "town1") -> Wall:
    window = open_desk(name, "/grids?view=propose", 1920, 1080)
    window.wait("MG.gridMap && document.querySelectorAll('#grids-draft-map path.grid-shape').length === 2")
    return window


def test_corner_moves_the_neighbour_too_and_the_change_goes_into_force(desk, open_desk):
    town = opened(open_desk)
    assert town.page.locator("#grids-send").is_disabled()
    click(town, 122.2, 30.3)
    town.wait("document.querySelectorAll('.grid-handle.corner').length === 4")
    town.shot("grids-draw-edit-1920")
    drag(town, (122.5, 30.5), (122.62, 30.5))
    town.wait(f"document.querySelector('{SOUND}')")
    town.shot("grids-draw-moved-1920")
    assert "近岸网格二 → 近岸网格一" in town.text("#grids-judged")
    town.page.locator("#grids-reason").fill("渔港扩建,外侧水域划归一网格")
    town.wait("!document.querySelector('#grids-send').disabled")
    town.page.locator("#grids-send").click()
    town.wait("document.querySelector('.grid-detail .grid-reason')")
    approved_and_filed(open_desk)
    ((was, then),) = cb.ask(
        desk.dsn,
        "select (select geometry from api.grid where grid_id = 'G1' and version = 2),"
        " (select geometry from api.grid where grid_id = 'G1' and version = 3)",
    )
    spot = Point(122.55, 30.4)
    assert (shape(was).covers(spot), shape(then).covers(spot)) == (False, True)
    newest = "select version, valid_from from api.grid where grid_id = 'G2' order by 1 desc limit 1"
    assert cb.ask(desk.dsn, newest) == [(3, gw.TOMORROW)]
    assert town.errors == []
    assert town.outside == []


def approved_and_filed(open_desk) -> None:
    county = open_desk("county", "/grids?view=changes&change=1", 1920, 1080)
    county.wait("document.querySelector('.grid-acts')")
    county.wait("document.querySelectorAll('#grids-change-map path').length >= 4")
    county.page.locator("#grids-note").fill("同意")
    county.page.locator("button", has_text="审定同意").click()
    county.wait("document.querySelector('.grid-detail .change-approved')")
    county.shot("grids-draw-county-1920")
    city = open_desk("city", "/grids?view=changes&change=1")
    city.wait("document.querySelector('.grid-acts')")
    city.page.locator(".grid-acts button", has_text="备案").click()
    city.wait("document.querySelector('.grid-detail .change-filed')")
    assert county.errors + city.errors == []


def test_new_grid_is_drawn_corner_by_corner_and_cut_out_of_the_one_below(desk, open_desk):
    town = opened(open_desk)
    town.page.locator("[data-act=draw]").click()
    town.wait("document.querySelector('.grid-map.drawing')")
    for corner in ((122.05, 30.35), (122.3, 30.35), (122.3, 30.45), (122.05, 30.45)):
        click(town, *corner)
    town.shot("grids-draw-pen-1920")
    click(town, 122.05, 30.35)
    town.wait("!document.querySelector('#grids-new-form').hidden")
    town.wait("document.querySelector('#grids-judged .grid-trades li')")
    town.page.locator("#grids-new-id").fill("ZS-NEW-1")
    town.page.locator("#grids-new-name").fill("新设<b>网格</b>")
    town.page.locator("#grids-reason").fill("单独管理")
    town.wait(f"document.querySelector('{UNSOUND}')")
    assert "没有依托的渔港" in town.text("#grids-judged")
    town.page.locator("#grids-new-ports").click()
    town.page.get_by_role("option", name="庙子湖渔港").click()
    town.page.keyboard.press("Escape")
    town.wait("document.querySelector('#grids-judged').innerText.includes('不在网格内')")
    town.shot("grids-draw-port-1920")
    town.page.locator("#grids-new-kind").click()
    town.page.get_by_role("option", name="近海").click()
    town.wait(f"document.querySelector('{SOUND}') && !document.querySelector('#grids-send').disabled")
    town.shot("grids-draw-new-1920")
    town.page.locator("#grids-send").click()
    town.wait("document.querySelector('.grid-detail .grid-reason')")
    assert "新设<b>网格</b>" in town.text(".grid-detail")
    approved_and_filed(open_desk)
    ((name, geometry, below),) = cb.ask(
        desk.dsn,
        "select g.name_zh, g.geometry, (select geometry from api.grid where grid_id = 'G1' and version = 3)"
        " from api.grid g where g.grid_id = 'ZS-NEW-1'",
    )
    assert name == "新设<b>网格</b>"
    assert shape(geometry).intersection(shape(below)).area < 1e-9
    assert town.errors == []


def test_corner_moved_alone_shows_overlap_and_gap_and_is_taken_back(desk, open_desk):
    town = opened(open_desk)
    town.page.locator("#grids-follow label").click()
    town.wait("!document.querySelector('#grids-follow input').checked")
    click(town, 122.2, 30.3)
    town.wait("document.querySelectorAll('.grid-handle.corner').length === 4")
    drag(town, (122.5, 30.5), (122.65, 30.42))
    town.wait(f"document.querySelectorAll('{UNSOUND}').length === 2")
    town.shot("grids-draw-unsound-1920")
    assert "重叠" in town.text("#grids-judged")
    assert "不归任何网格" in town.text("#grids-judged")
    assert town.page.locator("#grids-send").is_disabled()
    town.page.locator("[data-act=undo]").click()
    town.wait(f"!document.querySelector('{UNSOUND}') && document.querySelector('[data-act=undo]').disabled")
    assert town.errors == []


def test_corner_is_added_on_a_common_line_and_removed_again(desk, open_desk):
    town = opened(open_desk)
    click(town, 122.2, 30.3)
    town.wait("document.querySelectorAll('.grid-handle.corner').length === 4")
    drag(town, (122.5, 30.25), (122.6, 30.25))
    town.wait(f"document.querySelector('{SOUND}')")
    town.wait("document.querySelectorAll('.grid-handle.corner').length === 5")
    town.wait("document.querySelectorAll('.grid-handle.corner.chosen').length === 1")
    town.page.locator("[data-act=erase]").click()
    town.wait(f"!document.querySelector('{SOUND}') && document.querySelectorAll('.grid-handle.corner').length === 4")
    click(town, 122.5, 30.5)
    town.wait("document.querySelectorAll('.grid-handle.corner.chosen').length === 1")
    town.page.keyboard.press("Delete")
    town.wait("document.querySelector('#grids-hint').innerText.includes('不能删')")
    assert town.errors == []


def test_grid_that_ends_is_gone_from_the_map_and_its_sea_is_the_neighbours(desk, open_desk):
    town = opened(open_desk)
    town.page.locator("summary", has_text="撤销网格").click()
    town.page.locator("#grids-ending").click()
    town.page.get_by_role("option", name="近岸网格二").click()
    town.page.keyboard.press("Escape")
    town.wait(f"document.querySelector('{SOUND}')")
    town.wait("document.querySelectorAll('#grids-draft-map path.grid-shape').length === 1")
    assert "近岸网格二 → 近岸网格一" in town.text("#grids-judged")
    assert "撤销 1 个网格(近岸网格二)" in town.text("#grids-judged")
    assert town.errors == []
