"""What the engine raised against what the simulator did: recall, false alerts, delays.

`python -m tests.acceptance.truth [VESSELS]` plays the whole script of 24 h and prints the table (3 to 5 minutes).
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from maritime_grid.domain.alerts import RuleName, Severity
from maritime_grid.simulate import Incident, full_script, sea_plan
from maritime_grid.simulate.incidents import HOUR_S, MINUTE_S, IncidentKind

from .truth_run import AREA, SECOND_US, START, Run, Seen, run

EMERGENCIES = (RuleName.SOS, RuleName.DISTRESS_DEVICE)
JUDGED = (*EMERGENCIES, RuleName.SILENCE, RuleName.ZONE_ENTRY, RuleName.FEED_HEALTH)
# how far the date of an alert may lie from that of the truth: two bursts of a beacon; the straight way and even speed
# that the truth assumes of an intruder, seen by fixes that may be 10 min apart; static reports, which hold no fix,
# count as heard in the truth and not in the engine
SLACK_S = {RuleName.SOS: 1, RuleName.DISTRESS_DEVICE: 60, RuleName.SILENCE: 400, RuleName.ZONE_ENTRY: 660,
           RuleName.FEED_HEALTH: 60}  # fmt: skip
SHORT_HOURS = 11.5


@dataclass(slots=True)
class Score:
    """Figures of one rule. Seconds."""

    expected: int = 0
    raised: int = 0
    false: int = 0
    missed: list[str] = field(default_factory=list[str])  # in words, for whoever reads a failure
    wrong: list[str] = field(default_factory=list[str])  # raised, with another severity, or not cleared
    noise: list[str] = field(default_factory=list[str])
    off_s: list[float] = field(default_factory=list[float])  # date of the alert less that of the truth
    delay_s: list[float] = field(
        default_factory=list[float]
    )  # after receipt of the evidence, or of the moment it was due

    @property
    def recall(self) -> float:
        return self.raised / self.expected if self.expected else 1.0


def short_script() -> list[Incident]:
    """The script for scoring in less than half the time: the same incidents, the idle hours between them left out.

    The outage comes after the dark boats are back, since a boat that falls silent within it is excused.
    """
    moved = {(IncidentKind.OUTAGE, 12 * HOUR_S): 7.5 * HOUR_S, (IncidentKind.DARK, 18 * HOUR_S): 150 * MINUTE_S,
             (IncidentKind.COLLISION, 17 * HOUR_S): 6 * HOUR_S}  # fmt: skip
    script = [replace(i, at_s=moved.get((i.kind, i.at_s), i.at_s)) for i in full_script()]
    return sorted(script, key=lambda incident: incident.at_s)


def score(done: Run) -> dict[RuleName, Score]:
    """Match every alert with an incident, and every incident with an alert."""
    scores = {rule: Score() for rule in JUDGED}
    explained: set[str] = set()
    for entry in done.truth:
        expect = entry["expect"]
        if expect["rule"] not in scores or expect.get("raised") is False:
            continue
        rule = RuleName(expect["rule"])
        scores[rule].expected += 1
        found = _find(entry, rule, done.seen.values())
        if found is None:
            scores[rule].missed.append(f"{entry['kind']} of {entry['mmsi']} at {expect['at']}")
            continue
        explained.add(found.alert.alert_id)
        _take(scores[rule], entry, found, done)
    for seen in done.seen.values():
        rule = seen.alert.key.rule
        if seen.alert.alert_id not in explained and rule in scores:
            scores[rule].false += 1
            scores[rule].noise.append(seen.alert.alert_id)
    return scores


def us(moment: str) -> int:
    """ISO 8601 to microseconds since the epoch."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000) * 1000


