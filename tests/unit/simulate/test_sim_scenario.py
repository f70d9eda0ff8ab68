"""What a scenario sends: the same for a seed, readable, at the right intervals, with the truth beside it."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from functools import reduce
from itertools import pairwise
from operator import xor
from types import SimpleNamespace

import numpy as np
import pyais
import pytest
from shapely import contains_xy

from maritime_grid.domain.errors import UsageError
from maritime_grid.simulate.fleet import Gear, Phase, Transmitter
from maritime_grid.simulate.incidents import Incident, IncidentKind, demo_script, full_script
from maritime_grid.simulate.plane import KNOT
from maritime_grid.simulate.radio import intervals_us
from maritime_grid.simulate.routes import SeaPlan
from maritime_grid.simulate.scenario import Emission, Scenario

from .conftest import START, SUMMER

MINUTE_US = 60_000_000


def run(scenario: Scenario, seconds: int, step_s: float = 5.0) -> Emission:
    out = Emission([], [])
    for _ in range(round(seconds / step_s)):
        sent = scenario.step(step_s)
        out.udp.extend(sent.udp)
        out.mqtt.extend(sent.mqtt)
    return out


def fits(line: bytes) -> bool:
    sentence = line[line.index(b"!") :]
    return reduce(xor, sentence[1:-3]) == int(sentence[-2:], 16)


def messages(sent: Emission) -> list[tuple[int, pyais.messages.Payload]]:
    """Decoded messages with the time of their TAG block in milliseconds, spoiled ones left out."""
    out: list[tuple[int, pyais.messages.Payload]] = []
    first: dict[bytes, bytes] = {}
    for _, line in sent.udp:
        tag, sentence = line[1:].split(b"\\", 1)
        if not fits(line):
            continue
        parts = sentence.split(b",")
        if parts[1] == b"2":
            if parts[2] == b"1":
                first[parts[3]] = sentence
                continue
            whole = [first.pop(parts[3]), sentence]
        else:
            whole = [sentence]
        out.append((int(tag.split(b"c:")[1].split(b"*")[0]), pyais.decode(*whole)))
    return out


@pytest.fixture(scope="module")
def calm(plan: SeaPlan) -> SimpleNamespace:
    """A quarter of an hour of 300 vessels without incidents."""
    scenario = Scenario(plan, seed=4, start=START, vessels=300, script=[])
    sent = run(scenario, 900)
    return SimpleNamespace(scenario=scenario, sent=sent, told=messages(sent))


@pytest.fixture(scope="module")
def eventful(plan: SeaPlan) -> SimpleNamespace:
    """The full script over its first three hours."""
    scenario = Scenario(plan, seed=5, start=START, vessels=130, script=full_script())
    sent = run(scenario, 3 * 3600, 30.0)
    return SimpleNamespace(scenario=scenario, sent=sent, told=messages(sent))


def test_same_seed_same_bytes_and_another_seed_others(plan: SeaPlan) -> None:
    one, same, other = (run(Scenario(plan, seed=s, start=START, vessels=120, script=[]), 120) for s in (7, 7, 8))
    assert len(one.udp) > 50
    assert one == same
    assert one.udp != other.udp


def test_same_seed_same_truth(plan: SeaPlan) -> None:
    truths = []
    for _ in range(2):
        scenario = Scenario(plan, seed=7, start=START, vessels=200, script=demo_script(200))
        run(scenario, 1800, 30.0)
        truths.append(scenario.truth)
    assert truths[0] == truths[1]
    assert len(truths[0]) >= 9


def test_every_sentence_decodes_but_those_spoiled_on_purpose(calm: SimpleNamespace) -> None:
    whole = calm.told
    assert sum(not fits(line) for _, line in calm.sent.udp) < 0.005 * len(calm.sent.udp)
    assert {m.msg_type for _, m in whole} == {1, 5, 18, 24}
    numbers = set(calm.scenario.fleet.mmsi.tolist())
    assert {m.mmsi for _, m in whole} <= numbers


def test_deliveries_stand_in_order_of_time_and_within_their_step(plan: SeaPlan) -> None:
    scenario = Scenario(plan, seed=4, start=START, vessels=120, script=[])
    for k in range(20):
        for sent in scenario.step(10.0):
            times = [entry[0] for entry in sent]
            assert times == sorted(times)
            assert all(START + k * 10_000_000 <= t < START + (k + 1) * 10_000_000 for t in times)


def test_positions_told_are_near_the_track(calm: SimpleNamespace) -> None:
    fleet, plane = calm.scenario.fleet, calm.scenario.plan.chart.plane
    still = np.flatnonzero(fleet.phase == Phase.MOORED)
    row = {int(m): r for r, m in zip(still, fleet.mmsi[still], strict=True)}
    off = [
        np.hypot(*(plane.to_xy(np.array([[m.lon, m.lat]]))[0] - fleet.berth[row[m.mmsi]]))
        for t, m in calm.told
        if m.msg_type in {1, 18} and m.mmsi in row and m.speed < 0.5
    ]
    assert len(off) > 200
    assert np.median(off) < 12.0


@pytest.mark.parametrize(
    ("transmitter", "status", "sog", "turn", "seconds"),
    [
        (Transmitter.CLASS_A, Phase.MOORED, 0.0, 0.0, 180.0),
        (Transmitter.CLASS_A, Phase.OUT, 10.0, 0.0, 10.0),
        (Transmitter.CLASS_A, Phase.OUT, 10.0, 2.0, 10 / 3),
        (Transmitter.CLASS_A, Phase.OUT, 18.0, 0.0, 6.0),
        (Transmitter.CLASS_A, Phase.OUT, 18.0, 2.0, 2.0),
        (Transmitter.CLASS_A, Phase.OUT, 25.0, 0.0, 2.0),
        (Transmitter.CLASS_B_CS, Phase.OUT, 1.0, 0.0, 180.0),
        (Transmitter.CLASS_B_CS, Phase.OUT, 9.0, 0.0, 30.0),
        (Transmitter.CLASS_B_SO, Phase.OUT, 1.0, 0.0, 180.0),
        (Transmitter.CLASS_B_SO, Phase.OUT, 9.0, 0.0, 30.0),
        (Transmitter.CLASS_B_SO, Phase.OUT, 16.0, 0.0, 15.0),
        (Transmitter.CLASS_B_SO, Phase.OUT, 25.0, 0.0, 5.0),
    ],
)
def test_report_intervals_are_those_of_m1371(
    plan: SeaPlan, transmitter: Transmitter, status: Phase, sog: float, turn: float, seconds: float
) -> None:
    fleet = Scenario(plan, seed=1, start=START, vessels=100, script=[]).fleet
    row = np.array([0])
    fleet.transmitter[0], fleet.phase[0], fleet.velocity[0] = transmitter, status, (0.0, sog * KNOT)
    assert intervals_us(fleet, row, np.array([turn]))[0] == round(seconds * 1e6)


def test_heard_reports_come_at_multiples_of_the_interval(calm: SimpleNamespace) -> None:
    fleet = calm.scenario.fleet
    moored = fleet.mmsi[(fleet.phase == Phase.MOORED) & (fleet.until > calm.scenario.now)]
    heard: dict[int, set[int]] = defaultdict(set)
    for t, m in calm.told:
        if m.msg_type in {1, 18} and m.mmsi in moored and m.speed < 0.5:
            heard[m.mmsi].add(t)
    gaps = [b - a for times in heard.values() for a, b in pairwise(sorted(times))]
    whole = [gap for gap in gaps if gap % 180_000 == 0]
    assert len(whole) > 200
    assert len(whole) > 0.9 * len(gaps)  # the rest are repeats by a second receiver, which have a time of their own


def test_terminals_report_every_ten_minutes_in_json(calm: SimpleNamespace) -> None:
    times: dict[int, set[str]] = defaultdict(set)
    for t, topic, content in calm.sent.mqtt:
        told = json.loads(content)
        assert topic == f"vessel/{told['mmsi']}/position"
        assert set(told) == {"t", "mmsi", "lon", "lat", "sog", "cog"}
        assert t >= START
        times[told["mmsi"]].add(told["t"])
    boats = int(calm.scenario.fleet.beidou.sum())
    assert 0.95 * boats < len(times) <= boats
    assert Counter(map(len, times.values())).keys() <= {1, 2}


def test_some_messages_are_repeated_some_late_some_lost(calm: SimpleNamespace) -> None:
    payloads = Counter(line.split(b",")[6] for _, line in calm.sent.udp if line.split(b",")[6][:1] in {b"1", b"B"})
    assert 0.01 < sum(n > 1 for n in payloads.values()) / len(payloads) < 0.06
    delays = [t // 1000 - int(line.split(b"c:")[1][:13]) for t, line in calm.sent.udp]
    assert 0 < sum(d > 30_000 for d in delays) < 0.01 * len(delays)
    assert max(delays) <= 1_200_000


def test_truth_tells_kind_vessel_span_place_and_expectation(eventful: SimpleNamespace) -> None:
    truth = eventful.scenario.truth
    kinds = Counter(entry["kind"] for entry in truth)
    expected = Counter(
        i.kind for i in full_script() if i.at_s < 3 * 3600 - 1200 and i.kind is not IncidentKind.MORATORIUM
    )
    assert kinds[IncidentKind.DARK] == expected[IncidentKind.DARK]
    assert kinds.keys() == expected.keys()
    for entry in truth:
        assert set(entry) == {"kind", "mmsi", "start", "end", "place", "expect"}
        assert entry["start"] <= entry["end"]
        assert "rule" in entry["expect"]
        assert json.loads(json.dumps(entry)) == entry


def test_a_beacon_bursts_eight_times_a_minute_with_status_14_and_a_text(eventful: SimpleNamespace) -> None:
    device = next(e for e in eventful.scenario.truth if e["kind"] == "mob")
    heard = [(t, m) for t, m in eventful.told if m.mmsi == device["mmsi"]]
    reports = [t for t, m in heard if m.msg_type == 1 and m.status == 14]
    assert Counter((t - reports[0]) // 60_000 for t in reports)[0] == 8
    assert {m.text for _, m in heard if m.msg_type == 14} == {"MOB ACTIVE"}


def test_a_tested_beacon_never_says_it_is_active(eventful: SimpleNamespace) -> None:
    device = next(e for e in eventful.scenario.truth if e["kind"] == "mob_test")
    heard = [m for _, m in eventful.told if m.mmsi == device["mmsi"]]
    assert {m.status for m in heard if m.msg_type == 1} == {15}
    assert {m.text for m in heard if m.msg_type == 14} == {"MOB TEST"}
    assert device["expect"]["raised"] is False


def test_sos_and_distress_text_go_out_when_the_truth_says(eventful: SimpleNamespace) -> None:
    for entry in (e for e in eventful.scenario.truth if e["kind"] == "sos"):
        (told,) = [json.loads(c) for _, topic, c in eventful.sent.mqtt if topic == f"vessel/{entry['mmsi']}/sos"]
        assert told["t"] == entry["expect"]["at"]
    for entry in (e for e in eventful.scenario.truth if e["kind"] == "distress_text"):
        assert any(m.msg_type == 14 and "MAYDAY" in m.text and m.mmsi == entry["mmsi"]
                   for _, m in eventful.told)  # fmt: skip


def test_a_net_dispute_is_reported_in_the_grid_where_it_is(eventful: SimpleNamespace) -> None:
    (entry,) = [e for e in eventful.scenario.truth if e["kind"] == "net_dispute"]
    ((topic, told),) = [(t, json.loads(c)) for _, t, c in eventful.sent.mqtt if t.startswith("grid/")]
    assert topic == f"grid/{entry['place']['grid']}/report"
    assert topic.split("/")[1] in {g.place_id for g in eventful.scenario.plan.chart.grids}
    assert (told["kind"], told["mmsi"]) == ("dispute", entry["mmsi"])


def test_a_dark_vessel_sends_nothing_between_start_and_end(eventful: SimpleNamespace) -> None:
    dark = [e for e in eventful.scenario.truth if e["kind"] == "going_dark"]
    assert dark
    for entry in dark:
        at = [t for t, m in eventful.told if m.mmsi == entry["mmsi"]]
        at += [t // 1000 for t, topic, _ in eventful.sent.mqtt if topic.startswith(f"vessel/{entry['mmsi']}/")]
        since = np.datetime64(entry["start"].rstrip("Z"), "ms").astype(np.int64)
        until = np.datetime64(entry["end"].rstrip("Z"), "ms").astype(np.int64)
        assert any(t <= since for t in at)
        late = [t for t in at if since + 10_000 < t < until]  # repeats and late copies of what was sent before
        assert len(late) <= 1


def test_the_intruder_is_inside_the_zone_from_the_time_the_truth_names(plan: SeaPlan) -> None:
    script = [Incident(IncidentKind.ZONE_ENTRY, 60.0, 1800.0)]
    scenario = Scenario(plan, seed=9, start=START, vessels=150, script=script)
    zone = plan.chart.of_kind("prohibited")[0]
    inside: list[int] = []
    for _ in range(360):
        scenario.step(10.0)
        from_truth = scenario.truth[0]["mmsi"] if scenario.truth else 0
        (row,) = np.flatnonzero(scenario.fleet.mmsi == from_truth) if from_truth else (None,)
        if row is not None and contains_xy(zone.shape, *scenario.fleet.xy[row]):
            inside.append(scenario.now)
    at = np.datetime64(scenario.truth[0]["expect"]["at"].rstrip("Z"), "us").astype(np.int64)
    assert abs(inside[0] - at) <= 20_000_000


def test_a_collision_course_meets_within_a_cable_at_the_time_told(plan: SeaPlan) -> None:
    scenario = Scenario(plan, seed=9, start=START, vessels=150, script=[Incident(IncidentKind.COLLISION, 30.0, 1800.0)])
    apart: list[tuple[float, int]] = []
    for _ in range(180):
        scenario.step(10.0)
        if scenario.truth:
            ship, boat = (np.flatnonzero(scenario.fleet.mmsi == m)[0] for m in scenario.truth[0]["mmsi"])
            apart.append((float(np.hypot(*(scenario.fleet.xy[ship] - scenario.fleet.xy[boat]))), scenario.now))
    nearest, when = min(apart)
    at = np.datetime64(scenario.truth[0]["expect"]["closest_at"].rstrip("Z"), "us").astype(np.int64)
    assert nearest < 185.0
    assert abs(when - at) <= 40_000_000


def test_the_boat_on_the_line_is_never_told_inside_twice_running(plan: SeaPlan) -> None:
    script = [Incident(IncidentKind.ZONE_JITTER, 0.0, 36_000.0)]
    scenario = Scenario(plan, seed=9, start=START, vessels=100, script=script)
    sent = run(scenario, 3 * 3600, 60.0)
    zone = plan.chart.of_kind("prohibited")[0].shape
    fixes = {t: (m.lon, m.lat) for t, m in messages(sent) if m.mmsi == scenario.truth[0]["mmsi"] and m.msg_type == 18}
    once = [t for t in sorted(fixes) if not any(t - 10_000 < other < t for other in fixes)]  # repeats come within 8 s
    xy = plan.chart.plane.to_xy(np.array([fixes[t] for t in once]))
    inside = contains_xy(zone, xy[:, 0], xy[:, 1])
    assert inside.sum() > 10
    assert not (inside[1:] & inside[:-1]).any()


def test_no_ais_comes_through_during_an_outage(plan: SeaPlan) -> None:
    script = [Incident(IncidentKind.OUTAGE, 300.0, 600.0)]
    sent = run(Scenario(plan, seed=9, start=START, vessels=100, script=script), 1200)
    minutes = {(t - START) // MINUTE_US for t, _ in sent.udp}
    assert minutes == set(range(5)) | set(range(15, 20))
    assert {(t - START) // MINUTE_US for t, _, _ in sent.mqtt} >= set(range(20))


def test_two_hulls_send_one_number_from_far_apart(plan: SeaPlan) -> None:
    script = [Incident(IncidentKind.SPOOFED, 0.0, 3600.0)]
    scenario = Scenario(plan, seed=9, start=START, vessels=150, script=script)
    scenario.step(1.0)
    rows = np.flatnonzero(scenario.fleet.mmsi == scenario.truth[0]["mmsi"])
    assert len(rows) == 2
    assert len(scenario.roster()) == 149


def test_in_the_moratorium_closed_gear_stays_in_port_but_for_the_breach(plan: SeaPlan) -> None:
    script = [Incident(IncidentKind.MORATORIUM, 60.0, 3600.0)]
    scenario = Scenario(plan, seed=9, start=SUMMER, vessels=300, script=script)
    run(scenario, 1800, 30.0)
    at_sea = np.flatnonzero((scenario.fleet.phase != Phase.MOORED) & np.isin(scenario.fleet.gear, (1, 2, 3, 4)))
    assert scenario.fleet.mmsi[at_sea].tolist() == [scenario.truth[0]["mmsi"]]
    assert (scenario.fleet.phase[scenario.fleet.gear == Gear.HOOK] != Phase.MOORED).any()


def test_roster_is_a_sample_with_ports_and_gear(calm: SimpleNamespace) -> None:
    roster = calm.scenario.roster()
    assert len(roster) == 300
    assert all(entry.sample for entry in roster)
    ports = {p.port_id for p in calm.scenario.plan.chart.ports}
    boats = [e for e in roster if e.vessel_class == "fishing"]
    assert {e.home_port for e in boats} <= ports
    assert all(e.name_zh.startswith("浙") and e.gear for e in boats)


@pytest.mark.parametrize("vessels", [100, 400, 1300])
def test_a_fleet_of_any_size_can_play_the_script_for_its_size(plan: SeaPlan, vessels: int) -> None:
    scenario = Scenario(plan, seed=3, start=SUMMER, vessels=vessels)
    scenario.step(60.0)
    assert scenario.truth


def test_a_fleet_too_small_for_its_script_is_refused_in_one_line(plan: SeaPlan) -> None:
    with pytest.raises(UsageError, match=r"simulate\.vessels"):
        Scenario(plan, seed=1, start=START, vessels=20)
    with pytest.raises(UsageError, match=r"raise simulate\.vessels"):
        Scenario(plan, seed=1, start=START, vessels=100, script=[Incident(IncidentKind.COLLISION, 0, 60)] * 50)


@pytest.mark.parametrize("dt_s", [0.0, -1.0, 61.0])
def test_a_step_of_no_or_too_great_length_is_refused(calm: SimpleNamespace, dt_s: float) -> None:
    with pytest.raises(ValueError, match="step"):
        calm.scenario.step(dt_s)
