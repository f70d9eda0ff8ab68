"""Sea that changes hands between grids: who gives how much to whom, as a list and in colours on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.words import Words
from maritime_grid.domain.grid_drawing import Trade

from .grid_map import moved_style, pieces

HECTARE_M2 = 10_000.0


def trade_list(trades: Sequence[Trade], names: Mapping[str, str], words: Words) -> Component:
    """Who gives how much sea to whom, in the colours of the map."""
    order, sums = receivers(trades), dict[tuple[str, str], float]()
    for trade in trades:
        sums[trade.was, trade.becomes] = sums.get((trade.was, trade.becomes), 0.0) + trade.area_m2
    lines = [
        html.Li(
            [
                html.I(className="key", style={"background": moved_style(order.index(becomes))["color"]}),
                html.Span(trade_text(was, becomes, names, words)),
                html.Strong(area_text(area_m2, words)),
            ]
        )
        for (was, becomes), area_m2 in sums.items()
    ]
    return html.Ul(lines, className="grid-trades")


def trade_layers(trades: Sequence[Trade], names: Mapping[str, str], words: Words) -> list[Component]:
    """Sea that changes hands, in a colour for each who gets any."""
    layers: list[Component] = []
    for n, becomes in enumerate(receivers(trades)):
        parts = [
            (f"{trade_text(t.was, t.becomes, names, words)} {area_text(t.area_m2, words)}", t.area)
            for t in trades
            if t.becomes == becomes
        ]
        layers += pieces(parts, moved_style(n))
    return layers


def receivers(trades: Sequence[Trade]) -> list[str]:
    """Who gets sea, the largest gain first."""
    return list(dict.fromkeys(trade.becomes for trade in trades))


def trade_text(was: str, becomes: str, names: Mapping[str, str], words: Words) -> str:
    if not was:
        return words("grids.trade.new", to=names.get(becomes, becomes))
    return words("grids.trade", giver=names.get(was, was), to=names.get(becomes, becomes))


def area_text(area_m2: float, words: Words) -> str:
    """Square kilometres, below a hectare square metres."""
    if area_m2 >= HECTARE_M2:
        return words("grids.km2", n=f"{area_m2 / 1e6:,.2f}")
    return words("grids.m2", n=f"{area_m2:,.0f}")
