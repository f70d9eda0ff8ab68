"""What an account changes by a sheet lies within its units, by the commands and once more by the database; exports."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.sheets import Parsed, Record
from maritime_grid.store import sheets
from maritime_grid.store.people import People
from maritime_grid.store.sheet_loading import Loaded

from .case_build import NOW, ask, reading_as
from .people_build import TODAY, accounts, dsn, leader, people, save, team

__all__ = ["accounts", "dsn", "people"]
DAY = date(2026, 5, 1)
POST = {"grid_id": "G2", "post": "advisor", "since": DAY}


@pytest.fixture
def numbered(dsn: str, people: People) -> str:
    """P3 leads G2 of the other township; team Z and a training of his are there as well."""
    people.appoint(leader(3, grid="G2"), "me", NOW)
    people.load("people", Parsed([Record(2, {"staff_no": "P1", "name_zh": "人1"})]), "me", NOW)  # numbers all
    save(people, "teams", team("Z", ("T2",), members=("P3",)))
    save(people, "training", training())
    return dsn


def training(**more: Any) -> dict[str, Any]:
    return {"staff_no": "P3", "course": "救护", "held_on": DAY, "hours": 8.0, "result": "passed", **more}


def load(people: People, name: str, values: dict[str, Any], by: str = "town1", **more: Any) -> Loaded:
    return people.load(name, Parsed([Record(2, values)]), by, NOW, **more)


BEYOND = {  # by sheet: what is the other township's, and must not be changed from the first
    "units": {"unit_id": "T2-V", "level": "village", "parent": "T2", "name_zh": "村"},
    "bodies": {"body_id": "X", "kind": "other", "unit_id": "T2", "name_zh": "单位"},
    "grid_leads": {"grid_id": "G2", "unit_id": "T1"},
    "people": {"staff_no": "P3", "phone": "13900000000"},
    "people with a post there": {"staff_no": "P2", **POST},
    "people of there with a post here": {"staff_no": "P3", **POST, "grid_id": "G1"},
    "people handed over": {"staff_no": "P2", "unit_id": "T2"},
    "teams": team("Z", ("T2",), terms="免费"),
    "teams with a member of there": team("A", ("T1",), members=("P3",)),
    "badges": {"staff_no": "P3", "grid_id": "G2", "post": "leader", "name_shown": "x", "issued": DAY,
               "expires": date(2027, 5, 1)},
    "training": training(hours=9.0),
}  # fmt: skip


@pytest.mark.parametrize("what", BEYOND)
def test_line_beyond_the_units_of_an_account_is_refused(accounts: People, numbered: str, what: str):
    loaded = load(accounts, what.split(maxsplit=1)[0], BEYOND[what])
    assert [(f.line, f.kind) for f in loaded.faults] == [(2, "outside")]
    assert not loaded.done
    assert load(accounts, what.split(maxsplit=1)[0], BEYOND[what], "county", dry_run=True).faults == ()


@pytest.mark.parametrize("what", BEYOND)
def test_database_refuses_it_too_where_the_commands_forget(
    accounts: People, numbered: str, what: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sheets, "_beyond", lambda *_: [])
    before = ask(numbered, "select count(*) from mg.people_log")
    loaded = load(accounts, what.split(maxsplit=1)[0], BEYOND[what])
    assert {(f.line, f.kind) for f in loaded.faults} == {(2, "outside")}
    assert ask(numbered, "select count(*) from mg.people_log") == before


def test_guess_at_what_stands_elsewhere_is_told_neither_right_nor_wrong(accounts: People, numbered: str):
    right, wrong = "13800001234", "13800001235"
    told = [load(accounts, "people", {"staff_no": "P3", "phone": phone}, dry_run=True) for phone in (right, wrong)]
    assert [[(f.kind, f.what) for f in one.faults] for one in told] == [[("outside", told[0].faults[0].what)]] * 2
    assert "T2" not in str(told[0].faults[0])


def test_changes_are_shown_as_masked_as_on_any_page(accounts: People, people: People, numbered: str):
    values = {"staff_no": "P1", "name_zh": "人一", "phone": "13800005678", "note": "会潜水", "unit_id": "T1"}
    (shown,) = load(accounts, "people", values, dry_run=True).shown
    fields = {f.name: (f.old, f.new) for f in shown.fields}
    assert fields == {"name_zh": ("人1", "人一"), "phone": ("138****1234", "138****5678"), "note": ("", None)}
    assert not shown.is_new and shown.key == ("P1",)
    (whole,) = load(people, "people", values, "me", dry_run=True).shown
    assert {f.name: f.new for f in whole.fields}["phone"] == "13800005678"


def test_comparing_personal_data_is_logged_for_an_account(accounts: People, numbered: str):
    load(accounts, "people", {"staff_no": "P1", "phone": "13800005678"}, dry_run=True)
    load(accounts, "people", {"staff_no": "P1", "name_zh": "人1"}, dry_run=True)
    logged = "select account_id, subject, fields from mg.access_log where act = 'preview'"
    assert ask(numbered, logged) == [("town1", "sheet:people", ["phone"])]


def test_import_stands_in_the_log_with_its_file_beside_what_it_changed(accounts: People, numbered: str):
    assert load(accounts, "people", {"staff_no": "P1", "name_zh": "人一"}, file="ab12").done
    logged = ask(numbered, "select by, act, subject, fields from mg.people_log order by n desc limit 2")
    assert logged == [
        ("town1", "people.import", "sheet:people/ab12", ["staff_no", "name_zh"]),
        ("town1", "people.change", "people:P1", ["name_zh"]),
    ]


def test_import_that_was_agreed_to_as_something_else_does_nothing(accounts: People, numbered: str):
    values = {"staff_no": "P1", "name_zh": "人一"}
    agreed = load(accounts, "people", values, dry_run=True).mark
    assert ask(numbered, "update mg.person set name_zh = '人壹' where staff_no = 'P1' returning 1")
    late = load(accounts, "people", values, if_still=lambda mark: mark == agreed)
    assert (late.done, late.changed, late.faults) == (False, 1, ())
    assert ask(numbered, "select name_zh from mg.person where staff_no = 'P1'") == [("人壹",)]
    assert load(accounts, "people", values, if_still=lambda mark: mark == late.mark).done


def test_role_of_an_account_writes_nothing_itself(numbered: str):
    for who in ("town1", "county", "city", "root"):
        for table in ("person", "post", "unit", "body", "grid_lead", "team", "badge", "training", "item", "people_log"):
            with reading_as(numbered, who) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"delete from mg.{table}")  # pyright: ignore[reportArgumentType]


# exports


def test_export_waits_for_nobody_who_writes_and_holds_up_nobody(accounts: People, numbered: str):
    """It runs to its end while somebody else holds the lock of those who change people, and every row of them."""
    ask(numbered, "update mg.person set staff_no = null where person_id = 2 returning 1")
    with psycopg.connect(numbered) as writer, ThreadPoolExecutor(1) as thread:
        writer.execute("lock table mg.unit, mg.person in share row exclusive mode")
        writer.execute("update mg.person set name_zh = '改'")
        columns, rows = thread.submit(accounts.rows, "people", "town1", NOW, "核对").result(timeout=120)
        writer.rollback()
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    assert {row["staff_no"]: row["name_zh"] for row in found} == {"P1": "人1", "P2": "人2"}
    assert ask(numbered, "select staff_no from mg.person where person_id = 2") == [(None,)]


def test_drafts_of_work_items_leave_only_with_who_works_on_them(accounts: People, numbered: str):
    assert accounts.rows("items", "town1", NOW)[1] == []
    ask(numbered, "delete from mg.role_act where role = 'township' and act = 'items.edit' returning 1")
    with pytest.raises(NotAllowed):
        accounts.rows("items", "town1", NOW)


def test_terms_of_today_are_the_accounts_own_after_its_import(accounts: People, numbered: str):
    values = {"staff_no": "P2", "grid_id": "G1", "post": "advisor", "since": TODAY, "work_phone": "0580-6090001"}
    loaded = load(accounts, "people", values)
    assert (loaded.done, loaded.new) == (True, 1)
