"""Telling the result to everybody whom a case concerns, and the answer to the public: pure.

People are named by number, as in the archive: a party by that of the case, the reporter by 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MEANS = ("in_person", "phone", "message", "writing", "code")  # code: reads the answer by its code
REPORTER = 0
MOST_ANSWER, MOST_REASON = 1_000, 200  # characters

Told = Sequence[Mapping[str, Any]]  # {n, means} of who was reached, {n, reason} of who was not


def to_tell(reporter: str, channel: str, by: str, sides: Mapping[int, str]) -> tuple[int, ...]:
    """Whom to tell, by number: the parties but for witnesses, and the reporter where that is somebody else.

    Args:
        reporter: account that filed it, or empty.
        channel: by which it came; who files as the public is its claimant, where it has one.
        by: account that tells.
        sides: of the parties, by their numbers.
    """
    parties = tuple(n for n, side in sorted(sides.items()) if side != "witness")
    public = channel == "public" and "claimant" not in sides.values()
    return (REPORTER, *parties) if public or reporter not in {"", by} else parties


def with_codes(issued: frozenset[int], channel: str, sides: Mapping[int, str]) -> frozenset[int]:
    """Who can read the answer by a code; that of the public's report is its claimant's.

    Args:
        issued: numbers of those who were given one.
        channel: by which the case came.
        sides: of the parties, by their numbers.
    """
    if channel != "public" or REPORTER not in issued:
        return issued
    return issued | {n for n, side in sides.items() if side == "claimant"}


def all_present(numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Everybody told in person: who resolves a matter on the spot has them before him."""
    return [{"n": n, "means": "in_person"} for n in numbers]


def telling_fault(told: object, due: Sequence[int], coded: frozenset[int], *, answered: bool) -> str | None:
    """What is wrong with who was told how; None where nothing is.

    Args:
        told: as given.
        due: whom to tell.
        coded: who can read the answer by a code.
        answered: whether there is an answer to read.
    """
    if not isinstance(told, list):
        return "who was told, and how, is a list"
    numbers: list[object] = []
    for one in told:  # pyright: ignore[reportUnknownVariableType]
        fault = _one_fault(one, coded, answered=answered)
        if fault:
            return fault
        numbers.append(one["n"])
    missing = [n for n in due if n not in numbers]
    if missing:
        return f"it does not say how {_name(missing[0])} was told"
    if len(numbers) != len(due):
        return "it names somebody twice, or who is not to be told"
    return None


def answer_fault(answer: object) -> str | None:
    """What is wrong with an answer to the public; None where nothing is."""
    if not isinstance(answer, str) or len(answer) > MOST_ANSWER:
        return f"an answer is a text of up to {MOST_ANSWER} characters"
    return None if all(char.isprintable() or char == "\n" for char in answer) else "an answer is plain text"


def _one_fault(one: Any, coded: frozenset[int], *, answered: bool) -> str | None:
    if not isinstance(one, Mapping) or not isinstance(one.get("n"), int) or isinstance(one.get("n"), bool):
        return "each who was told has a number"
    name, means = _name(one["n"]), one.get("means")
    if set(one) == {"n", "means"}:
        if means not in MEANS:
            return f"{name} was told by no known means"
        return f"{name} has no code, or no answer to read" if means == "code" and not (
            answered and one["n"] in coded
        ) else None  # fmt: skip
    reason = one.get("reason")
    if set(one) != {"n", "reason"} or not isinstance(reason, str) or not 0 < len(reason.strip()) <= MOST_REASON:
        return f"{name} was not told, and no reason of up to {MOST_REASON} characters says why"
    return None


def _name(n: int) -> str:
    return "the reporter" if n == REPORTER else f"party {n}"
