from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from dashboard.fleet import Fleet
from dashboard.views.assess import assess
from dashboard.views.symbols import ALERT, FISHING, HIDDEN, LOST, MOORED, UNDER_WAY
from maritime_grid.store.rows import VesselNow

from .reads_builder import AIS, NOON, VMS, alert, feed, options, us, vessels

FEEDS = [feed(AIS, "ais"), feed(VMS, "vms")]


def judged(rows: list[dict[str, object]], alerts=(), feeds=FEEDS, clock: int = us(NOON), pace: float = 0):
    fleet = Fleet()
    fleet.merge(vessels(rows))
    return assess(fleet, feeds, {AIS: pace, VMS: pace}, alerts, clock, options())


@pytest.mark.parametrize(
    ("row", "interval_s"),
    [
        ({"transmitter": "A", "sog": 8}, 10),
        ({"transmitter": "A", "sog": 18}, 6),
        ({"transmitter": "A", "sog": 30}, 2),
        ({"transmitter": "A", "sog": 0.1, "nav_status": 5}, 180),
        ({"transmitter": "B", "sog": 8}, 30),
        ({"transmitter": "B", "sog": 1.5}, 180),
        ({"transmitter": "", "sog": 8}, 30),
        ({"source": VMS, "sog": 8}, 600),
    ],
    ids=["A", "A fast", "A very fast", "A moored", "B", "B slow", "unknown", "BeiDou"],
)
def test_a_vessel_is_lost_after_six_of_its_expected_intervals(row, interval_s):
    heard_at = us(NOON)
    still, gone = heard_at + 6 * interval_s * 1_000_000, heard_at + 6 * interval_s * 1_000_000 + 1
    assert judged([row], clock=still).state[0] != LOST
    assert judged([row], clock=gone).state[0] == LOST


def test_motion_gives_the_symbol_and_unknown_motion_the_speed():
    rows = [
        {"mmsi": 1, "motion": 1},
        {"mmsi": 2, "motion": 2},
        {"mmsi": 3, "motion": 3},
        {"mmsi": 4, "motion": 0, "sog": 4},
        {"mmsi": 5, "motion": 0, "sog": np.nan},
    ]
    assert judged(rows).state.tolist() == [UNDER_WAY, FISHING, MOORED, UNDER_WAY, MOORED]


def test_an_open_warning_goes_before_lost_and_a_notice_does_not():
    late = us(NOON) + 3_600_000_000
    rows = [{"mmsi": 1}, {"mmsi": 2}, {"mmsi": 3}]
    alerts = [alert("silence", 2, 1), alert("silence", 1, 2), alert("sos", 4, 3, active=False)]
    result = judged(rows, alerts, clock=late)
    assert result.state.tolist() == [ALERT, LOST, LOST]
    assert result.severity.tolist() == [2, 1, 0]


def test_silent_means_lost_at_sea_while_the_feed_is_up():
    late = us(NOON) + 3_600_000_000
    rows = [{"mmsi": 1}, {"mmsi": 2, "in_port": True}]
    up = [feed(AIS, "ais", last_at=NOON + timedelta(hours=1))]
    assert judged(rows, feeds=up, clock=late).silent.tolist() == [True, False]
    down = [feed(AIS, "ais", down_since=NOON)]
    assert judged(rows, feeds=down, clock=late).silent.tolist() == [False, False]


def test_a_feed_that_is_late_makes_none_of_its_vessels_silent():
    rows = [{"mmsi": 1, "transmitter": "A"}, {"mmsi": 2, "transmitter": "A"}]
    two_minutes = us(NOON) + 120_000_000
    assert judged(rows, clock=two_minutes, pace=36_000).silent.tolist() == [False, False]
    in_time = [feed(AIS, "ais", last_at=NOON + timedelta(minutes=2))]
    assert judged(rows, feeds=in_time, clock=two_minutes, pace=36_000).silent.tolist() == [True, True]


def test_a_distress_device_leaves_the_map_after_18_minutes_unless_its_alert_is_open():
    late = us(NOON) + 19 * 60_000_000
    rows = [{"mmsi": 972_000_001}, {"mmsi": 970_000_001}]
    states = judged(rows, [alert("distress_device", 4, 970_000_001)], clock=late).state
    assert states.tolist() == [HIDDEN, ALERT]


def test_a_vessel_forgotten_is_not_counted():
    result = judged([{"mmsi": 1}], clock=us(NOON) + 90_000_000_000)
    assert result.state[0] == HIDDEN
    assert not result.shown[0]
    assert not result.silent[0]


def test_a_vessel_keeps_its_slot_when_others_come():
    fleet = Fleet()
    assert fleet.merge(vessels([{"mmsi": 5}, {"mmsi": 9}])) == 2
    assert fleet.merge(vessels([{"mmsi": 1}, {"mmsi": 9, "sog": 3.0}])) == 1
    assert fleet.columns["mmsi"].tolist() == [5, 9, 1]
    assert fleet.columns["sog"].tolist() == [8.0, 3.0, 8.0]
    empty: VesselNow = vessels([])
    assert fleet.merge(empty) == 0
