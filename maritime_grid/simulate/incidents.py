"""The script: which troubles happen when, and what a rule that works should say of each.

A script is a list of `Incident`; how each is staged stands in `staging`. Kinds whose rules come with later parts of
the product are staged all the same, so that those rules can be scored against the same truth.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MINUTE_S = 60.0
HOUR_S = 3600.0
VESSELS_A_ROUND = 200


class IncidentKind(StrEnum):
    SOS = "sos"  # button of a terminal
    MOB = "mob"  # beacon of a man overboard, active
    MOB_TEST = "mob_test"  # the same being tested: nothing is to be raised
    DISTRESS_TEXT = "distress_text"  # safety text from an ordinary vessel
    COLLISION = "collision_course"  # 商渔: merchant ship and fishing boat
    DISPUTE = "net_dispute"  # 网具纠纷: gear across gear, reported by the grid worker
    DARK = "going_dark"  # every transmitter falls silent
    OUTAGE = "feed_outage"  # no AIS from anyone
    MORATORIUM = "moratorium_breach"  # staged only while a season is closed
    ZONE_ENTRY = "zone_entry"  # into a zone that nobody may enter
    ZONE_JITTER = "zone_jitter"  # at anchor on the line of such a zone: nothing is to be raised
    SPOOFED = "spoofed_mmsi"  # two hulls, one number


@dataclass(frozen=True, slots=True)
class Incident:
    kind: IncidentKind
    at_s: float  # after the start of the scenario
    lasts_s: float


def demo_script(vessels: int = 1200) -> list[Incident]:
    """For people who watch: something new every few minutes, nothing that spoils the rest of the picture.

    The round is played again every four hours for a day, as far as the fleet has vessels for it.
    """
    all_day = (IncidentKind.SPOOFED, IncidentKind.ZONE_JITTER)
    once = [Incident(kind, 0.0, 24 * HOUR_S) for kind in all_day]
    once.append(Incident(IncidentKind.MORATORIUM, MINUTE_S, 12 * HOUR_S))
    minutes = (
        (IncidentKind.MOB_TEST, 2, 3), (IncidentKind.MOB, 4, 40), (IncidentKind.ZONE_ENTRY, 6, 75),
        (IncidentKind.DISTRESS_TEXT, 10, 5), (IncidentKind.COLLISION, 12, 30), (IncidentKind.DISPUTE, 18, 60),
        (IncidentKind.DARK, 20, 300), (IncidentKind.SOS, 25, 10), (IncidentKind.SOS, 95, 10),
        (IncidentKind.MOB, 150, 30), (IncidentKind.ZONE_ENTRY, 180, 75), (IncidentKind.DARK, 200, 300),
    )  # fmt: skip
    rounds = min(max(vessels // VESSELS_A_ROUND, 1), 6)
    return once + [
        Incident(kind, (at + 240 * k) * MINUTE_S, lasts * MINUTE_S)
        for k in range(rounds)
        for kind, at, lasts in minutes
    ]


def full_script() -> list[Incident]:
    """For scoring over 24 h: every kind, several of those the first rules judge, and an outage of AIS for 3 h."""
    repeated = [
        Incident(kind, (first + 60 * k) * MINUTE_S, lasts * MINUTE_S)
        for k in range(4)
        for kind, first, lasts in (
            (IncidentKind.SOS, 20, 10), (IncidentKind.MOB, 32, 25), (IncidentKind.DISTRESS_TEXT, 41, 5),
            (IncidentKind.ZONE_ENTRY, 50, 75),
        )
    ]  # fmt: skip
    minutes = (
        (IncidentKind.SPOOFED, 0, 24 * 60), (IncidentKind.ZONE_JITTER, 0, 24 * 60), (IncidentKind.MOB_TEST, 15, 5),
        (IncidentKind.COLLISION, 70, 30), (IncidentKind.DISPUTE, 100, 60), (IncidentKind.DARK, 60, 300),
        (IncidentKind.DARK, 90, 200), (IncidentKind.DARK, 130, 170), (IncidentKind.MORATORIUM, 1, 12 * 60),
        (IncidentKind.OUTAGE, 12 * 60, 180), (IncidentKind.COLLISION, 17 * 60, 30), (IncidentKind.DARK, 18 * 60, 260),
    )  # fmt: skip
    return sorted(
        [*repeated, *(Incident(kind, at * MINUTE_S, lasts * MINUTE_S) for kind, at, lasts in minutes)],
        key=lambda incident: incident.at_s,
    )
