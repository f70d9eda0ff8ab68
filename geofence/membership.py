"""Membership of vessels in fences, with hysteresis by fixes, time and distance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .columns import (
    EVENT_DTYPES,
    MEMBERSHIP_DTYPES,
    EventKind,
    FenceEvents,
    FenceRules,
    Fixes,
    MembershipState,
    empty_events,
    empty_membership,
)
from .fences import FenceSet
from .screen import changed_vessels, set_scene
from .settle import settle
from .walk import walk

__all__ = [
    "EVENT_DTYPES",
    "MEMBERSHIP_DTYPES",
    "EventKind",
    "FenceEvents",
    "FenceRules",
    "Fixes",
    "MembershipState",
    "advance_membership",
    "empty_events",
    "empty_membership",
]


def advance_membership(
    state: MembershipState, previous: Fixes, fixes: Fixes, fences: FenceSet, rules: FenceRules
) -> tuple[MembershipState, FenceEvents]:
    """Take accepted fixes into the membership of their vessels. Pure; the conventions stand in `geofence.stays`.

    Any split of the fixes of a vessel in time, and any sharding by vessel, gives the same events and end state.

    Args:
        state: rows of the vessels in `fixes`, others may be among them and stay as they are.
        previous: the last accepted fix of each vessel before the batch, sorted by vessel; vessels never seen lack.
        fixes: new ones, later than their vessel's previous one.
        fences: as they are known now, with all versions the times of the fixes need.
        rules: thresholds.

    Returns:
        The new state, rows of all vessels in `state` and `fixes`, and the events.
    """
    if not len(fixes.vessel):
        return state, empty_events()
    scene = set_scene(state, previous, fixes, fences, rules)
    staying, moving = changed_vessels(scene, state)
    if not (staying | moving).any():
        return state, empty_events()
    settled, settled_events = settle(scene, staying, state)
    walked, walked_events = walk(scene, moving, state)
    keep = np.ones(len(state.vessel), np.bool_)
    keep[scene.state_rows[(staying | moving)[scene.state_at]]] = False
    kept = MembershipState(**{name: getattr(state, name)[keep] for name in MEMBERSHIP_DTYPES})
    columns = _joined((kept, settled, walked), MEMBERSHIP_DTYPES, ("fence", "vessel"))
    events = _joined((*settled_events, walked_events), EVENT_DTYPES, ("kind", "fence", "t", "vessel", "confirmed_at"))
    return MembershipState(**columns), FenceEvents(**events)


def _joined(
    parts: Sequence[MembershipState | FenceEvents], names: Iterable[str], keys: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """Columns of all parts, sorted by the keys, the last of them first."""
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    order = np.lexsort([columns[key] for key in keys])
    return {name: column[order] for name, column in columns.items()}
