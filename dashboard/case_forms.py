"""The form of each act on a case: its fields, and what was typed as the facts of the act. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from maritime_grid.cases.calendar import Counting
from maritime_grid.cases.flow import MOST_JOINT, RATINGS
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.plan import OTHER, Plan
from maritime_grid.cases.severity import FACTS, facts_fault
from maritime_grid.cases.telling import MEANS, MOST_ANSWER, MOST_REASON
from maritime_grid.domain.errors import UsageError

from .alert_query import plain_id

MOST_TEXT = 2_000
MOST_DAYS = 366
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `name` is the fact it gives; its kind is one of _READ."""

    name: str
    kind: str = "text"
    needed: bool = True


RESULT, REASON, NOTE = Field("result"), Field("reason"), Field("note")
REMARK, BODY, SPAN, RATING = (
    Field("note", needed=False),
    Field("body_id", "body"),
    Field("seconds", "span"),
    Field("rating", "rating"),
)
UNIT, ALERT = Field("unit_id", "unit"), Field("alert_id", "alert")
JOINT = Field("joint", "bodies", needed=False)
CAUSE, MORE = Field("cause", "cause"), Field("reason", needed=False)
PARTY = Field("party", "party")  # by number; 0 is the reporter
ANSWER, TOLD = Field("answer", "answer", needed=False), Field("told", "told")

FORMS: Mapping[Act, tuple[Field, ...]] = {
    Act.COLLATE: (REMARK,),
    Act.DISPATCH: (BODY, JOINT, REMARK),
    Act.ACCEPT: (REMARK,),
    Act.REPORT: (RESULT, ANSWER),
    Act.REPORT_PART: (RESULT,),
    Act.TELL: (TOLD, ANSWER, REMARK),
    Act.RATE: (RATING, REMARK),
    Act.RESOLVE: (RESULT, ANSWER, TOLD),
    Act.GRANT_EXTENSION: (REMARK,),
    Act.REFUSE_EXTENSION: (REASON,),
    Act.RESUME: (REMARK,),
    Act.JOIN: (BODY, REMARK),
    Act.ASK_EXTENSION: (SPAN, REASON),
    Act.PAUSE: (CAUSE, MORE),
    Act.RETURN: (REASON,),
    Act.TRANSFER: (BODY, JOINT, REASON),
    Act.REOPEN: (REASON,),
    Act.AMEND: (),  # has a form of its own: case_amending
    Act.HAND_OVER: (UNIT, REASON),
    Act.ASSESS: (*(Field(name, "number", needed=False) for name in FACTS), REASON),
    Act.LINK_ALERT: (ALERT, REMARK),
    Act.MARK_MAJOR: (REMARK,),
    Act.ISSUE_CODE: (PARTY,),
    Act.WITHDRAW: (REASON,),
    Act.COMMENT: (NOTE,),
}  # in the order of their buttons
FIRST = frozenset(
    {
        Act.COLLATE,
        Act.DISPATCH,
        Act.ACCEPT,
        Act.REPORT,
        Act.REPORT_PART,
        Act.TELL,
        Act.RATE,
        Act.GRANT_EXTENSION,
        Act.RESUME,
    }
)


class FieldFault(UsageError):  # noqa: N818  (as others of its kind are named)
    """What was typed into a field will not do. Exit code 2."""

    def __init__(self, field: str, key: str) -> None:
        super().__init__(f"{field}: {key}", "mend the field")
        self.key = key  # of the catalogue


def facts_of(act: Act, typed: Mapping[str, Any], day_s: int) -> dict[str, Any]:
    """Facts of the act; what the form of the act does not have is left out.

    Args:
        act: what is to be done.
        typed: by the names of fields; a span is `seconds` with its number and `unit` (day or hour).
        day_s: what a day of the case's clock counts, seconds.

    Raises: FieldFault: something is missing, too long or senseless.
    """
    facts: dict[str, Any] = {}
    for field in FORMS[act]:
        value = _READ[field.kind](field, typed, day_s)
        if value not in (None, "", []):
            facts[field.name] = value
        elif field.needed:
            raise FieldFault(field.name, f"case.fault.{field.kind}")
    if facts.get("cause") == OTHER and "reason" not in facts:
        raise FieldFault("reason", "case.fault.other_cause")
    return facts


