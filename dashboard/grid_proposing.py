"""What the form of a proposal answers: a judgement with its map, a change that was sent, a file that was taken."""

from __future__ import annotations

from typing import Any

from dash import html, no_update
from dash.development.base_component import Component

from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.store.jsonrows import clean_text

from .auth import Account
from .desk import Desk
from .faults import fault
from .grid_desk import commands
from .grid_draw import IdTakenError, NoIdError, Sent, draft_of, weigh
from .grid_files import read_file
from .pages.shell import address, say
from .views.grid_judged import judged_view, marks
from .views.grid_trades import trade_layers
from .words import Words

OURS: tuple[tuple[type[MaritimeGridError], str], ...] = (
    (IdTakenError, "grids.fault.id_taken"),
    (NoIdError, "grids.fault.id"),
)


def told(error: MaritimeGridError, words: Words) -> Component:
    """One line: what people of this form do wrong in its own words, all else as everywhere."""
    key = next((key for kind, key in OURS if isinstance(error, kind)), "")
    return say(words(key), "bad") if key else fault(error, words)


def weighed(desk: Desk, account: Account, sent: Sent, words: Words) -> list[Any]:
    """The judgement in words, what it is on the map, whether it cannot be sent, what the map takes up."""
    try:
        found = weigh(desk, account, sent, words)
    except MaritimeGridError as error:
        return [told(error, words), [], True, no_update]
    if found.judged is None:
        return [html.P(words("grids.judge.first"), className="soft"), [], True, found.for_map()]
    said = [judged_view(found.judged, found.trades, found.names, words)]
    if found.judged.impact is not None and not found.ready:
        said.insert(0, say(words("grids.judge.unnamed"), "warn"))
    layers = [*trade_layers(found.trades, found.names, words), *marks(found.judged, words)]
    return [said, layers, not found.ready, found.for_map()]


def proposed(desk: Desk, account: Account, settled: Any, sent: Sent, reason: object, words: Words) -> list[Any]:
    """What is said, where to go (to the change), and whether it cannot be sent again."""
    try:
        draft = draft_of(settled, sent, desk, account)
        said, by = clean_text(str(reason or ""))[:500], account.account_id
        number = commands(desk).propose(draft.features, draft.ended, draft.valid_from, said, by, desk.now())
    except MaritimeGridError as error:
        return [told(error, words), no_update, False]
    where = address(words, "/grids", view="changes", change=number)
    return [say(words("grids.said.proposed", n=number), "good"), where, True]


def loaded(contents: Any, words: Words) -> list[Any]:
    """The features of a file for the map, which takes them as they are: nobody follows; and what is said."""
    if not contents:
        return [no_update, no_update, no_update]
    try:
        features = read_file(contents)
        keys = [str(feature["properties"].get("grid_id") or "") for feature in features]
        if "" in keys or len(set(keys)) < len(keys):
            raise UsageError("a grid of the file has no grid_id, or stands twice", "give each its own")
    except MaritimeGridError as error:
        return [no_update, no_update, fault(error, words)]
    taken = [{"id": key, **feature} for key, feature in zip(keys, features, strict=True)]
    return [{"features": taken}, [], say(words("grids.said.taken", n=len(taken)))]
