from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maritime_grid.cases.calendar import Counting, WorkCalendar, add, elapsed
from maritime_grid.cases.clocks import (
    LEVELS,
    Clock,
    ClockRules,
    ClockState,
    Escalation,
    Level,
    Pause,
    bounded,
    clock_of,
    counted,
    due_at,
    escalations,
    extension_fault,
    next_change,
    state,
    used,
    warn_at,
)
from maritime_grid.cases.kinds import OPEN_STEPS, Step

from .moments import NEAR_MOMENTS, OFFICE, at, calendars, hours

RULES = ClockRules(
    counting=Counting.WORKING,
    limits=dict.fromkeys(OPEN_STEPS, hours(7)),
    warn_ratio=0.8,
    answers={step: Level.VILLAGE if step == Step.RECEIVED else Level.TOWNSHIP for step in OPEN_STEPS},
    escalate_after=(hours(7),),
    extension_max=hours(14),
    extension_count=2,
    pause_max=hours(14),
    pause_total=hours(21),
)
LIMITS = st.timedeltas(timedelta(minutes=1), timedelta(days=20))
SPANS = st.timedeltas(timedelta(0), timedelta(days=20))
DAY = hours(7)
MICROSECOND = timedelta(microseconds=1)
Said = list[tuple[datetime, datetime | None]]


def clock(start: str, *pauses: Pause, step: Step = Step.RECEIVED, limit: timedelta = DAY) -> Clock:
    return Clock("C1", step, at(start), limit, Counting.WORKING, pauses)


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    edges = sorted(draw(st.lists(NEAR_MOMENTS, max_size=7)))
    pauses = tuple(Pause(start, end) for start, end in zip(edges[0::2], edges[1::2], strict=False))
    return Clock("C1", draw(st.sampled_from(sorted(OPEN_STEPS))), draw(NEAR_MOMENTS), draw(LIMITS),
                 draw(st.sampled_from(Counting)), pauses)  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> ClockRules:
    spans = tuple(draw(st.lists(LIMITS, min_size=1, max_size=3)))
    one, all_of_them = sorted(draw(st.lists(SPANS, min_size=2, max_size=2)))
    return replace(
        RULES, counting=draw(st.sampled_from(Counting)), warn_ratio=draw(st.floats(0.01, 1)), escalate_after=spans,
        pause_max=one, pause_total=all_of_them,
    )  # fmt: skip


@st.composite
def said(draw: st.DrawFn, start: datetime) -> list[tuple[datetime, datetime | None]]:
    """When people stopped a clock that began at `start` and let it go on, the last perhaps not yet."""
    edges = sorted(start + span for span in draw(st.lists(SPANS, max_size=7)))
    ends: list[datetime | None] = [*edges[1::2], *([None] if len(edges) % 2 else [])]
    return list(zip(edges[0::2], ends, strict=True))


def as_known(pauses: Said, moment: datetime) -> Said:
    """What was said until a moment: pauses after it are not there yet, one that nobody has ended is open."""
    seen = [(start, end) for start, end in pauses if start <= moment]
    return [(start, end if end is not None and end <= moment else None) for start, end in seen]


def stopped(calendar: WorkCalendar, c: Clock, r: ClockRules, pauses: Said) -> Clock:
    """The clock as commands make it of what was said."""
    return replace(c, kind=r.counting, pauses=bounded(r, calendar, pauses))


def test_step_is_due_when_its_working_hours_are_used() -> None:
    assert due_at(clock("10-08 15:00"), OFFICE) == at("10-09 15:00")


def test_clock_warns_at_its_part_of_the_limit_and_is_overdue_at_the_limit() -> None:
    c = clock("10-08 08:30", limit=hours(5))
    assert warn_at(c, OFFICE, RULES) == at("10-08 14:00")
    moments = ("10-08 13:59", "10-08 14:00", "10-08 14:59", "10-08 15:00")
    states = [state(c, OFFICE, RULES, at(m)) for m in moments]
    assert states == [ClockState.OK, ClockState.WARNING, ClockState.WARNING, ClockState.OVERDUE]
    assert used(c, OFFICE, at("10-08 12:00")) == pytest.approx(0.7)


def test_night_and_holidays_use_nothing() -> None:
    c = clock("09-30 16:00")
    assert used(c, OFFICE, at("09-30 17:00")) == used(c, OFFICE, at("10-08 08:30")) == pytest.approx(1 / 7)


def test_clock_that_nobody_lets_go_on_goes_on_by_itself() -> None:
    c = stopped(OFFICE, clock("10-08 08:30"), RULES, [(at("10-08 10:00"), None)])
    assert c.pauses == (Pause(at("10-08 10:00"), at("10-10 10:00")),)  # 14 working hours
    assert state(c, OFFICE, RULES, at("10-10 10:00")) == ClockState.OK
    assert due_at(c, OFFICE) == at("10-10 17:00")
    assert state(c, OFFICE, RULES, at("10-10 17:00")) == ClockState.OVERDUE


