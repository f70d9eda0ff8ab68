"""The list of work items in Chromium: from a proposal to the public by different accounts; read, searched, printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from maritime_grid.store.people import People
from tests.integration.store import case_build as cb
from tests.integration.web import item_world as iw
from tests.integration.web.desks import DeskSite, desk_site

from .conftest import SHOTS, Wall, _watch
from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE

pytestmark = pytest.mark.needs_chromium
BODY = "(document.querySelector('#items-body')?.innerText ?? '')"
DESK, BIG = (1920, 1080), (3840, 2160)
SIZES = [("1920", DESK), ("4k", BIG), ("phone", PHONE)]
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
CHINESE = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    iw.fill(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


@pytest.fixture
def open_public(browser: Browser, desk: DeskSite) -> Iterator[Wall]:
    """A window of nobody in particular, without a script that could run but ours."""
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    window = Wall(context.new_page())
    _watch(context, window)
    yield window
    context.close()


def follow(window: Wall, said: str, form: str) -> None:
    """A link that opens a form."""
    window.page.locator("#items-body a", has_text=re.compile(f"^{said}$")).first.click()
    window.wait(f"document.querySelector('#items-{form}-do')")


def fill(window: Wall, form: str, **given: str) -> None:
    for name, value in given.items():
        window.page.locator(f"#items-{form}-{name}").fill(value)


def done(window: Wall, form: str, said: str) -> None:
    """The form is sent, it closes, and the page says what became of it."""
    window.page.locator(f"#items-{form}-do").click()
    window.wait(
        f"document.querySelector('#items-say .say.good')?.innerText.includes('{said}') && "
        f"!document.querySelector('.items-form')"
    )


def see(window: Wall, desk: DeskSite, path: str = "/public/items") -> str:
    window.page.goto(desk.address + path)
    window.wait("document.querySelector('main h1')")
    return window.text("body")


def test_change_comes_from_the_township_to_the_public_by_three_accounts(desk, open_desk, open_public):
    town = open_desk("town1", "/items?view=work&item=3.2", *DESK)
    town.wait(f"{BODY}.includes('台风和大风防备')")
    follow(town, "提出修改", "change")
    assert town.page.locator("#items-change-text").input_value() == iw.STORM["text"]
    fill(town, "change", reason="")
    town.page.locator("#items-change-do").click()
    town.wait("document.querySelector('#items-change-text-fault').innerText.includes('没有改动')")
    assert "请填写" in town.text("#items-change-reason-fault")
    changed = iw.STORM["text"].replace("逐船联系", "两小时内逐船联系")
    fill(town, "change", text=changed, reason="上次台风后的教训")
    town.shot("items-change-1920")
    done(town, "change", "等评估审核")
    assert "评估审核" in town.text(".items-acts")
    assert "不予调整:由有批准权的账号办理" in town.text(".items-acts")

    county = open_desk("county", "/items?view=work", *DESK)
    county.wait(f"{BODY}.includes('正在办理')")
    county.shot("items-work-1920")
    county.page.locator("#items-body a", has_text="3.2 ").click()
    county.wait("document.querySelector('.items-diff ins')")
    assert county.page.locator(".items-diff ins").all_inner_texts() == ["两小时内"]
    assert county.page.locator(".items-diff del").count() == 0
    assert "上次台风后的教训" in county.text("#items-body")
    follow(county, "评估审核", "review")
    fill(county, "review", remark="专家、渔政会审通过")
    done(county, "review", "等批准")
    assert "批准:由有批准权的账号办理" in county.text(".items-acts")
    assert county.page.locator(".items-acts a").count() == 0
    county.shot("items-barred-1920")

    city = open_desk("city", "/items?view=work&item=3.2", *DESK)
    city.wait("document.querySelector('.items-diff ins')")
    city.shot("items-one-1920")
    follow(city, "批准", "approve")
    done(city, "approve", "等公布")
    assert "两小时内" not in see(open_public, desk)
    follow(city, "公布", "publish")
    fill(city, "publish", day="2026-05-05")
    city.page.locator("#items-publish-do").click()
    city.wait("document.querySelector('#items-publish-day-fault').innerText.includes('不能早于今天')")
    fill(city, "publish", day="2026-05-06")
    done(city, "publish", "2026-05-06 起施行")
    page = see(open_public, desk)
    assert "两小时内" in page
    assert "以前的版本(1)" in page
    assert "教训" not in page
    assert "会审" not in page
    for window in (town, county, city, open_public):
        assert window.errors == []
        assert window.outside == []


def test_nothing_typed_is_lost_where_somebody_was_faster(desk, open_desk):
    town = open_desk("town1", "/items?view=work&item=3.2&do=change", *DESK)
    town.wait("document.querySelector('#items-change-do')")
    fill(town, "change", text="我写了很久的字", reason="理由")
    with People(desk.dsn, console=True) as people:
        iw.publish(people, {**iw.STORM, "text": "接到召回后逐船核对并上报。"}, iw.TODAY, 2)
    town.page.locator("#items-change-do").click()
    town.wait("document.querySelector('#items-change-line .items-stale')")
    said = town.text("#items-change-line")
    assert "公布人" in said
    assert "公布第 2 版" in said
    assert town.page.locator("#items-change-line del").count() > 0
    assert town.page.locator("#items-change-text").input_value() == "我写了很久的字"
    town.shot("items-stale-1920")
    done(town, "change", "3.2 第 3 版")
    assert "我写了很久的字" in town.text(".items-diff")
    assert town.errors == []


def test_city_sees_why_it_may_not_approve_its_own_proposal_and_rejects_another(desk, open_desk):
    city = open_desk("city", "/items?view=work", *DESK)
    city.wait(f"{BODY}.includes('提出新事项')")
    follow(city, "提出新事项", "new")
    city.page.locator("#items-new-class").click()
    city.page.get_by_role("option", name="八、").first.click()
    fill(city, "new", title="月度分析", text="汇总事项。\n报乡镇。", reason="补缺")
    city.shot("items-new-1920")
    done(city, "new", "8.1 第 1 版")
    follow(city, "评估审核", "review")
    fill(city, "review", remark="可行")
    done(city, "review", "等批准")
    assert "批准:由您提出,须由他人办理" in city.text(".items-acts")
    follow(city, "不予调整", "reject")
    city.page.locator("#items-reject-do").click()
    city.wait("document.querySelector('#items-reject-remark-fault').innerText.includes('请填写')")
    fill(city, "reject", remark="与 1.1 重复")
    done(city, "reject", "不予调整")
    assert "与 1.1 重复" in city.text(".items-record")
    assert city.errors == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("name", "size"), SIZES, ids=[name for name, _ in SIZES])
def test_page_within_is_whole_and_readable_at_every_size(desk, open_desk, name, size, lang):
    for who, view, path in (("lin", "list", "/items"), ("city", "work", "/items?view=work"),
                            ("city", "one", "/items?view=work&item=2.1&do=review")):  # fmt: skip
        joined = "&" if "?" in path else "?"
        window = open_desk(who, f"{path}{joined}lang={lang}", *size)
        window.wait(f"{BODY}.includes('听取渔民意见')")
        window.shot(f"items-{view}-{name}-{lang}")
        assert not window.page.evaluate(WIDE), (who, path)
        assert window.errors == []
        assert "清单" in window.text("nav.pages") or "Work items" in window.text("nav.pages")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("name", "size"), SIZES, ids=[name for name, _ in SIZES])
def test_public_page_is_whole_readable_and_works_without_scripts(browser, desk, name, size, lang):
    desk.clock.forward(days=11)
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk.address}/public/items?lang={lang}")
    page.locator("summary").first.click()
    assert page.get_by_text("出港前查看救生、消防设备。").is_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"items-public-{name}-{lang}.png", full_page=name == "phone")
    boxes = [page.locator(one).first.bounding_box() for one in ("article", "h2", "form", ".keep")]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= size[0] for box in boxes), boxes
    if lang == "en":
        frame = page.locator("header strong, h1, .lead, .count, h2, summary, .keep").all_inner_texts()
        assert not [said for said in frame if CHINESE.search(said.replace("中文", ""))], frame
    page.fill("input[name=q]", "台风")
    page.locator(".find").click()
    page.wait_for_url("**q=*")
    assert page.locator("article").count() == 1
    context.close()


def test_public_page_prints_the_list_and_nothing_but_the_list(browser, desk):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{desk.address}/public/items")
    page.emulate_media(media="print")
    assert page.locator("article").count() == 3
    for hidden in ("header", "form", "nav", ".keep"):
        assert not page.locator(f"body.items {hidden}").first.is_visible(), hidden
    assert page.locator("article h3").first.is_visible()
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.pdf(path=SHOTS / "items-public.pdf", format="A4")
    page.set_viewport_size({"width": 794, "height": 1123})
    page.screenshot(path=SHOTS / "items-public-print.png")
    context.close()
