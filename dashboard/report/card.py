"""`/people/badge`: one badge 工作证 as a card to print (Art. 34), with a square code that leads to its public check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import segno
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from dashboard.auth import AccessRefused, Account, needs
from dashboard.desk import Desk
from dashboard.words import Catalogues, Words
from maritime_grid.domain.badges import Standing, tidy
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError
from maritime_grid.store.grid_reads import grids_at
from maritime_grid.store.people_reads import badges, check_badge, posts, units
from maritime_grid.store.people_rows import UnitRow

from .badge import MOST
from .markup import Markup, document, el
from .page import STATIC, head
from .public import NO_INDEX


@dataclass(frozen=True, slots=True)
class Card:
    """What is printed; all of it is public but that it stands together."""

    number: str
    name: str
    post: str  # key of a word
    grid: str
    unit: str  # that leads the grid
    issuer: str  # county 县(区), which issues badges
    since: str
    until: str
    standing: Standing


def add_card_page(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    """Register the address, for who may issue badges, and of badges that they may see."""

    @server.get("/people/badge", include_in_schema=False)
    async def card(request: Request, number: str = "") -> HTMLResponse:
        words = catalogues.pick(request.query_params.get("lang"))
        try:
            found = await run_in_threadpool(_card, desk, needs("people.edit"), tidy(number[:MOST]), words)
        except AccessRefused as error:
            return HTMLResponse(_none(words, "fault.not_allowed"), error.status, NO_INDEX)
        except MaritimeGridError as error:
            away = isinstance(error, ServiceUnavailableError)
            return HTMLResponse(_none(words, "fault.away" if away else "fault.other"), 503 if away else 400, NO_INDEX)
        if found is None:
            return HTMLResponse(_none(words, "people.card.none"), 404, NO_INDEX)
        check = f"{request.scope['mg.asked'].origin}/public/badge?{urlencode({'number': found.number})}"
        return HTMLResponse(card_page(found, check, words), headers=NO_INDEX)

    del card


def _card(desk: Desk, account: Account, number: str, words: Words) -> Card | None:
    now = desk.now()
    with desk.reads.as_account(account.account_id) as conn:
        row = next((one for one in badges(conn) if one.number == number), None)
        if row is None:
            return None
        grid = next((g for g in grids_at(conn, now) if g.grid_id == row.grid_id), None)
        held = posts(conn, grid_id=row.grid_id, person_id=row.person_id)
        tree = {unit.unit_id: unit for unit in units(conn)}
        standing = check_badge(conn, number, now).standing
    forms = [post.party_form for post in held if post.post == row.post and post.party_form]
    leads = tree.get((grid.unit_id if grid else None) or "")
    name = (grid.name_zh if words.is_chinese else grid.name_en or grid.name_zh) if grid else row.grid_id
    return Card(
        row.number, row.name_shown, f"people.post.{row.post}" + (f".{forms[-1]}" if forms else ""), name,
        _name(leads, words), _name(_county(leads, tree), words), f"{row.issued}", f"{row.expires}", standing,
    )  # fmt: skip


def _county(unit: UnitRow | None, tree: dict[str, UnitRow]) -> UnitRow | None:
    above = [tree[step] for step in unit.path if step in tree] if unit else []
    return next((step for step in above if step.level == "county"), unit)


def _name(unit: UnitRow | None, words: Words) -> str:
    return "" if unit is None else unit.name_zh if words.is_chinese else unit.name_en or unit.name_zh


def card_page(card: Card, check: str, words: Words) -> bytes:
    """The two faces of the card beside one another, to print, cut and fold.

    Args:
        card: what stands on it.
        check: address of the public check of this badge.
        words: of the screen, and of the card.
    """
    bad = card.standing is not Standing.VALID
    state = words(f"people.badge.{card.standing}")
    bar = el(
        "header",
        el("strong", words("people.card.of", number=card.number)),
        el("span", words("people.card.hint") if not bad else words("people.card.bad", state=state)),
        el("button", words("people.card.print"), type="button", id="print"),
        class_="bar bad" if bad else "bar",
    )
    faces = el("main", _front(card, words), _back(card, check, words), class_="sheet")
    return _page(words, words("people.card.of", number=card.number), bar, faces)


def _front(card: Card, words: Words) -> Markup:
    return el(
        "section",
        el("div", el("small", card.issuer), el("strong", words("people.card.title")), class_="band"),
        el("div", words("people.card.photo"), class_="photo"),
        el(
            "dl",
            _line(words("people.full.name"), card.name, "name"),
            _line(words("people.col.post"), words(card.post)),
            _line(words("people.col.grid"), card.grid),
            _line(words("people.col.unit"), card.unit),
        ),
        class_="face front",
    )


def _back(card: Card, check: str, words: Words) -> Markup:
    square = el("img", src=segno.make(check, error="m", micro=False).svg_data_uri(border=2, light="#fff"), alt=check)
    return el(
        "section",
        el("div", square, el("small", words("people.card.scan")), class_="square"),
        el(
            "dl",
            _line(words("people.badge.number"), card.number, "number"),
            _line(words("people.col.valid"), words("people.term", since=card.since, until=card.until)),
            _line(words("people.card.issuer"), card.issuer),
        ),
        el("p", words("people.card.rules")),
        class_="face back",
    )


def _line(label: str, value: str, class_: str = "") -> Markup:
    return el("div", el("dt", label), el("dd", value), class_=class_ or None)


def _none(words: Words, why: str) -> bytes:
    return _page(words, words("people.card.title"), el("p", words(why), class_="bar bad", role="alert"))


def _page(words: Words, title: str, *parts: Any) -> bytes:
    more = [
        el("link", rel="stylesheet", href=f"{STATIC}card.css"),
        el("script", type="module", src=f"{STATIC}card.js"),
        el("meta", name="robots", content="noindex"),
    ]
    return document(el("html", head(words, title, *more), el("body", *parts, class_="card"), lang=words("lang.code")))
