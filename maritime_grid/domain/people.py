"""Posts of grids (Art. 12-18, 27): who holds which when, and what a grid still lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


class Post(StrEnum):
    """What somebody is in a grid."""

    LEADER = "leader"  # 网格长
    FULL_TIME = "full_time"  # 专职网格员
    PART_TIME = "part_time"  # 兼职网格员
    ADVISOR = "advisor"  # 网格指导员
    PARTY_SECRETARY = "party_secretary"  # 网格党支部书记、党小组组长
    DEPARTMENT = "department"  # 职能部门
    COAST_GUARD = "coast_guard"  # 海警
    ASSOCIATION = "association"  # 水产商会
    VILLAGE_WORKER = "village_worker"  # 渔船所在村(社区)网格员


SINGLE = frozenset({Post.LEADER, Post.PARTY_SECRETARY})  # one a grid at a time, as the schema holds
PUBLISHED = frozenset({Post.LEADER, Post.FULL_TIME, Post.PART_TIME, Post.ADVISOR})  # name and work phone (Art. 21)
OF_BODIES = frozenset({Post.DEPARTMENT, Post.COAST_GUARD, Post.ASSOCIATION})  # filled by a body
EVERY_GRID = (Post.LEADER, Post.FULL_TIME, Post.ADVISOR, Post.PARTY_SECRETARY)  # Art. 14, 15, 17, 18
SEA_GRID = (Post.COAST_GUARD, Post.ASSOCIATION, Post.DEPARTMENT, Post.VILLAGE_WORKER)  # Art. 27
ON_LAND = frozenset({"community", "exclusive"})  # kinds of grids that are not of the sea


@dataclass(frozen=True, slots=True)
class Term:
    """A term of office: from `since` until before `until`, days of Beijing time; until None: open."""

    post_id: int
    grid_id: str
    post: Post
    since: date
    until: date | None = None
    person_id: int | None = None
    body_id: str | None = None
    name: str | None = None  # as far as the reader may see it


@dataclass(frozen=True, slots=True)
class Ending:
    """A term that is about to end, and whether somebody holds the same post of the grid from then on."""

    term: Term
    followed: bool


@dataclass(frozen=True, slots=True)
class Staffing:
    """What a grid lacks on a day, and what it will lack soon."""

    grid_id: str
    missing: tuple[Post, ...]
    ending: tuple[Ending, ...]

    @property
    def complete(self) -> bool:
        return not self.missing


def day_of(at: datetime) -> date:
    """The day in Beijing of an aware moment."""
    return at.astimezone(BEIJING).date()


def in_office(term: Term, on: date) -> bool:
    return term.since <= on and (term.until is None or on < term.until)


def required(kind: str) -> tuple[Post, ...]:
    """Posts that a grid of this kind must have filled; every kind not of the land is of the sea."""
    return EVERY_GRID if kind in ON_LAND else EVERY_GRID + SEA_GRID


def staffing(kinds: Mapping[str, str], terms: Iterable[Term], on: date, soon_days: int) -> list[Staffing]:
    """What each grid lacks.

    Args:
        kinds: kind by grid_id, of the grids to look at; terms of others are passed over.
        terms: of any time.
        on: the day.
        soon_days: terms that end within so many days are told.

    Returns: one a grid, in the order of `kinds`.
    """
    by_grid: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_grid[term.grid_id].append(term)
    return [_staffing(grid_id, kind, by_grid[grid_id], on, soon_days) for grid_id, kind in kinds.items()]


def _staffing(grid_id: str, kind: str, terms: Sequence[Term], on: date, soon_days: int) -> Staffing:
    held = {term.post for term in terms if in_office(term, on)}
    ending = [
        Ending(term, any(other.post is term.post and in_office(other, term.until) for other in terms))
        for term in terms
        if in_office(term, on) and term.until is not None and term.until <= on + timedelta(days=soon_days)
    ]
    ending.sort(key=lambda one: (one.term.until, one.term.post_id))
    return Staffing(grid_id, tuple(post for post in required(kind) if post not in held), tuple(ending))
