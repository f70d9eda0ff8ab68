"""The clock of a step (Art. 26): by when it is due, how much of the limit is used, when it goes up the tree.

A clock is facts; everything else follows from them and a moment. All that happens to it happens at a counted time
(the warning at a part of the limit, overdue at the limit, each escalation a span later), so that one function, from
counted time to moment, decides all, and asking often or seldom gives the same. A pause counts no longer than it may
last, whether somebody ended it or not: what is late does not hang on a press or on a timer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate, repeat
from typing import NamedTuple

from .calendar import ZERO, Counting, WorkCalendar, add, elapsed
from .kinds import Step


class Level(StrEnum):
    """A floor of the tree of jurisdictions, from below."""

    VILLAGE = "village"
    TOWNSHIP = "township"
    COUNTY = "county"
    CITY = "city"


LEVELS = tuple(Level)


class ClockState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands from `start` to `end`, as far as it may."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ClockRules:
    """Rules for the cases of one kind.

    Attributes:
        counting: which hours count.
        limits: of each open step, counted.
        warn_ratio: part of the limit at which to warn, above 0 and at most 1.
        answers: the level that answers for each step; its escalation begins one above.
        escalate_after: counted time from one escalation to the next; the last holds for all further.
        extension_max: all extensions of a step together.
        extension_count: how many extensions a step may have.
        pause_max: one pause, counted; 0: none.
        pause_total: all pauses of a step together.
    """

    counting: Counting
    limits: Mapping[Step, timedelta]
    warn_ratio: float
    answers: Mapping[Step, Level]
    escalate_after: tuple[timedelta, ...]
    extension_max: timedelta
    extension_count: int
    pause_max: timedelta
    pause_total: timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of one step of one case; entering the step again makes another.

    Attributes:
        case_id: the case.
        step: the step.
        started_at: when the step was entered, aware.
        limit: counted time with all extensions, above 0.
        kind: which hours count.
        pauses: in order, apart from one another, see `bounded`.
    """

    case_id: str
    step: Step
    started_at: datetime
    limit: timedelta
    kind: Counting
    pauses: tuple[Pause, ...] = ()


class Escalation(NamedTuple):
    """The step goes up to `level` at `at`; with case and start of the step a natural id."""

    level: Level
    at: datetime


def clock_of(
    rules: ClockRules,
    case_id: str,
    step: Step,
    started_at: datetime,
    extended: timedelta = ZERO,
    pauses: tuple[Pause, ...] = (),
) -> Clock | None:
    """The clock of a step as the rules have it; None where the step has no limit: the case is at its end."""
    limit = rules.limits.get(step)
    return None if limit is None else Clock(case_id, step, started_at, limit + extended, rules.counting, pauses)


def bounded(
    rules: ClockRules, calendar: WorkCalendar, said: Sequence[tuple[datetime, datetime | None]]
) -> tuple[Pause, ...]:
    """The pauses of a step as they count: none longer than it may last, all together not more than they may.

    Args:
        rules: of the case's kind.
        calendar: when offices work.
        said: when the clock was stopped and when somebody let it go on, in order; None: nobody has.
    """
    left, found = rules.pause_total, list[Pause]()
    for start, end in said:
        latest = add(calendar, start, min(rules.pause_max, left), rules.counting)
        found.append(Pause(start, latest if end is None else min(end, latest)))
        left -= elapsed(calendar, start, found[-1].end, rules.counting)
    return tuple(found)


def counted(clock: Clock, calendar: WorkCalendar, at: datetime) -> timedelta:
    """Time counted until a moment, without the pauses."""
    total = elapsed(calendar, clock.started_at, at, clock.kind)
    for pause in clock.pauses:
        start, end = max(pause.start, clock.started_at), min(pause.end, at)
        total -= elapsed(calendar, start, end, clock.kind)
    return total


def moment(clock: Clock, calendar: WorkCalendar, time: timedelta) -> datetime:
    """First moment at which so much is counted."""
    from_ = clock.started_at
    for pause in clock.pauses:
        run = elapsed(calendar, from_, pause.start, clock.kind)
        if time <= run:
            break
        time -= run
        from_ = max(from_, pause.end)
    return add(calendar, from_, time, clock.kind)


def due_at(clock: Clock, calendar: WorkCalendar) -> datetime:
    """When the limit is used up; while the clock stands, at the latest: it may go on earlier."""
    return moment(clock, calendar, clock.limit)


def warn_at(clock: Clock, calendar: WorkCalendar, rules: ClockRules) -> datetime:
    """When to warn; while the clock stands, at the latest."""
    return moment(clock, calendar, clock.limit * rules.warn_ratio)


def used(clock: Clock, calendar: WorkCalendar, at: datetime) -> float:
    """Part of the limit that is used; above 1 when overdue."""
    return counted(clock, calendar, at) / clock.limit


def state(clock: Clock, calendar: WorkCalendar, rules: ClockRules, at: datetime) -> ClockState:
    """How the step stands; overdue from `due_at` on."""
    time = counted(clock, calendar, at)
    if time >= clock.limit:
        return ClockState.OVERDUE
    return ClockState.WARNING if time >= clock.limit * rules.warn_ratio else ClockState.OK


def escalations(
    clock: Clock, calendar: WorkCalendar, rules: ClockRules, lowest: Level, at: datetime
) -> tuple[Escalation, ...]:
    """All escalations of the step until a moment, in order.

    Args:
        clock: of the step.
        calendar: when offices work.
        rules: of the case's kind.
        lowest: level of the unit that leads its grid: nothing goes up to it or below.
        at: the moment.
    """
    return tuple(e for e in _steps_up(clock, calendar, rules, lowest) if e.at <= at)


def next_change(
    clock: Clock, calendar: WorkCalendar, rules: ClockRules, lowest: Level, at: datetime
) -> datetime | None:
    """First moment after `at` at which the clock warns, is overdue or goes up; None: never more."""
    moments = [warn_at(clock, calendar, rules), due_at(clock, calendar)]
    moments += [e.at for e in _steps_up(clock, calendar, rules, lowest)]
    return min((m for m in moments if m > at), default=None)


def extension_fault(rules: ClockRules, asked: timedelta, granted: timedelta, count: int) -> str | None:
    """Why a step cannot be extended so; None where it can.

    Args:
        rules: of the case's kind.
        asked: counted time that is asked for.
        granted: in this step before.
        count: extensions of this step before.
    """
    if count >= rules.extension_count:
        return f"a step is extended at most {rules.extension_count} times"
    if granted + asked > rules.extension_max:
        left = (rules.extension_max - granted) // timedelta(minutes=1)
        return f"at most {max(left, 0)} more minutes can be granted"
    return None


def _steps_up(clock: Clock, calendar: WorkCalendar, rules: ClockRules, lowest: Level) -> list[Escalation]:
    answering = max(LEVELS.index(rules.answers[clock.step]), LEVELS.index(lowest))
    above = LEVELS[answering + 1 :]
    gaps = [ZERO, *rules.escalate_after, *repeat(rules.escalate_after[-1], len(above))]
    times = (clock.limit + gap for gap in accumulate(gaps))
    return [Escalation(level, moment(clock, calendar, time)) for level, time in zip(above, times, strict=False)]
