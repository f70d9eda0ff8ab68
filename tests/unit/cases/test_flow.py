"""The flow of a case: who may do what where, and what no order of acts may ever break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from maritime_grid.cases.flow import (
    OF_BODY,
    TABLE,
    Actor,
    CaseState,
    IllegalAct,
    Near,
    NotAllowed,
    acts_open,
    diagram,
    led_by,
    nearness,
    step,
)
from maritime_grid.cases.kinds import OPEN_STEPS, Act, Kind, Step
from tests import needs

T0 = datetime(2026, 5, 1, 8, tzinfo=UTC)
ALL = frozenset(f"case.{act}" for act in Act)
TOWN = Actor("town", "乡镇", "township", frozenset({"T", "T-V"}))
FISHERY = Actor("fishery", "渔政", "department", body_id="F")
POLICE = Actor("police", "公安", "department", body_id="P")
SKIPPER = Actor("skipper", "老大", "worker")
STRANGER = Actor("stranger", "外人", "township", frozenset({"X"}))
CITY = Actor("city", "市", "city", frozenset({"C", "T", "T-V", "X"}))
FACTS: dict[str, Any] = {
    "result": "已调解", "reason": "因故", "note": "说明", "body_id": "F", "seconds": 3600, "rating": 5,
    "sha256": "00", "name": "a.jpg", "hop": "h", "dead_or_missing": 1, "amendment": "…", "unit_id": "T",
    "cause": "weather", "told": [], "party": 0, "code": "A" * 10, "alert_id": "sos-1",
}  # fmt: skip


def case(**changes: Any) -> CaseState:
    fields = {"case_id": "2026-000001", "kind": Kind.DISPUTE, "step": Step.RECEIVED, "version": 1, "unit_id": "T-V"}
    return CaseState(**{**fields, "reporter": "skipper", "step_since": T0, **changes})


def after(state: CaseState, *acts: tuple[Act, Actor], **facts: Any) -> CaseState:
    for n, (act, actor) in enumerate(acts):
        state = step(state, act, actor, ALL, FACTS | facts, T0 + timedelta(hours=n))
    return state


def test_dispute_goes_through_all_six_steps_and_closes_with_its_rating():
    story = [
        (Act.COLLATE, TOWN, Step.COLLATED),
        (Act.DISPATCH, TOWN, Step.DISPATCHED),
        (Act.ACCEPT, FISHERY, Step.HANDLING),
        (Act.REPORT, FISHERY, Step.HANDLED),
        (Act.TELL, SKIPPER, Step.FED_BACK),
        (Act.RATE, SKIPPER, Step.CLOSED),
    ]
    state = case()
    for act, actor, expected in story:
        state = after(state, (act, actor))
        assert state.step == expected
    assert (state.holder, state.rating, state.version, state.is_open) == ("F", 5, 7, False)


@pytest.mark.parametrize("act", [act for act in Act if (Step.CLOSED, act) not in TABLE and act != Act.FILE])
def test_closed_case_refuses_everything_but_reopening_and_stays_as_it_was(act: Act):
    closed = case(step=Step.CLOSED)
    with pytest.raises(IllegalAct, match="2026-000001"):
        step(closed, act, TOWN, ALL, FACTS, T0)
    assert closed == case(step=Step.CLOSED)


@pytest.mark.parametrize("missing", ["body_id"])
def test_act_without_what_it_needs_is_refused_by_name(missing: str):
    facts = {name: value for name, value in FACTS.items() if name != missing}
    with pytest.raises(IllegalAct, match=missing):
        step(case(step=Step.COLLATED), Act.DISPATCH, TOWN, ALL, facts, T0)


@pytest.mark.parametrize("actor", [STRANGER, POLICE])
def test_person_who_stands_far_from_the_case_may_do_nothing_with_it(actor: Actor):
    for at_step, act in TABLE:
        with pytest.raises(NotAllowed):
            step(case(step=at_step, holder="F"), act, actor, ALL, FACTS, T0)


def test_role_without_the_act_may_not_do_it_however_near_it_stands():
    for at_step, act in TABLE:
        with pytest.raises(NotAllowed):
            step(case(step=at_step), act, TOWN, ALL - {f"case.{act}"}, FACTS, T0)


def test_department_that_gives_a_case_back_has_it_no_more():
    back = after(case(step=Step.HANDLING, holder="F", joint=("P",)), (Act.RETURN, FISHERY))
    assert (back.step, back.holder, back.joint) == (Step.COLLATED, None, ())
    assert nearness(back, FISHERY) == frozenset()


def test_result_sent_back_by_the_township_is_worked_on_by_the_same_department():
    again = after(case(step=Step.HANDLED, holder="F"), (Act.RETURN, TOWN))
    assert (again.step, again.holder) == (Step.HANDLING, "F")


def test_extension_counts_once_it_is_granted_and_ends_with_the_step():
    asked = after(case(step=Step.HANDLING, holder="F"), (Act.ASK_EXTENSION, FISHERY))
    assert (asked.asked_s, asked.extended_s) == (3600, 0)
    granted = after(asked, (Act.GRANT_EXTENSION, TOWN))
    assert (granted.asked_s, granted.extended_s, granted.extensions) == (None, 3600, 1)
    with pytest.raises(IllegalAct, match="nobody asked"):
        after(granted, (Act.GRANT_EXTENSION, TOWN))
    assert after(granted, (Act.REPORT, FISHERY)).extended_s == 0


def test_clock_cannot_be_stopped_twice_nor_started_twice():
    running = case(step=Step.HANDLING, holder="F")
    stopped = after(running, (Act.PAUSE, FISHERY))
    assert stopped.pauses == ((T0, None),)
    with pytest.raises(IllegalAct):
        after(stopped, (Act.PAUSE, FISHERY))
    resumed = step(stopped, Act.RESUME, TOWN, ALL, FACTS, T0 + timedelta(hours=2))
    assert resumed.pauses == ((T0, T0 + timedelta(hours=2)),)
    with pytest.raises(IllegalAct):
        after(resumed, (Act.RESUME, FISHERY))


@pytest.mark.parametrize("rating", [0, 6, "5", 4.5, True + 5])
def test_rating_outside_one_to_five_is_refused(rating: object):
    with pytest.raises(IllegalAct):
        after(case(step=Step.FED_BACK), (Act.RATE, SKIPPER), rating=rating)


def test_who_gave_the_result_does_not_rate_it_and_the_unit_above_can():
    resolved = after(case(), (Act.RESOLVE, SKIPPER))
    assert resolved.resolved_by == "skipper"
    assert Act.RATE not in acts_open(resolved, SKIPPER, ALL)
    with pytest.raises(IllegalAct, match="does not rate"):
        after(resolved, (Act.RATE, SKIPPER))
    assert after(resolved, (Act.RATE, TOWN)).step == Step.CLOSED
    by_town = after(case(), (Act.RESOLVE, TOWN))
    assert Act.RATE not in acts_open(by_town, TOWN, ALL)
    assert after(by_town, (Act.RATE, CITY)).rating == 5


def test_result_that_was_sent_back_counts_as_of_who_gave_the_last():
    first = after(case(), (Act.RESOLVE, TOWN), (Act.REOPEN, TOWN), (Act.RESOLVE, CITY))
    assert Act.RATE in acts_open(first, TOWN, ALL)
    assert Act.RATE not in acts_open(first, CITY, ALL)


def test_body_told_of_a_major_matter_may_receive_and_comment_and_no_more():
    told = case(step=Step.RECEIVED, told=("P",), major=True)
    assert acts_open(told, POLICE, ALL) == (Act.COMMENT, Act.ATTACH, Act.RECEIVE_HOP)


class Machine(RuleBasedStateMachine):
    """Any acts by anyone in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.case, self.now, self.done = case(), T0, 1

    @rule(act=st.sampled_from(list(Act)), who=st.sampled_from([TOWN, FISHERY, POLICE, SKIPPER, STRANGER, CITY]),
          body=st.sampled_from(["F", "P"]), unit=st.sampled_from(["T", "T-V", "X"]),
          minutes=st.integers(0, 10_000))  # fmt: skip
    def does(self, act: Act, who: Actor, body: str, unit: str, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        before, offered = self.case, acts_open(self.case, who, ALL)
        try:
            self.case = step(before, act, who, ALL, FACTS | {"body_id": body, "unit_id": unit}, self.now)
        except (IllegalAct, NotAllowed):
            assert self.case is before
            assert act not in offered or body in {before.holder, *before.joint} or unit == before.unit_id
            return
        self.done += 1
        assert act in offered
        assert nearness(before, who) & TABLE[(before.step, act)].by

    @precondition(lambda self: self.case.step in OPEN_STEPS)
    @invariant()
    def someone_can_always_go_on(self) -> None:
        leads = STRANGER if self.case.unit_id in STRANGER.units else TOWN
        held = replace(POLICE, body_id=self.case.holder) if self.case.holder else leads
        offered = {*acts_open(self.case, leads, ALL), *acts_open(self.case, held, ALL)} - {Act.HAND_OVER}
        assert any(TABLE[(self.case.step, act)].to not in {None, Step.WITHDRAWN} for act in offered)

    @precondition(lambda self: self.case.step not in OPEN_STEPS)
    @invariant()
    def what_is_over_can_be_opened_again_by_who_leads_it_and_by_nobody_else(self) -> None:
        open_to = [who for who in (TOWN, STRANGER, SKIPPER, FISHERY) if acts_open(self.case, who, ALL)]
        assert open_to == [STRANGER if self.case.unit_id in STRANGER.units else TOWN]
        assert acts_open(self.case, CITY, ALL) == (Act.REOPEN,)

    @rule(unit=st.sampled_from(["T", "T-V", "X"]), minutes=st.integers(0, 10_000))
    def place_is_amended(self, unit: str, minutes: int) -> None:
        """As the store does it: the act, then the unit that leads the grid of the place."""
        if Act.AMEND not in acts_open(self.case, CITY, ALL):
            return
        self.now += timedelta(minutes=minutes)
        before = self.case
        self.case = led_by(step(before, Act.AMEND, CITY, ALL, FACTS, self.now), unit, self.now)
        self.done += 1
        anew = unit != before.unit_id and before.step not in OF_BODY
        assert self.case.step_since == (self.now if anew else before.step_since)
        assert (self.case.step, self.case.holder) == (before.step, before.holder)

    @precondition(lambda self: self.case.step == Step.FED_BACK)
    @invariant()
    def somebody_who_did_not_resolve_it_can_rate_it(self) -> None:
        near = [who for who in (TOWN, CITY, SKIPPER) if nearness(self.case, who)]
        rates = [who for who in near if Act.RATE in acts_open(self.case, who, ALL)]
        assert rates == [who for who in near if who.account_id != self.case.resolved_by] != []

    @invariant()
    def version_counts_the_acts(self) -> None:
        assert self.case.version == self.done

    @invariant()
    def department_holds_it_exactly_while_it_is_its_turn(self) -> None:
        if self.case.step in {Step.DISPATCHED, Step.HANDLING, Step.HANDLED}:
            assert self.case.holder
        if self.case.step in {Step.RECEIVED, Step.COLLATED}:
            assert self.case.holder is None
            assert not self.case.joint
        assert self.case.holder not in self.case.joint
        assert set(self.case.reported) <= set(self.case.joint)

    @invariant()
    def clock_is_of_this_step(self) -> None:
        assert all(begin >= self.case.step_since for begin, _ in self.case.pauses)
        assert all(end is not None for _, end in self.case.pauses[:-1])
        assert (self.case.rating is not None) <= (self.case.step == Step.CLOSED)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def test_every_way_is_reached_by_somebody_near():
    assert {near for way in TABLE.values() for near in way.by} == set(Near)
    assert {act for _, act in TABLE} == set(Act) - {Act.FILE}


@pytest.mark.parametrize("seconds", [0, -1, 10**12, 1.5, "60", None])
def test_extension_that_is_no_span_of_time_is_refused(seconds: object):
    with pytest.raises(IllegalAct):
        after(case(step=Step.HANDLING, holder="F"), (Act.ASK_EXTENSION, FISHERY), seconds=seconds)


def test_diagram_of_the_handbook_is_the_table():
    text = (needs.ROOT / "docs" / "cases.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{diagram()}\n```" in text


def test_case_is_given_to_a_body_together_with_those_that_handle_it_jointly():
    given = step(case(step=Step.COLLATED), Act.DISPATCH, TOWN, ALL, FACTS | {"joint": ["G", "P"]}, T0)
    assert (given.holder, given.joint) == ("F", ("G", "P"))
    moved = step(given, Act.TRANSFER, TOWN, ALL, FACTS | {"body_id": "G", "joint": ["F"]}, T0)
    assert (moved.holder, moved.joint) == ("G", ("F",))


@pytest.mark.parametrize("joint", [["F"], ["G", "G"], [f"B{n}" for n in range(11)], "G", [1]])
def test_bodies_that_handle_it_jointly_are_others_each_once_and_few(joint: object):
    with pytest.raises(IllegalAct, match="joint"):
        step(case(step=Step.COLLATED), Act.DISPATCH, TOWN, ALL, FACTS | {"joint": joint}, T0)


def test_joined_body_reports_its_part_and_the_case_stays_where_it_is_until_it_is_given_out_anew():
    for at_step in sorted(OF_BODY):
        before = case(step=at_step, holder="F", joint=("P",))
        said = after(before, (Act.REPORT_PART, POLICE))
        assert said == replace(before, version=2, reported=("P",))
        assert after(said, (Act.REPORT_PART, POLICE)).reported == ("P",)
        assert Act.REPORT_PART in acts_open(said, POLICE, ALL)
        assert Act.REPORT_PART not in acts_open(said, FISHERY, ALL)
        assert Act.REPORT_PART not in acts_open(said, TOWN, ALL)
        given = step(said, Act.TRANSFER, TOWN, ALL, FACTS | {"body_id": "G", "joint": ["P"]}, T0)
        assert (given.joint, given.reported) == (("P",), ())
        assert after(said, (Act.RETURN, FISHERY)).reported == ()
    assert after(case(step=Step.HANDLED, holder="F", joint=("P",), reported=("P",)), (Act.RETURN, TOWN)).reported == (
        "P",
    )
