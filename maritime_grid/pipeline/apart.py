"""A batch that the store refuses, taken apart: what it will not have alone is quarantined, all the rest is stored.

What decodes is meant to fit the store; this is for the day when something does not, since a batch that is refused
again and again would stop every feed.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ingest.batch import LISTS, Batch, Reason, Refusal, halves
from maritime_grid.domain.state import EngineState
from maritime_grid.domain.world import World
from maritime_grid.engine import advance
from maritime_grid.store.errors import StoreRefused
from maritime_grid.store.writer import Store


def commit_apart(store: Store, state: EngineState, batch: Batch, world: World, clock: int) -> EngineState:
    """Commit in halves, and halves of halves where need be; the state after the last commit.

    Raises: StoreRefused: not even the quarantine takes what was refused. StoreUnavailable: some of it is committed.
    """
    parts = [batch]
    while parts:
        part = parts.pop()
        after, outcome = advance(state, part, world, clock)
        try:
            store.commit(outcome)
            state = after
        except StoreRefused as error:
            if part.refusals and not halves(part):
                raise
            parts += reversed(halves(part) or (_quarantined(part, str(error), clock),))
    return state


def _quarantined(report: Batch, why: str, at: int) -> Batch:
    """A refusal in the place of a single report."""
    p = report.positions
    rows: list[Any] = [row for name in LISTS for row in getattr(report, name)]
    said: Any = {f.name: getattr(p, f.name)[0].item() for f in fields(p)} if len(p) else (rows or [None])[0]
    source, seq = (said["source"], said["seq"]) if len(p) else (said.source, said.seq) if said else (0, 0)
    return Batch(refusals=[Refusal(at, source, seq, Reason.UNSTORABLE, f"{why}: {said}"[:1024])])
