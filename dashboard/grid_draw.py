"""Drawing of grids: what a browser sends is read as a stranger's file would be, settled, judged, and shown again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.grid_change import layer_of
from maritime_grid.domain.grid_drawing import Drawing, Settled, Trade, settle
from maritime_grid.store.grid_judging import Judged
from maritime_grid.store.grid_reads import GridVersion, grids_at, ports_of
from maritime_grid.store.jsonrows import clean, clean_text
from maritime_grid.store.rows import PortRow

from .auth import Account
from .desk import Desk
from .grid_desk import Draft, commands
from .grid_files import MOST_GRIDS, PROPERTIES, read_features, read_moment
from .grid_query import is_grid_id
from .views.grid_map import corners_of
from .views.grid_now import name_of
from .words import Words

NEW = "*"  # the key of a grid drawn new, as the map has it; no id of a grid
UNNAMED = "NEW"  # what it is judged as while it has none
MOST_CORNERS = 20_000  # of what is drawn by hand


class IdTakenError(UsageError):
    """Another grid in force has the id of the new one."""


class NoIdError(UsageError):
    """The id of the new grid has signs that no id has."""


@dataclass(frozen=True, slots=True)
class NewGrid:
    """What the form says of the grid that is drawn new; fields may be empty yet."""

    grid_id: str
    name_zh: str
    kind: str
    port_ids: Sequence[str]

    @property
    def is_whole(self) -> bool:
        leans = self.port_ids or layer_of(self.kind) != "grid"  # a grid of the land needs no port
        return bool(self.grid_id and self.name_zh and self.kind and leans)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form with its map.

    Attributes:
        drawn: of the browser: `n` of the stroke, `features` with their key as `id`, keys `touched` by the stroke.
        ended, day, follow: ids of grids that end, the first day, whether neighbours follow.
        new: of the grid that has no id yet.
    """

    drawn: Any
    ended: Any
    day: Any
    follow: bool
    new: NewGrid


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the form and the map would come to.

    Attributes:
        n: number of the stroke that it answers.
        features: what would be proposed, by key of the map.
        ended: ids of grids that end.
        judged: None where nothing would change.
        trades: sea that changes hands.
        names: of grids and ports by id.
        ready: it can be sent.
    """

    n: int
    features: Mapping[str, Mapping[str, Any]]
    ended: Sequence[str]
    judged: Judged | None
    trades: Sequence[Trade]
    names: Mapping[str, str]
    ready: bool

    def for_map(self) -> dict[str, Any]:
        """What the map takes in the place of the last stroke."""
        features = [{"id": key, **feature} for key, feature in self.features.items()]
        return {"n": self.n, "features": features, "ended": list(self.ended)}


def read_new(grid_id: object, name: object, kind: object, ports: object) -> NewGrid:
    """Fields of the form, of any type."""
    texts = (clean_text(str(value or "")).strip()[:80] for value in (grid_id, name, kind))
    named = [str(port)[:40] for port in ports][:MOST_GRIDS] if isinstance(ports, list) else []
    return NewGrid(*texts, port_ids=named)


def weigh(desk: Desk, account: Account, sent: Sent, words: Words) -> Weighed:
    """Settle and judge. Raises: UsageError: what was sent is none. StoreError."""
    valid_from = read_moment(sent.day)
    with desk.reads.as_account(account.account_id) as conn:
        present, ports = {g.grid_id: g for g in grids_at(conn, valid_from)}, ports_of(conn)
    n, drawn, touched = _read_drawn(sent.drawn)
    ended = _read_ids(sent.ended)
    settled = _settled(present, drawn, touched, ended, sent)
    features: dict[str, dict[str, Any]] = {
        key: {"type": "Feature", "properties": properties, "geometry": settled.grids.get(key) or present[key].geometry}
        for key in {**settled.grids, **drawn}
        for properties in [_properties(key, drawn.get(key), present, sent.new, ports)]
        if key not in ended and (key in settled.grids or properties != _of(present[key]))
    }
    judged = commands(desk).judge([*features.values()], ended, valid_from) if features or ended else None
    names = {name: name_of(grid, words) for name, grid in present.items()} | {p.port_id: p.name_zh for p in ports}
    names |= {f["properties"]["grid_id"]: str(f["properties"].get("name_zh", "")) for f in features.values()}
    trades = [_named(trade, sent.new) for trade in settled.trades]
    whole = NEW not in features or sent.new.is_whole
    sound = judged is not None and judged.impact is not None
    return Weighed(n, features, ended, judged, trades, names, sound and whole)


def _settled(
    present: Mapping[str, GridVersion],
    drawn: Mapping[str, Mapping[str, Any]],
    touched: Sequence[str],
    ended: Sequence[str],
    sent: Sent,
) -> Settled:
    """Each layer by itself: a grid of the land takes nothing from one of the sea."""
    layers = {name: layer_of(grid.kind) for name, grid in present.items()}
    layers |= {key: layer_of(_kind(key, feature, present, sent.new)) for key, feature in drawn.items()}
    grids: dict[str, dict[str, Any]] = {}
    trades: list[Trade] = []
    for layer in sorted({layers[key] for key in (*drawn, *ended) if key in layers}):
        shapes = {key: feature["geometry"] for key, feature in drawn.items() if layers[key] == layer}
        found = settle(
            {name: grid.geometry for name, grid in present.items() if layers[name] == layer},
            Drawing(shapes, [key for key in touched if key in shapes], ended, sent.follow),
        )
        grids |= found.grids
        trades += found.trades
    return Settled(grids, trades)


def _kind(key: str, feature: Mapping[str, Any], present: Mapping[str, GridVersion], new: NewGrid) -> str:
    given = feature["properties"].get("kind")
    if key == NEW:
        return new.kind or "inshore"
    return str(given or (present[key].kind if key in present else "inshore"))


def draft_of(settled: Any, sent: Sent, desk: Desk, account: Account) -> Draft:
    """What is proposed: the very polygons that were shown, with what the form says now.

    Raises: UsageError: nothing was shown yet, or what was sent is none. StoreError.
    """
    valid_from: datetime = read_moment(sent.day)
    with desk.reads.as_account(account.account_id) as conn:
        present, ports = {g.grid_id: g for g in grids_at(conn, valid_from)}, ports_of(conn)
    _, drawn, _ = _read_drawn(settled)
    features = [
        {**feature, "properties": _properties(key, feature, present, sent.new, ports)} for key, feature in drawn.items()
    ]
    if NEW in drawn and not sent.new.is_whole:
        raise UsageError("the new grid has no id, name, kind or port yet", "fill them in")
    return Draft(features, _read_ids(sent.ended), valid_from)


def _read_drawn(drawn: Any) -> tuple[int, dict[str, Mapping[str, Any]], list[str]]:
    """Number, features by key, keys touched. Raises: UsageError: it is not what the map sends."""
    if drawn is None:
        return 0, {}, []
    given: Any = clean(drawn) if isinstance(drawn, dict) else {}
    n, features, touched = given.get("n"), given.get("features"), given.get("touched", [])
    if not isinstance(n, int) or not isinstance(touched, list):
        raise UsageError("the map sent no drawing", "load the page again")
    known = read_features(features)
    keys = [str(feature.get("id") or "")[:40] for feature in features]
    if len(set(keys)) < len(keys) or "" in keys:
        raise UsageError("a grid stands twice in the drawing, or has no id", "give each grid its own id")
    by_key = dict(zip(keys, known, strict=True))
    named = [key for key in by_key if key in touched]
    if sum(len(corners_of(by_key[key]["geometry"])) for key in named) > MOST_CORNERS:
        raise UsageError(f"a drawing has more than {MOST_CORNERS:,} corners", "upload it as a file")
    return n, by_key, named


def _read_ids(ended: Any) -> list[str]:
    return [str(one)[:40] for one in ended][:MOST_GRIDS] if isinstance(ended, list) else []


def _properties(
    key: str,
    drawn: Mapping[str, Any] | None,
    present: Mapping[str, GridVersion],
    new: NewGrid,
    ports: Sequence[PortRow],
) -> dict[str, Any]:
    """Of a grid in force: its own, with what a file says of it; of a new one: the form's, or the file's."""
    given = dict(drawn["properties"]) if drawn else {}
    if key == NEW:
        if new.grid_id in present:
            raise IdTakenError(f"there is a grid {new.grid_id} already", "give the new one an id of its own")
        if new.grid_id and not is_grid_id(new.grid_id):
            raise NoIdError(f"{new.grid_id!r} is no id of a grid", "give letters, digits and hyphens, as ZS-DJ-3")
        county = next((p.county for p in ports if p.port_id in new.port_ids), "")
        made = {"name_zh": new.name_zh or UNNAMED, "name_en": "", "county": county, "kind": new.kind or "inshore"}
        return {"grid_id": new.grid_id or UNNAMED, **made, "port_ids": [*new.port_ids], "sample": False}
    return {**(_of(present[key]) if key in present else {"port_ids": []}), **given, "grid_id": key}


def _of(grid: GridVersion) -> dict[str, Any]:
    return {name: getattr(grid, name) for name in PROPERTIES}


def _named(trade: Trade, new: NewGrid) -> Trade:
    """With the id of the new grid in the place of its key."""
    becomes = (new.grid_id or UNNAMED) if trade.becomes == NEW else trade.becomes
    return Trade(trade.was, becomes, trade.area_m2, trade.area)
