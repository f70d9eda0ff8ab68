"""The three rules of the first part against the simulator's truth file."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from maritime_grid.domain.alerts import RuleName, Severity
from maritime_grid.simulate import Chart
from maritime_grid.simulate.record import write_truth
from maritime_grid.simulate.routes import plan_sea

from .truth import EMERGENCIES, JUDGED, SHORT_HOURS, Score, score, short_script, silences_in_outage, table
from .truth_run import AREA, Run, run


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    played = run(plan_sea(Chart.load(AREA)), short_script(), vessels=150, hours=SHORT_HOURS)
    path = tmp_path_factory.mktemp("truth") / "sim.truth.jsonl"
    write_truth(path, played.truth)
    played.truth = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return played


@pytest.fixture(scope="module")
def scores(done: Run) -> dict[RuleName, Score]:
    found = score(done)
    print(f"\n{table(done, found)}")
    return found


def test_the_script_stages_something_for_every_rule(scores: dict[RuleName, Score]) -> None:
    expected = {rule: scores[rule].expected for rule in JUDGED}
    assert expected == {
        RuleName.SOS: 8, RuleName.DISTRESS_DEVICE: 4, RuleName.SILENCE: 4, RuleName.ZONE_ENTRY: 4,
        RuleName.FEED_HEALTH: 1,
    }  # fmt: skip


@pytest.mark.parametrize("rule", [r for r in JUDGED if r is not RuleName.FEED_HEALTH])
def test_every_incident_is_raised_with_its_severity_and_cleared(rule: RuleName, scores: dict[RuleName, Score]) -> None:
    assert scores[rule].missed == []
    assert scores[rule].wrong == []
    assert scores[rule].recall == 1.0


@pytest.mark.parametrize("rule", EMERGENCIES)
def test_an_emergency_is_raised_within_three_seconds_of_its_receipt(
    rule: RuleName, scores: dict[RuleName, Score]
) -> None:
    assert 0.0 <= min(scores[rule].delay_s) <= max(scores[rule].delay_s) < 3.0


@pytest.mark.parametrize("rule", JUDGED)
def test_nothing_is_raised_that_did_not_happen(rule: RuleName, scores: dict[RuleName, Score]) -> None:
    assert scores[rule].noise == []


@pytest.mark.parametrize("kind", ["mob_test", "zone_jitter", "spoofed_mmsi"])
def test_what_is_to_raise_nothing_raises_nothing(kind: str, done: Run) -> None:
    quiet = [entry["mmsi"] for entry in done.truth if entry["kind"] == kind]
    assert quiet
    assert [s.alert.alert_id for s in done.seen.values() if s.alert.key.mmsi in quiet] == []


def test_a_feed_stopped_for_three_hours_raises_one_notice_and_no_silence(done: Run) -> None:
    notices = [s.alert for s in done.seen.values() if s.alert.key.rule is RuleName.FEED_HEALTH]
    assert [a.key.place for a in notices] == ["ais-udp"]
    assert not notices[0].active
    assert silences_in_outage(done) == []


def test_the_score_tells_missed_wrong_and_false_apart(done: Run) -> None:
    worse = replace(done, seen=dict(done.seen))
    of = {rule: [i for i, s in done.seen.items() if s.alert.key.rule is rule] for rule in JUDGED}
    del worse.seen[of[RuleName.SOS][0]]
    tame, stray = (of[RuleName.ZONE_ENTRY][k] for k in (0, 1))
    worse.seen[tame] = replace(done.seen[tame], alert=replace(done.seen[tame].alert, severity=Severity.NOTICE))
    key = replace(done.seen[stray].alert.key, place="ZS-ELSEWHERE")
    worse.seen[stray] = replace(done.seen[stray], alert=replace(done.seen[stray].alert, key=key))
    scores = score(worse)
    assert (scores[RuleName.SOS].recall, len(scores[RuleName.SOS].missed)) == (7 / 8, 1)
    entry = scores[RuleName.ZONE_ENTRY]
    assert (len(entry.missed), len(entry.wrong), entry.noise) == (1, 1, [stray])
