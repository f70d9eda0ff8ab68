"""Rows of units, bodies, people and their posts, teams, badges and training, as whoever asks may see them.

Personal data are masked or None by the level of the account; days are of Beijing time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from maritime_grid.domain.badges import Standing


@dataclass(frozen=True, slots=True)
class UnitRow:
    unit_id: str
    level: str
    parent: str | None
    name_zh: str
    name_en: str
    path: list[str]  # from the city down to the unit
    port_id: str
    sample: bool
    mine: bool  # within the jurisdiction of who asks


@dataclass(frozen=True, slots=True)
class BodyRow:
    body_id: str
    kind: str
    unit_id: str
    name_zh: str
    name_en: str
    hotline: str
    competences: list[str]
    sample: bool


@dataclass(frozen=True, slots=True)
class PostRow:
    post_id: int
    grid_id: str
    post: str
    since: date
    until: date | None
    person_id: int | None
    name: str | None
    work_phone: str | None
    phone: str | None
    body_id: str | None
    body_name: str | None
    body_name_en: str | None
    party_form: str | None
    unit_id: str
    sample: bool


@dataclass(frozen=True, slots=True)
class ContactRow:
    """What Art. 21 makes public."""

    grid_id: str
    post: str
    name: str
    work_phone: str | None
    sample: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    team_id: str
    name_zh: str
    skills: list[str]
    craft: str | None
    contact: str | None
    phone: str | None
    unit_ids: list[str]
    paid: bool
    terms: str | None
    lon: float | None
    lat: float | None
    members: int
    sample: bool
    member_skills: list[str]  # of those of today
    member_craft: str | None
    distance_nm: float | None = None  # from the place asked about


@dataclass(frozen=True, slots=True)
class MemberRow:
    person_id: int
    name: str | None
    since: date
    until: date | None
    skills: list[str]  # empty: as the team
    craft: str | None
    mine: bool  # who asks may open the record


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One person in one team."""

    team_id: str
    name_zh: str
    since: date
    until: date | None
    skills: list[str]
    craft: str | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    person_id: int
    staff_no: str | None
    name: str | None
    phone: str | None
    id_number: str | None
    address: str | None
    sample: bool
    unit_id: str | None  # that keeps the record


@dataclass(frozen=True, slots=True)
class PersonInFull:
    """Everything of one person: read for a purpose, and logged."""

    person_id: int
    staff_no: str | None
    name: str
    phone: str
    id_number: str
    address: str
    note: str


@dataclass(frozen=True, slots=True)
class BadgeRow:
    number: str
    person_id: int
    grid_id: str
    post: str
    name_shown: str
    issued: date
    expires: date
    revoked: date | None
    revoked_reason: str | None


@dataclass(frozen=True, slots=True)
class TrainingRow:
    person_id: int
    staff_no: str | None
    name: str | None
    course: str
    held_on: date
    hours: float
    result: str
    certificate_until: date | None


@dataclass(frozen=True, slots=True)
class BadgeCheck:
    """What anybody may know of a badge; without a name where there is none of that number."""

    standing: Standing
    name_shown: str = ""
    post: str = ""
    grid_id: str = ""
    grid_zh: str = ""
    grid_en: str = ""
