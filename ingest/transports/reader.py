"""What all transports share: a thread that keeps a session alive, an inbox, counters and a clean end."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import monotonic

from ingest.packet import Packet, TransportStatus

from .backoff import Backoff
from .inbox import Inbox
from .options import TransportLimits

CLOSE_WAIT_S = 2.0
STEADY_S = 10.0  # a session that lived so long was a good one: the next wait is the first again


class Reader:
    """Base of the transports. A subclass reads one session in `_session`, which may raise whatever it likes.

    `_session` returns where another one is to follow without anything being wrong; the thread then waits with back-off
    and opens the next one, until `close` or, for files and pipes, `_end`.
    """

    repeatable = False

    def __init__(self, name: str, now_us: Callable[[], int], limits: TransportLimits) -> None:
        self.name = name
        self._now_us = now_us
        self._limits = limits
        self._inbox = Inbox(limits.inbox_packets, limits.inbox_bytes)
        self._stop = Event()
        self._backoff = Backoff(limits.backoff_first_s, limits.backoff_max_s)
        self._wake_r, self._wake_w = socket.socketpair()
        self._wake_r.setblocking(False)
        self._wake_w.setblocking(False)
        self._connected = self._over = False
        self._detail = "not yet connected"
        self._trouble = ""
        self._packets = self._bytes = self._reconnects = self._dropped = 0
        self._thread = Thread(target=self._run, name=f"feed-{name}", daemon=True)

    def _session(self) -> None:
        raise NotImplementedError

    def _extra(self) -> str:
        """What a subclass adds to the line for the operator."""
        return ""

    def _run(self) -> None:
        while not self._stop.is_set():
            began = monotonic()
            why = ""
            try:
                self._session()
            except Exception as error:  # a bad peer must never end the thread
                why = f"{type(error).__name__}: {error}".replace("\n", " ")
            self._connected = False
            if self._stop.is_set() or self._over:
                break
            if monotonic() - began > STEADY_S:
                self._backoff.reset()
            wait_s = self._backoff.next_s()
            self._trouble = why
            self._detail = f"{why or 'ended'}; next attempt in {wait_s:.1f} s"
            self._stop.wait(wait_s)
            self._reconnects += 1

    def _end(self, detail: str, trouble: str = "") -> None:
        """Nothing more will come."""
        self._trouble = trouble
        self._over = True
        self._connected = False
        self._detail = detail
        self._inbox.end()

    def _up(self, detail: str) -> None:
        self._trouble = ""
        self._connected = True
        self._detail = detail

    def _hand_over(self, data: bytes, received_at: int, count: int = 1) -> bool:
        """Waits for room. False when closed meanwhile."""
        if not data:
            return True
        self._packets += count
        self._bytes += len(data)
        return self._inbox.put_wait(Packet(received_at, data))

    def receive(self, max_packets: int, timeout_s: float) -> list[Packet]:
        """What has come, oldest first; an empty list after `timeout_s` seconds, or at once when all is over."""
        return self._inbox.take(max_packets, timeout_s)

    def acknowledge(self, packets: Sequence[Packet]) -> None:
        """Nothing to do where nothing can be asked again."""

    def status(self) -> TransportStatus:
        extra = self._extra()
        detail = f"{self._detail}; {extra}" if extra else self._detail
        return TransportStatus(
            self._connected, detail, self._packets, self._bytes, self._reconnects, self._dropped, self._trouble
        )

    @property
    def finished(self) -> bool:
        return self._inbox.drained

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Stops the thread, within 2 s. Packets not yet taken are gone."""
        self._stop.set()
        self._inbox.close()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(CLOSE_WAIT_S)
        if not self._thread.is_alive():
            self._wake_r.close()
            self._wake_w.close()
        self._connected = False
        self._detail = "closed"

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._wake_w.send(b"\0")

    def _clear_wake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_r.recv(4096):
                pass
