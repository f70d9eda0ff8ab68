"""Changes of grids 网格调整 (Art. 11): proposed, approved by the county, filed with the city (备案), then in force.

The table is the whole of it: a pair that is not there raises and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .errors import MaritimeGridError
from .people import ON_LAND


class ChangeState(StrEnum):
    PROPOSED = "proposed"  # 拟订
    APPROVED = "approved"  # 县(区)审定
    FILED = "filed"  # 市备案: in force from its moment on
    REFUSED = "refused"  # 退回
    WITHDRAWN = "withdrawn"  # 撤回


class ChangeAct(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    FILE = "file"
    WITHDRAW = "withdraw"


class ChangeError(MaritimeGridError):
    """The change does not stand where this can be done with it. Exit code 2."""


TABLE: Mapping[tuple[ChangeState, ChangeAct], ChangeState] = {
    (ChangeState.PROPOSED, ChangeAct.APPROVE): ChangeState.APPROVED,
    (ChangeState.PROPOSED, ChangeAct.REFUSE): ChangeState.REFUSED,
    (ChangeState.PROPOSED, ChangeAct.WITHDRAW): ChangeState.WITHDRAWN,
    (ChangeState.APPROVED, ChangeAct.FILE): ChangeState.FILED,
    (ChangeState.APPROVED, ChangeAct.REFUSE): ChangeState.REFUSED,
    (ChangeState.APPROVED, ChangeAct.WITHDRAW): ChangeState.WITHDRAWN,
}
RIGHTS: Mapping[ChangeAct, str] = {  # acts of the table of access
    ChangeAct.APPROVE: "grids.approve",
    ChangeAct.REFUSE: "grids.approve",
    ChangeAct.FILE: "grids.file",
    ChangeAct.WITHDRAW: "grids.propose",
}


def after(state: ChangeState, act: ChangeAct) -> ChangeState:
    """Raises: ChangeError: the act is not done at this state."""
    found = TABLE.get((state, act))
    if found is None:
        raise ChangeError(f"the change is {state}: {act} is not done there", "read it again")
    return found


def layer_of(kind: str) -> str:
    """The layer that a grid of this kind divides with others: `grid` is the sea's, else one of the land's (Art. 10)."""
    return kind if kind in ON_LAND else "grid"


@dataclass(frozen=True, slots=True)
class Impact:
    """Who and what would change hands."""

    grids_new: tuple[str, ...]
    grids_changed: tuple[str, ...]
    grids_ended: tuple[str, ...]
    vessels: tuple[tuple[int, str, str], ...]  # mmsi, grid now, grid then; "" for none
    cases: tuple[tuple[str, str, str], ...]  # open case, grid now, grid then
    ports: tuple[tuple[str, str, str], ...]  # port, grid that holds it now, then
