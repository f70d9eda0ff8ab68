"""`/c/{code}` of a case that is fed back: who reported it rates the result, or objects to it, without an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.words import Words
from maritime_grid.cases.flow import RATINGS
from maritime_grid.cases.kinds import Act, Step
from maritime_grid.cases.telling import REPORTER

from .form import without_controls
from .markup import Markup, el

MOST_WORDS = 300  # characters
SAID = ("rated", "objected")  # what a page that was led on to says


@dataclass(frozen=True, slots=True)
class Judged:
    """What a form says: the act with its facts, and the version of the case that its page showed."""

    act: Act
    facts: dict[str, Any]
    version: int


def read_judged(fields: Mapping[str, str]) -> Judged | None:
    """What was sent; None: no rating was chosen, no reason given, or it is no form of ours.

    Args:
        fields: of the form, by name.
    """
    words, version = without_controls(fields.get("words", "").replace("\r\n", "\n")), fields.get("version", "")
    if not (version.isascii() and version.isdigit()) or len(version) > 9 or len(words) > MOST_WORDS:
        return None
    if fields.get("do") == "object":
        return Judged(Act.REOPEN, {"reason": words}, int(version)) if words else None
    rating = fields.get("rating", "")
    if fields.get("do") != "rate" or rating not in {str(n) for n in RATINGS}:
        return None
    return Judged(Act.RATE, {"rating": int(rating), **({"note": words} if words else {})}, int(version))


def judge_part(
    words: Words, case: Mapping[str, Any], code: str, ticket: str, typed: Mapping[str, str]
) -> Markup | None:
    """The two forms for who reported it, or why there are none; None: the case is not fed back.

    Args:
        words: of the screen.
        case: as `Cases.follow` gives it.
        code: plain.
        ticket: of the form.
        typed: what stood in a form that was not taken.
    """
    if case["state"] != Step.FED_BACK:
        return None
    if case["n"] != REPORTER:
        return el("p", words("follow.judge.not_yours"), class_="hint")
    hidden = _hidden(words, case, ticket)
    object_open = typed.get("do") == "object"
    objecting = el(
        "details",
        el("summary", words("follow.judge.object")),
        _form(code, "object", words, hidden, typed if object_open else {}),
        open=object_open,
    )
    rating = _form(code, "rate", words, hidden, {} if object_open else typed) if case["may_rate"] else None
    return el("section", el("h2", words("follow.judge.title")), rating, objecting, class_="judge")


def _hidden(words: Words, case: Mapping[str, Any], ticket: str) -> tuple[Markup, ...]:
    trap = el("input", name="website", tabindex="-1", autocomplete="off", aria_hidden="true")
    return (
        el("input", type="hidden", name="version", value=case["version"]),
        el("input", type="hidden", name="ticket", value=ticket),
        el("input", type="hidden", name="lang", value=words.lang.split("_")[0]),
        el("div", trap, class_="trap", aria_hidden="true"),
    )


def _form(code: str, do: str, words: Words, hidden: tuple[Markup, ...], typed: Mapping[str, str]) -> Markup:
    scale = [_choice(n, words, typed.get("rating") == str(n)) for n in reversed(RATINGS)] if do == "rate" else []
    text = el(
        "textarea", typed.get("words", ""), name="words", maxlength=MOST_WORDS, rows=3, required=do == "object"
    )  # fmt: skip
    label = el("label", el("span", words(f"follow.judge.words.{do}")), text)
    send = el("button", words(f"follow.judge.send.{do}"), name="do", value=do, class_="send")
    stars = el("fieldset", el("legend", words("follow.judge.rating")), *scale) if scale else None
    return el("form", stars, label, *hidden, send, action=f"/c/{code}", method="post")


def _choice(n: int, words: Words, chosen: bool) -> Markup:
    box = el("input", type="radio", name="rating", value=n, required=True, checked=chosen)
    return el("label", box, el("span", words(f"case.rating.{n}")), class_="choice")
