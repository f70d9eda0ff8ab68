"""What a store tells of alerts, heard once for all pages: they ask whether anything moved before they read again."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

log = logging.getLogger(__name__)
LISTEN_S = 0.25  # a quiet channel is looked up from so often
PAUSE_S = 2.0  # before listening is tried again
IDLE_S = 60.0  # with no page open, nobody listens
STOP_S = 3.0  # who listens to a store that hangs is left behind after so long

Listen = Callable[[float], Iterator[dict[str, Any] | None]]


class Heard:
    """Counts commits that touched alerts, acts of people on them, and changes of cases.

    The thread begins with the first page that asks, and ends when none has asked for a minute or the server stops.

    Args:
        listen: `Reads.listen`.
    """

    def __init__(self, listen: Listen) -> None:
        self._listen_to = listen
        self._name = secrets.token_hex(4)  # a page that a former process served begins anew
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._turns, self._asked_at = 0, 0.0

    def turn(self) -> str:
        """Changes whenever something may have moved."""
        with self._lock:
            self._asked_at = time.monotonic()
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._run, name="alerts-heard", daemon=True)
                self._thread.start()
            return f"{self._name}-{self._turns}"

    def stop(self) -> None:
        """Ends the thread, whose connection closes with it; nobody listens any more."""
        self._stopped.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._hear()
            except Exception as error:  # the store is away: pages say so when they read
                log.debug("listening failed: %s", error)
            with self._lock:
                self._turns += 1  # what was said while nobody listened is not known
                if time.monotonic() - self._asked_at > IDLE_S:
                    self._thread = None
                    return
            self._stopped.wait(PAUSE_S)

    def _hear(self) -> None:
        begun = False
        for note in self._listen_to(LISTEN_S):  # its connection closes with the iterator, whose last use this is
            with self._lock:
                self._turns += not begun or moves(note)
                if time.monotonic() - self._asked_at > IDLE_S or self._stopped.is_set():
                    return
            begun = True


def moves(note: Mapping[str, Any] | None) -> bool:
    """Whether a notification may change what a page of alerts shows."""
    return bool(note) and bool(note.get("alerts") or "alert" in note or "case" in note)
