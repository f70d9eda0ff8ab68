"""A case as its flow knows it: how it stands, who acts, how near they stand to it, and what the flow refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from maritime_grid.domain.errors import MaritimeGridError

from .kinds import OPEN_STEPS, Kind, Step


class Near(StrEnum):
    """How a person stands to a case."""

    REPORTER = "reporter"  # filed it
    LEADS = "leads"  # works for the unit that leads its grid, or for one above
    HOLDS = "holds"  # works for the body that is to handle it
    JOINED = "joined"  # works for a body that handles it jointly
    TOLD = "told"  # works for a body that was told of a major matter


class CaseError(MaritimeGridError):
    """What was asked cannot be done with this case, and nothing was changed. Exit code 2."""


class IllegalAct(CaseError):  # noqa: N818  (the name others build against)
    """Not at this step."""


class NotAllowed(CaseError):  # noqa: N818
    """Not by this person."""


class StaleCase(CaseError):  # noqa: N818
    """Somebody else changed the case since it was read."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it: an account as the store knows it."""

    account_id: str
    name_shown: str
    role: str
    units: frozenset[str] = frozenset()  # its unit and all below
    body_id: str | None = None
    behind: frozenset[str] | None = None  # of who holds the reporter's code: accounts that had it; None: an account


@dataclass(frozen=True, slots=True)
class CaseState:
    """What the flow needs to know of a case; times are aware UTC."""

    case_id: str
    kind: Kind
    step: Step
    version: int  # rises by one with each entry in the log
    unit_id: str | None  # leads the grid of the place; None: outside all grids, a matter of the city
    reporter: str  # account, or "" for the public
    step_since: datetime
    holder: str | None = None  # body that is to handle it
    joint: tuple[str, ...] = ()  # bodies that handle it with the holder
    reported: tuple[str, ...] = ()  # those of them that reported their part since it was given to the holder
    told: tuple[str, ...] = ()  # bodies that a hop was sent to
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()  # of the clock of this step; the last may be open
    asked_s: int | None = None  # an extension was asked for, seconds
    extended_s: int = 0  # granted in this step
    extensions: int = 0  # how often
    major: bool = False
    reopened: int = 0
    rating: int | None = None
    resolved_by: str = ""  # account that gave the last result: resolved it on the spot, or reported

    @property
    def is_open(self) -> bool:
        return self.step in OPEN_STEPS

    @property
    def is_paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None
