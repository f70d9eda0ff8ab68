"""The page of grids 网格: those in force with their history, and their changes from proposal to filing (Art. 11)."""

from __future__ import annotations

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import Account, needs
from dashboard.desk import Desk
from dashboard.grid_desk import act, body_of, diff
from dashboard.grid_draw import Sent, read_new
from dashboard.grid_proposing import loaded, proposed, weighed
from dashboard.grid_query import VIEWS, GridQuery, read_query
from dashboard.options import DashboardSettings
from dashboard.views.grid_change import NOTE
from dashboard.views.grid_now import DIFF, DIFF_SAID, NEW, OLD, SHAPES
from dashboard.views.grid_propose import (
    BASE,
    DRAFT,
    DRAFT_MAP,
    DRAWN,
    ENDING,
    FOLLOW,
    FROM,
    JUDGED,
    LOADED,
    NEW_FIELDS,
    PICK,
    REASON,
    SEND,
    SETTLED,
    UPLOAD,
)
from dashboard.words import Catalogues, Words

from .framed import Part, framed
from .shell import address

ASKED, LANG, BODY, SAY, DONE, GO = "grids-asked", "grids-lang", "grids-body", "grids-say", "grids-done", "grids-go"


def register(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the page and its callbacks into `app`."""

    def page(lang: object = None, **asked: object) -> Component:
        return layout(needs("page.grids"), read_query(asked), catalogues.pick(lang), settings)

    title = catalogues.pick(None)("grids.title")
    register_page("dashboard.pages.grids", path="/grids", layout=page, title=title, order=4)
    _register_reads(app, desk, catalogues)
    _register_acts(app, desk, catalogues)
    _register_proposing(app, desk, catalogues)


def _register_reads(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(Output(BODY, "children"), Input(ASKED, "data"), Input(DONE, "data"), State(LANG, "data"))
    async def show(asked: Any, _done: Any, lang: object) -> list[Component]:
        account, words = needs("page.grids"), catalogues.pick(lang)
        return await run_in_threadpool(body_of, desk, account, _query(asked), words)

    @app.callback(
        Output(DIFF, "children"),
        Output(DIFF_SAID, "children"),
        Input(OLD, "value"),
        Input(NEW, "value"),
        State(ASKED, "data"),
        State(LANG, "data"),
    )
    async def compare(old: object, new: object, asked: Any, lang: object) -> tuple[list[Component], str]:
        account, words = needs("page.grids"), catalogues.pick(lang)
        return await run_in_threadpool(diff, desk, account, _query(asked).grid, old, new, words)

    @app.callback(Output(GO, "href"), Input(SHAPES, "clickData"), State(LANG, "data"), prevent_initial_call=True)
    def choose(feature: Any, lang: object) -> str:
        needs("page.grids")
        properties = feature.get("properties") if isinstance(feature, dict) else None
        picked = read_query({"grid": properties.get("id")} if isinstance(properties, dict) else {})
        if not picked.grid:
            raise PreventUpdate
        return address(catalogues.pick(lang), "/grids", **picked.parts())

    del show, compare, choose


def _register_acts(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        Output(SAY, "children"),
        Output(DONE, "data"),
        Input({"type": "grids-act", "act": ALL}, "n_clicks"),
        State(NOTE, "value"),
        State(ASKED, "data"),
        State(LANG, "data"),
        prevent_initial_call=True,
    )
    async def press(clicks: list[Any], note: object, asked: Any, lang: object) -> tuple[Any, Any]:
        account, words = needs("page.grids"), catalogues.pick(lang)
        pressed = ctx.triggered_id
        if not any(clicks or ()) or not isinstance(pressed, dict):
            raise PreventUpdate
        said = await run_in_threadpool(act, desk, account, _query(asked), pressed.get("act"), note, words)
        return said.line, f"{pressed.get('act')} {desk.now()}" if said.done else no_update

    del press


WEIGHED = (ENDING, FROM, FOLLOW, *NEW_FIELDS)
ANSWERED = ((JUDGED, "children"), (DRAFT, "children"), (SEND, "disabled"), (SETTLED, "data"))
SENT = ((SAY, "children"), (GO, "href"), (SEND, "disabled"))
FORM = {
    "drawn": State(DRAWN, "data"),
    "settled": State(SETTLED, "data"),
    "ended": State(ENDING, "value"),
    "day": State(FROM, "value"),
    "follow": State(FOLLOW, "value"),
    "new": [State(name, "value") for name in NEW_FIELDS],
}


def _register_proposing(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        output=[Output(name, what) for name, what in ANSWERED],
        inputs={
            "_moved": [Input(DRAWN, "data"), *(Input(name, "value") for name in WEIGHED)],
            "form": FORM,
            "lang": State(LANG, "data"),
        },
        prevent_initial_call=True,
    )
    async def judge(_moved: list[Any], form: dict[str, Any], lang: object) -> list[Any]:
        account = needs("grids.propose")
        return await run_in_threadpool(weighed, desk, account, _sent(form), catalogues.pick(lang))

    @app.callback(
        output=[Output(name, what, allow_duplicate=True) for name, what in SENT],
        inputs={
            "clicks": Input(SEND, "n_clicks"),
            "form": FORM,
            "reason": State(REASON, "value"),
            "lang": State(LANG, "data"),
        },
        prevent_initial_call=True,
    )
    async def send(clicks: Any, form: dict[str, Any], reason: Any, lang: object) -> list[Any]:
        if not clicks:
            raise PreventUpdate
        account, words = needs("grids.propose"), catalogues.pick(lang)
        return await run_in_threadpool(proposed, desk, account, form["settled"], _sent(form), reason, words)

    @app.callback(
        output=[Output(LOADED, "data"), Output(FOLLOW, "value"), Output(SAY, "children", allow_duplicate=True)],
        inputs={"contents": Input(UPLOAD, "contents"), "lang": State(LANG, "data")},
        prevent_initial_call=True,
    )
    async def take(contents: Any, lang: object) -> list[Any]:
        needs("grids.propose")
        return await run_in_threadpool(loaded, contents, catalogues.pick(lang))

    @app.callback(
        Output(DRAFT_MAP, "viewport"),
        Input({"type": "grids-place", "n": ALL, "lon": ALL, "lat": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    def look(clicks: list[Any]) -> dict[str, Any]:
        needs("grids.propose")
        place = ctx.triggered_id
        if not any(clicks or ()) or not isinstance(place, dict):
            raise PreventUpdate
        return {"center": [float(place["lat"]), float(place["lon"])], "zoom": 11, "transition": "setView"}

    del judge, send, take, look
    _register_drawing(app)


def _register_drawing(app: Dash) -> None:
    """What goes to the map is for its own script (assets/87_grid_draw.js), which answers through DRAWN."""
    steps = (("begin", BASE, "data", BASE), ("load", LOADED, "data", LOADED), ("adopt", SETTLED, "data", SETTLED))
    for name, source, what, out in (*steps, ("pick", PICK, "value", DRAWN)):
        app.clientside_callback(ClientsideFunction("grids", name), Output(out, "clear_data"), Input(source, what))


def _sent(form: dict[str, Any]) -> Sent:
    return Sent(form["drawn"], form["ended"], form["day"], bool(form["follow"]), read_new(*form["new"]))


def _query(asked: Any) -> GridQuery:
    return read_query(asked if isinstance(asked, dict) else {})


def layout(account: Account, query: GridQuery, words: Words, settings: DashboardSettings) -> Component:
    """The whole page without its body, which comes with the first callback."""
    views = [view for view in VIEWS if view != "propose" or account.may("grids.propose")]
    parts = [Part(view, {"view": "" if view == "now" else view}, here=view == query.view) for view in views]
    more = [dcc.Location(id=GO, refresh="callback-nav")]
    return framed(words, account, "grids", query.parts(), parts, demo=settings.demo, more=more)
