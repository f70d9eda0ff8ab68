"""Distress: every device, text and button, once each, kept, called again and let lapse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from maritime_grid.domain.alerts import RuleName, Severity
from tests.unit.engine.builders import BOAT, GRID_EAST, GRID_WEST, T0, Report, S, at, place, run, world

MOB = 972_000_001
MIN = 60
DEVICE, SOS = RuleName.DISTRESS_DEVICE, RuleName.SOS


@pytest.mark.parametrize(
    ("mmsi", "device"), [(970_123_456, "AIS-SART"), (972_123_456, "MOB"), (974_123_456, "EPIRB-AIS")]
)
def test_every_device_with_status_14_is_an_emergency_at_its_place(mmsi: int, device: str):
    (alert,) = run([at(0, 500, 0, mmsi, status=14)]).said()
    assert (alert.key.rule, alert.severity, alert.active) == (DEVICE, Severity.EMERGENCY, True)
    assert alert.detail == {"device": device}
    assert (alert.lon, alert.lat, alert.grid) == (*place(500, 0), GRID_EAST)


def test_device_without_a_fix_is_raised_and_takes_its_place_from_the_first_fix():
    out = run([at(0, mmsi=MOB, status=14), at(7, -500, 0, MOB, status=14)])
    first, last = out.outcomes[0].alerts[0], out.said()[0]
    assert (first.lon, first.grid) == (None, 0)
    assert (last.alert_id, last.lon, last.grid) == (first.alert_id, place(-500, 0)[0], GRID_WEST)


def test_device_that_drifts_into_another_grid_keeps_the_grid_where_it_began():
    (alert,) = run([at(0, -10, 0, MOB, status=14), at(60, 30, 0, MOB, status=14)]).said()
    assert (alert.lon, alert.grid) == (place(30, 0)[0], GRID_WEST)


@pytest.mark.parametrize(("mmsi", "status"), [(MOB, -1), (MOB, 5), (BOAT, 14)])
def test_status_alone_or_device_alone_is_no_distress(mmsi: int, status: int):
    assert not run([at(0, 0, 0, mmsi, status=status)]).said()


@pytest.mark.parametrize("text", ["MOB ACTIVE", "SART ACTIVE", "epirb active"])
def test_device_text_active_is_an_emergency(text: str):
    (alert,) = run([at(0, mmsi=MOB, text=text)]).said()
    assert (alert.key.rule, alert.detail) == (DEVICE, {"device": "MOB", "text": text})


@pytest.mark.parametrize("text", ["MOB TEST", "SART TEST", "INACTIVE", "SOS TEST", "测试 求救"])
def test_test_of_a_device_raises_nothing(text: str):
    assert not run([at(0, mmsi=MOB, text=text)]).said()


@pytest.mark.parametrize("text", ["MAYDAY MAYDAY", "sos", "PLS HELP SOS!", "我船进水求救", "SOS."])
def test_distress_in_plain_words_of_an_ordinary_vessel_is_an_emergency_at_its_last_place(text: str):
    (alert,) = run([at(0, -500, 0), at(10, text=text)]).said()
    assert (alert.key.rule, alert.severity, alert.grid) == (SOS, Severity.EMERGENCY, GRID_WEST)
    assert (alert.lon, alert.detail) == (place(-500, 0)[0], {"text": text})


@pytest.mark.parametrize("text", ["SOSUA", "ISOS", "GOOD WATCH", "SOS TEST", "MAYDAYS", ""])
def test_words_that_only_look_like_distress_raise_nothing(text: str):
    assert not run([at(0, text=text)]).said()


def test_call_of_a_vessel_never_seen_takes_the_place_of_its_next_fix():
    (alert,) = run([at(0, text="SOS"), at(100, 700, 0)]).said()
    assert (alert.lon, alert.grid, alert.last_at) == (place(700, 0)[0], GRID_EAST, T0 * S)


def test_button_says_its_own_place():
    (alert,) = run([at(0, -500, 0), at(10, 500, 0, button=True)]).said()
    assert (alert.key.rule, alert.lon, alert.grid) == (SOS, place(500, 0)[0], GRID_EAST)


def test_unhandled_emergency_is_called_out_again_every_ten_minutes():
    burst = [at(s, 0, 0, MOB, status=14) for s in range(0, 25 * MIN, 30)]
    out = run(burst)
    calls = [a.repeats for o in out.outcomes for a in o.alerts]
    assert sorted(set(calls)) == [0, 1, 2]
    assert len(out.said()) == 1
    assert [a.repeats for a in run(burst[:19]).said()] == [0]


def test_emergency_that_was_acknowledged_is_called_out_no_more():
    burst = [at(s, 0, 0, MOB, status=14) for s in range(0, 45 * MIN, 30)]
    (alert,) = run(burst).said()
    assert alert.repeats == 4
    seen = replace(world(), seen={alert.alert_id: (T0 + 15 * MIN) * S})
    assert [a.repeats for a in run(burst, seen).said()] == [1]
    others = replace(world(), seen={"of-another": T0 * S})
    assert [a.repeats for a in run(burst, others).said()] == [4]


def test_device_lapses_18_min_after_its_last_burst_and_a_new_burst_is_a_new_alert():
    early = at(0, 0, 0, MOB, status=14), at(60, 0, 0, MOB, status=14)
    assert run([*early], until=60 + 18 * MIN - 1).state.alerts
    lapsed = run([*early], until=60 + 18 * MIN)
    assert [(a.active, a.cleared_at) for a in lapsed.said()] == [(False, (T0 + 60 + 18 * MIN) * S)]
    first, second = run([*early, at(60 + 18 * MIN, 0, 0, MOB, status=14)]).said()
    assert (first.active, second.active, first.alert_id == second.alert_id) == (False, True, False)


def test_sos_stands_six_hours_and_a_second_press_keeps_the_same_alert():
    pressed = [at(0, button=True), at(5 * 3600, button=True)]
    (alert,) = run(pressed, until=11 * 3600 - 1).said()
    assert alert.active
    assert not run(pressed, until=11 * 3600).state.alerts


def test_old_report_of_a_device_that_comes_late_keeps_nothing_alive():
    out = run([at(100, 0, 0, MOB, status=14), at(90, 0, 0, MOB, status=14, late=1000)], until=100 + 18 * MIN)
    assert [a.active for a in out.said()] == [False]


@pytest.mark.parametrize(("call", "stands"), [(at(10, button=True, late=7 * 3600), 6 * 3600),
                                              (at(10, 0, 0, MOB, status=14, late=1200), 18 * MIN)])  # fmt: skip
def test_call_delayed_longer_than_its_span_stands_its_span_from_its_receipt(call: Report, stands: float):
    came = call.at + call.late
    out = run([call], until=came + stands - 1)
    assert [(a.active, a.raised_at, a.received_at) for a in out.said()] == [
        (True, (T0 + 10) * S, round((T0 + came) * S))
    ]
    lapsed = run([call], until=came + stands)
    assert [a.cleared_at for a in lapsed.said()] == [round((T0 + came + stands) * S)]


def test_delayed_call_is_called_out_again_ten_minutes_after_its_receipt():
    call = at(10, button=True, late=7 * 3600)
    came = call.at + call.late
    assert [a.repeats for a in run([call], until=came + 599).said()] == [0]
    (alert,) = run([call], until=came + 600).said()
    assert (alert.repeats, alert.detail) == (1, {"delay_s": 7 * 3600})


def test_second_call_keeps_an_emergency_from_its_receipt_and_of_another_age_does_not_shorten_it():
    out = run([at(100, button=True), at(10, button=True, late=3600)], until=10 + 3600 + 6 * 3600 - 1)
    assert [(a.active, a.last_at) for a in out.said()] == [(True, (T0 + 100) * S)]


@pytest.mark.parametrize(
    "text", ["MAYDAY THIS IS NOT A TEST", "SOS NO TEST", "求救 不是测试", "SOS this is not the test"]
)
def test_distress_that_denies_to_be_a_test_is_an_emergency(text: str):
    assert [a.key.rule for a in run([at(0, text=text)]).said()] == [SOS]


def test_distress_with_a_test_beside_a_denied_one_is_a_test():
    assert not run([at(0, text="SOS TEST NOT A TEST")]).said()


@pytest.mark.parametrize("words", [("",), ("", "TEST"), (" ",)])
def test_empty_word_among_the_test_words_silences_nothing(words: tuple[str, ...]):
    the_world = world()
    the_world = replace(the_world, rules=replace(the_world.rules, test_words=words))
    assert run([at(0, text="SOS")], the_world).said()


def test_call_delayed_on_its_way_is_raised_though_newer_positions_came_first():
    out = run([at(100, 0, 0), at(10, button=True, late=200)])
    assert [(a.key.rule, a.active, a.raised_at) for a in out.said()] == [(SOS, True, (T0 + 10) * S)]
