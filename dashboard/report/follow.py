"""`/c/{code}`: the steps of a case with their dates, the answer to the public, and what its reporter thinks of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.words import Words
from maritime_grid.domain.typed import narrow

from .judge import judge_part
from .markup import Markup, document, el, joined
from .page import STATIC, head, items_link, other_language

_CODE = re.compile(r"[A-Z2-7]{10}")
_BEIJING = ZoneInfo("Asia/Shanghai")
SHOWN = ("file", "collate", "dispatch", "accept", "transfer", "return", "resolve", "report", "tell", "rate", "reopen",
         "withdraw", "hand_over")  # fmt: skip


def code_of(typed: str) -> str | None:
    """The code as it was given out; None: it is none."""
    plain = "".join(char for char in narrow(typed).upper() if char.isalnum()).replace("0", "O").replace("1", "I")
    return plain if _CODE.fullmatch(plain) else None


def follow_page(
    words: Words,
    case: Mapping[str, Any] | None,
    fault: str,
    code: str = "",
    *,
    good: str = "",
    ticket: str = "",
    typed: Mapping[str, str] | None = None,
) -> bytes:
    """The form for a code, what was wrong (key of a word, or empty), and the steps of a case.

    Args:
        words: of the screen.
        case: as `Cases.follow` gives it; None: none.
        fault: a key.
        code: what was asked for, plain; the other language keeps it.
        good: key of what was done, or empty.
        ticket: for the forms by which its reporter judges the result.
        typed: what stood in such a form that was not taken.
    """
    parts = [
        el("header", el("strong", words("follow.title")), other_language(words, f"/c/{code}")),
        el("p", words(fault), class_="say bad", role="alert") if fault else None,
        el("p", words(good), class_="say good", role="status") if good else None,
        _steps(words, case, judge_part(words, case, code, ticket, typed or {})) if case else None,
        _form(words),
        items_link(words),
    ]
    robots = el("meta", name="robots", content="noindex")
    body = el("body", el("main", *parts, class_="follow"))
    style = el("link", rel="stylesheet", href=f"{STATIC}follow.css")
    return document(el("html", head(words, words("follow.title"), style, robots), body, lang=words("lang.code")))


def _form(words: Words) -> Markup:
    code = el(
        "input", name="code", required=True, maxlength=20, autocomplete="off", autocapitalize="characters",
        spellcheck="false", placeholder="XXXXXXXXXX", aria_label=words("follow.code"),
    )  # fmt: skip
    lang = None if words.is_default else el("input", type="hidden", name="lang", value=words.lang.split("_")[0])
    label = el("label", el("span", words("follow.code")), code)
    return el("form", label, lang, el("button", words("follow.ask"), class_="send"), action="/c/", method="get")


def _steps(words: Words, case: Mapping[str, Any], judging: Markup | None) -> Markup:
    rows = [
        el("li", el("time", _day(row["at"])), el("span", words(f"follow.did.{row['what']}")))
        for row in case["steps"]
        if row["what"] in SHOWN
    ]
    state = el("strong", words(f"follow.state.{case['state']}"), class_="state")
    title = el("h1", f"{words('follow.case')} {case['case_id']}")
    return el("section", title, state, _answer(words, case), judging, el("ol", joined(*rows)))


def _answer(words: Words, case: Mapping[str, Any]) -> Markup | None:
    """What the public is told of the result, in a few words of whoever gives it."""
    if not case["answer"]:
        return None
    return el("div", el("h2", words("follow.answer")), el("p", case["answer"]), class_="answer")


def _day(at: Any) -> str:
    local = at.astimezone(_BEIJING)
    return f"{local:%Y-%m-%d %H:%M}"
