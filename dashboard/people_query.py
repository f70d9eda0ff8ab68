"""What of the page of people is asked for, as its address says it: all of it comes from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .alert_query import plain_id

VIEWS = ("staff", "teams")
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """One view; `grid` is shown with its posts, `person` is to be read in full."""

    view: str = ""
    unit: str = ""
    grid: str = ""
    skill: str = ""
    person: int | None = None

    def parts(self) -> dict[str, object]:
        """For an address."""
        return asdict(self)


def read_query(asked: Mapping[str, Any]) -> PeopleQuery:
    """What is none of its values is left out."""
    person = str(asked.get("person") or "")
    return PeopleQuery(
        view="teams" if asked.get("view") == "teams" else "",
        unit=plain_id(asked.get("unit")),
        grid=plain_id(asked.get("grid")),
        skill=plain_id(asked.get("skill")),
        person=int(person) if _NUMBER.fullmatch(person) else None,
    )
