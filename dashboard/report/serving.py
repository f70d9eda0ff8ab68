"""Addresses of the lean pages and their files: whole in memory, compressed, made at the start."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from dashboard.body import Body, body_of, respond
from dashboard.desk import Desk
from dashboard.words import LANGUAGES, Catalogues
from maritime_grid.settings import area_file, load_settings

from .chart import land
from .page import LATER, PUBLIC, SCRIPTS, STAFF, STATIC, manifest, report_page
from .public import Public
from .staff import add_staff_routes

FILES = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
_HOUR_S = 3_600
_COMMENT = re.compile(r"^[ ]*/\*.*?\*/\n", re.MULTILINE | re.DOTALL)  # those that have lines of their own
_REMARK = re.compile(r"(?<=[;,{(]) // [^'\"`\n]*$", re.MULTILINE)  # at the end of a line
SHELL = {"zh_CN": "shell-zh.html", "en": "shell-en.html"}  # the page of the form, for a phone to keep


def add_report_pages(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    """Register the forms, what they send to, and `/c/`.

    Args:
        server: before Dash, which takes every address that is left.
        desk: what the addresses work with.
        catalogues: words of the screen.

    Raises: OSError: a file of this package cannot be read. SettingsError: the configuration is wrong, where the desk
    does not bring its limits of the public.
    """
    add_staff_routes(server, desk)
    Public(desk, catalogues, desk.public or load_settings().public).register(server)
    _add_forms(server, desk, catalogues)


def _add_forms(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    build = _build(desk, catalogues)
    pages = {
        (form.path, lang): body_of(report_page(form, catalogues.pick(lang), desk.case_settings), "text/html")
        for form in (STAFF, PUBLIC)
        for lang in LANGUAGES
    }
    coast = land(desk.coast or area_file(load_settings(), "land_drawn"))
    files = (
        _files(catalogues, build) | {"land.json": coast} | {SHELL[lang]: pages[STAFF.path, lang] for lang in LANGUAGES}
    )

    async def form(request: Request) -> Response:
        lang = catalogues.pick(request.query_params.get("lang")).lang
        return respond(request, pages[request.url.path, lang])

    async def file(request: Request, name: str) -> Response:
        if name not in files:
            return JSONResponse({"error": "no such file"}, 404)
        # a script that may serve all of /report says so itself, and is asked for anew each time
        worker = {"Service-Worker-Allowed": STAFF.path} if name == "sw.js" else None
        return respond(request, files[name], max_age_s=_HOUR_S if name.endswith(".png") else 0, headers=worker)

    for path in (STAFF.path, PUBLIC.path):
        server.add_api_route(path, form, methods=["GET"], include_in_schema=False)
    server.add_api_route(STATIC + "{name}", file, methods=["GET"], include_in_schema=False)


def _lean(path: Path) -> bytes:
    """A file as it is sent: scripts and styles without their comments, which a slow line need not carry."""
    if path.suffix == ".png":
        return path.read_bytes()
    whole = _COMMENT.sub("", path.read_text("utf-8"))
    return (_REMARK.sub("", whole) if path.suffix == ".js" else whole).encode()


def _build(desk: Desk, catalogues: Catalogues) -> str:
    """Changes with whatever a phone keeps, so that it takes the new."""
    parts = [report_page(STAFF, catalogues.pick(lang), desk.case_settings) for lang in LANGUAGES]
    parts += [path.read_bytes() for path in sorted(FILES.iterdir())]
    return hashlib.blake2b(b"".join(parts), digest_size=6).hexdigest()


def _files(catalogues: Catalogues, build: str) -> dict[str, Body]:
    found = {
        path.name: body_of(_lean(path), _TYPES[path.suffix], compress=path.suffix != ".png")
        for path in sorted(FILES.iterdir())
        if path.suffix in _TYPES
    }
    kept = [
        STATIC + name
        for name in (*SHELL.values(), "report.css", *SCRIPTS, *LATER, "icon-192.png", "manifest.webmanifest")
    ]
    worker = (FILES / "sw.js").read_text("utf-8").replace("BUILD", build).replace("'KEPT'", repr(kept))
    worker = worker.replace("LANG", "zh" if catalogues.pick(None).is_chinese else "en")
    found["sw.js"] = body_of(worker.encode(), _TYPES[".js"])
    found["manifest.webmanifest"] = body_of(manifest(catalogues.pick(None)), "application/manifest+json")
    return found
