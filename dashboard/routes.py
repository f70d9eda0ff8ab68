"""Endpoints beside the pages: the wall's data, geography, health, metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from .auth import Account, current
from .body import Body, json_body, respond
from .metrics import exposition, process_registry
from .options import AHEAD_S, DashboardSettings
from .snapshot import Snapshot
from .views.geo import coast_geojson

DAY_S = 86_400
NOW_HEADER = "X-MG-Now"  # server's clock in ms: pages count ages by it, not by their own clock


def add_routes(
    server: FastAPI,
    snapshot: Snapshot,
    settings: DashboardSettings,
    clock: Callable[[], int],
    reports: Callable[[Account], list[dict[str, Any]] | None] | None = None,
) -> None:
    """Register all endpoints; the coast is read here, once.

    Args:
        server: the application.
        snapshot: what the wall shows.
        settings: see `options`.
        clock: ms since the epoch, UTC.
        reports: of major matters that an account is to receive (`case_calls`); None: there are no pages of people.

    Raises:
        OSError: the coast file cannot be read.
    """
    _add_wall(server, snapshot, clock)
    _add_geo(server, snapshot, json_body(coast_geojson(settings.coast_file, settings.wide_coast_file)))
    _add_health(server, snapshot, settings, clock)
    _add_pulse(server, snapshot, clock, reports)


def _add_pulse(
    server: FastAPI,
    snapshot: Snapshot,
    clock: Callable[[], int],
    reports: Callable[[Account], list[dict[str, Any]] | None] | None,
) -> None:
    said = "For pages that are open: store, newest data, our clock, reports that wait for who asks"

    @server.get("/api/v1/pulse.json", tags=["health"], summary=said)
    async def pulse() -> Response:
        frame = snapshot.frame
        store = "up" if frame.mark.store_up else "down"
        value: dict[str, Any] = {"store": store, "newest": frame.newest, "now": clock()}
        account = current()
        if reports is not None and account is not None:
            value["reports"] = await run_in_threadpool(reports, account)
        return JSONResponse(value, headers={"Cache-Control": "no-store"})

    del pulse


def _add_wall(server: FastAPI, snapshot: Snapshot, clock: Callable[[], int]) -> None:
    def answer(request: Request, body: Body) -> Response:
        return respond(request, body, headers={NOW_HEADER: str(clock())})

    @server.get("/api/v1/wall/vessels.bin", tags=["wall"], summary="All vessels, 12 bytes each")
    async def vessels(request: Request) -> Response:
        return answer(request, snapshot.frame.vessels)

    @server.get("/api/v1/wall/status.json", tags=["wall"], summary="Tiles, alerts, events, feeds")
    async def status(request: Request) -> Response:
        return answer(request, snapshot.frame.status)

    @server.get("/api/v1/wall/meta.json", tags=["wall"], summary="MMSI and name of each vessel, names of places")
    async def meta(request: Request) -> Response:
        return answer(request, snapshot.frame.meta)

    del vessels, status, meta


def _add_geo(server: FastAPI, snapshot: Snapshot, coast: Body) -> None:
    @server.get("/geo/coast.json", tags=["geo"], summary="Land, GeoJSON")
    async def land(request: Request) -> Response:
        return respond(request, coast, max_age_s=DAY_S)

    @server.get("/geo/grids.json", tags=["geo"], summary="Grids in force, GeoJSON")
    async def grids(request: Request) -> Response:
        return respond(request, snapshot.frame.geo.grids)

    @server.get("/geo/zones.json", tags=["geo"], summary="Zones in force, GeoJSON")
    async def zones(request: Request) -> Response:
        return respond(request, snapshot.frame.geo.zones)

    @server.get("/geo/ports.json", tags=["geo"], summary="Ports, GeoJSON")
    async def ports(request: Request) -> Response:
        return respond(request, snapshot.frame.geo.ports)

    del land, grids, zones, ports


def _add_health(server: FastAPI, snapshot: Snapshot, settings: DashboardSettings, clock: Callable[[], int]) -> None:
    process = process_registry()

    @server.get("/healthz", tags=["health"], summary="The process lives")
    async def healthz() -> Response:
        return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})

    @server.get("/readyz", tags=["health"], summary="The store answers, the data is fresh and no clock ahead; else 503")
    async def readyz() -> Response:
        mark, newest = snapshot.frame.mark, snapshot.frame.newest
        age_s = None if newest is None else (clock() - newest) / 1000
        ahead = age_s is not None and age_s < -AHEAD_S  # how old the data is cannot be told then
        fresh = age_s is not None and age_s <= settings.stale_s and not ahead
        store, times = "up" if mark.store_up else "down", "ahead" if ahead else "right"
        value = {"store": store, "data_age_s": age_s, "clock": times, "fresh": fresh}
        ready = mark.store_up and fresh
        return JSONResponse(value, status_code=200 if ready else 503, headers={"Cache-Control": "no-store"})

    @server.get("/metrics", tags=["health"], summary="Prometheus exposition")
    async def metrics() -> Response:
        text = await run_in_threadpool(exposition, process, snapshot, clock())
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    del healthz, readyz, metrics
