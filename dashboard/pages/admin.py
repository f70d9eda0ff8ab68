"""The page of accounts 账号, the access log and the archive: each part for whoever may see it."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.admin_desk import act, add, body_of, change, end_session, verified, views_of
from dashboard.admin_query import AdminQuery, read_query
from dashboard.auth import Account, needs
from dashboard.desk import Desk
from dashboard.options import DashboardSettings
from dashboard.views.admin_forms import ADD, EDIT, NEW, SAVE
from dashboard.views.admin_log import VERIFIED, VERIFY
from dashboard.words import Catalogues, Words

from .framed import Part, framed

ASKED, LANG, BODY, SAY, DONE = "admin-asked", "admin-lang", "admin-body", "admin-say", "admin-done"


def register(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the page and its callbacks into `app`."""

    def page(lang: object = None, **asked: object) -> Component:
        return layout(needs("page.admin"), read_query(asked), catalogues.pick(lang), settings)

    title = catalogues.pick(None)("admin.title")
    register_page("dashboard.pages.admin", path="/admin", layout=page, title=title, order=6)

    @app.callback(Output(BODY, "children"), Input(ASKED, "data"), Input(DONE, "data"), State(LANG, "data"))
    async def show(asked: Any, _done: Any, lang: object) -> list[Component]:
        account, words = needs("page.admin"), catalogues.pick(lang)
        return await run_in_threadpool(body_of, desk, account, _query(asked), words)

    @app.callback(
        Output(VERIFIED, "children"), Input(VERIFY, "n_clicks"), State(LANG, "data"), prevent_initial_call=True
    )
    async def check(clicks: Any, lang: object) -> Component:
        account = needs("archive.verify")
        if not clicks:
            raise PreventUpdate
        return await run_in_threadpool(verified, desk, account, catalogues.pick(lang))

    _register_forms(app, desk, catalogues)
    _register_acts(app, desk, catalogues)
    del show, check


def _register_forms(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        output=[Output(SAY, "children"), Output(DONE, "data")],
        inputs={
            "clicks": Input(ADD, "n_clicks"),
            "form": {name: State(field, "value") for name, field in NEW.items()},
            "lang": State(LANG, "data"),
        },
        prevent_initial_call=True,
    )
    async def make(clicks: Any, form: dict[str, Any], lang: object) -> list[Any]:
        account = needs("accounts.edit")
        if not clicks:
            raise PreventUpdate
        said = await run_in_threadpool(add, desk, account, form, catalogues.pick(lang))
        return [said.line, clicks if said.done else no_update]

    @app.callback(
        output=[Output(SAY, "children", allow_duplicate=True), Output(DONE, "data", allow_duplicate=True)],
        inputs={
            "clicks": Input(SAVE, "n_clicks"),
            "form": {name: State(field, "value") for name, field in EDIT.items()},
            "asked": State(ASKED, "data"),
            "lang": State(LANG, "data"),
        },
        prevent_initial_call=True,
    )
    async def alter(clicks: Any, form: dict[str, Any], asked: Any, lang: object) -> list[Any]:
        account = needs("accounts.edit")
        if not clicks:
            raise PreventUpdate
        words = catalogues.pick(lang)
        said = await run_in_threadpool(change, desk, account, _query(asked).who, form, words)
        return [said.line, f"change {clicks}" if said.done else no_update]

    del make, alter


def _register_acts(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        Output(SAY, "children", allow_duplicate=True),
        Output(DONE, "data", allow_duplicate=True),
        Input({"type": "admin-act", "act": ALL}, "n_clicks"),
        Input({"type": "admin-end", "number": ALL}, "n_clicks"),
        State(ASKED, "data"),
        State(LANG, "data"),
        prevent_initial_call=True,
    )
    async def press(clicks: list[Any], ends: list[Any], asked: Any, lang: object) -> tuple[Any, Any]:
        account, words, pressed = needs("accounts.edit"), catalogues.pick(lang), ctx.triggered_id
        if not any(clicks or ()) and not any(ends or ()):
            raise PreventUpdate
        if not isinstance(pressed, dict):
            raise PreventUpdate
        who = _query(asked).who
        if pressed.get("type") == "admin-end":
            said = await run_in_threadpool(end_session, desk, account, who, pressed.get("number"), words)
        else:
            said = await run_in_threadpool(act, desk, account, who, pressed.get("act"), words)
        return said, f"{pressed} {clicks} {ends}"

    del press


def _query(asked: Any) -> AdminQuery:
    return read_query(asked if isinstance(asked, dict) else {})


def layout(account: Account, query: AdminQuery, words: Words, settings: DashboardSettings) -> Component:
    """The whole page without its body, which comes with the first callback."""
    views = views_of(account)
    shown = query.view if query.view in views else next(iter(views), "")
    parts = [Part(view, {"view": view}, here=view == shown) for view in views]
    return framed(words, account, "admin", query.parts(), parts, demo=settings.demo)
