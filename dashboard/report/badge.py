"""`/public/badge`: whether the badge that somebody shows holds (Art. 34): name, post and grid, and nothing else."""

from __future__ import annotations

from time import monotonic

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from dashboard.desk import Desk
from dashboard.words import Catalogues, Words
from maritime_grid.domain.badges import Standing
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.settings_model import PublicSettings
from maritime_grid.store.people_rows import BadgeCheck

from .limits import Buckets, Rate
from .markup import Markup, document, el
from .page import STATIC, head, items_link, other_language
from .public import NO_INDEX, client_of

MOST = 40  # characters of a number as it is typed


def add_badge_page(server: FastAPI, desk: Desk, catalogues: Catalogues, limits: PublicSettings) -> None:
    """Register the address, held back like the one that tells the steps of a case."""
    rates = Buckets(
        Rate(limits.follow_burst, limits.follow_per_hour), Rate(limits.all_follow_burst, limits.all_follow_per_hour)
    )

    @server.get("/public/badge", include_in_schema=False)
    async def badge(request: Request, number: str = "") -> HTMLResponse:
        words = catalogues.pick(request.query_params.get("lang"))
        if not number.strip():
            return HTMLResponse(badge_page(words, None, ""), headers=NO_INDEX)
        wait_s = rates.take(client_of(request), monotonic())
        if wait_s:
            page = badge_page(words, None, "follow.slower", number[:MOST])
            return HTMLResponse(page, 429, {**NO_INDEX, "Retry-After": str(int(wait_s) + 1)})
        try:
            found = await run_in_threadpool(desk.reads.badge, number[:MOST], desk.now())
        except MaritimeGridError:
            return HTMLResponse(badge_page(words, None, "follow.away", number[:MOST]), 503, NO_INDEX)
        return HTMLResponse(badge_page(words, found, "", number[:MOST]), headers=NO_INDEX)

    del badge


def badge_page(words: Words, found: BadgeCheck | None, fault: str, number: str = "") -> bytes:
    """The form for a number, what was wrong (key of a word, or empty), and what is known of the badge."""
    asked = {"number": number} if number else {}
    parts = [
        el("header", el("strong", words("people.badge.title")), other_language(words, "/public/badge", **asked)),
        el("p", words(fault), class_="say bad", role="alert") if fault else None,
        _told(words, found) if found else None,
        _form(words),
        items_link(words),
    ]
    robots = el("meta", name="robots", content="noindex")
    body = el("body", el("main", *parts, class_="follow"))
    style = el("link", rel="stylesheet", href=f"{STATIC}follow.css")
    return document(el("html", head(words, words("people.badge.title"), style, robots), body, lang=words("lang.code")))


def _told(words: Words, found: BadgeCheck) -> Markup:
    kind = "state" if found.standing is Standing.VALID else "state bad"
    state = el("strong", words(f"people.badge.{found.standing}"), class_=kind)
    if found.standing in {Standing.UNKNOWN, Standing.MISTYPED}:
        return el("section", state)
    post = words.get(f"people.post.{found.post}", found.post)
    grid = (found.grid_zh if words.is_chinese else found.grid_en or found.grid_zh) or found.grid_id
    return el("section", el("h1", found.name_shown), state, el("p", f"{post} · {grid}"))


def _form(words: Words) -> Markup:
    number = el(
        "input", name="number", required=True, maxlength=MOST, autocomplete="off", autocapitalize="characters",
        spellcheck="false", aria_label=words("people.badge.number"),
    )  # fmt: skip
    lang = None if words.is_default else el("input", type="hidden", name="lang", value=words.lang.split("_")[0])
    label = el("label", el("span", words("people.badge.number")), number)
    return el(
        "form",
        label,
        lang,
        el("button", words("people.badge.ask"), class_="send"),
        action="/public/badge",
        method="get",
    )
