"""Answers of the addresses that forms send to: JSON that nobody keeps, errors as {error, field, mend}."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from dashboard.auth import AccessRefused
from maritime_grid.cases.flow import IllegalAct, NotAllowed, StaleCase
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError, UsageError
from maritime_grid.store.case_public import PhotoRefused
from maritime_grid.store.case_steps import NoSuchCase

from .form import FormFault

MOST_SHORT = 16 << 10  # bytes: the few words of who follows a case
MOST_FORM = 128 << 10  # bytes: all texts of a form at their longest
_STATUS: tuple[tuple[type[MaritimeGridError], int], ...] = (
    (FormFault, 422), (UsageError, 422), (PhotoRefused, 422), (NoSuchCase, 404), (NotAllowed, 403), (StaleCase, 409),
    (IllegalAct, 409), (ServiceUnavailableError, 503),
)  # fmt: skip


def answer(value: Any, status: int = 200, **headers: str) -> JSONResponse:
    return JSONResponse(value, status, {"Cache-Control": "no-store", **headers})


def refusal(error: MaritimeGridError) -> JSONResponse:
    """What is wrong, in which field (empty: none of them), and the mend."""
    if isinstance(error, AccessRefused):
        status = error.status
    else:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
    return answer({"error": error.what, "field": getattr(error, "field", ""), "mend": error.mend}, status)


async def answered(work: Callable[[], JSONResponse]) -> JSONResponse:
    """What the work gives, in a thread of its own; an expected failure as its refusal."""
    try:
        return await run_in_threadpool(work)
    except MaritimeGridError as error:
        return refusal(error)


async def form_body(request: Request) -> bytes:
    """The body of a form.

    Raises: FormFault: it is too long, or no JSON by its own word (pages elsewhere cannot send that unasked).
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise FormFault("the form is not JSON", "send application/json", "")
    found = await _body(request, MOST_FORM)
    if found is None:
        raise FormFault("the form is too long", "shorten its texts", "")
    return found


async def short_body(request: Request) -> bytes:
    """The body of a form that browsers send without a script; nothing where it is another, or too long."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        return b""
    return await _body(request, MOST_SHORT) or b""


async def _body(request: Request, most: int) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)
