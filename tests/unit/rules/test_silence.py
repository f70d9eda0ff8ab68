"""Silence at sea and in port, on the clock of the feed, and the feed's own notices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from maritime_grid.domain.alerts import RuleName, Severity
from maritime_grid.domain.world import Feed, FeedKind
from tests.unit.engine.builders import AIS, BOAT, HOUR, OTHER, T0, VMS, Report, Run, S, at, run, steady, world

BEAT = 412_000_900  # a vessel whose reports keep the feed's clock going
SILENCE, FEED = RuleName.SILENCE, RuleName.FEED_HEALTH


def beats(start: float, end: float, every: float = 300, source: int = AIS) -> list[Report]:
    return steady(BEAT, 9000, 9000, start, end, every, source=source)


def silences(out: Run, mmsi: int = BOAT) -> list[tuple[Severity, float, bool]]:
    return [(a.severity, a.raised_at / S - T0, a.active) for a in out.said(SILENCE) if a.key.mmsi == mmsi]


def test_vessel_at_sea_is_missed_after_two_hours_not_before():
    heard = [at(0, 500, 0)]
    assert not silences(run([*heard, *beats(1, 2 * HOUR)]))
    out = run([*heard, *beats(1, 2 * HOUR), at(2 * HOUR, 0, 0, BEAT)])
    assert silences(out) == [(Severity.WARNING, 2 * HOUR, True)]


def test_warning_becomes_an_alarm_after_four_hours_and_stays_the_same_alert():
    out = run([at(0, 500, 0), *beats(1, 4 * HOUR + 600)])
    steps = [(a.alert_id, a.severity) for o in out.outcomes for a in o.alerts if a.key.rule is SILENCE]
    assert [severity for _, severity in steps] == [Severity.WARNING, Severity.ALARM]
    assert len({alert_id for alert_id, _ in steps}) == 1


def test_vessel_heard_again_clears_its_silence():
    (alert,) = run([at(0, 500, 0), *beats(1, 3 * HOUR), at(3 * HOUR, 500, 0)]).said(SILENCE)
    assert (alert.active, alert.cleared_at) == (False, (T0 + 3 * HOUR) * S)


def test_report_without_a_fix_counts_as_heard():
    out = run([at(0, 500, 0), *beats(1, HOUR), at(HOUR), *beats(HOUR + 1, 2.5 * HOUR)])
    assert not silences(out)


def test_late_report_does_not_clear_silence():
    out = run([at(0, 500, 0), *beats(1, 3 * HOUR), at(-50, 500, 0, late=3 * HOUR + 60)])
    assert [active for _, _, active in silences(out)] == [True]


def test_vessel_in_port_is_missed_after_sixty_hours_with_a_notice():
    heard = [at(0, -8500, 0)]
    assert not silences(run([*heard, *beats(1, 59.9 * HOUR)], cuts=range(0, 800, 100)))
    out = run([*heard, *beats(1, 61 * HOUR)], cuts=range(0, 800, 100))
    assert silences(out) == [(Severity.NOTICE, 60 * HOUR, True)]


@pytest.mark.parametrize("mmsi", [4_120_001, 994_120_001, 111_412_001, 972_000_001, 979_000_001])
def test_stations_marks_aircraft_and_devices_are_never_missed(mmsi: int):
    assert not run([at(0, 500, 0, mmsi), *beats(1, 6 * HOUR)]).said(SILENCE)


def test_vessel_heard_by_another_feed_is_not_silent():
    both = [*beats(1, 5 * HOUR, 900), *steady(BOAT, 500, 0, 600, 5 * HOUR, 900, source=VMS)]
    out = run(sorted([at(0, 500, 0), *both], key=lambda r: r.at))
    assert not silences(out)


def backlog(start: float, end: float, received: float, every: float = 600, **more: Any) -> list[Report]:
    """A track that waited on board and came all at once."""
    return [at(s, 500, 0, late=received - s, **more) for s in np.arange(start, end, every).tolist()]


@pytest.mark.parametrize("cuts", [None, [], [1]])
def test_backlog_of_one_boat_after_an_outage_of_ours_raises_nothing(cuts: list[int] | None):
    out = run([at(0, 500, 0, source=VMS), *backlog(600, 3 * HOUR, 3 * HOUR, source=VMS)], world([VMS]), cuts)
    assert not out.said(SILENCE)
    assert [(a.key.place, a.active) for a in out.said(FEED)] == [("vms", False)]


@pytest.mark.parametrize("cuts", [None, []])
def test_boat_that_uploads_its_track_after_five_hours_is_one_silence_cleared_when_it_came(cuts: list[int] | None):
    track = [*backlog(600, 5 * HOUR, 5 * HOUR), at(5 * HOUR + 1, 500, 0)]
    (alert,) = run([at(0, 500, 0), *beats(1, 5 * HOUR), *track], world([AIS]), cuts).said(SILENCE)
    assert (alert.severity, alert.raised_at, alert.cleared_at) == (
        Severity.ALARM, (T0 + 2 * HOUR) * S, (T0 + 5 * HOUR) * S,
    )  # fmt: skip


def test_report_that_came_late_counts_from_its_receipt():
    out = run([at(-5000, 500, 0, late=5000), *beats(1, 2 * HOUR)])
    assert not silences(out)
    later = run([at(-5000, 500, 0, late=5000), *beats(1, 2 * HOUR), at(2 * HOUR, 0, 0, BEAT)])
    assert silences(later) == [(Severity.WARNING, 2 * HOUR, True)]


@pytest.mark.parametrize("cuts", [None, []])
@pytest.mark.parametrize(
    "said", [{"button": True}, {"text": "ALL WELL"}, {"ship_type": 30}, {"crew": 4}, {"port": "arrive"}], ids=str
)
def test_anything_a_vessel_says_counts_as_heard(said: dict[str, Any], cuts: list[int] | None):
    quiet = [at(0, 500, 0), *beats(1, 1.5 * HOUR)]
    rest = [*beats(1.5 * HOUR + 1, 3.5 * HOUR)]
    assert not silences(run([*quiet, at(1.5 * HOUR, **said), *rest], cuts=cuts))
    assert silences(run([*quiet, *rest], cuts=cuts))
    missed = run([*quiet, *beats(1.5 * HOUR, 3 * HOUR), at(3 * HOUR, **said)], cuts=cuts)
    assert [a.cleared_at for a in missed.said(SILENCE)] == [(T0 + 3 * HOUR) * S]


def test_words_older_than_the_last_position_do_not_count_as_heard():
    said = at(-50, text="ALL WELL", late=1.5 * HOUR + 50)
    assert silences(run([at(0, 500, 0), *beats(1, 1.5 * HOUR), said, *beats(1.5 * HOUR + 1, 3 * HOUR)]))


@pytest.mark.parametrize("cuts", [None, []])
@pytest.mark.parametrize("said", [{"button": True}, {"text": "OK"}, {"ship_type": 30}, {"crew": 4}, {"port": "arrive"}])
def test_feed_that_says_anything_has_data(said: dict[str, Any], cuts: list[int] | None):
    words = [at(60 * k + 1, source=VMS, **said) for k in range(1, 20)]
    both = sorted([at(0, 500, 0, source=VMS), *beats(1, 1200, 60), *words], key=lambda r: r.at)
    assert not run(both, world([VMS]), cuts).said(FEED)


@pytest.mark.parametrize("cuts", [None, []])
def test_one_terminal_every_601_seconds_is_no_outage_once_its_interval_is_known(cuts: list[int] | None):
    out = run([at(601 * k, 500, 0, source=VMS) for k in range(145)], world([VMS]), cuts)
    notices = out.said(FEED)
    assert 0 < len(notices) < 14
    assert max(a.raised_at for a in notices) < (T0 + 2.5 * HOUR) * S
    assert not out.said(SILENCE)


def test_feed_of_few_senders_is_quiet_after_three_of_its_intervals():
    often = [at(601 * k, 500, 0, source=VMS) for k in range(60)]
    last = often[-1].at
    assert not [a for a in run(often, world([VMS]), until=last + 1500).said(FEED) if a.active]
    quiet = [a for a in run(often, world([VMS]), until=last + 2400).said(FEED) if a.active]
    assert [T0 + last + 1700 < a.raised_at / S < T0 + last + 2400 for a in quiet] == [True]


def test_net_buoys_of_a_buoy_feed_are_never_missed():
    the_world = world()
    the_world = replace(the_world, feeds=the_world.feeds | {AIS: Feed(AIS, "ais", FeedKind.BUOY)})
    assert silences(run([at(0, 500, 0), *beats(1, 3 * HOUR)]))
    assert not silences(run([at(0, 500, 0), *beats(1, 3 * HOUR)], the_world))


def receivers(ratio: float, dies_at: float, end: float = 14 * HOUR) -> list[Report]:
    """A fleet of two receivers on one feed, each boat heard every 3 min; one receiver dies, and its boats with it."""
    lost = [r for k in range(20) if k >= 20 * ratio for r in steady(OTHER + k, 300.0 * k, 5000, 9 * k, dies_at, 180)]
    kept = [r for k in range(20) if k < 20 * ratio for r in steady(OTHER + k, 300.0 * k, 5000, 9 * k, end, 180)]
    return sorted([*lost, *kept], key=lambda r: r.at)


@pytest.mark.parametrize("ratio", [0.2, 0.5, 0.65])
@pytest.mark.parametrize("dies_at", [10.03 * HOUR, 10.2 * HOUR, 10.44 * HOUR, 10.8 * HOUR])
def test_weak_feed_pauses_silence_as_an_outage_does(ratio: float, dies_at: float):
    out = run(receivers(ratio, dies_at), world([AIS]), range(0, 10_000, 500))
    assert [(a.key.rule, a.key.place) for a in out.said()] == [(FEED, "ais-low")]


def test_silence_goes_on_counting_when_a_weak_feed_is_well_again():
    weak = receivers(0.5, 10 * HOUR, 12 * HOUR)
    fleet = [r for k in range(20) for r in steady(OTHER + k, 300.0 * k, 5000, 12 * HOUR + 9 * k, 14.5 * HOUR, 180)]
    reports = sorted([at(9.5 * HOUR, 500, 0), *weak, *fleet], key=lambda r: r.at)
    out = run(reports, world([AIS]), range(0, 10_000, 500))
    assert [(a.key.place, a.active) for a in out.said(FEED)] == [("ais-low", False)]
    ((severity, raised_at, active),) = silences(out)
    assert (severity, active) == (Severity.WARNING, True)
    assert 12.5 * HOUR < raised_at < 13.5 * HOUR  # two hours of the feed's clock, which stood for more than one
    assert [a.key.mmsi for a in out.said(SILENCE)] == [BOAT]


def drained() -> Run:
    """The stream's clock went on by another feed, while this one's packets waited in a spool and then came in order."""
    told = [*steady(BOAT, 0, 0, 0, 120, 60, source=VMS), *beats(120, 1500, 60)]
    spooled = steady(BOAT, 0, 0, 180, 1500, 60, source=VMS)
    live = [*steady(BOAT, 0, 0, 1500, 3000, 60, source=VMS), *beats(1501, 3000, 60)]
    return run([*told, *spooled, *sorted(live, key=lambda r: r.at)], world([AIS, VMS]))


def test_notice_of_a_feed_whose_receipts_have_no_pause_ends_when_it_is_up():
    out = drained()
    (alert,) = [a for a in out.said(FEED) if a.key.place == "vms"]
    assert not alert.active
    assert alert.cleared_at is not None
    assert alert.raised_at <= alert.cleared_at


def test_notice_of_a_feed_no_longer_watched_is_cleared_and_of_one_not_of_this_world_stays():
    down = run(beats(0, 900, 60), world([VMS])).state
    assert down.alerts
    assert not run([at(960, 0, 0, BEAT)], world(), state=down).state.alerts
    less = replace(world(), feeds={AIS: world().feeds[AIS]})
    assert run([at(960, 0, 0, BEAT)], less, state=down).state.alerts


def outage(hours: float) -> list[Report]:
    """A fleet heard for 1 h and, after so many hours of nothing, again but for one boat."""
    fleet = [r for k in range(5) for r in steady(OTHER + k, 400.0 * k, 5000, 0, HOUR, 60)]
    start, end = (1 + hours) * HOUR, (4 + hours) * HOUR
    back = [r for k in range(5) for r in steady(OTHER + k, 400.0 * k, 5000, start, end, 300)]
    return sorted([at(0, 500, 0), *fleet, *back], key=lambda r: r.at)


def test_feed_stopped_for_three_hours_raises_one_feed_notice_and_no_silence():
    reports = outage(3)
    down = run([r for r in reports if r.at < HOUR], world([AIS]), [], until=3.9 * HOUR)
    assert [(a.key.rule, a.severity, a.active) for a in down.said()] == [(FEED, Severity.NOTICE, True)]
    out = run([r for r in reports if r.at < 4.5 * HOUR], world([AIS]), range(0, 1000, 50))
    assert [(a.key.rule, a.active, a.cleared_at) for a in out.said()] == [(FEED, False, (T0 + 4 * HOUR) * S)]


def test_silence_goes_on_counting_when_the_feed_is_back():
    ((severity, raised_at, active),) = silences(run(outage(3), world([AIS]), range(0, 1000, 50)))
    last = 3540  # the fleet's last report before the outage: the feed's clock stands from there until 4 h
    assert (severity, active) == (Severity.WARNING, True)
    assert raised_at == 4 * HOUR + 2 * HOUR - last


def test_feed_that_is_not_watched_pauses_silence_without_a_notice():
    assert not run([r for r in outage(3) if r.at < 4.5 * HOUR], world(), range(0, 1000, 50)).said()


def test_watched_feed_never_heard_is_a_notice_after_ten_minutes():
    out = run(beats(0, 900, 60), world([VMS]))
    assert [(a.key.place, a.raised_at) for a in out.said()] == [("vms", (T0 + 600) * S)]


def hourly(counts: list[int]) -> list[Report]:
    """Reports in so many full hours, evenly, and one after them. T0 stands 1600 s before a full hour."""
    start = (-T0) % HOUR
    out = [r for k, n in enumerate(counts) for r in beats(start + k * HOUR, start + (k + 1) * HOUR, HOUR / n)]
    return [*beats(0, start), *out, at(start + len(counts) * HOUR, 0, 0, BEAT)]


def low(counts: list[int], cuts: list[int] | None = None) -> list[bool]:
    return [
        a.active
        for a in run(hourly(counts), world([AIS]), cuts or range(0, 1000, 25)).said(FEED)
        if a.key.place == "ais-low"
    ]


def test_feed_under_seventy_percent_of_its_hourly_mean_is_a_notice_until_it_is_well_again():
    assert low([20] * 7) == []
    assert low([20] * 7 + [15]) == []
    assert low([20] * 7 + [13]) == [True]
    assert low([20] * 7 + [13, 20]) == [False]


def test_weak_hour_within_one_batch_is_not_overlooked():
    assert low([20] * 7 + [13, 20], [0]) == [False]


def test_few_hours_say_nothing_of_a_mean():
    assert low([20] * 4 + [8]) == []


def test_outage_does_not_count_as_a_weak_feed_too():
    start = (-T0) % HOUR + 8 * HOUR
    out = run([*hourly([20] * 8), *beats(start + 3.5 * HOUR, start + 6 * HOUR, 180)], world([AIS]), range(0, 1000, 25))
    assert [(a.key.place, a.active) for a in out.said(FEED)] == [("ais", False)]
