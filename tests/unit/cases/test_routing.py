"""Routing by its table as config/cases.toml has it, and by the laws of any table."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.cases.clocks import Level
from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.routing import CaseFacts, Competence, Rule, fits, propose
from maritime_grid.cases_settings import load_case_settings

SETTINGS = load_case_settings()
RULES = SETTINGS.rules
INSIDE = frozenset({"trawl_ban", "no_fishing"})
IN_PORT = frozenset({"trawl_ban", "port"})
OUTSIDE = frozenset[str]()
FISHERY = Competence("fishery", "department", "渔业主管部门", "fishery authority")
ALL = Rule("all", FISHERY, Level.COUNTY, (), "其他", "rest")


def facts(kind: Kind, subkind: str = "", zones: frozenset[str] | None = None, **more: object) -> CaseFacts:
    return CaseFacts(kind, subkind, zones, **more)  # pyright: ignore[reportArgumentType]


CASES = (
    # gear 网具, collision 碰撞, fishing ground 渔场, wages or injury 劳资/工伤, sale 收购, merchant-fishing 商渔
    (facts(Kind.DISPUTE, "gear", OUTSIDE), "gear-outside-line", "coast_guard", Level.CITY, "fishery"),
    (facts(Kind.DISPUTE, "gear", INSIDE), "gear-inside-line", "fishery", Level.COUNTY, ""),
    (facts(Kind.DISPUTE, "gear", None), "gear", "fishery", Level.COUNTY, ""),
    (facts(Kind.DISPUTE, "gear", INSIDE, amount=1e6), "gear-large", "fishery", Level.CITY, ""),
    (facts(Kind.DISPUTE, "gear", INSIDE, amount=999_999), "gear-inside-line", "fishery", Level.COUNTY, ""),
    (facts(Kind.DISPUTE, "gear", OUTSIDE, amount=2e6), "gear-outside-line", "coast_guard", Level.CITY, "fishery"),
    (facts(Kind.DISPUTE, "collision", INSIDE, classes=frozenset({"fishing"})), "collision", "fishery",
     Level.COUNTY, ""),
    (facts(Kind.DISPUTE, "collision", OUTSIDE), "collision-outside-line", "coast_guard", Level.CITY, "fishery"),
    (facts(Kind.DISPUTE, "collision", OUTSIDE, classes=frozenset({"fishing", "merchant"})),
     "collision-with-merchant", "maritime", Level.CITY, "fishery coast_guard"),
    (facts(Kind.DISPUTE, "collision", IN_PORT, classes=frozenset({"merchant"})), "collision-in-port", "fishery",
     Level.COUNTY, "maritime"),
    (facts(Kind.DISPUTE, "fishing_ground", INSIDE), "fishing-ground", "fishery", Level.CITY, ""),
    (facts(Kind.DISPUTE, "fishing_ground", OUTSIDE), "gear-outside-line", "coast_guard", Level.CITY, "fishery"),
    (facts(Kind.DISPUTE, "wages_injury", OUTSIDE), "wages-injury", "labour", Level.COUNTY, "fishery"),
    (facts(Kind.DISPUTE, "catch_sale", IN_PORT), "catch-sale", "market", Level.COUNTY, "fishery"),
    (facts(Kind.DISPUTE, "merchant_fishing", INSIDE), "merchant-fishing", "maritime", Level.CITY,
     "fishery coast_guard"),
    (facts(Kind.DISPUTE, "violence", INSIDE), "violence", "public_security", Level.COUNTY, "coast_guard fishery"),
    (facts(Kind.DISPUTE, "violence", OUTSIDE), "violence-outside-line", "coast_guard", Level.CITY,
     "public_security fishery"),
    (facts(Kind.DISPUTE, "other", INSIDE), "rest", "grid_office", Level.COUNTY, ""),
    (facts(Kind.EMERGENCY, "overboard", OUTSIDE), "sea-rescue", "maritime", Level.CITY,
     "coast_guard fishery emergency"),
    (facts(Kind.EMERGENCY, "storm"), "emergency", "emergency", Level.COUNTY, "fishery"),
    (facts(Kind.EMERGENCY, "pollution", INSIDE), "pollution", "maritime", Level.CITY, "emergency"),
    (facts(Kind.HAZARD, "illegal_fishing", OUTSIDE), "fishing-outside-line", "coast_guard", Level.CITY, "fishery"),
    (facts(Kind.HAZARD, "illegal_fishing", INSIDE), "fishing-hazard", "fishery", Level.COUNTY, ""),
    (facts(Kind.HAZARD, "obstruction", INSIDE), "obstruction", "maritime", Level.CITY, "fishery"),
    (facts(Kind.HAZARD, "fire"), "hazard", "emergency", Level.COUNTY, ""),
    (facts(Kind.SERVICE, "certificate"), "fishing-service", "fishery", Level.COUNTY, ""),
    (facts(Kind.SERVICE, "other"), "rest", "grid_office", Level.COUNTY, ""),
    (facts(Kind.COMPLAINT, "department"), "complaint-department", "grid_office", Level.CITY, ""),
    (facts(Kind.COMPLAINT, "grid_worker"), "rest", "grid_office", Level.COUNTY, ""),
)  # fmt: skip


@pytest.mark.parametrize(
    ("case", "rule", "body", "level", "joint"), CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_case_goes_to_the_body_of_its_rule(case: CaseFacts, rule: str, body: str, level: Level, joint: str) -> None:
    route = propose(case, RULES)
    told = " ".join(competence.name for competence in route.joint)
    assert (route.rule_id, route.body.name, route.level, told) == (rule, body, level, joint)
    assert route.zh
    assert route.en


def test_every_rule_of_the_table_is_reached() -> None:
    assert {propose(case, RULES).rule_id for case, *_ in CASES} == {rule.rule_id for rule in RULES}


def test_coast_guard_is_a_body_of_its_own_kind() -> None:
    assert propose(facts(Kind.DISPUTE, "gear", OUTSIDE), RULES).body.kind == "coast_guard"


FACTS = st.builds(
    CaseFacts,
    kind=st.sampled_from(Kind),
    subkind=st.sampled_from(["", *sorted({key for kind in Kind for key in SETTINGS.kinds.of(kind).subkinds})]),
    zones=st.none() | st.frozensets(st.sampled_from(["trawl_ban", "port", "fairway"])),
    county=st.none() | st.sampled_from(["A", "B"]),
    amount=st.none() | st.floats(0, 1e9),
    classes=st.frozensets(st.sampled_from(["fishing", "merchant", "passenger"])),
    major=st.booleans(),
)
ANY_RULE = st.builds(
    Rule,
    rule_id=st.text("abc", min_size=1),
    body=st.just(FISHERY),
    level=st.sampled_from(Level),
    joint=st.just(()),
    zh=st.just("理由"),
    en=st.just("reason"),
    kinds=st.frozensets(st.sampled_from(Kind), max_size=2),
    counties=st.frozensets(st.sampled_from(["A", "B"]), max_size=1),
    inside=st.frozensets(st.sampled_from(["trawl_ban", "port"]), max_size=1),
    outside=st.frozensets(st.sampled_from(["trawl_ban", "port"]), max_size=1),
    amount_from=st.none() | st.floats(0, 1e9),
    amount_below=st.none() | st.floats(0, 1e9),
    classes=st.frozensets(st.sampled_from(["fishing", "merchant"]), max_size=1),
    major=st.none() | st.booleans(),
)


@given(FACTS)
def test_the_table_has_an_answer_for_every_case(case: CaseFacts) -> None:
    assert propose(case, RULES).rule_id in {rule.rule_id for rule in RULES}


@given(FACTS, st.lists(ANY_RULE, max_size=5))
def test_first_rule_that_fits_wins(case: CaseFacts, rules: list[Rule]) -> None:
    route = propose(case, [*rules, ALL])
    assert route.rule_id == next((rule.rule_id for rule in rules if fits(rule, case)), "all")


@given(FACTS, ANY_RULE)
def test_place_that_is_not_known_fits_no_rule_of_place(case: CaseFacts, rule: Rule) -> None:
    if rule.inside or rule.outside:
        assert not fits(rule, replace(case, zones=None))


@given(FACTS)
def test_rule_without_conditions_fits_all(case: CaseFacts) -> None:
    assert fits(ALL, case)


@pytest.mark.parametrize(("amount", "expected"), [(None, False), (99, False), (100, True), (199, True), (200, False)])
def test_amount_fits_from_its_first_yuan_to_below_its_last(amount: float | None, expected: bool) -> None:
    rule = replace(ALL, amount_from=100, amount_below=200)
    assert fits(rule, facts(Kind.DISPUTE, amount=amount)) is expected


@pytest.mark.parametrize(
    ("major", "case", "expected"), [(None, True, True), (True, False, False), (False, False, True)]
)
def test_major_matters_have_rules_of_their_own(major: bool | None, case: bool, expected: bool) -> None:
    assert fits(replace(ALL, major=major), facts(Kind.DISPUTE, major=case)) is expected


def test_table_without_a_rule_for_all_is_a_fault() -> None:
    with pytest.raises(ValueError, match="without a rule for all"):
        propose(facts(Kind.DISPUTE), [replace(ALL, kinds=frozenset({Kind.HAZARD}))])
