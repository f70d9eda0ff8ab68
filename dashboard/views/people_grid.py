"""The posts of one grid with their terms of office, who may be appointed, and one person in full for a purpose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.pages.shell import address
from dashboard.people_query import PeopleQuery
from dashboard.words import Words
from maritime_grid.domain.people import OF_BODIES, Post, Term, in_office
from maritime_grid.store.people_rows import BodyRow, PersonInFull, PersonRow, PostRow

from .people_staff import whole
from .times import DASH

POST, PERSON, BODY_ID, SINCE, UNTIL, PHONE, WHY = (
    "people-post", "people-person", "people-body-id", "people-since", "people-until", "people-phone", "people-why",
)  # fmt: skip
APPOINT, TERM, LAST, END_WHY, END = "people-appoint", "people-term", "people-last", "people-end-why", "people-end"
PURPOSE, READ, IN_FULL = "people-purpose", "people-read", "people-in-full"
COLUMNS = ("post", "holder", "work_phone", "phone", "term")


def grid_view(
    name: str, found: Sequence[PostRow], who: Sequence[PersonRow], bodies: Sequence[BodyRow], query: PeopleQuery,
    account: Account, today: date, words: Words,
) -> list[Component]:  # fmt: skip
    """Terms of office, those of today first; beside them what may be done."""
    now = [row for row in found if standing(row, today) == "now"]
    others = [row for row in found if standing(row, today) != "now"]
    back = dcc.Link(words("people.back"), href=address(words, "/people", unit=query.unit), className="button quiet")
    left = html.Section(
        [
            html.Div([html.H2(words("people.grid", name=name, id=query.grid)), back], className="row spread"),
            _terms(now, query, account, words),
            html.H3(words("people.terms.others")) if others else None,
            _terms(others, query, account, words, today) if others else None,
        ],
        className="panel",
    )
    right = [
        _read_form(query, found, words) if query.person and account.may("personal.read") else None,
        *(
            [_appoint_form(who, bodies, today, words), _end_form(now, today, words)]
            if account.may("people.edit")
            else ()
        ),
    ]
    shown = [part for part in right if part is not None]
    if not shown:
        return [left]
    return [html.Div([left, html.Div(shown, className="grid-body")], className="admin-split")]


def standing(row: PostRow, today: date) -> str:
    """now, past or coming."""
    term = Term(row.post_id, row.grid_id, Post(row.post), row.since, row.until)
    return "now" if in_office(term, today) else "coming" if row.since > today else "past"


def _terms(
    rows: Sequence[PostRow], query: PeopleQuery, account: Account, words: Words, today: date | None = None
) -> Component:
    if not rows:
        return html.P(words("people.none"), className="empty")
    head = html.Thead(html.Tr([html.Th(words(f"people.col.{name}")) for name in COLUMNS]))
    return html.Table([head, html.Tbody([_term(row, query, account, words, today) for row in rows])], className="list")


def _term(row: PostRow, query: PeopleQuery, account: Account, words: Words, today: date | None) -> Component:
    span = words("people.term", since=row.since, until=row.until or words("people.term.open"))
    state = f" · {words(f'people.term.{standing(row, today)}')}" if today else ""
    cells = (
        html.Strong(words(f"people.post.{row.post}")),
        _holder(row, query, account, words),
        row.work_phone or DASH,
        row.phone or DASH,
        span + state,
    )
    return html.Tr(
        [
            html.Td(whole(cell), **{"data-label": words(f"people.col.{name}")})  # pyright: ignore[reportArgumentType]
            for name, cell in zip(COLUMNS, cells, strict=True)
        ]
    )


def _holder(row: PostRow, query: PeopleQuery, account: Account, words: Words) -> list[Component | str]:
    name = row.name or row.body_name or DASH
    if row.person_id is None or not account.may("personal.read"):
        return [name]
    href = address(words, "/people", unit=query.unit, grid=query.grid, person=row.person_id)
    return [name, html.Br(), dcc.Link(words("people.read"), href=href)]


def _read_form(query: PeopleQuery, found: Sequence[PostRow], words: Words) -> Component | None:
    name = next((row.name for row in found if row.person_id == query.person), None)
    if name is None:
        return None
    return html.Section(
        [
            html.H2(words("people.read.title", name=name)),
            _field(words("people.purpose"), dcc.Input(id=PURPOSE, type="text", maxLength=200, value=""), PURPOSE),
            html.Small(words("people.purpose.hint")),
            html.Button(words("people.read.do"), id=READ, type="button", className="primary"),
            html.Div(id=IN_FULL),
        ],
        className="panel grid-form",
    )


def in_full_view(person: PersonInFull, words: Words) -> Component:
    """Everything of one person."""
    pairs = ("staff_no", "name", "phone", "id_number", "address", "note")
    return html.Dl(
        [
            part
            for name in pairs
            for part in (html.Dt(words(f"people.full.{name}")), html.Dd(getattr(person, name) or DASH))
        ],
        className="people-full",
    )


def _appoint_form(who: Sequence[PersonRow], bodies: Sequence[BodyRow], today: date, words: Words) -> Component:
    posts = [{"label": words(f"people.post.{post}"), "value": str(post)} for post in Post]
    people = [{"label": f"{p.name or DASH} {p.staff_no or ''}", "value": p.person_id} for p in who]
    names = [{"label": b.name_zh if words.is_chinese else b.name_en or b.name_zh, "value": b.body_id} for b in bodies]
    return html.Section(
        [
            html.H2(words("people.appoint")),
            _field(words("people.col.post"), dcc.Dropdown(posts, None, id=POST), POST),  # pyright: ignore[reportArgumentType]
            _field(words("people.person"), dcc.Dropdown(people, None, id=PERSON), PERSON),  # pyright: ignore[reportArgumentType]
            _field(words("people.body"), dcc.Dropdown(names, None, id=BODY_ID), BODY_ID),  # pyright: ignore[reportArgumentType]
            html.Div(
                [
                    _field(
                        words("people.since"), dcc.Input(id=SINCE, type="text", maxLength=10, value=f"{today}"), SINCE
                    ),
                    _field(words("people.until"), dcc.Input(id=UNTIL, type="text", maxLength=10, value=""), UNTIL),
                ],
                className="people-two",
            ),
            _field(words("people.col.work_phone"), dcc.Input(id=PHONE, type="text", maxLength=30, value=""), PHONE),
            _field(words("people.why"), dcc.Input(id=WHY, type="text", maxLength=200, value=""), WHY),
            html.Button(words("people.appoint.do"), id=APPOINT, type="button", className="primary"),
        ],
        className="panel grid-form",
    )


def _end_form(now: Sequence[PostRow], today: date, words: Words) -> Component | None:
    if not now:
        return None
    terms = [
        {"label": f"{words(f'people.post.{row.post}')} {row.name or row.body_name or DASH}", "value": row.post_id}
        for row in now
    ]
    return html.Section(
        [
            html.H2(words("people.end")),
            _field(words("people.col.post"), dcc.Dropdown(terms, None, id=TERM), TERM),  # pyright: ignore[reportArgumentType]
            _field(words("people.last"), dcc.Input(id=LAST, type="text", maxLength=10, value=f"{today}"), LAST),
            _field(words("people.why"), dcc.Input(id=END_WHY, type="text", maxLength=200, value=""), END_WHY),
            html.Button(words("people.end.do"), id=END, type="button", className="danger"),
        ],
        className="panel grid-form",
    )


def is_of_body(post: Post) -> bool:
    """Whether a body fills it, and no person."""
    return post in OF_BODIES


def _field(label: str, field: Component, id: str) -> Component:  # noqa: A002
    return html.Div([html.Label(label, htmlFor=id), field], className="field")
