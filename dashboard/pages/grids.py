"""The page of grids 网格: those in force with their history, and their changes from proposal to filing (Art. 11)."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import Account, needs
from dashboard.desk import Desk
from dashboard.faults import fault
from dashboard.grid_desk import act, body_of, diff, judge, propose, read_draft
from dashboard.grid_query import VIEWS, GridQuery, read_query
from dashboard.options import DashboardSettings
from dashboard.views.grid_change import NOTE
from dashboard.views.grid_map import THEN, bounds_of, drawn
from dashboard.views.grid_now import DIFF, NEW, OLD, SHAPES
from dashboard.views.grid_propose import (
    DRAFT,
    DRAFT_MAP,
    ENDING,
    FROM,
    JUDGED,
    REASON,
    SEND,
    UPLOAD,
    judged_view,
    marks,
)
from dashboard.words import Catalogues, Words
from maritime_grid.domain.errors import MaritimeGridError

from .shell import address, page_of, say

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
        Output(DIFF, "children"), Input(OLD, "value"), Input(NEW, "value"), State(ASKED, "data"), State(LANG, "data")
    )
    async def compare(old: object, new: object, asked: Any, lang: object) -> list[Component]:
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


def _register_proposing(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        Output(JUDGED, "children"),
        Output(DRAFT, "children"),
        Output(SEND, "disabled"),
        Output(DRAFT_MAP, "viewport", allow_duplicate=True),
        Input(UPLOAD, "contents"),
        Input(ENDING, "value"),
        Input(FROM, "value"),
        State(LANG, "data"),
        prevent_initial_call=True,
    )
    async def weigh(contents: Any, ended: Any, day: Any, lang: object) -> tuple[Any, ...]:
        needs("grids.propose")
        return await run_in_threadpool(_weighed, desk, contents, ended, day, catalogues.pick(lang))

    @app.callback(
        output=[Output(SAY, "children", allow_duplicate=True), Output(GO, "href", allow_duplicate=True)],
        inputs={
            "clicks": Input(SEND, "n_clicks"),
            "form": [State(name, "contents" if name == UPLOAD else "value") for name in (UPLOAD, ENDING, FROM, REASON)],
            "lang": State(LANG, "data"),
        },
        prevent_initial_call=True,
    )
    async def send(clicks: Any, form: list[Any], lang: object) -> list[Any]:
        if not clicks:
            raise PreventUpdate
        return await run_in_threadpool(_sent, desk, needs("grids.propose"), form, catalogues.pick(lang))

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

    del weigh, send, look


def _weighed(desk: Desk, contents: Any, ended: Any, day: Any, words: Words) -> tuple[Any, ...]:
    """The judgement in words, the draft on the map, whether it cannot be sent, where the map looks."""
    if not contents and not ended:
        return html.P(words("grids.judge.first"), className="soft"), [], True, no_update
    try:
        draft = read_draft(contents, ended, day)
        judged = judge(desk, draft)
    except MaritimeGridError as error:
        return fault(error, words), [], True, no_update
    shapes = [(str(f["properties"].get("name_zh", "")), f["geometry"]) for f in draft.features] if judged.impact else []
    bounds = bounds_of(geometry for _, geometry in shapes)
    look = {"bounds": bounds, "transition": "fitBounds"} if bounds else no_update
    layers = [*drawn(shapes, THEN), *marks(judged)]
    return judged_view(judged, len(draft.features), words), layers, judged.impact is None, look


def _sent(desk: Desk, account: Account, form: list[Any], words: Words) -> list[Any]:
    """What is said, and where to go: to the change."""
    contents, ended, day, reason = form
    try:
        number = propose(desk, account, read_draft(contents, ended, day), reason)
    except MaritimeGridError as error:
        return [fault(error, words), no_update]
    where = address(words, "/grids", view="changes", change=number)
    return [say(words("grids.said.proposed", n=number), "good"), where]


def _query(asked: Any) -> GridQuery:
    return read_query(asked if isinstance(asked, dict) else {})


def layout(account: Account, query: GridQuery, words: Words, settings: DashboardSettings) -> Component:
    """The whole page without its body, which comes with the first callback."""
    views = [view for view in VIEWS if view != "propose" or account.may("grids.propose")]
    links = [
        dcc.Link(
            words(f"grids.view.{view}"),
            href=address(words, "/grids", view="" if view == "now" else view),
            className="part here" if view == query.view else "part",
        )
        for view in views
    ]
    inside = [
        html.Div([html.H1(words("grids.title")), html.Div(links, className="segments links")], className="row spread"),
        html.Div(id=SAY),
        html.Div(html.Div(words("page.loading"), className="panel empty"), id=BODY, className="grid-body"),
        dcc.Store(id=ASKED, data=query.parts()),
        dcc.Store(id=LANG, data=words.lang),
        dcc.Store(id=DONE),
        dcc.Location(id=GO, refresh="callback-nav"),
    ]
    here = address(words, "/grids", **query.parts())
    return page_of(words, account, "grids", inside, demo=settings.demo, here=here)
