"""What the page of grids does: reads as the account that asks, commands on changes, files that were sent."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dash import html
from dash.development.base_component import Component

from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.domain.grid_change import ChangeAct, ChangeError
from maritime_grid.store.grid_changes import GridChanges, Judged, list_changes
from maritime_grid.store.grid_reads import GridVersion, case_titles, grids_at, versions_of, vessel_names
from maritime_grid.store.jsonrows import clean, clean_text

from .alert_desk import Said
from .auth import Account
from .desk import Desk
from .faults import fault
from .grid_query import GridQuery
from .pages.shell import say
from .views.grid_change import Moves, change_detail, change_list
from .views.grid_now import diff_layers, now_view
from .views.grid_propose import MOST_BYTES, propose_view
from .views.times import BEIJING
from .words import Words

MOST_GRIDS = 1_000  # of one proposal
PROPERTIES = ("grid_id", "name_zh", "name_en", "county", "kind", "port_ids", "sample")


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal as it was sent, not yet judged."""

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
    with desk.reads.as_account(account.account_id) as conn:
        grids = grids_at(conn, now)
        history = versions_of(conn, [query.grid]) if query.grid and query.view == "now" else []
    if query.view == "propose" and account.may("grids.propose"):
        return propose_view(grids, (now.astimezone(BEIJING) + timedelta(days=1)).date(), words)
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
            right = change_detail(chosen, before(conn, chosen), moves(conn, chosen, words), account, now, words)
    return [html.Div([change_list(changes, query, now, words), right], className="grid-split")]


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
    impact = change["impact"]
    named = vessel_names(conn, [mmsi for mmsi, _, _ in impact["vessels"]])
    titles = case_titles(conn, [code for code, _, _ in impact["cases"]])
    lines = [(words("grids.moved.port"), code, "", was, then) for code, was, then in impact["ports"]]
    lines += [
        (words("grids.moved.case"), code, titles[code], was, then)
        for code, was, then in impact["cases"]
        if code in titles
    ]
    lines += [
        (words("grids.moved.vessel"), f"{mmsi:09d}", named.get(mmsi, ""), was, then)
        for mmsi, was, then in impact["vessels"]
    ]
    return Moves(lines)


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


def diff(desk: Desk, account: Account, grid: str, old: object, new: object, words: Words) -> list[Component]:
    """Layers of two versions of a grid; none where the store is away."""
    try:
        with desk.reads.as_account(account.account_id) as conn:
            return diff_layers(versions_of(conn, [grid]), old, new, words)
    except MaritimeGridError:
        return []


def act(desk: Desk, account: Account, query: GridQuery, what: object, note: object, words: Words) -> Said:
    """Do it, and say what came of it; the page is read again where it worked, and where others were faster."""
    try:
        if query.change is None or what not in tuple(ChangeAct):
            raise UsageError("there is no such act", "press one of the buttons")
        state = commands(desk).act(
            query.change, ChangeAct(str(what)), account.account_id, clean_text(str(note or ""))[:500], desk.now()
        )
    except ChangeError as error:
        return Said(say(words("grids.fault.moved"), "bad", more=str(error)))
    except MaritimeGridError as error:
        return Said(fault(error, words), done=False)
    return Said(say(words("grids.said.state", n=query.change, state=words(f"grids.state.{state}")), "good"))


def read_draft(contents: object, ended: object, day: object) -> Draft:
    """What the form holds.

    Raises: UsageError: the file is too large or no GeoJSON, or the day is none.
    """
    features = read_file(contents) if contents else []
    try:
        first = date.fromisoformat(str(day or ""))
    except ValueError:
        raise UsageError(f"{str(day)[:20]!r} is no day", "give it as 2026-05-20") from None
    named = [str(one)[:40] for one in ended][:MOST_GRIDS] if isinstance(ended, list) else []
    return Draft(features, named, datetime(first.year, first.month, first.day, tzinfo=BEIJING))


def read_file(contents: object) -> list[Mapping[str, Any]]:
    """Features of a file as dcc.Upload gives it.

    Raises: UsageError: it is too large or no GeoJSON FeatureCollection.
    """
    text = contents.partition(",")[2] if isinstance(contents, str) else ""
    if len(text) > MOST_BYTES * 4 // 3 + 4:
        raise UsageError(f"the file is larger than {MOST_BYTES >> 20} MiB", "send only the grids that change")
    try:
        content: Any = clean(json.loads(base64.b64decode(text, validate=True)))
    except (binascii.Error, ValueError, RecursionError):
        raise UsageError("the file is not GeoJSON", "export it as GeoJSON in UTF-8") from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) for f in features):
        raise UsageError("the file holds no FeatureCollection", "export it as GeoJSON with a list `features`")
    if len(features) > MOST_GRIDS:
        raise UsageError(f"the file holds more than {MOST_GRIDS} grids", "send only the grids that change")
    return [_known(feature) for feature in features]


def _known(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we know of a feature; the rest of what other programs write is dropped.

    Raises: UsageError: a property is not what it should be.
    """
    given, geometry = feature.get("properties"), feature.get("geometry")
    if not isinstance(given, dict) or not isinstance(geometry, dict):
        raise UsageError("a grid of the file has no properties or no geometry", "export it as GeoJSON")
    properties: dict[str, Any] = {name: given[name] for name in PROPERTIES if name in given}
    ports = properties.setdefault("port_ids", [])
    texts = [value for name, value in properties.items() if name not in {"port_ids", "sample"}]
    if not isinstance(ports, list) or not all(isinstance(text, str) for text in (*texts, *ports)):
        raise UsageError(
            f"a property of grid {str(given.get('grid_id'))[:40]} is no text", "give texts, and port_ids as a list"
        )
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {name: geometry.get(name) for name in ("type", "coordinates")},
    }


def judge(desk: Desk, draft: Draft) -> Judged:
    """Raises: UsageError: a feature is none. StoreError."""
    if not draft.features and not draft.ended:
        raise UsageError("nothing would change", "send a file, or name grids that end")
    return commands(desk).judge(draft.features, draft.ended, draft.valid_from)


def propose(desk: Desk, account: Account, draft: Draft, reason: object) -> int:
    """Number of the change. Raises: what `GridChanges.propose` raises."""
    said = clean_text(str(reason or ""))[:500]
    by, now = account.account_id, desk.now()
    return commands(desk).propose(draft.features, draft.ended, draft.valid_from, said, by, now)
