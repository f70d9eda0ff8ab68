"""Membership of vessels in fences, with hysteresis by fixes, time and distance."""

from __future__ import annotations

from dataclasses import fields

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
from .screen import Scene, changed_vessels, set_scene
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
    active = changed_vessels(scene, state)
    if not active.any():
        return state, empty_events()
    walked, events = walk(scene, active, state)
    return _merged(state, walked, scene, active), events


def _merged(
    state: MembershipState, walked: MembershipState, scene: Scene, active: NDArray[np.bool_]
) -> MembershipState:
    """Rows of the vessels walked in place of their old ones, sorted."""
    keep = np.ones(len(state.vessel), np.bool_)
    keep[scene.state_rows[active[scene.state_at]]] = False
    columns = {
        f.name: np.concatenate([getattr(state, f.name)[keep], getattr(walked, f.name)]) for f in fields(MembershipState)
    }
    order = np.lexsort((columns["fence"], columns["vessel"]))
    return MembershipState(**{name: column[order] for name, column in columns.items()})
