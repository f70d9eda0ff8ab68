"""What anyone reads at /public: ways in, grids with who is in office, and nothing that is not theirs to see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from maritime_grid.store.registry import PlaceInput
from maritime_grid.store.writer import Store
from tests.integration.store import case_build as cb
from tests.integration.store.case_build import ask

from . import grid_world as gw
from . import people_world as pw
from .desks import DeskSite, desk_site

HOSTILE = [
    "/public/../people",
    "/public/items/../../x",
    "/public/<script>",
    "/public/grids.xlsx",
    "/public/x",
    "/public/",
]


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    pw.staff(fresh_dsn)
    ask(
        fresh_dsn,
        "update mg.body set hotline = '0580-2600000' where body_id = (select min(body_id) from mg.body) returning 1",
    )
    with desk_site(fresh_dsn) as running:
        yield running


def test_home_leads_to_all_that_anyone_may_do(site: DeskSite):
    page = site.browser().get("/public").text
    for path in ("/public/report", "/c/", "/public/grids", "/public/items", "/public/badge"):
        assert f'href="{path}"' in page
    assert 'href="tel:05802600000"' in page
    assert 'href="/public"' in site.browser().get("/login").text


def test_grids_show_who_is_in_office_with_the_telephone_of_the_post_alone(site: DeskSite, fresh_dsn: str):
    people = ask(fresh_dsn, "select name, work_phone from api.grid_contact")
    assert people
    page = site.browser().get("/public/grids").text
    assert [name for name, _ in people if name not in page] == []
    hidden = ask(fresh_dsn, "select phone, id_number, address from mg.person")
    secrets = {text for row in hidden for text in row if text} - {phone for _, phone in people}
    assert secrets
    assert [text for text in secrets if text in page] == []
    assert page.count("<path") == ask(fresh_dsn, "select count(*) from api.grid where valid_to is null")[0][0]


def test_outlines_come_as_geojson_without_people(site: DeskSite, fresh_dsn: str):
    answer = site.browser().get("/public/grids.geojson")
    features = answer.json()["features"]
    assert {f["properties"]["grid_id"] for f in features} == {
        r[0] for r in ask(fresh_dsn, "select grid_id from api.grid")
    }
    names = {name for (name,) in ask(fresh_dsn, "select name_zh from mg.person")}
    assert [name for name in names if name in answer.text] == []


def test_new_version_of_a_grid_is_drawn_at_once(site: DeskSite, fresh_dsn: str):
    before = site.browser().get("/public/grids").text
    square = {"type": "Polygon", "coordinates": [[[121, 29], [121.2, 29], [121.2, 29.2], [121, 29.2], [121, 29]]]}
    with Store.open(fresh_dsn) as store:
        start = round(cb.NOW.timestamp() * 1e6) - 1
        store.save_places([PlaceInput("NEW-1", "grid", "inshore", "新网格<b>", square)], "test", "新设", start)
    after = site.browser().get("/public/grids").text
    assert "NEW-1" not in before
    assert 'href="#grid-NEW-1"' in after
    assert "新网格&lt;b&gt;" in after


@pytest.mark.parametrize("path", HOSTILE)
def test_what_is_no_page_is_told_so(site: DeskSite, path: str):
    answer = site.browser().get(path)
    assert answer.status_code in {303, 401, 403, 404}, answer.text  # or it leads to the login
    assert "<script>" not in answer.text


def test_who_asks_too_often_waits(fresh_dsn: str):
    cb.people(fresh_dsn)
    few = cb.SETTINGS.public.model_copy(update={"list_burst": 2})
    with desk_site(fresh_dsn, public=few) as site:
        anyone = site.browser()
        assert [anyone.get(path).status_code for path in ("/public", "/public/grids", "/public/grids.geojson")] == [
            200,
            200,
            429,
        ]
        assert int(anyone.get("/public").headers["retry-after"]) >= 1
