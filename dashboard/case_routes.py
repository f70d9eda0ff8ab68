"""Addresses of cases beside their pages: attachments, the list as a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import SEEK_END
from typing import BinaryIO
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse

from maritime_grid.cases.flow import IllegalAct, NotAllowed, StaleCase
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError
from maritime_grid.store.case_reads import read_attachment
from maritime_grid.store.case_steps import NoSuchCase
from maritime_grid.store.report_reads import attached_as

from .auth import AccessRefused, needs
from .case_export import TYPES, export, export_late
from .case_query import read_query
from .desk import Desk
from .dossier import dossier
from .words import Catalogues, Words

INLINE = frozenset({"image/jpeg", "image/png", "image/webp"})  # everything else is for the reader's own programs
_LONGEST = 200
_PIECE = 1 << 18  # bytes sent at once
_ASK_AGAIN = "private, no-cache"  # kept by this browser alone, and shown only after we were asked
_HASH = re.compile(r'(?:W/)?"([0-9a-f]{64})"')
_STATUS: tuple[tuple[type[MaritimeGridError], int], ...] = (
    (NoSuchCase, 404), (NotAllowed, 403), (StaleCase, 409), (IllegalAct, 409), (ServiceUnavailableError, 503),
)  # fmt: skip


def add_case_routes(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    """Register the addresses."""

    @server.get("/api/v1/cases/export.{ending}", tags=["cases"], summary="The list of cases as xlsx or csv")
    async def export_list(request: Request, ending: str) -> Response:
        if ending not in TYPES:
            return _error(404, "no such file")
        words, query = catalogues.pick(request.query_params.get("lang")), read_query(request.query_params)
        return await _answered(lambda: export(desk, needs("case.read"), query, words, ending))

    @server.get("/api/v1/cases/late.{ending}", tags=["cases"], summary="Late steps as xlsx or csv")
    async def export_who_was_late(request: Request, ending: str, purpose: str = "") -> Response:
        if ending not in TYPES:
            return _error(404, "no such file")
        words, query = (
            catalogues.pick(request.query_params.get("lang")),
            read_query({**request.query_params, "view": "late"}),
        )
        return await _answered(lambda: export_late(desk, needs("case.read"), query, purpose[:_LONGEST], words, ending))

    @server.get("/api/v1/cases/{case_id}/attachments/{seq}", tags=["cases"], summary="One attachment of a case")
    async def download(request: Request, case_id: str, seq: int, inline: bool = False) -> Response:
        return await _answered(
            lambda: _attachment(desk, case_id, seq, inline, request.headers.get("if-none-match", ""))
        )

    @server.get("/api/v1/cases/{case_id}/dossier", tags=["cases"], summary="A case whole, as a zip")
    async def take_dossier(request: Request, case_id: str, purpose: str = "") -> Response:
        words = catalogues.pick(request.query_params.get("lang"))
        return await _answered(lambda: _dossier(desk, case_id, purpose[:_LONGEST], words))

    del export_list, export_who_was_late, download, take_dossier


async def _answered(work: Callable[[], Response]) -> Response:
    """What the work gives, in a thread of its own; an expected failure as JSON that tells nothing of hidden cases."""
    try:
        return await run_in_threadpool(work)
    except MaritimeGridError as error:
        return _refusal(error)


def _refusal(error: MaritimeGridError) -> JSONResponse:
    if isinstance(error, AccessRefused):
        return _error(error.status, str(error))
    return _error(next((status for kind, status in _STATUS if isinstance(error, kind)), 400), str(error))


def _attachment(desk: Desk, case_id: str, seq: int, inline: bool, kept: str) -> Response:
    """The file, or that the one which the browser kept (`kept`: its If-None-Match) is still it.

    Browsers keep it and ask each time: who may no longer see the case gets nothing, kept or not (decision 0116).
    """
    found, account = None, needs("case.read")
    if len(case_id) <= _LONGEST and 0 < seq < 2**31 and "\0" not in case_id:
        with desk.reads.as_account(account.account_id) as conn:
            known = _HASH.fullmatch(kept)
            if known and attached_as(conn, case_id, known[1]) == seq:
                return Response(status_code=304, headers={"ETag": kept, "Cache-Control": _ASK_AGAIN})
            found = read_attachment(conn, case_id, seq)
    if found is None:
        return _error(404, "no such attachment")
    name, media_type, content = found
    shown = inline and media_type in INLINE
    headers = {
        "Content-Disposition": disposition(name, inline=shown),
        "Cache-Control": _ASK_AGAIN,
        "ETag": f'"{sha256(content).hexdigest()}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)


def _dossier(desk: Desk, case_id: str, purpose: str, words: Words) -> Response:
    whole = dossier(desk, needs("case.read"), case_id, purpose, words)
    length = whole.seek(0, SEEK_END)
    headers = {
        "Content-Disposition": disposition(f"{case_id}.zip", inline=False),
        "Cache-Control": "private, no-store",
        "Content-Length": str(length),
    }
    return StreamingResponse(_pieces(whole), media_type="application/zip", headers=headers)


def _pieces(whole: BinaryIO) -> Iterator[bytes]:
    """A file piece by piece, closed at its end or when its reader leaves."""
    with whole:
        whole.seek(0)
        yield from iter(lambda: whole.read(_PIECE), b"")


def disposition(name: str, *, inline: bool) -> str:
    """The header with the name of a file in both forms of RFC 6266."""
    kind = "inline" if inline else "attachment"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _error(status: int, said: str) -> JSONResponse:
    return JSONResponse({"error": said}, status, {"Cache-Control": "no-store"})
