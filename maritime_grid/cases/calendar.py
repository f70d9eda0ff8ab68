"""Time that counts: working hours of offices with holidays and made-up working days, or all hours.

Both kinds are one function that rises with time; `elapsed` is a difference of it and `add` its inverse, so that
the two agree to the microsecond, over any span, without walking through it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise

ZERO = timedelta(0)
WEEK_DAYS = 7
_DAY = timedelta(days=1)
_FIRST = datetime(1, 1, 1, tzinfo=UTC)  # a Monday, day 0 of the count
_FIRST_ORDINAL = date(1, 1, 1).toordinal()

Span = tuple[time, time]  # of one local day: from, to


class Counting(StrEnum):
    """Which hours count."""

    WORKING = "working"
    ALL = "all"


@dataclass(frozen=True)
class WorkCalendar:
    """When offices work, at one offset from UTC.

    Attributes:
        offset: local time minus UTC. Fixed: China has had no summer time since 1991.
        week: spans of Monday to Sunday, each day in order and apart from one another.
        days: spans of the days that differ from their weekday: none for a holiday 节假日, some for a made-up
            working day 调休上班.

    Raises: ValueError: spans cross, or no day of the week has any.
    """

    offset: timedelta
    week: tuple[tuple[Span, ...], ...]
    days: Mapping[date, tuple[Span, ...]]
    _week: tuple[timedelta, ...] = field(init=False, repr=False, compare=False)
    _ordinals: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _changes: tuple[timedelta, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for spans in (*self.week, *self.days.values()):
            edges = [edge for span in spans for edge in span]
            if any(a >= b for a, b in pairwise(edges)):
                raise ValueError("spans of a day must follow one another, each ending after it begins")
        if len(self.week) != WEEK_DAYS or not any(self.week):
            raise ValueError("give the spans of seven days, and some work in them")
        ordinals = sorted(day.toordinal() - _FIRST_ORDINAL for day in self.days)
        by_day = {day.toordinal() - _FIRST_ORDINAL: _total(spans) for day, spans in self.days.items()}
        changes = [by_day[day] - _total(self.week[day % WEEK_DAYS]) for day in ordinals]
        object.__setattr__(self, "_week", (ZERO, *accumulate(map(_total, self.week))))
        object.__setattr__(self, "_ordinals", tuple(ordinals))
        object.__setattr__(self, "_changes", (ZERO, *accumulate(changes)))

    @property
    def years(self) -> frozenset[int]:
        """Years for which any holiday is listed; in others only weekends are free."""
        return frozenset(day.year for day in self.days)

    def unlisted_year(self, at: datetime) -> int | None:
        """The year whose holidays must be listed now and are not; None: all is well.

        From November on that is the next year too: the state announces it about then, and clocks of forty working days
        reach into it.
        """
        local = at.astimezone(UTC) + self.offset
        return next((y for y in (local.year, (local + timedelta(days=61)).year) if y not in self.years), None)

    def spans(self, day: int) -> tuple[Span, ...]:
        """Working spans of a local day, counted from 0001-01-01."""
        at = bisect_left(self._ordinals, day)
        if at < len(self._ordinals) and self._ordinals[at] == day:
            return self.days[date.fromordinal(day + _FIRST_ORDINAL)]
        return self.week[day % WEEK_DAYS]

    def before(self, day: int) -> timedelta:
        """Working time of all days before this one: whole weeks, days of the last, and what days changed."""
        weeks, rest = divmod(day, WEEK_DAYS)
        return self._week[-1] * weeks + self._week[rest] + self._changes[bisect_left(self._ordinals, day)]

    def worked(self, at: datetime) -> timedelta:
        """Working time from the beginning of the count until a moment."""
        local = at - _FIRST + self.offset
        clock = local % _DAY
        return self.before(local // _DAY) + sum((_part(span, clock) for span in self.spans(local // _DAY)), ZERO)

    def reached(self, worked: timedelta, from_: datetime) -> datetime:
        """First moment after `from_` at which `worked` is reached; more than was worked until `from_`."""
        low = (from_ - _FIRST + self.offset) // _DAY
        weeks = (worked - self.before(low)) // self._week[-1] + len(self._ordinals)
        high = low + (weeks + 1) * WEEK_DAYS
        while high - low > 1:  # invariant: before(low) < worked <= before(high)
            middle = (low + high) // 2
            low, high = (middle, high) if self.before(middle) < worked else (low, middle)
        return _FIRST + (low * _DAY + _within(self.spans(low), worked - self.before(low)) - self.offset)


def elapsed(calendar: WorkCalendar, start: datetime, end: datetime, kind: Counting) -> timedelta:
    """Time that counts between two aware moments; 0 where `end` is not after `start`."""
    if end <= start:
        return ZERO
    if kind == Counting.ALL:
        return end - start
    return calendar.worked(end) - calendar.worked(start)


def add(calendar: WorkCalendar, start: datetime, amount: timedelta, kind: Counting) -> datetime:
    """First moment from `start` on at which `amount` has elapsed, UTC.

    Args:
        calendar: when offices work.
        start: aware.
        amount: not negative; 0 gives `start` itself, in or out of hours.
        kind: which hours count.

    Raises: OverflowError: beyond the year 9999.
    """
    if amount < ZERO:
        raise ValueError("an amount of time to add is not negative")
    if kind == Counting.ALL or amount == ZERO:
        return start.astimezone(UTC) + amount
    return calendar.reached(calendar.worked(start) + amount, start)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _total(spans: tuple[Span, ...]) -> timedelta:
    return sum((_since_midnight(to) - _since_midnight(from_) for from_, to in spans), ZERO)


def _part(span: Span, clock: timedelta) -> timedelta:
    """How much of the span has passed at this time of the day."""
    from_, to = map(_since_midnight, span)
    return max(ZERO, min(clock, to) - from_)


def _within(spans: tuple[Span, ...], worked: timedelta) -> timedelta:
    """Time of the day at which so much was worked: above 0, and at most the whole day."""
    for from_, to in spans:
        length = _since_midnight(to) - _since_midnight(from_)
        if worked <= length:
            return _since_midnight(from_) + worked
        worked -= length
    raise AssertionError("more than the day holds")
