"""To which body a case is proposed, and why: rules in order, the first that fits wins.

A proposal only: the township dispatches, and sees the rule and its reason in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .clocks import Level
from .kinds import Kind


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What routing looks at.

    Attributes:
        kind: of the case.
        subkind: key of config/cases.toml, or empty.
        zones: kinds of the zones that hold its place; None: the place is not known.
        county: id of the county, or None.
        amount: what is claimed, yuan; None: not said.
        classes: classes of the parties' vessels.
        major: a major matter (Art. 28).
        severity: 1 to 4.
    """

    kind: Kind
    subkind: str = ""
    zones: frozenset[str] | None = None
    county: str | None = None
    amount: float | None = None
    classes: frozenset[str] = frozenset()
    major: bool = False
    severity: int = 1


@dataclass(frozen=True, slots=True)
class Competence:
    """What a body is there for; `kind` as in mg.body."""

    name: str
    kind: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Conditions, of which empty ones and None hold always, and the body that follows from them.

    Attributes:
        rule_id: shown with the proposal.
        body: competence of the body.
        level: of the body's unit: the one that holds the case's unit.
        joint: competences of bodies to be told, at the same level.
        zh, en: the reason in words.
        kinds, subkinds, counties: one of them.
        inside: the place is known and in a zone of one of these kinds.
        outside: the place is known and in no zone of these kinds.
        amount_from, amount_below: yuan; what is not said fits neither.
        classes: one of the parties' vessels is of one of these.
        major: is or is not a major matter.
    """

    rule_id: str
    body: Competence
    level: Level
    joint: tuple[Competence, ...]
    zh: str
    en: str
    kinds: frozenset[Kind] = frozenset()
    subkinds: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    amount_from: float | None = None
    amount_below: float | None = None
    classes: frozenset[str] = frozenset()
    major: bool | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The proposal: a body of this competence at this level, who is told with it, and the reason in words."""

    rule_id: str
    body: Competence
    level: Level
    joint: tuple[Competence, ...]
    zh: str
    en: str


def propose(facts: CaseFacts, rules: Sequence[Rule]) -> Route:
    """The route of the first rule that fits; the last one fits all.

    Raises: ValueError: none fits. The settings refuse a table that ends without a rule for all.
    """
    for rule in rules:
        if fits(rule, facts):
            return Route(rule.rule_id, rule.body, rule.level, rule.joint, rule.zh, rule.en)
    raise ValueError("the table of routes ends without a rule for all")


def fits(rule: Rule, facts: CaseFacts) -> bool:
    """Whether every condition of the rule holds."""
    return (
        (not rule.kinds or facts.kind in rule.kinds)
        and (not rule.subkinds or facts.subkind in rule.subkinds)
        and (not rule.counties or facts.county in rule.counties)
        and (not rule.classes or bool(rule.classes & facts.classes))
        and rule.major in {None, facts.major}
        and _place_fits(rule, facts.zones)
        and _amount_fits(rule, facts.amount)
    )


def _place_fits(rule: Rule, zones: frozenset[str] | None) -> bool:
    if not rule.inside and not rule.outside:
        return True
    return zones is not None and (not rule.inside or bool(rule.inside & zones)) and not rule.outside & zones


def _amount_fits(rule: Rule, amount: float | None) -> bool:
    if rule.amount_from is None and rule.amount_below is None:
        return True
    if amount is None:
        return False
    return (rule.amount_from or 0) <= amount and (rule.amount_below is None or amount < rule.amount_below)
