"""The account that asks, for the length of a request or callback, in whatever thread it runs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from maritime_grid.domain.errors import MaritimeGridError


@dataclass(frozen=True, slots=True)
class Account:
    """Who is logged in, as pages and commands need it."""

    account_id: str
    role: str
    unit_id: str | None  # it works for this unit and all below
    body_id: str | None
    name_shown: str
    csrf: str  # token of this session: header X-CSRFToken of fetch(), field `csrf` of forms
    acts: frozenset[str] = frozenset()  # of its role, as `case.collate` or `page.cases`
    must_change: bool = False  # somebody else gave its password: until it has its own, it may do nothing else

    def may(self, act: str) -> bool:
        return act in self.acts


class AccessRefused(MaritimeGridError):  # noqa: N818  (the name others build against)
    """Nobody is logged in (401), or not one who may do this (403). Exit code 2."""

    def __init__(self, what: str, mend: str = "", *, status: int = 403) -> None:
        super().__init__(what, mend)
        self.status = status


_current: ContextVar[Account | None] = ContextVar("mg_account", default=None)


def current() -> Account | None:
    """The account that asks; None where nobody is logged in, as on an open wall."""
    return _current.get()


def needs(act: str) -> Account:
    """The account that asks, if its role may do this.

    Raises:
        AccessRefused: 401 nobody is logged in, 403 it may not.
    """
    account = _current.get()
    if account is None:
        raise AccessRefused("nobody is logged in", "log in first", status=401)
    if not account.may(act):
        raise AccessRefused(f"{account.role} may not do {act}", "ask the operator, or see config/access.toml")
    return account


@contextmanager
def acting(account: Account | None) -> Generator[None]:
    """The account is the one that asks, inside."""
    token = _current.set(account)
    try:
        yield
    finally:
        _current.reset(token)
