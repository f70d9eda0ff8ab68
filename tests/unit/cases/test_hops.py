from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.cases.clocks import Level
from maritime_grid.cases.hops import BodyRule, Hop, HopFacts, HopRules, due, next_due, plan
from maritime_grid.cases.kinds import Kind
from maritime_grid.cases_settings import load_case_settings

from .moments import at

START = at("10-08 03:00")
UNITS = {Level.VILLAGE: "V", Level.TOWNSHIP: "T", Level.COUNTY: "CO", Level.CITY: "CI"}
BODIES = {
    "fishery": {Level.COUNTY: "F-CO", Level.CITY: "F-CI"},
    "coast_guard": {Level.CITY: "CG"},
    "maritime": {Level.CITY: "M"},
}
RULES = HopRules(
    leader_within=timedelta(minutes=5),
    unit_within=timedelta(minutes=10),
    body_within=timedelta(minutes=15),
    bodies=(
        BodyRule("fishery", Level.COUNTY),
        BodyRule("coast_guard", Level.COUNTY, kinds=frozenset({Kind.EMERGENCY})),
        BodyRule("maritime", Level.CITY, subkinds=frozenset({"overboard"}), severity_from=2),
    ),
)
FACTS = HopFacts("C1", Kind.EMERGENCY, "fire", 1, UNITS, BODIES)
NOBODY: dict[str, datetime] = {}


def minutes(n: float) -> datetime:
    return START + timedelta(minutes=n)


def told(hops: tuple[Hop, ...]) -> list[str]:
    return [hop.to_unit or hop.to_body or "" for hop in hops]


def test_grid_township_and_departments_are_told_at_the_same_moment() -> None:
    hops = plan(FACTS, RULES, START)
    assert told(hops) == ["V", "T", "F-CO", "CG"]
    assert {hop.sent_at for hop in hops} == {START}
    assert [hop.due_at for hop in hops] == [minutes(5), minutes(10), minutes(15), minutes(15)]
    assert [hop.hop_id for hop in hops] == ["C1/unit/V", "C1/unit/T", "C1/body/F-CO", "C1/body/CG"]
    assert all(hop.after is None for hop in hops)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(FACTS, kind=Kind.DISPUTE, subkind="gear"), ["V", "T", "F-CO"]),
        (replace(FACTS, subkind="overboard"), ["V", "T", "F-CO", "CG"]),
        (replace(FACTS, subkind="overboard", severity=2), ["V", "T", "F-CO", "CG", "M"]),
        (replace(FACTS, bodies={}), ["V", "T"]),
        (replace(FACTS, bodies={"fishery": {Level.CITY: "F-CI"}}), ["V", "T", "F-CI"]),
        (replace(FACTS, units={k: v for k, v in UNITS.items() if k != Level.VILLAGE}), ["T", "F-CO", "CG"]),
        (replace(FACTS, units={Level.CITY: "CI"}), ["CI", "F-CO", "CG"]),
    ],
)
def test_who_is_told_follows_from_the_matter_and_from_who_there_is(facts: HopFacts, expected: list[str]) -> None:
    assert told(plan(facts, RULES, START)) == expected


def test_report_not_received_goes_one_level_up_when_its_minutes_are_over() -> None:
    hops = plan(FACTS, RULES, START)
    assert due(FACTS, RULES, hops, NOBODY, minutes(9.9)).opened == ()
    found = due(FACTS, RULES, hops, NOBODY, minutes(10))
    assert told(found.late) == ["V", "T"]  # the village's next, the township, was told already
    assert told(found.opened) == ["CO"]
    assert found.opened[0].after == "C1/unit/T"
    assert (found.opened[0].sent_at, found.opened[0].due_at) == (minutes(10), minutes(20))


def test_reports_nobody_receives_end_at_the_city() -> None:
    found = due(FACTS, RULES, plan(FACTS, RULES, START), NOBODY, minutes(600))
    assert told(found.opened) == ["CO", "F-CI", "CI"]
    assert told(found.late) == ["V", "T", "CG", "F-CO", "CO", "F-CI", "CI"]


