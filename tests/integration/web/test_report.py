"""The form from the quay and that of the public, asked over real sockets: filed once, strictly, and by whom it may."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import httpx
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.report.page import SCRIPTS
from maritime_grid.store.writer import Store
from tests.integration.conftest import fresh_database
from tests.integration.store import case_build as cb
from tests.integration.store.case_build import ask, reading_as

from .desks import DeskSite, desk_site

JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 200 + b"\xff\xd9"
VESSELS = [{"mmsi": 412000001, "name": "浙普渔60001", "gear": "gill_net", "set_first": True}, {"name": "不明船舶"}]


def key() -> str:
    return str(uuid.uuid4())


def form(**changes: Any) -> dict[str, Any]:
    fields = {"request_key": key(), "kind": "dispute", "subkind": "gear", "note": "流刺网被割断", "lon": 122.7,
              "lat": 30.2, "place": "手机定位 ±12 米", "vessels": VESSELS}  # fmt: skip
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


@pytest.fixture
def lin(desk: DeskSite) -> httpx.Client:
    return desk.browser("lin")


def test_worker_files_a_dispute_which_the_village_reads(desk: DeskSite, lin: httpx.Client):
    answer = lin.post("/api/v1/cases", json=form())
    assert answer.status_code == 201
    assert answer.json() == {"case_id": "2026-000001", "code": answer.json()["code"]}
    assert answer.headers["cache-control"] == "no-store"
    with reading_as(desk.dsn, "village1") as conn:
        rows = conn.execute('select title, grid_id, place, happened_at, reporter from api."case"').fetchall()
    assert rows == [("网具纠纷：浙普渔60001、不明船舶", "G1", "手机定位 ±12 米", cb.NOW, "lin")]
    parties = "select side, mmsi, ship_name, gear, set_first from mg.case_party order by n"
    assert ask(desk.dsn, parties) == [("claimant", 412000001, "浙普渔60001", "gill_net", True),
                                      ("respondent", None, "不明船舶", "", None)]  # fmt: skip


def test_emergency_with_people_in_the_water_is_a_major_matter_at_once(desk: DeskSite, lin: httpx.Client):
    sent = form(kind="emergency", subkind="overboard", people_in_water=2, vessels=[])
    assert lin.post("/api/v1/cases", json=sent).status_code == 201
    assert ask(desk.dsn, "select major from mg.case_file") == [(True,)]
    assert ask(desk.dsn, "select count(*) > 0 from mg.case_hop") == [(True,)]


def test_form_sent_twice_is_filed_once_and_told_the_same(desk: DeskSite, lin: httpx.Client):
    sent = form()
    first, second = lin.post("/api/v1/cases", json=sent), lin.post("/api/v1/cases", json=sent)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert ask(desk.dsn, "select count(*) from mg.case_file") == [(1,)]


def test_form_that_comes_eight_times_at_one_moment_is_filed_once(desk: DeskSite):
    sent, clients = form(), [desk.browser("lin") for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda client: client.post("/api/v1/cases", json=sent), clients))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert ask(desk.dsn, "select count(*) from mg.case_log") == [(1,)]


WRONG = [
    ({"secret": 1}, "secret"), ({"vessels": [{**VESSELS[0], "owner": "x"}, VESSELS[1]]}, "vessels.0.owner"),
    ({"kind": "complaint"}, "kind"), ({"kind": None}, "kind"), ({"subkind": "fire"}, "subkind"), ({"lon": 181}, "lon"),
    ({"lat": "30"}, "lat"), ({"lat": None}, "lon"), ({"request_key": "k"}, "request_key"),
    ({"request_key": key().upper()}, "request_key"), ({"request_key": "mqtt:G1:x"}, "request_key"),
    ({"vessels": VESSELS[:1]}, "vessels"), ({"vessels": [{}, {}]}, "vessels.0"), ({"vessels": VESSELS * 11}, "vessels"),
    ({"vessels": [{"mmsi": 10**9}, VESSELS[1]]}, "vessels.0.mmsi"), ({"note": "字" * 5001}, "note"),
    ({"place": "字" * 201}, "place"), ({"people_in_water": -1}, "people_in_water"), ({"injured": 1.5}, "injured"),
    ({"happened_at": "2026-05-06T02:00:00"}, "happened_at"), ({"happened_at": "2026-05-07T02:00:00Z"}, "happened_at"),
    ({"happened_at": "1990-01-01T00:00:00Z"}, "happened_at"), ({"lon": None, "lat": None, "grid_id": "nowhere"}, ""),
    ({"note": {"a": 1}}, "note"), ({"channel": "public"}, "channel"), ({"accused": 1}, "accused"),
]  # fmt: skip


def test_each_wrong_field_is_refused_by_its_name_and_nothing_is_filed(desk: DeskSite, lin: httpx.Client):
    told = {}
    for changes, field in WRONG:
        answer = lin.post("/api/v1/cases", json=form(**changes))
        told[str(changes)] = (answer.status_code in {400, 422}, answer.json()["field"])
        assert set(answer.json()) == {"error", "field", "mend"}
        assert told[str(changes)] == (True, field), answer.text
    raw = {"content": b"{", "headers": {"Content-Type": "application/json"}}
    assert lin.post("/api/v1/cases", **raw).status_code == 422
    assert lin.post("/api/v1/cases", data={"kind": "hazard"}).status_code == 422
    too_long = b'{"note": "' + b"x" * (1 << 18)
    assert lin.post("/api/v1/cases", content=too_long, headers=raw["headers"]).status_code == 422
    assert ask(desk.dsn, "select count(*) from mg.case_file") == [(0,)]


def test_who_may_not_file_is_refused(desk: DeskSite, lin: httpx.Client):
    assert desk.browser().post("/api/v1/cases", json=form()).status_code == 401
    assert desk.browser("root").post("/api/v1/cases", json=form()).status_code == 403
    for path in ("/api/v1/vessels?q=60001", "/api/v1/report/me"):
        assert desk.browser().get(path).status_code == 401
        assert desk.browser("wall").get(path).status_code == 403
    del lin.headers["X-CSRFToken"]
    assert lin.post("/api/v1/cases", json=form()).status_code == 403
    assert ask(desk.dsn, "select count(*) from mg.case_file") == [(0,)]


def attach(client: httpx.Client, case_id: str, content: bytes, name: str = "a.jpg", **headers: str) -> httpx.Response:
    sent = {"X-Name": name, "X-SHA256": sha256(content).hexdigest(), "Content-Type": "image/svg+xml", **headers}
    return client.post(f"/api/v1/cases/{case_id}/attachments", content=content, headers=sent)


def test_photo_sent_twice_is_attached_once_and_known_by_its_own_bytes(desk: DeskSite, lin: httpx.Client):
    case_id = lin.post("/api/v1/cases", json=form()).json()["case_id"]
    first, second = attach(lin, case_id, JPEG, "..%2F..%2Fetc%2F%E6%B8%94%E7%BD%91.jpg"), attach(lin, case_id, JPEG)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["seq"] == second.json()["seq"] == 2
    assert ask(desk.dsn, "select name, media_type from api.case_attachment") == [("渔网.jpg", "image/jpeg")]


REFUSED_FILES = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    "html": b"<!doctype html><html>",
    "empty": b"",
    "text": b"hello",
    "executable": b"MZ" + b"\0" * 100,
    "jpeg with markup": b"\xff\xd8\xff\xe0" + b"<html><script>alert(1)</script>" + b"\0" * 100,
    "jpeg and archive": JPEG + b"PK\x03\x04" + b"PK\x05\x06" + b"\0" * 18,
    "jpeg and pdf": b"\xff\xd8\xff\xe0" + b"\n%PDF-1.7\n" + b"\0" * 100,
}


def test_file_of_no_known_type_or_of_two_is_refused(desk: DeskSite, lin: httpx.Client):
    case_id = lin.post("/api/v1/cases", json=form()).json()["case_id"]
    assert attach(lin, case_id, b"hello").json()["field"] == "type"  # the phone says it in its own words
    assert attach(lin, case_id, JPEG, **{"X-SHA256": "0" * 64}).json()["field"] == "whole"
    assert {
        what: attach(lin, case_id, content).status_code for what, content in REFUSED_FILES.items()
    } == dict.fromkeys(REFUSED_FILES, 422)
    large = attach(lin, case_id, JPEG + b"\0" * (desk.desk.plan.attachments.max_bytes))
    assert (large.status_code, large.json()["field"]) == (422, "size")
    assert ask(desk.dsn, "select count(*) from mg.blob") == [(0,)]


def test_nobody_attaches_to_a_case_that_is_not_theirs_to_see(desk: DeskSite, lin: httpx.Client):
    case_id = desk.browser("guard").post("/api/v1/cases", json=form(lon=123.5)).json()["case_id"]  # of another township
    hidden, absent = attach(lin, case_id, JPEG), attach(lin, "2026-009999", JPEG)
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.text.replace(case_id, "") == absent.text.replace("2026-009999", "")
    for odd in ("x", "2026-000001'", "%00", "２０２６-000001"):
        assert attach(lin, odd, JPEG).status_code in {404, 401}


def test_vessels_are_suggested_with_the_age_of_their_position(desk: DeskSite, lin: httpx.Client):
    with psycopg.connect(desk.dsn, autocommit=True) as conn:
        conn.execute("insert into mg.roster values (412000001, '浙普渔60001', 'fishing', '', 'gill_net')")
    assert lin.get("/api/v1/vessels", params={"q": "6000"}).json()["vessels"] == [
        {
            "mmsi": 412000001,
            "name": "浙普渔60001",
            "gear": "gill_net",
            "lon": None,
            "lat": None,
            "age_s": None,
            "grid": None,
        }
    ]
    assert lin.get("/api/v1/vessels", params={"q": "x" * 5000}).json() == {"vessels": []}


def test_page_says_nothing_of_who_looks_and_weighs_little(desk: DeskSite, lin: httpx.Client):
    page = lin.get("/report")
    assert page.status_code == 200
    assert "名lin" not in page.text and lin.headers["X-CSRFToken"] not in page.text
    assert "<script>" not in page.text and " style=" not in page.text and "onclick" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy
    names = ["report.css", *SCRIPTS, "sw.js", "icon-192.png", "icon-512.png", "manifest.webmanifest"]
    files = [desk.browser().get(f"/report/static/{name}") for name in names]  # asked for before any login
    assert [file.status_code for file in files] == [200] * len(names)
    assert page.num_bytes_downloaded + sum(file.num_bytes_downloaded for file in files) < 34_000  # as sent
    assert files[names.index("sw.js")].headers["service-worker-allowed"] == "/report"
    assert desk.browser().get("/report/static/page.py").status_code == 404
    assert desk.browser().get("/report").status_code == 303
    assert desk.browser().get("/report/static/shell-zh.html").content == page.content


def test_me_is_who_is_logged_in_with_the_grids(desk: DeskSite, lin: httpx.Client):
    me = lin.get("/api/v1/report/me").json()
    assert (me["account"], me["name"], me["csrf"]) == ("lin", "名lin", lin.headers["X-CSRFToken"])
    assert [grid["id"] for grid in me["grids"]] == ["G1", "G2"]


# ---------------------------------------------------------------------------------------------- without an account
def public(client: httpx.Client, desk: DeskSite, *, wait_s: float = 10, **changes: Any) -> httpx.Response:
    ticket = client.get("/public/ticket").json()["ticket"]
    desk.clock.forward(seconds=wait_s)
    fields = {"request_key": key(), "kind": "complaint", "subkind": "grid_worker", "note": "三次找不到人", "about": "",
              "name": "王大海", "phone": "138 0000 1234", "ticket": ticket, "website": ""}  # fmt: skip
    return client.post("/public/report", json={**fields, **changes})


def test_complaint_of_the_public_is_not_for_the_one_complained_of(desk: DeskSite):
    with psycopg.connect(desk.dsn, autocommit=True) as conn:
        conn.execute(
            "insert into mg.post (grid_id, post, person_id, since) values ('G1', 'full_time', 1, '2026-01-01')"
        )
    anyone = desk.browser()
    filed = public(anyone, desk, about="人1")
    assert filed.status_code == 201
    case_id = filed.json()["case_id"]
    assert ask(desk.dsn, "select accused, unit_id, channel, reporter from mg.case_file") == [(1, "T1", "public", "")]
    for name, sees in (("lin", False), ("village1", False), ("town1", True), ("city", True)):
        with reading_as(desk.dsn, name) as conn:
            assert (conn.execute('select case_id from api."case"').fetchall() == [(case_id,)]) == sees, name


def test_complaint_about_somebody_not_known_goes_to_the_city(desk: DeskSite):
    assert public(desk.browser(), desk, about="某人", lon=122.7, lat=30.2).status_code == 201
    assert ask(desk.dsn, "select accused, unit_id, description from mg.case_file") == [
        (None, "C", "三次找不到人\n\n(某人)")
    ]


def test_hazard_of_the_public_goes_to_the_grid_of_its_place(desk: DeskSite):
    answer = public(desk.browser(), desk, kind="hazard", subkind="quay", lon=122.7, lat=30.2, name="", phone="")
    assert answer.status_code == 201
    assert ask(desk.dsn, "select unit_id from mg.case_file") == [("T1-V",)]


def test_programs_and_wrong_fields_are_refused_of_the_public(desk: DeskSite):
    anyone = desk.browser()
    wrong = [
        ({"website": "http://x"}, "website"), ({"wait_s": 1}, "ticket"), ({"wait_s": 8 * 86_400}, "ticket"),
        ({"ticket": "1.2"}, "ticket"), ({"ticket": "x"}, "ticket"), ({"note": " "}, "note"),
        ({"kind": "dispute"}, "other_vessel"), ({"phone": "<b>"}, "phone"), ({"accused": 1}, "accused"),
        ({"vessels": []}, "vessels"),
    ]  # fmt: skip
    for changes, field in wrong:
        answer = public(anyone, desk, **changes)
        assert (answer.status_code, answer.json()["field"]) == (422, field), changes
    assert ask(desk.dsn, "select count(*) from mg.case_file") == [(0,)]


def test_too_many_forms_of_one_address_wait(desk: DeskSite):
    anyone = desk.browser()
    answers = [public(anyone, desk, website="x") for _ in range(cb.SETTINGS.public.report_burst + 1)]
    assert {a.status_code for a in answers[:-1]} == {422}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


def test_code_shows_the_steps_with_dates_and_nothing_else(desk: DeskSite, lin: httpx.Client):
    filed = lin.post("/api/v1/cases", json=form()).json()
    lin.post(f"/api/v1/cases/{filed['case_id']}/attachments", content=JPEG, headers={"X-Name": "secret.jpg"})
    page = desk.browser().get(f"/c/{filed['code'].lower()}")
    assert page.status_code == 200
    assert "2026-05-06 10:00" in page.text and "已受理" in page.text and filed["case_id"] in page.text
    for secret in ("浙普渔", "流刺网", "名lin", "secret", "网具"):
        assert secret not in page.text, secret
    assert f'href="/c/{filed["code"]}?lang=en"' in page.text
    assert "noindex" in page.headers["x-robots-tag"] and page.headers["cache-control"] == "no-store"
    led = desk.browser().get("/c/", params={"code": f" {filed['code'][:5].lower()} {filed['code'][5:]}"})
    assert (led.status_code, led.headers["location"]) == (303, f"/c/{filed['code']}")


def test_guesses_all_look_alike_and_are_slowed_down(desk: DeskSite):
    anyone = desk.browser()
    answers = [anyone.get(f"/c/{guess}") for guess in ("AAAAAAAAAA", "x", "A' or 1=1", "é" * 10, "ABCDEFGHIJ")]
    assert {(a.status_code, a.text) for a in answers} == {(404, answers[0].text)}
    many = [anyone.get("/c/AAAAAAAAAA").status_code for _ in range(cb.SETTINGS.public.follow_burst)]
    assert many[-1] == 429


# ---------------------------------------------------------------------------------------------- a bad line, as a law
@pytest.fixture(scope="module")
def shore(postgres: Any) -> Iterator[DeskSite]:
    for dsn in fresh_database(postgres.dsn):
        with Store.open(dsn) as store:
            store.migrate()
        cb.people(dsn)
        with desk_site(dsn) as running:
            yield running


LINE = st.lists(st.sampled_from(["lost before", "lost after", "heard", "another tab"]), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=LINE, files=st.lists(st.integers(0, 2), max_size=4))
def test_whatever_the_line_loses_and_the_phone_repeats_one_case_is_filed_with_each_photo_once(
    shore: DeskSite, line: list[str], files: list[int]
):
    client = shore.browser("lin")
    sent, heard = form(note=key()), []
    for what in [*line, "heard"]:
        if what == "lost before":
            continue
        answer = client.post("/api/v1/cases", json=sent)
        if what == "another tab":
            heard.append(shore.browser("lin").post("/api/v1/cases", json=sent).json())
        if what != "lost after":
            heard.append(answer.json())
    assert len({str(one) for one in heard}) == 1
    case_id = heard[0]["case_id"]
    for n in files:
        assert attach(client, case_id, JPEG + bytes([n])).status_code in {200, 201}
    assert ask(shore.dsn, "select case_id from mg.case_file where description = %s", [sent["note"]]) == [(case_id,)]
    attached = ask(shore.dsn, "select count(*) from mg.case_attachment where case_id = %s", [case_id])
    assert attached == [(len(set(files)),)]
