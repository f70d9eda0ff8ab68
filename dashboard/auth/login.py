"""`/login`, `/login/code` and `/logout`: the steps of logging in, as plain pages."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse

from dashboard.words import Catalogues, Words
from maritime_grid.domain.access import RoleAccess
from maritime_grid.domain.totp import enrolment_uri
from maritime_grid.store.account_rows import SessionRow
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.errors import StoreUnavailable
from maritime_grid.store.logins import Granted, LoginLocked, LoginRefused
from maritime_grid.store.passwords import AT_ONCE
from maritime_grid.store.sealing import SealBroken
from maritime_grid.store.sessions import Origin

from .asked import CSRF_FIELD, Asked, AuthOptions, csrf_of, local_path, same
from .bodies import MOST_FORM, form_of
from .cookies import forget_cookies, forget_half, keep_cookies, keep_half
from .html import code_page, login_page, logout_page, refused_page
from .table import is_page
from .who import AccessRefused, Account

log = logging.getLogger(__name__)

TICKET_S = 3600  # a login form may lie open for so long
_STYLE = Path(__file__).parent / "login.css"
FRESH = {"Cache-Control": "no-store"}

Result = TypeVar("Result")


class LoginPages:
    """What the routes share.

    Args:
        accounts: with their logins and sessions.
        options: of [access].
        now: the present moment, aware UTC.
        catalogues: words of the screen.
        outside: what the button of another server's login says; empty: there is none.
    """

    def __init__(
        self,
        accounts: Accounts,
        options: AuthOptions,
        now: Callable[[], datetime],
        catalogues: Catalogues,
        outside: str = "",
    ) -> None:
        self.accounts, self.now = accounts, now
        self._options, self._catalogues, self._outside = options, catalogues, outside
        self._turns: CapacityLimiter | None = None

    def register(self, server: FastAPI) -> None:
        """Put the routes and the answer to refused acts into `server`."""
        for path, show, do in (
            ("/login", self.show_login, self.do_login),
            ("/login/code", self.show_code, self.do_code),
            ("/logout", self.show_logout, self.do_logout),
        ):
            server.add_api_route(path, show, methods=["GET"], include_in_schema=False)
            server.add_api_route(path, do, methods=["POST"], include_in_schema=False)
        server.add_api_route("/login/login.css", _style, methods=["GET"], include_in_schema=False)
        server.add_exception_handler(AccessRefused, _refused)
        server.add_exception_handler(StoreUnavailable, self._away)

    async def show_login(self, request: Request) -> Response:
        asked, back = asked_of(request), local_path(request.query_params.get("next", ""))
        row = await self._session(asked, half=False)
        if row is not None:
            return led_to(back or home_of(self._role(row)))
        return self._login_form(self.words(request.query_params.get("lang")), back)

    async def do_login(self, request: Request) -> Response:
        asked, form = asked_of(request), await form_fields(request)
        words, back = self.words(form.get("lang")), local_path(form.get("next", ""))
        name = form.get("name", "")
        if not self._is_fresh(form.get("ticket", "")):
            return self._login_form(words, back, name, words("login.expired"), 400)
        try:
            granted = await self.in_turn(
                self.accounts.logins.by_password, name, form.get("password", ""), origin_of(asked), self.now()
            )
        except LoginLocked:
            return self._login_form(words, back, name, words("login.locked"), 429)
        except LoginRefused:
            return self._login_form(words, back, name, words("login.failed"), 401)
        except StoreUnavailable as error:
            log.warning("nobody can log in: %s", error)
            return self._login_form(words, back, name, words("login.busy"), 503)
        return await self.entered(asked, granted, back, words)

    async def in_turn(self, function: Callable[..., Result], *values: object) -> Result:
        """What hashes passwords, in threads of its own: who waits for a turn must not hold those that answer others."""
        if self._turns is None:  # made where its loop runs
            self._turns = CapacityLimiter(AT_ONCE)
        return await to_thread.run_sync(function, *values, limiter=self._turns)

    async def show_code(self, request: Request) -> Response:
        asked, back = asked_of(request), local_path(request.query_params.get("next", ""))
        row = await self._session(asked, half=True)
        words = self.words(request.query_params.get("lang"))
        return led_to("/login") if row is None else await self._code_form(asked, row, words, back)

    async def do_code(self, request: Request) -> Response:
        asked, form = asked_of(request), await form_fields(request)
        words, back = self.words(form.get("lang")), local_path(form.get("next", ""))
        row = await self._session(asked, half=True)
        if row is None:
            return self._login_form(words, back, "", words("login.expired"), 401)
        if not same(form.get(CSRF_FIELD, ""), csrf_of(asked.half_token)):
            return await self._code_form(asked, row, words, back, words("login.expired"), 403)
        try:
            granted = await run_in_threadpool(
                self.accounts.logins.by_code, asked.half_token, form.get("code", ""), origin_of(asked), self.now()
            )
        except LoginLocked:
            return await self._code_form(asked, row, words, back, words("login.locked"), 429)
        except LoginRefused:
            return await self._code_form(asked, row, words, back, words("login.code_failed"), 401)
        except SealBroken as error:
            log.error("%s cannot log in: %s", row.account_id, error)
            return await self._code_form(asked, row, words, back, words("login.sealed"), 503)
        return await self.entered(asked, granted, back, words)

    async def show_logout(self, request: Request) -> Response:
        asked = asked_of(request)
        row = await self._session(asked, half=False)
        words = self.words(request.query_params.get("lang"))
        page = logout_page(words, csrf_of(asked.token), row.name_shown) if row else ""
        return HTMLResponse(page, headers=FRESH) if page else led_to("/login")

    async def do_logout(self, request: Request) -> Response:
        asked = asked_of(request)
        given = (await form_fields(request)).get(CSRF_FIELD, "") or request.headers.get("x-csrftoken", "")
        answer = led_to("/login")
        if asked.token:
            if not same(given, csrf_of(asked.token)):
                raise AccessRefused("the token of the session is missing or wrong", "load the page again")
            await run_in_threadpool(self.accounts.sessions.end, asked.token, self.now())
        forget_cookies(answer.headers, asked)
        return answer

    async def _away(self, request: Request, error: Exception) -> Response:
        log.warning("not answered: %s", error)
        if is_page(request.url.path):
            return self.refused(503, None, asked_of(request))
        return JSONResponse({"error": "the store is away"}, 503, FRESH)

    def failed(self, lang: str) -> Response:
        """The login again, after one from outside that led nowhere."""
        words = self.words(lang)
        return self._login_form(words, "", "", words("login.outside_failed"), 401)

    def refused(self, status: int, account: Account | None, asked: Asked) -> Response:
        """The page of a refusal, for the guard."""
        words = self.words("en" if "lang=en" in asked.query.split("&") else None)
        return HTMLResponse(refused_page(words, status, account.name_shown if account else ""), status, FRESH)

    async def entered(self, asked: Asked, granted: Granted, back: str, words: Words) -> Response:
        """After a step that went well: to the next one, or in, under a new token."""
        if asked.token:  # whoever was logged in here is so no more
            await run_in_threadpool(self.accounts.sessions.end, asked.token, self.now())
        if not granted.whole:
            answer = led_to(f"/login/code?{urlencode({'lang': words.lang} | ({'next': back} if back else {}))}")
            keep_half(answer.headers, asked, granted.token, self._options.half_login_s)
            return answer
        row = await run_in_threadpool(self.accounts.sessions.find, granted.token, self.now())
        role = self._role(row) if row else None
        answer = led_to((back or home_of(role)) if role else "/login")
        forget_half(answer.headers, asked)
        if role:
            keep_cookies(answer.headers, asked, granted.token, role)
        return answer

    def _login_form(self, words: Words, back: str, name: str = "", fault: str = "", status: int = 200) -> Response:
        return HTMLResponse(
            login_page(words, back, self._ticket(), name=name, fault=fault, outside=self._outside), status, FRESH
        )

    async def _code_form(
        self, asked: Asked, row: SessionRow, words: Words, back: str, fault: str = "", status: int = 200
    ) -> Response:
        enrolment = None
        if not row.has_second_factor:
            secret = await run_in_threadpool(self.accounts.logins.offered_secret, asked.half_token)
            enrolment = (secret, enrolment_uri(secret, row.account_id, words("title")))
        page = code_page(words, back, csrf_of(asked.half_token), enrolment=enrolment, fault=fault)
        return HTMLResponse(page, status, FRESH)

    async def _session(self, asked: Asked, *, half: bool) -> SessionRow | None:
        token = asked.half_token if half else asked.token
        if not token:
            return None
        return await run_in_threadpool(self.accounts.sessions.find, token, self.now(), half=half)

    def _role(self, row: SessionRow) -> RoleAccess:
        return self.accounts.access.roles[row.role]

    def words(self, lang: str | None) -> Words:
        return self._catalogues.pick(lang)

    def _ticket(self) -> str:
        """Says that the form is ours and when it was made."""
        made = str(int(self.now().timestamp()))
        return f"{made}.{self._signed(made)}"

    def _is_fresh(self, ticket: str) -> bool:
        made, _, signature = ticket.partition(".")
        if not same(signature, self._signed(made)):
            return False
        return 0 <= self.now().timestamp() - int(made) <= TICKET_S

    def _signed(self, text: str) -> str:
        return hmac.new(self._options.secret_key, b"login:" + text.encode(), sha256).hexdigest()


def home_of(role: RoleAccess) -> str:
    """Where a login leads that asked for no page: the first of its role."""
    return "/" if role.pages[0] == "wall" else f"/{role.pages[0]}"


def asked_of(request: Request) -> Asked:
    return request.scope["mg.asked"]


def origin_of(asked: Asked) -> Origin:
    return Origin(asked.client, asked.headers.get("user-agent", ""))


def led_to(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303, FRESH)


async def form_fields(request: Request) -> dict[str, str]:
    """Its fields; none where it is no form or too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_FORM:
            return {}
    return form_of(body)


async def _style(_: Request) -> Response:
    return FileResponse(_STYLE, headers={"Cache-Control": "max-age=3600"})


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, AccessRefused) else 403
    return JSONResponse({"error": str(error)}, status, FRESH)
