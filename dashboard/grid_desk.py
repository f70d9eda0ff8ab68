"""What the page of grids does: reads as the account that asks, commands on changes, files that were sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dash import html
from dash.development.base_component import Component

from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.domain.grid_change import ChangeAct, ChangeError
from maritime_grid.store.grid_changes import GridChanges, list_changes
from maritime_grid.store.grid_reads import (
    GridVersion,
    case_titles,
    grids_at,
    in_office,
    ports_of,
    versions_of,
    vessel_names,
    vessel_spots,
)
from maritime_grid.store.jsonrows import clean_text

from .alert_desk import Said
from .auth import Account
from .desk import Desk
from .faults import fault, small_print
from .grid_files import PROPERTIES, read_moment
from .grid_query import GridQuery
from .pages.shell import say
from .views.grid_change import Moves, change_detail, change_list
from .views.grid_now import diff_layers, name_of, now_view
from .views.grid_propose import propose_view
from .views.times import BEIJING
from .words import Words

MOST_SPOTS = 500  # vessels on the map of a change


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal, which the command judges."""

    features: Sequence[Mapping[str, Any]]
    ended: Sequence[str]
    valid_from: datetime


def commands(desk: Desk) -> GridChanges:
    """Raises: UsageError: this desk has none."""
    if desk.grids is None:
        raise UsageError("changes of grids are not served here", "start the dashboard with a store")
    return desk.grids


def body_of(desk: Desk, account: Account, query: GridQuery, words: Words) -> list[Component]:
    """The page below its head."""
    try:
        return _body_of(desk, account, query, words)
    except MaritimeGridError as error:
        return [fault(error, words)]


def _body_of(desk: Desk, account: Account, query: GridQuery, words: Words) -> list[Component]:
    now = desk.now()
    if query.view == "changes":
        return _changes(desk, account, query, words)
    if query.view == "propose" and account.may("grids.propose"):
        day = (now.astimezone(BEIJING) + timedelta(days=1)).date()
        with desk.reads.as_account(account.account_id) as conn:
            return propose_view(grids_at(conn, read_moment(day)), ports_of(conn), day, words)
    with desk.reads.as_account(account.account_id) as conn:
        grids = grids_at(conn, now)
        history = versions_of(conn, [query.grid]) if query.grid else []
    return now_view(grids, history, query.grid, now, words)


def _changes(desk: Desk, account: Account, query: GridQuery, words: Words) -> list[Component]:
    now = desk.now()
    with desk.reads.as_account(account.account_id) as conn:
        changes = list_changes(conn)
        chosen = next((c for c in changes if c["change_id"] == query.change), None)
        if chosen is None:
            right: Component = html.Section(
                [html.P(words("grids.changes.choose"), className="empty")], className="panel grid-detail"
            )
        else:
            right = change_detail(chosen, moves(conn, chosen, words), account, now, words)
    return [html.Div([change_list(changes, query, now, words), right], className="grid-split of-changes")]


def before(conn: Any, change: Mapping[str, Any]) -> list[GridVersion]:
    """The grids that a change touches, as they are without it."""
    named = {*change["impact"]["grids_changed"], *change["impact"]["grids_ended"]}
    moment = change["valid_from"] - timedelta(microseconds=1)
    return [
        v
        for v in versions_of(conn, sorted(named))
        if (v.valid_from is None or v.valid_from <= moment) and (v.valid_to is None or v.valid_to > moment)
    ]


def moves(conn: Any, change: Mapping[str, Any], words: Words) -> Moves:
    """What changes hands, with names where there are any; of cases only those that the account may read."""
    impact, there = change["impact"], before(conn, change)
    grids: dict[str, str] = {
        str(f["properties"]["grid_id"]): str(f["properties"].get("name_zh", "")) for f in change["features"]
    }
    grids |= {grid.grid_id: name_of(grid, words) for grid in there}
    mmsi = [mmsi for mmsi, _, _ in impact["vessels"]]
    named, titles = vessel_names(conn, mmsi), case_titles(conn, [code for code, _, _ in impact["cases"]])
    ports = ports_of(conn)
    called = {p.port_id: p.name_zh if words.is_chinese else p.name_en or p.name_zh for p in ports}
    found: list[tuple[str, str, str, str, str]]
    found = [("port", code, called.get(code, ""), was, then) for code, was, then in impact["ports"]]
    ending = in_office(conn, impact["grids_ended"])
    found += [("post", words(f"people.post.{post}"), name, grid, "") for name, post, grid in ending]
    found += [("case", code, titles[code], was, then) for code, was, then in impact["cases"] if code in titles]
    found += [("vessel", f"{m:09d}", named.get(m, ""), was, then) for m, was, then in impact["vessels"]]
    lines = [
        (words(f"grids.moved.{what}"), code, name, grids.get(was, was), grids.get(then, then))
        for what, code, name, was, then in found
    ]
    spots = [(named.get(m, "") or f"{m:09d}", lon, lat) for m, lon, lat in vessel_spots(conn, mmsi[:MOST_SPOTS])]
    return Moves(lines, there, grids, ports, spots)


def change_with_moves(desk: Desk, account: Account, change_id: int, words: Words) -> Moves | None:
    """None: there is no such change, or none for this account."""
    with desk.reads.as_account(account.account_id) as conn:
        found = list_changes(conn, change_id)
        return moves(conn, found[0], words) if found else None


def in_force(desk: Desk, account: Account) -> dict[str, Any]:
    """The grids in force as a file that, with lines moved, can be proposed."""
    with desk.reads.as_account(account.account_id) as conn:
        grids = grids_at(conn, desk.now())
    features = [
        {"type": "Feature", "properties": {n: getattr(g, n) for n in PROPERTIES}, "geometry": g.geometry} for g in grids
    ]
    return {"type": "FeatureCollection", "features": features}


def diff(
    desk: Desk, account: Account, grid: str, old: object, new: object, words: Words
) -> tuple[list[Component], str]:
    """Layers of two versions of a grid, and what is said of them; nothing where the store is away."""
    try:
        with desk.reads.as_account(account.account_id) as conn:
            return diff_layers(versions_of(conn, [grid]), old, new, words)
    except MaritimeGridError:
        return [], ""


def act(desk: Desk, account: Account, query: GridQuery, what: object, note: object, words: Words) -> Said:
    """Do it, and say what came of it; the page is read again where it worked, and where others were faster."""
    try:
        if query.change is None or what not in tuple(ChangeAct):
            raise UsageError("there is no such act", "press one of the buttons")
        state = commands(desk).act(
            query.change, ChangeAct(str(what)), account.account_id, clean_text(str(note or ""))[:500], desk.now()
        )
    except ChangeError as error:
        return Said(say(words("grids.fault.moved"), "bad", more=small_print(error, words)))
    except MaritimeGridError as error:
        return Said(fault(error, words), done=False)
    return Said(say(words("grids.said.state", n=query.change, state=words(f"grids.state.{state}")), "good"))


def propose(desk: Desk, account: Account, draft: Draft, reason: object) -> int:
    """Number of the change. Raises: what `GridChanges.propose` raises."""
    said = clean_text(str(reason or ""))[:500]
    by, now = account.account_id, desk.now()
    return commands(desk).propose(draft.features, draft.ended, draft.valid_from, said, by, now)
