"""Entry of a guarded zone: who may, from when, until when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from maritime_grid.domain.alerts import RuleName, Severity
from maritime_grid.domain.world import World
from tests.unit.engine.builders import BOAT, NO_ENTRY, T0, Report, Run, S, at, place, run, steady, world

OUT, IN = 1000.0, 3000.0


def visit(start: float, minutes: int, x: float = IN) -> list[Report]:
    return steady(BOAT, x, 0, start, start + minutes * 60)


def entries(out: Run) -> list[tuple[float, bool]]:
    return [(a.raised_at / S - T0, a.active) for a in out.said(RuleName.ZONE_ENTRY)]


def test_confirmed_entry_raises_an_alarm_dated_and_placed_at_its_first_fix_inside():
    (alert,) = run([at(0, OUT, 0), *visit(240, 5)]).said()
    assert (alert.severity, alert.key.place, alert.active) == (Severity.ALARM, "N", True)
    assert (alert.raised_at, alert.lon) == ((T0 + 240) * S, place(IN, 0)[0])
    assert alert.detail == {"zone": "N", "name_zh": "禁", "name_en": "No entry", "kind": "prohibited"}


def test_one_fix_inside_raises_nothing():
    assert not entries(run([at(0, OUT, 0), at(240, IN, 0), at(480, OUT, 0)]))


def test_exit_clears_at_its_first_fix_outside():
    (alert,) = run([at(0, OUT, 0), *visit(240, 5), *visit(780, 5, OUT)]).said()
    assert (alert.active, alert.cleared_at) == (False, (T0 + 780) * S)


def test_second_entry_is_a_second_alert():
    out = run([at(0, OUT, 0), *visit(240, 5), *visit(780, 5, OUT), *visit(1320, 5)])
    assert entries(out) == [(240, False), (1320, True)]


@pytest.mark.parametrize("roster", [("patrol", ""), ("merchant", "P1"), ("fishing", "P7"), ("", "P7")])
def test_allowed_class_and_home_port_inside_may_enter(roster: tuple[str, str]):
    assert not entries(run([at(0, OUT, 0), *visit(240, 5)], world(roster={BOAT: roster})))


@pytest.mark.parametrize("roster", [("fishing", "P1"), ("fishing", ""), ("", "")])
def test_any_other_may_not(roster: tuple[str, str]):
    assert entries(run([at(0, OUT, 0), *visit(240, 5)], world(roster={BOAT: roster}))) == [(240, True)]


def test_ship_type_said_before_the_entry_counts_and_said_after_it_does_not():
    said, moved = at(10, ship_type=70), [at(0, OUT, 0), *visit(240, 5)]
    assert not entries(run([said, *moved]))
    after = [*moved, at(900, ship_type=70)]
    assert entries(run(after)) == entries(run(after, cuts=[])) == [(240, True)]


def guarded(severity: int) -> World:
    the_world = world()
    zone = replace(the_world.places[NO_ENTRY], entry_severity=severity)
    return replace(the_world, places=the_world.places | {NO_ENTRY: zone})


def test_alert_of_a_zone_that_is_guarded_no_more_is_cleared_at_once():
    state = run([at(0, OUT, 0), *visit(240, 5)]).state
    out = run([at(600, IN, 0)], guarded(0), state=state)
    assert [(a.active, a.cleared_at) for a in out.said()] == [(False, (T0 + 600) * S)]
    assert run([at(600, IN, 0)], guarded(2), state=state).state.alerts


def test_exit_in_the_step_in_which_a_zone_is_guarded_no_more_clears_its_alert_once():
    state = run([at(0, OUT, 0), *visit(240, 5)]).state
    out = run(visit(780, 5, OUT), guarded(0), [], state=state)
    assert [a.active for a in out.said()] == [False]
    assert not out.state.alerts


@pytest.mark.parametrize("mmsi", [123_456_789, 812_000_001, 900_000_123, 982_000_001, 20_000_001])
def test_any_number_may_be_where_it_must_not_be(mmsi: int):
    out = run([at(0, OUT, 0, mmsi), *steady(mmsi, IN, 0, 240, 900)])
    assert [a.key.mmsi for a in out.said(RuleName.ZONE_ENTRY)] == [mmsi]


@pytest.mark.parametrize("mmsi", [4_120_001, 994_120_001, 111_412_001, 972_000_001, 979_000_001])
def test_stations_marks_aircraft_and_devices_enter_nothing(mmsi: int):
    assert not run([at(0, OUT, 0, mmsi), *steady(mmsi, IN, 0, 240, 900)]).events


@pytest.mark.parametrize("ship_type", [40, 49, 60])
def test_high_speed_craft_are_passenger_ships(ship_type: int):
    the_world = world()
    zone = replace(the_world.places[NO_ENTRY], allowed_classes=frozenset({"passenger"}))
    the_world = replace(the_world, places=the_world.places | {NO_ENTRY: zone})
    moved = [at(0, OUT, 0), *visit(240, 5)]
    assert entries(run(moved, the_world))
    assert not entries(run([at(-10, ship_type=ship_type), *moved], the_world))


def test_crossing_between_two_fixes_raises_and_clears():
    out = run([at(0, 1500, 0), at(200, 4500, 0)])
    assert [kind for kind, fence, _ in out.story() if fence == NO_ENTRY] == ["cross"]
    assert [active for _, active in entries(out)] == [False]


def test_vessel_jittering_on_the_line_for_an_hour_raises_one():
    noise = np.random.default_rng(3).normal(0, 30, 360)
    out = run(
        [at(0, OUT, 0), *(at(240 + 10 * k, 2000 + x, 0) for k, x in enumerate(noise.tolist()))], cuts=range(0, 361, 7)
    )
    assert [active for _, active in entries(out)] == [True]
    assert [kind for kind, fence, _ in out.story() if fence == NO_ENTRY] == ["enter"]
