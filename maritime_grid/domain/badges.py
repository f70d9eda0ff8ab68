"""Numbers of badges 工作证 (Art. 34) with a check character, and whether a badge holds on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from .typed import narrow

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SERIAL_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 characters; none is taken for another when read aloud
SERIAL_LENGTH = 6  # a thousand million numbers: nobody finds badges by guessing
PREFIX = "ZS"


class Standing(StrEnum):
    """Whether a badge holds, or why not."""

    VALID = "valid"
    MISTYPED = "mistyped"  # its check character is wrong
    UNKNOWN = "unknown"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OUT_OF_OFFICE = "out_of_office"  # its holder has left the post


def check_character(text: str) -> str:
    """The character that makes `text` a number.

    Args:
        text: characters of ALPHABET.

    Source: ISO/IEC 7064, MOD 37,36: finds every single wrong character.
    Raises: ValueError: another character.
    """
    product = 36
    for character in text:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]


def tidy(number: str) -> str:
    """A number as typed or read aloud: small or full-width letters, spaces and hyphens count for nothing."""
    return "".join(narrow(number).split()).replace("-", "").upper()


def well_formed(number: str) -> bool:
    """Whether the last character is the check character of those before."""
    if not 2 <= len(number) <= 20 or any(character not in ALPHABET for character in number):
        return False
    return check_character(number[:-1]) == number[-1]


def number_of(year: int, draws: Sequence[int]) -> str:
    """A badge's number of a year, from SERIAL_LENGTH random draws of 0 to 31."""
    serial = "".join(SERIAL_ALPHABET[draw] for draw in draws)
    body = f"{PREFIX}{year % 100:02d}{serial}"
    return body + check_character(body)


def standing(issued: date, expires: date, revoked: date | None, in_office: bool, on: date) -> Standing:
    """Whether a badge holds on a day; a revoked one is told as such, whatever else it is."""
    if revoked is not None and revoked <= on:
        return Standing.REVOKED
    if on < issued:
        return Standing.NOT_YET
    if on >= expires:
        return Standing.EXPIRED
    return Standing.VALID if in_office else Standing.OUT_OF_OFFICE
