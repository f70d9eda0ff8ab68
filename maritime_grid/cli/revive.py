"""Brings a killed embedded store back, beside the supervision of the children."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from maritime_grid.domain.errors import MaritimeGridError

START_TIMEOUT_S = 30.0  # what takes longer, as after a crash under load, goes on by itself and is found at a next check


class Reviver:
    """Joins the store of a folder now and then, which starts it where it was killed.

    What fails is told once and tried again: nothing ends because the store is away, the feeds go to the spool.

    Args:
        folder: of the store.
        say: takes the name of the store and a line.
    """

    def __init__(self, folder: Path, say: Callable[[str, str], None]) -> None:
        self._folder, self._say = folder, say
        self._told = ""
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def check(self) -> None:
        """Begins a try unless one is under way, or all is over; never waits."""
        if self._over.is_set() or (self._thread and self._thread.is_alive()):
            return
        self._thread = threading.Thread(target=self._try, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until the try under way is over."""
        if self._thread:
            self._thread.join()

    def stop(self) -> None:
        """No more tries; the one under way ends, and nothing of it is told."""
        self._over.set()
        self.wait()

    def _try(self) -> None:
        try:
            join(self._folder)
        except (MaritimeGridError, OSError) as error:
            self._tell(f"{error}; trying again")
        else:
            self._tell("")

    def _tell(self, trouble: str) -> None:
        if trouble != self._told and not self._over.is_set():
            self._say("store", trouble or "back again")
        self._told = trouble


def join(folder: Path) -> None:
    """Joins the embedded store and leaves it again: where it was killed, joining starts it."""
    from maritime_grid.store.embedded import EmbeddedPostgres  # noqa: PLC0415 (only where none is configured)

    with EmbeddedPostgres(folder, start_timeout_s=START_TIMEOUT_S):
        pass
