"""What is read of the list of work items 工作事项清单, through schema api alone: by the public, and by who works on it.

Plain functions on a connection, so that they run under the role of an account: drafts do not come beyond it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from maritime_grid.domain.items import in_order
from maritime_grid.domain.typed import narrow

from .errors import translated
from .queries import load_queries

_Q = load_queries("items")

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class PublishedItem:
    """A version that was published: in force from `in_force` until before `superseded` (None: no newer one)."""

    item_id: str
    class_no: int
    version: int
    title: str
    text: str
    basis: str
    dropped: bool  # with it the item leaves the list
    in_force: date
    superseded: date | None
    sample: bool
    published_at: datetime | None

    def holds(self, on: date) -> bool:
        """Whether it is the version of a day."""
        return self.in_force <= on and (self.superseded is None or self.superseded > on)


@dataclass(frozen=True, slots=True)
class ItemStep:
    """Who brought a version to a state, and when."""

    item_id: str
    version: int
    state: str
    at: datetime
    by: str
    remark: str


def item_history(conn: Connection) -> list[PublishedItem]:
    """All published versions, by class and item, the newest first; those to come too. For everybody."""
    with translated(), conn.cursor(row_factory=class_row(PublishedItem)) as cur:
        found = cur.execute(_Q["history"]).fetchall()
    return sorted(found, key=lambda one: (one.class_no, in_order(one.item_id)))


def item_steps(conn: Connection, item_id: str | None = None) -> list[ItemStep]:
    """Steps of one item or of all, in their order; for accounts that work on them, else empty."""
    with translated(), conn.cursor(row_factory=class_row(ItemStep)) as cur:
        return cur.execute(_Q["steps"], {"item_id": item_id}).fetchall()


def said_in(asked: str, *texts: str) -> bool:
    """Whether all words of a search stand in these texts, whatever the width and case of their letters."""
    whole = narrow("\n".join(texts)).casefold()
    return all(word in whole for word in narrow(asked).casefold().split())
