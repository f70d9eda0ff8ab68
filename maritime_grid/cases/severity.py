"""How grave a case is: 1 ordinary 一般, 2 larger 较大, 3 grave 重大, 4 very grave 特别重大, from its facts alone.

The gravest fact decides. A major matter 重大事项 (Art. 28) is told in parallel; which facts make one stands in the
rules beside the scale, since one person in the water is a low number and no small matter. Level and major matter make
the priority, which orders the lists (decision 0112).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .kinds import Kind

ORDINARY, VERY_GRAVE = 1, 4
MOST = {"amount_yuan": 1e12}  # of a fact; of all others MOST_COUNT
MOST_COUNT = 1_000_000


@dataclass(frozen=True, slots=True)
class SeverityFacts:
    """Numbers of a case as far as they are known; 0 where not.

    Attributes:
        dead_or_missing, injured, people_in_water: people 死亡失踪、重伤、落水.
        vessels: vessels involved.
        amount_yuan: claimed or lost, yuan.
        crowd: people gathered 群体性事件.
    """

    dead_or_missing: int = 0
    injured: int = 0
    people_in_water: int = 0
    vessels: int = 0
    amount_yuan: float = 0
    crowd: int = 0


FACTS = ("dead_or_missing", "injured", "people_in_water", "vessels", "amount_yuan", "crowd")


@dataclass(frozen=True, slots=True)
class SeverityRules:
    """The scale.

    Attributes:
        scale: of each fact, from which number on it makes level 2, 3 and 4.
        major_level: from this level on a matter is major.
        major_facts: from which number on a fact alone makes it major.
        major_kinds: cases of these kinds are major always.
    """

    scale: Mapping[str, tuple[float, float, float]]
    major_level: int
    major_facts: Mapping[str, float]
    major_kinds: frozenset[Kind]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the facts say.

    Attributes:
        level: 1 to 4.
        major: a major matter (Art. 28).
        priority: 1 comes first, 4 last; a major matter is at most 2. The store computes it from the two above by
            itself, so that a mark by hand changes it too.
        because: names of the facts that made the level or the major matter, as in FACTS; `kind` for the kind.
    """

    level: int
    major: bool
    priority: int
    because: tuple[str, ...]


def judge(kind: Kind, facts: SeverityFacts, rules: SeverityRules) -> Judgement:
    """Level, whether it is a major matter, and priority."""
    levels = {name: _level(getattr(facts, name), rules.scale[name]) for name in FACTS}
    level = max(levels.values())
    alone = {name for name, limit in rules.major_facts.items() if getattr(facts, name) >= limit}
    major = level >= rules.major_level or bool(alone) or kind in rules.major_kinds
    because = tuple(name for name in FACTS if name in alone or (levels[name] == level > ORDINARY))
    return Judgement(
        level,
        major,
        priority_of(level, major),
        (*because, *(["kind"] if kind in rules.major_kinds else [])),
    )


def priority_of(level: int, major: bool) -> int:
    """1 comes first, 4 last."""
    priority = VERY_GRAVE + 1 - level
    return min(priority, 2) if major else priority


def known_facts(said: Mapping[str, Any], before: SeverityFacts = SeverityFacts()) -> SeverityFacts:
    """Facts as said; those that nobody speaks of stay as they were."""
    return SeverityFacts(**{**asdict(before), **{name: said[name] for name in FACTS if said.get(name) is not None}})


def facts_fault(said: Mapping[str, Any]) -> str | None:
    """Why what is said cannot be facts of a case; None where it can."""
    given = {name: said[name] for name in FACTS if said.get(name) is not None}
    if not given:
        return "no number is given"
    for name, value in given.items():
        kinds = (int, float) if name in MOST else (int,)
        if isinstance(value, bool) or not isinstance(value, kinds) or not 0 <= value <= MOST.get(name, MOST_COUNT):
            return f"{name} is a number from 0 to {MOST.get(name, MOST_COUNT):.0f}"
    return None


def _level(number: float, thresholds: tuple[float, float, float]) -> int:
    return ORDINARY + bisect_right(thresholds, number)
