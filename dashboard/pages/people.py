"""The page of people 人员: which posts are empty, who holds which, service teams 特色服务团队; and their forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dash import Dash, Input, Output, State, dcc, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import Account, needs
from dashboard.desk import Desk
from dashboard.form_fields import Answer
from dashboard.options import DashboardSettings
from dashboard.people_desk import body_of, send
from dashboard.people_forms import FORMS
from dashboard.people_query import VIEWS, PeopleQuery, read_query
from dashboard.views.people_search import NEAR
from dashboard.views.people_sheets import has_sheets
from dashboard.words import Catalogues, Words
from maritime_grid.domain.people import OF_BODIES, Post

from .forms import Sending, register_forms
from .framed import Part, framed
from .shell import address, say

ASKED, LANG, BODY, SAY, DONE, GO = (
    "people-asked",
    "people-lang",
    "people-body",
    "people-say",
    "people-done",
    "people-go",
)
ASKING, WHERE = "people-near-asked", "people-where"


def register(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the page and its callbacks into `app`."""

    def page(lang: object = None, **asked: object) -> Component:
        return layout(needs("page.people"), read_query(asked), catalogues.pick(lang), settings)

    title = catalogues.pick(None)("people.title")
    register_page("dashboard.pages.people", path="/people", layout=page, title=title, order=5)

    @app.callback(Output(BODY, "children"), Input(ASKED, "data"), Input(DONE, "data"), State(LANG, "data"))
    async def show(asked: Any, _done: Any, lang: object) -> list[Component]:
        account, words = needs("page.people"), catalogues.pick(lang)
        return await run_in_threadpool(body_of, desk, account, _query(asked), words)

    def send_form(account: Account, asked: Any, name: str, given: Mapping[str, Any], words: Words) -> Answer:
        return send(desk, account, _query(asked), name, given, words)

    def act_of(name: str) -> str:
        return "personal.read" if name == "read" else "people.edit"

    register_forms(app, desk, catalogues, Sending("people", FORMS, act_of, send_form))
    _register_posts(app)
    _register_near(app, catalogues)
    del show


def _register_posts(app: Dash) -> None:
    """The fields that a post wants: a body of participants, the form of a party organisation."""

    @app.callback(
        Output("people-appoint-body-box", "hidden"),
        Output("people-appoint-party_form-box", "hidden"),
        Input("people-appoint-post", "value"),
        prevent_initial_call=True,
    )
    def choose_post(post: Any) -> tuple[bool, bool]:
        needs("people.edit")
        return post not in tuple(OF_BODIES), post != Post.PARTY_SECRETARY

    del choose_post


def _register_near(app: Dash, catalogues: Catalogues) -> None:
    """Teams by their distance from the telephone, which is asked for its place only when somebody wants it."""

    @app.callback(Output(ASKING, "children"), Input(NEAR, "n_clicks"), prevent_initial_call=True)
    def ask(clicks: Any) -> Component:
        needs("page.people")
        if not clicks:
            raise PreventUpdate
        return dcc.Geolocation(id=WHERE, maximum_age=60_000, timeout=20_000)

    @app.callback(
        Output(GO, "href"),
        Output(SAY, "children", allow_duplicate=True),
        Input(WHERE, "position"),
        Input(WHERE, "position_error"),
        State(ASKED, "data"),
        State(LANG, "data"),
        prevent_initial_call=True,
    )
    def sort(position: Any, error: Any, asked: Any, lang: object) -> tuple[Any, Any]:
        needs("page.people")
        words, query = catalogues.pick(lang), _query(asked)
        if isinstance(position, dict) and "lon" in position and "lat" in position:
            near = f"{float(position['lon']):.3f},{float(position['lat']):.3f}"
            return address(words, "/people", **replace(query, near=near).parts()), no_update
        if not error:
            raise PreventUpdate
        return no_update, say(words("people.near.none"), "warn")

    del ask, sort


def _query(asked: Any) -> PeopleQuery:
    return read_query(asked if isinstance(asked, dict) else {})


def layout(account: Account, query: PeopleQuery, words: Words, settings: DashboardSettings) -> Component:
    """The whole page without its body, which comes with the first callback."""
    shown = query.view or VIEWS[0]
    views = [view for view in VIEWS if view != "sheets" or has_sheets(account)]
    parts = [
        Part(view, {"view": "" if view == VIEWS[0] else view, "unit": query.unit}, here=view == shown) for view in views
    ]
    more = [dcc.Location(id=GO, refresh="callback-nav")]
    asked = query.parts()
    return framed(words, account, "people", asked, parts, demo=settings.demo, more=more, class_="people-views")
