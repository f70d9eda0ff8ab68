"""Accounts and sessions as frozen rows. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made."""

    account_id: str
    role: str
    unit_id: str | None = None
    body_id: str | None = None
    person_id: int | None = None
    name_shown: str = ""  # empty: as account_id
    oidc_subject: str | None = None  # issuer, blank, subject


@dataclass(frozen=True, slots=True)
class Change:
    """What an account is to be from now on; all of it, not only what differs."""

    role: str
    unit_id: str | None = None
    body_id: str | None = None
    person_id: int | None = None
    name_shown: str = ""  # empty: as account_id


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as people list it."""

    account_id: str
    number: int
    role: str
    unit_id: str | None
    body_id: str | None
    person_id: int | None
    person_no: str  # staff number of the person, else its own; empty: none
    name_shown: str
    oidc_subject: str | None
    has_password: bool
    has_second_factor: bool
    failures: int
    locked_until: datetime | None
    password_until: datetime | None  # somebody else gave its password, which holds until then; None: its own
    created_at: datetime
    disabled_at: datetime | None
    db_role: str
    has_db_role: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A login that lasts, with the account as it is now."""

    number: int
    account_id: str
    role: str
    unit_id: str | None
    body_id: str | None
    name_shown: str
    has_second_factor: bool
    whole: bool  # False: only the password was given yet
    must_change: bool  # it logged in with a password that somebody else gave
    begun_at: datetime
    seen_at: datetime
    address: str
    agent: str
