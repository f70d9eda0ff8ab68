"""The list of work items on a day, and its public page: what holds, what comes, what was; never more than that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.item_lists import class_name, listed
from dashboard.report.items_html import items_page
from dashboard.words import LANGUAGES, read_words
from maritime_grid.domain.items import CLASSES
from maritime_grid.store.item_reads import PublishedItem

from .test_report_parts import NASTY, Seen

ON = date(2026, 5, 6)
DAY = timedelta(days=1)
ZH, EN = (read_words(lang) for lang in LANGUAGES)


def item(item_id: str = "3.1", version: int = 1, since: int = 0, until: int | None = None, **changes: object):
    """In force from so many days after ON until before so many."""
    base = PublishedItem(
        item_id, int(item_id[0]), version, f"题{version}", f"文{version}", "第二十二条", False, ON + since * DAY,
        None if until is None else ON + until * DAY, False, datetime(2026, 5, 1, tzinfo=UTC),
    )  # fmt: skip
    return replace(base, **changes)  # pyright: ignore[reportArgumentType]


def ids(entries) -> list[str]:
    return [one.item_id for one in entries]


@pytest.mark.parametrize(
    ("day", "now", "coming", "earlier"),
    [(-1, None, [1, 2], []), (0, 1, [2], []), (9, 1, [2], []), (10, 2, [], [1])],
    ids=["before", "its first day", "its last day", "the day of the next"],
)
def test_version_holds_from_its_day_until_that_of_the_next(day, now, coming, earlier):
    whole = listed([item(version=2, since=10), item(until=10)], ON + day * DAY)
    (one,) = whole.entries or whole.coming
    assert (one.now and one.now.version) == now
    assert [v.version for v in one.coming] == coming
    assert [v.version for v in one.earlier] == earlier
    assert bool(whole.entries) == one.listed == (now is not None)


def test_of_two_versions_of_one_day_the_later_holds_and_the_other_stays_to_be_read():
    whole = listed([item(version=2), item(version=1, until=0)], ON)
    told = [(e.now and e.now.version, [one.version for one in e.earlier], e.coming) for e in whole.entries]
    assert told == [(2, [1], ())]


def test_dropped_item_leaves_the_list_and_stands_below_it():
    history = [item(version=2, dropped=True), item(since=-9, until=0), item("3.2")]
    assert ids(listed(history, ON - DAY).entries) == ["3.1"]
    whole = listed(history, ON)
    assert (ids(whole.entries), ids(whole.dropped)) == (["3.2"], ["3.1"])


@pytest.mark.parametrize(
    ("asked", "found"),
    [("台风", ["3.2"]), ("３．２", ["3.2"]), ("巡查 OUTBOARD", ["3.1"]), ("旧文", []), ("第二十二条", ["3.1", "3.2"]),
     ("  ", ["3.1", "3.2"]), ("'; drop", [])],
)  # fmt: skip
def test_search_finds_all_words_whatever_their_width_and_case(asked, found):
    history = [
        item(version=2, title="巡查", text="查看 outboard 机"), item(text="旧文", since=-9, until=0),
        item("3.2", title="台风防备"),
    ]  # fmt: skip
    assert ids(listed(history, ON, asked).entries) == found


@pytest.mark.parametrize("words", [ZH, EN], ids=LANGUAGES)
def test_page_shows_all_nine_classes_and_is_whole_html(words):
    page = items_page(words, listed([item(), item("9.1", sample=True)], ON), "")
    seen = Seen(page)
    assert all(class_name(n, words) in page.decode() for n in CLASSES)
    assert seen.tags.count("article") == 2
    assert seen.attributes.count(("class", "sample")) == 1
    assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("words", [ZH, EN], ids=LANGUAGES)
def test_whatever_was_published_or_asked_is_text(words):
    history = [
        item(version=3, since=5, title=NASTY, text=NASTY, basis=NASTY),
        item(version=2, until=5, title=NASTY, text=NASTY, basis=NASTY),
        item(since=-9, until=0, title=NASTY, text=NASTY),
    ]  # fmt: skip
    page = items_page(words, listed(history, ON), NASTY).decode()
    assert page.count("&lt;script&gt;") >= 6
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_page_tells_what_comes_and_what_was():
    page = items_page(
        ZH, listed([item(version=2, since=10, text="新文"), item(until=10), item("3.2", since=3)], ON), ""
    )
    text = page.decode()
    assert "2026-05-16 起改为" in text
    assert "新文" in text
    assert "已公布,尚未施行" in text
    later = items_page(ZH, listed([item(version=2, since=10, text="新文"), item(until=10)], ON + 11 * DAY), "").decode()
    assert "以前的版本(1)" in later
    assert later.index("新文") < later.index("文1")
