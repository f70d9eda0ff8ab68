"""What the page of work items looks at, read as the account that asks: drafts come for who works on them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from maritime_grid.domain.items import ItemVersion, State, possible
from maritime_grid.domain.people import day_of
from maritime_grid.store.item_reads import Connection, ItemStep, PublishedItem, item_history, item_steps
from maritime_grid.store.items import item_versions

from .auth import Account
from .item_query import ItemQuery
from .words import Words


@dataclass(frozen=True, slots=True)
class Looking:
    """One look at the page, for the length of one transaction."""

    conn: Connection
    query: ItemQuery
    account: Account
    now: datetime
    words: Words

    @property
    def today(self) -> date:
        return day_of(self.now)

    @property
    def works(self) -> bool:
        """Whether the account works on the list."""
        return works(self.account)

    def history(self) -> list[PublishedItem]:
        return item_history(self.conn)

    def all_versions(self) -> list[ItemVersion]:
        """The newest first of each item; none for readers."""
        return item_versions(self.conn)

    def versions(self) -> list[ItemVersion]:
        """Of the item that is looked at."""
        return [one for one in self.all_versions() if one.item_id == self.query.item]

    def steps(self) -> list[ItemStep]:
        """Of the item that is looked at."""
        return item_steps(self.conn, self.query.item)


def works(account: Account) -> bool:
    return account.may("items.edit") or account.may("items.approve")


def is_open(one: ItemVersion) -> bool:
    """Whether a version is under way."""
    return bool(possible(State(one.state)))


def newest(versions: Sequence[ItemVersion]) -> ItemVersion | None:
    """The newest that was not rejected: what a proposal is made against."""
    return next((one for one in versions if one.state is not State.REJECTED), None)


def proposer_of(version: int, steps: Sequence[ItemStep]) -> str:
    """Who proposed a version of the item whose steps these are; "" where none says."""
    return next((s.by for s in steps if (s.version, s.state) == (version, State.PROPOSED.value)), "")
