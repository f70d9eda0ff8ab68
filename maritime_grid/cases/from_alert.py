"""What a case 网格事项 opened from an alert 告警 says at first: kind, title and place from rule, vessel and place; and
which alerts open a case without a person, by rules that somebody has approved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from maritime_grid.domain.alerts import RuleName

from .kinds import Kind
from .severity import SeverityFacts

EMERGENCIES = frozenset({RuleName.DISTRESS_DEVICE.value, RuleName.SOS.value})
TITLES = {
    "distress_device": "遇险示位",
    "sos": "求救",
    "silence": "船舶失联",
    "zone_entry": "涉嫌闯入",
    "feed_health": "数据源异常",
}
SUBKINDS = {"zone_entry": "illegal_fishing"}  # as far as a rule can tell; the rest is `other`
OVERBOARD = "MOB"  # the device of a person in the water
MOST_TITLE, MOST_SAID = 120, 300  # characters


@dataclass(frozen=True, slots=True)
class OpenRule:
    """Alerts of which a case is opened without a person, and who approved that.

    Attributes:
        rule_id: by which the archive names it.
        rule: of the engine.
        severity_from: of the alert, 1 to 4.
        in_force_from: aware; alerts raised before it wait for a person.
        approved_by: who approved it, in the words of the paper.
        approved_on: when.
    """

    rule_id: str
    rule: str
    severity_from: int
    in_force_from: datetime
    approved_by: str
    approved_on: date

    def __str__(self) -> str:
        return f"{self.rule_id}（{self.approved_by}，{self.approved_on} 批准）"


def rule_for(rules: Iterable[OpenRule], rule: str, severity: int, raised_at: datetime) -> OpenRule | None:
    """The first rule by which an alert opens a case; None: a person decides."""
    return next(
        (one for one in rules if one.rule == rule and severity >= one.severity_from and raised_at >= one.in_force_from),
        None,
    )


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An alert as far as a case needs it; names empty and degrees None where not known."""

    rule: str
    mmsi: int  # 0 where no vessel is meant
    vessel_name: str
    zone_name: str
    grid_name: str
    lon: float | None
    lat: float | None
    device: str
    said: str  # text or note that came with it


@dataclass(frozen=True, slots=True)
class Opening:
    """What of a new case follows from its alert."""

    kind: Kind
    subkind: str
    title: str
    description: str
    place: str
    facts: SeverityFacts


def opening(alert: AlertFacts) -> Opening:
    """The case that an alert opens: an emergency of distress, else a hazard."""
    emergency = alert.rule in EMERGENCIES
    overboard = alert.device == OVERBOARD
    subkind = "overboard" if overboard else SUBKINDS.get(alert.rule, "other")
    vessel = alert.vessel_name or (f"{alert.mmsi:09d}" if alert.mmsi else "")
    place = place_words(alert)
    head = "人员落水报警" if overboard else TITLES.get(alert.rule, alert.rule)
    about = f"{head}{alert.zone_name}" if alert.rule == "zone_entry" else head
    title = "：".join(part for part in (about, "，".join(filter(None, (vessel, alert.grid_name)))) if part)
    said = " ".join(alert.said.split())[:MOST_SAID]
    return Opening(
        kind=Kind.EMERGENCY if emergency else Kind.HAZARD,
        subkind=subkind,
        title="".join(c for c in title if c.isprintable())[:MOST_TITLE],
        description="。".join(part for part in (f"由告警立案：{head}", f"随报内容：{said}" if said else "") if part),
        place=place,
        facts=SeverityFacts(people_in_water=int(overboard), vessels=int(bool(alert.mmsi) and not alert.device)),
    )


def place_words(alert: AlertFacts) -> str:
    """Grid, zone and degrees with minutes, as far as they are known."""
    known = alert.lon is not None and alert.lat is not None
    point = f"{_degrees(alert.lat or 0, 'N', 'S')} {_degrees(alert.lon or 0, 'E', 'W')}" if known else ""
    return "，".join(part for part in (alert.grid_name, alert.zone_name, point) if part)


def _degrees(value: float, positive: str, negative: str) -> str:
    """`30°12.30′N`."""
    minutes = round(abs(value) * 6000)
    return f"{minutes // 6000}°{minutes % 6000 / 100:05.2f}′{positive if value >= 0 else negative}"
