"""What another server says: asked within bounds, remembered for a while, and so is that it did not answer."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from maritime_grid.domain.errors import MaritimeGridError

FAILED_S = 30.0  # so long nobody asks a server again that did not answer
TIMEOUT_S = 10.0
_MOST = 2**20  # bytes of an answer
_PIECE = 64 * 2**10

Clock = Callable[[], float]  # seconds that only grow


class OidcError(MaritimeGridError):
    """The other server does not answer, or its answer is not to be believed. Exit code 2."""


class Remembered:
    """One thing that another server says. Nothing is locked while it is asked: who comes meanwhile asks as well.

    Args:
        ask: asks it. Raises OidcError.
        clock: seconds that only grow.
    """

    def __init__(self, ask: Callable[[], dict[str, Any]], clock: Clock) -> None:
        self._ask, self._clock = ask, clock
        self._lock = threading.Lock()
        self._said: dict[str, Any] = {}
        self._failure: OidcError | None = None
        self._said_at = self._failed_at = -float("inf")

    def get(self, oldest_s: float) -> dict[str, Any]:
        """What it said less than so many seconds ago, else asked anew.

        Raises: OidcError: it does not answer, or did not within the last FAILED_S.
        """
        now = self._clock()
        with self._lock:
            if now - self._said_at < oldest_s:
                return self._said
            if self._failure is not None and now - self._failed_at < FAILED_S:
                raise OidcError(self._failure.what, self._failure.mend)
        try:
            said = self._ask()
        except OidcError as error:
            with self._lock:
                self._failure, self._failed_at = error, self._clock()
            raise
        with self._lock:
            self._said, self._said_at, self._failure = said, self._clock(), None
        return said


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A code or secret goes where it was meant to go, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def asked(
    address: str, form: bytes | None = None, headers: dict[str, str] | None = None, timeout_s: float = TIMEOUT_S
) -> dict[str, Any]:
    """A JSON object. Raises: OidcError: there is none, or not in time."""
    request = urllib.request.Request(address, form, {"Accept": "application/json"} | (headers or {}))  # noqa: S310
    until = time.monotonic() + timeout_s
    body = b""
    try:
        with _OPENER.open(request, timeout=timeout_s) as answer:
            while piece := answer.read1(_PIECE):
                body += piece
                if len(body) > _MOST or time.monotonic() > until:
                    raise OSError("its answer has no end")
            found = json.loads(body)
    except (OSError, urllib.error.URLError, ValueError, RecursionError) as error:
        raise OidcError(f"{address} gives no answer: {error}", "check access.oidc, and that server") from None
    if not isinstance(found, dict):
        raise OidcError(f"{address} gives another answer than was asked for", "check access.oidc, and that server")
    return found  # pyright: ignore[reportUnknownVariableType]  (its values are looked at one by one)
