"""A vessel's card: what is known of it, as a list of label and value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from dashboard.words import Words
from maritime_grid.store.rows import VesselCard

from .status import ms

DASH = "—"


def card_rows(
    card: VesselCard, words: Words, grids: Mapping[int, str], ports: Mapping[str, str], now: datetime
) -> list[tuple[str, str]]:
    """Label and value of each line, in the language of `words`. `now` is aware UTC; unknown values are a dash."""
    return [
        (words("card.mmsi"), f"{card.mmsi:09d}"),
        (words("card.home_port"), ports.get(card.home_port or "", card.home_port or DASH)),
        (words("card.grid"), place_text(card, words, grids)),
        (words("card.speed"), DASH if card.sog is None else words("unit.kn", n=f"{card.sog:.1f}")),
        (words("card.course"), DASH if card.cog is None else f"{card.cog:03.0f}°"),
        (words("card.age"), DASH if card.t is None else age_text((now - card.t).total_seconds(), words)),
        (words("card.source"), source_text(card, words)),
    ]


def place_text(card: VesselCard, words: Words, grids: Mapping[int, str]) -> str:
    """The grid's name; outside all grids only where the vessel's position is known. MG.placeName says the same."""
    if card.grid == 0:
        return words("place.unknown" if card.lon is None else "place.none")
    return grids.get(card.grid) or words("place.code", code=card.grid)


def source_text(card: VesselCard, words: Words) -> str:
    """Feed and, for AIS, the transmitter's class."""
    if card.source is None:
        return DASH
    return f"{card.source} · {words('card.class', n=card.transmitter)}" if card.transmitter else card.source


def age_text(seconds: float, words: Words) -> str:
    """`45 s`, `12 min`, `3 h 05 min`, `2 d`; the browser's MG.age says the same."""
    s = max(0, int(seconds))
    if s < 60:
        return words("age.s", s=s)
    if s < 3_600:
        return words("age.m", m=s // 60)
    if s < 172_800:
        return words("age.h", h=s // 3_600, m=f"{s % 3_600 // 60:02d}")
    return words("age.d", d=s // 86_400)


def card_children(
    card: VesselCard, words: Words, grids: Mapping[int, str], ports: Mapping[str, str], now: datetime
) -> list[Component]:
    """The card's components; values go in as text, never as markup."""
    rows = card_rows(card, words, grids, ports, now)
    name = card.name or card.ship_name or words("card.nameless")
    parts = [part for label, value in rows for part in (html.Dt(label), _value(card, label, value, words))]
    return [html.Div([html.H2(name), _close(words)], className="card-head"), html.Dl(parts)]


def _value(card: VesselCard, label: str, value: str, words: Words) -> Component:
    """The age also says since when, so that the browser can count it on."""
    if card.t is None or label != words("card.age"):
        return html.Dd(value)
    return html.Dd(value, **{"data-since": str(ms(card.t))})  # pyright: ignore[reportArgumentType]  (data-* are open)


def missing_children(mmsi: int, words: Words) -> list[Component]:
    """The card of a vessel that the store does not know or cannot tell of now."""
    text = words("card.unknown", mmsi=f"{mmsi:09d}")
    return [html.Div([html.H2(text), _close(words)], className="card-head")]


def _close(words: Words) -> Component:
    return html.Button("×", className="card-close", title=words("card.close"), type="button")
