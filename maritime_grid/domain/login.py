"""Rules of logging in, pure: when a lock begins and ends, what a password must be, when a session is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .access import RoleAccess

LONGEST_PASSWORD = 256  # characters: what is longer is an attack on the hash
LEAST_LETTERS = 4  # different ones
_DOUBLINGS = 40  # of a second are longer than anything configured


@dataclass(frozen=True, slots=True)
class LoginRules:
    """Numbers of section [access] of the settings. Durations in seconds."""

    password_min: int  # characters
    failures: int  # in a row lock an account
    address_failures: int  # in a row lock an address
    lock_s: float  # the first lock; each further failure doubles it
    lock_max_s: float
    half_login_s: float  # between the password and the second factor
    one_time_s: float  # a password that somebody else gave opens the form of a new one for so long


class PasswordFault(StrEnum):
    """What is wrong with a new password."""

    SHORT = "short"
    LONG = "long"
    PLAIN = "plain"  # few letters over and over, or the name of the account
    SAME = "same"  # as the one that it is to replace


def lock_s(failures: int, allowed: int, rules: LoginRules) -> float:
    """How long the newest of so many failures in a row locks, in seconds; 0: not at all."""
    if failures < allowed:
        return 0.0
    return min(rules.lock_s * 2.0 ** min(failures - allowed, _DOUBLINGS), rules.lock_max_s)


def password_fault(password: str, account_id: str, rules: LoginRules) -> PasswordFault | None:
    """What is wrong with a new password; None where nothing is."""
    if len(password) < rules.password_min:
        return PasswordFault.SHORT
    if len(password) > LONGEST_PASSWORD:
        return PasswordFault.LONG
    if len(set(password)) < LEAST_LETTERS or (len(account_id) > 3 and account_id in password.lower()):
        return PasswordFault.PLAIN
    return None


def session_over(row: RoleAccess, begun_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session has ended by itself.

    Args:
        row: of its account's role in the table of access.
        begun_at: when it began, aware.
        seen_at: when it was used last.
        now: aware.
    """
    idle = row.idle_s is not None and now - seen_at >= timedelta(seconds=row.idle_s)
    old = row.absolute_s is not None and now - begun_at >= timedelta(seconds=row.absolute_s)
    return idle or old