def test_pauses_of_a_step_share_what_they_may_last_together() -> None:
    said = [(at("10-08 08:30"), at("10-09 17:00")), (at("10-10 08:30"), at("10-10 12:00")), (at("10-12 08:30"), None)]
    found = bounded(RULES, OFFICE, said)
    assert [p.end for p in found[:2]] == [at("10-09 17:00"), at("10-10 12:00")]
    assert elapsed(OFFICE, found[2].start, found[2].end, Counting.WORKING) == hours(21 - 14 - 3.5)


def test_kind_without_pauses_counts_none() -> None:
    rules = replace(RULES, pause_max=hours(0), pause_total=hours(0))
    c = stopped(OFFICE, clock("10-08 08:30"), rules, [(at("10-08 10:00"), None)])
    assert due_at(c, OFFICE) == at("10-08 17:00")


def test_pause_after_the_limit_leaves_the_step_overdue() -> None:
    c = clock("10-08 08:30", Pause(at("10-09 10:00"), at("10-12 10:00")))
    assert due_at(c, OFFICE) == at("10-08 17:00")


def test_pause_that_begins_when_the_limit_is_used_up_changes_nothing() -> None:
    c = clock("10-08 08:30", Pause(at("10-08 17:00"), at("10-09 10:00")))
    assert due_at(c, OFFICE) == at("10-08 17:00")


def test_pause_begun_in_the_step_before_counts_from_the_start() -> None:
    c = clock("10-08 09:30", Pause(at("10-08 08:30"), at("10-08 10:30")), limit=hours(1))
    assert counted(c, OFFICE, at("10-08 11:00")) == hours(0.5)
    assert due_at(c, OFFICE) == at("10-08 11:30")


def test_step_entered_again_has_its_whole_limit() -> None:
    first = clock_of(RULES, "C1", Step.HANDLING, at("10-08 08:30"), extended=hours(7))
    again = clock_of(RULES, "C1", Step.HANDLING, at("10-09 08:30"))
    assert first is not None
    assert again is not None
    assert due_at(first, OFFICE) == at("10-09 17:00")
    assert due_at(again, OFFICE) == at("10-09 17:00")


def test_closed_case_has_no_clock() -> None:
    assert clock_of(RULES, "C1", Step.CLOSED, at("10-08 08:30")) is None


def test_overdue_village_goes_up_level_by_level_each_span() -> None:
    found = escalations(clock("10-08 08:30"), OFFICE, RULES, Level.VILLAGE, at("10-31 00:00"))
    assert found == (
        Escalation(Level.TOWNSHIP, at("10-08 17:00")),
        Escalation(Level.COUNTY, at("10-09 17:00")),
        Escalation(Level.CITY, at("10-10 17:00")),
    )


def test_step_goes_up_at_the_moment_itself() -> None:
    levels = [len(escalations(clock("10-08 08:30"), OFFICE, RULES, Level.VILLAGE, at(f"10-09 {time}")))
              for time in ("16:59", "17:00")]  # fmt: skip
    assert levels == [1, 2]


@pytest.mark.parametrize(
    ("step", "lowest", "levels"),
    [
        (Step.RECEIVED, Level.VILLAGE, [Level.TOWNSHIP, Level.COUNTY, Level.CITY]),
        (Step.RECEIVED, Level.TOWNSHIP, [Level.COUNTY, Level.CITY]),
        (Step.HANDLING, Level.VILLAGE, [Level.COUNTY, Level.CITY]),
        (Step.HANDLING, Level.CITY, []),
    ],
)
def test_step_goes_up_from_who_answers_and_never_to_who_leads(step: Step, lowest: Level, levels: list[Level]) -> None:
    found = escalations(clock("10-08 08:30", step=step), OFFICE, RULES, lowest, at("12-31 00:00"))
    assert [level for level, _ in found] == levels


def test_escalation_stops_while_the_clock_stands() -> None:
    c = clock("10-08 08:30", Pause(at("10-09 12:00"), at("10-12 12:00")))
    found = escalations(c, OFFICE, RULES, Level.VILLAGE, at("10-31 00:00"))
    assert [moment for _, moment in found] == [at("10-08 17:00"), at("10-12 17:00"), at("10-13 17:00")]


def test_timer_wakes_at_each_change_and_then_no_more() -> None:
    c = clock("10-08 08:30")
    moments = [at("10-08 08:30")]
    while (following := next_change(c, OFFICE, RULES, Level.VILLAGE, moments[-1])) is not None:
        moments.append(following)
    assert moments[1:] == [at("10-08 15:36"), at("10-08 17:00"), at("10-09 17:00"), at("10-10 17:00")]


