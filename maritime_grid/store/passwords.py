"""Passwords: argon2id hashes, and work that takes as long where there is nothing to compare with.

Parameters are the library's own: the second choice of RFC 9106 section 4, 64 MiB and 3 passes.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .errors import StoreUnavailable

_HASHER = PasswordHasher()
AT_ONCE = 2  # each takes 64 MiB and all of a core or more: a flood of logins must leave room for the rest
_PATIENCE_S = 10
_turns = BoundedSemaphore(AT_ONCE)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is taken for something else when read aloud


def new_password() -> str:
    """One that nobody guesses: 4 groups of 5, 99 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


def hashed(password: str) -> str:
    return _HASHER.hash(password)


@contextmanager
def turn() -> Generator[None]:
    """One of the few places for those who log in; taken before anything else that is scarce.

    Raises:
        StoreUnavailable: too many others are logging in.
    """
    if not _turns.acquire(timeout=_PATIENCE_S):
        raise StoreUnavailable("too many people log in at once", "try again in a minute")
    try:
        yield
    finally:
        _turns.release()


def matches(kept: str, password: str) -> bool:
    """Whether it is the password; without a hash to compare with it takes as long and is False."""
    nobody = _nobody()
    try:
        return _HASHER.verify(kept or nobody, password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than those of today."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))
