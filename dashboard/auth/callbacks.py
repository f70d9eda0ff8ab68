"""Whether what is sent to a callback of Dash are the inputs of its page, of the shapes that they have there: Dash takes
them by place, not by name, and as they come.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from .shapes import KEYS, has_shape
from .table import ROUTER, WALL, is_page, need_of, need_of_module

Json = Mapping[str, Any]
_MANY = (["ALL"], ["ALLSMALLER"])
_ROUTED = tuple({"id": "_pages_location", "property": name} for name in ("pathname", "search"))
_MOST_CHANGED = 2_000  # of a list of buttons each may have changed


def need_of_sent(callbacks: Mapping[str, Any], sent: Json) -> str | None:
    """What a callback needs; None where there is no such callback of a page of the table, or it takes something else.

    Args:
        callbacks: Dash's map of them.
        sent: the body of the request, of any shape below.
    """
    output = sent.get("output")
    spec = callbacks.get(output) if isinstance(output, str) else None
    if spec is None:
        return None
    if output == ROUTER:
        return _need_of_layout(sent)
    return need_of_module(str(getattr(spec.get("callback"), "__module__", ""))) if fits(spec, sent) else None


def _need_of_layout(sent: Json) -> str | None:
    """What the page needs whose layout Dash's router is asked for.

    The router takes its inputs by place and not by name: they must be the two that its own script sends.
    """
    slots = sent.get("inputs")
    if not fits({"inputs": _ROUTED, "state": []}, sent):
        return None
    address = "/" + cast("list[Json]", slots)[0]["value"].strip("/")
    need = need_of(address) or ""
    return need if is_page(address) and (need == WALL or need.startswith("page.")) else None


def fits(spec: Json, sent: Json) -> bool:
    """Whether inputs, state and outputs are those of the callback, all of them, in its order, and nothing else.

    Args:
        spec: of Dash's map of callbacks.
        sent: the body of the request, of any shape below.
    """
    return (
        all(_all_fit(spec[part], sent.get(part, [])) for part in ("inputs", "state"))
        and _changed_fit(spec["inputs"], sent.get("changedPropIds", []))
        and _outputs_fit(str(sent["output"]), sent.get("outputs"))
    )


def _all_fit(known: Sequence[Json], given: object) -> bool:
    if not isinstance(given, list) or len(cast("list[Any]", given)) != len(known):
        return False
    return all(_fits(one, slot) for one, slot in zip(known, cast("list[Any]", given), strict=True))


def _fits(known: Json, given: object) -> bool:
    name, prop = str(known["id"]), str(known["property"])
    if not name.startswith("{"):
        return _is(prop, given) and cast("Json", given).get("id") == name and _has_shape(name, prop, given)
    pattern: dict[str, Any] = json.loads(name)
    many = any(value in _MANY for value in pattern.values())
    if many and not isinstance(given, list):
        return False
    slots = cast("list[Any]", given) if many else [given]
    return all(
        _is(prop, slot) and _matches(pattern, cast("Json", slot).get("id")) and _has_shape(pattern["type"], prop, slot)
        for slot in slots
    )


def _is(prop: str, slot: object) -> bool:
    return isinstance(slot, dict) and cast("Json", slot).get("property") == prop


def _has_shape(name: str, prop: str, slot: object) -> bool:
    """Of the value; an id that is sent as a value is that of its own component."""
    given = cast("Json", slot)
    if prop == "id":
        return given.get("value") == given.get("id")
    return has_shape(name, prop, given.get("value"))


def _matches(pattern: Json, given: object) -> bool:
    """Whether an id has the keys of the pattern, and its values where the pattern leaves none open."""
    if not isinstance(given, dict):
        return False
    named = cast("Json", given)
    return named.keys() == pattern.keys() and all(
        key in KEYS and KEYS[key](named[key]) if isinstance(value, list) else named[key] == value
        for key, value in pattern.items()
    )


def _changed_fit(known: Sequence[Json], given: object) -> bool:
    """Whether what is said to have changed are inputs of the callback: one of them counts as the button pressed."""
    if not isinstance(given, list) or len(cast("list[Any]", given)) > _MOST_CHANGED:
        return False
    return all(isinstance(one, str) and any(_names(one, slot) for slot in known) for one in cast("list[Any]", given))


def _names(prop_id: str, known: Json) -> bool:
    given, _, prop = prop_id.rpartition(".")
    name = str(known["id"])
    if prop != known["property"]:
        return False
    if not name.startswith("{"):
        return given == name
    try:
        return _matches(json.loads(name), json.loads(given))
    except ValueError:
        return False


def _outputs_fit(output: str, given: object) -> bool:
    """Whether the outputs are written as those that the name of the callback lists."""
    many = output.startswith("..")
    known = output[2:-2].split("...") if many else [output]
    slots = given if many else [given]
    if not isinstance(slots, list) or len(cast("list[Any]", slots)) != len(known):
        return False
    return all(_is_output(one, slot) for one, slot in zip(known, cast("list[Any]", slots), strict=True))


def _is_output(known: str, slot: object) -> bool:
    name, _, prop = known.rpartition(".")
    if not isinstance(slot, dict):
        return False
    given = cast("Json", slot)
    if given.get("property") not in {prop, prop.partition("@")[0]}:
        return False
    return _matches(json.loads(name), given.get("id")) if name.startswith("{") else given.get("id") == name
