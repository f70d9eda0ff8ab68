"""Which cases a list shows, as its address says it: everything there comes from outside and is bounded here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from maritime_grid.cases.kinds import OPEN_STEPS, Kind, Step
from maritime_grid.cases.text import QUERY_LIMIT, query_grams
from maritime_grid.store.case_lateness import BY
from maritime_grid.store.case_reads import CaseFilter

from .alert_query import plain_id

SHOWS = ("open", "mine", "overdue", "paused", "over")  # all that are open, what waits for me, …, what is over
VIEWS = ("list", "board", "late")  # late: who was late, by one of BY
DAYS = (30, 90, 365)  # late are steps done in the last so many days, and those not done yet
STEPS = tuple(step for step in Step if step in OPEN_STEPS)
OVER = (Step.CLOSED, Step.WITHDRAWN)
PRIORITIES = ("1", "2", "3")  # that and what comes before it
SORTS = ("priority", "deadline")  # deadline: whatever the priority
PAGE_ROWS = 50
MOST_PAGES = 4_000


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is asked for; empty texts: any."""

    show: str = "open"
    kind: str = ""
    step: str = ""
    grid: str = ""
    priority: str = ""
    sort: str = "priority"
    q: str = ""
    view: str = "list"
    by: str = "unit"
    days: int = 30
    page: int = 1

    @property
    def is_late(self) -> bool:
        return self.view == "late"

    @property
    def is_board(self) -> bool:
        return self.view == "board" and self.show != "over"

    @property
    def has_order(self) -> bool:
        """Whether priorities and deadlines mean anything: not for what is over, nor for who was late."""
        return self.show != "over" and not self.is_late

    @property
    def by_deadline(self) -> bool:
        return self.sort == "deadline"

    def filter(self) -> CaseFilter:
        """The same for the store."""
        steps: tuple[str, ...] | None = (self.step,) if self.step else None
        return CaseFilter(
            states=OVER if self.show == "over" and not self.is_late else steps,
            kinds=(self.kind,) if self.kind else None,
            grid=self.grid or None,
            overdue=self.show == "overdue" and not self.is_late,
            paused=self.show == "paused" and not self.is_late,
            priority=int(self.priority) if self.priority and self.has_order else None,
            keys=query_grams(self.q) if self.q else (),
        )

    def parts(self) -> dict[str, object]:
        """What of it differs from a list that nothing was asked of, for an address."""
        return {name: value for name, value in asdict(self).items() if value != getattr(NOTHING, name)}

    def at_page(self, page: int) -> ListQuery:
        return replace(self, page=page)


NOTHING = ListQuery()


def read_query(given: Mapping[str, Any]) -> ListQuery:
    """A query as an address or a page gives it; what is none of its values is left out."""
    text = {name: value if isinstance(value, str) else "" for name, value in given.items()}

    def one_of(name: str, known: tuple[str, ...]) -> str:
        return text[name] if text.get(name) in known else getattr(NOTHING, name)

    return ListQuery(
        show=one_of("show", SHOWS),
        kind=one_of("kind", tuple(Kind)),
        step=one_of("step", STEPS),
        grid=plain_id(text.get("grid")),
        priority=one_of("priority", PRIORITIES),
        sort=one_of("sort", SORTS),
        q=text.get("q", "").strip()[:QUERY_LIMIT],
        view=one_of("view", VIEWS),
        by=one_of("by", BY),
        days=next((n for n in DAYS if str(n) == str(given.get("days"))), NOTHING.days),
        page=_page(given.get("page")),
    )


def _page(given: object) -> int:
    text = str(given) if isinstance(given, int | str) else ""
    return max(1, min(int(text), MOST_PAGES)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