@given(calendars(), clocks(), NEAR_MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_pause_moves_the_due_moment_by_its_counted_time(
    calendar: WorkCalendar, c: Clock, start: datetime, length: timedelta
) -> None:
    c = replace(c, pauses=())
    due = due_at(c, calendar)
    assume(c.started_at <= start < due)
    pause = Pause(start, start + length)
    moved = due_at(replace(c, pauses=(pause,)), calendar)
    assert elapsed(calendar, due, moved, c.kind) == elapsed(calendar, start, start + length, c.kind)


@given(calendars(), clocks(), LIMITS)
def test_extension_moves_the_due_moment_by_itself(calendar: WorkCalendar, c: Clock, more: timedelta) -> None:
    c = replace(c, pauses=())
    due, later = due_at(c, calendar), due_at(replace(c, limit=c.limit + more), calendar)
    assert elapsed(calendar, due, later, c.kind) == more


@given(calendars(), clocks(), rules(), st.data())
def test_deadline_is_never_later_than_limit_and_pauses_allow(
    calendar: WorkCalendar, c: Clock, r: ClockRules, data: st.DataObject
) -> None:
    c = replace(c, kind=r.counting)  # its limit is with all extensions
    pauses = data.draw(said(c.started_at))
    due = due_at(stopped(calendar, c, r, pauses), calendar)
    assert due <= add(calendar, c.started_at, c.limit + r.pause_total, c.kind)
    assert due <= add(calendar, c.started_at, c.limit + r.pause_max * len(pauses), c.kind)
    assert due >= add(calendar, c.started_at, c.limit, c.kind)


@given(calendars(), clocks(), rules(), st.data())
def test_letting_a_clock_go_on_never_moves_a_deadline_back(
    calendar: WorkCalendar, c: Clock, r: ClockRules, data: st.DataObject
) -> None:
    pauses = data.draw(said(c.started_at).filter(bool))
    start, end = pauses[-1]
    standing = due_at(stopped(calendar, c, r, [*pauses[:-1], (start, None)]), calendar)
    ended = due_at(stopped(calendar, c, r, [*pauses[:-1], (start, end or start)]), calendar)
    assert ended <= standing
    late = bounded(r, calendar, [(start, None)] if len(pauses) == 1 else [*pauses[:-1], (start, None)])[-1].end
    assert due_at(stopped(calendar, c, r, [*pauses[:-1], (start, late + DAY)]), calendar) == standing


@given(calendars(), clocks(), rules(), st.lists(NEAR_MOMENTS, max_size=6).map(sorted))
def test_state_only_gets_worse(calendar: WorkCalendar, c: Clock, r: ClockRules, moments: list[datetime]) -> None:
    order = list(ClockState)
    states = [order.index(state(c, calendar, r, m)) for m in moments]
    assert states == sorted(states)


@given(calendars(), clocks(), rules())
def test_state_changes_exactly_at_its_moments(calendar: WorkCalendar, c: Clock, r: ClockRules) -> None:
    due, warn = due_at(c, calendar), warn_at(c, calendar, r)
    assert warn <= due
    assert state(c, calendar, r, due) == ClockState.OVERDUE
    assert state(c, calendar, r, due - MICROSECOND) != ClockState.OVERDUE
    assert counted(c, calendar, due) == c.limit
    assert state(c, calendar, r, warn) != ClockState.OK
    assert state(c, calendar, r, warn - MICROSECOND) == ClockState.OK


@given(calendars(), clocks(), rules(), st.sampled_from(LEVELS), st.data())
def test_evaluating_at_any_moments_on_the_way_gives_the_same_escalations(
    calendar: WorkCalendar, c: Clock, r: ClockRules, lowest: Level, data: st.DataObject
) -> None:
    pauses = data.draw(said(c.started_at))
    moments = [c.started_at + span for span in data.draw(st.lists(SPANS, min_size=1, max_size=6))]

    def gone_up(m: datetime) -> set[Escalation]:
        return set(escalations(stopped(calendar, c, r, as_known(pauses, m)), calendar, r, lowest, m))

    written = {e for m in moments for e in gone_up(m)}
    assert written == gone_up(max(moments))
    assert len({e.level for e in written}) == len(written)


@given(calendars(), clocks(), rules(), st.sampled_from(LEVELS), NEAR_MOMENTS)
def test_nothing_changes_before_the_next_change(
    calendar: WorkCalendar, c: Clock, r: ClockRules, lowest: Level, moment: datetime
) -> None:
    def seen(m: datetime) -> tuple[ClockState, tuple[Escalation, ...]]:
        return state(c, calendar, r, m), escalations(c, calendar, r, lowest, m)

    following = next_change(c, calendar, r, lowest, moment)
    if following is None:
        assert seen(moment) == seen(moment + timedelta(days=4000))
    else:
        assert following > moment
        assert seen(moment) == seen(following - MICROSECOND)
        assert seen(moment) != seen(following)


@pytest.mark.parametrize(
    ("asked", "granted", "count", "fault"),
    [
        (hours(7), hours(0), 0, None),
        (hours(7), hours(7), 1, None),
        (hours(8), hours(7), 1, "at most 420 more minutes"),
        (hours(1), hours(1), 2, "at most 2 times"),
    ],
)
def test_extension_is_bounded_in_length_and_number(
    asked: timedelta, granted: timedelta, count: int, fault: str | None
) -> None:
    found = extension_fault(RULES, asked, granted, count)
    assert found is None if fault is None else fault in str(found)
