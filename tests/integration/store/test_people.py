"""People and their posts in a real store: terms of office, badges, work items; who may change what."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.badges import Standing, well_formed
from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.domain.items import State, Trigger
from maritime_grid.domain.people import Post
from maritime_grid.store import people_reads
from maritime_grid.store.errors import StoreError, StoreRefused
from maritime_grid.store.items import item_versions, published_items
from maritime_grid.store.people import NewTerm, People, Person
from maritime_grid.store.registry import PlaceInput
from maritime_grid.store.writer import Store

from .case_build import NOW, ask
from .people_build import DAY, TODAY, accounts, conn, dsn, leader, people

__all__ = ["accounts", "conn", "dsn", "people"]
SQUARE = {"type": "Polygon", "coordinates": [[[122, 30], [122.1, 30], [122.1, 30.1], [122, 30]]]}


def held(conn: psycopg.Connection[Any], on: date, grid: str = "G1") -> list[tuple[str, int | None]]:
    return [(p.post, p.person_id) for p in people_reads.posts(conn, grid_id=grid, on=on)]


# terms of office


def test_grid_has_its_leader_as_of_any_day(people: People, conn: psycopg.Connection[Any]):
    people.appoint(leader(1, date(2025, 1, 1), date(2026, 1, 1)), "me", NOW)
    people.appoint(leader(2, date(2026, 1, 1)), "me", NOW)
    assert held(conn, date(2024, 12, 31)) == []
    assert held(conn, date(2025, 12, 31)) == [("leader", 1)]
    assert held(conn, date(2026, 1, 1)) == [("leader", 2)]


@pytest.mark.parametrize("post", [Post.LEADER, Post.PARTY_SECRETARY])
def test_second_leader_or_secretary_at_one_time_is_refused(people: People, post: Post):
    form = "branch" if post is Post.PARTY_SECRETARY else None
    people.appoint(NewTerm("G1", post, TODAY, 1, party_form=form), "me", NOW)
    with pytest.raises(StoreRefused, match=f"grid G1 has its {post} from 2026-05-06 to further notice already"):
        people.appoint(NewTerm("G1", post, TODAY + 100 * DAY, 2, party_form=form), "me", NOW)
    people.appoint(NewTerm("G2", post, TODAY, 2, party_form=form), "me", NOW)


def test_grid_has_any_number_of_workers_but_each_person_once(people: People):
    for person in (1, 2):
        people.appoint(NewTerm("G1", Post.PART_TIME, TODAY, person), "me", NOW)
    with pytest.raises(StoreRefused, match="already"):
        people.appoint(NewTerm("G1", Post.PART_TIME, TODAY + DAY, 1), "me", NOW)


def test_of_two_who_appoint_a_leader_at_once_one_is_refused(people: People, conn: psycopg.Connection[Any]):
    barrier = Barrier(8)

    def appoint(person: int) -> str:
        barrier.wait()
        try:
            people.appoint(leader(person % 7 + 1), "me", NOW)
        except StoreRefused:
            return "refused"
        return "done"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(appoint, range(8)))
    assert sorted(results) == ["done"] + ["refused"] * 7
    assert len(held(conn, TODAY)) == 1


@pytest.mark.parametrize("level", ["read committed", "repeatable read", "serializable"])
def test_schema_itself_keeps_one_leader_at_every_level_of_isolation(dsn: str, level: str):
    add = "insert into mg.post (grid_id, post, person_id, since) values ('G1', 'leader', %s, '2026-01-01')"
    with psycopg.connect(dsn) as first, psycopg.connect(dsn) as second:
        for conn in (first, second):
            conn.execute(f"set transaction isolation level {level}")  # pyright: ignore[reportArgumentType]
            conn.execute("select count(*) from mg.post")
        first.execute(add, [1])
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(second.execute, add, [2])
            first.commit()
            with pytest.raises((pg.ExclusionViolation, pg.SerializationFailure)):
                waiting.result(timeout=30)
        second.rollback()
    assert ask(dsn, "select count(*) from mg.post") == [(1,)]


def test_replacing_a_leader_leaves_no_day_without_and_none_with_two(people: People, conn: psycopg.Connection[Any]):
    people.appoint(leader(1, date(2025, 1, 1), date(2027, 1, 1)), "me", NOW)
    people.replace_leader(leader(2, TODAY, reason="退休"), "me", NOW)
    assert held(conn, TODAY - DAY) == [("leader", 1)]
    assert held(conn, TODAY) == [("leader", 2)]
    assert [p.until for p in people_reads.posts(conn, grid_id="G1")] == [TODAY, None]


def test_replacement_that_fails_leaves_the_leader_in_office(people: People, conn: psycopg.Connection[Any]):
    people.appoint(leader(1, date(2025, 1, 1)), "me", NOW)
    with pytest.raises(StoreError):
        people.replace_leader(leader(999, TODAY), "me", NOW)
    assert [(p.person_id, p.until) for p in people_reads.posts(conn, grid_id="G1")] == [(1, None)]


def test_replacement_before_a_later_leader_is_refused(people: People):
    people.appoint(leader(1, TODAY + 10 * DAY), "me", NOW)
    with pytest.raises(UsageError, match="a leader is appointed from 2026-05-16 on; end that term first"):
        people.replace_leader(leader(2, TODAY), "me", NOW)


def test_term_made_in_error_is_void_and_stays_in_the_history(people: People, conn: psycopg.Connection[Any]):
    post_id = people.appoint(leader(1, TODAY), "me", NOW)
    people.end(post_id, TODAY, "me", NOW, "录入错误")
    people.appoint(leader(2, TODAY), "me", NOW)
    assert held(conn, TODAY) == [("leader", 2)]
    assert len(people_reads.posts(conn, grid_id="G1")) == 2
    with pytest.raises(UsageError, match="this term began on 2026-05-06"):
        people.end(post_id, TODAY - DAY, "me", NOW)


def test_history_of_posts_cannot_be_rewritten(people: People, conn: psycopg.Connection[Any]):
    people.appoint(leader(1), "me", NOW)
    for statement in (
        "delete from mg.post",
        "truncate mg.post",
        "update mg.post set person_id = 2",
        "update mg.post set grid_id = 'G2'",
        "update mg.post set since = '2020-01-01'",
        "update mg.post set post = 'advisor'",
        "truncate mg.people_log",
        "delete from mg.people_log",
        "update mg.people_log set by = 'x'",
    ):
        with pytest.raises(pg.InsufficientPrivilege):
            conn.execute(statement)


def test_term_that_makes_no_sense_is_refused(people: People):
    for term in (
        NewTerm("G1", Post.COAST_GUARD, TODAY, 1),
        NewTerm("G1", Post.COAST_GUARD, TODAY, 1, body_id="F"),
        NewTerm("G1", Post.LEADER, TODAY, 1, body_id="F"),
        NewTerm("G1", Post.PARTY_SECRETARY, TODAY, 1),
        NewTerm("G1", Post.LEADER, TODAY),
        NewTerm("G1", Post.LEADER, TODAY, 1, until=TODAY - DAY),
        NewTerm("G9", Post.LEADER, TODAY, 1),
    ):
        with pytest.raises(MaritimeGridError):
            people.appoint(term, "me", NOW)


def test_every_command_leaves_who_and_when_and_no_personal_data(people: People, dsn: str):
    person = people.add_person(Person("王五", phone="13811112222", id_number="330900199001011234"), "chen", NOW)
    post_id = people.appoint(leader(person), "chen", NOW)
    people.end(post_id, TODAY + DAY, "li", NOW + timedelta(hours=1))
    log = ask(dsn, "select at, by, act, subject, fields from mg.people_log order by n")
    assert log == [
        (NOW, "chen", "person.add", f"person:{person}", []),
        (NOW, "chen", "post.appoint", f"post:{post_id}", []),
        (NOW + timedelta(hours=1), "li", "post.end", f"post:{post_id}", ["until", "reason"]),
    ]
    assert ask(dsn, "select staff_no from mg.person where person_id = %s", [person]) == [(f"P{person}",)]


# completeness


def test_completeness_counts_grids_in_force_and_their_terms(people: People, dsn: str, conn: psycopg.Connection[Any]):
    with Store.open(dsn) as store:
        place = PlaceInput("G1", "grid", "inshore", "G1", SQUARE)
        store.save_places([place], filed_by="me", reason="test", valid_from=-(2**62))
    people.appoint(leader(1, until=TODAY + 10 * DAY), "me", NOW)
    people.appoint(NewTerm("G1", Post.COAST_GUARD, TODAY, body_id="G"), "me", NOW)
    (one,) = people_reads.completeness(conn, TODAY, soon_days=30)
    assert one.grid_id == "G1"
    assert set(one.missing) == {
        Post.FULL_TIME, Post.ADVISOR, Post.PARTY_SECRETARY, Post.ASSOCIATION, Post.DEPARTMENT, Post.VILLAGE_WORKER,
    }  # fmt: skip
    assert [(e.term.post, e.term.name, e.followed) for e in one.ending] == [(Post.LEADER, "人1", False)]
    assert people_reads.completeness(conn, TODAY, soon_days=30, unit_id="T2") == []
    assert len(people_reads.completeness(conn, TODAY, soon_days=30, unit_id="T1")) == 1


def test_body_for_a_competence_is_the_nearest_up_the_tree(dsn: str, conn: psycopg.Connection[Any]):
    assert people_reads.body_for(conn, "fishery", "T1-V") == "F"
    assert people_reads.body_for(conn, "fishery", "C") == "FC"
    assert people_reads.body_for(conn, "maritime", "T2") == "M"
    assert people_reads.body_for(conn, "none", "T2") is None


# who may


def test_account_appoints_within_its_jurisdiction_alone(accounts: People, people: People):
    accounts.appoint(leader(1), "town1", NOW)
    accounts.appoint(leader(3, grid="G2"), "county", NOW)
    with pytest.raises(NotAllowed, match="T2 lies outside what town1 answers for"):
        accounts.appoint(NewTerm("G2", Post.ADVISOR, TODAY, 2), "town1", NOW)


def test_account_without_the_act_changes_nothing(accounts: People, dsn: str):
    for who in ("lin", "village1", "fishery", "guard", "shop", "root", "wall", "nobody"):
        with pytest.raises(NotAllowed):
            accounts.appoint(leader(1), who, NOW)
        with pytest.raises(NotAllowed):
            accounts.add_person(Person("王五"), who, NOW)
    assert ask(dsn, "select count(*) from mg.post") == [(0,)]


def test_disabled_account_changes_nothing(accounts: People, dsn: str):
    ask(dsn, "update mg.account set disabled_at = now() where account_id = 'town1' returning 1")
    with pytest.raises(NotAllowed):
        accounts.appoint(leader(1), "town1", NOW)


def test_nobody_gets_at_a_stranger_by_appointing_them(accounts: People, people: People):
    people.appoint(leader(3, grid="G2"), "me", NOW)
    with pytest.raises(NotAllowed) as caught:
        accounts.appoint(NewTerm("G1", Post.PART_TIME, TODAY, 3), "town1", NOW)
    assert "T2" not in str(caught.value)  # nor is it told where strangers are in office
    accounts.appoint(NewTerm("G1", Post.PART_TIME, TODAY, 3), "county", NOW)


def test_term_of_another_unit_cannot_be_ended_by_its_number(accounts: People, people: People):
    post_id = people.appoint(leader(3, grid="G2"), "me", NOW)
    with pytest.raises(NotAllowed):
        accounts.end(post_id, TODAY, "town1", NOW)
    with pytest.raises(StoreError, match="not there"):
        accounts.end(post_id + 100, TODAY, "town1", NOW)


# badges


def badge_of(people: People, person: int = 1) -> str:
    people.appoint(leader(person), "me", NOW)
    return people.issue_badge(person, "G1", Post.LEADER, TODAY + 365 * DAY, "me", NOW)


def test_badge_holds_from_issue_to_expiry(people: People, conn: psycopg.Connection[Any]):
    number = badge_of(people)
    assert well_formed(number)
    for days, standing in ((-1, Standing.NOT_YET), (0, Standing.VALID), (364, Standing.VALID), (365, Standing.EXPIRED)):
        assert people_reads.check_badge(conn, number, NOW + days * DAY).standing is standing


def test_check_tells_name_post_and_grid_and_nothing_else(people: People, conn: psycopg.Connection[Any]):
    found = people_reads.check_badge(conn, badge_of(people).lower(), NOW)
    assert (found.standing, found.name_shown, found.post, found.grid_id) == (Standing.VALID, "人1", "leader", "G1")
    row = conn.execute("select * from api.check_badge('X', current_date)")
    assert [c.name for c in row.description or ()] == ["name_shown", "post", "grid_id", "standing"]


def test_badge_of_somebody_who_left_the_post_does_not_hold(people: People, conn: psycopg.Connection[Any]):
    number = badge_of(people)
    people.replace_leader(leader(2, TODAY + 10 * DAY), "me", NOW)
    assert people_reads.check_badge(conn, number, NOW + 9 * DAY).standing is Standing.VALID
    assert people_reads.check_badge(conn, number, NOW + 10 * DAY).standing is Standing.OUT_OF_OFFICE


def test_revoked_badge_says_so_from_that_day_on_and_not_why(people: People, conn: psycopg.Connection[Any]):
    number = badge_of(people)
    people.revoke_badge(number, "遗失", "me", NOW + 5 * DAY)
    assert people_reads.check_badge(conn, number, NOW + 4 * DAY).standing is Standing.VALID
    assert people_reads.check_badge(conn, number, NOW + 5 * DAY).standing is Standing.REVOKED
    with pytest.raises(StoreError, match="not there"):
        people.revoke_badge(number, "again", "me", NOW)
    with pytest.raises(UsageError, match="for a reason"):
        people.revoke_badge(number, " ", "me", NOW)


def test_mistyped_and_unknown_numbers_tell_nothing(people: People, conn: psycopg.Connection[Any]):
    number = badge_of(people)
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    assert people_reads.check_badge(conn, wrong, NOW) == people_reads.BadgeCheck(Standing.MISTYPED)
    assert people_reads.check_badge(conn, "ZS26222222C", NOW).standing in {Standing.MISTYPED, Standing.UNKNOWN}
    assert people_reads.check_badge(conn, "'; drop table mg.badge; --", NOW).standing is Standing.MISTYPED


def test_badge_is_for_who_is_in_office(people: People):
    with pytest.raises(UsageError, match="this person is not leader of G1"):
        people.issue_badge(1, "G1", Post.LEADER, TODAY + 365 * DAY, "me", NOW)


# work items

ITEM = {"item_id": "3.1", "class": 3, "title": "巡查", "text": "出港前查看", "basis": "第二十二条"}


def test_item_comes_to_the_public_by_four_people_and_from_its_day_on(accounts: People, conn: psycopg.Connection[Any]):
    version = accounts.propose_item(ITEM, "town1", NOW)
    assert accounts.move_item("3.1", version, Trigger.REVIEW, "county", NOW) == State.REVIEWED
    assert accounts.move_item("3.1", version, Trigger.APPROVE, "city", NOW) == State.APPROVED
    assert published_items(conn, TODAY + 30 * DAY) == []
    accounts.move_item("3.1", version, Trigger.PUBLISH, "city", NOW, in_force=TODAY + 7 * DAY)
    assert published_items(conn, TODAY + 6 * DAY) == []
    assert [i.title for i in published_items(conn, TODAY + 7 * DAY)] == ["巡查"]
    steps = conn.execute("select state, by from api.item_step order by at, state").fetchall()
    assert {("proposed", "town1"), ("reviewed", "county"), ("approved", "city"), ("published", "city")} == set(steps)


def test_new_version_takes_the_place_of_the_old_one_from_its_day_on(people: People, conn: psycopg.Connection[Any]):
    for n, (title, days) in enumerate([("一", 0), ("二", 10)], 1):
        assert people.propose_item({**ITEM, "title": title}, "a", NOW) == n
        people.move_item("3.1", n, Trigger.REVIEW, "b", NOW)
        people.move_item("3.1", n, Trigger.APPROVE, "b", NOW)
        people.move_item("3.1", n, Trigger.PUBLISH, "b", NOW, in_force=TODAY + days * DAY)
    assert [i.title for i in published_items(conn, TODAY + 9 * DAY)] == ["一"]
    assert [i.title for i in published_items(conn, TODAY + 10 * DAY)] == ["二"]
    assert [v.version for v in item_versions(conn)] == [2, 1]
    view = "select title from api.item where in_force <= %(on)s and (superseded is null or superseded > %(on)s)"
    for days in (0, 9, 10, 11):
        on = TODAY + days * DAY
        assert [t for (t,) in conn.execute(view, {"on": on})] == [i.title for i in published_items(conn, on)]


def test_one_version_of_an_item_is_under_way_at_a_time(people: People):
    people.propose_item(ITEM, "a", NOW)
    with pytest.raises(StoreRefused, match="under way"):
        people.propose_item(ITEM, "a", NOW)
    people.move_item("3.1", 1, Trigger.REJECT, "b", NOW, remark="不予调整")
    assert people.propose_item(ITEM, "a", NOW) == 2


def test_items_are_approved_by_the_city_alone_and_not_in_the_past(accounts: People):
    accounts.propose_item(ITEM, "county", NOW)
    accounts.move_item("3.1", 1, Trigger.REVIEW, "county", NOW)
    for who in ("county", "town1", "lin", "root"):
        with pytest.raises(NotAllowed):
            accounts.move_item("3.1", 1, Trigger.APPROVE, who, NOW)
    accounts.move_item("3.1", 1, Trigger.APPROVE, "city", NOW)
    with pytest.raises(UsageError, match="has gone by"):
        accounts.move_item("3.1", 1, Trigger.PUBLISH, "city", NOW, in_force=TODAY - DAY)
    with pytest.raises(UsageError, match="give the day"):
        accounts.move_item("3.1", 1, Trigger.PUBLISH, "city", NOW)


def test_what_was_proposed_cannot_be_rewritten(people: People, conn: psycopg.Connection[Any]):
    people.propose_item(ITEM, "a", NOW)
    for statement in (
        "update mg.item_version set title = 'x'",
        "delete from mg.item_version",
        "truncate mg.item_step",
        "update mg.item_step set by = 'x'",
    ):
        with pytest.raises(pg.InsufficientPrivilege):
            conn.execute(statement)
