"""Any account does anything to cases on the store at any time, with a form as it is, stale or senseless, while time
runs and timers come by: after each of these the store is as the model beside it says, whoever asks.

MG_TEST_STORIES=N runs N stories of a hundred steps, others each time, in place of the few that are always the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from maritime_grid.cases.flow import TABLE, CaseState, NotAllowed, acts_open
from maritime_grid.cases.kinds import OPEN_STEPS, Act
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.archive import verify
from maritime_grid.store.case_rows import Filed, NewCase
from maritime_grid.store.case_steps import ALONE, Account
from maritime_grid.store.case_timers import TimersDone

from .case_build import NOW
from .case_facts import MAKERS, facts_of
from .case_model import WHO, Model
from .case_world import World, filing, opened, spoilt

MANY = os.environ.get("MG_TEST_STORIES")
FEW = settings(max_examples=20, stateful_step_count=35, derandomize=True, database=None)
PATIENT: Any = {"deadline": None, "suppress_health_check": (HealthCheck.too_slow, HealthCheck.data_too_large)}
LONG = settings(max_examples=int(MANY or 1), stateful_step_count=100)
MOVES = {act for (_, act), way in TABLE.items() if way.to in OPEN_STEPS} - {Act.HAND_OVER, Act.REOPEN}
WEIGHT = {Act.WITHDRAW: 0.2, Act.RESOLVE: 1, Act.RETURN: 1, Act.TRANSFER: 1, Act.RATE: 2, Act.REPORT: 3, Act.PAUSE: 6,
          Act.RESUME: 6, Act.ASK_EXTENSION: 6, Act.GRANT_EXTENSION: 6, Act.REFUSE_EXTENSION: 6}  # fmt: skip
SPANS = [timedelta(minutes=3), timedelta(hours=1), timedelta(hours=9), timedelta(days=1, hours=2), timedelta(days=3),
         timedelta(days=12)]  # fmt: skip
MOST_CASES = 2

seeds, names, numbers = st.integers(0, 2**20), st.sampled_from(sorted(WHO)), st.integers(0, MOST_CASES - 1)


class Machine(RuleBasedStateMachine):
    """Any acts by anyone in any order, on one case or two."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.now = world, NOW
        self.models: list[Model] = []

    @initialize(who=st.sampled_from(["city", "lin", "town2", "village1"]), seed=seeds)
    def first_case(self, who: str, seed: int) -> None:
        self.files(who, seed)

    @rule(who=st.none() | names, seed=seeds)
    def files(self, who: str | None, seed: int) -> None:
        if len(self.models) == MOST_CASES:
            return
        self.now += timedelta(seconds=20)
        new = filing(Random(seed), who)
        may = WHO[who].may if who else {"case.file"}
        allowed = "case.file" in may and ("case.mark_major" in may or not new.marked_major)
        before = self.world.trace()
        try:
            filed = self.world.cases.file(new, who, self.now)
        except NotAllowed:
            assert not allowed
            assert self.world.trace() == before
            return
        assert allowed
        self.models.append(self._filed(new, who, filed))

    def _filed(self, new: NewCase, who: str | None, filed: Filed) -> Model:
        model = Model.filed(new, WHO.get(who or ""), filed.case_id, filed.code, self.now)
        assert filed.version == model.case.version
        return model

    @rule(which=numbers, seed=seeds, steps=st.integers(1, 8))
    def those_who_can_go_on(self, which: int, seed: int, steps: int) -> None:
        """Mostly with what leads to another step, so that stories get somewhere."""
        model, die = self._model(which), Random(seed)
        for _ in range(steps):
            self._does(model, *self._open(model, die), die)
            self.store_is_as_the_model_says()

    @rule(which=numbers, act=st.sampled_from(sorted(set(Act) - {Act.FILE})), who=names, seed=seeds)
    def anyone_tries_anything(self, which: int, act: Act, who: str, seed: int) -> None:
        self._does(self._model(which), act, WHO[who], Random(seed))

    @rule(which=numbers, seed=seeds, back=st.sampled_from([-1, 1, 2, 3]))
    def stale_form_comes(self, which: int, seed: int, back: int) -> None:
        model, die = self._model(which), Random(seed)
        self._does(model, *self._open(model, die), die, die.choice([model.case.version - back, None]))

    @rule(which=numbers, seed=seeds)
    def senseless_form_comes(self, which: int, seed: int) -> None:
        model, die = self._model(which), Random(seed)
        self._does(model, *self._open(model, die), die, model.case.version, sensible=False)

    @rule(which=numbers, act=st.sampled_from([Act.RATE, Act.REOPEN, Act.WITHDRAW]), seed=seeds)
    def who_holds_the_code_of_the_reporter_acts_by_it(self, which: int, act: Act, seed: int) -> None:
        model, die = self._model(which), Random(seed)
        who = model.by_code()
        facts: Mapping[str, Any] = {"rating": die.randint(1, 5), "reason": "不满意"}
        self.now += timedelta(minutes=1)
        self._comes(model, act, who, model.case.version, facts, by_code=True)

    @rule(span=st.sampled_from(SPANS))
    def time_passes(self, span: timedelta) -> None:
        self.now += span

    @rule()
    def timers_come_by_and_come_again(self) -> None:
        self.now += timedelta(seconds=1)
        assert self.world.run_timers(self.now).failed == []
        for model in self.models:
            model.run_timers(self.now)
        before = self.world.trace()
        assert self.world.run_timers(self.now) == TimersDone()
        assert self.world.trace() == before

    def _model(self, which: int) -> Model:
        return self.models[which % len(self.models)]

    @staticmethod
    def _open(model: Model, die: Random) -> tuple[Act, Account]:
        """An act that is open, and an account that may do it: what is over, its leader opens again."""
        can: dict[Act, list[str]] = {}
        for name, who in WHO.items():
            for act in acts_open(model.case, who.actor, who.may):
                can.setdefault(act, []).append(name)
        act = die.choices([*can], [WEIGHT.get(act, 4 if act in MOVES else 1) for act in can])[0]
        return act, WHO[die.choice(can[act])]

    def _does(
        self, model: Model, act: Act, who: Account, die: Random, version: int | None = -1, *, sensible: bool = True
    ) -> None:
        self.now += timedelta(seconds=die.choice([1, 60, 600]))
        version = (None if act in ALONE and die.random() < 0.5 else model.case.version) if version == -1 else version
        facts = facts_of(act, die, model.going_on(self.now), who.actor, self.world.around(model, who, self.now))
        if facts is None:
            return  # there is nothing that would make sense
        facts = facts if sensible else spoilt(facts, die)
        self._comes(model, act, who, version, facts, sensible=sensible)

    def _comes(
        self, model: Model, act: Act, who: Account, version: int | None, facts: Mapping[str, Any], *,
        sensible: bool = True, by_code: bool = False,
    ) -> None:  # fmt: skip
        """The form comes to the store, which does what the model says, or refuses as it says and keeps no trace."""
        expected, before = model.outcome(act, who, version, facts, self.now), self.world.trace(model)
        try:
            if by_code:
                got = self.world.cases.act_by_code(model.code, version or 0, act, facts, self.now)
            else:
                got = self.world.cases.act(model.case.case_id, version, act, who.actor.account_id, facts, self.now)
        except MaritimeGridError as error:
            assert self.world.trace(model) == before, f"{act} was refused and left a trace"
            if isinstance(expected, CaseState):
                assert not sensible, f"{act} by {who.actor.account_id} is open and was refused: {error!r}"
            else:
                assert type(error) is type(expected), f"{act} was refused by {error!r}, not {expected!r}"
            return
        assert isinstance(expected, CaseState), f"{act} by {who.actor.account_id} was done, and not {expected!r}"
        assert replace(got, told=()) == replace(expected, told=())
        self.world.done[act] += 1
        model.takes(act, who, facts, expected, self.now)

    @invariant()
    def store_is_as_the_model_says(self) -> None:
        for model in self.models:
            model.let_pass(self.now)
            self.world.check(model, self.now)
        self.world.check_readers(self.models)
        self.world.check_archive()

    def teardown(self) -> None:
        self.world.put_away()


def test_every_act_has_facts_to_be_tried_with():
    assert MAKERS.keys() == set(Act) - {Act.FILE}, "say in case_facts.py what a new act is given"


def test_any_acts_by_anyone_in_any_order_leave_the_store_as_the_flow_says(fresh_dsn: str):
    with opened(fresh_dsn) as world:
        story: Any = partial(Machine, world)
        run_state_machine_as_test(story, settings=settings(LONG if MANY else FEW, **PATIENT))
        assert len(world.done) > 15, f"stories of so few acts show little: {world.done}"
        assert verify(fresh_dsn).faults == ()
