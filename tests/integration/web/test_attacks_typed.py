"""Values of wrong types and odd values in every callback, with each of its buttons pressed, by who may press them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from dashboard.auth.shapes import KEYS, shape_of
from maritime_grid.cases.kinds import Act
from maritime_grid.domain.grid_change import ChangeAct
from tests.integration.conftest import fresh_database

from .attack_calls import Call, Slot, calls, dump, send, told_nothing
from .attack_values import NEVER, ODD, honest, keys_of, pressed, who_may, wrong_for
from .attack_world import World, attacked

REFUSED, TAKEN = {400, 403, 413}, {200, 204, 400, 403}


@pytest.fixture(scope="module")
def own(plain_server: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that these tests may change."""
    for made in fresh_database(plain_server, migrated):
        with attacked(made, tmp_path_factory.mktemp("feeds")) as running:
            yield running


@pytest.fixture(scope="module")
def clients(own: World) -> dict[str, httpx.Client]:
    return {name: own.site.browser(name) for name in {who_may(call) for call in calls(own.site.app)}}


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged as an error, nor with a traceback."""
    with caplog.at_level(logging.WARNING):
        yield
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info] == []


def test_every_value_that_a_callback_takes_has_a_shape(own: World):
    slots = {slot for call in calls(own.site.app) for slot in (*call.inputs, *call.state) if slot.prop != "id"}
    assert len(slots) > 100
    assert {f"{s.name}.{s.prop}" for s in slots if shape_of(s.name, s.prop) is None} == set(), "name them in VALUES"
    assert {key for slot in slots for key in slot.keys} <= KEYS.keys(), "name them in KEYS"


def test_value_of_a_wrong_type_is_refused_with_every_button_pressed_and_changes_nothing(own: World, clients, quiet):
    keys, sent, before = keys_of(own), 0, dump(own.site.dsn)
    for call in calls(own.site.app):
        client = clients[who_may(call)]
        for slot in (*call.inputs, *call.state):
            if slot.prop == "id":
                continue
            for wrong in wrong_for(slot, honest(own, slot)):
                body = call.body(lambda s, of=slot, wrong=wrong: wrong if s == of else honest(own, s), keys)
                for whole in pressed(call, body, keys):
                    answer = send(client, whole)
                    assert answer.status_code in REFUSED, (call.output, slot, str(wrong)[:60], answer.status_code)
                    assert answer.json()["error"], "it says why"
                    assert told_nothing(answer)
                    sent += 1
    assert dump(own.site.dsn) == before
    assert sent > 3_000


def test_part_of_an_id_of_a_wrong_type_is_refused(own: World, clients, quiet):
    right, before = keys_of(own), dump(own.site.dsn)
    for call in calls(own.site.app):
        for key in {key for slot in (*call.inputs, *call.state) for key in slot.keys}:
            for wrong in (*NEVER[:-1], True, [], {}, None, [1], {"a": 1}, "x" * 999 if key != "n" else "x"):
                keys = {**right, key: wrong}
                answer = send(clients[who_may(call)], call.body(lambda s: honest(own, s), keys))
                assert answer.status_code in REFUSED, (call.output, key, str(wrong)[:60])
    assert dump(own.site.dsn) == before


WRITTEN: list[Any] = [None, 1, "x", {}, [], [1], [[]], [{}], {"id": "x"}, [None], ["x"], ["x.y"], ["{}.n_clicks"],
                      ["{\"type\":\"x\"}.n_clicks"], ["[1].n_clicks"], ["{.n_clicks"], ["x"] * 9_999]  # fmt: skip


@pytest.mark.parametrize("part", ["outputs", "changedPropIds"])
def test_what_pressed_and_what_is_answered_are_those_of_the_callback(own: World, clients, quiet, part):
    before, keys = dump(own.site.dsn), keys_of(own)
    for call in calls(own.site.app):
        for wrong in WRITTEN:
            if part == "changedPropIds" and wrong == []:
                continue
            answer = send(clients[who_may(call)], call.body(lambda s: honest(own, s), keys) | {part: wrong})
            assert answer.status_code in REFUSED, (call.output, part, str(wrong)[:60], answer.status_code)
    assert dump(own.site.dsn) == before


def _acts(call: Call) -> list[str]:
    """What the buttons of a callback are for, where one callback has many."""
    if "case-form-of" in {slot.name for slot in call.state} or "case-act" in {slot.name for slot in call.inputs}:
        return [str(act) for act in Act]
    if "grids-act" in {slot.name for slot in call.inputs}:
        return [str(act) for act in ChangeAct]
    return ["comment", "unlock"] if any("act" in slot.keys for slot in call.inputs) else ["comment"]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: repr(odd)[:20])
def test_odd_value_in_every_field_is_no_fault_with_every_button_pressed(own: World, clients, quiet, odd):
    """Of the right type, so that some are lawful: what they change is theirs to change."""
    failed = []
    for call in calls(own.site.app):
        for act in _acts(call):
            keys = keys_of(own, act)
            for fill in _fills(own, call, odd, act):
                for whole in pressed(call, call.body(fill, keys), keys):
                    answer = send(clients[who_may(call)], whole)
                    if answer.status_code not in TAKEN or not told_nothing(answer):
                        failed.append((call.output, act, answer.status_code, answer.text[:200]))
    assert failed == []


def _fills(own: World, call: Call, odd: Any, act: str) -> Iterator[Any]:
    """The value in each field alone, in all of them, and in the parts of what pages keep."""

    def put(slot: Slot) -> Any:
        right = honest(own, slot, act)
        if isinstance(right, dict) and slot.prop == "data":
            return {name: odd if isinstance(part, str | int) else part for name, part in right.items()}
        return [odd] if isinstance(right, list) else odd if slot.prop in {"value", "data"} else right

    yield put
    for one in (*call.inputs, *call.state) if act == "comment" else ():
        yield lambda slot, one=one: put(slot) if slot == one else honest(own, slot, act)
