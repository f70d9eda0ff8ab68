"""The page of work items 工作事项清单 (Art. 22, 24): what holds, for everybody; proposals on their way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import Account, needs
from dashboard.desk import Desk
from dashboard.item_desk import body_of, send
from dashboard.item_forms import FORMS, NEEDS
from dashboard.item_look import works
from dashboard.item_query import VIEWS, ItemQuery, read_query
from dashboard.options import DashboardSettings
from dashboard.words import Catalogues, Words

from .framed import Part, framed

ASKED, LANG, BODY, SAY, DONE = "items-asked", "items-lang", "items-body", "items-say", "items-done"


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

    for name in FORMS:
        _register_form(app, desk, catalogues, name)
    del show


def _register_form(app: Dash, desk: Desk, catalogues: Catalogues, name: str) -> None:
    """One form: what is wrong goes beside its field; what was done closes it and shows what became of it."""
    fields = [field.name for field in FORMS[name]]
    base = {"base": Output(f"items-{name}-base", "value")} if "base" in fields else {}

    @app.callback(
        output={
            "faults": {field: Output(f"items-{name}-{field}-fault", "children") for field in fields},
            "line": Output(f"items-{name}-line", "children"),
            "say": Output(SAY, "children", allow_duplicate=True),
            "asked": Output(ASKED, "data", allow_duplicate=True),
            "done": Output(DONE, "data", allow_duplicate=True),
            **base,
        },
        inputs={
            "clicks": Input(f"items-{name}-do", "n_clicks"),
            "given": {field: State(f"items-{name}-{field}", "value") for field in fields},
            "asked": State(ASKED, "data"),
            "lang": State(LANG, "data"),
        },
        prevent_initial_call=True,
    )
    async def press(clicks: Any, given: Mapping[str, Any], asked: Any, lang: object) -> dict[str, Any]:
        account, words = needs(NEEDS[name]), catalogues.pick(lang)
        if not clicks:
            raise PreventUpdate
        answer = await run_in_threadpool(send, desk, account, _query(asked), name, given or {}, words)
        faults = {field: words(answer.faults[field]) if field in answer.faults else "" for field in fields}
        kept = dict.fromkeys(base, no_update if answer.base is None else f"{answer.base}")
        if answer.go is None:
            stay = {"say": no_update, "asked": no_update, "done": no_update}
            return {"faults": faults, "line": answer.line, **stay, **kept}
        done = f"{name} {desk.now().isoformat()}"
        return {"faults": faults, "line": None, "say": answer.line, "asked": answer.go.parts(), "done": done, **kept}

    del press


def _query(asked: Any) -> ItemQuery:
    return read_query(asked if isinstance(asked, dict) else {})


def layout(account: Account, query: ItemQuery, words: Words, settings: DashboardSettings) -> Component:
    """The whole page without its body, which comes with the first callback."""
    shown = query.view or VIEWS[0]
    parts = [Part(view, {"view": "" if view == VIEWS[0] else view}, view == shown) for view in VIEWS]
    return framed(words, account, "items", query.parts(), parts if works(account) else (), demo=settings.demo)
