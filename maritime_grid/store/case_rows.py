"""Rows of cases 网格事项: what is filed, and what is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.severity import SeverityFacts

from .alert_rows import MyAlert


@dataclass(frozen=True, slots=True)
class PartyVessel:
    """A vessel by its number, its name, or both."""

    mmsi: int | None = None
    ship_name: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a case: vessels, a person, or both. Name, telephone and identity number are personal data."""

    side: str  # claimant, respondent, witness, involved
    mmsi: int | None = None
    ship_name: str = ""
    gear: str = ""
    set_first: bool | None = None  # whether its gear was out first, as it says
    claim: str = ""
    statement: str = ""
    person_name: str = ""
    phone: str = ""
    id_number: str = ""
    more: tuple[PartyVessel, ...] = ()  # further vessels, after that above

    @property
    def vessels(self) -> tuple[PartyVessel, ...]:
        """All of them."""
        own = (PartyVessel(self.mmsi, self.ship_name),) if self.mmsi is not None or self.ship_name else ()
        return (*own, *self.more)


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is filed. Longitude and latitude in degrees, both or neither; `happened_at` aware."""

    kind: Kind
    title: str
    subkind: str = ""
    description: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    happened_at: datetime | None = None
    grid_id: str | None = None  # where no place is known; else the grid of the place counts
    parties: tuple[Party, ...] = ()
    amount: Decimal | None = None  # yuan; where it is not said, that of the facts counts, and the other way round
    accused: int | None = None  # person complained of
    alert_ids: tuple[str, ...] = ()
    facts: SeverityFacts = field(default_factory=SeverityFacts)  # from which severity follows
    by_tracks: bool = False  # its place is where the tracks of its vessels tell it; lon and lat only where they do not
    place_else: str = ""  # what those two are, in words
    marked_major: bool = False  # by who files it, with one tap (Art. 28)
    channel: str = "account"  # public, mqtt, alert where no account files it
    by_rule: str = ""  # the approved rule that opened it from its alert, as the archive names it
    request_key: str | None = None  # of the form: sent twice it is filed once


@dataclass(frozen=True, slots=True)
class Filed:
    case_id: str
    code: str  # with which its reporter follows it without an account
    version: int
    repeated: bool  # it had been filed by the same form before


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of a list, as far as its reader may see it."""

    case_id: str
    kind: str
    subkind: str | None
    title: str
    state: str
    grid_id: str | None
    grid_name: str | None
    unit_id: str | None
    unit_name: str | None
    holder: str | None
    holder_name: str | None
    severity: int
    major: bool
    opened_at: datetime
    step_since: datetime | None
    warn_at: datetime | None
    due_at: datetime | None
    paused: bool
    escalated: str | None
    escalated_through: list[str]  # units to which its step went up, from below
    changed_at: datetime | None
    version: int
    priority: int  # 1 comes first, 4 last
    vessels: list[str] = field(default_factory=list[str])
    paused_until: datetime | None = None  # its clock stands until then at the latest
    pause_cause: str | None = None  # by the list of the configuration
    paused_by: str | None = None  # body or unit, by its name
    grid_en: str | None = None
    holder_en: str | None = None


@dataclass(frozen=True, slots=True)
class PauseRow:
    """A pause of the clock of one step; `ended_at` None: it stands, until `latest_at`."""

    seq: int
    step_seq: int
    since: datetime
    latest_at: datetime
    ended_at: datetime | None
    cause: str | None
    account_id: str
    unit_id: str | None
    body_id: str | None


@dataclass(frozen=True, slots=True)
class LogRow:
    """One step of a case."""

    seq: int
    at: datetime
    who: str
    what: str
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party as its reader may see it: personal data masked or None."""

    n: int
    side: str
    mmsi: int | None
    ship_name: str | None
    gear: str | None
    set_first: bool | None
    claim: str
    statement: str
    person_name: str | None
    phone: str | None
    id_number: str | None
    vessels: list[PartyVessel] = field(default_factory=list[PartyVessel])  # all of them


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    seq: int
    name: str
    sha256: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class HopRow:
    hop_id: str
    to_unit: str | None
    to_body: str | None
    name: str
    after: str | None
    sent_at: datetime
    due_at: datetime
    received_at: datetime | None
    received_by: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case whole."""

    row: CaseRow
    description: str
    place: str | None
    lon: float | None
    lat: float | None
    happened_at: datetime | None
    channel: str
    amount: Decimal | None
    joint: list[str]
    asked_s: int | None
    extended_s: int
    extensions: int
    reopened: int
    rating: int | None
    reporter: str
    closed_at: datetime | None
    facts: dict[str, Any]  # numbers from which severity follows
    parties: list[PartyRow]
    log: list[LogRow]
    attachments: list[AttachmentRow]
    hops: list[HopRow]
    alert_ids: list[str]
    pauses: list[PauseRow] = field(default_factory=list[PauseRow])
    alerts: list[MyAlert] = field(default_factory=list[MyAlert])  # those of them that are the reader's
