"""What each account reads of people: straight in the database, under its own role, whatever page or tool asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from maritime_grid.domain.people import Post
from maritime_grid.store import people_reads
from maritime_grid.store.account_roles import as_account
from maritime_grid.store.errors import StoreError
from maritime_grid.store.people import NewTerm, People

from .case_build import ACCOUNTS, NOW, ask, reading_as
from .case_build import people as world
from .people_build import SKILLS, save, team

SINCE = date(2026, 1, 1)
WHO = [account[0] for account in ACCOUNTS]
# posts: 1 leader and 2 advisor of G1 (led by T1-V), 3 leader of G2 (led by T2), 4 of body F in both grids
SEES = {
    "lin": {1, 2, 4}, "village1": {1, 2, 4}, "town1": {1, 2, 4}, "town2": {3, 4}, "county": {1, 2, 3, 4},
    "city": {1, 2, 3, 4}, "fishery": {4}, "police": set(), "guard": set(), "shop": set(), "root": set(), "wall": set(),
}  # fmt: skip
NOBODYS = {5, 6, 7}  # in no post and kept by no unit: the city's
LEVELS = {  # phone, id_number, address as the table of access gives them
    "lin": ("masked", "none", "none"), "village1": ("masked", "none", "none"), "town1": ("masked", "masked", "masked"),
    "county": ("masked", "masked", "masked"), "fishery": ("masked", "masked", "masked"),
}  # fmt: skip
PERSONAL = ("13800001234", "330900199001011234", "浙江省舟山市普陀区东极镇一号")
MASKED = ("138****1234", "330*************34", "浙江省舟山市****")


@pytest.fixture
def dsn(fresh_dsn: str) -> Iterator[str]:
    world(fresh_dsn)
    ask(fresh_dsn, "update mg.person set id_number = %s, address = %s returning 1", PERSONAL[1:])
    ask(fresh_dsn, "update mg.person set staff_no = 'S' || person_id returning 1")
    with People(fresh_dsn, skills=SKILLS, console=True) as people:
        for term in (
            NewTerm("G1", Post.LEADER, SINCE, 1, work_phone="0580-1"),
            NewTerm("G1", Post.ADVISOR, SINCE, 2),
            NewTerm("G2", Post.LEADER, SINCE, 3),
            NewTerm("G1", Post.DEPARTMENT, SINCE, 4, body_id="F"),
            NewTerm("G2", Post.DEPARTMENT, SINCE, 4, body_id="F"),
        ):
            people.appoint(term, "me", NOW)
        people.issue_badge(1, "G1", Post.LEADER, date(2027, 1, 1), "me", NOW)
        training = {"course": "救护", "held_on": SINCE, "hours": 8.0, "result": "passed"}
        for staff_no in ("S1", "S3"):
            save(people, "training", training | {"staff_no": staff_no})
        save(people, "teams", team(units=("T2",), contact="S3", members=("S3",)))
    yield fresh_dsn


def test_account_sees_exactly_the_people_of_its_units_and_body(dsn: str):
    assert set(SEES) == set(WHO)
    for who, expected in SEES.items():
        with reading_as(dsn, who) as conn:
            more = NOBODYS if who == "city" else set[int]()
            assert {p.person_id for p in people_reads.people(conn)} == expected | more, who
            assert {p.person_id for p in people_reads.posts(conn)} == expected, who
            assert {t.person_id for t in people_reads.training(conn)} == expected & {1, 3}, who
            assert {b.person_id for b in people_reads.badges(conn)} == expected & {1}, who


def test_account_without_any_right_sees_itself(dsn: str):
    ask(dsn, "update mg.account set person_id = 3 where account_id = 'wall' returning 1")
    with reading_as(dsn, "wall") as conn:
        assert [p.person_id for p in people_reads.people(conn)] == [3]


def test_wall_sees_no_person_in_any_view(dsn: str):
    with reading_as(dsn, "wall") as conn:
        for view in (
            "grid_post", "grid_contact", "person", "team", "team_member", "badge", "training", "item_version",
            "item_step",
        ):  # fmt: skip
            assert conn.execute(f"select * from api.{view}").fetchall() == [], view  # pyright: ignore[reportArgumentType]


def test_personal_data_come_at_the_level_of_the_role(dsn: str):
    for who, levels in LEVELS.items():
        with reading_as(dsn, who) as conn:
            found = people_reads.people(conn)
            assert found
            for person in found:
                values = (person.phone, person.id_number, person.address)
                shown = [{"masked": mask, "none": None}[level] for level, mask in zip(levels, MASKED, strict=True)]
                assert list(values) == shown, who


def test_no_view_gives_any_account_personal_data_in_full(dsn: str):
    views = ask(dsn, "select table_name from information_schema.views where table_schema = 'api' order by 1")
    assert len(views) > 20
    for who in WHO:
        with reading_as(dsn, who) as conn:
            for (view,) in views:
                rows = str(conn.execute(f'select * from api."{view}"').fetchall())  # pyright: ignore[reportArgumentType]
                assert not [value for value in PERSONAL if value in rows], (who, view)


def test_tables_behind_the_views_are_closed(dsn: str):
    for who in WHO:
        for table in ("person", "post", "team", "badge", "training", "people_log", "access_log", "account"):
            with pytest.raises(pg.InsufficientPrivilege), reading_as(dsn, who) as conn:
                conn.execute(f"select * from mg.{table}")  # pyright: ignore[reportArgumentType]


def test_condition_with_a_side_effect_sees_no_row_beyond_the_account(dsn: str):
    """A cheap function in the condition of a query must not run before the view has filtered."""
    with reading_as(dsn, "town1") as conn:
        conn.execute("select * from api.person where 1 / (person_id - 3) is not null")  # 3 is of town2: no division


def test_phone_cannot_be_guessed_through_a_condition(dsn: str):
    with reading_as(dsn, "town1") as conn:
        assert conn.execute("select 1 from api.person where phone = %s", [PERSONAL[0]]).fetchall() == []


def test_public_contacts_hold_names_and_work_phones_alone(dsn: str):
    with reading_as(dsn, "lin") as conn:
        found = people_reads.contacts(conn, "G1")
        assert [(c.post, c.name, c.work_phone) for c in found] == [
            ("leader", "人1", "0580-1"),
            ("advisor", "人2", None),
        ]
        columns = conn.execute("select * from api.grid_contact").description or ()
        assert [c.name for c in columns] == ["grid_id", "post", "name", "work_phone", "sample"]


def test_team_of_next_door_is_found_with_its_people_masked_away(dsn: str):
    with reading_as(dsn, "town1") as conn:
        assert [t.team_id for t in people_reads.teams(conn, skill="tow")] == ["A"]
        assert people_reads.teams(conn, skill="diver") == []
        assert [t.team_id for t in people_reads.teams(conn, unit_id="K")] == ["A"]
        assert people_reads.teams(conn, unit_id="T1") == []
        assert people_reads.team_members(conn, "A") == []
    with reading_as(dsn, "town2") as conn:
        assert [m.person_id for m in people_reads.team_members(conn, "A")] == [3]


def test_nearest_team_comes_first_and_one_without_a_place_last(dsn: str):
    with People(dsn, skills=SKILLS, console=True) as people:
        for team_id, lon in (("B", 123.0), ("C", 122.1)):
            save(people, "teams", team(team_id, ("K",), lon=lon, lat=30.0))
    with reading_as(dsn, "county") as conn:
        found = people_reads.teams(conn, skill="tow", near=(122.0, 30.0))
        assert [t.team_id for t in found] == ["C", "B", "A"]
        assert [t.distance_nm and round(t.distance_nm, 1) for t in found] == [5.2, 52.1, None]


# reading one person in full


def full(dsn: str, who: str, person: int, purpose: str = "联系船东") -> people_reads.PersonInFull | None:
    with psycopg.connect(dsn, autocommit=True) as conn, as_account(conn, who, logged=True):
        return people_reads.read_person(conn, person, purpose)


def logged(dsn: str) -> list[tuple[Any, ...]]:
    return ask(
        dsn, "select account_id, act, subject, fields, purpose from mg.access_log where act like 'read%%' order by n"
    )


def test_full_reading_is_logged_with_its_purpose(dsn: str):
    found = full(dsn, "town1", 1)
    assert found
    assert (found.phone, found.id_number, found.address) == PERSONAL
    fields = ["name", "phone", "id_number", "address"]
    assert logged(dsn) == [("town1", "read", "person:1", fields, "联系船东")]


def test_person_of_another_unit_is_not_there_and_the_attempt_is_logged(dsn: str):
    assert full(dsn, "town1", 3) is None
    assert full(dsn, "town1", 999) is None
    assert [row[:3] for row in logged(dsn)] == [
        ("town1", "read_refused", "person:3"), ("town1", "read_refused", "person:999"),
    ]  # fmt: skip


def test_empty_purpose_is_refused(dsn: str):
    for purpose in ("", "  ", "\u3000\t\n"):
        with pytest.raises(StoreError, match="say which"):
            full(dsn, "town1", 1, purpose)
    assert logged(dsn) == []


def test_role_without_the_right_reads_nobody_in_full(dsn: str):
    for who in ("lin", "village1", "shop", "root", "wall"):
        with pytest.raises(StoreError, match="may not read personal data"):
            full(dsn, who, 1)


def test_product_itself_has_no_such_door(dsn: str):
    with psycopg.connect(dsn) as conn, pytest.raises(StoreError, match="may not read personal data"):
        people_reads.read_person(conn, 1, "x")


def test_body_reads_its_own_people_in_full_and_no_others(dsn: str):
    assert full(dsn, "fishery", 4)
    assert full(dsn, "fishery", 1) is None


def test_masks_leave_little(fresh_dsn: str):
    for call, masked in {
        "mask_phone('13812341234')": "138****1234",
        "mask_phone('0580-3012345')": "058*****2345",
        "mask_phone('3012345')": "*****45",
        "mask_phone('110')": "***",
        "mask_phone('')": "",
        "mask_id('330900199001011234')": "330*************34",
        "mask_id('E12345678')": "*********",
        "mask_name('王五一')": "王**",
        "mask_name('王')": "*",
        "mask_name('')": "",
        "mask_address('浙江省舟山市普陀区东极镇一号')": "浙江省舟山市****",
        "mask_address('东极镇一号')": "*****",
        "mask_phone(null)": None,
        "mask_id(null)": None,
        "mask_name(null)": None,
        "mask_address(null)": None,
    }.items():
        assert ask(fresh_dsn, f"select mg.{call}") == [(masked,)], call
