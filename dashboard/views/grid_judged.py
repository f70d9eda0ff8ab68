"""What a drawing of grids would do, before it is sent: three checks with their problems, in words and on the map."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from dashboard.pages.shell import say
from dashboard.words import Words
from maritime_grid.domain.grid_drawing import Trade
from maritime_grid.store.grid_judging import Judged

from .grid_change import impact_text
from .grid_map import GAP, OVERLAP, pieces
from .grid_trades import area_text, trade_list

SHOWN = 50  # problems
CHECKS = ("overlap", "gap", "port")
REASONS = {
    "gap": re.compile(r"(?P<km2>[\d,.]+) km2 that it held would be in no grid"),
    "overlap": re.compile(r"it overlaps (?P<other>\S+) of .* by (?P<m2>[\d,]+) m2"),
    "port_outside": re.compile(r"its port (?P<port>.+) lies outside"),
    "port_unknown": re.compile(r"its port (?P<port>.+) is not known"),
    "port_none": re.compile(r"it leans on no port"),
    "crossing": re.compile(r"(ring )?self-intersection"),
    "open_ring": re.compile(r"a ring is not closed"),
}


def judged_view(judged: Judged, trades: Sequence[Trade], names: Mapping[str, str], words: Words) -> Component:
    """The checks, each with its problems, which are shown on the map when pressed; then what it would do."""
    told = [(_check_of(p.reason), n, p) for n, p in enumerate(judged.problems[:SHOWN])]
    faulty = [(n, p) for check, n, p in told if check not in CHECKS]
    checks = [] if faulty else [_check(c, [(n, p) for check, n, p in told if check == c], names, words) for c in CHECKS]
    lines = [*checks, *(_problem(n, p, names, words) for n, p in faulty)]
    rest = len(judged.problems) - SHOWN
    more = [html.Li(words("grids.judge.more", n=rest))] if rest > 0 else []
    if judged.impact is None:
        head = say(words("grids.judge.problems", n=len(judged.problems)), "bad")
    else:
        impact = {name: getattr(judged.impact, name) for name in judged.impact.__dataclass_fields__}
        head = say(words("grids.judge.sound"), "good", more=impact_text(impact, names, words))
    return html.Div(
        [head, html.Ol([*lines, *more], className="grid-problems"), trade_list(trades, names, words)],
        className="grid-judged",
    )


def marks(judged: Judged, words: Words) -> list[Component]:
    """Overlaps and gaps as areas, and a ring at each problem that has a place."""
    shown = judged.problems[:SHOWN]
    areas: dict[str, list[tuple[str, Any]]] = {"overlap": [], "gap": []}
    for problem in shown:
        if problem.area is not None and (kind := _check_of(problem.reason)) in areas:
            areas[kind].append((words(f"grids.legend.{kind}"), problem.area))
    rings = [
        dl.CircleMarker(
            center=[p.place[1], p.place[0]], radius=10, color="#b3101f", weight=3, fillOpacity=0, interactive=False
        )
        for p in shown
        if p.place
    ]
    return [*pieces(areas["overlap"], OVERLAP), *pieces(areas["gap"], GAP), *rings]


def _check(check: str, found: Sequence[tuple[int, Any]], names: Mapping[str, str], words: Words) -> Component:
    if not found:
        return html.Li([html.I(className="sign"), html.Span(words(f"grids.check.{check}"))], className="sound")
    return html.Li(html.Ol([_problem(n, problem, names, words) for n, problem in found]), className="unsound")


def _problem(n: int, problem: Any, names: Mapping[str, str], words: Words) -> Component:
    said = [
        html.Strong(names.get(problem.feature, "") or problem.feature),
        html.Span(reason_text(problem.reason, names, words)),
        html.Small(_mend(problem, words)),
    ]
    if not problem.place:
        return html.Li(said)
    lon, lat = problem.place
    where = words("grids.judge.where", lon=f"{lon:.5f}", lat=f"{lat:.5f}")
    at = {"type": "grids-place", "n": n, "lon": f"{lon:.6f}", "lat": f"{lat:.6f}"}
    look = html.Button(words("grids.judge.look"), id=at, type="button", className="quiet", title=where)
    return html.Li([*said, look])


def _kind_of(reason: str) -> str:
    return next((kind for kind, pattern in REASONS.items() if pattern.fullmatch(reason)), "")


def _check_of(reason: str) -> str:
    return _kind_of(reason).partition("_")[0]


def reason_text(reason: str, names: Mapping[str, str], words: Words) -> str:
    """A reason in words, where it is one that people meet; else as it was told."""
    kind = _kind_of(reason)
    if not kind:
        return reason
    found = REASONS[kind].fullmatch(reason)
    said = found.groupdict() if found else {}
    values = {name: names.get(value, "") or value for name, value in said.items()}
    if "m2" in said:
        values["area"] = area_text(float(said["m2"].replace(",", "")), words)
    return words(f"grids.problem.{kind}", **values)


def _mend(problem: Any, words: Words) -> str:
    """What to do, in words where there are any."""
    return words.get(f"grids.mend.{_kind_of(problem.reason)}", problem.mend)
