"""Headers that keep pages from loading anything from elsewhere and from being framed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def policy(script_hashes: Sequence[str]) -> str:
    """Content-Security-Policy: this server only.

    Dash's inline scripts are allowed by their hashes. Styles need 'unsafe-inline': Dash's components put <style>
    elements into the page as they load, with no hash known beforehand.
    """
    parts = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "media-src": "'self'",  # the tones
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


class SecurityHeaders:
    """ASGI middleware that adds the headers to every answer.

    Args:
        app: what is guarded.
        hashes: the inline scripts' hashes, asked for each page sent: Dash adds its router's at the first request.
    """

    def __init__(self, app: ASGIApp, hashes: Callable[[], Sequence[str]]) -> None:
        self._app, self._hashes = app, hashes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                page = headers.get("content-type", "").startswith("text/html")
                headers["Content-Security-Policy"] = policy(self._hashes() if page else ())
                for name, value in FIXED.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)


FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all browsers hide from us that a form is our own
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
