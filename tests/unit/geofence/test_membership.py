"""The conventions of membership, each as a short story: (seconds, metres east, metres north) of one vessel."""

from __future__ import annotations

import numpy as np
import pytest

from geofence.fences import FenceSet, Window
from geofence.membership import EventKind, FenceRules, advance_membership, empty_membership
from geofence.stays import TRANSITIONS, Fix, Limits, Phase, Stay, Trigger, step

from .builders import RULES, S, fence, fixes_of, place, run, square, story, track

ZONE = fence(1, square(0, -5000, 5000, 5000))
A, B = fence(1, square(-5000, -5000, 0, 5000), "grid"), fence(2, square(0, -5000, 5000, 5000), "grid")


def told(fences, *steps, rules=RULES):
    return story(run(fences, {1: track(*steps)}, rules=rules)[0])


def test_two_fixes_two_minutes_apart_enter_at_the_first():
    assert told([ZONE], (0, -500, 0), (60, 10, 0), (120, 300, 0), (180, 600, 0)) == [("enter", 1, 60)]


@pytest.mark.parametrize("last", [179, 100])
def test_less_than_two_minutes_inside_is_no_entry(last):
    assert told([ZONE], (0, -500, 0), (60, 10, 0), (120, 300, 0), (last, 600, 0), (190, -500, 0)) == []


def test_one_fix_far_inside_and_gone_is_no_entry():
    assert told([ZONE], (0, -500, 0), (60, 800, 0), (120, -500, 0), (180, -500, 0)) == []


def test_one_fix_is_enough_after_five_minutes_of_silence():
    assert told([ZONE], (0, -500, 0), (300, 800, 0)) == [("enter", 1, 300)]
    assert told([ZONE], (0, -500, 0), (299, 800, 0)) == []


def test_the_first_fix_ever_is_not_sparse():
    assert told([ZONE], (0, 800, 0)) == []


def test_the_exit_is_dated_at_the_first_fix_outside_and_confirmed_beyond_200_metres():
    events, state = run([ZONE], {1: track((0, 900, 0), (120, 500, 0), (180, -50, 0), (240, -250, 0), (300, -450, 0))})
    assert story(events) == [("enter", 1, 0), ("exit", 1, 180)]
    assert events[-1][4] == 300 * S
    assert len(state.vessel) == 0


def test_a_vessel_that_lies_150_metres_outside_stays_inside():
    steps = [(0, 900, 0), (120, 500, 0), *((120 + 60 * k, -150, 0) for k in range(1, 100))]
    assert told([ZONE], *steps) == [("enter", 1, 0)]


def test_a_fix_inside_cancels_a_leaving():
    steps = [(0, 900, 0), (120, 500, 0), (180, -900, 0), (240, 100, 0), (300, -900, 0), (360, -900, 0), (420, -900, 0)]
    assert told([ZONE], *steps) == [("enter", 1, 0), ("exit", 1, 300)]


@pytest.mark.parametrize("interval", [2, 10, 30, 60, 180])
@pytest.mark.parametrize("seed", range(4))
def test_vessel_jittering_on_the_line_enters_once(interval, seed):
    rng = np.random.default_rng(seed)
    steps = [(s, *rng.normal(0, 30, 2)) for s in range(0, 3600, interval)]
    assert [kind for kind, _, _ in told([ZONE], *steps)] == ["enter"]


@pytest.mark.parametrize("interval", [10, 60, 180, 600])
@pytest.mark.parametrize("seed", range(4))
def test_vessel_jittering_on_the_line_of_two_grids_enters_one_of_them_once(interval, seed):
    rng = np.random.default_rng(seed)
    steps = [(s, *rng.uniform(-30, 30, 2)) for s in range(0, 7200, interval)]
    assert [kind for kind, _, _ in told([A, B], *steps)] == ["enter"]


