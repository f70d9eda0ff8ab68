"""The list of work items as it is read, in public and within: what holds today, what comes, what was before. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from maritime_grid.domain.items import CLASSES
from maritime_grid.store.item_reads import PublishedItem, said_in

from .words import Words


@dataclass(frozen=True, slots=True)
class Entry:
    """One item on a day.

    Attributes:
        now: the version in force, which may drop the item; None: none yet.
        coming: published ones that hold later, the next first.
        earlier: those that were replaced, the latest first.
    """

    item_id: str
    class_no: int
    now: PublishedItem | None
    coming: tuple[PublishedItem, ...]
    earlier: tuple[PublishedItem, ...]

    @property
    def listed(self) -> bool:
        """Whether it stands on the list that day."""
        return self.now is not None and not self.now.dropped


@dataclass(frozen=True, slots=True)
class Listed:
    """The whole list on a day."""

    on: date
    entries: tuple[Entry, ...]  # on the list, by class and number
    coming: tuple[Entry, ...]  # not on it yet
    dropped: tuple[Entry, ...]  # no more on it

    def of_class(self, class_no: int) -> list[Entry]:
        return [one for one in self.entries if one.class_no == class_no]


def listed(history: Sequence[PublishedItem], on: date, asked: str = "") -> Listed:
    """The list on a day, of it what a search finds in the versions of today and those to come.

    Args:
        history: as `item_reads.item_history` gives it: each item's versions together, the newest first.
        on: the day, Beijing time.
        asked: words that all must stand in an item.
    """
    found = [_entry(list(versions), on) for _, versions in groupby(history, key=lambda one: one.item_id)]
    kept = [one for one in found if _is_asked(one, asked)]
    return Listed(
        on,
        tuple(one for one in kept if one.listed),
        tuple(one for one in kept if one.now is None and one.coming),
        tuple(one for one in kept if one.now is not None and one.now.dropped),
    )


def _entry(versions: list[PublishedItem], on: date) -> Entry:
    # of two that begin on one day the later one holds; the other was public until then, and stays to be read
    held = [one for one in versions if one.superseded is None or one.in_force < one.superseded]
    now = next((one for one in held if one.holds(on)), None)
    coming = tuple(one for one in reversed(held) if one.in_force > on)
    earlier = tuple(one for one in versions if one.superseded is not None and one.superseded <= on)
    return Entry(versions[0].item_id, versions[0].class_no, now, coming, earlier)


def _is_asked(entry: Entry, asked: str) -> bool:
    versions = [one for one in (entry.now, *entry.coming) if one]
    return any(said_in(asked, one.item_id, one.title, one.text, one.basis) for one in versions)


def class_name(class_no: int, words: Words) -> str:
    """`一、基础信息采集`, as the regulation counts them (Art. 22); in English `1. Collecting base information`."""
    zh, en = CLASSES[class_no]
    return f"{'一二三四五六七八九'[class_no - 1]}、{zh}" if words.is_chinese else f"{class_no}. {en}"


def term_of(one: PublishedItem, words: Words) -> str:
    """From when until when a version held, holds or will hold."""
    if one.superseded is None:
        return words("items.from", since=one.in_force)
    return words("items.term", since=one.in_force, until=one.superseded)
