"""The page of cases: my list by priority and deadline, the board by step, filters that stand in the address."""

from __future__ import annotations

from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, ctx, dcc, html, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from fastapi.concurrency import run_in_threadpool

from dashboard.auth import Account, needs
from dashboard.case_lists import Shown, grid_names, pulse_of, show
from dashboard.case_query import DAYS, PRIORITIES, SHOWS, SORTS, STEPS, VIEWS, ListQuery, read_query
from dashboard.desk import Desk
from dashboard.options import DashboardSettings
from dashboard.views.picking import dropdown
from dashboard.words import Catalogues, Words
from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.text import QUERY_LIMIT
from maritime_grid.store.case_lateness import BY

from .shell import address, page_of

Q, KIND, STEP, GRID, SHOW, VIEW = ("cases-q", "cases-kind", "cases-step", "cases-grid", "cases-show", "cases-view")
LIST, SEEN, ADDRESS, EVERY, LANG = ("cases-list", "cases-seen", "cases-address", "cases-every", "cases-lang")
LATE_BY, LATE_DAYS, SHOW_BAR, LATE_BAR = ("cases-by", "cases-days", "cases-show-bar", "cases-late-bar")
PRIORITY, SORT, ORDER_BAR = ("cases-priority", "cases-sort", "cases-order-bar")
FIELDS = {
    "q": Q, "kind": KIND, "step": STEP, "grid": GRID, "show": SHOW, "view": VIEW, "by": LATE_BY, "days": LATE_DAYS,
    "priority": PRIORITY, "sort": SORT,
}  # fmt: skip
REFRESH_MS = 15_000
TURNS_A_MINUTE = 60_000 // REFRESH_MS


