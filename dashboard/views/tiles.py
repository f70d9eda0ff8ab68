"""Tiles of the wall: one a grid, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.fleet import Fleet
from maritime_grid.store.rows import AlertRow, CaseTally, GridFlow, PlaceRow

from .assess import Assessed


@dataclass(frozen=True, slots=True)
class Tile:
    """Figures of one grid. `alerts`: open ones by severity, notice first."""

    code: int
    now: int
    entered: int
    left: int
    silent: int
    alerts: tuple[int, int, int, int]
    disputes: int = 0  # open cases
    disputes_overdue: int = 0
    emergencies: int = 0
    emergencies_overdue: int = 0
    unreceived: int = 0  # major matters of which a report was not received in time

    @property
    def worst(self) -> int:
        """Highest severity open here, 0 none."""
        return max((level for level, count in enumerate(self.alerts, 1) if count), default=0)

    @property
    def urgent(self) -> bool:
        """Cases wait here that somebody has to see from afar."""
        return bool(self.unreceived or self.emergencies or self.disputes_overdue)

    def rank(self) -> tuple[int, ...]:
        """Sorts worst first: by counts from emergency to notice, then what is late of cases, then silence, traffic."""
        cases = (self.unreceived, self.emergencies_overdue, self.emergencies, self.disputes_overdue, self.disputes)
        worse = (*reversed(self.alerts), *cases, self.silent, self.now)
        return (*(-count for count in worse), self.code)

    def to_json(self) -> dict[str, object]:
        """`cases` only where they are urgent: overdue disputes, emergencies, overdue ones, matters not received."""
        cases = [self.disputes_overdue, self.emergencies, self.emergencies_overdue, self.unreceived]
        return {
            "code": self.code, "now": self.now, "in": self.entered, "out": self.left, "silent": self.silent,
            "alerts": self.alerts, "disputes": self.disputes, "worst": self.worst,
            **({"cases": cases} if self.urgent else {}),
        }  # fmt: skip


def make_tiles(
    places: Sequence[PlaceRow],
    fleet: Fleet,
    judged: Assessed,
    alerts: Sequence[AlertRow],
    flow: Sequence[GridFlow],
    cases: Sequence[CaseTally] = (),
) -> list[Tile]:
    """One tile for every grid in force, worst first."""
    codes = [p.code for p in places if p.layer == "grid"]
    size = max([0, *codes, *fleet.columns["grid"].tolist()]) + 1
    grid = fleet.columns["grid"]
    here = np.bincount(grid[judged.shown & ~judged.silent], minlength=size)
    silent = np.bincount(grid[judged.silent], minlength=size)
    flows = {f.code: f for f in flow}
    open_alerts, open_cases = count_by_grid(alerts), {c.code: c for c in cases}
    tiles: list[Tile] = []
    for code in codes:
        moved = flows.get(code, GridFlow(code, 0, 0))
        levels = open_alerts.get(code, (0, 0, 0, 0))
        waiting = open_cases.get(code, CaseTally(code, 0, 0, 0, 0, 0))
        tiles.append(
            Tile(
                code,
                int(here[code]),
                moved.entered,
                moved.left,
                int(silent[code]),
                levels,
                **{name: getattr(waiting, name) for name in CaseTally.__dataclass_fields__ if name != "code"},
            )
        )
    return sorted(tiles, key=Tile.rank)


def count_by_grid(alerts: Sequence[AlertRow]) -> dict[int, tuple[int, int, int, int]]:
    """Open alerts of each grid by severity, notice first; code 0 holds those outside every grid."""
    counts: dict[int, list[int]] = {}
    for alert in alerts:
        if alert.open:
            counts.setdefault(alert.grid, [0, 0, 0, 0])[alert.severity - 1] += 1
    return {code: (c[0], c[1], c[2], c[3]) for code, c in counts.items()}
