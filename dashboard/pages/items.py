"""The page of work items 工作事项清单 (Art. 22, 24): what holds, for everybody; proposals on their way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, register_page
from dash.development.base_component import Component
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import Account, needs
from dashboard.desk import Desk
from dashboard.form_fields import Answer
from dashboard.item_desk import body_of, send
from dashboard.item_forms import FORMS, NEEDS
from dashboard.item_look import works
from dashboard.item_query import VIEWS, ItemQuery, read_query
from dashboard.options import DashboardSettings
from dashboard.words import Catalogues, Words

from .forms import Sending, register_forms
from .framed import Part, framed

ASKED, LANG, BODY, DONE = "items-asked", "items-lang", "items-body", "items-done"


def register(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the page and its callbacks into `app`."""

    def page(lang: object = None, **asked: object) -> Component:
        return layout(needs("page.items"), read_query(asked), catalogues.pick(lang), settings)

    title = catalogues.pick(None)("items.short")
    register_page("dashboard.pages.items", path="/items", layout=page, title=title, order=6)

    @app.callback(Output(BODY, "children"), Input(ASKED, "data"), Input(DONE, "data"), State(LANG, "data"))
    async def show(asked: Any, _done: Any, lang: object) -> list[Component]:
        account, words = needs("page.items"), catalogues.pick(lang)
        return await run_in_threadpool(body_of, desk, account, _query(asked), words)

    def send_form(account: Account, asked: Any, name: str, given: Mapping[str, Any], words: Words) -> Answer:
        return send(desk, account, _query(asked), name, given, words)

    register_forms(app, desk, catalogues, Sending("items", FORMS, NEEDS.__getitem__, send_form))
    del show


def _query(asked: Any) -> ItemQuery:
    return read_query(asked if isinstance(asked, dict) else {})


def layout(account: Account, query: ItemQuery, words: Words, settings: DashboardSettings) -> Component:
    """The whole page without its body, which comes with the first callback."""
    shown = query.view or VIEWS[0]
    parts = [Part(view, {"view": "" if view == VIEWS[0] else view}, view == shown) for view in VIEWS]
    return framed(words, account, "items", query.parts(), parts if works(account) else (), demo=settings.demo)
