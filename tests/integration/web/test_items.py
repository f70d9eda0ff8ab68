"""The list of work items over real sockets: the public page with all that forgers ask of it, and the forms within."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from dashboard.auth import Account
from dashboard.form_fields import Answer
from dashboard.item_desk import body_of, send
from dashboard.item_query import ItemQuery, read_query
from dashboard.words import Catalogues
from maritime_grid.domain.items import Trigger
from maritime_grid.settings_access import load_access
from maritime_grid.store.people import People
from tests.integration.store import case_build as cb

from . import item_world as iw
from .attack_calls import Slot, calls
from .attack_calls import send as post
from .desks import DeskSite, desk_site

ZH = Catalogues().pick("zh")
WHO = {name: (role, unit, body) for name, role, unit, body, _ in cb.ACCOUNTS}
INSIDE = (iw.SECRET, iw.WHY, iw.MEMO, "提出人", "审核人", "批准人", "公布人")  # what nobody outside may read
HOSTILE = [
    {"q": "<script>alert(1)</script>"}, {"q": "'; drop table mg.item; --"}, {"q": "%"}, {"q": "\0"}, {"q": "x" * 9_000},
    {"q": iw.SECRET}, {"q": "草案"}, {"q": iw.MEMO}, {"state": "proposed"}, {"versions": "all"}, {"view": "work"},
    {"lang": "../en"}, {"lang": "en"}, {"item": "9.1"}, {"on": "9999-12-31"}, {"do": "new"}, {"q": ["a", "b"]},
]  # fmt: skip
PATHS = ("/public/items", "/public/items.xlsx", "/public/items.csv")


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    iw.fill(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def account(name: str) -> Account:
    role, unit, body = WHO[name]
    acts = load_access(cb.SETTINGS).roles[role].acts
    return Account(name, role, unit, body, name, "", acts)


def sent(site: DeskSite, name: str, query: ItemQuery, form: str, **given: Any) -> Answer:
    return send(site.desk, account(name), replace(query, do=form), form, given, ZH)


def shown(site: DeskSite, name: str, query: ItemQuery) -> str:
    return str(body_of(site.desk, account(name), query, ZH))


def cells(answer: httpx.Response) -> str:
    """All that stands in a workbook, as text."""
    book = load_workbook(BytesIO(answer.content), read_only=True)
    return "\n".join(str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row)


def text_of(answer: httpx.Response) -> str:
    return cells(answer) if "spreadsheet" in answer.headers["content-type"] else answer.content.decode()


# the public page


def test_anybody_reads_what_holds_today_what_comes_and_what_was(site: DeskSite):
    anyone = site.browser()
    page = anyone.get("/public/items").text
    assert "2026-05-06 现行有效 3 项" in page
    body = page[page.index("<section") :]
    assert body.index("二、社情民意收集") < body.index("听取渔民意见") < body.index("三、安全隐患排查整治")
    assert "出港前查看救生、消防设备。" in page
    assert "2026-05-16 起改为" in page
    assert page.count("示例</em>") == 1
    site.clock.forward(days=11)
    later = anyone.get("/public/items").text
    assert "以前的版本(1)" in later
    assert later.index("通导设备") < later.index("出港前查看救生、消防设备。")
    english = anyone.get("/public/items?lang=en").text
    assert "2. Hearing what people think" in english
    assert '<span lang="zh-CN">听取渔民意见</span>' in english


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("asked", HOSTILE, ids=str)
def test_nothing_that_is_asked_brings_a_draft_a_name_or_a_remark(site: DeskSite, path: str, asked: dict[str, Any]):
    answer = site.browser().get(path, params=asked)
    assert answer.status_code == 200, answer.text
    said = text_of(answer)
    typed = str(asked.get("q", ""))
    assert not [word for word in INSIDE if word in said and word != typed]
    if typed in INSIDE:
        assert said.count(typed) <= 3  # the field of the search and the links that keep it
    assert "<script>alert" not in said


def test_page_has_the_policy_of_all_pages_and_may_be_found(site: DeskSite):
    answer = site.browser().get("/public/items")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "x-robots-tag" not in answer.headers
    assert "noindex" not in answer.text
    assert "set-cookie" not in answer.headers
    again = site.browser().get("/public/items", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_is_changed_at_the_public_address(site: DeskSite, method: str):
    for path in PATHS:
        assert site.browser().request(method, path, json={"title": "x"}).status_code in {404, 405}


def test_files_hold_the_list_and_on_request_all_that_was_published(site: DeskSite):
    site.clock.forward(days=11)
    anyone = site.browser()
    now, every = cells(anyone.get("/public/items.xlsx")), cells(anyone.get("/public/items.xlsx?versions=all"))
    assert "通导设备" in now
    assert "出港前查看救生、消防设备。" not in now
    assert "出港前查看救生、消防设备。" in every
    answer = anyone.get("/public/items.csv?q=台风")
    assert answer.headers["content-disposition"] == 'attachment; filename="work-items-20260517.csv"'
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "3.2" in lines[1]


def test_who_asks_too_often_waits_and_nobody_else_does(fresh_dsn: str):
    cb.people(fresh_dsn)
    iw.fill(fresh_dsn)
    few = cb.SETTINGS.public.model_copy(update={"list_burst": 3})
    with desk_site(fresh_dsn, public=few) as site:
        anyone = site.browser()
        assert [anyone.get(path).status_code for path in (*PATHS, "/public/items")] == [200, 200, 200, 429]
        answer = anyone.get("/public/items")
        assert int(answer.headers["retry-after"]) >= 1
        assert "听取渔民意见" not in answer.text
        assert anyone.get("/public/report").status_code == 200


def test_public_and_login_pages_lead_to_the_list(site: DeskSite):
    anyone = site.browser()
    for path in ("/public/report", "/c/", "/public/badge", "/login"):
        assert 'href="/public/items"' in anyone.get(path).text, path
        assert 'href="/public/items?lang=en"' in anyone.get(f"{path}?lang=en").text, path
    assert 'href="/public/items"' in site.browser("lin").get("/report").text


# the page within

CITY, NEW, PATROL = ItemQuery(view="work"), ItemQuery(view="work"), ItemQuery(view="work", item="3.1")
GOOD = {"class": "3", "title": "码头", "text": "查看码头。", "basis": "", "reason": "补缺"}
FAULTS = [
    (NEW, "new", {}, {"class": "people.choose", "title": "people.needed", "text": "people.needed",
                      "reason": "people.needed"}),
    (NEW, "new", GOOD | {"class": "10", "number": "3.x"}, {"class": "people.choose"}),
    (NEW, "new", GOOD | {"number": "4.1"}, {"number": "items.number"}),
    (NEW, "new", GOOD | {"number": "3.01"}, {"number": "items.number"}),
    (NEW, "new", GOOD | {"number": "3.1"}, {"number": "items.taken"}),
    (NEW, "new", GOOD | {"title": "码" * 61, "text": "\x07", "basis": "b" * 101},
     {"title": "people.text", "text": "people.text", "basis": "people.text"}),
    (PATROL, "change", {"title": iw.PATROL["title"], "text": iw.PATROL["text"], "basis": iw.PATROL["basis"],
                        "reason": "同", "base": "2"}, {"text": "items.same"}),
    (ItemQuery(item="7.7"), "change", GOOD | {"base": "1"}, {"title": "people.gone"}),
    (ItemQuery(item="7.7"), "drop", {"reason": "x", "base": "1"}, {"reason": "people.gone"}),
    (ItemQuery(item="2.1"), "review", {"seen": "2 proposed"}, {"remark": "people.needed"}),
    (ItemQuery(item="2.1"), "review", {"remark": "好", "seen": "2 nonsense"}, {"remark": "people.gone"}),
    (ItemQuery(item="2.1"), "reject", {"remark": " ", "seen": "2 proposed"}, {"remark": "people.needed"}),
    (ItemQuery(item="2.1"), "publish", {"seen": "2 proposed"}, {"day": "people.needed"}),
    (ItemQuery(item="2.1"), "publish", {"day": "2026-05-05", "seen": "2 proposed"}, {"day": "items.past"}),
    (ItemQuery(item="3.1"), "publish", {"day": "2026-05-15", "seen": "2 approved"}, {"day": "items.earlier"}),
]  # fmt: skip


def test_wrong_field_is_told_beside_it_in_words_and_nothing_is_changed(site: DeskSite):
    before = cb.ask(site.dsn, "select count(*) from mg.people_log")
    for query, form, given, expected in FAULTS:
        answer = sent(site, "city", query, form, **given)
        keys = {name: f"{page}.fault.{why}" for name, (page, why) in ((n, w.split(".")) for n, w in expected.items())}
        assert answer.faults == keys, (form, given)
        assert answer.go is None
        assert all(ZH(key) for key in answer.faults.values())
    assert cb.ask(site.dsn, "select count(*) from mg.people_log") == before


def test_item_comes_from_a_township_to_the_public_by_three_accounts(site: DeskSite):
    made = sent(site, "town1", NEW, "new", **GOOD)
    assert made.go == ItemQuery(view="work", item="3.3")
    here = made.go
    assert "补缺" in shown(site, "county", here)
    steps = (("county", "review", "1 proposed", {}), ("city", "approve", "1 reviewed", {}),
             ("city", "publish", "1 approved", {"day": "2026-05-06"}))  # fmt: skip
    for name, form, seen, more in steps:
        assert "码头" not in site.browser().get("/public/items").text
        answer = sent(site, name, here, form, remark="意见", seen=seen, **more)
        assert answer.go == here, answer
    assert "查看码头。" in site.browser().get("/public/items").text
    assert cb.ask(site.dsn, "select state, by from mg.item_step where item_id = '3.3' order by array_position("
                  "array['proposed', 'reviewed', 'approved', 'published'], state)") == [
        ("proposed", "town1"), ("reviewed", "county"), ("approved", "city"), ("published", "city"),
    ]  # fmt: skip


def test_own_proposal_has_no_button_to_approve_and_says_why(site: DeskSite):
    made = sent(site, "city", NEW, "new", **GOOD)
    assert made.go
    assert sent(site, "city", made.go, "review", remark="好", seen="1 proposed").go
    page = shown(site, "city", made.go)
    assert "由您提出,须由他人办理" in page
    assert "do=approve" not in page
    assert "do=reject" in page
    answer = sent(site, "city", made.go, "approve", seen="1 reviewed")
    assert answer.faults == {"remark": "items.fault.own"}
    county = shown(site, "county", made.go)
    assert "批准:由有批准权的账号办理" in county
    assert "do=approve" not in county


def test_stale_form_is_refused_with_what_changed_and_what_it_says_now(site: DeskSite):
    here = ItemQuery(view="work", item="3.2")
    with People(site.dsn, console=True) as people:
        iw.publish(people, {**iw.STORM, "text": "接到召回后逐船核对。"}, iw.TODAY, 2)
    given = {"title": "台风", "text": "我的新文字", "basis": "", "reason": "改", "base": "1"}
    answer = sent(site, "town1", here, "change", **given)
    assert answer.go is None
    assert answer.faults == {}
    said = str(answer.line)
    assert "公布人" in said
    assert "公布第 2 版" in said
    assert "Del(" in said
    assert answer.base == 2
    assert cb.ask(site.dsn, "select max(version) from mg.item_version where item_id = '3.2'") == [(2,)]
    assert sent(site, "town1", here, "change", **{**given, "base": "2"}).go == here


def test_step_that_somebody_was_faster_with_is_refused_with_who_it_was(site: DeskSite):
    here = ItemQuery(view="work", item="2.1")
    assert sent(site, "county", here, "review", remark="好", seen="2 proposed").go
    answer = sent(site, "city", here, "reject", remark="不", seen="2 proposed")
    assert "county" in str(answer.line)
    assert "审核通过" in str(answer.line)
    assert cb.ask(site.dsn, "select state from mg.item_version where item_id = '2.1' and version = 2") == [
        ("reviewed",)
    ]


def test_while_a_version_is_under_way_no_other_is_proposed_and_the_page_says_so(site: DeskSite):
    here = ItemQuery(view="work", item="2.1")
    assert "有一版正在办理" in shown(site, "city", here)
    assert "do=change" not in shown(site, "city", here)
    answer = sent(site, "city", here, "change", **{**GOOD, "base": "2"})
    assert "有一版正在办理" in str(answer.line)


def test_item_is_dropped_and_comes_back(site: DeskSite):
    here = ItemQuery(view="work", item="3.2")
    for version, form, given in (
        (2, "drop", {"reason": "并入 3.1", "base": "1"}),
        (3, "change", {**iw.STORM, "basis": "", "reason": "恢复", "base": "2"}),
    ):
        given = {k: v for k, v in given.items() if k not in {"item_id", "class", "sample"}}
        assert sent(site, "county", here, form, **given).go == here
        for name, step, seen in (("town1", "review", "proposed"), ("city", "approve", "reviewed")):
            assert sent(site, name, here, step, remark="可", seen=f"{version} {seen}").go == here
        answer = sent(site, "city", here, "publish", day="2026-05-06", seen=f"{version} approved")
        assert answer.go == here
        page = site.browser().get("/public/items").text
        assert ("已移出清单" in page) == (form == "drop")
        assert ("现行有效 2 项" in page) == (form == "drop")


def test_reader_sees_what_was_published_and_none_of_the_work(site: DeskSite):
    for name in ("lin", "village1", "shop", "guard", "fishery", "root"):
        for query in (ItemQuery(), ItemQuery(view="work"), ItemQuery(item="2.1"), ItemQuery(view="work", do="new"),
                      ItemQuery(item="2.1", view="work", do="review")):  # fmt: skip
            page = shown(site, name, query)
            assert not [word for word in INSIDE if word in page], (name, query)
            assert "items-new-do" not in page
            assert "items-review-do" not in page
        assert "听取渔民意见" in shown(site, name, ItemQuery())
        assert "没有这个事项" in shown(site, name, ItemQuery(item="9.1"))
        assert "第 2 版 · 2026-05-16 起施行" in shown(site, name, ItemQuery(item="3.1"))


def test_form_of_who_may_not_is_refused_by_the_command_whatever_the_page_let_through(site: DeskSite):
    before = cb.ask(site.dsn, "select count(*) from mg.item_step")
    for name in ("lin", "village1", "shop", "guard", "fishery", "root"):
        assert sent(site, name, NEW, "new", **GOOD).go is None
        answer = sent(site, name, ItemQuery(item="2.1"), "review", remark="好", seen="2 proposed")
        assert "无权" in str(answer.line)
    for name in ("town1", "county"):
        answer = sent(site, name, ItemQuery(item="2.1"), "reject", remark="不", seen="2 proposed")
        assert "无权" in str(answer.line)
    assert cb.ask(site.dsn, "select count(*) from mg.item_step") == before


def test_callback_of_a_form_is_refused_to_who_lacks_its_act(site: DeskSite):
    call = next(one for one in calls(site.app) if "items-new-line" in one.output)
    given = {f"items-new-{name}": value for name, value in GOOD.items()}

    def typed(slot: Slot) -> Any:
        return {"n_clicks": 1, "data": None}.get(slot.prop, given.get(slot.name, ""))

    for name, status in (("lin", 403), ("root", 403), ("wall", 403), ("town1", 200)):
        assert post(site.browser(name), call.body(typed, {})).status_code == status, name
    assert cb.ask(site.dsn, "select count(*) from mg.item_version where title = '码头'") == [(1,)]


def test_address_keeps_nothing_that_is_none_of_its_values():
    asked = {"view": "staff", "item": "3.1'; --", "q": ["a"], "do": "delete", "x": "y"}
    assert read_query(asked) == ItemQuery(item="3.1'; --", q="['a']")
    assert read_query({"q": "x" * 99, "do": "new", "view": "work"}) == ItemQuery("work", "", "x" * 40, "new")


def test_day_of_the_list_is_that_of_beijing(site: DeskSite):
    with People(site.dsn, console=True) as people:
        people.move_item("2.1", 2, Trigger.REJECT, "b", cb.NOW, remark="不")
        iw.publish(people, {**iw.VISITS, "text": "明天的字"}, iw.TODAY + iw.DAY, 3)
    before = site.browser().get("/public/items").text
    assert "2026-05-07 起改为" in before
    midnight = timedelta(days=1) - timedelta(hours=cb.NOW.astimezone(iw.BEIJING).hour, minutes=cb.NOW.minute)
    site.clock.forward(seconds=midnight.total_seconds() - 60 - cb.NOW.second)
    assert "2026-05-06 现行有效" in site.browser().get("/public/items").text
    site.clock.forward(seconds=61)
    after = site.browser().get("/public/items").text
    assert "2026-05-07 现行有效" in after
    assert "起改为" not in after.split("3.1")[0]
