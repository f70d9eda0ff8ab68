"""Everything that the configuration says of cases, as one value that the commands work by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from . import clocks, from_alert, hops, routing, severity
from .calendar import WorkCalendar
from .flow import CaseState
from .kinds import Kind

OTHER = "other"  # cause of a pause that words must say


@dataclass(frozen=True, slots=True)
class Attachments:
    """What may be attached."""

    max_bytes: int
    max_count: int  # of one case
    types: frozenset[str]  # media types


@dataclass(frozen=True, slots=True)
class Plan:
    """Clocks, routes, severity, reports and limits."""

    calendar: WorkCalendar
    clocks: Mapping[Kind, clocks.ClockRules]
    routes: tuple[routing.Rule, ...]
    severity: severity.SeverityRules
    hops: hops.HopRules
    attachments: Attachments
    subkinds: Mapping[Kind, frozenset[str]]
    pause_causes: frozenset[str]
    opening: tuple[from_alert.OpenRule, ...] = ()  # cases from alerts without a person

    def clock(self, case: CaseState) -> clocks.Clock | None:
        """The clock of the present step; None: it has no limit."""
        rules, extended = self.clocks[case.kind], timedelta(seconds=case.extended_s)
        pauses = clocks.bounded(rules, self.calendar, case.pauses)
        return clocks.clock_of(rules, case.case_id, case.step, case.step_since, extended, pauses)

    def times(self, case: CaseState) -> tuple[datetime | None, datetime | None]:
        """From when the present step is nearly due, and when it is due; None: no limit.

        While its clock stands, both as if it did so to the end that it may.
        """
        clock = self.clock(case)
        if clock is None:
            return None, None
        return clocks.warn_at(clock, self.calendar, self.clocks[case.kind]), clocks.due_at(clock, self.calendar)

    def escalations(self, case: CaseState, lowest: clocks.Level, at: datetime) -> tuple[clocks.Escalation, ...]:
        """Those of the present step until a moment.

        Args:
            case: as it stands.
            lowest: level of the unit that leads its grid.
            at: the moment.
        """
        clock = self.clock(case)
        return clocks.escalations(clock, self.calendar, self.clocks[case.kind], lowest, at) if clock else ()

    def extension_fault(self, case: CaseState, seconds: int) -> str | None:
        """Why the present step cannot be extended by so much; None where it can."""
        rules, granted = self.clocks[case.kind], timedelta(seconds=case.extended_s)
        return clocks.extension_fault(rules, timedelta(seconds=seconds), granted, case.extensions)

    def pause_until(self, case: CaseState) -> datetime | None:
        """Until when its clock stands if nobody lets it go on; None: nobody stopped it."""
        if not case.is_paused:
            return None
        return clocks.bounded(self.clocks[case.kind], self.calendar, case.pauses)[-1].end

    def pause_from(self, case: CaseState, at: datetime) -> datetime | None:
        """Until when its clock would stand if it was stopped at a moment; None: it may not be."""
        until = self.pause_until(replace(case, pauses=(*case.pauses, (at, None))))
        return until if until is not None and until > at else None

    def pause_fault(self, case: CaseState, cause: str, reason: str) -> str | None:
        """Why the clock that was just stopped could not be; None where it could.

        Args:
            case: after its clock was stopped.
            cause: one of the list.
            reason: in words; the cause `other` has to have some.
        """
        if cause not in self.pause_causes:
            return f"there is no cause {cause} to stop a clock"
        if cause == OTHER and not reason.strip():
            return "say in words why"
        if self.pause_until(case) == case.pauses[-1][0]:
            return "its clock may not be stopped, or not any more"
        return None

    def judge(self, kind: Kind, facts: severity.SeverityFacts) -> severity.Judgement:
        """How grave it is, and whether it is a major matter."""
        return severity.judge(kind, facts, self.severity)

    def route(self, facts: routing.CaseFacts) -> routing.Route:
        """To which body it is proposed, and why."""
        return routing.propose(facts, self.routes)

    def reports(self, facts: hops.HopFacts, at: datetime) -> tuple[hops.Hop, ...]:
        """The reports of a major matter that go out at once."""
        return hops.plan(facts, self.hops, at)

    def report_to_opener(self, facts: hops.HopFacts, body: str, competences: Set[str], at: datetime) -> hops.Hop | None:
        """The report to the body that found it, which is told with the others; None: it is not one of them."""
        return hops.to_opener(facts, self.hops, body, competences, at)

    def reports_due(
        self, facts: hops.HopFacts, sent: Sequence[hops.Hop], receipts: Mapping[str, datetime], at: datetime
    ) -> hops.Due:
        """Which reports are late, and which that opens."""
        return hops.due(facts, self.hops, sent, receipts, at)
