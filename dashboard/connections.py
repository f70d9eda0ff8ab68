"""How much of the server one connection, and one address, may hold: heads within bounds of size and time, bodies and
answers that move, so many connections of an address, so many of all.

The HTTP server underneath bounds none of it: who opens connections and says nothing would lock everybody out.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from maritime_grid.store.attempts import network_of

log = logging.getLogger(__name__)


@dataclass
class Bounds:
    """What is allowed, and who is connected now.

    Attributes:
        most: connections in all; then the one that has been idle longest goes.
        most_of_address: connections of one address; then its own that has been idle longest goes.
        trusted: proxies, through which everybody comes.
        head_bytes: of a request's line and headers.
        head_s: from the first byte, or from the connection, to the end of the head.
        stalled_s: a body of which nothing comes, or an answer of which nothing is taken.
    """

    most: int = 1_000
    most_of_address: int = 200
    trusted: Sequence[IPv4Network | IPv6Network] = ()
    head_bytes: int = 64 * 2**10
    head_s: float = 20.0
    stalled_s: float = 90.0
    open: dict[Bounded, str] = field(default_factory=dict["Bounded", str])  # in the order of their last request
    of: Counter[str] = field(default_factory=Counter[str])
    refused: int = 0

    def admits(self, one: Bounded, address: str) -> bool:
        """Whether there is room for one more, where need be in the place of one that does nothing."""
        origin = self._origin(address)
        full_of_address = origin != "" and self.of[origin] >= self.most_of_address
        if full_of_address or len(self.open) >= self.most:
            idle = self._idlest(origin if full_of_address else None)
            if idle is None:
                return False
            idle.drop()
        self.open[one] = origin
        self.of[origin] += 1
        return True

    def _idlest(self, origin: str | None) -> Bounded | None:
        """Of an address, or of all: the one that has asked for nothing for longest, and is not being answered."""
        return next((one for one, of in self.open.items() if origin in (None, of) and one.is_idle), None)

    def forget(self, one: Bounded) -> None:
        origin = self.open.pop(one, None)
        if origin is not None:
            self.of[origin] -= 1
            if not self.of[origin]:
                del self.of[origin]

    def used(self, one: Bounded) -> None:
        """It asks for something: it is the last to go."""
        if one in self.open:
            self.open[one] = self.open.pop(one)

    def tell(self, address: str) -> None:
        """Of the first refusal and of each thousandth: a flood must not fill the log as well."""
        self.refused += 1
        if self.refused % 1_000 == 1:
            log.warning("a connection of %s is refused, %d so far: too many are open", address, self.refused)

    def _origin(self, address: str) -> str:
        """Whose an address is; empty where everybody's."""
        try:
            ip = ip_address(address)
        except ValueError:
            return address
        return "" if any(ip in network for network in self.trusted) else network_of(address)


class Bounded(HttpToolsProtocol):
    """One connection within `bounds`, which a subclass sets."""

    bounds: Bounds
    _head = _fields = 0  # bytes of a head that is not whole yet, and of its fields that are
    _in_head, _was_whole = True, False
    _timer: asyncio.TimerHandle | None = None
    _taking: asyncio.TimerHandle | None = None
    _gone = False

    @property
    def is_idle(self) -> bool:
        """Nothing is asked that is not answered."""
        cycle: Any = self.cycle  # None before the first request
        return cycle is None or cycle.response_complete

    def drop(self) -> None:
        """Close it at once."""
        self._leave()
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if not self.bounds.admits(self, address):
            self.bounds.tell(address)
            self.drop()
            return
        self._wait(self.bounds.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._gone:
            return
        if self._timer is None:
            self._wait(self.bounds.head_s)
        elif not self._in_head:
            self._wait(self.bounds.stalled_s)
        self._was_whole = False
        super().data_received(data)
        self._head = self._head + len(data) if self._in_head and not self._was_whole else 0
        if self._head > self.bounds.head_bytes:
            self.send_400_response("The head of the request is too long.")
            self._leave()

    def on_message_begin(self) -> None:
        self._in_head, self._fields = True, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += len(name) + len(value)
        if self._fields > self.bounds.head_bytes:
            raise ValueError("the head of the request is too long")  # which is answered as what is no request
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._was_whole = False, True
        self.bounds.used(self)
        self._wait(self.bounds.stalled_s)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._rest()
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._taking = self.loop.call_later(self.bounds.stalled_s, self.drop)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _should_upgrade(self) -> bool:
        return False  # no page of ours uses another protocol

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever asks for one need not fill the log."""

    def _wait(self, seconds: float) -> None:
        self._rest()
        self._timer = self.loop.call_later(seconds, self._late)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        """Nothing came; where it is we who do not read on, it need not."""
        self._timer = None
        if self.flow.read_paused:
            self._wait(self.bounds.stalled_s)
        else:
            self.drop()

    def _leave(self) -> None:
        self._gone = True
        self._rest()
        if self._taking is not None:
            self._taking.cancel()
        self.bounds.forget(self)


def make_room(files: int = 4_096) -> None:
    """Let this process have so many files open, where it may: each connection is one, and 1,024 are usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = files if hard == resource.RLIM_INFINITY else min(files, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def bounded(bounds: Bounds) -> type[asyncio.Protocol]:
    """The class of connections within these bounds, for one server."""
    return type("BoundedHere", (Bounded,), {"bounds": bounds})
