"""How the fleet moves: on water, at speeds that vessels have, in pairs where it works in pairs."""

from __future__ import annotations

import numpy as np
import pytest

from maritime_grid.simulate.fleet import Fleet, Kind, Phase, make_fleet
from maritime_grid.simulate.motion import settle, step
from maritime_grid.simulate.plane import KNOT, points
from maritime_grid.simulate.routes import SeaPlan
from maritime_grid.simulate.work import Sea

from .conftest import START

OPEN = np.zeros(6, np.int64)
STEP_S = 60.0


class Day:
    """24 h of 200 vessels in steps of a minute."""

    def __init__(self, plan: SeaPlan) -> None:
        rng = np.random.default_rng(11)
        self.fleet: Fleet = make_fleet(plan, 200, rng)
        settle(Sea(plan, OPEN, START, rng), self.fleet, 0.45)
        self.xy = [self.fleet.xy.copy()]
        self.phase = [self.fleet.phase.copy()]
        for minute in range(24 * 60):
            step(Sea(plan, OPEN, START + minute * 60_000_000, rng), self.fleet, STEP_S)
            self.xy.append(self.fleet.xy.copy())
            self.phase.append(self.fleet.phase.copy())
        self.tracks = np.array(self.xy)  # (minutes, vessels, 2)
        self.phases = np.array(self.phase)


@pytest.fixture(scope="module")
def day(plan: SeaPlan) -> Day:
    return Day(plan)


def test_no_vessel_crosses_land_in_a_day(plan: SeaPlan, day: Day) -> None:
    segments = np.stack([day.tracks[:-1], day.tracks[1:]], axis=2).reshape(-1, 2, 2)
    moved = np.hypot(*(segments[:, 1] - segments[:, 0]).T) > 1.0
    assert moved.sum() > 50_000
    assert not plan.chart.over_land(segments[moved]).any()


def test_every_share_across_every_route_is_on_water(plan: SeaPlan) -> None:
    rng = np.random.default_rng(3)
    route = rng.integers(0, len(plan.routes.length), 20_000)
    xy = plan.routes.place(route, rng.random(20_000) * plan.routes.length[route], rng.uniform(-1, 1, 20_000))
    assert plan.chart.clearance(points(xy), 100.0).min() > 15.0


def test_speeds_are_those_of_vessels(day: Day) -> None:
    sog = np.hypot(*np.diff(day.tracks, axis=0).transpose(2, 0, 1)) / STEP_S / KNOT
    fishing = day.fleet.kind == Kind.FISHING
    assert sog[:, fishing].max() < 16.0
    assert sog.max() < 27.0
    towing = (day.phases[1:] == Phase.WORKING) & fishing
    assert np.percentile(sog[towing], 99) < 6.0


def test_the_fleet_goes_out_and_comes_home_all_day(day: Day) -> None:
    left = (day.phases[:-1] == Phase.MOORED) & (day.phases[1:] != Phase.MOORED)
    came = (day.phases[:-1] != Phase.MOORED) & (day.phases[1:] == Phase.MOORED)
    assert left.sum() > 60
    assert came.sum() > 60
    at_sea = (day.phases != Phase.MOORED).mean(axis=1)
    assert at_sea.min() > 0.3
    assert at_sea.max() < 0.75


def test_pair_trawlers_at_work_stay_between_200_and_700_m_apart(day: Day) -> None:
    mates = np.flatnonzero(day.fleet.partner >= 0)
    apart = np.hypot(*(day.tracks[:, mates] - day.tracks[:, day.fleet.partner[mates]]).transpose(2, 0, 1))
    towing = (day.phases[:, mates] == Phase.WORKING) & (day.phases[:, day.fleet.partner[mates]] == Phase.WORKING)
    settled = np.array([towing[k : k + 31].all(axis=0) for k in range(len(towing) - 30)])  # for half an hour
    apart = apart[30:][settled]
    assert len(apart) > 500
    assert apart.min() > 200.0
    assert apart.max() < 700.0


def test_a_ferry_lies_at_its_quays_between_trips(day: Day) -> None:
    ferries = day.fleet.kind == Kind.FERRY
    assert (day.phases[:, ferries] == Phase.WORKING).any()
    assert (day.phases[:, ferries] == Phase.MOORED).any()
