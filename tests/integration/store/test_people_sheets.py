"""Sheets into a real store and out again: all or nothing, and what comes out goes in as the same."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.cli.first_people import prepare_people, save_demo_people
from maritime_grid.cli.sheet_files import read_bytes, write_csv, write_xlsx
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheets import parse
from maritime_grid.settings import load_settings
from maritime_grid.store.people import People
from maritime_grid.store.sheet_loading import Loaded

from .case_build import NOW, ask
from .people_build import SKILLS, accounts, dsn, people

__all__ = ["accounts", "dsn", "people"]
SETTINGS = load_settings()
WRITERS = {".csv": write_csv, ".xlsx": write_xlsx}
PEOPLE = ["staff_no", "name_zh", "phone", "grid_id", "post", "since", "until"]
WANG = ["S1", "王五", "13811112222", "G1", "leader", "2026-01-01", ""]
ZHAO = ["S2", "赵六", "13811113333", "G1", "leader", "2026-06-01", ""]


def take(people: People, name: str, rows: list[list[str]], by: str = "me", **more: Any) -> Loaded:
    return people.load(name, parse(SHEETS[name], list(enumerate(rows, 1))), by, NOW, **more)


def test_new_store_gets_zhoushan_and_keeps_what_people_change(fresh_dsn: str):
    prepare_people(fresh_dsn, SETTINGS)
    assert ask(fresh_dsn, "select level, count(*) from mg.unit group by level order by count(*)") == [
        ("city", 1), ("county", 4), ("village", 34), ("township", 36),
    ]  # fmt: skip
    ports = ask(fresh_dsn, "select count(distinct port_id) from mg.unit where level = 'village' and sample")
    assert ports == [(34,)]
    assert ask(fresh_dsn, "select count(*) from mg.grid_lead join mg.unit using (unit_id)") == [(34,)]
    assert ask(fresh_dsn, "select count(distinct class) from api.item where in_force <= current_date + 1") == [(9,)]
    ask(fresh_dsn, "update mg.unit set name_zh = '改名' where unit_id = 'ZS-PT-DJ' returning 1")
    prepare_people(fresh_dsn, SETTINGS)
    assert ask(fresh_dsn, "select name_zh, path from mg.unit where unit_id = 'ZS-PT-DJ'") == [
        ("改名", ["ZS", "ZS-PT", "ZS-PT-DJ"])
    ]


def test_what_is_exported_comes_back_as_the_same(fresh_dsn: str):
    prepare_people(fresh_dsn, SETTINGS)
    save_demo_people(fresh_dsn, SETTINGS)
    with People(fresh_dsn, skills=SKILLS, console=True) as people:
        for name, sheet in SHEETS.items():
            columns, rows = people.rows(name, "me", NOW, "测试")
            assert rows, name
            for ending, write in WRITERS.items():
                out = BytesIO()
                write(out, sheet, columns, rows)
                parsed = parse(sheet, read_bytes(out.getvalue(), ending, name))
                loaded = people.load(name, parsed, "me", NOW)
                assert str(loaded) == f"0 new, 0 changed, {len(rows)} same, 0 refused", (name, ending)


def test_demonstration_has_gaps_to_show_and_never_goes_over_people(fresh_dsn: str):
    prepare_people(fresh_dsn, SETTINGS)
    ask(fresh_dsn, "insert into mg.person (name_zh) values ('真人') returning 1")
    save_demo_people(fresh_dsn, SETTINGS)
    assert ask(fresh_dsn, "select count(*) from mg.post") == [(0,)]


def test_one_wrong_line_refuses_the_whole_file_and_names_them_all(people: People, dsn: str):
    rows = [
        PEOPLE,
        WANG,
        [*ZHAO[:3], "G9", *ZHAO[4:]],
        ["S3", "", "", "", "", "", ""],
        ["S4", "钱", "x", "", "", "", ""],
    ]
    loaded = take(people, "people", rows)
    assert [(f.line, f.column) for f in loaded.faults] == [(3, "grid_id"), (4, "name_zh"), (5, "phone")]
    assert str(loaded) == "1 new, 0 changed, 0 same, 3 refused"
    assert ask(dsn, "select count(*) from mg.person where staff_no like 'S%%'") == [(0,)]


def test_dry_run_says_the_same_and_does_nothing(people: People, dsn: str):
    assert str(take(people, "people", [PEOPLE, WANG], dry_run=True)) == "1 new, 0 changed, 0 same, 0 refused"
    assert ask(dsn, "select count(*) from mg.post") == [(0,)]
    assert str(take(people, "people", [PEOPLE, WANG])) == "1 new, 0 changed, 0 same, 0 refused"
    assert str(take(people, "people", [PEOPLE, WANG], dry_run=True)) == "0 new, 0 changed, 1 same, 0 refused"


def test_second_leader_is_refused_on_his_line(people: People):
    loaded = take(people, "people", [PEOPLE, WANG, ZHAO])
    (fault,) = loaded.faults
    assert (fault.line, fault.column) == (3, "since")
    assert "grid G1 has its leader from 2026-01-01 to further notice already" in fault.what


def test_leader_is_replaced_in_one_file_whatever_the_order_of_its_lines(people: People, dsn: str):
    take(people, "people", [PEOPLE, WANG])
    loaded = take(people, "people", [PEOPLE, ZHAO, [*WANG[:6], "2026-06-01"]])
    assert str(loaded) == "1 new, 1 changed, 0 same, 0 refused"
    assert len(ask(dsn, "select from mg.post")) == 2


def test_column_left_out_stays_as_it_is(people: People, dsn: str):
    take(people, "people", [PEOPLE, WANG])
    loaded = take(people, "people", [["staff_no", "name_zh"], ["S1", "王五一"]])
    assert str(loaded) == "0 new, 1 changed, 0 same, 0 refused"
    assert ask(dsn, "select name_zh, phone from mg.person where staff_no = 'S1'") == [("王五一", "13811112222")]


def test_files_never_move_a_unit_or_make_a_second_city(people: People):
    rows = [["unit_id", "level", "parent", "name_zh"], ["T1", "township", "C", "镇"], ["X", "city", "", "市"]]
    assert [(f.line, f.column) for f in take(people, "units", rows).faults] == [(2, "parent"), (3, "level")]


def test_units_come_in_any_order_of_lines(people: People, dsn: str):
    head = ["unit_id", "level", "parent", "name_zh"]
    rows = [head, ["T3-V", "village", "T3", "村"], ["T3", "township", "K", "镇"]]
    assert str(take(people, "units", rows)) == "2 new, 0 changed, 0 same, 0 refused"
    assert ask(dsn, "select path from mg.unit where unit_id = 'T3-V'") == [(["C", "K", "T3", "T3-V"],)]


def test_members_who_are_not_named_any_more_leave_the_team(people: People, dsn: str):
    take(people, "people", [PEOPLE, WANG, ["S2", "赵六", "", "", "", "", ""]])
    head = ["team_id", "name_zh", "skills", "unit_ids", "members"]
    take(people, "teams", [head, ["A", "拖轮队", "tow", "K", "S1;S2"]])
    late = parse(SHEETS["teams"], list(enumerate([head, ["A", "拖轮队", "tow", "K", "S2"]], 1)))
    people.load("teams", late, "me", NOW + timedelta(days=3))
    members = "select staff_no, until::text from mg.team_member join mg.person using (person_id) order by 1"
    assert ask(dsn, members) == [("S1", "2026-05-09"), ("S2", None)]


def test_badge_without_a_number_gets_one(people: People, dsn: str):
    take(people, "people", [PEOPLE, WANG])
    head = ["number", "staff_no", "grid_id", "post", "name_shown", "issued", "expires"]
    assert str(
        take(people, "badges", [head, ["", "S1", "G1", "leader", "王五", "2026-05-01", "2027-05-01"]])
    ).startswith("1 new")
    assert ask(dsn, "select number like 'ZS26%%' from mg.badge") == [(True,)]


def test_changed_work_item_is_proposed_and_not_published(people: People, dsn: str):
    head = ["item_id", "class", "title", "text"]
    take(people, "items", [head, ["3.1", "3", "巡查", "旧"]], publish=True)
    assert str(take(people, "items", [head, ["3.1", "3", "巡查", "新"]])) == "0 new, 1 changed, 0 same, 0 refused"
    assert ask(dsn, "select text, state from api.item_version order by version") == [
        ("旧", "published"), ("新", "proposed"),
    ]  # fmt: skip
    (fault,) = take(people, "items", [head, ["3.1", "3", "巡查", "更新"]]).faults
    assert "stands there already" in fault.what


def test_hostile_text_is_kept_as_text(people: People, dsn: str):
    hostile = "'); drop table mg.person; -- <script>alert(1)</script>"
    take(people, "people", [["staff_no", "name_zh"], ["S1", hostile]])
    assert ask(dsn, "select name_zh from mg.person where staff_no = 'S1'") == [(hostile,)]


# accounts


def test_account_takes_in_lines_of_its_jurisdiction_alone(accounts: People):
    assert take(accounts, "people", [PEOPLE, WANG], "town1").faults == ()
    loaded = take(accounts, "people", [PEOPLE, [*ZHAO[:3], "G2", *ZHAO[4:]]], "town1")
    assert [(f.line, f.what) for f in loaded.faults] == [(2, "T2 lies outside your jurisdiction")]
    head = ["grid_id", "unit_id"]
    assert take(accounts, "grid_leads", [head, ["G2", "T1"]], "town1").refused == 1
    assert take(accounts, "units", [["unit_id", "level", "name_zh"], ["C", "city", "我"]], "town1").refused == 1


def test_account_cannot_change_people_of_others_by_their_numbers(accounts: People, people: People):
    take(people, "people", [PEOPLE, [*WANG[:3], "G2", *WANG[4:]]])
    loaded = take(accounts, "people", [["staff_no", "phone"], ["S1", "13900000000"]], "town1")
    assert [f.what for f in loaded.faults] == ["S1 lies outside your jurisdiction"]
    poached = take(
        accounts, "people", [["staff_no", "grid_id", "post", "since"], ["S1", "G1", "advisor", "2026-05-01"]], "town1"
    )
    assert poached.refused == 1


def test_account_without_the_act_neither_imports_nor_exports(accounts: People):
    for who in ("lin", "village1", "fishery", "guard", "root", "wall", "nobody"):
        with pytest.raises(NotAllowed):
            take(accounts, "people", [PEOPLE, WANG], who)
        with pytest.raises(NotAllowed):
            accounts.rows("people", who, NOW, "purpose")


def test_export_holds_personal_data_only_with_a_purpose_which_is_logged(accounts: People, people: People, dsn: str):
    take(people, "people", [PEOPLE, WANG, [*ZHAO[:3], "G2", *ZHAO[4:]]])
    columns, rows = accounts.rows("people", "town1", NOW)
    assert not {"phone", "id_number", "address", "note"} & set(columns)
    assert "13811112222" not in str(rows)
    assert ask(dsn, "select fields, purpose, lines from mg.access_log where act = 'export'") == [
        (columns, "", len(rows))
    ]
    columns, rows = accounts.rows("people", "town1", NOW, "防台联络")
    found = {row["name_zh"]: row["phone"] for line in rows for row in [dict(zip(columns, line, strict=True))]}
    assert found == {"王五": "13811112222", "人1": "13800001234", "人2": "13800001234"}  # in office there, or kept
    logged = "select account_id, subject, purpose, fields, lines from mg.access_log where act = 'export' order by n"
    assert ask(dsn, logged)[1:] == [("town1", "sheet:people", "防台联络", columns, len(rows))]
    assert "phone" in columns


def test_program_that_looks_at_sheets_leaves_no_line_but_of_personal_data(people: People, dsn: str):
    people.rows("people", "me", NOW, taken=False)
    assert ask(dsn, "select 1 from mg.access_log where act = 'export'") == []
    people.rows("people", "me", NOW, "核对", taken=False)
    assert len(ask(dsn, "select 1 from mg.access_log where act = 'export'")) == 1


def test_demonstration_keeps_out_of_a_store_with_units_of_its_own(dsn: str):
    ask(dsn, "delete from mg.account returning 1")
    ask(dsn, "delete from mg.person returning 1")
    save_demo_people(dsn, SETTINGS)
    assert ask(dsn, "select count(*) from mg.person") == [(0,)]