def test_vessel_that_moves_over_leaves_one_grid_as_it_enters_the_next():
    events, _ = run([A, B], {1: track(*((60 * k, -1050 + 100 * k, 0) for k in range(20)))})
    assert story(sorted(events, key=lambda e: e[2:])) == [("enter", 1, 0), ("enter", 2, 660), ("exit", 1, 660)]
    assert [at // S for *_, at in events] == [120, 840, 840]  # the second fix more than 200 m beyond the line


def test_a_ten_minute_reporter_moves_over_at_once():
    steps = [(0, -1200, 0), (600, -650, 0), (1200, 550, 0), (1800, 1150, 0)]
    assert sorted(told([A, B], *steps)) == [("enter", 1, 0), ("enter", 2, 1200), ("exit", 1, 1200)]


def test_a_ten_minute_reporter_does_not_jump_a_narrow_zone():
    narrow = fence(3, square(0, -5000, 300, 5000))
    assert told([narrow], (0, -900, 0), (600, 900, 0), (1200, 2700, 0)) == [("cross", 3, 600)]


def test_no_crossing_is_inferred_over_more_than_an_hour_nor_from_jitter_round_a_corner():
    narrow = fence(3, square(0, -5000, 300, 5000))
    assert told([narrow], (0, -900, 0), (3601, 900, 0)) == []
    corner = fence(4, square(0, 0, 5000, 5000))
    assert told([corner], (0, -30, 20), (60, 20, -30), (120, -30, 20), (180, 20, -30)) == []


def test_no_crossing_of_a_fence_that_the_vessel_is_in():
    narrow = fence(3, square(0, -5000, 300, 5000))
    assert told([narrow], (0, 100, 0), (150, 100, 0), (300, -150, 0), (700, 700, 0)) == [
        ("enter", 3, 0),
        ("exit", 3, 300),
    ]


def test_a_stay_dwells_once_and_again_only_after_leaving():
    zone = fence(1, square(0, -5000, 5000, 5000), dwell_s=600)
    stay = [(60 * k, 500, 0) for k in range(40)]
    away = [(60 * k, -900, 0) for k in range(40, 45)]
    back = [(60 * k, 500, 0) for k in range(45, 60)]
    expected = [("enter", 1, 0), ("dwell", 1, 600), ("exit", 1, 2400), ("enter", 1, 2700), ("dwell", 1, 3300)]
    assert told([zone], *stay, *away, *back) == expected


@pytest.mark.parametrize(("first", "second", "dwells"), [(600, None, [600]), (None, 600, [600]), (1500, 600, [600])])
def test_a_stay_dwells_by_the_version_in_force_at_the_fix(first, second, dwells):
    shape = square(0, -5000, 5000, 5000)
    versions = [fence(1, shape, dwell_s=first, valid_to=1200 * S),
                fence(1, shape, version=2, dwell_s=second, valid_from=1200 * S)]  # fmt: skip
    steps = [(s, 1000, 0) for s in range(0, 3000, 60)]
    for events, _ in (run(versions, {1: track(*steps)}), run(versions, {1: track(*steps, (3060, -50, 0))})):
        assert [t for kind, _, t in story(events) if kind == "dwell"] == dwells


def test_a_version_yet_to_come_changes_no_stay_of_now():
    shape = square(0, -5000, 5000, 5000)
    versions = [fence(1, shape, dwell_s=600, valid_to=9000 * S), fence(1, shape, version=2, valid_from=9000 * S)]
    events, _ = run(versions, {1: track(*((s, 1000, 0) for s in range(0, 1200, 60)))})
    assert story(events) == [("enter", 1, 0), ("dwell", 1, 600)]


def test_at_the_opening_of_a_window_vessels_inside_count_as_inside_at_once():
    zone = fence(1, square(0, -5000, 5000, 5000), windows=(Window(1000 * S, 2000 * S),))
    inside = [(s, 500, 0) for s in (930, 990, 1050, 1110)]
    assert told([zone], *inside) == [("enter", 1, 1000)]
    assert told([zone], (930, 500, 0), (990, -500, 0), (1050, 500, 0), (1110, 500, 0)) == []


def test_at_the_closing_of_a_window_vessels_inside_leave_at_that_instant():
    zone = fence(1, square(0, -5000, 5000, 5000), windows=(Window(0, 2000 * S), Window(5000 * S, 6000 * S)))
    steps = [(1500, 500, 0), (1900, 500, 0), (2500, 500, 0), (4000, 500, 0), (5200, 500, 0)]
    assert told([zone], *steps) == [("enter", 1, 1500), ("exit", 1, 2000), ("enter", 1, 5000)]
    assert told([zone], (1500, 500, 0), (1900, 500, 0), (5500, 500, 0)) == [
        ("enter", 1, 1500), ("exit", 1, 2000), ("enter", 1, 5000),
    ]  # fmt: skip


def test_a_vessel_whose_grid_is_moved_away_leaves_by_the_ordinary_streak():
    versions = [
        fence(1, square(0, 0, 1000, 1000), "grid", version=1, valid_to=1000 * S),
        fence(1, square(2000, 0, 3000, 1000), "grid", version=2, valid_from=1000 * S),
    ]
    steps = [(60 * k, 500, 500) for k in range(30)]
    assert told(versions, *steps) == [("enter", 1, 0), ("exit", 1, 1020)]


def test_a_window_that_goes_on_in_the_next_version_does_not_close():
    versions = [
        fence(1, square(0, 0, 900, 900), version=1, valid_to=1000 * S, windows=(Window(0, 5000 * S),)),
        fence(1, square(0, 0, 950, 950), version=2, valid_from=1000 * S, windows=(Window(0, 5000 * S),)),
    ]
    assert told(versions, *((60 * k, 500, 500) for k in range(30))) == [("enter", 1, 0)]


def test_rows_of_vessels_not_in_the_batch_stay_as_they_are():
    fences = FenceSet([ZONE])
    _, state = run(fences, {1: track((0, 500, 0), (120, 500, 0)), 2: track((0, 500, 0))})
    after, events = advance_membership(state, fixes_of({}), fixes_of({3: track((0, 500, 0))}), fences, RULES)
    assert after.vessel.tolist() == [1, 2, 3]
    assert len(events.vessel) == 0


def test_a_fence_that_is_gone_is_left_by_the_ordinary_streak():
    _, state = run([ZONE], {1: track((0, 500, 0), (120, 500, 0))})
    fixes = fixes_of({1: track((180, 500, 0), (240, 500, 0), (300, 500, 0))})
    before = fixes_of({1: track((120, 500, 0))})
    after, events = advance_membership(state, before, fixes, FenceSet([]), RULES)
    assert events.kind.tolist() == [EventKind.EXIT]
    assert len(after.vessel) == 0


def test_an_empty_batch_changes_nothing():
    state, events = advance_membership(empty_membership(), fixes_of({}), fixes_of({}), FenceSet([ZONE]), RULES)
    assert len(state.vessel) == len(events.vessel) == 0


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("trigger", Trigger)
def test_an_illegal_transition_raises_and_changes_nothing(phase, trigger):
    if (phase, trigger) in TRANSITIONS:
        return
    stay = Stay(1, exclusive=False, dwell_us=None, phase=phase, since=5)
    fix = Fix(0, 10, *place(0, 0), False, *place(0, 0), Limits.of(RULES), [])
    with pytest.raises(ValueError, match=f"{phase.name} by {trigger.name}"):
        step(stay, trigger, fix)
    assert (stay.phase, stay.since, fix.found) == (phase, 5, [])


def test_the_thresholds_are_the_rules_own():
    strict = FenceRules(confirm_fixes=4, confirm_s=30, sparse_interval_s=3600, exit_distance_m=50, cross_gap_s=60)
    steps = [*((20 * k, 500, 0) for k in range(4)), *((100 + 20 * k, -60, 0) for k in range(4))]
    assert told([ZONE], *steps, rules=strict) == [("enter", 1, 0), ("exit", 1, 100)]


STRIP = fence(1, square(0, -5000, 300, 5000))


def test_a_passage_with_fixes_inside_too_short_for_an_entry_is_a_crossing_dated_at_the_first_of_them():
    # 30 s apart at 5 m/s: two fixes inside the strip of 300 m, then more than 200 m beyond it
    through = track(*[(s, -410 + 5 * s, 0) for s in range(0, 301, 30)])
    events, state = run([STRIP], {1: through})
    assert story(events) == [("cross", 1, 90)]
    assert events[0][4] == 210 * S  # known at the first fix beyond the exit distance
    assert not len(state.vessel)


def test_a_stray_fix_inside_and_a_turn_within_the_zone_are_no_crossings():
    stray = track((0, -900, 0), (60, 150, 0), (120, -880, 0), (180, -870, 0))
    turn = track(*[(s, -400 + 5 * s, 0) for s in range(0, 121, 30)], (150, 100, 0), (180, -100, 0), (210, -300, 0))
    for feed in (stray, turn):
        assert story(run([STRIP], {1: feed})[0]) == []


def test_a_first_fix_inside_and_a_gap_before_or_after_tell_of_no_crossing():
    first = track((0, 150, 0), (60, 900, 0))
    gap_before = track((0, -900, 0), (3700, 150, 0), (3760, 900, 0))
    for feed in (first, gap_before):
        assert "cross" not in [kind for kind, *_ in story(run([STRIP], {1: feed})[0])]
