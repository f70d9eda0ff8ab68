"""The page of alerts 告警: the queue by severity and age, one of them whole beside it, for who works it all day.

assets/80_alerts.js tells presses and keys, counts ages, keeps the reader's place and sounds.
"""

from __future__ import annotations

import json
from typing import Any

import dash_leaflet as dl
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.alert_desk import act, grid_options, rows_of, shown
from dashboard.alert_query import RULES, SEVERITIES, STATES, AlertQuery, plain_id, read_query
from dashboard.auth import Account, needs
from dashboard.desk import Desk
from dashboard.heard import Heard
from dashboard.options import DashboardSettings
from dashboard.views.picking import dropdown
from dashboard.words import Catalogues, Words
from maritime_grid.store.alert_acts import MOST_REASON, VERDICTS

from .shell import address, page_of

ROOT, LIST, DETAIL, FORM, LAYERS, MAP = "alq", "alq-list", "alq-detail", "alq-form", "alq-layers", "alq-map"
SEVERITY, RULE, GRID, STATE = "alq-severity", "alq-rule", "alq-grid", "alq-state"
PRESS, CHOSEN, PAGE, SEEN, DONE = "alq-press", "alq-chosen", "alq-page", "alq-seen", "alq-done"
SAY, GO, ADDRESS, EVERY, LANG = "alq-say", "alq-go", "alq-address", "alq-every", "alq-lang"
VERDICT, REASON, RESOLVE = "alq-verdict", "alq-reason", "alq-resolve"
REOPEN_FORM, REOPEN_WHY, REOPEN = "alq-reopen-form", "alq-reopen-why", "alq-reopen"
FIELDS = {"severity": SEVERITY, "rule": RULE, "grid": GRID, "state": STATE}
EVERY_MS = 1_000  # asks only whether anything moved
AGAIN = 30  # so many of them, and the list and who is near are read again anyway
CENTRE, ZOOM = [30.28, 122.8], 8
# a change of the address would end the way to another page that has just begun: none without need
KEEP_ADDRESS = """(text) => {
  if (text && text !== location.pathname + location.search) history.replaceState(history.state, '', text);
  return null;
}"""
LEAVE = "(to) => { if (to) location.assign(to); return null; }"
AGES = ("age.s", "age.m", "age.h", "age.d", "alerts.more_above", "alerts.sound.on", "alerts.sound.off")


