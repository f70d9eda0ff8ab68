"""What may stand in a cell of a sheet: text in, a value out; ValueError says what is wrong; the mend follows a ;."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date

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
        raise ValueError(f"{given!r} is no id; give letters, digits, dots and hyphens, at most 64")
    return given or None


def staff_number(given: str) -> str | None:
    if given and not _STAFF.fullmatch(given):
        raise ValueError(f"{given!r} is no staff number; give letters, digits, dots and hyphens, at most 32")
    return given or None


def phone(given: str) -> str:
    if "*" in given:
        raise ValueError("it is masked; leave the whole column out, or write the number")
    if given and not _PHONE.fullmatch(given):
        raise ValueError(f"{given!r} is no telephone number; give digits, spaces and hyphens")
    return given


def identity(given: str) -> str:
    if "*" in given:
        raise ValueError("it is masked; leave the whole column out, or write the number")
    if given and not _IDENTITY.fullmatch(given):
        raise ValueError(f"{given!r} is no identity card number; give its 18 characters")
    return given.upper()


def address(given: str) -> str:
    if "*" in given:
        raise ValueError("it is masked; leave the whole column out, or write the address")
    return given


def day(given: str) -> date | None:
    if not given:
        return None
    try:
        parts = _DAY.fullmatch(given)
        return date(*map(int, parts.groups())) if parts else date.fromisoformat(given)
    except ValueError:
        raise ValueError(f"{given!r} is no day; give it as 2026-05-01") from None


def flag(given: str) -> bool:
    if given.lower() not in _YES | _NO:
        raise ValueError(f"{given!r} is neither; give true or false, 是 or 否")
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
            raise ValueError(f"{given!r} does not do; give a number of {low:g} to {high:g}")
        return value

    return read


def words(given: str) -> tuple[str, ...]:
    """Several, with ; between; each once, in their order."""
    return tuple(dict.fromkeys(part for word in _BETWEEN.split(given) if (part := word.strip())))


def one_of(*choices: str) -> Callable[[str], str | None]:
    def read(given: str) -> str | None:
        if given and given not in choices:
            raise ValueError(f"{given!r} is none of them; give {', '.join(choices)}")
        return given or None

    return read
