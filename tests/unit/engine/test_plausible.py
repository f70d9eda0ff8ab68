"""Spoofed, jumping, late and repeated reports: stored and marked, and moving nothing."""

from __future__ import annotations

import numpy as np
import pytest

from maritime_grid.domain.state import Quality
from maritime_grid.engine.plausible import distance_m

from .builders import AIS, GRID_EAST, GRID_WEST, NO_ENTRY, RULES, T0, VMS, Run, S, at, place, run, world

AIRCRAFT = 111_412_001
FAR = 60_000.0


def marks(out: Run) -> list[bool]:
    return [bool(row[4] & Quality.IMPLAUSIBLE) for _, row in sorted(out.rows.items())]


def where(out: Run) -> float:
    return round((float(out.state.vessels.lon[0]) - place(0, 0)[0]) * 96_486.0)


def test_two_hulls_on_one_mmsi_make_no_entry_of_the_rival_and_no_movement():
    own = [at(60 * k, -15_000 + k, 0) for k in range(60)]
    rival = [at(60 * k + 30, 3000, 0) for k in range(60)]
    out = run(sorted([*own, *rival], key=lambda r: r.at))
    assert NO_ENTRY not in [fence for _, fence, _ in out.story()]
    assert out.story() == [("enter", GRID_WEST, 0)]
    assert not out.said()
    assert marks(out) == [False, True] * 60
    assert where(out) == -15_000 + 59


def test_single_jump_is_stored_marked_and_moves_nothing():
    out = run([at(0, 0, 0), at(60, FAR, 0), at(120, 100, 0)])
    assert marks(out) == [False, True, False]
    assert where(out) == 100


def test_vessel_rejoins_after_three_agreeing_fixes_elsewhere_without_a_crossing():
    out = run([at(0, 1500, 0), *(at(60 * k, 1500 + FAR, 0) for k in (1, 2, 3, 4))])
    assert marks(out) == [False, True, True, False, False]
    assert where(out) == 1500 + FAR
    assert NO_ENTRY not in [fence for _, fence, _ in out.story()]


def test_fixes_elsewhere_that_disagree_with_one_another_do_not_bring_a_vessel_there():
    out = run([at(0, 0, 0), *(at(60 * k, FAR * k, 0) for k in (1, 2, 3, 4))])
    assert marks(out) == [False, True, True, True, True]


def test_rescue_aircraft_may_fly():
    assert not any(marks(run([at(60 * k, 10_000 * k, 0, AIRCRAFT) for k in range(4)])))


@pytest.mark.parametrize(("knots", "too_fast"), [(49, False), (51, True)])
def test_speed_limit_holds_with_slack_for_noise(knots: float, too_fast: bool):
    metres = knots * 1852 + RULES.jump_slack_m
    assert marks(run([at(0, 0, 0), at(3600, metres, 0)])) == [False, too_fast]


def test_late_and_repeated_reports_are_stored_and_leave_the_vessel_where_it_is():
    out = run([at(0, -500, 0), at(60, -400, 0), at(30, 3000, 0, late=60), at(60, -400, 0, late=60)])
    assert [bool(row[4] & Quality.LATE) for _, row in sorted(out.rows.items())] == [False, True, False]
    assert where(out) == -400
    assert out.state.vessels.heard_at[0] == (T0 + 60) * S


def test_report_without_a_fix_does_not_hide_a_fix_of_the_same_time():
    assert len(run([at(0), at(0, 500, 0)], cuts=[]).rows) == 1


def test_stored_row_knows_the_grid_that_holds_it():
    out = run([at(0, -500, 0), at(600, 500, 0)])
    assert [row[5] for _, row in sorted(out.rows.items())] == [GRID_WEST, GRID_EAST]


def test_last_fix_of_each_kind_of_feed_is_kept():
    out = run([at(0, 0, 0, source=VMS), at(60, 50, 0, source=AIS)], world())
    vessels = out.state.vessels
    assert (int(vessels.vms_t[0]), int(vessels.ais_t[0])) == (T0 * S, (T0 + 60) * S)
    assert int(vessels.source[0]) == AIS


@pytest.mark.parametrize("cuts", [None, []])
def test_fix_of_a_terminal_that_comes_late_beside_ais_is_its_last_of_that_kind(cuts: list[int] | None):
    beside = [at(s, 0, 0) for s in range(0, 600, 10)]
    late = [at(570, 0, 0, source=VMS, late=25), at(300, 0, 0, source=VMS, late=300)]
    vessels = run([*beside, *late], world(), cuts).state.vessels
    assert (int(vessels.vms_t[0]), int(vessels.ais_t[0])) == ((T0 + 570) * S, (T0 + 590) * S)


def test_distance_agrees_with_a_degree_of_the_meridian():
    one = distance_m(np.array([122.0]), np.array([29.5]), np.array([122.0]), np.array([30.5]))
    assert one[0] == pytest.approx(110_852, rel=0.006)
