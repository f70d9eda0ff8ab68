"""A case corrected and completed on its page: number, claim, amount, place; and handed to another township."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maritime_grid.store.case_rows import Party
from tests.integration.store import case_build as cb
from tests.integration.web.desks import DeskSite
from tests.integration.web.tracks import NETTER, sail

from .conftest import Wall
from .desk_browser import PHONE, desk, fresh_dsn, migrated, open_desk, plain_server, postgres, reachable_tmp

__all__ = ["desk", "fresh_dsn", "migrated", "open_desk", "plain_server", "postgres", "reachable_tmp"]
pytestmark = pytest.mark.needs_chromium
CASE = "2026-000001"
WAIT_S = 60  # for a busy machine
ALL_THERE = (
    "document.querySelectorAll('.timeline li[class^=did]').length === {n} && document.querySelector('#case-acts > *')"
)


def filed(desk: DeskSite) -> None:
    """Nobody knew the numbers of the boats; one name is known."""
    parties = (Party("claimant", ship_name="浙普渔60001"), Party("respondent", ship_name="不明船舶"))
    happened = cb.NOW - timedelta(hours=1)
    desk.desk.cases.file(cb.dispute(parties=parties, happened_at=happened), "lin", cb.NOW)
    sail(desk.dsn, happened)


def field(window: Wall, name: str):
    """An input of the form by the name of its field: ids of Dash are JSON."""
    return window.page.locator(f"""[id='{{"name":"{name}","type":"case-field"}}']""")


def open_form(window: Wall, act: str) -> None:
    window.page.locator("#case-acts").get_by_role("button", name=act, exact=True).click()
    window.wait("document.querySelector('#case-form-box')", WAIT_S)


def send(window: Wall, n: int) -> None:
    window.page.locator("#case-send").click()
    window.wait("document.querySelector('#case-note .say.good')", WAIT_S)
    window.wait(ALL_THERE.format(n=n), WAIT_S)


def test_township_completes_a_dispute_and_its_tracks_claim_and_severity_show(desk, open_desk):
    filed(desk)
    town = open_desk("town1", f"/case/{CASE}", 1920, 1080)
    town.wait(ALL_THERE.format(n=1), WAIT_S)
    town.wait("document.querySelector('#case-map .leaflet-container')", WAIT_S)
    assert not town.page.locator("#case-moment").count()  # no vessel is known: no track
    open_form(town, "更正补充")
    field(town, "p1-mmsi0").fill(str(NETTER))
    field(town, "p1-claim").fill("赔网五张")
    field(town, "amount").fill("60000000")
    town.page.locator(".amend .party").nth(1).get_by_text("再加一艘船").click()
    field(town, "p2-name0").fill("浙普渔60002")
    field(town, "p2-mmsi0").fill("412000002")
    field(town, "p2-name1").fill("浙普渔60003")
    send(town, 2)
    town.wait("document.querySelectorAll('.case-parties .party')[0]?.innerText.includes('赔网五张')", WAIT_S)
    assert "412000001" in town.page.locator(".case-parties .party").nth(0).inner_text()
    assert "浙普渔60003" in town.page.locator(".case-parties .party").nth(1).inner_text()
    town.wait("document.querySelector('#case-moment')", WAIT_S)
    assert "最近" in town.page.locator("#case-map").inner_text()
    head = town.page.locator("#case-head").inner_text()
    assert "特别重大" in head
    assert "重大事项" in head
    told = town.page.locator(".timeline").inner_text()
    assert "第 1 方MMSI:— → 412000001" in told
    assert "60,000,000" in town.page.locator("#case-story").inner_text()
    assert (town.errors, town.outside) == ([], [])


def test_what_two_people_amend_at_once_is_kept_of_both_once_the_second_has_seen_it(desk, open_desk):
    filed(desk)
    town, village = open_desk("town1", f"/case/{CASE}"), open_desk("village1", f"/case/{CASE}", *PHONE)
    for window in (town, village):
        window.wait(ALL_THERE.format(n=1), WAIT_S)
        open_form(window, "更正补充")
    field(town, "title").fill("东极外割网")
    send(town, 2)
    field(village, "p1-claim").fill("赔网五张")
    village.page.locator("#case-send").click()
    village.wait("document.querySelector('#case-said .say.warn')", WAIT_S)
    assert "更正补充" in village.page.locator("#case-said").inner_text()
    send(village, 3)
    row = cb.ask(
        desk.dsn, "select c.title, p.claim from mg.case_file c join mg.case_party p using (case_id) where n = 1"
    )
    assert row == [("东极外割网", "赔网五张")]
    wide = "document.documentElement.scrollWidth <= innerWidth"
    assert village.page.evaluate(wide)
    assert (village.errors, village.outside) == ([], [])


def test_click_on_the_map_says_where_it_was(desk, open_desk):
    filed(desk)
    town = open_desk("town1", f"/case/{CASE}", 1920, 1080)
    town.wait(ALL_THERE.format(n=1), WAIT_S)
    town.wait("document.querySelector('#case-map .leaflet-container')", WAIT_S)
    open_form(town, "更正补充")
    before = field(town, "lon").input_value()
    town.page.locator("#case-chart").click(position={"x": 60, "y": 60})
    town.wait(
        f"""document.querySelector('[id=\\'{{"name":"lon","type":"case-field"}}\\']').value !== '{before}'""", WAIT_S
    )
    lon, lat = (float(field(town, name).input_value()) for name in ("lon", "lat"))
    send(town, 2)
    assert cb.ask(desk.dsn, "select lon, lat from mg.case_file") == [(lon, lat)]
    assert (town.errors, town.outside) == ([], [])


def test_form_that_will_not_do_says_what_and_changes_nothing(desk, open_desk):
    filed(desk)
    phone = open_desk("lin", f"/case/{CASE}", *PHONE)
    phone.wait(ALL_THERE.format(n=1), WAIT_S)
    open_form(phone, "更正补充")
    field(phone, "p1-mmsi0").fill("4120")
    phone.page.locator("#case-send").click()
    phone.wait("document.querySelector('#case-said .say.bad')", WAIT_S)
    assert "九位" in phone.page.locator("#case-said").inner_text()
    assert cb.ask(desk.dsn, "select version from mg.case_file") == [(1,)]


def test_township_hands_a_case_to_the_one_beside_it_which_then_leads_it(desk, open_desk):
    filed(desk)
    town = open_desk("town1", f"/case/{CASE}", 1920, 1080)
    town.wait(ALL_THERE.format(n=1), WAIT_S)
    open_form(town, "移交")
    town.page.locator("#case-form-box .dash-dropdown").click()
    offered = town.page.get_by_role("option").all_inner_texts()
    assert {text.strip() for text in offered} == {"单位K", "单位K › 单位T1", "单位K › 单位T2"}
    town.page.get_by_role("option", name="单位K › 单位T2").click()
    town.page.locator("#case-form-box textarea").fill("当事船属该镇")
    town.page.locator("#case-send").click()
    town.wait("document.querySelector('#case-note .say.good')", WAIT_S)
    other = open_desk("town2", f"/case/{CASE}", *PHONE)
    other.wait(ALL_THERE.format(n=2), WAIT_S)
    assert "移交给单位T2" in other.page.locator(".timeline").inner_text()
    assert other.page.locator("#case-acts").get_by_role("button", name="完成梳理", exact=True).count()
    assert (other.errors, other.outside) == ([], [])
