"""Addresses of grids beside their page: what a change moves, as a spreadsheet."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from maritime_grid.cli.sheet_files import write_xlsx
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.domain.sheets import Column, Sheet

from .auth import Account, needs
from .case_export import TYPES
from .desk import Desk
from .grid_desk import PROPERTIES, change_with_moves, in_force
from .words import Catalogues, Words

COLUMNS = ("what", "id", "name", "was", "becomes")


def add_grid_routes(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    """Register the addresses."""

    @server.get("/api/v1/grids/changes/{change_id}/moved.xlsx", tags=["grids"], summary="What a change of grids moves")
    async def moved(request: Request, change_id: int) -> Response:
        words, account = catalogues.pick(request.query_params.get("lang")), needs("page.grids")
        try:
            return await run_in_threadpool(_file, desk, account, change_id, words)
        except MaritimeGridError as error:
            return JSONResponse({"error": str(error)}, 503)

    @server.get("/api/v1/grids/in-force.geojson", tags=["grids"], summary="Grids in force, with all that decides")
    async def present() -> Response:
        account = needs("page.grids")
        try:
            found = await run_in_threadpool(_present, desk, account)
        except MaritimeGridError as error:
            return JSONResponse({"error": str(error)}, 503)
        headers = {"Content-Disposition": 'attachment; filename="grids.geojson"', "Cache-Control": "private, no-store"}
        return JSONResponse(found, headers=headers, media_type="application/geo+json")

    del moved, present


def _present(desk: Desk, account: Account) -> dict[str, Any]:
    found = in_force(desk, account)
    desk.cases.log_export("grids:in_force", PROPERTIES, len(found["features"]), account.account_id, desk.now())
    return found


def _file(desk: Desk, account: Account, change_id: int, words: Words) -> Response:
    found = change_with_moves(desk, account, change_id, words) if 0 < change_id < 2**62 else None
    if found is None:
        return JSONResponse({"error": "no such change"}, 404)
    columns = tuple(Column(name, words(f"grids.moved.{name}"), str) for name in COLUMNS)
    sheet = Sheet("moved", words("grids.moved"), ("id",), columns)
    desk.cases.log_export(f"grid_change:{change_id}", COLUMNS, len(found.lines), account.account_id, desk.now())
    out = BytesIO()
    write_xlsx(out, sheet, COLUMNS, [list(line) for line in found.lines])
    headers = {
        "Content-Disposition": f'attachment; filename="grid-change-{change_id}.xlsx"',
        "Cache-Control": "private, no-store",
    }
    return Response(out.getvalue(), media_type=TYPES["xlsx"], headers=headers)
