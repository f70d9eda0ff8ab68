"""The Dash application: pages, endpoints and the snapshot behind them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from dash import Dash
from dash.exceptions import DependencyException
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.accounts import Accounts

from .auth.asked import CSRF_COOKIE, AuthOptions
from .auth.guarding import configured_auth, guard
from .case_calls import Calls
from .desk import Desk
from .desk_pages import add_desk_routes, register_desk
from .options import DashboardSettings
from .pages import wall
from .routes import add_routes
from .security import SecurityHeaders
from .snapshot import Snapshot
from .source import WallReads
from .words import Catalogues

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"


def create_app(
    reads: WallReads,
    *,
    settings: DashboardSettings,
    clock: Callable[[], int],
    desk: Desk | None = None,
    accounts: Accounts | None = None,
    auth: AuthOptions | None = None,
) -> Dash:
    """The whole dashboard over `reads`; `app.server` is the ASGI application.

    Args:
        reads: the store.
        settings: see `options`.
        clock: ms since the epoch, UTC.
        desk: what the pages of people work with; None: the wall alone.
        accounts: who may log in; None: nobody need, whoever reaches the address sees it.
        auth: of whom to let in; None takes that of the configuration.

    Raises:
        OSError: a file of the settings or of this package cannot be read.
        SettingsError: the configuration is wrong, where `auth` comes from it.
    """
    snapshot = Snapshot(reads, settings, clock, build_id())
    server = FastAPI(
        title="maritime-grid",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=_running(snapshot, lambda: app, desk.at_end if desk else ()),
    )
    add_routes(server, snapshot, settings, clock, Calls(desk).of if desk is not None else None)
    catalogues = Catalogues(settings.language)
    if desk is not None:
        desk = replace(desk, accounts=accounts)
        add_desk_routes(server, desk, catalogues)
    app = Dash(
        __name__,
        server=server,  # pyright: ignore[reportArgumentType]  (typed for Flask; FastAPI is a documented backend)
        use_pages=True,
        pages_folder="",
        assets_folder=str(ASSETS),
        serve_locally=True,
        update_title="",
        title="maritime-grid",
        csrf_token_name=CSRF_COOKIE,
        on_error=_tell,
        suppress_callback_exceptions=True,  # else the layouts of all pages go to everyone, to check ids against
    )
    wall.register(app, reads, snapshot, catalogues, settings)
    if desk is not None:
        register_desk(app, desk, catalogues, settings)
    if accounts is not None:
        guard(app, server, accounts, auth or configured_auth(), clock, catalogues)
    server.add_exception_handler(DependencyException, _no_such_file)
    server.add_middleware(SecurityHeaders, hashes=app.csp_hashes)
    return app


def _running(
    snapshot: Snapshot, app: Callable[[], Dash], at_end: Sequence[Callable[[], None]]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        _make_ready(app())
        snapshot.start()
        try:
            yield
        finally:
            for end in (*at_end, snapshot.stop):
                await run_in_threadpool(end)

    return lifespan


def _tell(error: Exception) -> None:
    """A callback failed in a way that nobody foresaw: Dash itself would say it to nobody.

    Raises: that error.
    """
    if not isinstance(error, MaritimeGridError):
        log.error("a callback failed", exc_info=error)
    raise error


async def _no_such_file(_: Request, _error: Exception) -> Response:
    """Dash fails on names that it does not know."""
    return JSONResponse({"error": "no such file"}, 404)


def _make_ready(app: Dash) -> None:
    """What Dash does at the first request for `/` or for an address of its own: without it a page further down that is
    asked for first has no styles, scripts or callbacks.
    """
    for prepare in app.backend._before_request_funcs:  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
        prepare()


def build_id() -> str:
    """Changes with any file of the pages, so that walls left open load the new program by themselves."""
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in {".py", ".js", ".css", ".po"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()
