"""A report from a bad quay: names that were typed and not picked, a place by the tracks of that morning, one tap for a
major matter, what the skipper says. Asked over real sockets, read from the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.integration.store import case_build as cb
from tests.integration.store.case_build import ask, reading_as

from .desks import DeskSite, desk_site
from .test_report import form
from .tracks import NETTER, TRAWLER, sail

MET = cb.NOW - timedelta(hours=5)  # five in the morning: the boats are back at the quay when it is told
PARTIES = "select side, mmsi, ship_name, set_first from mg.case_party order by n"
WHERE = 'select round(lon::numeric, 2)::float, round(lat::numeric, 2)::float, place, grid_id from api."case"'


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    with psycopg.connect(fresh_dsn, autocommit=True) as conn:
        conn.execute(
            "insert into mg.roster values (412000001, '浙普渔60001', 'fishing', '', 'gill_net'),"
            " (412000002, '浙普渔60002', 'fishing', '', 'trawl'), (412000003, '浙岱渔11203', 'fishing', '', ''),"
            " (412000004, '浙岱渔11203', 'fishing', '', '')"
        )
        conn.execute("insert into mg.vessel_static (mmsi, t, ship_name) values (412000009, now(), 'ZHE PU YU 60-777')")
    with desk_site(fresh_dsn) as running:
        yield running


@pytest.fixture
def lin(desk: DeskSite) -> httpx.Client:
    return desk.browser("lin")


def file(client: httpx.Client, *vessels: dict[str, Any], **changes: Any) -> str:
    answer = client.post("/api/v1/cases", json=form(vessels=list(vessels), **changes))
    assert answer.status_code == 201, answer.text
    return answer.json()["case_id"]


@pytest.mark.parametrize(
    ("typed", "mmsi", "name"),
    [
        ("浙普渔60001", 412000001, "浙普渔60001"), ("浙普渔 ６０００１", 412000001, "浙普渔60001"),
        ("zhe pu yu 60777", 412000009, "ZHE PU YU 60-777"), ("浙岱渔11203", None, "浙岱渔11203"),  # two bear it
        ("浙普渔6000", None, "浙普渔6000"), ("412000002", 412000002, "浙普渔60002"),
        ("４１２００００99", 412000099, ""),
        ("不明船舶", None, "不明船舶"), ("x'; --", None, "x'; --"), ("渔", None, "渔"), ("%", None, "%"),
    ],
)  # fmt: skip
def test_name_that_was_typed_is_the_one_vessel_that_bears_it(desk: DeskSite, lin: httpx.Client, typed, mmsi, name):
    file(lin, {"name": typed}, {"name": "不明"})
    assert ask(desk.dsn, PARTIES)[0] == ("claimant", mmsi, name, None)


def test_number_that_was_typed_is_told_by_its_name_in_title_and_parties(desk: DeskSite, lin: httpx.Client):
    file(lin, {"mmsi": NETTER}, {"name": "浙普渔60002"})
    assert ask(desk.dsn, "select title from mg.case_file") == [("网具纠纷：浙普渔60001、浙普渔60002",)]
    assert ask(desk.dsn, PARTIES) == [("claimant", NETTER, "浙普渔60001", None),
                                      ("respondent", TRAWLER, "浙普渔60002", None)]  # fmt: skip


def test_names_alone_bring_both_tracks_to_who_handles_the_case(desk: DeskSite, lin: httpx.Client):
    sail(desk.dsn, MET)
    case_id = file(lin, {"name": "浙普渔60001"}, {"name": "浙普渔60002"}, happened_at=MET.isoformat())
    with reading_as(desk.dsn, "town1") as conn:
        tracks = conn.execute("select distinct mmsi from api.case_track(%s, '2026-05-01', '2026-06-01')", [case_id])
        assert {row[0] for row in tracks} == {NETTER, TRAWLER}


def test_report_without_a_place_is_placed_where_the_two_met_and_not_where_they_lie_now(
    desk: DeskSite, lin: httpx.Client
):
    sail(desk.dsn, MET)
    told = {"lon": 123.9, "lat": 29.9, "place": "外侧", "place_else": "报告地点"}
    sent = {"happened_at": MET.isoformat(), "by_tracks": True, **told}
    file(lin, {"name": "浙普渔60001"}, {"name": "浙普渔60002"}, **sent)
    file(lin, {"name": "浙普渔60001"}, {"name": "不明船舶"}, **sent)
    file(lin, {"name": "无名"}, {"name": "不明船舶"}, **sent)
    with reading_as(desk.dsn, "city") as conn:
        met, alone, unknown = conn.execute(f"{WHERE} order by case_id").fetchall()
    assert met == (122.7, 30.2, "外侧，两船最近处 04:59，74 米", "G1")
    assert alone == (122.7, 30.2, "外侧，浙普渔60001 船位 05:00", "G1")
    assert unknown == (123.9, 29.9, "外侧，报告地点", "G2")  # nobody knows better than the phone


def place(client: httpx.Client, *vessels: str, at: str = MET.isoformat()) -> httpx.Response:
    return client.get("/api/v1/vessels/place", params={"vessel": list(vessels), "at": at})


def test_place_is_where_the_two_came_nearest_before_the_told_time(desk: DeskSite):
    sail(desk.dsn, MET)
    guard = desk.browser("guard")  # who sees vessels anywhere
    both = place(guard, "浙普渔60001", str(TRAWLER)).json()["place"]
    assert both["names"] == ["浙普渔60001", "浙普渔60002"]
    assert (both["t"], round(both["lon"], 2), both["distance_nm"]) == ("2026-05-05T20:59:00+00:00", 122.7, 0.04)
    hour = place(guard, str(NETTER), at=(MET - timedelta(hours=1)).isoformat()).json()["place"]
    assert (hour["names"], hour["t"], hour["distance_nm"]) == (["浙普渔60001"], "2026-05-05T20:00:00+00:00", None)
    assert place(guard, "浙普渔60001", at="").json() == {"place": both | {
        "names": ["浙普渔60001"], "t": "2026-05-05T22:00:00+00:00", "distance_nm": None, "lon": 122.706, "lat": 30.203,
    }}  # fmt: skip


def test_place_is_told_by_positions_that_the_account_may_read(desk: DeskSite, lin: httpx.Client):
    sail(desk.dsn, MET)  # in no grid: those rows are nobody's but of who sees the whole sea
    assert place(desk.browser("guard"), "浙普渔60001").json()["place"] is not None
    assert place(lin, "浙普渔60001").json() == {"place": None}
    with psycopg.connect(desk.dsn, autocommit=True) as conn:
        conn.execute("update mg.position set grid = (select code from mg.place where place_id = 'G1')")
    assert place(lin, "浙普渔60001").json()["place"]["names"] == ["浙普渔60001"]
    assert place(desk.browser("town2"), "浙普渔60001").json() == {"place": None}
    assert place(desk.browser("root"), "浙普渔60001").status_code == 403
    assert place(desk.browser(), "浙普渔60001").status_code == 401


@pytest.mark.parametrize(
    "asked",
    [{"vessel": []}, {"vessel": [" "]}, {"vessel": ["x"], "at": "now"}, {"vessel": ["x"], "at": "2026-05-06T05:00"},
     {"vessel": ["x"], "at": "2027-05-06T05:00Z"}, {"vessel": ["x"], "at": "0001-01-01T00:00+08:00"}],
)  # fmt: skip
def test_question_that_makes_no_sense_is_refused(lin: httpx.Client, asked):
    assert lin.get("/api/v1/vessels/place", params=asked).status_code == 422


def test_major_matter_is_marked_with_the_report_by_who_may_and_told_at_once(desk: DeskSite, lin: httpx.Client):
    two = ({"name": "浙普渔60001"}, {"name": "浙普渔60002"})
    file(lin, *two, major=True)
    assert ask(desk.dsn, "select major, severity, priority from mg.case_file") == [(True, 1, 2)]
    told = {unit for (unit,) in ask(desk.dsn, "select to_unit from mg.case_hop where to_unit is not null")}
    assert {"T1-V", "T1"} <= told
    kept = "select said::jsonb ->> 'major', said::jsonb ->> 'marked_major' from mg.case_log"
    assert ask(desk.dsn, kept) == [("true", "true")]
    refused = desk.browser("fishery").post("/api/v1/cases", json=form(vessels=list(two), major=True))
    assert refused.status_code == 403  # the table of access gives the mark to none of them
    assert ask(desk.dsn, "select count(*) from mg.case_file") == [(1,)]
    assert lin.get("/api/v1/report/me").json()["may_mark"] is True
    assert desk.browser("fishery").get("/api/v1/report/me").json()["may_mark"] is False


def test_each_side_has_its_speaker_its_words_and_its_loss_and_the_archive_no_names(desk: DeskSite, lin: httpx.Client):
    mine = {
        "person": "王大海",
        "person_phone": "138 1234 5678",
        "loss_yuan": 8000,
        "says": "网被割断",
        "set_first": True,
    }
    other = {"name": "浙普渔60002", "says": "未见浮标", "loss_yuan": 500}
    file(lin, {"name": "浙普渔60001", **mine}, other)
    said = ask(desk.dsn, "select claim, statement, person_name, phone, set_first from mg.case_party order by n")
    assert said == [("8,000 元", "网被割断", "王大海", "138 1234 5678", True), ("500 元", "未见浮标", "", "", None)]
    assert ask(desk.dsn, "select amount::int, (facts ->> 'amount_yuan')::float from mg.case_file") == [(8500, 8500)]
    ((kept,),) = ask(desk.dsn, "select said::text from mg.case_log")
    assert "王大海" not in kept and "5678" not in kept and "未见浮标" in kept
