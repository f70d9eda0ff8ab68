"""What the page of people looks at, read as the account that asks: forms offer it, and are held against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from maritime_grid.domain.people import day_of
from maritime_grid.settings_model import PeopleSettings
from maritime_grid.store import people_reads
from maritime_grid.store.grid_reads import grids_at
from maritime_grid.store.people_rows import BodyRow, MemberRow, PersonRow, PostRow, TeamRow, UnitRow

from .auth import Account
from .people_query import PeopleQuery
from .views.forms import Option
from .views.grid_now import name_of
from .views.people_parts import unit_options
from .views.times import DASH
from .words import Words

MOST_PEOPLE = 2_000  # to choose from


@dataclass(frozen=True, slots=True)
class Looking:
    """One look at the page, for the length of one transaction."""

    conn: people_reads.Connection
    query: PeopleQuery
    account: Account
    now: datetime
    settings: PeopleSettings
    words: Words

    @property
    def today(self) -> date:
        return day_of(self.now)

    def mine(self) -> list[UnitRow]:
        """Units of the account's own."""
        return unit_options(people_reads.units(self.conn))

    def grid_names(self) -> dict[str, str]:
        """Of the grids in force."""
        return {grid.grid_id: name_of(grid, self.words) for grid in grids_at(self.conn, self.now)}

    def led(self) -> list[Option]:
        """Grids that the account's units lead."""
        names = self.grid_names()
        return [(grid, f"{names.get(grid, '')} {grid}".strip()) for grid in people_reads.led_grids(self.conn)]

    def people(self) -> list[PersonRow]:
        return people_reads.people(self.conn, limit=MOST_PEOPLE)

    def person_options(self) -> list[Option]:
        return [(f"{p.person_id}", f"{p.name or DASH} {p.staff_no or ''}".strip()) for p in self.people()]

    def bodies(self) -> list[BodyRow]:
        return people_reads.bodies(self.conn)

    def skills(self) -> dict[str, str]:
        zh = self.words.is_chinese
        return {name: skill.zh if zh else skill.en for name, skill in self.settings.skills.items()}

    def person(self) -> PersonRow | None:
        return people_reads.person(self.conn, self.query.person) if self.query.person else None

    def posts(self) -> list[PostRow]:
        """Of the grid or the person that is looked at."""
        if not self.query.grid and not self.query.person:
            return []
        return people_reads.posts(self.conn, grid_id=self.query.grid or None, person_id=self.query.person)

    def term(self) -> PostRow | None:
        """The term of office that the form is about."""
        return next((row for row in self.posts() if f"{row.post_id}" == self.query.of), None)

    def serving(self) -> list[PostRow]:
        """Terms of today of the person, in grids of the account's units: for these there are badges."""
        led = set(people_reads.led_grids(self.conn))
        found = people_reads.posts(self.conn, person_id=self.query.person, on=self.today) if self.query.person else []
        return [row for row in found if row.grid_id in led]

    def team(self) -> TeamRow | None:
        found = people_reads.teams(self.conn, team_id=self.query.team) if self.query.team else []
        return found[0] if found else None

    def member(self) -> MemberRow | None:
        """The member that the form is about."""
        found = people_reads.team_members(self.conn, self.query.team) if self.query.team else []
        return next((one for one in found if f"{one.person_id}" == self.query.of and one.until is None), None)