def test_report_received_in_time_goes_no_further() -> None:
    hops = plan(FACTS, RULES, START)
    receipts = {hop.hop_id: hop.due_at for hop in hops}
    assert due(FACTS, RULES, hops, receipts, minutes(600)) == due(FACTS, RULES, (), NOBODY, minutes(600))
    assert next_due(hops, receipts, START) is None


def test_report_received_too_late_has_gone_up_all_the_same() -> None:
    hops = plan(FACTS, RULES, START)
    receipts = {hop.hop_id: hop.due_at for hop in hops} | {"C1/unit/T": minutes(11)}
    found = due(FACTS, RULES, hops, receipts, minutes(12))
    assert (told(found.late), told(found.opened)) == (["T"], ["CO"])


def test_timer_wakes_when_the_next_report_becomes_late() -> None:
    hops = plan(FACTS, RULES, START)
    assert next_due(hops, NOBODY, START) == minutes(5)
    assert next_due(hops, {"C1/unit/V": minutes(1)}, START) == minutes(10)
    assert next_due(hops, NOBODY, minutes(15)) is None


def test_sample_rules_bring_an_emergency_to_the_rescue_centre_within_a_quarter_of_an_hour() -> None:
    rules = load_case_settings().hops.rules
    hops = plan(replace(FACTS, subkind="overboard"), rules, START)
    assert set(told(hops)) == {"V", "T", "F-CO", "CG", "M"}
    assert max(hop.due_at for hop in hops) <= minutes(15)


LEVELS_HELD = st.sets(st.sampled_from(Level), min_size=1)
UNIT_MAPS = LEVELS_HELD.map(lambda levels: {level: f"U-{level}" for level in levels})
BODY_MAPS = st.dictionaries(
    st.sampled_from(["fishery", "coast_guard", "maritime"]),
    st.dictionaries(st.sampled_from(Level), st.sampled_from(["B1", "B2", "B3", "B4"]), min_size=1),
)
TIMES = st.integers(0, 120).map(minutes)


@given(UNIT_MAPS, BODY_MAPS, st.lists(TIMES, min_size=1, max_size=6).map(sorted), st.data())
def test_evaluating_at_any_moments_on_the_way_tells_the_same(
    units: Mapping[Level, str], bodies: Mapping[str, Mapping[Level, str]], moments: list[datetime], data: st.DataObject
) -> None:
    facts = replace(FACTS, units=units, bodies=bodies, subkind="overboard", severity=3)
    names = [*(f"C1/unit/{unit}" for unit in units.values()), *(f"C1/body/B{n}" for n in range(1, 5))]
    receipts = data.draw(st.dictionaries(st.sampled_from(names), TIMES))
    written = list(plan(facts, RULES, START))
    for moment in moments:
        known = {hop_id: received for hop_id, received in receipts.items() if received <= moment}
        written += due(facts, RULES, written, known, moment).opened
    first = plan(facts, RULES, START)
    at_once = due(facts, RULES, first, receipts, moments[-1])
    assert set(written) == {*first, *at_once.opened}
    assert len({hop.hop_id for hop in written}) == len(written)
    assert due(facts, RULES, written, receipts, moments[-1]) == replace(at_once, opened=())


@given(UNIT_MAPS, BODY_MAPS, TIMES)
def test_hops_that_open_follow_late_ones_at_the_moment_they_were_late(
    units: Mapping[Level, str], bodies: Mapping[str, Mapping[Level, str]], moment: datetime
) -> None:
    facts = replace(FACTS, units=units, bodies=bodies)
    found = due(facts, RULES, plan(facts, RULES, START), NOBODY, moment)
    late = {hop.hop_id: hop for hop in found.late}
    for hop in found.opened:
        assert hop.after is not None
        assert hop.sent_at == late[hop.after].due_at <= moment
