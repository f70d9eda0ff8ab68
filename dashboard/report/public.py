"""Without an account: a form for every kind of case (Art. 21, 25), photos to it, and the steps of a case by its code.

Held back by rates in this process, a field that only programs fill, and a ticket that is older than a person is fast.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from time import monotonic
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from dashboard.auth.bodies import form_of
from dashboard.desk import Desk
from dashboard.words import Catalogues, Words
from maritime_grid.cases.flow import IllegalAct, NotAllowed, StaleCase
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError
from maritime_grid.settings_model import PublicSettings
from maritime_grid.store.case_public import photo_key
from maritime_grid.store.case_steps import NoSuchCase
from maritime_grid.store.errors import StoreError

from .answers import answer, answered, form_body, refusal, short_body
from .filing import public_case
from .follow import code_of, follow_page
from .form import FormFault, PublicReport, read_form
from .judge import SAID, read_judged
from .limits import Buckets, Rate, network_key
from .photos import Photos
from .staff import file_once

TICKET_DAYS = 7  # a form that waits for the line so long is still a form
NO_INDEX = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}
_BEIJING = ZoneInfo("Asia/Shanghai")


class Public:
    """What the addresses share.

    Args:
        desk: commands and the clock.
        catalogues: words of the screen.
        limits: [public] of the configuration.
    """

    def __init__(self, desk: Desk, catalogues: Catalogues, limits: PublicSettings) -> None:
        self._desk, self._catalogues, self._limits = desk, catalogues, limits
        self._filing = Buckets(
            Rate(limits.report_burst, limits.report_per_hour), Rate(limits.all_report_burst, limits.all_report_per_hour)
        )
        self._following = Buckets(
            Rate(limits.follow_burst, limits.follow_per_hour), Rate(limits.all_follow_burst, limits.all_follow_per_hour)
        )
        self._photos = Photos(desk, limits)
        self._secret = secrets.token_bytes(32)  # of this process: a page asks for a new ticket where one is refused

    def register(self, server: FastAPI) -> None:
        """Put the addresses into `server`."""
        for path, work, method in (
            ("/public/ticket", self.ticket, "GET"),
            ("/public/report", self.file, "POST"),
            ("/public/photo", self.photo, "POST"),
            ("/c/", self.ask_code, "GET"),
            ("/c/{code}", self.follow, "GET"),
            ("/c/{code}", self.judge, "POST"),
        ):
            server.add_api_route(path, work, methods=[method], include_in_schema=False)

    async def ticket(self) -> Response:
        return answer({"ticket": self._ticket(), "wait_s": self._limits.min_fill_s + 1})

    def _ticket(self, of: str = "") -> str:
        """Signed with the time, and with what it is for: a ticket of one form opens no other."""
        made = f"{self._desk.now().timestamp():.0f}"
        return f"{made}.{self._signed(made + of)}"

    async def file(self, request: Request) -> Response:
        wait_s = self._filing.take(client_of(request), monotonic())
        if wait_s:
            said = {"error": "too many reports", "field": "", "mend": "send it again later"}
            return answer(said, 429, **{"Retry-After": str(int(wait_s) + 1)})
        try:
            form = read_form(PublicReport, await form_body(request))
            self._check_person(form)
        except MaritimeGridError as error:
            return refusal(error)
        return await answered(partial(self._file, form))

    def _file(self, form: PublicReport) -> JSONResponse:
        now, accused = self._desk.now(), None
        if form.kind == Kind.COMPLAINT and form.about:
            accused = self._desk.reads.accused_of(form.about, now.astimezone(_BEIJING).date())
        new = public_case(form, accused, self._desk.case_settings, now)
        filed = file_once(self._desk, new, None)
        said = {"case_id": filed.case_id, "code": filed.code, "photo_key": photo_key(form.request_key)}
        return answer(said, 200 if filed.repeated else 201)

    async def photo(self, request: Request) -> Response:
        return await self._photos.take(request, client_of(request))

    def _check_person(self, form: PublicReport) -> None:
        """Raises: FormFault: a program filled it, or it was filled faster than people do."""
        if form.website:
            raise FormFault("website must be left empty", "empty it and send it again", "website")
        self._check_ticket(form.ticket)

    def _check_ticket(self, ticket: str, of: str = "") -> None:
        """Raises: FormFault: it is not ours, or was sent faster than people are."""
        made, _, signature = ticket.partition(".")
        ours = self._signed(made + of).encode()
        if not (made.isascii() and made.isdigit() and len(made) < 12 and hmac.compare_digest(signature.encode(), ours)):
            raise FormFault("the ticket of the form is not ours", "take a new one", "ticket")
        age = self._desk.now() - datetime.fromtimestamp(int(made), tz=_BEIJING)
        if not timedelta(seconds=self._limits.min_fill_s) <= age <= timedelta(days=TICKET_DAYS):
            raise FormFault("the form was sent too fast or too late", "send it again in a moment", "ticket")

    async def ask_code(self, request: Request, code: str = "") -> Response:
        lang = request.query_params.get("lang")
        if code:
            asked = f"?lang={quote(lang)}" if lang else ""
            return RedirectResponse(f"/c/{quote(code_of(code) or '-', safe='')}{asked}", 303, NO_INDEX)
        return HTMLResponse(follow_page(self._catalogues.pick(lang), None, ""), headers=NO_INDEX)

    async def follow(self, request: Request, code: str) -> Response:
        """The steps of the case. What is wrong with a code is never told: unknown and mistyped look alike."""
        words, plain = self._catalogues.pick(request.query_params.get("lang")), code_of(code) or ""
        wait_s = self._following.take(client_of(request), monotonic())
        if wait_s:
            page = follow_page(words, None, "follow.slower", plain)
            return HTMLResponse(page, 429, {**NO_INDEX, "Retry-After": str(int(wait_s) + 1)})
        try:
            known = await run_in_threadpool(self._desk.cases.follow, plain or "-")
        except ServiceUnavailableError:
            return HTMLResponse(follow_page(words, None, "follow.away", plain), 503, NO_INDEX)
        if known is None:
            return HTMLResponse(follow_page(words, None, "follow.unknown"), 404, NO_INDEX)
        said = request.query_params.get("said", "")
        good = f"follow.judge.{said}" if said in SAID else ""
        return HTMLResponse(
            follow_page(words, known, "", plain, good=good, ticket=self._ticket(plain)), headers=NO_INDEX
        )

    async def judge(self, request: Request, code: str) -> Response:
        """The reporter rates the result or objects to it: once, and what came too late is told in words."""
        fields = form_of(await short_body(request))
        words, plain = self._catalogues.pick(fields.get("lang")), code_of(code) or ""
        wait_s = self._following.take(client_of(request), monotonic())
        if wait_s:
            page = follow_page(words, None, "follow.slower", plain)
            return HTMLResponse(page, 429, {**NO_INDEX, "Retry-After": str(int(wait_s) + 1)})
        return await run_in_threadpool(self._judge, plain or "-", fields, words)

    def _judge(self, code: str, fields: dict[str, str], words: Words) -> Response:
        try:
            return self._judged(code, fields, words)
        except (ServiceUnavailableError, StoreError):
            return HTMLResponse(follow_page(words, None, "follow.away", code), 503, NO_INDEX)

    def _judged(self, code: str, fields: dict[str, str], words: Words) -> Response:
        cases = self._desk.cases
        try:
            judged, fault, status = read_judged(fields), "follow.judge.incomplete", 422
            if fields.get("website"):
                judged = None
            self._check_ticket(fields.get("ticket", ""), code)
            if judged is not None:
                cases.act_by_code(code, judged.version, judged.act, judged.facts, self._desk.now())
                said = "rated" if judged.act == Act.RATE else "objected"
                return RedirectResponse(f"/c/{code}?said={said}&lang={words.lang.split('_')[0]}", 303, NO_INDEX)
        except FormFault:
            fault, status = "follow.judge.again", 422
        except (StaleCase, IllegalAct):
            fault, status, fields = "follow.judge.stale", 409, {}
        except NotAllowed:
            fault, status, fields = "", 403, {}
        except NoSuchCase:
            return HTMLResponse(follow_page(words, None, "follow.unknown"), 404, NO_INDEX)
        known = cases.follow(code)
        page = follow_page(words, known, fault if known else "follow.unknown", code,
                           ticket=self._ticket(code), typed=fields)  # fmt: skip
        return HTMLResponse(page, status if known else 404, NO_INDEX)

    def _signed(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), sha256).hexdigest()[:40]


def client_of(request: Request) -> str:
    """Whose rate it counts on: the address that the guard believes, where there is one."""
    asked = request.scope.get("mg.asked")
    return network_key(asked.client if asked else request.client.host if request.client else "")