def register(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the page and its callbacks into `app`."""
    heard = Heard(desk.reads.listen)
    desk.at_end.append(heard.stop)

    def page(lang: object = None, **asked: object) -> Component:
        return layout(needs("page.alerts"), read_query(asked), catalogues.pick(lang), settings)

    title = catalogues.pick(None)("alerts.title")
    register_page("dashboard.pages.alerts", path="/alerts", layout=page, title=title, order=2)
    _register_list(app, desk, catalogues, heard)
    _register_acts(app, desk, catalogues)
    _register_detail(app, desk, catalogues)
    app.clientside_callback(KEEP_ADDRESS, Output(ADDRESS, "clear_data"), Input(ADDRESS, "data"))
    app.clientside_callback(LEAVE, Output(GO, "clear_data"), Input(GO, "data"))


def _register_list(app: Dash, desk: Desk, catalogues: Catalogues, heard: Heard) -> None:
    @app.callback(
        output=[Output(LIST, "children"), Output(SEEN, "data"), Output(ADDRESS, "data"), Output(GRID, "options")],
        inputs={
            "asked": {name: Input(field, "value") for name, field in FIELDS.items()},
            "more": {"page": Input(PAGE, "data"), "alert": Input(CHOSEN, "data")},
            "turns": Input(EVERY, "n_intervals"),
            "state": {"done": Input(DONE, "data"), "seen": State(SEEN, "data"), "lang": State(LANG, "data")},
        },
    )
    async def refresh(asked: Any, more: Any, turns: int, state: Any) -> list[Any]:
        account, words = needs("page.alerts"), catalogues.pick(state["lang"])
        turn = await run_in_threadpool(heard.turn)
        query = read_query({**asked, **more, **({"page": 1} if ctx.triggered_id in FIELDS.values() else {})})
        where = address(words, "/alerts", **query.parts())
        if ctx.triggered_id == CHOSEN:
            return [no_update, no_update, where, no_update]
        if ctx.triggered_id == EVERY and turns % AGAIN and turn == (state["seen"] or {}).get("turn"):
            raise PreventUpdate
        rows = await run_in_threadpool(rows_of, desk, account, query, words)
        grids = await run_in_threadpool(grid_options, desk, account, words)
        return [rows, {"turn": turn, "n": turns}, where, _options(grids | _kept(query.grid, grids), words)]

    del refresh


def _register_acts(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        Output(SAY, "children"),
        Output(DONE, "data"),
        Output(GO, "data"),
        Output(REASON, "value"),
        Output(REOPEN_WHY, "value"),
        Input(PRESS, "data"),
        State(LANG, "data"),
        prevent_initial_call=True,
    )
    async def press(event: Any, lang: object) -> tuple[Any, Any, Any, Any, Any]:
        account, words = needs("page.alerts"), catalogues.pick(lang)
        if not isinstance(event, dict):
            raise PreventUpdate
        said = await run_in_threadpool(act, desk, account, event, words)
        cleared, why = ("" if said.done and event.get("act") == name else no_update for name in ("resolve", "reopen"))
        stays = said.go is no_update
        return said.line, event.get("at") if stays else no_update, said.go, cleared, why

    del press


def _register_detail(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        Output(DETAIL, "children"),
        Output(LAYERS, "children"),
        Output(MAP, "viewport"),
        Output(FORM, "hidden"),
        Output(REOPEN_FORM, "hidden"),
        Input(CHOSEN, "data"),
        Input(SEEN, "data"),
        State(LANG, "data"),
    )
    async def show(chosen: object, _seen: object, lang: object) -> list[Any]:
        account, words = needs("page.alerts"), catalogues.pick(lang)
        moved = ctx.triggered_id != SEEN
        return await run_in_threadpool(shown, desk, account, plain_id(chosen), moved, words)

    del show


def layout(account: Account, query: AlertQuery, words: Words, settings: DashboardSettings) -> Component:
    """The whole page, empty: its callbacks read."""
    ages = {"data-words": json.dumps({key: words(key) for key in AGES}, ensure_ascii=False)}
    stores = [
        dcc.Store(id=CHOSEN, data=query.alert),
        dcc.Store(id=PAGE, data=query.page),
        dcc.Store(id=LANG, data=words.lang),
        *(dcc.Store(id=name) for name in (PRESS, SEEN, DONE, ADDRESS, GO)),
        dcc.Interval(id=EVERY, interval=EVERY_MS),
    ]
    label: dict[str, Any] = {"aria-label": words("alerts.title")}
    split = html.Div(
        [
            html.Section(
                [
                    html.Button("", id="alq-above", type="button", className="primary", hidden=True),
                    html.Div(id=LIST, className="al-list", role="listbox", tabIndex=-1, **label),
                ],
                className="panel al-left",
            ),
            html.Section(
                [html.Div(id=DETAIL, className="al-detail"), _map(), _form(words), _reopen_form(words)],
                className="panel al-right",
            ),
        ],
        className="al-split",
    )
    inside = html.Div([_head(query, words), html.Div(id=SAY), split, *stores], id=ROOT, **ages)  # pyright: ignore[reportArgumentType]
    here = address(words, "/alerts", **query.parts())
    return page_of(words, account, "alerts", [inside], demo=settings.demo, here=here, every=EVERY)


def _head(query: AlertQuery, words: Words) -> Component:
    switch = html.Button(
        [html.I(className="al-bell"), html.Span(words("alerts.sound.off"), id="alq-sound-text")],
        id="alq-sound",
        type="button",
        title=words("alerts.sound.hint"),
        **{"aria-pressed": "false"},  # pyright: ignore[reportArgumentType]
    )
    title = html.Div([html.H1(words("alerts.title")), html.Small(words("alerts.keys"), className="al-keys")])
    return html.Div([title, _filters(query, words), switch], className="al-top")


def _filters(query: AlertQuery, words: Words) -> Component:
    def choice(name: str, id: str, value: str, options: dict[str, str]) -> Component:  # noqa: A002
        picked = dropdown(words, _options(options, words), value, id=id, clearable=False, searchable=len(options) > 8)
        return html.Div([html.Label(words(f"alerts.filter.{name}"), htmlFor=id), picked], className="field")

    severities = {name: words(f"alerts.least.{name}") for name in SEVERITIES}
    return html.Div(
        [
            choice("severity", SEVERITY, query.severity, severities),
            choice("rule", RULE, query.rule, {name: words(f"rule.{name}") for name in RULES}),
            choice("grid", GRID, query.grid, _kept(query.grid, {})),
            choice("state", STATE, query.state, {name: words(f"alerts.state.{name}") for name in STATES}),
        ],
        className="al-filters",
    )


def _options(options: dict[str, str], words: Words) -> list[dict[str, str]]:
    return [{"label": words("alerts.any"), "value": ""}, *({"label": t, "value": v} for v, t in options.items())]


def _kept(grid: str, known: dict[str, str]) -> dict[str, str]:
    """A grid that is asked for and has nothing open now stays a choice."""
    return {grid: grid} if grid and grid not in known else {}


def _map() -> Component:
    land = {"color": "#8b9a86", "weight": 1, "fillColor": "#dfe3d6", "fillOpacity": 1}
    grids = {"color": "#7fa3bd", "weight": 1, "fill": False}
    return dl.Map(
        [
            dl.GeoJSON(url="/geo/coast.json", style=land, interactive=False),  # pyright: ignore[reportArgumentType]
            dl.GeoJSON(url="/geo/grids.json", style=grids, interactive=False),  # pyright: ignore[reportArgumentType]
            dl.LayerGroup(id=LAYERS),
            dl.ScaleControl(imperial=False, position="bottomleft"),
        ],
        id=MAP,
        center=CENTRE,  # pyright: ignore[reportArgumentType]
        zoom=ZOOM,
        minZoom=6,
        maxZoom=16,
        preferCanvas=True,
        attributionControl=False,
        className="al-map",
    )


def _form(words: Words) -> Component:
    verdicts = [{"label": words(f"alerts.verdict.{name}"), "value": name} for name in VERDICTS]
    return html.Div(
        [
            html.H3(words("alerts.resolve")),
            dcc.RadioItems(verdicts, None, id=VERDICT, inline=True, className="al-verdicts"),
            html.Div(
                [
                    dcc.Input(id=REASON, type="text", maxLength=MOST_REASON, placeholder=words("alerts.reason")),
                    html.Button(words("alerts.resolve.do"), id=RESOLVE, type="button"),
                ],
                className="al-reason-row",
            ),
        ],
        id=FORM,
        className="al-form",
        hidden=True,
    )


def _reopen_form(words: Words) -> Component:
    """For an alert that somebody judged wrongly."""
    why = dcc.Input(id=REOPEN_WHY, type="text", maxLength=MOST_REASON, placeholder=words("alerts.reopen.why"))
    button = html.Button(words("alerts.reopen.do"), id=REOPEN, type="button")
    row = html.Div([why, button], className="al-reason-row")
    return html.Div([html.H3(words("alerts.reopen")), row], id=REOPEN_FORM, className="al-form", hidden=True)
