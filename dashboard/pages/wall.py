"""The wall at `/`: map, alerts, tiles, events; read from four metres, never touched.

The browser fills it from `/api/v1/wall/...` (assets/). A vessel's card is the one thing made by a callback.
"""

from __future__ import annotations

import json
import logging
from typing import Any

import dash_leaflet as dl
from dash import Dash, Input, Output, State, dcc, html, register_page
from dash.development.base_component import Component
from fastapi.concurrency import run_in_threadpool

from dashboard.known import utc
from dashboard.options import AHEAD_S, VIEW_S, DashboardSettings
from dashboard.snapshot import Snapshot
from dashboard.source import WallReads
from dashboard.views.card import card_children, missing_children
from dashboard.views.geo import place_names
from dashboard.views.symbols import STATE_KEYS
from dashboard.words import Catalogues, Words

log = logging.getLogger(__name__)

MAP, EVENT, CARD, LANG = "map", "map-event", "card", "lang"
CENTRE, ZOOM = [30.28, 123.0], 8.5  # before the grids are there; then the map fits them
LIMITS = [[22, 114], [38, 132]]
OURS = frozenset({
    "age", "alert", "banner", "card", "clock", "device", "event", "events", "feed", "feeds", "kind", "map", "mark",
    "place", "rule", "severity", "state", "tile", "title", "unit", "weekday",
})  # fmt: skip
SEVERITY_KEYS = ("emergency", "alarm", "warning", "notice")


def register(
    app: Dash, reads: WallReads, snapshot: Snapshot, catalogues: Catalogues, settings: DashboardSettings
) -> None:
    """Put the page and its callback into `app`."""

    def page(lang: object = None, **_: object) -> Component:
        return layout(catalogues.pick(lang), settings)

    register_page("dashboard.pages.wall", path="/", layout=page, title=catalogues.pick(None)("title"))

    @app.callback(Output(CARD, "children"), Input(EVENT, "data"), State(LANG, "data"), prevent_initial_call=True)
    async def show_card(event: dict[str, Any] | None, lang: object) -> list[Component] | None:
        mmsi = (event or {}).get("mmsi")
        if not isinstance(mmsi, int):
            return None
        return await run_in_threadpool(vessel_card, mmsi, catalogues.pick(lang), reads, snapshot)

    del show_card


def vessel_card(mmsi: int, words: Words, reads: WallReads, snapshot: Snapshot) -> list[Component]:
    """The card of one vessel, or one line that it is not known."""
    try:
        card = reads.vessel_card(mmsi)
    except Exception as error:  # the store is away: the wall's banner says so, the card says that it has nothing
        log.warning("no card of %09d: %s", mmsi, error)
        card = None
    if card is None:
        return missing_children(mmsi, words)
    tongue = "zh" if words.is_chinese else "en"
    grids = {p.code: place_names(p)[tongue] for p in snapshot.known.places}
    ports = {p.port_id: p.name_zh if words.is_chinese else p.name_en for p in snapshot.known.ports}
    return card_children(card, words, grids, ports, utc(snapshot.frame.mark.made_at))


def layout(words: Words, settings: DashboardSettings) -> Component:
    """The whole wall, empty; `data-words` and `data-options` carry what the browser needs."""
    options = {
        "poll_s": settings.refresh_s,
        "stale_s": settings.stale_s,
        "dead_s": settings.dead_s,
        "ahead_s": AHEAD_S,
        "page_s": settings.tile_page_s,
        "card_s": settings.card_s,
        "view_s": VIEW_S,
    }
    data = {
        "data-lang": words.lang,
        "data-words": json.dumps({k: v for k, v in words.table.items() if is_ours(k)}, ensure_ascii=False),
        "data-options": json.dumps(options),
    }
    parts = [_top(words), _banners(), html.Main([_map_box(words), _side(words)]), html.Footer(id="tiles")]
    stores = [dcc.Store(id=EVENT), dcc.Store(id=LANG, data=words.lang)]
    return html.Div([*parts, *stores], id="wall", className="wall", **data)  # pyright: ignore[reportArgumentType]


def is_ours(key: str) -> bool:
    """Whether the wall's scripts may ask for a word: those of the pages of people are many."""
    return key.partition(".")[0] in OURS or key in {"alerts.none", "alerts.page"}


def _top(words: Words) -> Component:
    brand = html.Div(
        [
            html.H1(words("title")),
            html.Div(
                [
                    html.Span(words("mark.demo"), id="mark-demo", className="mark demo", hidden=True),
                    html.Span(words("mark.sample"), id="mark-sample", className="mark", hidden=True),
                    html.Span(words("mark.sound"), id="mark-sound", className="mark demo", hidden=True),
                ]
            ),
        ],
        className="brand",
    )
    age = html.Div([html.Span(words("age.label"), className="label"), html.Strong(id="age-value")], id="age")
    feeds = html.Div(id="feeds", **{"aria-label": words("feeds.label")})  # pyright: ignore[reportArgumentType]
    clock = html.Div([html.Strong(id="clock-time"), html.Span(id="clock-date")], id="clock")
    return html.Header([brand, age, feeds, clock])


def _banners() -> Component:
    def banner(name: str) -> Component:
        parts = [html.Strong(id=f"{name}-title"), html.Span(id=f"{name}-sub")]
        return html.Div(parts, id=name, className="banner", hidden=True, role="alert")

    return html.Div(
        [banner("banner-dead"), banner("banner-sos"), banner("banner-late"), banner("banner-feed")], id="banners"
    )


def _map_box(words: Words) -> Component:
    leaflet = dl.Map(
        id=MAP,
        center=CENTRE,  # pyright: ignore[reportArgumentType]  (a pair is documented; the stub knows one form)
        zoom=ZOOM,
        trackViewport=False,  # else the component sets a view of a moment ago again, over the script's
        zoomSnap=0.25,
        zoomDelta=0.5,
        wheelPxPerZoomLevel=120,
        minZoom=6,
        maxZoom=16,
        maxBounds=LIMITS,  # pyright: ignore[reportArgumentType]  (likewise)
        preferCanvas=True,
        attributionControl=False,
        zoomControl=False,
        children=[dl.ScaleControl(imperial=False, maxWidth=220, position="bottomright")],
    )
    legend = html.Ul(
        [
            html.Li([html.I(className="symbol"), html.Span(words(f"state.{key}")), html.B(id=f"n-{key}")])
            for key in STATE_KEYS
        ],
        id="legend",
    )
    inset = html.Div([html.Div(id="inset-map"), html.Span(id="inset-name")], id="inset", hidden=True)
    samples = html.Span(words("map.sample"), id="note-sample", hidden=True)
    note = html.Div([html.Span(words("map.attribution")), samples], id="attribution")
    return html.Section([leaflet, legend, inset, note, html.Div(id=CARD)], id="map-box")


def _side(words: Words) -> Component:
    counts = [
        html.Div([html.Strong("0", id=f"count-{key}"), html.Span(words(f"severity.{key}"))], className=f"count {key}")
        for key in SEVERITY_KEYS
    ]
    alerts = html.Section(
        [html.Div(counts, id="counts"), html.Ol(id="alert-list"), html.Div(id="alert-more")], id="alerts"
    )
    events = html.Section([html.H2(words("events.title")), html.Ol(id="event-list")], id="events")
    return html.Aside([alerts, events])
