"""Awaiting what a transport does, with a bound."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic

from ingest.packet import Transport

BOUND_S = 15.0


def until(true: Callable[[], bool], bound_s: float = BOUND_S) -> None:
    """Returns as soon as `true()`; fails after the bound."""
    deadline = monotonic() + bound_s
    pause = Event()
    while not true():
        assert monotonic() < deadline, "it did not come about in time"
        pause.wait(0.01)


def bytes_until(transport: Transport, size: int, bound_s: float = BOUND_S) -> bytes:
    """All that was received, joined, once it is at least `size` bytes."""
    deadline = monotonic() + bound_s
    got = b""
    while len(got) < size:
        left = deadline - monotonic()
        assert left > 0, f"{len(got)} of {size} bytes came; {transport.status()}"
        got += b"".join(p.data for p in transport.receive(1000, left))
    return got
