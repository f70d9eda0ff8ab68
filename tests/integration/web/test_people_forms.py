"""The forms of the page of people on a real store: faults beside fields, what is done, what is refused; the card."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.auth import Account
from dashboard.form_fields import Answer
from dashboard.people_desk import body_of, send
from dashboard.people_query import PeopleQuery, read_query
from dashboard.words import Catalogues
from maritime_grid.domain.people import Post
from maritime_grid.settings_access import load_access
from tests.integration.store import case_build as cb

from . import grid_world as gw
from . import people_world as pw
from .desks import DeskSite, desk_site

ZH = Catalogues().pick("zh")
WHO = {name: (role, unit, body) for name, role, unit, body, _ in cb.ACCOUNTS}
LEADER = PeopleQuery(view="people", person=pw.LEADER)
GRID = PeopleQuery(grid="G1")
TEAM = PeopleQuery(view="teams", team="D1")


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    pw.staff(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def account(name: str) -> Account:
    role, unit, body = WHO[name]
    acts = load_access(cb.SETTINGS).roles[role].acts
    return Account(name, role, unit, body, name, "", acts)


def sent(site: DeskSite, name: str, query: PeopleQuery, form: str, **given: Any) -> Answer:
    return send(site.desk, account(name), replace(query, do=form), form, given, ZH)


def said(answer: Answer) -> str:
    return str(answer.line)


def posts(site: DeskSite) -> int:
    return cb.ask(site.dsn, "select count(*) from mg.post")[0][0]


def shown(site: DeskSite, name: str, query: PeopleQuery) -> str:
    return str(body_of(site.desk, account(name), query, ZH))


GOOD_TERM = {"grid": "G1", "post": "advisor", "person": "9", "since": "2026-05-06"}
FAULTS = [
    (PeopleQuery(view="people"), "add", {}, {"name_zh": "needed", "unit": "choose"}),
    (PeopleQuery(view="people"), "add",
     {"name_zh": "王\u0007五", "unit": "T2", "phone": "138****1234", "id_number": "3309", "address": "青浜**"},
     {"name_zh": "text", "unit": "choose", "phone": "phone", "id_number": "identity", "address": "masked"}),
    (PeopleQuery(view="people"), "add", {"name_zh": "王" * 61, "unit": "T1", "staff_no": "工号"},
     {"name_zh": "text", "staff_no": "staff_no"}),
    (LEADER, "edit", {"name_zh": "陈", "phone": "138", "clear": ["phone"]}, {"phone": "both"}),
    (LEADER, "edit", {"name_zh": "", "clear": ["name_zh"]}, {"name_zh": "needed", "clear": "choose"}),
    (GRID, "appoint", {}, {"grid": "choose", "post": "choose", "since": "needed"}),
    (GRID, "appoint", GOOD_TERM | {"post": "party_secretary"}, {"party_form": "choose"}),
    (GRID, "appoint", GOOD_TERM | {"post": "association", "body": "F"}, {"body": "choose"}),
    (GRID, "appoint", GOOD_TERM | {"person": ""}, {"person": "choose"}),
    (GRID, "appoint", GOOD_TERM | {"grid": "G2"}, {"grid": "choose"}),
    (GRID, "appoint", GOOD_TERM | {"person": "3"}, {"person": "choose"}),
    (GRID, "appoint", GOOD_TERM | {"since": "gestern"}, {"since": "day"}),
    (GRID, "appoint", GOOD_TERM | {"until": "2026-05-06"}, {"until": "before"}),
    (GRID, "appoint", GOOD_TERM | {"post": "full_time"}, {"since": "held"}),
    (replace(GRID, of="1"), "term", {"what": "end"}, {"until": "needed"}),
    (replace(GRID, of="1"), "term", {"what": "end", "until": "2020-01-01"}, {"until": "before"}),
    (replace(GRID, of="1"), "term", {"what": "extend", "until": "2026-05-07"}, {"until": "later"}),
    (replace(GRID, of="2"), "term", {"what": "extend", "until": "2027-05-07"}, {"until": "open"}),
    (replace(GRID, of="99"), "term", {"what": "end", "until": "2027-05-07"}, {"what": "gone"}),
    (LEADER, "badge", {"post": "G1|leader", "expires": "2026-05-06"}, {"expires": "past"}),
    (LEADER, "badge", {"post": "G1|advisor", "expires": "2027-05-06"}, {"post": "choose"}),
    (LEADER, "revoke", {}, {"reason": "needed"}),
    (LEADER, "training", {"course": "救护", "held_on": "2026-05-01", "hours": "nan", "result": "passed"},
     {"hours": "number"}),
    (LEADER, "training", {"hours": "viel"},
     {"course": "needed", "held_on": "needed", "hours": "number", "result": "choose"}),
    (PeopleQuery(view="teams"), "team", {"name_zh": "队", "skills": ["magic"], "units": ["T2"], "lon": "122"},
     {"skills": "choose", "units": "choose", "lat": "pair"}),
    (TEAM, "member", {"person": "3", "skills": ["tow", "x"]}, {"person": "choose", "skills": "choose"}),
    (LEADER, "read", {"purpose": "  "}, {"purpose": "needed"}),
]  # fmt: skip


def test_wrong_field_is_told_beside_it_in_words_and_nothing_is_changed(site: DeskSite):
    before = cb.ask(site.dsn, "select count(*) from mg.people_log")
    for query, form, given, expected in FAULTS:
        answer = sent(site, "town1", query, form, **given)
        assert answer.faults == {name: f"people.fault.{why}" for name, why in expected.items()}, (form, given)
        assert answer.go is None
        assert all(ZH(key) for key in answer.faults.values())
    assert cb.ask(site.dsn, "select count(*) from mg.people_log") == before


def test_township_adds_a_person_who_is_then_edited_trained_and_badged(site: DeskSite):
    added = sent(site, "town1", PeopleQuery(view="people"), "add", name_zh="王五", unit="T1", phone="13811112222")
    here = added.go
    assert here
    assert here.person
    assert "王五" in shown(site, "town1", here)
    assert "没有这个人" in shown(site, "town2", here)
    changed = sent(site, "town1", here, "edit", name_zh="王五一", unit="T1", address="青浜 2 号", clear=["phone"])
    assert changed.go == here
    row = cb.ask(site.dsn, "select name_zh, phone, address from mg.person where person_id = %s", [here.person])
    assert row == [("王五一", "", "青浜 2 号")]
    term = {"grid": "G1", "post": "part_time", "person": f"{here.person}", "since": "2026-05-06"}
    assert sent(site, "town1", here, "appoint", **term).go == here
    course = {"course": "海上救护", "held_on": "2026-05-01", "hours": "8", "result": "passed"}
    assert sent(site, "town1", here, "training", **course).go == here
    badge = sent(site, "town1", here, "badge", post="G1|part_time", expires="2027-05-06")
    ((number,),) = cb.ask(site.dsn, "select number from mg.badge")
    assert number in said(badge)
    page = shown(site, "town1", here)
    assert all(part in page for part in ("兼职网格员", "海上救护", number, "8 学时", "有效"))
    withdrawn = sent(site, "town1", replace(here, of=number), "revoke", reason="遗失")
    assert number in said(withdrawn)
    assert "已吊销" in shown(site, "town1", here)
    acts = [act for (act,) in cb.ask(site.dsn, "select act from mg.people_log where by = 'town1' order by n")]
    assert acts == ["person.add", "person.change", "post.appoint", "training.new", "badge.issue", "badge.revoke"]


def test_party_organisation_is_a_branch_or_a_group_as_it_was_said(site: DeskSite):
    for form, word, person in (("group", "党小组长", "9"), ("branch", "党支部书记", "8")):
        term = {"grid": "G1", "post": "party_secretary", "person": person, "since": "2026-05-06", "party_form": form}
        assert sent(site, "town1", GRID, "appoint", **term).go
        assert word in shown(site, "town1", GRID)
        ((number,),) = cb.ask(site.dsn, "select max(post_id) from mg.post")
        ended = sent(
            site, "town1", replace(GRID, of=f"{number}"), "term", what="end", until="2026-05-06", reason="录入错误"
        )
        assert ended.go
    assert "网格党组织" in shown(site, "town1", PeopleQuery())


def test_new_leader_follows_the_old_one_and_a_term_is_extended_or_telephoned(site: DeskSite):
    assert sent(site, "town1", replace(GRID, of="2"), "phone", work_phone="0580-6090001").go
    assert sent(site, "town1", replace(GRID, of="1"), "term", what="extend", until="").go
    assert cb.ask(site.dsn, "select until, work_phone from mg.post where post_id in (1, 2) order by post_id") == [
        (None, "05806091234"), (None, "0580-6090001"),
    ]  # fmt: skip
    next_ = {"grid": "G1", "post": "leader", "person": "9", "since": "2026-06-01"}
    assert sent(site, "town1", GRID, "appoint", **next_).go
    assert cb.ask(site.dsn, "select until::text from mg.post where post_id = 1") == [("2026-06-01",)]


def test_team_is_made_changed_and_staffed(site: DeskSite):
    new = {"name_zh": "蚂蚁岛救护队", "skills": ["medic"], "units": ["T1"], "phone": "0580-6090009", "contact": "9"}
    made = sent(site, "town1", PeopleQuery(view="teams"), "team", **new, paid=["yes"], lon="122.26", lat="29.87")
    assert made.go
    team = made.go
    assert sent(site, "town1", team, "member", person="9", skills=["diver"], craft="橡皮艇").go == team
    page = shown(site, "town1", team)
    assert all(part in page for part in ("医疗急救", "潜水清障", "橡皮艇", "林小渔"))
    changed = new | {"contact": None, "name_zh": "蚂蚁岛急救队"}
    assert sent(site, "town1", team, "team", **changed, paid=[]).go == team
    assert cb.ask(site.dsn, "select contact_id, paid, lon from mg.team where team_id = %s", [team.team]) == [
        (9, False, None)
    ]
    assert cb.ask(site.dsn, "select count(*) from mg.team_member where until is null") == [(1,)]
    assert sent(site, "town1", replace(team, of="9"), "leave").go == team
    assert cb.ask(site.dsn, "select count(*) from mg.team_member where until is null") == [(0,)]


def test_form_that_was_sent_past_the_page_is_refused_by_the_store(site: DeskSite):
    before = cb.ask(site.dsn, "select count(*) from mg.people_log"), posts(site)
    assert site.desk.people
    number = site.desk.people.issue_badge(pw.LEADER, "G1", Post.LEADER, pw.TODAY + timedelta(days=9), "town1", cb.NOW)
    attempts = [
        ("edit", LEADER, {"name_zh": "x", "phone": "13900000000"}),
        ("revoke", replace(LEADER, of=number), {"reason": "x"}),
        ("member", replace(TEAM, of=f"{pw.LEADER}"), {"person": f"{pw.LEADER}", "skills": []}),
        ("leave", replace(TEAM, of="9"), {}),
    ]
    for who in ("town2", "village1", "guard"):
        for form, query, given in attempts:
            answer = sent(site, who, query, form, **given)
            assert answer.go is None, (who, form)
            assert answer.line is not None, (who, form)
    for form, query, given in (
        ("appoint", GRID, GOOD_TERM), ("term", replace(GRID, of="1"), {"what": "end", "until": "2026-05-06"}),
        ("phone", replace(GRID, of="1"), {"work_phone": "1100"}),
        ("badge", LEADER, {"post": "G1|leader", "expires": "2027-05-06"}),
    ):  # fmt: skip
        assert sent(site, "town2", query, form, **given).go is None, form
    logged = cb.ask(site.dsn, "select count(*) from mg.people_log")
    assert (logged[0][0] - before[0][0][0], posts(site) - before[1]) == (1, 0)  # the badge of town1 itself


def test_card_is_printed_by_who_may_issue_it_and_leads_to_its_check(site: DeskSite):
    assert site.desk.people
    number = site.desk.people.issue_badge(pw.LEADER, "G1", Post.LEADER, pw.TODAY + timedelta(days=9), "town1", cb.NOW)
    address = "/people/badge"
    town = site.browser("town1").get(address, params={"number": number})
    assert town.status_code == 200
    assert all(
        part in town.text for part in ("网格员工作证", "陈&lt;b&gt;大海&lt;/b&gt;", number, "近岸网格一", "网格长")
    )
    assert f'alt="{site.address}/public/badge?number={number}"' in town.text
    assert pw.PHONE not in town.text
    assert site.browser("town2").get(address, params={"number": number}).status_code == 404
    assert site.browser("village1").get(address, params={"number": number}).status_code == 403
    assert site.browser().get(address, params={"number": number}).status_code in {303, 401}
    site.desk.people.revoke_badge(number, "遗失", "town1", cb.NOW)
    assert "此证现在无效" in site.browser("town1").get(address, params={"number": number}).text


def test_address_of_the_page_takes_nothing_unknown():
    asked = {
        "view": "x", "do": "drop", "person": "-1", "near": "1;2", "part": ["a"], "unit": {"a": 1}, "more": 1,
        "of": "a\nb",
    }  # fmt: skip
    assert read_query({**asked, "part": ""}) == PeopleQuery()
    assert read_query({"near": "122.301,29.950"}).place() == (122.301, 29.95)
    assert read_query({"near": "999.0,29.950"}).place() is None
    assert len(read_query({"part": "长" * 100}).part) == 40
