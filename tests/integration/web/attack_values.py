"""What honest pages send in each value of each callback, and what they never send in its place."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from dashboard.auth.table import WALL, need_of_module
from maritime_grid.settings_access import load_access
from tests.integration.store import case_build as cb

from . import grid_world as gw
from .attack_calls import Call, Slot
from .attack_world import World

ACCESS = load_access(cb.SETTINGS)
WHO = {"cases": "town1", "case": "town1", "alerts": "guard", "grids": "town1", "admin": "root", "wall": "wall"}
LISTS = (
    "clear",
    "skills",
    "units",
    "paid",
    "ending",
    "follow",
    "ports",
    "list",
)  # last words of fields that give lists
DEEP: Any = "x"
for _ in range(60):
    DEEP = [DEEP]
NEVER: list[Any] = [
    float("nan"), float("inf"), -float("inf"), 10**400, -(10**18), DEEP, {"x": DEEP}, "\ud800",
]  # fmt: skip  # what no page sends anywhere
WRONG: dict[type, list[Any]] = {  # in the place of
    str: [[], ["x"], [[["x"]]], [None, {}], {}, {"x": "y"}, {"id": {"a": 1}}, ["x"] * 2_001],
    list: ["x", 7, True, {}, {"x": "y"}, [[["x"]]], [{}], [True], ["x"] * 2_001],
    dict: ["x", 7, True, [], ["x"], [{}], [[["x"]]], ["x"] * 2_001],
}
ODD: list[Any] = [None, "", "x", "0", 0, -1, 1.5, 2**53, "a\0b", "\u202e字" * 999, "x" * 9_999, "9999-12-31", "1e308",
                  "2026-02-30", "٣", "G1", "\n"]  # fmt: skip  # of the right kind, and of no use


def who_may(call: Call) -> str:
    """An account to which the page of a callback is open."""
    module = call.module.rpartition(".")[2]
    if module in WHO:
        return WHO[module]
    need = need_of_module(call.module)
    assert need, f"{call.module} is no page of the table"
    able = [name for name, role, *_ in cb.ACCOUNTS if need == WALL or ACCESS.may(role, need)]
    return "county" if "county" in able else able[0]


def keys_of(world: World, act: str = "comment") -> dict[str, Any]:
    """Parts of ids that patterns leave open."""
    hop = cb.ask(world.site.dsn, "select hop_id from mg.case_hop order by 1 limit 1")[0][0]
    return {"act": act, "hop": hop, "n": 1, "name": "note", "page": 1, "number": 1, "lon": "122.500000",
            "lat": "30.200000"}  # fmt: skip


def drawing() -> dict[str, Any]:
    features = [{**f, "id": f["properties"]["grid_id"]} for f in deepcopy(gw.MOVED)]
    return {"n": 1, "features": features, "touched": ["G1"]}


def honest(world: World, slot: Slot, act: str = "comment") -> Any:
    """A value as the page itself sends it, so that all its buttons do something."""
    asked = {"who": "lin", "grid": "G1", "change": world.change, "person": world.person, "unit": "T1", "team": "D1"}
    by_name: dict[str, Any] = {
        "case-of": {"id": world.dispute, "lang": "zh_CN"}, "case-form-of": {"act": act, "version": 20},
        "case-seen": {"version": 1}, "cases-seen": {"pulse": "x", "page": 1}, "alq-seen": {"turn": "x", "n": 1},
        "alq-page": 1, "alq-chosen": world.alert, "map-event": {"mmsi": 412_000_001, "at": 1},
        "alq-press": {"act": "reopen", "id": world.alert, "reason": "x", "at": 1, "verdict": "true"},
        "grids-drawn": drawing(), "grids-settled": {"n": 1, "features": drawing()["features"], "ended": []},
        "grids-upload": gw.sent(gw.MOVED), "grids-valid-from": "2026-06-01",
    }  # fmt: skip
    if slot.name in by_name:
        return by_name[slot.name]
    if slot.prop == "data":
        return "zh_CN" if slot.name.endswith("lang") else asked if slot.name.endswith("asked") else None
    if slot.prop == "value" and slot.name.rpartition("-")[2] in LISTS:
        return []
    by_prop = {"n_clicks": 1, "n_intervals": 1, "clickData": {"properties": {"id": "G1"}},
               "position": {"lon": 122.5, "lat": 30.2}, "contents": None,
               "position_error": {"code": 1, "message": "x"}, "id": slot.whole(keys_of(world, act))}  # fmt: skip
    return by_prop.get(slot.prop, "x")


def wrong_for(slot: Slot, right: Any) -> list[Any]:
    """Values that no page sends where it sends `right`."""
    kind = type(right) if isinstance(right, list | dict) else str
    kept = {"act": [], "id": {"a": 1}, "n": {"x": 1}}
    more: list[Any] = [True] if kind is str and slot.prop != "data" else [kept] if slot.prop == "data" else []
    return [*NEVER, *WRONG[kind], *more]


def pressed(call: Call, body: dict[str, Any], keys: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same body with each button in turn as what was pressed, with one of the fields, and with nothing."""
    buttons = [slot for slot in call.inputs if slot.prop != "value"]
    fields = [slot for slot in call.inputs if slot.prop == "value"]
    for slot in (*buttons, *fields[:1]):
        yield {**body, "changedPropIds": [slot.prop_id(keys)]}
    yield {**body, "changedPropIds": []}
