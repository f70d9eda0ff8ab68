"""`/public/items`: the list of work items 工作事项清单 for everybody (Art. 24), with what held before.

What was published and nothing else: neither drafts, nor who proposed, nor what was said of it.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from dashboard.body import body_of, respond
from dashboard.desk import Desk
from dashboard.item_files import ENDINGS, items_file
from dashboard.item_lists import Listed, listed
from dashboard.words import Catalogues, Words
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.domain.people import day_of
from maritime_grid.settings_model import PublicSettings
from maritime_grid.store.jsonrows import clean_text

from .items_html import items_page
from .limits import Buckets, Rate
from .public import client_of

MOST = 40  # characters of a search
AWAY_S = 30  # the store is asked again so soon


class PublicItems:
    """What the addresses share.

    Args:
        desk: reads and the clock.
        catalogues: words of the screen.
        limits: [public] of the configuration.
    """

    def __init__(self, desk: Desk, catalogues: Catalogues, limits: PublicSettings) -> None:
        self._desk, self._catalogues = desk, catalogues
        self._rates = Buckets(
            Rate(limits.list_burst, limits.list_per_hour), Rate(limits.all_list_burst, limits.all_list_per_hour)
        )

    def register(self, server: FastAPI) -> None:
        """Put the addresses into `server`."""
        server.add_api_route("/public/items", self.page, methods=["GET"], include_in_schema=False)
        for ending in ENDINGS:
            server.add_api_route(f"/public/items.{ending}", self.file, methods=["GET"], include_in_schema=False)

    async def page(self, request: Request, q: str = "") -> Response:
        asked = _asked(q)

        def found(whole: Listed, words: Words) -> Response:
            return respond(request, body_of(items_page(words, whole, asked), "text/html"))

        return await self._answer(request, asked, found)

    async def file(self, request: Request, q: str = "", versions: str = "") -> Response:
        """What the page shows, or with `versions=all` whatever was published of it."""
        ending = request.url.path.rpartition(".")[2]

        def found(whole: Listed, words: Words) -> Response:
            return items_file(whole, words, ending, every=versions == "all")

        return await self._answer(request, _asked(q), found)

    async def _answer(self, request: Request, asked: str, found: Callable[[Listed, Words], Response]) -> Response:
        words = self._catalogues.pick(request.query_params.get("lang"))
        wait_s = self._rates.take(client_of(request), monotonic())
        if wait_s:
            return _fault(words, "follow.slower", asked, 429, int(wait_s) + 1)
        try:
            return await run_in_threadpool(lambda: found(self._listed(asked), words))
        except MaritimeGridError:
            return _fault(words, "follow.away", asked, 503, AWAY_S)

    def _listed(self, asked: str) -> Listed:
        return listed(self._desk.reads.work_items(), day_of(self._desk.now()), asked)


def _asked(q: str) -> str:
    return clean_text(q).strip()[:MOST]


def _fault(words: Words, fault: str, asked: str, status: int, again_s: int) -> Response:
    headers = {"Retry-After": f"{again_s}", "Cache-Control": "no-store"}
    return HTMLResponse(items_page(words, None, asked, fault), status, headers)
