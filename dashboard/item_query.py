"""What of the page of work items is asked for, as its address says it: all of it comes from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from maritime_grid.store.jsonrows import clean_text

from .alert_query import plain_id
from .item_forms import FORMS

VIEWS = ("list", "work")
LONGEST_PART = 40  # characters to look for


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """One view: the published list, the work on it, or one item.

    Attributes:
        q: looked for in the items.
        do: the form that is open, of FORMS.
    """

    view: str = ""
    item: str = ""
    q: str = ""
    do: str = ""

    def parts(self) -> dict[str, object]:
        """For an address."""
        return asdict(self)

    def closed(self) -> ItemQuery:
        """The same without a form."""
        return replace(self, do="")


def read_query(asked: Mapping[str, Any]) -> ItemQuery:
    """What is none of its values is left out."""
    view, do = asked.get("view"), asked.get("do")
    return ItemQuery(
        view="work" if view == "work" else "",
        item=plain_id(asked.get("item")),
        q=clean_text(str(asked.get("q") or "")).strip()[:LONGEST_PART],
        do=do if isinstance(do, str) and do in FORMS else "",
    )
