"""The guard before every address: who asks, from where, and whether the table lets them. ASGI middleware."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maritime_grid.domain.access import Access, Role
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.account_rows import SessionRow
from maritime_grid.store.accounts import Accounts

from .asked import (
    CSRF_FIELD,
    CSRF_HEADER,
    Asked,
    AuthOptions,
    csrf_of,
    is_from_here,
    is_known_host,
    leading_back,
    read_asked,
    same,
)
from .bodies import ASIDE_FROM, MOST_CALLBACK, MOST_DRAWING, MOST_FORM, MOST_WALL, Aside, form_of, read, without_body
from .callbacks import need_of_sent
from .cookies import keep_cookies
from .lookup import Lookup
from .table import (
    ACCOUNT,
    CALLBACK,
    CHANGE,
    CHANGE_AT,
    LOCAL,
    OPEN,
    OWN,
    PUBLIC,
    SHELL,
    UNATTENDED,
    WALL,
    is_page,
    is_read_by_dash,
    need_of,
)
from .who import Account, acting

log = logging.getLogger(__name__)

HSTS = "max-age=31536000"  # a year; names below ours are not ours to speak for
_FORM = "application/x-www-form-urlencoded"
_UNCHECKED = ("/healthz", "/readyz")  # asked by machines that know us by any name

Refusal = tuple[int, str]


class Guard:
    """Refuses what the table does not allow, and says who asks to everything behind it.

    Args:
        app: what is guarded.
        accounts: with their sessions.
        options: of [access].
        now: the present moment, aware UTC.
        callbacks: Dash's map of callbacks, read at each request since pages add to it.
        refused_page: the page of a refusal, for people: status, account, request.
        lines: what people are told of a callback that is refused, by status.
    """

    def __init__(
        self,
        app: ASGIApp,
        accounts: Accounts,
        options: AuthOptions,
        now: Callable[[], datetime],
        callbacks: Mapping[str, Any],
        refused_page: Callable[[int, Account | None, Asked], Response],
        lines: Mapping[int, str],
    ) -> None:
        self._app, self._accounts, self._options = app, accounts, options
        self._callbacks, self._refused_page, self._lines = callbacks, refused_page, lines
        self._sessions, self._aside = Lookup(accounts.sessions, now), Aside()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # no page of ours uses one
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] != "http" or scope["path"] in _UNCHECKED:
            await self._app(scope, receive, send)
        else:
            await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = read_asked(scope, self._options)
        refusal = self._channel(asked)
        if refusal:
            await JSONResponse({"error": refusal[1]}, refusal[0])(scope, receive, send)
            return
        need = need_of(asked.path)
        if not asked.changes_something:
            receive = without_body(receive)
        try:
            account = None if need in {OPEN, PUBLIC, LOCAL} else await self._account(asked)
        except MaritimeGridError as error:
            log.warning("no session can be read: %s", error)
            await self._answer(asked, None, (503, "the store is away"))(scope, receive, send)
            return
        refusal, receive, body = await self._judged(asked, need, account, receive)
        if refusal:
            await self._answer(asked, account, refusal)(scope, receive, send)
            return
        scope.setdefault("state", {})["account"] = account
        scope["mg.asked"] = asked
        kept = self._kept(asked, need, account, send)
        with acting(account):
            if len(body) < ASIDE_FROM:
                await self._app(scope, receive, kept)
            else:
                await self._aside.answer(self._app, scope, body, kept)

    def _channel(self, asked: Asked) -> Refusal | None:
        """What is wrong with the way by which the request came, whoever sent it."""
        if not is_known_host(asked, self._options):
            return 400, "this name is not one of the dashboard's; add it to access.hosts"
        if not asked.is_tls and not asked.is_local:
            return 403, "TLS is needed; use https, or let the trusted proxy send X-Forwarded-Proto"
        if asked.changes_something and not is_from_here(asked):
            return 403, "the request does not come from a page of this site"
        return None

    async def _account(self, asked: Asked) -> Account | None:
        token = asked.token
        row = await self._sessions.find(token, unattended=asked.path in UNATTENDED) if token else None
        return account_of(row, self._accounts.access, token) if row else None

    async def _judged(
        self, asked: Asked, need: str | None, account: Account | None, receive: Receive
    ) -> tuple[Refusal | None, Receive, bytes]:
        """Why it is refused, if it is; what gives the request's body to whatever comes next; a long callback's body."""
        body = b""
        if account is not None and account.must_change and need != CHANGE:
            return (403, "choose a password of your own first"), receive, body
        if need is None:
            return (404, "no such address") if account else (401, "log in first"), receive, body
        if need == CALLBACK and (account or self._wall_is_open(asked)):
            found, receive = await read(receive, _most_of_callback(account))
            if found is None:
                return (413, self._lines[413]), receive, body
            body, sent = found, await self._aside.json_of(found)
            need = need_of_sent(self._callbacks, sent) if sent is not None else None
            if need is None:
                return (400, self._lines[400]), receive, body
        refusal = self._refusal(need, asked, account)
        if refusal is None and account is not None and asked.changes_something:
            given, receive = await _token_given(asked, receive)
            if not same(given, account.csrf):
                refusal = 403, "the token of the session is missing or wrong; load the page again"
        if refusal is None and asked.changes_something and not body and is_read_by_dash(asked.path):
            refusal = 405, "nothing is changed here"
        return refusal, receive, body

    def _refusal(self, need: str, asked: Asked, account: Account | None) -> Refusal | None:
        if need in {OPEN, PUBLIC} or (need == LOCAL and asked.is_local):
            return None
        if need in {WALL, SHELL} and self._wall_is_open(asked):
            return None
        if need == LOCAL:
            return 403, "from this machine only"
        if account is None:
            return 401, "log in first"
        if need in {OWN, CHANGE}:
            return None if account.role != Role.WALL else (403, "a wall keeps the password that it was given")
        allowed = need in {ACCOUNT, SHELL} or account.may("page.wall" if need == WALL else need)
        return None if allowed else (403, f"{account.role} may not do {need}")

    def _wall_is_open(self, asked: Asked) -> bool:
        return self._options.open_wall == "always" or (self._options.open_wall == "loopback" and asked.is_local)

    def _answer(self, asked: Asked, account: Account | None, refusal: Refusal) -> Response:
        status, said = refusal
        page = asked.method in {"GET", "HEAD"} and is_page(asked.path)
        if page and status == 401:
            return RedirectResponse(leading_back("/login", asked), 303, {"Cache-Control": "no-store"})
        if page and status == 403 and account is not None and account.must_change:
            return RedirectResponse(leading_back(CHANGE_AT, asked), 303, {"Cache-Control": "no-store"})
        if page:
            return self._refused_page(status, account, asked)
        return JSONResponse({"error": said}, status, {"Cache-Control": "no-store"})

    def _kept(self, asked: Asked, need: str | None, account: Account | None, send: Send) -> Send:
        """Answers for one person are not kept by anyone on the way, and a page loaded keeps its cookies alive."""

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if asked.is_tls:
                    headers["Strict-Transport-Security"] = HSTS
            if message["type"] == "http.response.start" and account is not None:
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Cookie")
                if need not in {WALL, SHELL}:
                    headers.setdefault("Cache-Control", "no-store")
                if headers.get("content-type", "").startswith("text/html"):
                    row = self._accounts.access.roles[account.role]
                    keep_cookies(headers, asked, asked.token, row)
            await send(message)

        return send_kept


def account_of(row: SessionRow, access: Access, token: str) -> Account:
    """The account of a session, as pages know it."""
    acts = access.roles[row.role].acts
    return Account(
        row.account_id, row.role, row.unit_id, row.body_id, row.name_shown, csrf_of(token), acts, row.must_change
    )


def _most_of_callback(account: Account | None) -> int:
    """Bytes that the body of a callback may have."""
    if account is None:
        return MOST_WALL
    return MOST_DRAWING if account.may("grids.propose") else MOST_CALLBACK


async def _token_given(asked: Asked, receive: Receive) -> tuple[str, Receive]:
    """The token of the session that a request brings: in its header, or as a field of a form."""
    given = asked.headers.get(CSRF_HEADER, "")
    if given or not asked.headers.get("content-type", "").startswith(_FORM):
        return given, receive
    body, receive = await read(receive, MOST_FORM)
    return form_of(body or b"").get(CSRF_FIELD, ""), receive
