"""Dataclasses to JSON that PostgreSQL takes whatever they hold: one parameter for many rows."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

_DEPTH = 24  # levels of a report's body that are kept
_BIG = 2**63


def json_rows(rows: Iterable[object]) -> str:
    """A JSON array of the rows' fields."""
    return json.dumps([clean(row) for row in rows], ensure_ascii=False)


def clean(value: Any, depth: int = 0) -> Any:
    """The same, without what a text or jsonb column refuses.

    NUL and lone surrogates become U+FFFD, NaN, infinities and integers beyond 64 bits become None, and so does what
    lies deeper than 24 levels.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value if -_BIG <= value < _BIG else None
    if value is None or depth > _DEPTH:
        return None
    return _clean_nested(value, depth + 1)


def clean_text(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")


def _clean_nested(value: Any, depth: int) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: clean(getattr(value, f.name), depth) for f in fields(value)}
    if isinstance(value, Mapping):
        items = cast("Mapping[object, Any]", value).items()
        return {clean_text(str(key)): clean(item, depth) for key, item in items}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [clean(item, depth) for item in cast("Iterable[Any]", value)]
    return clean_text(str(value))
