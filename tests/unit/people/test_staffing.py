"""What a grid lacks on a day, from its terms of office."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.domain.people import EVERY_GRID, SEA_GRID, Post, Term, day_of, in_office, required, staffing

TODAY = date(2026, 5, 6)
SEA = {"G1": "inshore"}
_numbers = count(1)


def term(post: Post = Post.LEADER, since: date = date(2025, 1, 1), until: date | None = None, grid: str = "G1") -> Term:
    return Term(next(_numbers), grid, post, since, until, person_id=1)


def whole(kind: str = "inshore") -> list[Term]:
    return [term(post) for post in required(kind)]


def missing(terms: list[Term], on: date = TODAY, kinds: dict[str, str] = SEA) -> tuple[Post, ...]:
    (one,) = staffing(kinds, terms, on, 30)
    return one.missing


def test_grid_with_every_post_filled_lacks_nobody():
    (one,) = staffing(SEA, whole(), TODAY, 30)
    assert (one.missing, one.ending, one.complete) == ((), (), True)


@pytest.mark.parametrize("post", EVERY_GRID + SEA_GRID)
def test_sea_grid_lacks_each_post_that_nobody_holds(post: Post):
    assert missing([t for t in whole() if t.post is not post]) == (post,)


@pytest.mark.parametrize("kind", ["community", "exclusive"])
def test_grid_on_land_needs_no_participants_of_the_sea(kind: str):
    assert missing([term(post) for post in EVERY_GRID], kinds={"G1": kind}) == ()
    assert missing([], kinds={"G1": kind}) == EVERY_GRID


def test_part_time_workers_replace_no_full_time_worker():
    others = [t for t in whole() if t.post is not Post.FULL_TIME]
    assert missing([*others, term(Post.PART_TIME)]) == (Post.FULL_TIME,)


def test_post_that_ended_yesterday_leaves_its_grid_without_a_leader():
    others = [t for t in whole() if t.post is not Post.LEADER]
    assert missing([*others, term(until=TODAY)]) == (Post.LEADER,)
    assert missing([*others, term(until=TODAY + timedelta(days=1))]) == ()


def test_leader_who_begins_tomorrow_is_none_today():
    others = [t for t in whole() if t.post is not Post.LEADER]
    tomorrow = TODAY + timedelta(days=1)
    assert missing([*others, term(since=tomorrow)]) == (Post.LEADER,)
    assert missing([*others, term(since=tomorrow)], on=tomorrow) == ()


def test_staff_of_another_grid_fills_nothing_here():
    assert missing([replace(t, grid_id="G2") for t in whole()]) == EVERY_GRID + SEA_GRID


@pytest.mark.parametrize(("days", "told"), [(1, True), (30, True), (31, False)])
def test_term_that_ends_within_thirty_days_is_told(days: int, told: bool):
    ending = term(until=TODAY + timedelta(days=days))
    others = [t for t in whole() if t.post is not Post.LEADER]
    (one,) = staffing(SEA, [*others, ending], TODAY, 30)
    assert [e.term for e in one.ending] == ([ending] if told else [])


def test_ending_term_with_a_successor_is_told_as_followed():
    last = TODAY + timedelta(days=10)
    others = [t for t in whole() if t.post is not Post.LEADER]
    (followed,) = staffing(SEA, [*others, term(until=last), term(since=last)], TODAY, 30)
    (gap,) = staffing(SEA, [*others, term(until=last), term(since=last + timedelta(days=1))], TODAY, 30)
    assert [e.followed for e in followed.ending] == [True]
    assert [e.followed for e in gap.ending] == [False]


def test_void_term_was_never_in_office():
    assert not in_office(term(since=TODAY, until=TODAY), TODAY)


def test_day_of_beijing_begins_at_sixteen_hours_utc():
    assert day_of(datetime(2026, 5, 5, 15, 59, 59, tzinfo=UTC)) == date(2026, 5, 5)
    assert day_of(datetime(2026, 5, 5, 16, tzinfo=UTC)) == date(2026, 5, 6)


days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
terms = st.builds(
    lambda post, since, length, grid: Term(
        1, grid, post, since, None if length is None else since + timedelta(days=length), 1
    ),
    st.sampled_from(Post),
    days,
    st.none() | st.integers(0, 2000),
    st.sampled_from(["G1", "G2"]),
)


@given(st.lists(terms, max_size=12), days)
def test_missing_and_held_posts_together_are_the_required_ones(given_terms: list[Term], on: date):
    for one in staffing({"G1": "inshore", "G2": "community"}, given_terms, on, 30):
        held = {t.post for t in given_terms if t.grid_id == one.grid_id and in_office(t, on)}
        needed = set(required("inshore" if one.grid_id == "G1" else "community"))
        assert set(one.missing) == needed - held
        assert all(in_office(e.term, on) for e in one.ending)
