"""The page of people 人员: which posts are empty, who holds which, service teams 特色服务团队."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import Account, needs
from dashboard.desk import Desk
from dashboard.options import DashboardSettings
from dashboard.people_desk import appoint, body_of, end, in_full
from dashboard.people_query import VIEWS, PeopleQuery, read_query
from dashboard.views.people_grid import (
    APPOINT,
    BODY_ID,
    END,
    END_WHY,
    IN_FULL,
    LAST,
    PERSON,
    PHONE,
    POST,
    PURPOSE,
    READ,
    SINCE,
    TERM,
    UNTIL,
    WHY,
)
from dashboard.views.people_staff import SKILL, UNIT, export_form
from dashboard.words import Catalogues, Words

from .shell import address, page_of

ASKED, LANG, BODY, SAY, DONE, GO = (
    "people-asked",
    "people-lang",
    "people-body",
    "people-say",
    "people-done",
    "people-go",
)
FORM = {
    "post": POST, "person": PERSON, "body": BODY_ID, "since": SINCE, "until": UNTIL, "phone": PHONE, "why": WHY,
}  # fmt: skip


def register(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the page and its callbacks into `app`."""

    def page(lang: object = None, **asked: object) -> Component:
        return layout(needs("page.people"), read_query(asked), catalogues.pick(lang), settings)

    title = catalogues.pick(None)("people.title")
    register_page("dashboard.pages.people", path="/people", layout=page, title=title, order=5)
    _register_reads(app, desk, catalogues)
    _register_acts(app, desk, catalogues)


def _register_reads(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(Output(BODY, "children"), Input(ASKED, "data"), Input(DONE, "data"), State(LANG, "data"))
    async def show(asked: Any, _done: Any, lang: object) -> list[Component]:
        account, words = needs("page.people"), catalogues.pick(lang)
        return await run_in_threadpool(body_of, desk, account, _query(asked), words)

    @app.callback(
        Output(GO, "href"), Input(UNIT, "value"), State(ASKED, "data"), State(LANG, "data"), prevent_initial_call=True
    )
    def choose_unit(unit: Any, asked: Any, lang: object) -> str:
        needs("page.people")
        query = _query(asked)
        return _moved(query, replace(query, unit=str(unit or "")), catalogues.pick(lang))

    @app.callback(
        Output(GO, "href", allow_duplicate=True),
        Input(SKILL, "value"),
        State(ASKED, "data"),
        State(LANG, "data"),
        prevent_initial_call=True,
    )
    def choose_skill(skill: Any, asked: Any, lang: object) -> str:
        needs("page.people")
        query = _query(asked)
        return _moved(query, replace(query, skill=str(skill or "")), catalogues.pick(lang))

    del show, choose_unit, choose_skill


def _register_acts(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        output=[Output(SAY, "children"), Output(DONE, "data")],
        inputs={
            "clicks": Input(APPOINT, "n_clicks"),
            "form": {name: State(field, "value") for name, field in FORM.items()},
            "asked": State(ASKED, "data"),
            "lang": State(LANG, "data"),
        },
        prevent_initial_call=True,
    )
    async def begin(clicks: Any, form: dict[str, Any], asked: Any, lang: object) -> list[Any]:
        account, words = needs("people.edit"), catalogues.pick(lang)
        if not clicks:
            raise PreventUpdate
        said = await run_in_threadpool(appoint, desk, account, _query(asked), form, words)
        return [said.line, f"begin {clicks}" if said.done else no_update]

    @app.callback(
        Output(SAY, "children", allow_duplicate=True),
        Output(DONE, "data", allow_duplicate=True),
        Input(END, "n_clicks"),
        State(TERM, "value"),
        State(LAST, "value"),
        State(END_WHY, "value"),
        State(LANG, "data"),
        prevent_initial_call=True,
    )
    async def finish(clicks: Any, term: Any, last: Any, why: Any, lang: object) -> tuple[Any, Any]:
        account, words = needs("people.edit"), catalogues.pick(lang)
        if not clicks:
            raise PreventUpdate
        said = await run_in_threadpool(end, desk, account, term, last, why, words)
        return said.line, f"end {term} {clicks}" if said.done else no_update

    @app.callback(
        Output(IN_FULL, "children"),
        Input(READ, "n_clicks"),
        State(PURPOSE, "value"),
        State(ASKED, "data"),
        State(LANG, "data"),
        prevent_initial_call=True,
    )
    async def read(clicks: Any, purpose: Any, asked: Any, lang: object) -> Component:
        account, words = needs("personal.read"), catalogues.pick(lang)
        if not clicks:
            raise PreventUpdate
        return await run_in_threadpool(in_full, desk, account, _query(asked), purpose, words)

    del begin, finish, read


def _moved(before: PeopleQuery, query: PeopleQuery, words: Words) -> str:
    """The address of another choice. Raises: PreventUpdate: it is the same."""
    asked = read_query(query.parts())
    if asked == before:
        raise PreventUpdate
    return address(words, "/people", **asked.parts())


def _query(asked: Any) -> PeopleQuery:
    return read_query(asked if isinstance(asked, dict) else {})


def layout(account: Account, query: PeopleQuery, words: Words, settings: DashboardSettings) -> Component:
    """The whole page without its body, which comes with the first callback."""
    shown = query.view or VIEWS[0]
    links = [
        dcc.Link(
            words(f"people.view.{view}"),
            href=address(words, "/people", view="" if view == VIEWS[0] else view, unit=query.unit),
            className="part here" if view == shown else "part",
        )
        for view in VIEWS
    ]
    right = [export_form(words)] if account.may("people.export") else []
    right.append(html.Div(links, className="segments links"))
    inside = [
        html.Div([html.H1(words("people.title")), html.Div(right, className="row")], className="row spread"),
        html.Div(id=SAY),
        html.Div(html.Div(words("page.loading"), className="panel empty"), id=BODY, className="grid-body"),
        dcc.Store(id=ASKED, data=query.parts()),
        dcc.Store(id=LANG, data=words.lang),
        dcc.Store(id=DONE),
        dcc.Location(id=GO, refresh="callback-nav"),
    ]
    here = address(words, "/people", **query.parts())
    return page_of(words, account, "people", inside, demo=settings.demo, here=here)
