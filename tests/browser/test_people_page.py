"""The page of people in Chromium: what a grid lacks, an appointment, one person read for a purpose, teams by skill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.store import case_build as cb
from tests.integration.web import grid_world as gw
from tests.integration.web import people_world as pw
from tests.integration.web.desks import DeskSite, desk_site

from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE

pytestmark = pytest.mark.needs_chromium
BODY = "document.querySelector('#people-body').innerText"


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    pw.staff(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def pick(window, field: str, option: str) -> None:
    window.page.locator(f"#people-{field}").click()
    window.page.get_by_role("option", name=option).first.click()


def test_township_fills_an_empty_post_and_reads_a_person_for_a_purpose(desk, open_desk):
    town = open_desk("town1", "/people")
    town.wait(f"{BODY}.includes('近岸网格一')")
    assert "网格 1 个,缺岗 1 个,30 天内到期 1 人" in town.text("#people-body")
    town.shot("people-1366")
    town.page.locator("#people-body a", has_text="近岸网格一").click()
    town.wait(f"{BODY}.includes('05806091234')")
    assert "陈<b>大海</b>" in town.text("#people-body")
    assert pw.PHONE not in town.text("#people-body")
    town.shot("people-grid-1366")
    pick(town, "post", "水产商会")
    pick(town, "body-id", "部门A")
    town.page.locator("#people-appoint").click()
    town.wait("document.querySelector('#people-say .say.good')")
    town.wait("document.querySelectorAll('#people-body .list')[0].querySelectorAll('tbody tr').length === 4")
    town.page.locator("#people-body a", has_text="查看全部信息").first.click()
    town.wait("document.querySelector('#people-read')")
    town.page.locator("#people-read").click()
    town.wait("document.querySelector('#people-in-full .say.warn')")
    town.page.locator("#people-purpose").fill("核实任职 <b>x</b>")
    town.page.locator("#people-read").click()
    town.wait("document.querySelector('.people-full')")
    assert pw.PHONE in town.text(".people-full")
    town.shot("people-full-1366")
    about = "select account_id, act, purpose from mg.access_log where starts_with(subject, 'person:')"
    logged = cb.ask(desk.dsn, about)
    assert logged == [("town1", "read", "核实任职 <b>x</b>")]
    assert town.errors == []
    assert town.outside == []


def test_teams_are_found_by_skill_and_a_phone_shows_them_as_cards(desk, open_desk):
    village = open_desk("village1", "/people?view=teams", *PHONE)
    village.wait(f"{BODY}.includes('青浜拖带队')")
    pick(village, "skill", "潜水")
    village.wait(f"{BODY}.includes('东极潜水队') && !{BODY}.includes('青浜拖带队')")
    village.wait("location.search.includes('skill=diver')")
    assert village.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    village.shot("people-teams-phone")
    assert village.errors == []
