"""The posts of one grid with their terms of office; who may edit changes them here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.people_query import PeopleQuery
from dashboard.words import Words
from maritime_grid.domain.people import Post, Term, in_office
from maritime_grid.store.people_rows import PostRow

from .people_parts import Cell, link, listing, post_word
from .times import DASH

COLUMNS = ("post", "holder", "work_phone", "phone", "term")


def grid_view(
    name: str, found: Sequence[PostRow], opened: Component | None, query: PeopleQuery, account: Account, today: date,
    words: Words,
) -> list[Component]:  # fmt: skip
    """Terms of office, those of today first; beside them the form that is open."""
    now = [row for row in found if standing(row, today) == "now"]
    others = [row for row in found if standing(row, today) != "now"]
    buttons = [link(PeopleQuery(unit=query.unit), words, words("people.back"), "button quiet")]
    if account.may("people.edit"):
        buttons.append(link(replace(query, do="appoint", of=""), words, words("people.form.appoint"), "button primary"))
    head = [html.H2(words("people.grid", name=name, id=query.grid)), html.Div(buttons, className="row")]
    left = html.Section(
        [
            html.Div(head, className="row spread"),
            listing(COLUMNS, [_term(row, query, account, today, words) for row in now], words),
            html.H3(words("people.terms.others")) if others else None,
            listing(COLUMNS, [_term(row, query, account, today, words) for row in others], words) if others else None,
        ],
        className="panel",
    )
    return beside(left, opened)


def beside(left: Component, opened: Component | None) -> list[Component]:
    """What the page shows, and the form that is open: beside it, on a phone above it."""
    if opened is None:
        return [left]
    return [html.Div([left, html.Div(opened, className="people-open")], className="admin-split people-split")]


def standing(row: PostRow, today: date) -> str:
    """now, past or coming."""
    term = Term(row.post_id, row.grid_id, Post(row.post), row.since, row.until)
    return "now" if in_office(term, today) else "coming" if row.since > today else "past"


def term_text(row: PostRow, today: date, words: Words) -> str:
    """`2026-01-01 至 今 · 在任`."""
    span = words("people.term", since=row.since, until=row.until or words("people.term.open"))
    return f"{span} · {words(f'people.term.{standing(row, today)}')}"


def holder_name(row: PostRow, words: Words) -> str:
    """Who holds it; of a body's liaison the body as well."""
    body = row.body_name if words.is_chinese else row.body_name_en or row.body_name
    return words("people.holder.of", body=body, name=row.name) if row.name and body else row.name or body or DASH


def _term(row: PostRow, query: PeopleQuery, account: Account, today: date, words: Words) -> list[Cell]:
    return [
        html.Strong(post_word(row, words)),
        _holder(row, query, account, words),
        [row.work_phone or DASH, *term_acts(row, query, account, today, words, phone=True)],
        row.phone or DASH,
        [term_text(row, today, words), *term_acts(row, query, account, today, words)],
    ]


def term_acts(
    row: PostRow, query: PeopleQuery, account: Account, today: date, words: Words, *, phone: bool = False
) -> list[Component]:
    """The link that opens the form of a term, or of its telephone, where it is not over."""
    if not account.may("people.edit") or standing(row, today) == "past":
        return []
    do = "phone" if phone else "term"
    opens = link(replace(query, do=do, of=f"{row.post_id}"), words, words(f"people.open.{do}"), "act")
    return [html.Br(), opens]


def _holder(row: PostRow, query: PeopleQuery, account: Account, words: Words) -> list[Component | str]:
    name = holder_name(row, words)
    if row.person_id is None:
        return [name]
    person = PeopleQuery(view="people", unit=query.unit, person=row.person_id)
    shown: list[Component | str] = [link(person, words, name)]
    if account.may("personal.read"):
        shown += [html.Br(), link(replace(person, do="read"), words, words("people.read"), "act")]
    return shown
