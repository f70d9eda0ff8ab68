"""The law of the engine: however a feed is split, batched or sharded, it says the same."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.batch import Batch
from maritime_grid.domain.world import World
from maritime_grid.engine import advance, advance_vessels, empty_state, watch_feeds
from maritime_grid.rules.board import Board
from maritime_grid.rules.feed_health import judge_feeds

from .builders import (
    AIS,
    BOAT,
    CARGO,
    FILE,
    OTHER,
    T0,
    VMS,
    Report,
    Run,
    at,
    batch_of,
    membership_of,
    run,
    take,
    vessels_of,
    whole,
    world,
)

MOB, AIRCRAFT, STATION = 972_000_001, 111_412_001, 4_120_001
WORLD = world([AIS, VMS], {BOAT: ("fishing", "P1"), 412_000_009: ("patrol", "P7")})
STEPS = st.sampled_from([0, 0, 1, 10, 60, 130, 300, 700, 1900, 4000, 8000, 15000])
PLACES = st.sampled_from([-8500, -500, -150, 0, 150, 1900, 2100, 3000, 3900, 4250, 9000])
WHO = st.sampled_from([BOAT, BOAT, OTHER, CARGO, 412_000_009, MOB, MOB, AIRCRAFT, STATION])
TEXTS = st.sampled_from(["SOS", "MAYDAY we sink", "SART ACTIVE", "SART TEST", "hello", "求救"])


@st.composite
def feeds(draw: st.DrawFn) -> list[Report]:
    """Any feed whose receipts do not run backwards: late, repeated, jumping, silent, calling for help."""
    reports: list[Report] = []
    clock = 0.0
    for _ in range(draw(st.integers(1, 20))):
        clock += draw(STEPS)
        late = draw(st.sampled_from([0, 0, 0, 0, 5, 100, 2000, 9000, 20_000]))
        source = draw(st.sampled_from([AIS, AIS, VMS, FILE]))
        if reports and source != reports[-1].source:
            clock += 0.001  # two feeds have no order of arrival but that of their receipts
        more = {"mmsi": draw(WHO), "source": source, "late": late}
        kind = draw(st.integers(0, 11))
        x, y = (draw(PLACES), 0) if kind != 1 else (None, None)
        if kind == 9:
            reports.append(at(clock - late, text=draw(TEXTS), **more))
        elif kind == 10:
            reports.append(at(clock - late, x, y, button=True, **more))
        elif kind == 11:
            reports.append(at(clock - late, ship_type=draw(st.sampled_from([30, 52, 70])), **more))
        else:
            sog, status = draw(st.sampled_from([0.0, 3.0, 9.0])), draw(st.sampled_from([-1, -1, 5, 14]))
            reports.append(at(clock - late, x, y, sog=sog, status=status, **more))
    return reports


def run_sharded(reports: list[Report], cuts: list[int], shards: int, the_world: World) -> Run:
    """As `run`, with the vessels in shards by MMSI and the feeds in one place."""
    states = [empty_state() for _ in range(shards)]
    out = Run(empty_state(), {}, [], {}, [])
    places = sorted({0, *cuts, len(reports)})
    for low, high in pairwise(places):
        batch = batch_of(reports[low:high], low + 1)
        clock, feeds, pulses = watch_feeds(out.state, batch, the_world)
        for k in range(shards):
            number = np.flatnonzero(batch.positions.mmsi % shards == k)
            part = Batch(batch.positions.take(number))
            part.statics += [r for r in batch.statics if r.mmsi % shards == k]
            part.texts += [r for r in batch.texts if r.mmsi % shards == k]
            part.sos += [r for r in batch.sos if r.mmsi % shards == k]
            states[k], outcome = advance_vessels(states[k], part, the_world, pulses, clock, number)
            take(out, out.state, outcome)
        board = Board(out.state.alerts)
        judge_feeds(feeds, pulses, the_world, board)
        out.alerts |= {a.alert_id: a for a in board.changes()}
        out.state = replace(out.state, feeds=feeds, alerts=board.open, clock=clock)
    out.state = replace(out.state, alerts=out.state.alerts | {k: a for s in states for k, a in s.alerts.items()})
    out.outcomes = []
    out.shards = states
    return out


BACKLOG = [at(0, 9000, 0, OTHER), at(2000, 9000, 0, OTHER), at(-7000, 100, 0, late=9001)]


@settings(max_examples=30, deadline=None)
@given(feeds(), st.data())
@example([at(0, 100, 0), at(5 * 3600, 100, 0)], None)
@example(BACKLOG, None)
def test_a_feed_cut_anywhere_says_the_same(reports: list[Report], data: st.DataObject | None):
    cuts = data.draw(st.lists(st.integers(0, len(reports)))) if data else []
    assert whole(run(reports, WORLD, cuts)) == whole(run(reports, WORLD))


def ebbing(counts: list[int], spoken: list[int]) -> list[Report]:
    """A feed with so many reports in each hour; BOAT is in the first five of them, and speaks at some later ones."""
    reports = [
        at(-T0 % 3600 + k * 3600 + n * 3600 / count, 100, 0, BOAT if k < 5 else OTHER)
        for k, count in enumerate(counts)
        for n in range(count)
    ]
    return sorted([*reports, *(at(s + 0.5, text="hello") for s in spoken)], key=lambda r: r.at)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from([3, 5, 6, 13, 20, 30]), min_size=6, max_size=20),
    st.lists(st.integers(0, 20 * 3600), max_size=3),
    st.data(),
)
def test_a_feed_that_ebbs_and_flows_says_the_same_cut_anywhere(
    counts: list[int], spoken: list[int], data: st.DataObject
):
    reports = ebbing(counts, spoken)
    cuts = data.draw(st.lists(st.integers(0, len(reports)), max_size=8))
    assert whole(run(reports, WORLD, cuts)) == whole(run(reports, WORLD, []))


@settings(max_examples=12, deadline=None)
@given(feeds(), st.integers(2, 4), st.data())
def test_a_feed_sharded_anyhow_says_the_same(reports: list[Report], shards: int, data: st.DataObject):
    cuts = data.draw(st.lists(st.integers(0, len(reports))))
    one, many = run(reports, WORLD, cuts), run_sharded(reports, cuts, shards, WORLD)
    assert many.alerts == one.alerts
    assert many.events == one.events
    assert many.rows == one.rows
    assert many.state.alerts == one.state.alerts
    assert many.state.feeds == one.state.feeds
    for k, state in enumerate(many.shards):
        vessels, mine = one.state.vessels, one.state.vessels.mmsi % shards == k
        assert vessels_of(state.vessels) == vessels_of(vessels.take(mine))
        inside = one.state.membership.vessel % shards == k
        wanted = {n: [v for v, i in zip(c, inside, strict=True) if i] for n, c in membership_of(one.state).items()}
        assert membership_of(state) == wanted


@settings(max_examples=8, deadline=None)
@given(feeds(), st.integers(0, 20))
def test_a_step_changes_nothing_it_was_given(reports: list[Report], cut: int):
    state = run(reports[:cut], WORLD, []).state
    batch = batch_of(reports[cut:], cut + 1)
    before = copy.deepcopy((vessels_of(state.vessels), membership_of(state), state.alerts, state.feeds, state.statics))
    columns = copy.deepcopy([getattr(batch.positions, n).tolist() for n in ("t", "mmsi", "received_at", "nav_status")])
    advance(state, batch, WORLD)
    assert before == (vessels_of(state.vessels), membership_of(state), state.alerts, state.feeds, state.statics)
    assert columns == [getattr(batch.positions, n).tolist() for n in ("t", "mmsi", "received_at", "nav_status")]


@settings(max_examples=12, deadline=None)
@given(feeds())
def test_a_feed_told_again_raises_nothing_more(reports: list[Report]):
    once = run(reports, WORLD)
    positions = [r for r in reports if r.text is None and not r.button and r.ship_type is None]
    now = max(r.at + r.late for r in reports)
    again = run([replace(r, late=now - r.at) for r in positions], WORLD, [], state=once.state)
    assert not again.alerts.keys() - once.alerts.keys()
    assert not again.events
    assert all(row[4] & 0x20 for row in again.rows.values())


@settings(max_examples=12, deadline=None)
@given(feeds())
def test_enters_less_exits_are_none_or_one(reports: list[Report]):
    count: dict[tuple[int, int], int] = {}
    for vessel, fence, kind, _, _ in run(reports, WORLD, []).events:
        key = vessel, fence
        count[key] = count.get(key, 0) + {1: 1, 2: -1}.get(kind, 0)
        assert count[key] in (0, 1)
