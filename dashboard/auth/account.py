"""`/account`: one's own account. Who one is, password, second factor, sessions; plain pages, as those of the login."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from dashboard.words import Words
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.totp import enrolment_uri
from maritime_grid.store.account_checks import AccountFault
from maritime_grid.store.account_rows import SessionRow
from maritime_grid.store.attempts import LoginLocked
from maritime_grid.store.errors import StoreUnavailable
from maritime_grid.store.own_account import Proof, ProofRefused
from maritime_grid.store.sealing import SealBroken

from .account_forms import FACTOR_AT, FactorOffer, factor_page, password_page
from .account_html import SESSIONS_AT, OwnPage, own_page
from .account_parts import STYLE, address
from .asked import local_path
from .cookies import keep_cookies
from .login import FRESH, LoginPages, asked_of, form_fields, home_of, led_to, origin_of
from .table import CHANGE_AT
from .who import Account

HOME = "/account"
DONE = ("password", "factor_set", "factor_gone", "session", "sessions")
ENTRIES = 12
_FILE = Path(__file__).parent / "account.css"


class AccountPages:
    """The routes. The guard lets in who is logged in, and what changes something only with the token of its session."""

    def __init__(self, pages: LoginPages) -> None:
        self._pages, self._own = pages, pages.accounts.own

    def register(self, server: FastAPI) -> None:
        for path, method, do in (
            (HOME, "GET", self.show),
            (CHANGE_AT, "GET", self.show_password),
            (CHANGE_AT, "POST", self.do_password),
            (FACTOR_AT, "GET", self.show_factor),
            (FACTOR_AT, "POST", self.do_factor),
            (SESSIONS_AT, "POST", self.do_sessions),
            (STYLE, "GET", _style),
        ):
            server.add_api_route(path, do, methods=[method], include_in_schema=False)

    async def show(self, request: Request) -> Response:
        account, query = _account(request), request.query_params
        done = query.get("done", "")
        page = await run_in_threadpool(self._page, account, asked_of(request).token, done if done in DONE else "")
        return HTMLResponse(own_page(self._words(request), page), headers=FRESH)

    def _page(self, account: Account, token: str, done: str) -> OwnPage:
        accounts, now = self._pages.accounts, self._pages.now()
        here = accounts.sessions.find(token, now)
        sessions = [row for row in accounts.sessions.of(account.account_id, now) if row.whole]
        return OwnPage(
            own=self._own.seen(account.account_id),
            account=account,
            access=accounts.access.roles[account.role],
            sessions=sorted(sessions, key=lambda row: not _is(row, here)),
            here=here.number if here else 0,
            entries=self._own.entries(account.account_id, ENTRIES),
            home=self._home(account),
            done=done,
            now=now,
        )

    async def show_password(self, request: Request) -> Response:
        return await self._password_form(
            request, self._words(request), local_path(request.query_params.get("next", ""))
        )

    async def _password_form(
        self, request: Request, words: Words, back: str, fault: str = "", status: int = 200
    ) -> Response:
        account = _account(request)
        own = await run_in_threadpool(self._own.seen, account.account_id)
        page = password_page(words, account, own, self._pages.accounts.rules, back, fault)
        return HTMLResponse(page, status, FRESH)

    async def do_password(self, request: Request) -> Response:
        account, asked, form = _account(request), asked_of(request), await form_fields(request)
        words, back = self._pages.words(form.get("lang")), local_path(form.get("next", ""))
        new = form.get("new", "")
        if new != form.get("again", ""):
            return await self._password_form(request, words, back, words("account.fault.again"), 400)
        try:
            token = await self._pages.in_turn(
                self._own.change_password, asked.token, form.get("old", ""), new, origin_of(asked), self._pages.now()
            )
        except AccountFault as error:
            said = words(f"account.fault.{error.kind}", **error.values)
            return await self._password_form(request, words, back, said, 400)
        except (ProofRefused, LoginLocked, StoreUnavailable) as error:
            wrong = isinstance(error, ProofRefused) and error.kind == "wrong"
            said = words("account.fault.wrong_password") if wrong else _said(error, words)
            return await self._password_form(request, words, back, said, 403)
        lead = back or self._home(account) if account.must_change else address(words, HOME, done="password")
        return self._goes_on(request, account, token, lead)

    async def show_factor(self, request: Request) -> Response:
        return await self._factor_form(request, self._words(request))

    async def _factor_form(self, request: Request, words: Words, fault: str = "", status: int = 200) -> Response:
        account = _account(request)
        own = await run_in_threadpool(self._own.seen, account.account_id)
        offer = FactorOffer(needed=self._pages.accounts.access.roles[account.role].second_factor)
        if own.has_password or own.has_second_factor:
            secret = await run_in_threadpool(self._pages.accounts.logins.offered_secret, asked_of(request).token)
            offer = FactorOffer(offer.needed, secret, enrolment_uri(secret, account.account_id, words("title")))
        return HTMLResponse(factor_page(words, account, own, offer, fault), status, FRESH)

    async def do_factor(self, request: Request) -> Response:
        account, asked, form = _account(request), asked_of(request), await form_fields(request)
        words, now = self._pages.words(form.get("lang")), self._pages.now()
        proof, origin = Proof(form.get("password", ""), form.get("old", "")), origin_of(asked)
        try:
            if form.get("do") == "forget":
                token = await self._pages.in_turn(self._own.forget_second_factor, asked.token, proof, origin, now)
            else:
                code = form.get("code", "")
                token = await self._pages.in_turn(self._own.set_second_factor, asked.token, proof, code, origin, now)
        except (ProofRefused, LoginLocked, StoreUnavailable, SealBroken, UsageError) as error:
            return await self._factor_form(request, words, _said(error, words), 403)
        done = "factor_gone" if form.get("do") == "forget" else "factor_set"
        return self._goes_on(request, account, token, address(words, HOME, done=done))

    async def do_sessions(self, request: Request) -> Response:
        asked, form = asked_of(request), await form_fields(request)
        words, number = self._pages.words(form.get("lang")), form.get("number", "")
        if form.get("do") == "others":
            await run_in_threadpool(self._own.end_others, asked.token, self._pages.now())
            return led_to(address(words, HOME, done="sessions"))
        if number.isascii() and number.isdigit() and len(number) <= 18:
            await run_in_threadpool(self._own.end_session, asked.token, int(number), self._pages.now())
        return led_to(address(words, HOME, done="session"))

    def _goes_on(self, request: Request, account: Account, token: str, lead: str) -> RedirectResponse:
        """All its sessions ended; the browser that asked has the new one."""
        answer = led_to(lead)
        role = self._pages.accounts.access.roles[account.role]
        keep_cookies(answer.headers, asked_of(request), token, role)
        return answer

    def _home(self, account: Account) -> str:
        return home_of(self._pages.accounts.access.roles[account.role])

    def _words(self, request: Request) -> Words:
        return self._pages.words(request.query_params.get("lang"))


def _account(request: Request) -> Account:
    return request.state.account


def _is(row: SessionRow, here: SessionRow | None) -> bool:
    return here is not None and row.number == here.number


def _said(error: Exception, words: Words) -> str:
    if isinstance(error, ProofRefused):
        return words(f"account.fault.{error.kind}")
    if isinstance(error, UsageError | SealBroken):
        return words("account.fault.needed" if isinstance(error, UsageError) else "login.sealed")
    return words("login.locked" if isinstance(error, LoginLocked) else "login.busy")


async def _style(_: Request) -> Response:
    return FileResponse(_FILE, headers={"Cache-Control": "max-age=3600"})
