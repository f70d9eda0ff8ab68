"""Reports of major matters 重大事项报告 (Art. 28): who is told at once, and who next where a report is not received.

Grid, township and the departments by rule are told at the same moment, beside the flow of the case. Each hop has
some minutes; when they pass without receipt, one level up is told. An id is the case and who is told, so that nobody
is told twice, however often this is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

from .clocks import LEVELS, Level
from .kinds import Kind


@dataclass(frozen=True, slots=True)
class BodyRule:
    """Bodies of one competence are told of these matters; empty sets hold for all."""

    competence: str
    level: Level
    kinds: frozenset[Kind] = frozenset()
    subkinds: frozenset[str] = frozenset()
    severity_from: int = 1


@dataclass(frozen=True, slots=True)
class HopRules:
    """Within what time each is to receive, and which bodies are told."""

    leader_within: timedelta
    unit_within: timedelta
    body_within: timedelta
    bodies: tuple[BodyRule, ...]


@dataclass(frozen=True, slots=True)
class HopFacts:
    """A major matter, with those who could be told.

    Attributes:
        case_id: the case.
        kind, subkind, severity: of the case.
        units: id of the unit at each level from the one that leads the grid up.
        bodies: ids of the bodies of a competence, by the level of their unit; those competent for the case's unit.
    """

    case_id: str
    kind: Kind
    subkind: str
    severity: int
    units: Mapping[Level, str]
    bodies: Mapping[str, Mapping[Level, str]]


@dataclass(frozen=True, slots=True)
class Hop:
    """One report to one unit or body; exactly one of `to_unit` and `to_body` is given."""

    hop_id: str
    case_id: str
    to_unit: str | None
    to_body: str | None
    after: str | None  # hop that was late and brought this one about
    sent_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What a moment shows: hops not received in time, and hops that are to be written since."""

    late: tuple[Hop, ...]
    opened: tuple[Hop, ...]


def plan(facts: HopFacts, rules: HopRules, at: datetime) -> tuple[Hop, ...]:
    """The reports that go out at once: the unit that leads the grid, the township, bodies by rule.

    Where there is no township above, the next unit up is told; a body that its rule's level lacks, at the next level
    that has one.
    """
    units = [*_from(facts.units, Level.VILLAGE)[:1], *_from(facts.units, Level.TOWNSHIP)[:1]]
    hops = [_hop(facts, rules, unit, None, None, at) for unit in dict.fromkeys(units)]
    bodies = [
        body
        for rule in rules.bodies
        if _holds(rule, facts)
        for body in _from(facts.bodies.get(rule.competence, {}), rule.level)[:1]
    ]
    return (*hops, *(_hop(facts, rules, None, body, None, at) for body in dict.fromkeys(bodies)))


def to_opener(facts: HopFacts, rules: HopRules, body: str, competences: Set[str], at: datetime) -> Hop | None:
    """The report to a body that found the matter itself, where bodies of its kind are told; None: they are not.

    A station that opens a case is seldom the one that the rules name: this is the city's.
    """
    told = any(rule.competence in competences and _holds(rule, facts) for rule in rules.bodies)
    return _hop(facts, rules, None, body, None, at) if told else None


def due(facts: HopFacts, rules: HopRules, hops: Sequence[Hop], receipts: Mapping[str, datetime], at: datetime) -> Due:
    """Which hops were late by a moment, and which further ones that opened.

    Args:
        facts: of the matter, as it was planned.
        rules: of reports.
        hops: all that are written.
        receipts: when each was received, by hop_id.
        at: the moment; asking at any moments before gives the same in the end.
    """
    known = {hop.hop_id for hop in hops}
    queue = [(hop.due_at, hop.hop_id, hop) for hop in hops]
    heapify(queue)
    late: list[Hop] = []
    opened: list[Hop] = []
    while queue and queue[0][0] <= at:
        hop = heappop(queue)[2]
        received_at = receipts.get(hop.hop_id)
        if received_at is not None and received_at <= hop.due_at:
            continue
        late.append(hop)
        following = _following(facts, rules, hop)
        if following is not None and following.hop_id not in known:
            known.add(following.hop_id)
            opened.append(following)
            heappush(queue, (following.due_at, following.hop_id, following))
    return Due(tuple(late), tuple(opened))


def next_due(hops: Iterable[Hop], receipts: Mapping[str, datetime], at: datetime) -> datetime | None:
    """First moment after `at` at which a hop becomes late; None: all are received or late."""
    return min((hop.due_at for hop in hops if hop.hop_id not in receipts and hop.due_at > at), default=None)


def _hop(facts: HopFacts, rules: HopRules, unit: str | None, body: str | None, after: Hop | None, at: datetime) -> Hop:
    leads = unit is not None and unit == _from(facts.units, Level.VILLAGE)[0]
    within = rules.body_within if unit is None else rules.leader_within if leads else rules.unit_within
    name = f"unit/{unit}" if unit is not None else f"body/{body}"
    return Hop(f"{facts.case_id}/{name}", facts.case_id, unit, body, after and after.hop_id, at, at + within)


def _holds(rule: BodyRule, facts: HopFacts) -> bool:
    return (
        (not rule.kinds or facts.kind in rule.kinds)
        and (not rule.subkinds or facts.subkind in rule.subkinds)
        and facts.severity >= rule.severity_from
    )


def _from(ids: Mapping[Level, str], lowest: Level) -> list[str]:
    """Ids from a level up."""
    return [ids[level] for level in LEVELS[LEVELS.index(lowest) :] if level in ids]


def _following(facts: HopFacts, rules: HopRules, hop: Hop) -> Hop | None:
    """One level up, told at the moment the hop was late: units by the tree, bodies by their competence."""
    columns = [facts.units] if hop.to_unit is not None else [facts.bodies[name] for name in sorted(facts.bodies)]
    told = hop.to_unit or hop.to_body
    for column in (_from(column, Level.VILLAGE) for column in columns):
        if told in column[:-1]:
            above = column[column.index(told) + 1]
            unit, body = (above, None) if hop.to_unit is not None else (None, above)
            return _hop(facts, rules, unit, body, hop, hop.due_at)
    return None
