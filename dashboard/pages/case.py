"""The page of one case: what it is, what can be done, both tracks, the parties, its whole course."""

from __future__ import annotations

from typing import Any

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import Account, needs
from dashboard.case_page import changing_parts, look, map_part, missing, open_form, party_part, reveal, send_form
from dashboard.case_work import receive
from dashboard.desk import Desk
from dashboard.faults import fault
from dashboard.options import DashboardSettings
from dashboard.views.case_story import dossier_form
from dashboard.words import Catalogues, Words
from maritime_grid.cases.kinds import Act
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.case_desk import version_of

from .shell import address, page_of, say

OF, SEEN, FORM_OF, AGAIN, EVERY = ("case-of", "case-seen", "case-form-of", "case-again", "case-every")
AMENDED = "case-amended"  # the last entry of the log that changed what the parts below show
FORM, NOTE, SAID = ("case-form", "case-note", "case-said")
PARTS = ("head", "acts", "story", "files", "hops", "alerts", "steps", "log")
ONCE = ("parties", "map", "dossier")  # no act changes them but an amendment or a further alert
REFRESH_MS = 15_000
TURNS_A_MINUTE = 60_000 // REFRESH_MS


def register(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the page and its callbacks into `app`."""

    def page(case_id: str = "", lang: object = None, **_: object) -> Component:
        return layout(needs("page.cases"), case_id, catalogues.pick(lang), settings)

    title = catalogues.pick(None)("case.title")
    register_page("dashboard.pages.case", path_template="/case/<case_id>", layout=page, title=title)
    _register_reading(app, desk, catalogues)
    _register_acts(app, desk, catalogues)
    at = ClientsideFunction("desk", "atMoment")
    app.clientside_callback(
        at,
        Output({"type": "case-at", "n": ALL}, "center"),
        Output("case-moment-said", "children"),
        Input("case-moment", "value"),
        State("case-tracks", "data"),
        State({"type": "case-at", "n": ALL}, "id"),
    )
    pick = ClientsideFunction("amend", "pickPlace")
    app.clientside_callback(pick, Output(FORM, "title"), Input("case-chart", "clickData"), prevent_initial_call=True)
    fit = ClientsideFunction("desk", "fitTracks")
    app.clientside_callback(fit, Output("case-chart", "viewport"), Input("case-tracks", "data"))


def _register_reading(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        *(Output(f"case-{name}", "children") for name in PARTS),
        Output(SEEN, "data"),
        Output(AMENDED, "data"),
        Input(OF, "data"),
        Input(AGAIN, "data"),
        Input(EVERY, "n_intervals"),
        State(SEEN, "data"),
    )
    async def show(of: dict[str, Any], _again: Any, turns: int | None, seen: Any) -> list[Any]:
        account, words = needs("page.cases"), catalogues.pick(of["lang"])
        turn = (turns or 0) if ctx.triggered_id == EVERY else None
        return await run_in_threadpool(_parts, desk, account, of["id"], words, seen or {}, turn)

    @app.callback(*(Output(f"case-{name}", "children") for name in ONCE), Input(OF, "data"), Input(AMENDED, "data"))
    async def show_once(of: dict[str, Any], _amended: Any) -> list[Any]:
        account, words = needs("page.cases"), catalogues.pick(of["lang"])
        return await run_in_threadpool(_once, desk, account, of["id"], words)

    @app.callback(
        Output({"type": "case-person", "n": MATCH}, "children"),
        Output({"type": "case-reveal-said", "n": MATCH}, "children"),
        Input({"type": "case-reveal", "n": MATCH}, "n_clicks"),
        State({"type": "case-purpose", "n": MATCH}, "value"),
        State(OF, "data"),
        prevent_initial_call=True,
    )
    async def read_in_full(clicks: int | None, purpose: Any, of: dict[str, Any]) -> list[Any]:
        asked = ctx.triggered_id
        if not clicks or not asked:
            raise PreventUpdate
        words = catalogues.pick(of["lang"])
        person, said = await run_in_threadpool(reveal, desk, of["id"], int(asked["n"]), purpose, words)
        return [no_update if person is None else person, said]

    del show, show_once, read_in_full


def _register_acts(app: Dash, desk: Desk, catalogues: Catalogues) -> None:
    @app.callback(
        Output(FORM, "children"),
        Output(FORM_OF, "data"),
        Output(NOTE, "children"),
        Input({"type": "case-act", "act": ALL}, "n_clicks"),
        State(OF, "data"),
        prevent_initial_call=True,
    )
    async def ask(clicks: list[Any], of: dict[str, Any]) -> list[Any]:
        asked = ctx.triggered_id
        if not asked or not any(clicks):
            raise PreventUpdate
        account, words, act = needs("page.cases"), catalogues.pick(of["lang"]), str(asked["act"])
        children, version = await run_in_threadpool(open_form, desk, account, of["id"], act, words)
        return [children, {"act": act, "version": version}, None]

    @app.callback(
        Output(FORM, "children", allow_duplicate=True),
        Output(SAID, "children"),
        Output(NOTE, "children", allow_duplicate=True),
        Output(FORM_OF, "data", allow_duplicate=True),
        Output(AGAIN, "data"),
        Input("case-send", "n_clicks"),
        State({"type": "case-field", "name": ALL}, "value"),
        State({"type": "case-field", "name": ALL}, "id"),
        State({"type": "case-list", "name": ALL}, "value"),
        State({"type": "case-list", "name": ALL}, "id"),
        State(FORM_OF, "data"),
        State(OF, "data"),
        running=[(Output("case-send", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def send(
        clicks: int | None,
        values: list[Any],
        ids: list[Any],
        lists: list[Any],
        list_ids: list[Any],
        form: Any,
        of: dict[str, Any],
    ) -> list[Any]:
        if not clicks or not form:
            raise PreventUpdate
        fields = zip([*ids, *list_ids], [*values, *lists], strict=True)
        typed = {str(field["name"]): value for field, value in fields}
        what = (of["id"], str(form["act"]), int(form["version"]), typed, catalogues.pick(of["lang"]))
        sent = await run_in_threadpool(send_form, desk, needs("page.cases"), *what)
        if sent.done:
            return [None, no_update, sent.said, None, clicks]
        return [no_update, sent.said, no_update, {**form, "version": sent.version}, clicks]

    @app.callback(
        Output(FORM, "children", allow_duplicate=True),
        Input("case-cancel", "n_clicks"),
        prevent_initial_call=True,
    )
    async def cancel(clicks: int | None) -> Any:
        return None if clicks else no_update

    @app.callback(
        Output(NOTE, "children", allow_duplicate=True),
        Output(AGAIN, "data", allow_duplicate=True),
        Input({"type": "case-hop", "hop": ALL}, "n_clicks"),
        State(OF, "data"),
        prevent_initial_call=True,
    )
    async def confirm(clicks: list[Any], of: dict[str, Any]) -> list[Any]:
        asked = ctx.triggered_id
        if not asked or not any(clicks):
            raise PreventUpdate
        words = catalogues.pick(of["lang"])
        said = await run_in_threadpool(_confirm, desk, needs("page.cases"), of["id"], str(asked["hop"]), words)
        return [said, str(asked["hop"])]

    del ask, send, cancel, confirm


def _parts(desk: Desk, account: Account, case_id: str, words: Words, seen: Any, turn: int | None) -> list[Any]:
    """All parts that acts change; each minute those whose words go with the clock, and else nothing.

    Args:
        desk: reads and commands.
        account: who reads.
        case_id: as asked.
        words: the language.
        seen: the version that the page shows.
        turn: of the page's timer; None: something else asks.

    Raises: PreventUpdate: the page has them.
    """
    try:
        if seen and turn is not None and turn % TURNS_A_MINUTE:
            with desk.reads.as_account(account.account_id) as conn:
                if version_of(conn, case_id) == seen.get("version"):
                    raise PreventUpdate
        now = look(desk, account, case_id, words)
    except MaritimeGridError as error:
        return [missing(error, words), *[None] * (len(PARTS) - 1), None, no_update]
    parts: dict[str, Any] = changing_parts(now, desk)
    if turn is not None and now.version == seen.get("version"):
        parts["files"] = no_update  # pictures that are there stay there
    amended = max((row.seq for row in now.opened.case.log if row.what in {Act.AMEND, Act.LINK_ALERT}), default=0)
    changed = bool(seen) and seen.get("amended") != amended
    data = {"version": now.version, "amended": amended}
    return [*(parts[name] for name in PARTS), data, amended if changed else no_update]


def _once(desk: Desk, account: Account, case_id: str, words: Words) -> list[Any]:
    try:
        seen = look(desk, account, case_id, words)
    except MaritimeGridError:
        return [None] * len(ONCE)  # the head says it
    return [party_part(seen), map_part(desk, account, case_id, words), dossier_form(seen.opened, words)]


def _confirm(desk: Desk, account: Account, case_id: str, hop: str, words: Words) -> Component:
    try:
        receive(desk, account, case_id, hop)
    except MaritimeGridError as error:
        return fault(error, words)
    return say(words("case.hop.done"), "good")


def layout(account: Account, case_id: str, words: Words, settings: DashboardSettings) -> Component:
    """The page without its parts, which come with the first call of `show`."""
    here = address(words, f"/case/{case_id}")

    def part(name: str, kind: str = "panel") -> Component:
        return html.Section(id=f"case-{name}", className=f"{kind} case-{name}")

    left = html.Div([part("story"), part("map"), part("parties"), part("files")], className="case-left")
    right = html.Div(
        [part("hops"), part("alerts"), part("steps"), part("log"), part("dossier")], className="case-right"
    )
    doing = [html.Div(id=NOTE), part("acts", "plain"), html.Div(id=FORM)]
    children = [
        html.A(words("case.back"), href=address(words, "/cases"), className="back"),
        html.Section(html.P(words("page.loading"), className="soft"), id="case-head", className="panel case-head-box"),
        html.Div(doing, className="case-doing"),
        html.Div([left, right], className="case-body"),
        dcc.Store(id=OF, data={"id": case_id[:80], "lang": words.lang}),
        *(dcc.Store(id=name) for name in (SEEN, FORM_OF, AGAIN, AMENDED)),
        dcc.Interval(id=EVERY, interval=REFRESH_MS),
    ]
    return page_of(words, account, "cases", children, demo=settings.demo, here=here, every=EVERY)
