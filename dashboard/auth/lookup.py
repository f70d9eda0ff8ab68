"""Whose session a token is, asked of the store at each request; what is known of walls while the store is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

import anyio
from anyio import to_thread

from maritime_grid.store.account_rows import SessionRow
from maritime_grid.store.errors import StoreUnavailable
from maritime_grid.store.sessions import Sessions

WAIT_S = 1.5  # a wall gives its server up after 4 s, and must hear before then that only the store is away
AGAIN_S = 3.0  # so long nobody asks a store that did not answer
_THREADS = 8  # of their own: a store that hangs must not hold those that pages read with
_WALLS = 100


class Lookup:
    """Sessions by their tokens. A wall that was known goes on over a dead store: its page says that it is away.

    Args:
        sessions: in the store.
        now: the present moment, aware UTC.
    """

    def __init__(self, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._sessions, self._now = sessions, now
        self._walls: dict[str, SessionRow] = {}
        self._away_until = self._slow_until = 0.0
        self._limiter: anyio.CapacityLimiter | None = None

    async def find(self, token: str, *, unattended: bool = False) -> SessionRow | None:
        """The open session of a token; None where there is none. `unattended`: no person asks, it is not used by that.

        Raises: StoreUnavailable: none can be read.
        """
        wall = self._walls.get(token)
        now = time.monotonic()
        if wall is not None and now < max(self._away_until, self._slow_until):
            return wall
        if now < self._away_until:
            raise StoreUnavailable("the store does not answer", "it is asked again by itself")
        try:
            with anyio.fail_after(WAIT_S if wall else None):
                row = await self._ask(token, unattended)
        except TimeoutError:
            self._slow_until = time.monotonic() + AGAIN_S
            return wall
        except StoreUnavailable:
            self._away_until = time.monotonic() + AGAIN_S
            if wall is None:
                raise
            return wall
        self._remember(token, row)
        return row

    async def _ask(self, token: str, unattended: bool) -> SessionRow | None:
        self._limiter = self._limiter or anyio.CapacityLimiter(_THREADS)
        find = partial(self._sessions.find, token, self._now(), unattended=unattended)
        return await to_thread.run_sync(find, abandon_on_cancel=True, limiter=self._limiter)

    def _remember(self, token: str, row: SessionRow | None) -> None:
        self._walls.pop(token, None)
        if row is not None and row.role == "wall":
            self._walls[token] = row
            if len(self._walls) > _WALLS:
                self._walls.pop(next(iter(self._walls)))
