"""The page of grids in Chromium: from the file of a township over its judgement to the grids of the next day."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from maritime_grid.domain.grid_change import ChangeAct
from tests.integration.store import case_build as cb
from tests.integration.web import grid_world as gw
from tests.integration.web.desks import DeskSite, desk_site

from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE

pytestmark = pytest.mark.needs_chromium
NAMES = "document.querySelector('#grids-body').innerText"


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def file_of(features: list) -> dict:
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return {"name": "<b>调整</b>.geojson", "mimeType": "application/geo+json", "buffer": text.encode()}


def test_change_goes_from_a_file_over_its_judgement_to_the_map_of_the_county_and_the_city(desk, open_desk):
    town = open_desk("town1", "/grids")
    town.wait(f"{NAMES}.includes('近岸网格一')")
    town.page.locator("#grids-body a", has_text="近岸网格一").click()
    town.wait(f"{NAMES}.includes('庙子湖码头扩建')")
    town.wait("document.querySelectorAll('#grids-diff-map path').length >= 2")
    town.page.wait_for_timeout(600)
    town.shot("grids-now-1366")
    town.page.locator("a", has_text="拟订调整").click()
    town.wait("document.querySelector('#grids-upload')")
    town.page.locator("#grids-upload input[type=file]").set_input_files(file_of(gw.GAP))
    town.wait("document.querySelector('.grid-problems li button')")
    assert town.page.locator("#grids-send").is_disabled()
    town.page.locator(".grid-problems li button").first.click()
    town.page.wait_for_timeout(600)
    town.shot("grids-problem-1366")
    town.page.locator("#grids-upload input[type=file]").set_input_files(file_of(gw.MOVED))
    town.wait("document.querySelector('#grids-judged .say.good')")
    town.page.locator("#grids-reason").fill("码头扩建 <b>x</b>")
    town.page.wait_for_timeout(600)
    town.shot("grids-propose-1366")
    town.page.locator("#grids-send").click()
    town.wait("document.querySelector('.grid-detail .grid-reason')")
    assert "码头扩建 <b>x</b>" in town.text(".grid-detail")
    assert "船 3 艘" in town.text(".grid-detail")
    assert town.page.locator(".grid-acts button").all_inner_texts() == ["撤回"]
    town.shot("grids-change-town-1366")
    county = open_desk("county", "/grids?view=changes&change=1", 1920, 1080)
    county.wait("document.querySelector('.grid-acts')")
    county.page.wait_for_timeout(600)
    county.shot("grids-change-1920")
    county.page.locator("#grids-note").fill("同意")
    county.page.locator("button", has_text="审定同意").click()
    county.wait("document.querySelector('.grid-detail .change-approved')")
    city = open_desk("city", "/grids?view=changes&change=1")
    city.wait("document.querySelector('.grid-acts')")
    city.page.locator(".grid-acts button", has_text="备案").click()
    city.wait("document.querySelector('.grid-detail .change-filed')")
    assert "同意" in city.text(".grid-detail")
    assert town.errors + county.errors + city.errors == []
    assert town.outside + county.outside + city.outside == []


def test_worker_reads_grids_on_a_phone_without_a_button(desk, open_desk):
    desk.desk.grids.propose(gw.MOVED, [], gw.TOMORROW, "码头扩建", "town1", cb.NOW)
    desk.desk.grids.act(1, ChangeAct.APPROVE, "county", "", cb.NOW)
    phone = open_desk("lin", "/grids?view=changes&change=1", *PHONE)
    phone.wait("document.querySelector('.grid-detail .grid-reason')")
    assert phone.page.locator(".grid-acts").count() == 0
    assert phone.page.locator("a", has_text="拟订调整").count() == 0
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    phone.shot("grids-phone")
    assert phone.errors == []


def test_map_that_is_taken_away_in_the_middle_of_a_zoom_leaves_no_fault(desk, open_desk):
    town = open_desk("town1", "/grids?view=propose")
    town.wait("window.MG.gridMap?._loaded && document.querySelector('#grids-draft-map .leaflet-zoom-animated')")
    town.page.evaluate("MG.gridMap.setZoom(MG.gridMap.getZoom() + 2, { animate: true }); 0")
    assert town.page.evaluate("MG.gridMap._animatingZoom")
    town.page.evaluate("MG.gridMap.remove(); 0")
    town.page.wait_for_timeout(600)  # its timer is for a quarter of a second
    assert [error for error in town.errors if "_leaflet_pos" in error] == []
