"""What the pages of people ask of a real store: records kept by units, contact data, terms, members, who may."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.people import Post
from maritime_grid.store import people_reads
from maritime_grid.store.errors import StoreError, StoreRefused
from maritime_grid.store.people import NewTerm, People, Person

from .case_build import NOW, ask, reading_as
from .people_build import DAY, TODAY, accounts, conn, dsn, leader, people, save, team

__all__ = ["accounts", "conn", "dsn", "people"]
OTHERS = ("lin", "village1", "town2", "fishery", "guard", "shop", "root", "wall", "nobody")  # all but who keeps T1


def row_of(dsn: str, person: int) -> dict[str, Any]:
    columns = ("name_zh", "phone", "id_number", "address", "note", "unit_id")
    (values,) = ask(dsn, f"select {', '.join(columns)} from mg.person where person_id = %s", [person])
    return dict(zip(columns, values, strict=True))


def logged(dsn: str) -> list[tuple[Any, ...]]:
    return ask(dsn, "select by, act, subject, fields from mg.people_log order by n")


# records without a post


def test_person_whom_a_township_adds_is_kept_there_and_seen_by_it_alone(accounts: People, dsn: str):
    person = accounts.add_person(Person("王五", phone="13811112222"), "town1", NOW)
    assert row_of(dsn, person)["unit_id"] == "T1"
    seen = {}
    for who in ("town1", "village1", "town2", "county", "city", "fishery", "shop", "wall"):
        with reading_as(dsn, who) as conn:
            found = people_reads.person(conn, person)
            seen[who] = found.phone if found else "unseen"
    assert seen == dict.fromkeys(("village1", "town2", "fishery", "shop", "wall"), "unseen") | dict.fromkeys(
        ("town1", "county", "city"), "138****2222"
    )


def test_person_is_added_within_the_jurisdiction_alone(accounts: People):
    with pytest.raises(NotAllowed):
        accounts.add_person(Person("王五", unit_id="T2"), "town1", NOW)
    assert accounts.add_person(Person("王五", unit_id="T1-V"), "town1", NOW)


def test_number_that_somebody_has_is_refused(accounts: People):
    accounts.add_person(Person("王五", staff_no="S1"), "town1", NOW)
    with pytest.raises(StoreRefused, match="somebody has the number S1"):
        accounts.add_person(Person("赵六", staff_no="S1"), "town1", NOW)


def test_whom_nobody_answers_for_is_the_citys(accounts: People, dsn: str):
    for who in ("town1", "county"):
        with pytest.raises(NotAllowed):
            accounts.appoint(leader(4), who, NOW)
        with pytest.raises(NotAllowed):
            accounts.change_person(4, {"phone": "13900000000"}, who, NOW)
    accounts.change_person(4, {"unit_id": "T1"}, "city", NOW)
    accounts.appoint(leader(4), "town1", NOW)


# contact data


def test_changed_contact_data_leave_the_rest_and_log_only_the_names_of_fields(accounts: People, dsn: str):
    before = row_of(dsn, 1)
    accounts.change_person(1, {"phone": "0580-3012345", "address": "青浜 2 号"}, "town1", NOW)
    assert row_of(dsn, 1) == before | {"phone": "0580-3012345", "address": "青浜 2 号"}
    accounts.change_person(1, {"phone": "0580-3012345"}, "town1", NOW)
    assert logged(dsn) == [("town1", "person.change", "person:1", ["phone", "address"])]


def test_nobody_else_changes_a_person(accounts: People, dsn: str):
    before = row_of(dsn, 1)
    for who in OTHERS:
        with pytest.raises(NotAllowed):
            accounts.change_person(1, {"phone": "1"}, who, NOW)
    assert row_of(dsn, 1) == before


def test_person_in_office_with_another_unit_too_is_changed_by_who_is_above_both(
    accounts: People, people: People, dsn: str
):
    people.appoint(NewTerm("G2", Post.ADVISOR, TODAY, 1), "me", NOW)
    with pytest.raises(NotAllowed):
        accounts.change_person(1, {"phone": "1"}, "town1", NOW)
    with pytest.raises(NotAllowed):
        accounts.change_person(1, {"phone": "1"}, "town2", NOW)
    accounts.change_person(1, {"phone": "13900000000"}, "county", NOW)
    assert row_of(dsn, 1)["phone"] == "13900000000"


def test_person_is_not_handed_to_a_unit_of_others(accounts: People, dsn: str):
    with pytest.raises(NotAllowed):
        accounts.change_person(1, {"unit_id": "T2"}, "town1", NOW)
    accounts.change_person(1, {"unit_id": "T2"}, "county", NOW)
    assert row_of(dsn, 1)["unit_id"] == "T2"


def test_only_contact_data_are_changed_and_a_name_stays(accounts: People):
    for changes in ({"staff_no": "X"}, {"name_zh": " "}, {"name_zh": None}, {"person_id": "2"}):
        with pytest.raises(UsageError):
            accounts.change_person(1, changes, "town1", NOW)
    with pytest.raises(StoreError, match="not there"):
        accounts.change_person(999, {"phone": "1"}, "town1", NOW)


# terms


def until_of(conn: psycopg.Connection[Any], post_id: int) -> date | None:
    return next(row.until for row in people_reads.posts(conn) if row.post_id == post_id)


def test_term_runs_on_until_a_later_day_or_without_end(accounts: People, conn: psycopg.Connection[Any], dsn: str):
    post_id = accounts.appoint(leader(1, until=TODAY + 10 * DAY), "town1", NOW)
    accounts.extend(post_id, TODAY + 400 * DAY, "town1", NOW, "连任")
    assert until_of(conn, post_id) == TODAY + 400 * DAY
    accounts.extend(post_id, None, "town1", NOW)
    assert until_of(conn, post_id) is None
    assert [row[1] for row in logged(dsn)] == ["post.appoint", "post.extend", "post.extend"]


def test_term_that_would_reach_into_the_next_one_is_not_extended(accounts: People, conn: psycopg.Connection[Any]):
    post_id = accounts.appoint(leader(1, until=TODAY + 10 * DAY), "town1", NOW)
    accounts.appoint(leader(2, TODAY + 10 * DAY), "town1", NOW)
    with pytest.raises(StoreRefused, match="already"):
        accounts.extend(post_id, TODAY + 11 * DAY, "town1", NOW)
    assert until_of(conn, post_id) == TODAY + 10 * DAY


def test_extension_that_makes_no_sense_is_refused(accounts: People):
    open_ = accounts.appoint(leader(1), "town1", NOW)
    ended = accounts.appoint(NewTerm("G1", Post.ADVISOR, TODAY, 2, until=TODAY + DAY), "town1", NOW)
    void = accounts.appoint(NewTerm("G1", Post.PART_TIME, TODAY, 2), "town1", NOW)
    accounts.end(void, TODAY, "town1", NOW)
    for post_id, until in ((open_, TODAY + DAY), (ended, TODAY + DAY), (ended, TODAY), (void, TODAY + DAY)):
        with pytest.raises(UsageError):
            accounts.extend(post_id, until, "town1", NOW)


def test_terms_and_their_telephones_are_changed_by_who_leads_the_grid(accounts: People, dsn: str):
    post_id = accounts.appoint(leader(1, until=TODAY + DAY), "town1", NOW)
    for who in OTHERS:
        with pytest.raises(NotAllowed):
            accounts.extend(post_id, None, who, NOW)
        with pytest.raises(NotAllowed):
            accounts.set_work_phone(post_id, "1", who, NOW)
    accounts.set_work_phone(post_id, "0580-6091234", "town1", NOW)
    assert ask(dsn, "select until, work_phone from mg.post") == [(TODAY + DAY, "0580-6091234")]
    assert logged(dsn)[-1] == ("town1", "post.change", f"post:{post_id}", ["work_phone"])


# members of teams


def members(conn: psycopg.Connection[Any], team_id: str = "A") -> list[tuple[int, list[str], str | None, date | None]]:
    return [(m.person_id, m.skills, m.craft, m.until) for m in people_reads.team_members(conn, team_id)]


def test_member_joins_with_skills_and_craft_changes_them_and_leaves(
    accounts: People, people: People, conn: psycopg.Connection[Any], dsn: str
):
    save(people, "teams", team())
    accounts.save_member("A", 1, ["diver"], "橡皮艇", "town1", NOW)
    assert members(conn) == [(1, ["diver"], "橡皮艇", None)]
    accounts.save_member("A", 1, [], "", "town1", NOW + 3 * DAY)
    assert members(conn) == [(1, [], None, None)]
    accounts.end_member("A", 1, "town1", NOW + 5 * DAY)
    assert members(conn) == [(1, [], None, TODAY + 5 * DAY)]
    accounts.save_member("A", 1, ["tow"], "", "town1", NOW + 5 * DAY)
    assert [m[1:] for m in members(conn)] == [(["tow"], None, None), ([], None, TODAY + 5 * DAY)]
    acts = ["member.add", "member.change", "member.end", "member.add"]
    assert [(row[1], row[2]) for row in logged(dsn)[1:]] == [(act, "team:A/1") for act in acts]


def test_team_is_staffed_by_who_answers_for_its_units_and_for_its_people(accounts: People, people: People):
    save(people, "teams", team())
    save(people, "teams", team("B", ("T1", "T2")))
    for who in OTHERS:
        with pytest.raises(NotAllowed):
            accounts.save_member("A", 1, [], "", who, NOW)
        with pytest.raises(NotAllowed):
            accounts.end_member("A", 1, who, NOW)
    for team_id, person in (("A", 3), ("A", 4), ("B", 1)):
        with pytest.raises(NotAllowed):
            accounts.save_member(team_id, person, [], "", "town1", NOW)
    accounts.save_member("B", 3, [], "", "county", NOW)
    with pytest.raises(StoreError, match="not there"):
        accounts.end_member("A", 1, "town1", NOW)
    with pytest.raises(UsageError, match="there is no skill magic"):
        accounts.save_member("A", 1, ["magic"], "", "town1", NOW)


def test_sheet_of_a_township_does_not_draw_in_people_of_others(accounts: People, dsn: str):
    ask(dsn, "update mg.person set staff_no = 'S' || person_id returning 1")
    for column, given in (("members", ("S3",)), ("contact", "S3"), ("members", ("S4",))):
        with pytest.raises(UsageError, match="outside your jurisdiction"):
            accounts.save("teams", team(**{column: given}), "town1", NOW)
    accounts.save("teams", team(contact="S1", members=("S1", "S2")), "town1", NOW)
    assert ask(dsn, "select count(*) from mg.team_member") == [(2,)]


def test_training_is_recorded_by_who_answers_for_the_person(accounts: People, dsn: str):
    ask(dsn, "update mg.person set staff_no = 'S' || person_id returning 1")
    course = {"course": "海上救护", "held_on": TODAY, "hours": 8.0, "result": "passed"}
    accounts.save("training", course | {"staff_no": "S1"}, "town1", NOW)
    for staff_no in ("S3", "S4"):
        with pytest.raises(UsageError, match="outside your jurisdiction"):
            accounts.save("training", course | {"staff_no": staff_no}, "town1", NOW)


def test_team_is_found_by_what_its_members_can_do_and_bring(accounts: People, people: People, dsn: str):
    save(people, "teams", team("A", craft="拖轮一艘"))
    save(people, "teams", team("B", ("T2",)))
    accounts.save_member("A", 1, ["diver", "medic"], "浙普渔60001 木船", "town1", NOW)
    ask(dsn, "update mg.team_member set since = '2026-01-01' returning 1")  # views ask the server's own day
    with reading_as(dsn, "village1") as conn:
        (found,) = people_reads.teams(conn, skill="diver")
        assert (found.team_id, found.member_skills, found.member_craft) == ("A", ["diver", "medic"], "浙普渔60001 木船")
        for part, teams in (("木船", ["A"]), ("拖轮", ["A"]), ("队b", ["B"]), ("%", []), ("队", ["A", "B"])):
            assert [t.team_id for t in people_reads.teams(conn, part=part)] == teams, part
    ask(dsn, "update mg.team_member set until = '2026-02-01' returning 1")
    with reading_as(dsn, "village1") as conn:
        assert people_reads.teams(conn, skill="diver") == []


# lists


def test_people_are_found_by_a_part_of_the_name_by_number_and_by_unit(accounts: People, people: People, dsn: str):
    ask(dsn, "update mg.person set staff_no = 'S' || person_id returning 1")
    people.appoint(NewTerm("G2", Post.ADVISOR, TODAY, 2), "me", NOW)
    with reading_as(dsn, "city") as conn:
        found = {
            asked: [p.person_id for p in people_reads.people(conn, part=part, unit_id=unit)]
            for asked, part, unit in (
                ("number", "s2", None), ("name", "人", None), ("T1", None, "T1"), ("T2", None, "T2"), ("K", None, "K"),
                ("T1-V", None, "T1-V"), ("wild", "%", None),
            )
        }  # fmt: skip
    everybody = [*range(1, 8)]
    assert found == {
        "number": [2], "name": everybody, "T1": [1, 2], "T2": [2, 3], "K": [1, 2, 3], "T1-V": [], "wild": [],
    }  # fmt: skip


def test_export_of_a_township_holds_the_people_it_keeps(accounts: People, dsn: str):
    accounts.add_person(Person("王五", staff_no="S9"), "town1", NOW)
    columns, rows = accounts.rows("people", "town1", NOW)
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert {(row["name_zh"], row["unit_id"]) for row in found} == {("人1", "T1"), ("人2", "T1"), ("王五", "T1")}
