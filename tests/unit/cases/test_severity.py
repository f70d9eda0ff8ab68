from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.severity import FACTS, SeverityFacts, judge
from maritime_grid.cases_settings import load_case_settings

RULES = load_case_settings().severity.rules
COUNTS = st.integers(0, 200)
ANY_FACTS = st.builds(
    SeverityFacts,
    dead_or_missing=COUNTS,
    injured=COUNTS,
    people_in_water=COUNTS,
    vessels=COUNTS,
    amount_yuan=st.floats(0, 1e9),
    crowd=st.integers(0, 2000),
)


@pytest.mark.parametrize(
    ("dead", "injured", "level"),
    [
        (0, 0, 1),
        (1, 0, 1),
        (2, 9, 1),
        (3, 0, 2),
        (0, 10, 2),
        (9, 49, 2),
        (10, 0, 3),
        (0, 50, 3),
        (30, 0, 4),
        (0, 100, 4),
    ],
)
def test_levels_of_casualties_are_those_of_the_rules_on_accidents(dead: int, injured: int, level: int) -> None:
    assert judge(Kind.HAZARD, SeverityFacts(dead_or_missing=dead, injured=injured), RULES).level == level


@pytest.mark.parametrize(
    ("facts", "major"),
    [
        (SeverityFacts(), False),
        (SeverityFacts(vessels=2, amount_yuan=80_000), False),
        (SeverityFacts(dead_or_missing=1), True),
        (SeverityFacts(people_in_water=1), True),
        (SeverityFacts(injured=2), False),
        (SeverityFacts(injured=3), True),
        (SeverityFacts(crowd=9), False),
        (SeverityFacts(crowd=10), True),
        (SeverityFacts(amount_yuan=9_999_999), False),
        (SeverityFacts(amount_yuan=10_000_000), True),
    ],
)
def test_lives_crowds_and_grave_losses_make_a_major_matter(facts: SeverityFacts, major: bool) -> None:
    assert judge(Kind.DISPUTE, facts, RULES).major is major


def test_sudden_event_is_a_major_matter_of_any_size() -> None:
    judgement = judge(Kind.EMERGENCY, SeverityFacts(), RULES)
    assert (judgement.level, judgement.major, judgement.because) == (1, True, ("kind",))


def test_judgement_names_the_facts_that_made_it() -> None:
    facts = SeverityFacts(dead_or_missing=1, vessels=3, amount_yuan=2_000_000)
    assert judge(Kind.DISPUTE, facts, RULES).because == ("dead_or_missing", "vessels", "amount_yuan")
    assert judge(Kind.DISPUTE, SeverityFacts(), RULES).because == ()


@given(st.sampled_from(Kind), ANY_FACTS)
def test_graver_and_major_matters_come_first(kind: Kind, facts: SeverityFacts) -> None:
    judgement = judge(kind, facts, RULES)
    assert judgement.priority == min(5 - judgement.level, 2 if judgement.major else 4)
    assert bool(judgement.because) == (judgement.major or judgement.level > 1)


@given(st.sampled_from(Kind), ANY_FACTS, st.sampled_from(FACTS), st.integers(1, 100))
def test_more_harm_is_never_less_grave(kind: Kind, facts: SeverityFacts, name: str, more: int) -> None:
    before = judge(kind, facts, RULES)
    after = judge(kind, replace(facts, **{name: getattr(facts, name) + more}), RULES)
    assert after.level >= before.level
    assert after.major >= before.major
    assert after.priority <= before.priority


@given(ANY_FACTS, st.sampled_from(FACTS))
def test_level_is_that_of_the_gravest_fact(facts: SeverityFacts, name: str) -> None:
    alone = SeverityFacts(**{name: getattr(facts, name)})
    assert judge(Kind.SERVICE, facts, RULES).level >= judge(Kind.SERVICE, alone, RULES).level
    levels = [judge(Kind.SERVICE, SeverityFacts(**{n: getattr(facts, n)}), RULES).level for n in FACTS]
    assert judge(Kind.SERVICE, facts, RULES).level == max(levels)
