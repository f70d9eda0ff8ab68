"""What keeps somebody from bringing a work item on, which number a new one gets, and in which order they stand."""

from __future__ import annotations

from itertools import product

import pytest

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.items import (
    ACTS,
    TRANSITIONS,
    Bar,
    State,
    Trigger,
    bar_of,
    in_order,
    next_number,
    next_state,
    possible,
)

BOTH = frozenset({"items.edit", "items.approve"})


@pytest.mark.parametrize(("state", "trigger"), list(product(State, Trigger)))
def test_only_steps_of_the_table_are_possible(state: State, trigger: Trigger):
    assert (trigger in possible(state)) == ((state, trigger) in TRANSITIONS)


@pytest.mark.parametrize("trigger", Trigger)
def test_who_lacks_the_act_is_barred_whoever_proposed(trigger: Trigger):
    assert bar_of(trigger, "wang", "li", BOTH - {ACTS[trigger]}) is Bar.ACT
    assert bar_of(trigger, "wang", "li", BOTH) is None


@pytest.mark.parametrize("trigger", Trigger)
def test_who_proposed_is_barred_from_approval_alone(trigger: Trigger):
    assert (bar_of(trigger, "wang", "wang", BOTH) is Bar.OWN) == (trigger is Trigger.APPROVE)


def test_what_is_barred_is_refused_by_the_machine_too():
    for (state, trigger), to in TRANSITIONS.items():
        if bar_of(trigger, "wang", "wang", BOTH):
            with pytest.raises(UsageError, match="somebody else"):
                next_state(state, trigger, "wang", "wang")
        else:
            assert next_state(state, trigger, "wang", "wang") is to


@pytest.mark.parametrize(
    ("ids", "number"),
    [
        ([], "3.1"),
        (["3.1", "3.9", "3.10", "4.50"], "3.11"),
        (["33.7", "3.x", "old-3.8", "3.2.9"], "3.1"),
        (["3"], "3.1"),
    ],
)
def test_new_item_gets_the_number_after_the_highest_of_its_class(ids: list[str], number: str):
    assert next_number(3, ids) == number


def test_numbers_stand_in_the_order_of_counting():
    assert sorted(["3.10", "10.1", "3.9", "3.1.2", "a", "3.1"], key=in_order) == [
        "3.1", "3.1.2", "3.9", "3.10", "10.1", "a",
    ]  # fmt: skip
