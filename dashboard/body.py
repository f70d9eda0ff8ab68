"""Response bodies made once and served to all: bytes, their gzip form, and an ETag."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import Response

GZIP_FROM = 1_400  # bytes; what fits one packet gains nothing


@dataclass(frozen=True, slots=True)
class Body:
    """A body ready to send. `zipped` is None where it would not pay."""

    raw: bytes
    zipped: bytes | None
    etag: str
    media_type: str


def body_of(raw: bytes, media_type: str, *, compress: bool = True) -> Body:
    """Hash and, where it pays, compress `raw`."""
    etag = f'"{hashlib.blake2b(raw, digest_size=9).hexdigest()}"'
    zipped = gzip.compress(raw, 5, mtime=0) if compress and len(raw) >= GZIP_FROM else None
    return Body(raw, zipped, etag, media_type)


def json_body(value: object) -> Body:
    return body_of(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), "application/json")


def respond(request: Request, body: Body, *, max_age_s: int = 0, headers: dict[str, str] | None = None) -> Response:
    """200 with the body in the form the client takes, or 304 where it has it already."""
    sent = {"ETag": body.etag, "Vary": "Accept-Encoding", **(headers or {})}
    sent["Cache-Control"] = f"max-age={max_age_s}" if max_age_s else "no-cache"
    if request.headers.get("if-none-match") == body.etag:
        return Response(status_code=304, headers=sent)
    if body.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(body.zipped, media_type=body.media_type, headers={**sent, "Content-Encoding": "gzip"})
    return Response(body.raw, media_type=body.media_type, headers=sent)