def _find(entry: dict[str, Any], rule: RuleName, seen: Iterable[Seen]) -> Seen | None:
    """The alert of that rule, vessel and place whose date is near enough."""
    due, slack = us(entry["expect"]["at"]), SLACK_S[rule] * SECOND_US
    for one in seen:
        key = one.alert.key
        if (key.rule, key.mmsi) != (rule, entry["mmsi"]) or abs(one.alert.raised_at - due) > slack:
            continue
        if rule is not RuleName.ZONE_ENTRY or key.place == entry["place"]["zone"]:
            return one
    return None


def _take(into: Score, entry: dict[str, Any], found: Seen, done: Run) -> None:
    alert, expect = found.alert, entry["expect"]
    into.raised += 1
    into.off_s.append((alert.raised_at - us(expect["at"])) / SECOND_US)
    since = found.received_at if alert.key.rule in EMERGENCIES else alert.raised_at
    into.delay_s.append((found.clock - since) / SECOND_US + found.wall_s)
    if alert.severity is not Severity[expect["severity"].upper()]:
        into.wrong.append(f"{alert.alert_id}: {alert.severity.name.lower()}, not {expect['severity']}")
    alarm_off = abs(found.at_severity.get(Severity.ALARM, 0) - us(expect["alarm_at"])) if expect.get("alarm_at") else 0
    if alarm_off > SLACK_S[alert.key.rule] * SECOND_US:
        into.wrong.append(f"{alert.alert_id}: no alarm at {expect['alarm_at']}")
    if alert.active and us(entry["end"]) < START + (done.hours - _clears_h(alert.key.rule)) * HOUR_S * SECOND_US:
        into.wrong.append(f"{alert.alert_id}: still open long after {entry['end']}")


def _clears_h(rule: RuleName) -> float:
    """Hours by which an alert is cleared after the end of what raised it; an SOS stands for 6 h."""
    return 6.5 if rule is RuleName.SOS else 0.5


def silences_in_outage(done: Run) -> list[str]:
    """Silence alerts of vessels that the script left alone, dated within an outage or the 3 h after it."""
    dark = {e["mmsi"] for e in done.truth if e["expect"]["rule"] == RuleName.SILENCE}
    spans = [(us(e["start"]), us(e["end"]) + 3 * 3600 * SECOND_US) for e in done.truth if e["kind"] == "feed_outage"]
    return [
        s.alert.alert_id
        for s in done.seen.values()
        if s.alert.key.rule is RuleName.SILENCE
        and s.alert.key.mmsi not in dark
        and any(since <= s.alert.raised_at <= until for since, until in spans)
    ]


def table(done: Run, scores: dict[RuleName, Score]) -> str:
    """The figures, in Markdown."""
    hours = done.vessels * done.hours
    played = f"{done.vessels} vessels, {done.hours:g} h of data, {done.messages:,} messages ({done.refused} refused)"
    spent = f"decoding and engine {done.wall_s:.1f} s, longest batch {done.longest_s * 1e3:.0f} ms"
    lines = [
        f"{played}, {done.batches:,} batches; {spent}",
        "",
        "| rule | expected | raised | recall | false | false per 1,000 vessel h | date off, s | delay, s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for rule, s in scores.items():
        lines.append(
            f"| {rule} | {s.expected} | {s.raised} | {s.recall:.2f} | {s.false} | {1000 * s.false / hours:.2f} "
            f"| {_range(s.off_s)} | {_range(s.delay_s)} |"
        )
    told = Counter(e["kind"] for e in done.truth)
    lines += ["", "staged: " + ", ".join(f"{kind} {n}" for kind, n in sorted(told.items()))]
    for rule, s in scores.items():
        faults = (("missed", s.missed), ("wrong", s.wrong), ("false", s.noise))
        lines += [f"{rule}: {what}: {one}" for what, ones in faults for one in ones]
    return "\n".join(lines)


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f}" if values else ""


def main() -> int:
    vessels = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    plan = sea_plan(AREA, Path(tempfile.gettempdir()) / "maritime-grid-truth-plan.npz")
    done = run(plan, full_script(), vessels=vessels, hours=24.0)
    print(table(done, score(done)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
