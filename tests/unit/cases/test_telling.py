"""Telling the result: whom, by which means, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from maritime_grid.cases.telling import all_present, answer_fault, telling_fault, to_tell, with_codes

SIDES = {1: "claimant", 2: "respondent", 3: "witness"}
BOTH = all_present((1, 2))


@pytest.mark.parametrize(
    ("reporter", "channel", "by", "sides", "due"),
    [
        ("lin", "account", "lin", SIDES, (1, 2)),  # who filed it knows what he tells
        ("lin", "account", "town", SIDES, (0, 1, 2)),
        ("", "public", "town", {}, (0,)),
        ("", "public", "town", {1: "claimant"}, (1,)),  # the reporter by name
        ("", "mqtt", "town", {1: "involved"}, (1,)),
        ("", "alert", "town", {}, ()),
    ],
)
def test_parties_and_the_reporter_are_told_witnesses_and_oneself_are_not(reporter, channel, by, sides, due):
    assert to_tell(reporter, channel, by, sides) == due


def test_code_of_the_public_is_that_of_its_claimant():
    assert with_codes(frozenset({0}), "public", {1: "claimant", 2: "respondent"}) == {0, 1}
    assert with_codes(frozenset({0, 2}), "account", {1: "claimant", 2: "respondent"}) == {0, 2}


@pytest.mark.parametrize(
    "told",
    [
        BOTH,
        [{"n": 2, "means": "phone"}, {"n": 1, "reason": "出海未归"}],
        [{"n": 1, "means": "code"}, {"n": 2, "means": "writing"}],
    ],
)
def test_everybody_told_or_with_a_reason_is_whole(told: Any):
    assert telling_fault(told, (1, 2), frozenset({1}), answered=True) is None


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (None, "list"), ("x", "list"), (["x"], "number"), ([{"means": "phone"}], "number"),
        ([{"n": True, "means": "phone"}], "number"),
        (BOTH[:1], "party 2"), ([], "party 1"), ([*BOTH, BOTH[0]], "twice"),
        ([*BOTH, {"n": 3, "means": "phone"}], "twice"),
        ([BOTH[0], {"n": 2, "means": "pigeon"}], "no known means"), ([BOTH[0], {"n": 2, "reason": "  "}], "no reason"),
        ([BOTH[0], {"n": 2, "reason": "x" * 201}], "no reason"), ([BOTH[0], {"n": 2}], "no reason"),
        ([BOTH[0], {"n": 2, "means": "phone", "name": "王大海"}], "no reason"),
        ([BOTH[0], {"n": 2, "means": "code"}], "no code"), ([BOTH[0], {"n": 2, "means": []}], "no known means"),
    ],
)  # fmt: skip
def test_somebody_left_out_or_told_in_no_known_way_is_refused(told: Any, says: str):
    assert says in (telling_fault(told, (1, 2), frozenset({1}), answered=True) or "")


def test_code_without_an_answer_tells_nothing():
    told = [{"n": 0, "means": "code"}]
    assert telling_fault(told, (0,), frozenset({0}), answered=False)
    assert telling_fault(told, (0,), frozenset({0}), answered=True) is None


@pytest.mark.parametrize(
    ("answer", "fault"), [("已修好。\n谢谢", False), ("x" * 1_001, True), ("a\0", True), (7, True)]
)
def test_answer_is_a_short_plain_text(answer: Any, fault: bool):
    assert bool(answer_fault(answer)) is fault
