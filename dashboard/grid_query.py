"""What of the page of grids is asked for: it stands in the address, and everything in it is hostile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from maritime_grid.domain.grid_change import ChangeState

VIEWS = ("now", "changes", "propose")
STATES = tuple(ChangeState)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)


def is_grid_id(text: str) -> bool:
    """Letters, digits and hyphens, up to 40."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class GridQuery:
    """One view; `grid` is shown with its history, `change` whole."""

    view: str = "now"
    grid: str = ""
    state: str = ""
    change: int | None = None

    def parts(self) -> dict[str, object]:
        """For an address."""
        view = "" if self.view == "now" else self.view
        return {"view": view, "grid": self.grid, "state": self.state, "change": self.change}


def read_query(asked: Mapping[str, object]) -> GridQuery:
    """Anything unknown is left out."""
    view, grid, state, change = (str(asked.get(name) or "") for name in ("view", "grid", "state", "change"))
    return GridQuery(
        view if view in VIEWS else "now",
        grid if is_grid_id(grid) else "",
        state if state in STATES else "",
        int(change) if _NUMBER.fullmatch(change) else None,
    )
