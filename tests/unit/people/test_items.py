"""A version of a work item comes to the public by four steps and no other way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.items import ACTS, CLASSES, TRANSITIONS, ItemVersion, State, Trigger, next_state, published

ON = date(2026, 5, 6)


def version(item_id: str = "3.1", number: int = 1, in_force: date | None = ON, **changes: object) -> ItemVersion:
    state = State.PUBLISHED if in_force else State.PROPOSED
    base = ItemVersion(item_id, int(item_id[0]), number, "title", "text", "", False, state, in_force, False)
    return replace(base, **changes)  # pyright: ignore[reportArgumentType]


def test_way_to_the_public_is_review_approval_publication():
    state = State.PROPOSED
    for trigger in (Trigger.REVIEW, Trigger.APPROVE, Trigger.PUBLISH):
        state = next_state(state, trigger, "wang", "li")
    assert state is State.PUBLISHED


@pytest.mark.parametrize(("state", "trigger"), [p for p in product(State, Trigger) if p not in TRANSITIONS])
def test_every_other_step_is_refused(state: State, trigger: Trigger):
    with pytest.raises(UsageError, match="cannot be brought on"):
        next_state(state, trigger, "wang", "li")


def test_nobody_approves_an_own_proposal():
    with pytest.raises(UsageError, match="wang proposed this version"):
        next_state(State.REVIEWED, Trigger.APPROVE, "wang", "wang")


def test_published_and_rejected_are_ends():
    assert not {s for s, _ in TRANSITIONS} & {State.PUBLISHED, State.REJECTED}


def test_there_are_nine_classes_and_an_act_for_each_trigger():
    assert list(CLASSES) == list(range(1, 10))
    assert set(ACTS) == set(Trigger)


def test_list_holds_the_newest_version_in_force_on_the_day():
    old, new = version(number=1, in_force=ON - timedelta(days=30)), version(number=2, in_force=ON)
    assert published([old, new], ON - timedelta(days=1)) == [old]
    assert published([new, old], ON) == [new]
    assert published([old, new], ON - timedelta(days=31)) == []


def test_version_that_drops_an_item_takes_it_off_the_list_from_its_day_on():
    old, drop = version(number=1, in_force=ON - timedelta(days=30)), version(number=2, dropped=True)
    assert published([old, drop], ON - timedelta(days=1)) == [old]
    assert published([old, drop], ON) == []


def test_unpublished_version_changes_nothing():
    old, draft = version(number=1), version(number=2, in_force=None)
    assert published([old, draft], ON) == [old]


versions = st.lists(
    st.builds(
        version,
        st.sampled_from(["1.1", "2.1", "9.1"]),
        st.integers(1, 5),
        st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        dropped=st.booleans(),
    ),
    max_size=10,
    unique_by=lambda v: (v.item_id, v.version),
)


@given(versions, st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.randoms())
def test_list_does_not_depend_on_the_order_of_versions(given_versions: list[ItemVersion], on: date, random: object):
    mixed = list(given_versions)
    random.shuffle(mixed)  # pyright: ignore
    found = published(given_versions, on)
    assert published(mixed, on) == found
    assert len({v.item_id for v in found}) == len(found)
    assert all(v.in_force and v.in_force <= on and not v.dropped for v in found)
