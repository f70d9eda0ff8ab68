"""Who sees which pages of grids, people and accounts, which buttons they get, and what is refused to the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from dashboard.grid_files import read_file, read_moment
from dashboard.grid_query import read_query
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.people import Post
from maritime_grid.store.access_log import AccessLog
from maritime_grid.store.connect import command_pool
from tests.integration.store import case_build as cb

from . import grid_world as gw
from . import people_world as pw
from .desks import DeskSite, desk_site

SEES = {
    "/grids": {"lin", "village1", "town1", "fishery", "guard", "shop", "county", "city"},
    "/people": {"village1", "town1", "fishery", "guard", "county", "city"},
    "/admin": {"county", "city", "root"},
}
ALL = ("lin", "village1", "town1", "fishery", "guard", "shop", "county", "city", "root", "wall")


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    pw.staff(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def called(
    client: httpx.Client, output: str, inputs: list[tuple[Any, str, Any]], states: list[tuple[Any, str, Any]]
) -> httpx.Response:
    """A callback of a page with one output, as the browser sends it."""
    name, _, what = output.rpartition(".")
    body = {
        "output": output,
        "outputs": {"id": name, "property": what},
        "inputs": [{"id": i, "property": p, "value": v} for i, p, v in inputs],
        "state": [{"id": i, "property": p, "value": v} for i, p, v in states],
        "changedPropIds": [f"{inputs[0][0]}.{inputs[0][1]}"],
    }
    return client.post("/_dash-update-component", json=body)


def body_of(client: httpx.Client, page: str, **asked: object) -> httpx.Response:
    inputs = [(f"{page}-asked", "data", asked), (f"{page}-done", "data", None)]
    return called(client, f"{page}-body.children", inputs, [(f"{page}-lang", "data", "zh_CN")])


def test_every_role_sees_its_pages_and_no_other(site: DeskSite):
    for name in ALL:
        client = site.browser(name)
        for path, who in SEES.items():
            answer = client.get(path)
            assert (answer.status_code == 200) == (name in who), (name, path, answer.status_code)
            client.headers["X-CSRFToken"] = client.cookies.get("mg_csrf") or ""
            filled = body_of(client, path.strip("/"))
            assert (filled.status_code == 200) == (name in who), (name, path, filled.status_code)


def test_buttons_of_a_change_go_to_who_may_press_them(site: DeskSite):
    assert site.desk.grids
    site.desk.grids.propose(gw.MOVED, [], gw.TOMORROW, "码头扩建", "town1", cb.NOW)
    buttons = {
        name: {act for act in ("approve", "refuse", "file", "withdraw") if f'"act":"{act}"' in told}
        for name in ("lin", "town1", "town2", "county", "city")
        for told in [body_of(site.browser(name), "grids", view="changes", change=1).text.replace(" ", "")]
    }
    both = {"approve", "refuse"}
    assert buttons == {"lin": set(), "town1": {"withdraw"}, "town2": set(), "county": both, "city": both}


def test_what_a_change_moves_is_a_spreadsheet_for_who_sees_grids(site: DeskSite):
    assert site.desk.grids
    site.desk.grids.propose(gw.MOVED, [], gw.TOMORROW, "码头扩建", "town1", cb.NOW)
    answer = site.browser("lin").get("/api/v1/grids/changes/1/moved.xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert [row[1] for row in rows[1:]] == ["412000001", "412000002", "412000003"]
    assert site.browser("lin").get("/api/v1/grids/changes/2/moved.xlsx").status_code == 404
    assert site.browser("root").get("/api/v1/grids/changes/1/moved.xlsx").status_code == 403


def test_grids_in_force_can_be_taken_moved_and_judged(site: DeskSite):
    town = site.browser("town1")
    taken = town.get("/api/v1/grids/in-force.geojson").json()
    assert [f["properties"]["port_ids"] for f in taken["features"]] == [["P1"], ["P2"]]
    for feature, moved in zip(taken["features"], gw.MOVED, strict=True):
        feature["geometry"] = moved["geometry"]
    assert site.desk.grids
    judged = site.desk.grids.judge(read_file(gw.sent(taken["features"])), [], read_moment("2026-05-07"))
    assert judged.impact
    assert judged.impact.grids_changed == ("G1", "G2")
    assert site.browser("root").get("/api/v1/grids/in-force.geojson").status_code == 403


def test_cases_that_change_hands_are_listed_to_who_may_read_them_alone(site: DeskSite):
    assert site.desk.grids
    with cb.commands(site.dsn) as cases:
        case_id = cases.file(cb.dispute(lon=122.55), "town1", cb.NOW).case_id
    site.desk.grids.propose(gw.MOVED, [], gw.TOMORROW, "码头扩建", "town1", cb.NOW)
    told = {name: body_of(site.browser(name), "grids", view="changes", change=1).text for name in ("town1", "town2")}
    assert [case_id in text for text in told.values()] == [True, False]


def test_export_of_people_holds_telephones_only_for_a_purpose_and_is_logged(site: DeskSite):
    town = site.browser("town1")
    plain = town.get("/api/v1/people/export.xlsx")
    full = town.get("/api/v1/people/export.xlsx", params={"purpose": "年度核对"})
    cells = [
        {str(cell) for row in sheet.iter_rows(values_only=True) for cell in row}
        for answer in (plain, full)
        for sheet in [load_workbook(BytesIO(answer.content)).active]
        if sheet
    ]
    assert [pw.PHONE in found for found in cells] == [False, True]
    assert cb.ask(
        site.dsn, "select account_id, subject, purpose from mg.access_log where act = 'export' order by n"
    ) == [
        ("town1", "sheet:people", ""),
        ("town1", "sheet:people", "年度核对"),
    ]
    assert site.browser("village1").get("/api/v1/people/export.xlsx").status_code == 403
    assert town.get("/api/v1/people/export.xlsx", params={"sheet": "posts"}).status_code == 404


def test_forms_of_people_go_to_who_may_edit_and_read_in_full(site: DeskSite):
    forms = {
        name: [mark in told for mark in ("do=appoint", "查看全部信息")]
        for name in ("village1", "town1", "guard")
        for told in [body_of(site.browser(name), "people", grid="G1").json()]
        for told in [str(told)]
    }
    assert forms == {"village1": [False, False], "town1": [True, True], "guard": [False, False]}


def test_access_log_tells_a_county_of_its_accounts_and_the_city_of_all(site: DeskSite):
    cb.ask(site.dsn, "insert into mg.access_log (account_id, act, subject) values ('town1', 'read', 'person:1'), "
           "('city', 'read', 'person:2'), ('nobody', 'login_failed', 'account:x'), ('fishery', 'read', 'person:3') "
           "returning 1")  # fmt: skip
    with command_pool(site.dsn) as pool:
        log = AccessLog(pool.connection)
        county = [entry.subject for entry in log.entries("county", subject="person:")]
        assert county == ["person:3", "person:1"]
        city = log.entries("city")
        assert {"person:2", "account:x"} <= {entry.subject for entry in city}
        assert [e.subject for e in log.entries("city", account="fishery")] == ["person:3"]
        assert all(e.n < city[1].n for e in log.entries("city", before=city[1].n))
        with pytest.raises(Exception, match="may not read the access log"):
            log.entries("town1")


def test_file_of_a_proposal_that_is_none_is_refused_in_one_line():
    for content in ("", "data:;base64,!!", "data:;base64,e30=", f"data:;base64,{'A' * 8_000_000}", None, 5):
        with pytest.raises(UsageError):
            read_file(content)
    assert len(read_file(gw.sent(gw.MOVED))) == 2
    with pytest.raises(UsageError, match="is no day"):
        read_moment("next week")


def test_text_that_no_store_holds_is_made_one_that_it_does(site: DeskSite):
    moved = [
        {**gw.MOVED[0], "properties": {**gw.MOVED[0]["properties"], "name_zh": "a\ud800\0", "junk": 1}},
        gw.MOVED[1],
    ]
    features = read_file(gw.sent(moved))
    assert "junk" not in features[0]["properties"]
    assert site.desk.grids
    number = site.desk.grids.propose(features, [], read_moment("2026-05-07"), "码头", "town1", cb.NOW)
    told = body_of(site.browser("lin"), "grids", view="changes", change=number)
    assert told.status_code == 200


def test_address_of_the_grids_takes_nothing_unknown():
    asked = read_query({"view": "x", "grid": "../etc", "state": "no", "change": "-1", "more": 1})
    assert asked == read_query({})


def test_anybody_checks_a_badge_and_is_told_a_name_and_nothing_else(site: DeskSite):
    assert site.desk.people
    expires = pw.TODAY + timedelta(days=365)
    number = site.desk.people.issue_badge(pw.LEADER, "G1", Post.LEADER, expires, "town1", cb.NOW)
    page = site.browser().get("/public/badge", params={"number": number}).text
    assert "有效" in page
    assert "陈&lt;b&gt;大海&lt;/b&gt;" in page
    assert pw.PHONE not in page
    assert "编号有误" in site.browser().get("/public/badge", params={"number": f"{number}0"}).text
    assert site.browser().get("/public/badge").status_code == 200
