"""The page of `/public/items`: plain HTML that a phone reads and a printer prints, without a script of its own."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from dashboard.item_files import ENDINGS
from dashboard.item_lists import Entry, Listed, class_name, term_of
from dashboard.views.times import BEIJING
from dashboard.words import Words
from maritime_grid.domain.items import CLASSES
from maritime_grid.store.item_reads import PublishedItem

from .markup import Markup, document, el
from .page import STATIC, head, other_language

PATH = "/public/items"


def items_page(words: Words, whole: Listed | None, asked: str, fault: str = "") -> bytes:
    """The list.

    Args:
        words: of the screen; what the items say is as it was published.
        whole: what is shown; None: nothing can be, see `fault`.
        asked: what was looked for.
        fault: key of a word, or empty.
    """
    parts = [
        el("h1", words("items.title")),
        el("p", words(fault), class_="say bad", role="alert") if fault else None,
        el("p", words("items.lead"), class_="lead"),
        _search(words, asked),
        *(_list(words, whole, asked) if whole else ()),
    ]
    more = [
        el("link", rel="stylesheet", href=f"{STATIC}items.css"),
        el("script", type="module", src=f"{STATIC}card.js"),
    ]
    body = el("body", _top(words, asked), el("main", *parts), class_="items")
    return document(el("html", head(words, words("items.title"), *more), body, lang=words("lang.code")))


def _top(words: Words, asked: str) -> Markup:
    places = (("/public/report", "items.to.report"), ("/c/", "items.to.follow"))
    links = [el("a", words(key), href=_address(path, words), class_="language") for path, key in places]
    kept = {"q": asked} if asked else {}
    return el("header", el("strong", words("items.short")), *links, other_language(words, PATH, **kept))


def _address(path: str, words: Words, **asked: str) -> str:
    """An address that keeps the language of who has chosen one."""
    query = {name: value for name, value in asked.items() if value}
    if not words.is_default:
        query["lang"] = words.lang.split("_")[0]
    return f"{path}?{urlencode(query)}" if query else path


def _search(words: Words, asked: str) -> Markup:
    lang = None if words.is_default else el("input", type="hidden", name="lang", value=words.lang.split("_")[0])
    word = el(
        "input", type="search", name="q", value=asked, maxlength=40, autocomplete="off",
        aria_label=words("items.search"), placeholder=words("items.search"),
    )  # fmt: skip
    whole = el("a", words("items.all"), href=_address(PATH, words), class_="all") if asked else None
    go = el("button", words("items.find"), class_="find")
    return el("form", word, go, whole, lang, action=PATH, method="get", role="search")


def _list(words: Words, whole: Listed, asked: str) -> list[Markup | None]:
    shown = [n for n in CLASSES if whole.of_class(n) or not asked]
    count = words("items.found" if asked else "items.count", n=len(whole.entries), on=whole.on)
    samples = any(one.now and one.now.sample for one in whole.entries)
    return [
        el("p", count, class_="count", role="status"),
        el("p", words("items.sample.said"), class_="say") if samples else None,
        _classes(words, whole, shown) if not asked else None,
        *(_class(words, n, whole.of_class(n)) for n in shown),
        _others(words, "items.coming", whole.coming),
        _others(words, "items.dropped", whole.dropped),
        _files(words, asked),
    ]


def _classes(words: Words, whole: Listed, shown: Sequence[int]) -> Markup:
    links = [el("a", class_name(n, words), el("small", f"{len(whole.of_class(n))}"), href=f"#class-{n}") for n in shown]
    return el("nav", *links, aria_label=words("items.classes"))


def _class(words: Words, class_no: int, entries: Sequence[Entry]) -> Markup:
    none = el("p", words("items.none"), class_="none") if not entries else None
    items = [_item(words, one) for one in entries]
    return el("section", el("h2", class_name(class_no, words)), none, *items, id=f"class-{class_no}")


def _others(words: Words, key: str, entries: Sequence[Entry]) -> Markup | None:
    """Items that are not on the list today: those to come, and those that were dropped."""
    if not entries:
        return None
    return el("section", el("h2", words(key)), *(_item(words, one) for one in entries), class_="others")


def _item(words: Words, entry: Entry) -> Markup:
    shown = entry.now or entry.coming[0]
    coming = entry.coming if entry.now else entry.coming[1:]
    notes = [_note(words, one) for one in coming]
    earlier = [_version(words, one) for one in entry.earlier]
    said = words("items.earlier", n=len(earlier))
    return el(
        "article",
        el("h3", el("span", entry.item_id, class_="no"), _zh(shown.title), _sample(words, shown)),
        el("p", words("items.dropped.on", on=shown.in_force), class_="gone") if shown.dropped else None,
        el("p", _zh(shown.text), class_="text") if not shown.dropped else None,
        _about(words, shown),
        *notes,
        el("details", el("summary", said), *earlier) if earlier else None,
        id=f"item-{entry.item_id}",
    )


def _about(words: Words, one: PublishedItem) -> Markup:
    basis = [el("span", words("items.basis.is"), _zh(one.basis))] if one.basis else []
    version = el("span", words("items.version", n=one.version))
    day = f"{one.published_at.astimezone(BEIJING):%Y-%m-%d}" if one.published_at else ""
    published = [el("span", words("items.published", on=day))] if day else []
    return el("p", *basis, version, el("span", term_of(one, words)), *published, class_="about")


def _note(words: Words, one: PublishedItem) -> Markup:
    """What changes on a day to come, and is public already."""
    key = "items.changes.drop" if one.dropped else "items.changes"
    text = None if one.dropped else el("p", _zh(one.title), " · ", _zh(one.text))
    return el("div", el("strong", words(key, on=one.in_force)), text, class_="change")


def _version(words: Words, one: PublishedItem) -> Markup:
    said = el("p", words("items.was_dropped")) if one.dropped else el("p", _zh(one.text), class_="text")
    return el("div", el("h4", _zh(one.title), _sample(words, one)), said, _about(words, one), class_="version")


def _zh(text: str) -> Markup:
    """As it was published: in Chinese, whatever the language of the screen."""
    return el("span", text, lang="zh-CN")


def _sample(words: Words, one: PublishedItem) -> Markup | None:
    return el("em", words("items.sample"), class_="sample") if one.sample else None


def _files(words: Words, asked: str) -> Markup:
    links = [
        el("a", words(f"items.file.{ending}"), href=_address(f"{PATH}.{ending}", words, q=asked), class_="file")
        for ending in ENDINGS
    ]
    every = el(
        "a", words("items.file.all"), href=_address(f"{PATH}.xlsx", words, q=asked, versions="all"), class_="file"
    )
    return el("footer", *links, every, el("button", words("items.print"), type="button", id="print"), class_="keep")
