"""Errors of commands and reads as one line for people: known kinds in their words. The error itself speaks English, and
stands in small print below on English pages alone.
"""

from __future__ import annotations

from dash.development.base_component import Component

from maritime_grid.cases.flow import IllegalAct, NotAllowed, StaleCase
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError, UsageError
from maritime_grid.store.case_linking import AlertTakenError
from maritime_grid.store.case_steps import NoSuchCase
from maritime_grid.store.errors import StoreError

from .auth import AccessRefused
from .pages.shell import say
from .words import Words

KINDS: tuple[tuple[type[MaritimeGridError], str], ...] = (
    (StaleCase, "fault.stale"),
    (NotAllowed, "fault.not_allowed"),
    (AccessRefused, "fault.not_allowed"),
    (IllegalAct, "fault.illegal"),
    (NoSuchCase, "fault.no_case"),
    (ServiceUnavailableError, "fault.away"),
    (UsageError, "fault.usage"),
    (AlertTakenError, "case.link.taken"),
    (StoreError, "fault.refused"),
)


def fault(error: MaritimeGridError, words: Words, *, id: str | None = None) -> Component:  # noqa: A002
    """The line; an unknown kind says that it did not work."""
    key = next((key for kind, key in KINDS if isinstance(error, kind)), "fault.other")
    return say(words(key), "bad", more=small_print(error, words), id=id)


def small_print(error: MaritimeGridError, words: Words) -> str:
    """What went wrong in the error's own words, where the reader reads English."""
    return "" if words.is_chinese else str(error)
