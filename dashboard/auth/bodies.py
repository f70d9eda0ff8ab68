"""Bodies of requests, read within their bounds, and what stands in them; long ones in threads, so that nobody who is
answered meanwhile waits for them.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast
from urllib.parse import parse_qs

import anyio
from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .shapes import is_plain

MOST_FORM = 64 * 2**10  # bytes
MOST_WALL = 64 * 2**10  # of a callback from an open wall, whoever sits there
MOST_CALLBACK = 2**20  # of any other
MOST_DRAWING = 16 * 2**20  # from who may draw grids: a file of theirs three times, as its form sends it
MOST_PARTS = 1_000_000  # lists and objects in one body: each takes a hundred times the two bytes that it is sent as
ASIDE_FROM = 64 * 2**10  # shorter ones are read faster than a thread begins
READ_S = 120.0  # who sends more slowly holds up nobody but himself


async def read(receive: Receive, most: int) -> tuple[bytes | None, Receive]:
    """The whole body, None where it is longer than `most`, does not come or the client left; what gives it again."""
    parts: list[bytes] = []
    size, more = 0, True
    with anyio.move_on_after(READ_S):
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return None, receive
            parts.append(message.get("body", b""))
            size, more = size + len(parts[-1]), message.get("more_body", False)
            if size > most:
                return None, receive
    if more:
        return None, receive
    body = b"".join(parts)
    return body, _giving(body, receive)


def _giving(body: bytes, then: Receive | None = None) -> Receive:
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        if left:
            return left.pop()
        return await then() if then else {"type": "http.disconnect"}

    return again


def without_body(receive: Receive) -> Receive:
    """For what asks and changes nothing: whatever body comes with it is read by nobody."""
    left: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def nothing() -> Message:
        if left:
            return left.pop()
        while (message := await receive())["type"] == "http.request":
            pass
        return message

    return nothing


def form_of(body: bytes) -> dict[str, str]:
    """Fields of a form that was sent as browsers send it; of one that stands twice the first."""
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError:  # no UTF-8, or too many
        return {}
    return {name: values[0] for name, values in fields.items()}


def json_of(body: bytes) -> dict[str, Any] | None:
    """The object that a body holds; None where it holds none, or one that no browser sends: too deep, too many parts,
    numbers that are none.
    """
    if body.count(b"[") + body.count(b"{") > MOST_PARTS:
        return None
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", sent) if isinstance(sent, dict) and is_plain(sent) else None


class Aside:
    """Long bodies: one person's are read, and what they ask for is answered, beside everybody else's.

    Args:
        at_once: so many; who comes then waits, and sends nothing meanwhile.
    """

    def __init__(self, at_once: int = 2) -> None:
        self._at_once = at_once
        self._limiter: anyio.CapacityLimiter | None = None

    async def json_of(self, body: bytes) -> dict[str, Any] | None:
        """See `json_of`."""
        if len(body) < ASIDE_FROM:
            return json_of(body)
        return await to_thread.run_sync(json_of, body, limiter=self._threads())

    async def answer(self, app: ASGIApp, scope: Scope, body: bytes, send: Send) -> None:
        """Let the application answer on a loop of its own: it reads the body once more."""
        for message in await to_thread.run_sync(_answered, app, scope, body, limiter=self._threads()):
            await send(message)

    def _threads(self) -> anyio.CapacityLimiter:
        self._limiter = self._limiter or anyio.CapacityLimiter(self._at_once)  # made where its loop runs
        return self._limiter


def _answered(app: ASGIApp, scope: Scope, body: bytes) -> list[Message]:
    answer: list[Message] = []

    async def keep(message: Message) -> None:
        answer.append(message)

    async def run() -> None:
        await app(scope, _giving(body), keep)

    asyncio.run(run())
    return answer
