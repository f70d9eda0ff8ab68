"""What an amendment of a case changed, line by line: what it was and what it is, of personal data only that it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.case_rows import LogRow

from .case_parts import Told
from .times import DASH, moment

Shown = Callable[[Any, Told], str]
LONGEST = 200  # characters of a text that are shown


def change_lines(row: LogRow, told: Told) -> list[str]:
    """One line for each change; none where the entry is no amendment."""
    changes = row.detail.get("changes") if row.what == Act.AMEND else None
    return [_line(change, told) for change in changes] if isinstance(changes, list) else []


def _line(change: Mapping[str, Any], told: Told) -> str:
    words, name = told.words, str(change.get("field"))
    label = _label(name, told)
    if "party" in change:
        label = words("case.change.of_party", n=change["party"], what=label) if name != "party" else words(
            "case.change.party", n=change["party"]
        )  # fmt: skip
    if "was" not in change:
        return words("case.change.personal", what=label)
    return words(
        "case.change", what=label, was=_shown(name, change["was"], told), now=_shown(name, change["now"], told)
    )


def _label(name: str, told: Told) -> str:
    for key in (f"case.field.{name}", f"case.amend.{name}", f"case.{name}"):
        if found := told.words.get(key, ""):
            return found
    return name


def _shown(name: str, value: Any, told: Told) -> str:
    if value in (None, "", []):
        return DASH
    return _SHOWN.get(name, _short)(value, told)


def _subkind(value: Any, told: Told) -> str:
    key = str(value)
    for kind in Kind:
        word = told.settings.kinds.of(kind).subkinds.get(key)
        if word is not None:
            return word.zh if told.words.is_chinese else word.en
    return key


def _vessels(value: Any, told: Told) -> str:
    """Of further vessels, or of a whole party with its first."""
    rows = [value, *value.get("more", [])] if isinstance(value, Mapping) else value
    named = [_vessel(row) for row in rows if isinstance(row, Mapping)]
    parts = [told.words.get(f"case.side.{value.get('side')}", "")] if isinstance(value, Mapping) else []
    return " ".join(filter(None, [*parts, told.words("case.list_join").join(filter(None, named))])) or DASH


def _vessel(row: Mapping[str, Any]) -> str:
    mmsi = row.get("mmsi")
    return str(row.get("ship_name") or "") or (f"{mmsi:09d}" if isinstance(mmsi, int) else "")


def _short(value: Any, _told: Told) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _word(group: str) -> Shown:
    return lambda value, told: told.words.get(f"{group}.{value}", str(value))


def _first(value: Any, told: Told) -> str:
    return told.words("case.set_first.yes" if value else "case.set_first.no")


def _moment(value: Any, told: Told) -> str:
    return moment(datetime.fromisoformat(str(value)), told.words, told.now)


_SHOWN: Mapping[str, Shown] = {
    "kind": _word("case.kind"),
    "subkind": _subkind,
    "side": _word("case.side"),
    "gear": _word("gear"),
    "set_first": _first,
    "mmsi": lambda value, _told: f"{int(value):09d}",
    "amount": lambda value, _told: f"{Decimal(str(value)):,f}",
    "happened_at": _moment,
    "more": _vessels,
    "party": _vessels,
}
