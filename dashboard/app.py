"""The Dash application: pages, endpoints and the snapshot behind them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from dash import Dash
from fastapi import FastAPI

from .options import DashboardSettings
from .pages import wall
from .routes import add_routes
from .security import SecurityHeaders
from .snapshot import Snapshot
from .source import WallReads
from .words import Catalogues

ASSETS = Path(__file__).parent / "assets"


def create_app(reads: WallReads, *, settings: DashboardSettings, clock: Callable[[], int]) -> Dash:
    """The whole dashboard over `reads`; `app.server` is the ASGI application.

    Args:
        reads: the store.
        settings: see `options`.
        clock: ms since the epoch, UTC.

    Raises:
        OSError: a file of the settings or of this package cannot be read.
    """
    snapshot = Snapshot(reads, settings, clock, build_id())
    server = FastAPI(
        title="maritime-grid",
        docs_url=None,  # their pages load scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=_running(snapshot),
    )
    add_routes(server, snapshot, settings, clock)
    app = Dash(
        __name__,
        server=server,  # pyright: ignore[reportArgumentType]  (typed for Flask; FastAPI is a documented backend)
        use_pages=True,
        pages_folder="",
        assets_folder=str(ASSETS),
        serve_locally=True,
        update_title="",
        title="maritime-grid",
    )
    wall.register(app, reads, snapshot, Catalogues(), settings)
    server.add_middleware(SecurityHeaders, hashes=app.csp_hashes)
    return app


def _running(snapshot: Snapshot) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        snapshot.start()
        try:
            yield
        finally:
            snapshot.stop()

    return lifespan


def build_id() -> str:
    """Changes with any file of the pages, so that walls left open load the new program by themselves."""
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in {".py", ".js", ".css", ".po"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()
