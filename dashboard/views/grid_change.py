"""Changes of grids 网格调整: the list by state, and one of them with its log, its polygons and what it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.grid_query import STATES, GridQuery
from dashboard.pages.shell import address
from dashboard.words import Words
from maritime_grid.domain.grid_change import RIGHTS, TABLE, ChangeAct, ChangeState
from maritime_grid.domain.grid_drawing import trades_of
from maritime_grid.store.grid_reads import GridVersion
from maritime_grid.store.rows import PortRow

from .grid_map import BEFORE, ENDED, THEN, bounds_of, drawn, grid_map, legend, port_marks, vessel_marks
from .grid_trades import trade_layers, trade_list
from .times import DASH, moment

ACTS = tuple(ChangeAct)
NOTE = "grids-note"
SHOWN = 100  # lines of what moves; the file has all
MOVES = ("ports", "cases", "vessels")


@dataclass(frozen=True, slots=True)
class Moves:
    """What would change hands.

    Attributes:
        lines: kind, id, name, grid now, grid then.
        before: the grids that it touches, as they are without it.
        grids: names of grids by id.
        ports: all.
        spots: name, lon, lat (degrees) of vessels now, where they may be seen.
    """

    lines: Sequence[tuple[str, str, str, str, str]]
    before: Sequence[GridVersion]
    grids: Mapping[str, str]
    ports: Sequence[PortRow]
    spots: Sequence[tuple[str, float, float]]


def change_list(changes: Sequence[Mapping[str, Any]], query: GridQuery, now: datetime, words: Words) -> Component:
    """States to choose from with their numbers, and the changes of the chosen one."""
    counts = {state: sum(c["state"] == state for c in changes) for state in STATES}
    chosen = [c for c in changes if query.state in {"", c["state"]}]
    links = [_state_link("", len(changes), query, words), *(_state_link(s, n, query, words) for s, n in counts.items())]
    items = [_item(change, query, now, words) for change in chosen]
    body = html.Ul(items, className="grid-changes") if items else html.P(words("grids.changes.none"), className="empty")
    return html.Section([html.Div(links, className="segments links"), body], className="panel grid-list")


def _state_link(state: str, count: int, query: GridQuery, words: Words) -> Component:
    said = words(f"grids.state.{state}") if state else words("grids.state.all")
    mark = html.Span(str(count), className="n")
    here = " here" if query.state == state else ""
    return dcc.Link([said, mark], href=address(words, "/grids", view="changes", state=state), className=f"part{here}")


def _item(change: Mapping[str, Any], query: GridQuery, now: datetime, words: Words) -> Component:
    number = change["change_id"]
    link = address(words, "/grids", view="changes", state=query.state, change=number)
    parts = [
        html.Div([html.Strong(f"#{number}"), state_pill(change["state"], words)], className="row"),
        html.Span(change["reason"]),
        html.Small(
            words("grids.change.from", at=moment(change["valid_from"], words, now), unit=change["unit_name"] or DASH)
        ),
    ]
    return html.Li(dcc.Link(parts, href=link, className="here" if number == query.change else ""))


def state_pill(state: str, words: Words) -> Component:
    return html.Span(words(f"grids.state.{state}"), className=f"pill change-{state}")


def change_detail(
    change: Mapping[str, Any],
    moves: Moves,
    account: Account,
    now: datetime,
    words: Words,
) -> Component:
    """One change, whole."""
    head = html.Div(
        [html.H2(words("grids.change.title", n=change["change_id"])), state_pill(change["state"], words)],
        className="row",
    )
    asked = words("grids.change.asked", who=change["proposed_by"], at=moment(change["proposed_at"], words, now))
    starts = words("grids.change.from", at=moment(change["valid_from"], words, now), unit=change["unit_name"] or DASH)
    return html.Section(
        [
            head,
            html.P(change["reason"], className="grid-reason"),
            html.Small([asked, html.Br(), starts]),
            html.P(impact_text(change["impact"], moves.grids, words), className="grid-impact"),
            *change_map(change["features"], change["ended"], moves, words),
            _buttons(change, account, words),
            _moved(change["change_id"], moves, words),
            html.H3(words("grids.log")),
            html.Ol([_entry(line, now, words) for line in change["log"]], className="grid-versions"),
        ],
        className="panel grid-detail",
    )


def impact_text(impact: Mapping[str, Any], grids: Mapping[str, str], words: Words) -> str:
    """What it does to grids, and how many of what change hands."""
    parts = [
        words(f"grids.impact.{name}", n=len(ids), ids=words("case.list_join").join(grids.get(i, "") or i for i in ids))
        for name in ("new", "changed", "ended")
        for ids in [impact[f"grids_{name}"]]
        if ids
    ]
    moved = words("grids.impact.moved", **{name: len(impact[name]) for name in MOVES})
    return words("grids.join").join([*parts, moved])


def change_map(
    features: Sequence[Mapping[str, Any]], ended: Sequence[str], moves: Moves, words: Words
) -> list[Component]:
    """Grids before it dashed, as proposed solid, those that end in red; what changes hands in colours, and listed."""
    was = [(v.name_zh, v.geometry) for v in moves.before if v.grid_id not in ended]
    gone = [(v.name_zh, v.geometry) for v in moves.before if v.grid_id in ended]
    then = [(str(f["properties"].get("name_zh", "")), f["geometry"]) for f in features]
    there = {v.grid_id: v.geometry for v in moves.before}
    trades = trades_of(there, {str(f["properties"]["grid_id"]): f["geometry"] for f in features})
    layers = [
        *drawn(then, THEN),
        *drawn(gone, ENDED),
        *drawn(was, BEFORE),
        *trade_layers(trades, moves.grids, words),
        *port_marks(moves.ports, words),
        *vessel_marks(moves.spots),
    ]
    bounds = bounds_of([g for _, g in (*was, *gone, *then)])
    keys = ("old", "new", "moved", *(("ended",) if gone else ()), "port", *(("vessel",) if moves.spots else ()))
    chart = grid_map(layers, bounds, id="grids-change-map")
    return [chart, legend(words, keys), trade_list(trades, moves.grids, words)]


def open_acts(state: str, account: Account, proposed_by: str) -> list[ChangeAct]:
    """What the role may do there; whose county it is, the command checks."""
    own = proposed_by == account.account_id
    return [
        act
        for act in ACTS
        if (ChangeState(state), act) in TABLE
        and account.may(RIGHTS[act])
        and (own if act == ChangeAct.WITHDRAW else True)
        and not (own and act == ChangeAct.APPROVE)
    ]


def _buttons(change: Mapping[str, Any], account: Account, words: Words) -> Component | None:
    acts = open_acts(change["state"], account, change["proposed_by"])
    if not acts:
        return None
    kinds = {ChangeAct.APPROVE: "primary", ChangeAct.FILE: "primary", ChangeAct.REFUSE: "danger"}
    buttons = [
        html.Button(
            words(f"grids.act.{act}"), id={"type": "grids-act", "act": act}, type="button", className=kinds.get(act, "")
        )
        for act in acts
    ]
    note = dcc.Input(id=NOTE, type="text", maxLength=500, placeholder=words("grids.note"))
    return html.Div([html.Div(note, className="field grow"), *buttons], className="row grid-acts")


def _moved(number: int, moves: Moves, words: Words) -> Component | None:
    if not moves.lines:
        return None
    names = ("what", "id", "name", "was", "becomes")
    head = html.Thead(html.Tr([html.Th(words(f"grids.moved.{name}")) for name in names]))
    lines = [
        html.Tr(
            [
                html.Td(text or DASH, **{"data-label": words(f"grids.moved.{name}")})  # pyright: ignore[reportArgumentType]
                for name, text in zip(names, line, strict=True)
            ]
        )
        for line in moves.lines[:SHOWN]
    ]
    rest = len(moves.lines) - SHOWN
    more = html.Small(words("grids.moved.more", n=rest)) if rest > 0 else None
    href = f"/api/v1/grids/changes/{number}/moved.xlsx"
    export = html.A(words("grids.export"), href=address(words, href), className="button quiet")
    top = html.Div([html.H3(words("grids.moved")), export], className="row spread")
    return html.Div([p for p in (top, html.Table([head, html.Tbody(lines)], className="list"), more) if p is not None])


def _entry(line: Mapping[str, Any], now: datetime, words: Words) -> Component:
    at = datetime.fromisoformat(line["at"])
    did = words("grids.log.did", who=line["who"], what=words.get(f"grids.did.{line['what']}", line["what"]))
    return html.Li([html.Small(moment(at, words, now)), html.Span(did), html.Span(line["note"])])
