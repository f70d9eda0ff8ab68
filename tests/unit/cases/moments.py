"""Moments and calendars for the tests of clocks; times of day are Beijing time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from maritime_grid.cases.calendar import Span, WorkCalendar

BEIJING = timedelta(hours=8)
DAY_HOURS: tuple[Span, ...] = ((time(8, 30), time(12)), (time(13, 30), time(17)))
OFFICE = WorkCalendar(
    BEIJING,
    (DAY_HOURS,) * 5 + ((), ()),
    {date(2026, 10, day): () for day in (1, 2, 5, 6, 7)} | {date(2026, 10, 10): DAY_HOURS},
)


def at(text: str) -> datetime:
    """`10-09 16:30` of 2026, Beijing time, as UTC."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC) - BEIJING


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def _after(start: datetime, days: int) -> st.SearchStrategy[datetime]:
    return st.timedeltas(timedelta(0), timedelta(days=days)).map(lambda passed: start + passed)


MOMENTS = _after(datetime(1990, 1, 1, tzinfo=UTC), 36_500)
NEAR_MOMENTS = _after(datetime(2026, 9, 24, tzinfo=UTC), 26)
AMOUNTS = st.timedeltas(timedelta(0), timedelta(days=900))


_DAYS: tuple[tuple[Span, ...], ...] = (
    (),
    DAY_HOURS,
    ((time(0), time(23, 59, 59)),),
    ((time(22), time(23, 30)),),
    ((time(0), time(0, 1)), (time(12), time(12, 7)), (time(12, 8), time(19))),
)
_SPANS = st.sampled_from(_DAYS)
_CHANGED = st.dictionaries(st.dates(date(2026, 9, 20), date(2026, 10, 25)) | st.dates(), _SPANS, max_size=8)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    """Any week with two hours of work or more, and days that differ, in and out of the moments' range."""
    week = list(draw(st.tuples(*[_SPANS] * 7)))
    week[draw(st.integers(0, 6))] = ((time(10), time(12)),)
    days = draw(_CHANGED)
    return WorkCalendar(timedelta(minutes=draw(st.integers(-14 * 60, 14 * 60))), tuple(week), days)
