"""Addresses of people beside their page: sheets as spreadsheets, with personal data only for a purpose, and logged."""

from __future__ import annotations

from io import BytesIO

from fastapi import FastAPI, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.cli.sheet_files import write_xlsx
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.settings import load_settings

from .auth import AccessRefused, needs
from .case_export import TYPES
from .desk import Desk
from .people_desk import commands
from .report.badge import add_badge_page
from .report.card import add_card_page
from .views.people_staff import SHEETS as GIVEN
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

    del export


def _file(desk: Desk, name: str, purpose: str) -> Response:
    account = needs("people.export")
    if name not in GIVEN:
        return _error(404, "no such sheet")
    columns, rows = commands(desk).rows(name, account.account_id, desk.now(), purpose[:_LONGEST])
    out = BytesIO()
    write_xlsx(out, SHEETS[name], columns, rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "private, no-store"}
    return Response(out.getvalue(), media_type=TYPES["xlsx"], headers=headers)


def _error(status: int, said: str) -> JSONResponse:
    return JSONResponse({"error": said}, status, {"Cache-Control": "no-store"})
