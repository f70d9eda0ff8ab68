"""Silence at sea and in port, on the clock of the feed, and the feed's own notices."""

from __future__ import annotations

import pytest

from maritime_grid.domain.alerts import RuleName, Severity
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
