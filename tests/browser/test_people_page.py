"""The page of people in Chromium: what a grid lacks, appointments, a person from the first entry to the badge."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.integration.store import case_build as cb
from tests.integration.web import grid_world as gw
from tests.integration.web import people_world as pw
from tests.integration.web.desks import DeskSite, desk_site

from .conftest import Wall
from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE

pytestmark = pytest.mark.needs_chromium
BODY = "(document.querySelector('#people-body')?.innerText ?? '')"
GOOD = "document.querySelector('#people-say .say.good')"
DESK = (1920, 1080)
CHINESE = re.compile(r"[\u3400-\u9fff]+")
NAMES = re.compile(  # of people, places and things, which stay as they are
    r"近岸网格[一二]|单位\w+|部门\w+|[人名]\w+|陈<b>大海</b>|林小渔|王小渔|东极潜水队|青浜拖带队|橡皮艇 2 艘|中文|救护"
)


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    pw.staff(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def pick(window: Wall, field: str, option: str) -> None:
    window.page.locator(f"#people-{field}").click()
    window.page.get_by_role("option", name=option).first.click()


def fill(window: Wall, form: str, **given: str) -> None:
    for name, value in given.items():
        window.page.locator(f"#people-{form}-{name}").fill(value)


def press(window: Wall, form: str) -> None:
    window.page.locator(f"#people-{form}-do").click()


def done(window: Wall, form: str, shown: str) -> None:
    """The form is sent, it closes, and the page shows what became of it."""
    press(window, form)
    window.wait(f"{GOOD} && !document.querySelector('.people-form') && {BODY}.includes('{shown}')")


def follow(window: Wall, said: str, form: str) -> None:
    """A link that opens a form."""
    window.page.locator("#people-body a", has_text=re.compile(f"^{said}$")).first.click()
    window.wait(f"document.querySelector('#people-{form}-do')")


def test_township_fills_an_empty_post_and_reads_a_person_for_a_purpose(desk, open_desk):
    town = open_desk("town1", "/people", *DESK)
    town.wait(f"{BODY}.includes('近岸网格一')")
    assert "网格 1 个,缺岗 1 个,30 天内到期 1 人" in town.text("#people-body")
    assert "网格党组织" in town.text("#people-body")
    town.shot("people-1920")
    town.page.locator("#people-body a", has_text="近岸网格一").click()
    town.wait(f"{BODY}.includes('05806091234')")
    assert "陈<b>大海</b>" in town.text("#people-body")
    assert pw.PHONE not in town.text("#people-body")
    follow(town, "任命岗位", "appoint")
    press(town, "appoint")
    town.wait("document.querySelector('#people-appoint-post-fault').innerText.includes('请选择')")
    pick(town, "appoint-post", "水产商会")
    town.wait("!document.querySelector('#people-appoint-body-box').hidden")
    pick(town, "appoint-body", "部门A")
    town.shot("people-grid-1920")
    done(town, "appoint", "部门A")
    assert town.page.locator("#people-body .list").first.locator("tbody tr").count() == 4
    town.page.locator("#people-body a", has_text="查看全部信息").first.click()
    town.wait("document.querySelector('#people-read-do')")
    press(town, "read")
    town.wait("document.querySelector('#people-read-purpose-fault').innerText.includes('请填写')")
    fill(town, "read", purpose="核实任职 <b>x</b>")
    press(town, "read")
    town.wait("document.querySelector('#people-read-line .people-full')")
    assert pw.PHONE in town.text("#people-read-line")
    town.shot("people-full-1920")
    about = "select account_id, act, purpose from mg.access_log where starts_with(subject, 'person:')"
    logged = cb.ask(desk.dsn, about)
    assert logged == [("town1", "read", "核实任职 <b>x</b>")]
    assert town.errors == []
    assert town.outside == []


def test_party_group_is_led_by_its_leader_and_its_term_runs_on(desk, open_desk):
    town = open_desk("town1", "/people?grid=G1&do=appoint", *DESK)
    town.wait("document.querySelector('#people-appoint-do')")
    pick(town, "appoint-post", "党支部书记、党小组长")
    town.wait("!document.querySelector('#people-appoint-party_form-box').hidden")
    pick(town, "appoint-person", "林小渔")
    press(town, "appoint")
    town.wait("document.querySelector('#people-appoint-party_form-fault').innerText.includes('请选择')")
    pick(town, "appoint-party_form", "网格党小组")
    fill(town, "appoint", until="2026-05-16")
    done(town, "appoint", "党小组长")
    row = town.page.locator("#people-body tr", has_text="党小组长")
    row.locator("a", has_text="结束或延长").click()
    town.wait("document.querySelector('#people-term-do')")
    pick(town, "term-what", "延长任期")
    fill(town, "term", until="2026-05-10")
    press(town, "term")
    town.wait("document.querySelector('#people-term-until-fault').innerText.includes('晚于')")
    assert town.page.locator("#people-term-until").input_value() == "2026-05-10"
    fill(town, "term", until="2027-05-16")
    done(town, "term", "2027-05-16")
    assert town.errors == []


def test_person_is_entered_appointed_trained_and_badged_and_the_card_leads_to_its_check(desk, open_desk):
    town = open_desk("town1", "/people?view=people", *DESK)
    town.wait(f"{BODY}.includes('林小渔')")
    town.shot("people-list-1920")
    follow(town, "新增人员", "add")
    fill(town, "add", phone="138****1234", note="会潜水")
    press(town, "add")
    town.wait("document.querySelector('#people-add-name_zh-fault').innerText && "
              "document.querySelector('#people-add-phone-fault').innerText.includes('星号')")  # fmt: skip
    assert town.page.locator("#people-add-note").input_value() == "会潜水"
    town.shot("people-add-1920")
    fill(town, "add", name_zh="王小渔", phone="13811112222")
    done(town, "add", "王小渔")
    assert "138****2222" in town.text("#people-body")
    follow(town, "任命岗位", "appoint")
    pick(town, "appoint-grid", "近岸网格一")
    pick(town, "appoint-post", "网格指导员")
    done(town, "appoint", "网格指导员")
    follow(town, "加培训记录", "training")
    fill(town, "training", course="海上救护", hours="8")
    done(town, "training", "海上救护")
    follow(town, "发工作证", "badge")
    done(town, "badge", "ZS26")
    town.shot("people-person-1920")
    card = town.page.locator("#people-body a", has_text="打印").get_attribute("href")
    town.page.goto(desk.address + str(card))
    town.wait("document.querySelector('.face.back img').complete")
    faces = town.page.locator(".face").evaluate_all("all => all.map(one => [one.scrollWidth <= one.clientWidth, "
                                                    "one.scrollHeight <= one.clientHeight])")  # fmt: skip
    assert faces == [[True, True], [True, True]]
    town.shot("people-card")
    town.page.emulate_media(media="print")
    town.shot("people-card-print")
    check = town.page.locator(".face.back img").get_attribute("alt")
    town.page.goto(str(check))
    town.wait("document.body.innerText.includes('有效') && document.body.innerText.includes('王小渔')")
    assert town.errors == []
    assert town.outside == []


def test_team_is_found_at_the_quay_by_skill_craft_and_distance_and_called(desk, open_desk):
    village = open_desk("village1", "/people?view=teams", *PHONE)
    village.wait(f"{BODY}.includes('青浜拖带队')")
    assert village.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    village.page.locator("select[name=skill]").select_option("diver")
    village.page.locator("input[name=part]").fill("橡皮艇")
    village.page.get_by_role("button", name="查找").click()
    village.wait("location.search.includes('skill=diver')")
    village.wait(f"{BODY}.includes('东极潜水队') && !{BODY}.includes('青浜拖带队')")
    assert village.page.locator("select[name=skill]").input_value() == "diver"
    assert village.page.locator("a.people-call").first.get_attribute("href") == "tel:05806090000"
    assert village.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    village.shot("people-teams-phone")
    village.page.context.grant_permissions(["geolocation"])
    village.page.context.set_geolocation({"longitude": 122.3, "latitude": 29.95})
    village.page.locator("#people-near").click()
    village.wait("new URLSearchParams(location.search).get('near') === '122.300,29.950'")
    village.wait(f"{BODY}.includes('东极潜水队')")
    assert village.errors == []


def test_township_puts_somebody_into_a_team_with_skills_and_craft(desk, open_desk):
    town = open_desk("town1", "/people?view=teams&team=D1", *PHONE)
    town.wait(f"{BODY}.includes('东极潜水队')")
    follow(town, "加入成员", "member")
    pick(town, "member-person", "林小渔")
    town.page.locator("#people-member-skills label", has_text="医疗急救").click()
    fill(town, "member", craft="快艇一艘")
    town.shot("people-member-phone")
    done(town, "member", "快艇一艘")
    assert "医疗急救" in town.text("#people-body")
    assert town.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    town.shot("people-team-phone")
    assert town.errors == []


FORMS = (
    ("", ""), ("view=people", ""), ("view=people&do=add", "add"), ("view=teams", ""), ("view=teams&do=team", "team"),
    ("view=teams&team=D1&do=team", "team"), ("view=teams&team=D1&do=member", "member"), ("grid=G1", ""),
    ("grid=G1&do=appoint", "appoint"), ("grid=G1&do=term&of=1", "term"), ("grid=G1&do=phone&of=1", "phone"),
    *((f"view=people&person=8&do={name}", name) for name in ("edit", "read", "appoint", "badge", "training", "revoke")),
)  # fmt: skip
WANTING = {"add", "appoint", "read", "training", "revoke", "member"}  # as they open, something is missing


def test_english_pages_hold_no_chinese_but_names(desk, open_desk):
    assert desk.desk.people
    course = {"staff_no": "P8", "course": "救护", "held_on": pw.TODAY, "hours": 8.0, "result": "passed"}
    desk.desk.people.save("training", course, "town1", cb.NOW)
    town = open_desk("town1", "/people?lang=en", *DESK)
    found: dict[str, list[str]] = {}
    for asked, form in FORMS:
        town.page.goto(f"{desk.address}/people?{asked}&lang=en")
        town.wait("document.querySelector('#people-body table, #people-body .empty:not(.panel)')")
        if form:
            town.wait(f"document.querySelector('#people-{form}-do')")
            if form in WANTING:
                press(town, form)
                town.wait("document.querySelector('.people-fault:not(:empty)')")
        told = "[document.body.innerText, ...[...document.querySelectorAll('[placeholder]')].map(x => x.placeholder)]"
        text = NAMES.sub("", "\n".join(town.page.evaluate(told)))
        if left := CHINESE.findall(text):
            found[asked] = left
        if asked in ("view=people&person=8&do=edit", "view=teams"):
            town.shot(f"people-en-{'teams' if 'teams' in asked else 'edit'}-1920")
    assert found == {}
    assert town.errors == []
