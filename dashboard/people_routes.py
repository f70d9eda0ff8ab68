"""Addresses of people beside their page: sheets as spreadsheets, out, as templates, and in again.

Out they have personal data only for a purpose, and logged. In they are judged first, see `people_import`.
"""

from __future__ import annotations

from io import BytesIO

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.cli.sheet_files import SheetFileFault, write_xlsx
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.settings import load_settings

from .auth import AccessRefused, needs
from .case_export import TYPES
from .desk import Desk
from .people_desk import commands
from .people_import import Importing, Sent, Told, sheet_for
from .people_lines import LINES, NOT_KEPT, line_of, told_by_lines
from .report.badge import add_badge_page
from .report.card import add_card_page
from .sheet_template import template_of
from .views.people_sheets import LIMITS, file_fault
from .words import Catalogues

_LONGEST = 200


def add_people_routes(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    """Register the addresses.

    Raises: SettingsError: the configuration is wrong, where the desk does not bring its limits of the public.
    """
    add_badge_page(server, desk, catalogues, desk.public or load_settings().public)
    add_card_page(server, desk, catalogues)

    @server.get("/api/v1/people/export.xlsx", tags=["people"], summary="A sheet of people, teams, badges or training")
    async def export(sheet: str = "people", purpose: str = "") -> Response:
        try:
            return await run_in_threadpool(_file, desk, sheet, purpose)
        except AccessRefused as error:
            return _error(error.status, str(error))
        except NotAllowed as error:
            return _error(403, str(error))
        except MaritimeGridError as error:
            return _error(503 if isinstance(error, ServiceUnavailableError) else 400, str(error))

    @server.get("/api/v1/people/template.xlsx", tags=["people"], summary="A sheet to be filled, with what goes where")
    async def template(request: Request, sheet: str = "people") -> Response:
        words = catalogues.pick(request.query_params.get("lang"))
        needs("page.people")
        if sheet not in SHEETS:
            return _error(404, "no such sheet")
        content = await run_in_threadpool(template_of, SHEETS[sheet], words)
        return _download(content, f"{sheet}-template.xlsx")

    del export, template
    _add_import(server, desk, catalogues)


def _add_import(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    importing = Importing(desk)

    @server.post("/api/v1/people/import", tags=["people"], summary="A filled sheet, to be judged or taken in")
    async def take(request: Request, sheet: str = "people") -> Response:
        words = catalogues.pick(request.query_params.get("lang"))
        try:
            allowed = sheet_for(sheet)
        except AccessRefused as error:
            return _error(error.status, str(error))
        if allowed is None:
            return _error(404, "no such sheet")
        content = await _body(request, LIMITS.most_bytes)
        if content is None:
            told = file_fault(SheetFileFault("", "bytes", most=LIMITS.most_bytes >> 20), words)
            return Response(line_of(Told([told], refused=True)), 413, NOT_KEPT, LINES)
        sent = Sent(sheet, request.headers.get("X-Name", ""), content, request.headers.get("X-Agreed", ""))
        account = allowed[0]
        return await told_by_lines(lambda progress: importing.take(account, sent, words, progress))

    del take


async def _body(request: Request, most: int) -> bytes | None:
    """The whole body; None: it is longer."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            return None
        parts.append(part)
    return b"".join(parts)


def _file(desk: Desk, name: str, purpose: str) -> Response:
    account = needs("people.export")
    if name not in SHEETS:
        return _error(404, "no such sheet")
    columns, rows = commands(desk).rows(name, account.account_id, desk.now(), purpose[:_LONGEST])
    out = BytesIO()
    write_xlsx(out, SHEETS[name], columns, rows)
    return _download(out.getvalue(), f"{name}.xlsx")


def _download(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=TYPES["xlsx"], headers=headers)


def _error(status: int, said: str) -> JSONResponse:
    return JSONResponse({"error": said}, status, NOT_KEPT)
