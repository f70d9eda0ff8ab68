"""What of the page of people is asked for, as its address says it: all of it comes from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from maritime_grid.store.jsonrows import clean_text

from .alert_query import plain_id
from .people_forms import FORMS

VIEWS = ("staff", "people", "teams", "sheets")
LONGEST_PART = 40  # characters to look for
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_NEAR = re.compile(r"-?[0-9]{1,3}\.[0-9]{1,4},-?[0-9]{1,2}\.[0-9]{1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """One view: of all grids or one, of all people or one, of all teams or one.

    Attributes:
        do: the form that is open, of FORMS.
        of: what that form is about: number of a term, of a badge, of a member.
        part: looked for in names and craft.
        near: `lon,lat` in degrees; teams come by their distance from there.
    """

    view: str = ""
    unit: str = ""
    grid: str = ""
    skill: str = ""
    person: int | None = None
    team: str = ""
    part: str = ""
    near: str = ""
    do: str = ""
    of: str = ""

    def parts(self) -> dict[str, object]:
        """For an address."""
        return asdict(self)

    def place(self) -> tuple[float, float] | None:
        """`near` as lon, lat in degrees."""
        if not self.near:
            return None
        lon, lat = map(float, self.near.split(","))
        return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None

    def closed(self) -> PeopleQuery:
        """The same without a form."""
        return replace(self, do="", of="")


def read_query(asked: Mapping[str, Any]) -> PeopleQuery:
    """What is none of its values is left out."""
    person, near = str(asked.get("person") or ""), str(asked.get("near") or "")
    view, do = asked.get("view"), asked.get("do")
    return PeopleQuery(
        view=view if isinstance(view, str) and view in VIEWS[1:] else "",
        unit=plain_id(asked.get("unit")),
        grid=plain_id(asked.get("grid")),
        skill=plain_id(asked.get("skill")),
        person=int(person) if _NUMBER.fullmatch(person) else None,
        team=plain_id(asked.get("team")),
        part=clean_text(str(asked.get("part") or "")).strip()[:LONGEST_PART],
        near=near if _NEAR.fullmatch(near) else "",
        do=do if isinstance(do, str) and do in FORMS else "",
        of=plain_id(asked.get("of")),
    )
