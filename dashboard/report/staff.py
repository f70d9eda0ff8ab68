"""What the form `/report` sends and asks: cases, their attachments, vessels, and who is logged in."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse

from dashboard.attachments import Incoming, attach, read_incoming
from dashboard.auth import Account, needs
from dashboard.desk import Desk
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.case_rows import Filed, NewCase
from maritime_grid.store.case_steps import NoSuchCase
from maritime_grid.store.errors import StoreRefused
from maritime_grid.store.report_reads import grid_names

from .answers import answer, answered, form_body, refusal
from .filing import staff_case
from .form import StaffReport, read_form
from .vessels import asked_place, found_vessels, place_by_tracks

_CASE_ID = re.compile(r"\d{4}-\d{6,9}", re.ASCII)


def add_staff_routes(server: FastAPI, desk: Desk) -> None:
    """Register the addresses."""

    @server.post(
        "/api/v1/cases", tags=["cases"], summary="File a case; sent twice with one request_key it is filed once"
    )
    async def file_case(request: Request) -> Response:
        try:
            account = needs("case.file")
            new = staff_case(read_form(StaffReport, await form_body(request)), desk.case_settings, desk.now())
        except MaritimeGridError as error:
            return refusal(error)
        return await answered(partial(_file, desk, new, account.account_id))

    @server.post(
        "/api/v1/cases/{case_id}/attachments", tags=["cases"], summary="Attach a file: its bytes, X-Name, X-SHA256"
    )
    async def attach_file(request: Request, case_id: str) -> Response:
        try:
            account = needs("case.attach")
            if not _CASE_ID.fullmatch(case_id):
                raise NoSuchCase(f"there is no case {case_id[:20]!r}", "look it up in the list")
            file = await read_incoming(request, desk.plan.attachments)
        except MaritimeGridError as error:
            return refusal(error)
        return await answered(partial(_attach, desk, account.account_id, case_id, file))

    @server.get(
        "/api/v1/vessels", tags=["cases"], summary="Vessels by a part of their name or the beginning of their MMSI"
    )
    async def vessels(q: str = "") -> Response:
        return await answered(partial(found_vessels, desk, q))

    @server.get(
        "/api/v1/vessels/place", tags=["cases"], summary="Where vessels were at a time, or came nearest before it"
    )
    async def place(vessel: Annotated[list[str] | None, Query()] = None, at: str = "") -> Response:
        try:
            asked = asked_place(vessel or (), at, desk.now())
        except MaritimeGridError as error:
            return refusal(error)
        return await answered(partial(place_by_tracks, desk, asked))

    @server.get("/api/v1/report/me", tags=["cases"], summary="Who files, with the token of the session, and the grids")
    async def me() -> Response:
        return await answered(partial(_me, desk))

    del file_case, attach_file, vessels, place, me


def file_once(desk: Desk, new: NewCase, by: str | None) -> Filed:
    """File a case. Of two forms with one key that came at the same moment the second finds what the first filed."""
    try:
        return desk.cases.file(new, by, desk.now())
    except StoreRefused:
        return desk.cases.file(new, by, desk.now())


def filed_answer(filed: Filed) -> JSONResponse:
    return answer({"case_id": filed.case_id, "code": filed.code}, 200 if filed.repeated else 201)


def _file(desk: Desk, new: NewCase, account_id: str) -> JSONResponse:
    return filed_answer(file_once(desk, new, account_id))


def _attach(desk: Desk, account_id: str, case_id: str, file: Incoming) -> JSONResponse:
    seq, before = attach(desk, account_id, case_id, file)
    return answer({"seq": seq}, 200 if before else 201)


def _me(desk: Desk) -> JSONResponse:
    account = needs("page.report")
    with desk.reads.as_account(account.account_id) as conn:
        grids = grid_names(conn)
    rows = [{"id": g.id, "zh": g.name_zh, "en": g.name_en or g.name_zh} for g in grids]
    return answer({**_shown(account), "grids": rows})


def _shown(account: Account) -> dict[str, Any]:
    may_mark = account.may("case.mark_major")
    return {"account": account.account_id, "name": account.name_shown, "csrf": account.csrf, "may_mark": may_mark}
