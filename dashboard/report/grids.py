"""`/public`: what anyone may do here; `/public/grids`: the grids, who is in office and how to reach them (Art. 21)."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from dashboard.body import body_of, json_body, respond
from dashboard.desk import Desk
from dashboard.words import Catalogues, Words
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.settings_model import PublicSettings
from maritime_grid.store.public_reads import PublicGrids

from .grids_chart import chart
from .grids_html import features_of, grids_page, home_page, nowhere_page
from .limits import Buckets, Rate
from .markup import Markup
from .public import client_of

AWAY_S = 30  # the store is asked again so soon
_Page = Callable[[Words, PublicGrids | None, str], bytes]


class PublicPlaces:
    """What the addresses share.

    Args:
        desk: reads and the clock.
        catalogues: words of the screen.
        limits: [public] of the configuration; its rates of lists count here.
    """

    def __init__(self, desk: Desk, catalogues: Catalogues, limits: PublicSettings) -> None:
        self._desk, self._catalogues = desk, catalogues
        self._charts: dict[str, tuple[tuple[tuple[str, int], ...], Markup | None]] = {}
        self._rates = Buckets(
            Rate(limits.list_burst, limits.list_per_hour), Rate(limits.all_list_burst, limits.all_list_per_hour)
        )

    def register(self, server: FastAPI) -> None:
        """Put the addresses into `server`, after all others below `/public`: what is none of them is told so."""
        for path, handler in (
            ("/public", self.home),
            ("/public/grids", self.grids),
            ("/public/grids.geojson", self.outlines),
            ("/public/{path:path}", self.nowhere),
        ):
            server.add_api_route(path, handler, methods=["GET"], include_in_schema=False)

    async def home(self, request: Request) -> Response:
        return await self._page(request, home_page)

    async def grids(self, request: Request) -> Response:
        return await self._page(request, self._grids_page)

    def _grids_page(self, words: Words, known: PublicGrids | None, fault: str) -> bytes:
        drawn = self._chart(words, known) if known else None
        return grids_page(words, known, fault, drawn)

    def _chart(self, words: Words, known: PublicGrids) -> Markup | None:
        """Drawn anew only when a grid has changed."""
        versions = tuple((grid.grid_id, grid.version) for grid in known.grids)
        kept = self._charts.get(words.lang)
        if kept is None or kept[0] != versions:
            kept = self._charts[words.lang] = (versions, chart(known.grids, words))
        return kept[1]

    async def outlines(self, request: Request) -> Response:
        """The outlines as a file for maps."""

        def found(all_of_them: PublicGrids) -> Response:
            headers = {"Content-Disposition": 'attachment; filename="grids.geojson"'}
            return respond(request, json_body(features_of(all_of_them)), headers=headers)

        return await self._answer(request, found, grids_page)

    async def nowhere(self, request: Request) -> Response:
        return HTMLResponse(nowhere_page(self._words(request)), 404)

    async def _page(self, request: Request, page: _Page) -> Response:
        words = self._words(request)

        def found(all_of_them: PublicGrids) -> Response:
            return respond(request, body_of(page(words, all_of_them, ""), "text/html"))

        return await self._answer(request, found, page)

    async def _answer(self, request: Request, found: Callable[[PublicGrids], Response], page: _Page) -> Response:
        words = self._words(request)
        wait_s = self._rates.take(client_of(request), monotonic())
        if wait_s:
            return _fault(page(words, None, "follow.slower"), 429, int(wait_s) + 1)
        try:
            return await run_in_threadpool(lambda: found(self._desk.reads.public_grids(self._desk.now())))
        except MaritimeGridError:
            return _fault(page(words, None, "follow.away"), 503, AWAY_S)

    def _words(self, request: Request) -> Words:
        return self._catalogues.pick(request.query_params.get("lang"))


def _fault(page: bytes, status: int, again_s: int) -> Response:
    return HTMLResponse(page, status, {"Retry-After": f"{again_s}", "Cache-Control": "no-store"})