def day_seconds(plan: Plan, kind: Kind) -> int:
    """What one day of the clock of a kind of case counts: a working day, or all hours."""
    if plan.clocks[kind].counting == Counting.ALL:
        return DAY_S
    longest = max(plan.calendar.week, key=len)
    return sum((b.hour - a.hour) * 3_600 + (b.minute - a.minute) * 60 for a, b in longest)


def _text(field: Field, typed: Mapping[str, Any], _day_s: int) -> str:
    value = typed.get(field.name)
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > MOST_TEXT:
        raise FieldFault(field.name, "case.fault.long")
    return text


def _body(field: Field, typed: Mapping[str, Any], _day_s: int) -> str:
    value = typed.get(field.name)
    return value if isinstance(value, str) and len(value) <= 80 else ""


def _alert(field: Field, typed: Mapping[str, Any], _day_s: int) -> str:
    return plain_id(typed.get(field.name))


def _bodies(field: Field, typed: Mapping[str, Any], _day_s: int) -> list[str]:
    """Those chosen, but the one that the case is given to."""
    value = typed.get(field.name)
    chosen: list[object] = list(value) if isinstance(value, list) else []  # pyright: ignore[reportUnknownArgumentType]
    found = [body for body in chosen if isinstance(body, str) and len(body) <= 80 and body != typed.get("body_id")]
    if len(found) > MOST_JOINT:
        raise FieldFault(field.name, "case.fault.joint")
    return found


def _span(field: Field, typed: Mapping[str, Any], day_s: int) -> int | None:
    number, unit = typed.get(field.name), typed.get("unit")
    if isinstance(number, bool) or not isinstance(number, int | float) or unit not in ("day", "hour"):
        return None
    seconds = round(number * (day_s if unit == "day" else 3_600)) if 0 < number <= MOST_DAYS * 24 else 0
    if not 0 < seconds <= MOST_DAYS * DAY_S:
        raise FieldFault(field.name, "case.fault.span")
    return seconds


def _rating(field: Field, typed: Mapping[str, Any], _day_s: int) -> int | None:
    value = typed.get(field.name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value in RATINGS else None


def _party(field: Field, typed: Mapping[str, Any], _day_s: int) -> int | None:
    value = typed.get(field.name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000 else None


def _number(field: Field, typed: Mapping[str, Any], _day_s: int) -> int | None:
    value = typed.get(field.name)
    if value in (None, ""):
        return None
    whole = int(value) if isinstance(value, int | float) and isfinite(value) else -1
    if whole != value or facts_fault({field.name: whole}):
        raise FieldFault(field.name, "case.fault.number")
    return whole


def _answer(field: Field, typed: Mapping[str, Any], day_s: int) -> str:
    text = _text(field, typed, day_s)
    if len(text) > MOST_ANSWER:
        raise FieldFault(field.name, "case.fault.answer_long")
    return "".join(char for char in text if char.isprintable() or char == "\n")


def _told(_field: Field, typed: Mapping[str, Any], _day_s: int) -> list[dict[str, Any]]:
    """Of each person who stands in the form, by which means or why not; the command knows who has to."""
    numbers = sorted(int(found[1]) for name in typed if (found := _TOLD.fullmatch(name)))
    return [_one_told(n, typed) for n in numbers]


def _one_told(n: int, typed: Mapping[str, Any]) -> dict[str, Any]:
    means, why = typed[f"told-{n}"], typed.get(f"why-{n}")
    if isinstance(means, str) and means in MEANS:
        return {"n": n, "means": means}
    if means != "none":
        raise FieldFault(f"told-{n}", "case.fault.told")
    reason = why.strip() if isinstance(why, str) else ""
    if not 0 < len(reason) <= MOST_REASON:
        raise FieldFault(f"why-{n}", "case.fault.told_why")
    return {"n": n, "reason": reason}


_TOLD = re.compile(r"told-(\d{1,3})", re.ASCII)
_READ = {
    "told": _told, "answer": _answer, "text": _text, "body": _body, "bodies": _bodies, "unit": _body, "alert": _alert,
    "cause": _body, "span": _span, "rating": _rating, "number": _number, "party": _party,
}  # fmt: skip