def register(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the page and its callbacks into `app`."""

    def page(lang: object = None, **asked: object) -> Component:
        return layout(needs("page.cases"), read_query(asked), catalogues.pick(lang), settings)

    register_page(
        "dashboard.pages.cases", path="/cases", layout=page, title=catalogues.pick(None)("cases.title"), order=1
    )

    @app.callback(
        output=[
            Output(LIST, "children"),
            Output(SHOW, "options"),
            Output(SEEN, "data"),
            Output(ADDRESS, "data"),
            Output(SHOW_BAR, "hidden"),
            Output(LATE_BAR, "hidden"),
            Output(ORDER_BAR, "hidden"),
        ],
        inputs={
            "asked": {name: Input(field, "value") for name, field in FIELDS.items()},
            "clicks": Input({"type": "cases-page", "page": ALL}, "n_clicks"),
            "turns": Input(EVERY, "n_intervals"),
            "seen": State(SEEN, "data"),
            "lang": State(LANG, "data"),
        },
    )
    async def refresh(asked: dict[str, Any], clicks: list[Any], turns: int, seen: Any, lang: Any) -> list[Any]:
        account, words = needs("page.cases"), catalogues.pick(lang)
        query = read_query({**asked, "page": _page(seen, clicks)})
        if ctx.triggered_id == EVERY and turns % TURNS_A_MINUTE:
            await _unchanged(desk, account, seen)
        found = await run_in_threadpool(show, desk, account, query, words)
        where = address(words, "/cases", **query.parts())
        hidden = [query.is_late, not query.is_late, not query.has_order]
        return [found.children, _scopes(found, words), _seen(found, query), where, *hidden]

    @app.callback(Output(GRID, "options"), Input(LANG, "data"))
    async def name_grids(lang: Any) -> list[Any]:
        words = catalogues.pick(lang)
        names = await run_in_threadpool(grid_names, desk, needs("page.cases"), words)
        return _options(names, words)

    keep = ClientsideFunction("desk", "keepAddress")
    app.clientside_callback(keep, Output(ADDRESS, "modified_timestamp"), Input(ADDRESS, "data"))
    del refresh, name_grids


async def _unchanged(desk: Desk, account: Account, seen: Any) -> None:
    """Raises: PreventUpdate: the page shows what is there."""
    if await run_in_threadpool(pulse_of, desk, account) == (seen or {}).get("pulse"):
        raise PreventUpdate


def _page(seen: Any, clicks: Any) -> object:
    """Which page is asked for: that of a button that was pressed, the same on a refresh, else the first."""
    asked = ctx.triggered_id
    if isinstance(asked, dict):
        return asked.get("page") if any(clicks or ()) else (seen or {}).get("page")
    return (seen or {}).get("page") if asked in {EVERY, None} else 1


def _seen(found: Shown, query: ListQuery) -> dict[str, Any]:
    return {"pulse": found.pulse, "page": query.page}


def layout(account: Account, query: ListQuery, words: Words, settings: DashboardSettings) -> Component:
    """The page without its list, which comes with the first call of `refresh`."""
    found = Shown([html.Div(words("page.loading"), className="panel empty")], {}, "")
    here = address(words, "/cases", **query.parts())
    children = [
        html.Div([html.H1(words("cases.title")), _filed(account, words)], className="row spread"),
        _scope_bar(found, query, words),
        _filters(query, words),
        html.Div(found.children, id=LIST, className="cases-list"),
        dcc.Store(id=SEEN, data=_seen(found, query)),
        dcc.Store(id=ADDRESS),
        dcc.Store(id=LANG, data=words.lang),
        dcc.Interval(id=EVERY, interval=REFRESH_MS),
    ]
    return page_of(words, account, "cases", children, demo=settings.demo, here=here, every=EVERY)


def _filed(account: Account, words: Words) -> Component | None:
    if not (account.may("case.file") and account.may("page.report")):
        return None
    return html.A(words("cases.file"), href=address(words, "/report"), className="button primary")


def _scope_bar(found: Shown, query: ListQuery, words: Words) -> Component:
    views = [{"label": words(f"cases.view.{name}"), "value": name} for name in VIEWS]
    scopes = dcc.RadioItems(_scopes(found, words), query.show, id=SHOW, className="segments", inline=True)
    by = [{"label": words(f"cases.late.by.{name}"), "value": name} for name in BY]
    days = [{"label": words("cases.late.days", n=n), "value": n} for n in DAYS]
    late = [
        dcc.RadioItems(by, query.by, id=LATE_BY, className="segments thirds", inline=True),
        dcc.RadioItems(days, query.days, id=LATE_DAYS, className="segments thirds", inline=True),
    ]
    return html.Div(
        [
            html.Div(scopes, id=SHOW_BAR, hidden=query.is_late),
            html.Div(late, id=LATE_BAR, hidden=not query.is_late, className="row"),
            dcc.RadioItems(views, query.view, id=VIEW, className="segments thirds", inline=True),
        ],
        className="row spread",
    )


def _scopes(found: Shown, words: Words) -> list[Any]:
    def label(name: str) -> Any:
        n = found.counts.get(name)
        if n is None:
            return words(f"cases.show.{name}")
        return html.Span([words(f"cases.show.{name}"), html.B(str(n), className=f"n {name}" if n else "n")])

    return [{"label": label(name), "value": name} for name in SHOWS]


def _options(named: dict[str, str], words: Words) -> list[Any]:
    any_of = [{"label": words("cases.any"), "value": ""}]
    return any_of + [{"label": label, "value": code} for code, label in named.items()]


def _filters(query: ListQuery, words: Words) -> Component:
    def choice(name: str, id: str, value: str, options: dict[str, str]) -> Component:  # noqa: A002
        picked = dropdown(words, _options(options, words), value, id=id, clearable=False, searchable=name == "grid")
        return html.Div([html.Label(words(f"cases.filter.{name}"), htmlFor=id), picked], className="field")

    search = dcc.Input(
        query.q, type="search", id=Q, debounce=0.4, maxLength=QUERY_LIMIT, placeholder=words("cases.filter.q_hint")
    )
    kinds = {str(kind): words(f"case.kind.{kind}") for kind in Kind}
    steps = {str(step): words(f"case.step.{step}") for step in STEPS}
    ranks = {name: words(f"cases.priority.{name}") for name in PRIORITIES}
    sorts = [{"label": words(f"cases.sort.{name}"), "value": name} for name in SORTS]
    order = [
        choice("priority", PRIORITY, query.priority, ranks),
        html.Div(
            [
                html.Label(words("cases.filter.sort"), htmlFor=SORT),
                dropdown(words, sorts, query.sort, id=SORT, clearable=False, searchable=False),
            ],
            className="field",
        ),
    ]
    return html.Div(
        [
            html.Div([html.Label(words("cases.filter.q"), htmlFor=Q), search], className="field wide"),
            choice("kind", KIND, query.kind, kinds),
            choice("step", STEP, query.step, steps),
            choice("grid", GRID, query.grid, {query.grid: query.grid} if query.grid else {}),
            html.Div(order, id=ORDER_BAR, hidden=not query.has_order, className="order"),
        ],
        className="filters panel",
    )
