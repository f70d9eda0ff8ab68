from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.cases.calendar import Counting, WorkCalendar, add, elapsed

from .moments import AMOUNTS, BEIJING, DAY_HOURS, MOMENTS, NEAR_MOMENTS, OFFICE, at, calendars, hours

KINDS = st.sampled_from(Counting)
ANY_MOMENTS = MOMENTS | NEAR_MOMENTS
MICROSECOND = timedelta(microseconds=1)


@given(calendars(), ANY_MOMENTS, AMOUNTS, KINDS)
def test_what_is_added_has_elapsed(calendar: WorkCalendar, start: datetime, amount: timedelta, kind: Counting) -> None:
    assert elapsed(calendar, start, add(calendar, start, amount, kind), kind) == amount


@given(calendars(), ANY_MOMENTS, AMOUNTS.filter(bool), KINDS)
def test_added_moment_is_the_first_at_which_it_has_elapsed(
    calendar: WorkCalendar, start: datetime, amount: timedelta, kind: Counting
) -> None:
    end = add(calendar, start, amount, kind)
    assert end > start
    assert elapsed(calendar, start, end - MICROSECOND, kind) < amount


@given(calendars(), st.lists(ANY_MOMENTS, min_size=3, max_size=3).map(sorted), KINDS)
def test_parts_of_a_span_make_the_whole(calendar: WorkCalendar, moments: list[datetime], kind: Counting) -> None:
    start, middle, end = moments
    parts = elapsed(calendar, start, middle, kind) + elapsed(calendar, middle, end, kind)
    assert parts == elapsed(calendar, start, end, kind)


@given(calendars(), ANY_MOMENTS, AMOUNTS, AMOUNTS, KINDS)
def test_adding_twice_is_adding_the_sum(
    calendar: WorkCalendar, start: datetime, first: timedelta, second: timedelta, kind: Counting
) -> None:
    assert add(calendar, add(calendar, start, first, kind), second, kind) == add(calendar, start, first + second, kind)


@given(calendars(), ANY_MOMENTS, ANY_MOMENTS, AMOUNTS, KINDS)
def test_later_start_ends_no_earlier(
    calendar: WorkCalendar, a: datetime, b: datetime, amount: timedelta, kind: Counting
) -> None:
    a, b = sorted((a, b))
    assert add(calendar, a, amount, kind) <= add(calendar, b, amount, kind)


@given(calendars(), ANY_MOMENTS, ANY_MOMENTS)
def test_working_time_is_never_longer_than_time(calendar: WorkCalendar, a: datetime, b: datetime) -> None:
    a, b = sorted((a, b))
    assert timedelta(0) <= elapsed(calendar, a, b, Counting.WORKING) <= b - a


@given(calendars(), NEAR_MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_working_time_is_that_of_a_walk_over_the_days(
    calendar: WorkCalendar, start: datetime, length: timedelta
) -> None:
    end = start + length
    local = start.replace(tzinfo=None) + calendar.offset, end.replace(tzinfo=None) + calendar.offset
    walked = timedelta(0)
    for n in range((local[1].date() - local[0].date()).days + 1):
        day = local[0].date() + timedelta(days=n)
        for from_, to in calendar.days.get(day, calendar.week[day.weekday()]):
            begin, stop = max(local[0], datetime.combine(day, from_)), min(local[1], datetime.combine(day, to))
            walked += max(timedelta(0), stop - begin)
    assert elapsed(calendar, start, end, Counting.WORKING) == walked


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("10-08 09:00", hours(1), "10-08 10:00"),
        ("10-08 11:30", hours(1), "10-08 14:00"),  # over lunch
        ("10-08 16:00", hours(1), "10-08 17:00"),  # ends with the day, not on the next
        ("10-08 16:30", hours(1), "10-09 09:00"),
        ("10-08 23:00", hours(1), "10-09 09:30"),
        ("10-09 16:30", hours(1), "10-10 09:00"),  # a Saturday that is worked
        ("10-10 16:30", hours(1), "10-12 09:00"),  # over Sunday
        ("09-30 16:00", hours(2), "10-08 09:30"),  # over the National Day week
        ("10-03 12:00", timedelta(0), "10-03 12:00"),
    ],
)
def test_working_hours_run_on_working_days_alone(start: str, amount: timedelta, end: str) -> None:
    assert add(OFFICE, at(start), amount, Counting.WORKING) == at(end)


def test_all_hours_run_on_holidays_too() -> None:
    assert add(OFFICE, at("10-01 23:00"), hours(2), Counting.ALL) == at("10-02 01:00")


def test_clock_in_another_zone_is_the_same_moment() -> None:
    start = at("10-08 11:30")
    there = start.astimezone(timezone(timedelta(hours=-5)))
    end = add(OFFICE, there, hours(1), Counting.WORKING)
    assert end == at("10-08 14:00")
    assert end.tzinfo is UTC


def test_span_over_a_thousand_years_is_counted_at_once() -> None:
    start, end = datetime(2000, 1, 3, tzinfo=UTC), datetime(4000, 1, 3, tzinfo=UTC)
    worked = elapsed(OFFICE, start, end, Counting.WORKING)
    assert worked > hours(7 * 5 * 52 * 2000)
    assert add(OFFICE, start, worked, Counting.WORKING) <= end


def test_span_backwards_is_nothing() -> None:
    assert elapsed(OFFICE, at("10-09 10:00"), at("10-08 10:00"), Counting.WORKING) == timedelta(0)


def test_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        add(OFFICE, at("10-08 10:00"), -hours(1), Counting.WORKING)


def test_week_without_work_is_refused() -> None:
    with pytest.raises(ValueError, match="some work"):
        WorkCalendar(BEIJING, ((),) * 7, {date(2026, 1, 1): DAY_HOURS})


@pytest.mark.parametrize("spans", [((time(9), time(9)),), ((time(9), time(12)), (time(11), time(17)))])
def test_spans_that_cross_are_refused(spans: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="follow one another"):
        WorkCalendar(BEIJING, (spans,) * 7, {})


def test_years_with_listed_days_are_known() -> None:
    assert OFFICE.years == {2026}


def test_year_without_listed_days_is_told_in_time_to_list_it() -> None:
    asked = [("2026-05-06", None), ("2026-10-31", None), ("2026-11-02", 2027), ("2027-02-01", 2027)]
    assert [(day, OFFICE.unlisted_year(datetime.fromisoformat(f"{day}T12:00+08:00"))) for day, _ in asked] == asked
    assert OFFICE.unlisted_year(datetime(2026, 12, 31, 16, 1, tzinfo=UTC)) == 2027
