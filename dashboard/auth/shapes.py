"""What each value that a page sends to a callback may be, as one literal table: what is of another shape is refused
before any callback sees it, and so is a value that the table does not name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, cast

Shape = Callable[[object], bool]

DEEPEST = 24  # lists and objects in one another; a drawing of grids has 12
MOST_INT = 2**53  # what a browser can count to
_LONG, _WORD, _MOST = 10_000, 200, 2_000  # characters of a text, of a word; entries of a list
_FILE = 8 * 2**20  # characters of a file of grids, base64


def is_plain(value: object, deep: int = DEEPEST) -> bool:
    """Whether a value is such as browsers send: not too deep, numbers that are some, texts that can be written.

    Lone halves of a pair of surrogates are in no text, and no number is without end.
    """
    if isinstance(value, str):
        return value.isascii() or _is_encodable(value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= MOST_INT
    if isinstance(value, list):
        return deep > 0 and all(is_plain(part, deep - 1) for part in cast("list[object]", value))
    if isinstance(value, dict):
        parts = cast("Mapping[str, object]", value).items()
        return deep > 0 and all(is_plain(key, 0) and is_plain(part, deep - 1) for key, part in parts)
    return True


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(longest: int) -> Shape:
    return lambda value: isinstance(value, str) and len(value) <= longest


def _or_none(shape: Shape) -> Shape:
    return lambda value: value is None or shape(value)


def _list(of: Shape, most: int = _MOST) -> Shape:
    return lambda value: (
        isinstance(value, list)
        and len(cast("list[object]", value)) <= most
        and all(map(of, cast("list[object]", value)))
    )


def _object(**parts: Shape) -> Shape:
    """With these keys and no others; what is missing is None."""

    def fits(value: object) -> bool:
        given = cast("Mapping[str, object]", value) if isinstance(value, dict) else None
        return given is not None and given.keys() <= parts.keys() and all(parts[n](given.get(n)) for n in parts)

    return fits


def _objects_of(shape: Shape) -> Shape:
    """With any keys."""

    def fits(value: object) -> bool:
        given = cast("Mapping[str, object]", value) if isinstance(value, dict) else None
        return given is not None and len(given) <= _MOST and all(len(n) <= _WORD and shape(given[n]) for n in given)

    return fits


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_degrees(value: object) -> bool:
    """As the id of a place has them: in a text, since a point would end the id."""
    try:
        return isinstance(value, str) and len(value) <= 20 and abs(float(value)) <= 180
    except ValueError:
        return False


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, bool) or _is_number(value) or LONG(value)


def _is_field(value: object) -> bool:
    """Of a field of a form: text or number, or nothing."""
    return _is_scalar(value) and not isinstance(value, bool)


LONG, WORD = _text(_LONG), _text(_WORD)
COUNT, NUMBER = _or_none(_is_count), _or_none(_is_number)
SCALARS = _or_none(_objects_of(_is_scalar))
CHOSEN = _or_none(_list(_or_none(LONG)))
_OBJECT: Shape = lambda value: isinstance(value, dict)  # noqa: E731
DRAWING = _or_none(_object(n=_is_count, features=_list(_OBJECT), touched=_or_none(_list(LONG)), ended=CHOSEN))

# The first that fits `ID.PROPERTY`; of a component with a pattern for an id it is the `type` of that.
VALUES: tuple[tuple[str, Shape], ...] = (
    ("_pages_location.pathname", LONG),
    ("_pages_location.search", _or_none(LONG)),
    ("case-of.data", _object(id=WORD, lang=WORD)),
    ("case-form-of.data", _or_none(_object(act=WORD, version=_is_count))),
    ("case-seen.data", _or_none(_object(version=_is_count, amended=COUNT))),
    ("case-amended.data", COUNT),
    ("cases-seen.data", _or_none(_object(pulse=_or_none(LONG), page=COUNT))),
    ("alq-seen.data", _or_none(_object(turn=_or_none(WORD), n=COUNT))),
    ("alq-page.data", COUNT),
    ("alq-chosen.data", _or_none(LONG)),
    ("alq-press.data", SCALARS),
    ("map-event.data", SCALARS),
    ("grids-drawn.data", DRAWING),
    ("grids-settled.data", DRAWING),
    ("*lang.data", _or_none(WORD)),
    ("*-asked.data", SCALARS),
    ("*-done.data", _is_scalar),
    ("*-again.data", _is_scalar),
    ("people-*-clear.value", CHOSEN),
    ("people-*-skills.value", CHOSEN),
    ("people-*-units.value", CHOSEN),
    ("people-*-paid.value", CHOSEN),
    ("grids-ending.value", CHOSEN),
    ("grids-follow.value", CHOSEN),
    ("grids-new-ports.value", CHOSEN),
    ("case-list.value", CHOSEN),
    ("*.value", _is_field),
    ("*.n_clicks", COUNT),
    ("*.n_intervals", COUNT),
    ("*.contents", _or_none(_text(_FILE))),
    ("*.clickData", _or_none(_OBJECT)),
    ("*.position", _or_none(_objects_of(NUMBER))),
    ("*.position_error", SCALARS),
)
# Parts of ids that a pattern leaves open, by their names
KEYS: Mapping[str, Shape] = {
    **dict.fromkeys(("n", "page", "number"), _is_count),
    **dict.fromkeys(("act", "hop", "name"), WORD),
    **dict.fromkeys(("lon", "lat"), _is_degrees),
}


@cache
def shape_of(name: str, prop: str) -> Shape | None:
    """That of a property of a component; None where the table has none.

    Args:
        name: its id, or the `type` of that.
        prop: the property, as `value`.
    """
    return next((shape for pattern, shape in VALUES if fnmatchcase(f"{name}.{prop}", pattern)), None)


def has_shape(name: str, prop: str, value: Any) -> bool:
    """Whether a value is one that the component may send."""
    shape = shape_of(name, prop)
    return shape is not None and shape(value)
