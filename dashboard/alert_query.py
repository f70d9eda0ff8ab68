"""Which alerts a list shows, as its address says it: everything there comes from outside and is bounded here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from maritime_grid.domain.alerts import RuleName, Severity
from maritime_grid.store.alert_reads import AlertFilter

STATES = ("open", "seen", "over", "past")
SEVERITIES = tuple(s.name.lower() for s in reversed(Severity))
RULES = tuple(r.value for r in RuleName)
PAGE_ROWS = 50
MOST_PAGES = 2_000
_LONGEST_ID = 120


@dataclass(frozen=True, slots=True)
class AlertQuery:
    """What is asked for; empty texts: any. A severity means that and worse."""

    severity: str = ""
    rule: str = ""
    grid: str = ""
    state: str = ""
    page: int = 1
    alert: str = ""  # the one that is shown whole

    def filter(self) -> AlertFilter:
        """The same for the store."""
        states = ("seen", "resolved") if self.state == "seen" else (self.state,)
        least = Severity[self.severity.upper()] if self.severity else None
        return AlertFilter(
            states=states if self.state else None,
            levels=tuple(s.value for s in Severity if s >= least) if least else None,
            rules=(self.rule,) if self.rule else None,
            grid=self.grid or None,
        )

    def parts(self) -> dict[str, object]:
        """What of it differs from a list of which nothing was asked, for an address."""
        return {name: value for name, value in asdict(self).items() if value != getattr(NOTHING, name)}


NOTHING = AlertQuery()


def read_query(given: Mapping[str, Any]) -> AlertQuery:
    """A query as an address or a page gives it; what is none of its values is left out."""
    text = {name: value if isinstance(value, str) else "" for name, value in given.items()}

    def one_of(name: str, known: tuple[str, ...]) -> str:
        return text[name] if text.get(name) in known else ""

    return AlertQuery(
        severity=one_of("severity", SEVERITIES),
        rule=one_of("rule", RULES),
        grid=plain_id(text.get("grid")),
        state=one_of("state", STATES),
        page=_page(given.get("page")),
        alert=plain_id(text.get("alert")),
    )


def plain_id(given: object) -> str:
    """An id from outside: a short printable text, else empty."""
    text = given.strip() if isinstance(given, str) else ""
    return text if len(text) <= _LONGEST_ID and text.isprintable() else ""


def _page(given: object) -> int:
    text = str(given) if isinstance(given, int | str) else ""
    return max(1, min(int(text), MOST_PAGES)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
