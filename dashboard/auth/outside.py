"""`/login/oidc`: to the other server, and back from it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import escape
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from maritime_grid.store.logins import LoginRefused

from .asked import Asked, AuthOptions, local_path, same
from .cookies import forget_way, keep_way, way_of
from .login import LoginPages, asked_of, origin_of
from .oidc import Issuer, OidcError, new_way, opened_way

log = logging.getLogger(__name__)

BACK = "/login/oidc/back"
_FRESH = {"Cache-Control": "no-store"}
_THREADS = 4  # of their own: a server that hangs must not hold those that answer everybody else

Result = TypeVar("Result")


class OutsideLogin:
    """The two steps.

    Args:
        issuer: the other server.
        pages: of our own login, for what comes after.
        options: of [access].
    """

    def __init__(self, issuer: Issuer, pages: LoginPages, options: AuthOptions) -> None:
        self._issuer, self._pages, self._options = issuer, pages, options
        self._limiter: CapacityLimiter | None = None

    def register(self, server: FastAPI) -> None:
        server.add_api_route("/login/oidc", self.go, methods=["GET"], include_in_schema=False)
        server.add_api_route(BACK, self.come_back, methods=["GET"], include_in_schema=False)

    async def go(self, request: Request) -> Response:
        asked, query = asked_of(request), request.query_params
        way = new_way(local_path(query.get("next", "")), query.get("lang", ""), self._pages.now().timestamp())
        try:
            address = await self._aside(self._issuer.login_address, way, _redirect(asked))
        except OidcError as error:
            return self._failed(way.lang, error)
        answer = RedirectResponse(address, 303, _FRESH)
        keep_way(answer.headers, asked, way.sealed(self._options.secret_key))
        return answer

    async def come_back(self, request: Request) -> Response:
        asked, query = asked_of(request), request.query_params
        way = opened_way(way_of(asked), self._options.secret_key, self._pages.now().timestamp())
        if way is None or not same(query.get("state", ""), way.state) or not query.get("code"):
            return self._failed(way.lang if way else "", OidcError("came back another way than it went"))
        try:
            subject = await self._aside(self._issuer.subject, query["code"], way, _redirect(asked))
            granted = await self._aside(
                self._pages.accounts.logins.by_outside, subject, origin_of(asked), self._pages.now()
            )
        except (OidcError, LoginRefused) as error:
            return self._failed(way.lang, error)
        led = await self._pages.entered(asked, granted, way.back, self._pages.words(way.lang))
        forget_way(led.headers, asked)
        return _from_here(led)

    async def _aside(self, function: Callable[..., Result], *values: object) -> Result:
        self._limiter = self._limiter or CapacityLimiter(_THREADS)  # made where its loop runs
        return await to_thread.run_sync(function, *values, limiter=self._limiter)

    def _failed(self, lang: str, error: Exception) -> Response:
        log.warning("a login from outside failed: %s", error)
        return self._pages.failed(lang)


def _redirect(asked: Asked) -> str:
    return asked.origin + BACK


def _from_here(led: Response) -> Response:
    """A page that leads on by itself: strict cookies do not go along while a browser still comes from elsewhere."""
    target = escape(led.headers["location"])
    page = (
        f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={target}">'
        f'<a href="{target}">{target}</a>'
    )
    answer = HTMLResponse(page, headers=_FRESH)
    for cookie in led.headers.getlist("set-cookie"):
        answer.headers.append("Set-Cookie", cookie)
    return answer
