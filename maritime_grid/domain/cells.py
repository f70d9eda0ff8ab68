"""What may stand in a cell of a sheet: text in, a value out, or Wrong with what is wrong and the mend."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date

from .sheet_faults import Wrong

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_STAFF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,23}")
_IDENTITY = re.compile(r"[0-9A-Za-z]{6,20}")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_BETWEEN = re.compile("[;\uff1b、]")  # the second is the full-width one
_YES, _NO = frozenset({"true", "yes", "1", "是"}), frozenset({"", "false", "no", "0", "否"})


def text(given: str) -> str:
    return given


def identifier(given: str) -> str | None:
    if given and not _ID.fullmatch(given):
        raise Wrong("id", value=given)
    return given or None


def staff_number(given: str) -> str | None:
    if given and not _STAFF.fullmatch(given):
        raise Wrong("staff_no", value=given)
    return given or None


def phone(given: str) -> str:
    if "*" in given:
        raise Wrong("masked")
    if given and not _PHONE.fullmatch(given):
        raise Wrong("phone", value=given)
    return given


def identity(given: str) -> str:
    if "*" in given:
        raise Wrong("masked")
    if given and not _IDENTITY.fullmatch(given):
        raise Wrong("identity", value=given)
    return given.upper()


def address(given: str) -> str:
    if "*" in given:
        raise Wrong("masked")
    return given


def day(given: str) -> date | None:
    if not given:
        return None
    try:
        parts = _DAY.fullmatch(given)
        return date(*map(int, parts.groups())) if parts else date.fromisoformat(given)
    except ValueError:
        raise Wrong("day", value=given) from None


def flag(given: str) -> bool:
    if given.lower() not in _YES | _NO:
        raise Wrong("flag", value=given)
    return given.lower() in _YES


def number(low: float, high: float) -> Callable[[str], float | None]:
    def read(given: str) -> float | None:
        if not given:
            return None
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise Wrong("number", value=given, low=f"{low:g}", high=f"{high:g}")
        return value

    return read


def words(given: str) -> tuple[str, ...]:
    """Several, with ; between; each once, in their order."""
    return tuple(dict.fromkeys(part for word in _BETWEEN.split(given) if (part := word.strip())))


def one_of(*choices: str, zh: Mapping[str, str] | None = None) -> Callable[[str], str | None]:
    """One word of a few; `zh` has what people write for each in Chinese."""
    said = {word: str(code) for word, code in (zh or {}).items()}

    def read(given: str) -> str | None:
        found = said.get(given, given)
        if found and found not in choices:
            shown = ", ".join(next((f"{word} {c}" for word, code in said.items() if code == c), c) for c in choices)
            raise Wrong("choice", value=given, known=shown)
        return found or None

    return read
