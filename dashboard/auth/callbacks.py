"""Whether what is sent to a callback of Dash are the inputs of its page: Dash takes them by place, not by name."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

Json = Mapping[str, Any]
_MANY = (["ALL"], ["ALLSMALLER"])


def fits(spec: Json, sent: Json) -> bool:
    """Whether inputs and state are those of the callback, all of them, in its order, and nothing else.

    Args:
        spec: of Dash's map of callbacks.
        sent: the body of the request, of any shape below.
    """
    return all(_all_fit(spec[part], sent.get(part, [])) for part in ("inputs", "state"))


def is_text(value: object) -> bool:
    """Whether all texts in a value are such as can be written: lone halves of a pair of surrogates are in none."""
    if isinstance(value, str):
        return value.isascii() or value.isprintable() or _is_encodable(value)
    if isinstance(value, dict):
        return all(is_text(key) and is_text(part) for key, part in cast("Json", value).items())
    return all(map(is_text, cast("list[Any]", value))) if isinstance(value, list) else True


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _all_fit(known: Sequence[Json], given: object) -> bool:
    if not isinstance(given, list) or len(cast("list[Any]", given)) != len(known):
        return False
    return all(_fits(one, slot) for one, slot in zip(known, cast("list[Any]", given), strict=True))


def _fits(known: Json, given: object) -> bool:
    name = str(known["id"])
    if not name.startswith("{"):
        return _is(known["property"], given) and cast("Json", given).get("id") == name
    pattern: dict[str, Any] = json.loads(name)
    many = any(value in _MANY for value in pattern.values())
    slots = cast("list[Any]", given) if many and isinstance(given, list) else [given]
    return all(_is(known["property"], slot) and _matches(pattern, cast("Json", slot).get("id")) for slot in slots)


def _is(prop: str, slot: object) -> bool:
    return isinstance(slot, dict) and cast("Json", slot).get("property") == prop


def _matches(pattern: Json, given: object) -> bool:
    """Whether an id has the keys of the pattern, and its values where the pattern leaves none open."""
    if not isinstance(given, dict):
        return False
    named = cast("Json", given)
    open_ = {key for key, value in pattern.items() if isinstance(value, list)}
    return named.keys() == pattern.keys() and all(
        isinstance(named[key], str | int | float) if key in open_ else named[key] == value
        for key, value in pattern.items()
    )
