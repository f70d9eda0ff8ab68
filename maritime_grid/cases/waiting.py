"""Which cases wait for an account: those at a step where it is its turn to move them on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .clocks import LEVELS, Level
from .flow import TABLE, Near
from .kinds import Act, Step

MOVES = frozenset({Act.RESOLVE, Act.COLLATE, Act.DISPATCH, Act.ACCEPT, Act.REPORT, Act.TELL, Act.RATE})


@dataclass(frozen=True, slots=True)
class Waits:
    """Steps at which a case waits for the account, by how it stands to the case.

    Attributes:
        own: its very unit leads the grid; levels below have no one else to do their part.
        below: a unit below leads the grid, and the account's level answers for the step.
        held: its body is to handle it.
        joined: its body handles it jointly, and has not reported its part.
        filed: it filed the case.
        grants: steps of `own` and `below` where it decides on an extension.
        receives: it takes reports of major matters.
    """

    own: tuple[Step, ...] = ()
    below: tuple[Step, ...] = ()
    held: tuple[Step, ...] = ()
    joined: tuple[Step, ...] = ()
    filed: tuple[Step, ...] = ()
    grants: bool = False
    receives: bool = False


def waits_of(level: Level | None, may: frozenset[str], answers: Mapping[Step, Level]) -> Waits:
    """What waits for an account.

    Args:
        level: of its unit; None: it has none.
        may: acts of its role, as `case.collate`.
        answers: the level that answers for each step.
    """
    led = _steps(Near.LEADS, may, MOVES)
    return Waits(
        own=() if level is None else tuple(s for s in led if LEVELS.index(answers[s]) <= LEVELS.index(level)),
        below=() if level is None else tuple(s for s in led if answers[s] == level),
        held=_steps(Near.HOLDS, may, MOVES),
        joined=_steps(Near.JOINED, may, frozenset({Act.REPORT_PART})),
        filed=_steps(Near.REPORTER, may, MOVES & {Act.TELL, Act.RATE}),
        grants=level is not None
        and f"case.{Act.GRANT_EXTENSION}" in may
        and LEVELS.index(answers[Step.HANDLING]) <= LEVELS.index(level),
        receives=f"case.{Act.RECEIVE_HOP}" in may,
    )


def _steps(near: Near, may: frozenset[str], acts: frozenset[Act]) -> tuple[Step, ...]:
    found = {step for (step, act), way in TABLE.items() if act in acts and near in way.by and f"case.{act}" in may}
    return tuple(step for step in Step if step in found)
