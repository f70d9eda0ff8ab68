"""Laws of membership on random feeds: any batching, any sharding, the reference, balance."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from geofence.fences import FenceSet, Window
from geofence.membership import EventKind
from geofence.moving import Track

from .builders import RULES, S, fence, place, rows_of, run, square
from .reference import reference_events

HOLED = Polygon(
    [place(-3000, -3000), place(-500, -3000), place(-500, 3000), place(-3000, 3000)],
    [[place(-2000, -800), place(-1200, -800), place(-1200, 800), place(-2000, 800)]],
)
FENCES = [
    fence(1, square(-500, -3000, 1000, 3000), "grid", dwell_s=900),
    fence(2, square(1000, -3000, 3000, 3000), "grid"),
    fence(3, HOLED, "grid"),
    fence(4, square(-1000, -1000, 1500, 400), dwell_s=400),
    fence(5, square(0, 0, 1200, 2000), windows=(Window(1200 * S, 3000 * S), Window(5000 * S, 9000 * S))),
    fence(6, square(-2500, -2500, 0, 0), version=1, valid_to=2500 * S, dwell_s=300),
    fence(6, square(500, 500, 2500, 2500), version=2, valid_from=2500 * S, valid_to=7000 * S),
    fence(7, square(-3500, 300, 3500, 380)),
    fence(9, square(-1500, -1500, 1500, 1500), version=1, valid_to=3000 * S, dwell_s=1500),
    fence(9, square(-1500, -1500, 1500, 1800), version=2, valid_from=3000 * S, valid_to=6000 * S),
    fence(9, square(-1500, -1500, 1500, 1500), version=3, valid_from=6000 * S, dwell_s=600),
    fence(8, square(-800, -3000, 300, 3000), valid_from=1500 * S, windows=(Window(1000 * S, 4000 * S),)),
]
STORM = Track.of([
    [1000 * S, *place(-4000, -500), 700.0],
    [3500 * S, *place(100, 300), 1300.0],
    [7500 * S, *place(3000, -2000), 450.0],
])  # fmt: skip
FENCES.append(fence(10, STORM.swath(), track=STORM, valid_from=1000 * S, valid_to=7500 * S, dwell_s=700))
COMPILED = FenceSet(FENCES)
STEPS = st.sampled_from([10, 20, 30, 60, 60, 130, 180, 290, 300, 600, 4000])
MOVES = st.sampled_from([0, 0, 10, -20, 30, -60, 150, -190, 400, -700, 1100, -1500, 2500])


@st.composite
def feeds(draw: st.DrawFn) -> dict[int, list[tuple[int, float, float]]]:
    feed = {}
    for vessel in range(1, draw(st.integers(1, 3)) + 1):
        t, x, y = draw(st.integers(0, 2000)), draw(st.integers(-35, 35)) * 100, draw(st.integers(-35, 35)) * 100
        reports = []
        for step, dx, dy in draw(st.lists(st.tuples(STEPS, MOVES, MOVES), max_size=25)):
            t, x, y = t + step, float(np.clip(x + dx, -4000, 4000)), float(np.clip(y + dy, -4000, 4000))
            reports.append((t * S, *place(x, y)))
        feed[vessel * 7] = reports
    return feed


@settings(max_examples=150, deadline=None)
@given(feeds())
def test_events_equal_the_reference_one_fix_at_a_time(feed):
    assert run(COMPILED, feed)[0] == reference_events(feed, FENCES, RULES)


@settings(max_examples=150, deadline=None)
@given(feeds(), st.lists(st.integers(0, 8000).map(lambda s: s * S), max_size=6))
def test_any_split_in_time_gives_the_same_events_and_state(feed, cuts):
    events, state = run(COMPILED, feed)
    split_events, split_state = run(COMPILED, feed, cuts)
    assert split_events == events
    assert rows_of(split_state) == rows_of(state)


@settings(max_examples=50, deadline=None)
@given(feeds())
def test_every_report_alone_gives_the_same_as_all_at_once(feed):
    times = sorted({t for reports in feed.values() for t, _, _ in reports})
    assert run(COMPILED, feed, times)[0] == run(COMPILED, feed)[0]


@settings(max_examples=50, deadline=None)
@given(feeds())
def test_any_sharding_by_vessel_gives_the_same_events_and_state(feed):
    events, state = run(COMPILED, feed)
    shards = [run(COMPILED, {v: reports}) for v, reports in feed.items()]
    assert sorted(e for found, _ in shards for e in found) == sorted(events)
    assert sorted(r for _, end in shards for r in rows_of(end)) == rows_of(state)


@settings(max_examples=150, deadline=None)
@given(feeds())
def test_enters_minus_exits_is_one_inside_and_none_outside_and_one_grid_at_most(feed):
    events, state = run(COMPILED, feed)
    balance: Counter[tuple[int, int]] = Counter()
    for vessel, code, kind, _, _ in sorted(events, key=lambda e: (e[4], e[0], e[2] != EventKind.EXIT, e[3])):
        balance[vessel, code] += {EventKind.ENTER: 1, EventKind.EXIT: -1}.get(kind, 0)
        assert balance[vessel, code] in (0, 1)
        assert sum(balance[vessel, grid] for grid in (1, 2, 3)) <= 1
    confirmed = {(v, c) for v, c, p in zip(state.vessel, state.fence, state.phase, strict=True) if p > 1}
    assert confirmed == {key for key, n in balance.items() if n == 1}
