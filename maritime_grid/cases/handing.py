"""To which unit a case may be handed over 移交: the tree of Art. 5-7 decides, as the township's routing does of bodies.

Each unit gives what it leads to what is beneath it, takes from there to itself, and gives up to the one above it. A
township also gives straight to another of its county, since routing by competence is its own (Art. 25); a village does
not, since it only collates. The county sees both ends, and what two townships cannot settle goes up to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .clocks import Level


class Unit(Protocol):
    """A unit of the tree; `path` from the city down to it."""

    @property
    def unit_id(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def path(self) -> Sequence[str]: ...


def may_hand_to(own: Unit, to: Unit) -> bool:
    """Whether an account of the unit `own` may hand what it leads to the unit `to`."""
    if own.unit_id in to.path:
        return True
    above = list(own.path[:-1])
    is_above = bool(above) and to.unit_id == above[-1]
    siblings = own.level == to.level == Level.TOWNSHIP and list(to.path[:-1]) == above
    return is_above or siblings
