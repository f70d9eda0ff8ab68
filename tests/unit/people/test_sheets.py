"""Lines of sheets become records, or faults that name line, column and mend."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.domain.cells import words
from maritime_grid.domain.people_sheets import PEOPLE, SHEETS, TEAMS, TRAINING, UNITS
from maritime_grid.domain.sheet_faults import FAULTS, Fault
from maritime_grid.domain.sheet_rules import Known, complaints, disagreements
from maritime_grid.domain.sheets import Record, Sheet, parse, written

KNOWN = Known(
    units={"C": "city", "K": "county", "T": "township"},
    bodies={"F": "department", "G": "coast_guard"},
    grids={"G1": "T"},
    staff={"S1", "S2"},
    skills=frozenset({"tow", "diver"}),
)


def read(sheet: Sheet, *rows: list[str]) -> Any:
    return parse(sheet, list(enumerate(rows, 1)))


def faults(sheet: Sheet, *rows: list[str]) -> list[str]:
    return [str(fault) for fault in read(sheet, *rows).faults]


def line(sheet: Sheet, **values: Any) -> dict[str, Any]:
    return {**sheet.blank(), **values}


def test_titles_may_stand_before_the_names_of_columns_and_in_any_order():
    parsed = read(
        TRAINING,
        ["学时 hours", "工号 staff_no", "course", "held_on", "RESULT"],
        ["8", "S1", "网格", "2026/5/1", "passed"],
    )
    assert parsed.faults == []
    values = {"hours": 8.0, "staff_no": "S1", "course": "网格", "held_on": date(2026, 5, 1), "result": "passed"}
    assert parsed.records == [Record(2, values)]


def test_column_that_a_file_leaves_out_is_in_no_record():
    (record,) = read(PEOPLE, ["staff_no", "name_zh"], ["S1", "王五"]).records
    assert set(record.values) == {"staff_no", "name_zh"}


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([["staff_no", "nmae"], ["S1", "x"]], "line 1, column nmae: there is no such column"),
        ([["staff_no", "staff_no"]], "line 1, column staff_no: the column stands twice"),
        ([["staff_no", "since"], ["S1", "morgen"]], "line 2, column since: 'morgen' is no day; give it as 2026-05-01"),
        ([["staff_no", "since"], ["S1", "2026-02-30"]], "line 2, column since: '2026-02-30' is no day"),
        ([["staff_no", "phone"], ["S1", "138****1234"]], "line 2, column phone: it is masked; leave the whole column"),
        ([["staff_no", "id_number"], ["S1", "330***12"]], "line 2, column id_number: it is masked"),
        ([["staff_no", "post"], ["S1", "boss"]], "line 2, column post: 'boss' is none of them; give 网格长 leader, "),
        ([["staff_no", "name_zh"], ["S1", "a\x00b"]], "line 2, column name_zh: a control character stands here"),
        ([["staff_no", "name_zh"], ["S1", "x" * 2001]], "line 2, column name_zh: 2001 characters; give at most 2000"),
        ([["staff_no"], ["S1", "more"]], "line 2, column (none): there are more cells than columns"),
        ([["staff_no"], ["S1"], [], ["S1"]], "line 4, column staff_no: the same as line 2; give each once"),
        ([["staff_no"], ["<script>"]], "line 2, column staff_no: '<script>' is no staff number"),
    ],
)  # fmt: skip
def test_fault_names_line_column_and_mend(rows: list[list[str]], fault: str):
    (found,) = faults(PEOPLE, *rows)
    assert found.startswith(fault)


def test_every_fault_of_a_file_is_told_and_the_good_lines_are_kept():
    parsed = read(UNITS, ["unit_id", "level", "name_zh"], ["A", "city", "甲"], ["B", "town", ""], ["", "city", "丙"])
    assert [(f.line, f.column) for f in parsed.faults] == [(3, "level"), (3, "name_zh"), (4, "unit_id")]
    assert [r.line for r in parsed.records] == [2]


def test_file_without_a_needed_column_or_without_any_line_is_refused():
    assert any("column level: the column is missing" in f for f in faults(UNITS, ["unit_id", "name_zh"]))
    assert any("column unit_id: the column is missing" in f for f in [str(x) for x in parse(UNITS, []).faults])


def test_words_are_parted_by_the_semicolon_of_either_keyboard():
    assert words("S1；S2; S3、S1") == ("S1", "S2", "S3")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x7f", exclude_categories=["Cc", "Cs"]), max_size=20)
values_of = {
    "text": cells.map(str.strip),
    "identifier": st.none() | st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
    "day": st.none() | st.dates(date(1000, 1, 1)),
    "flag": st.booleans(),
    "words": st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), unique=True).map(tuple),
}


@given(st.data())
def test_written_value_reads_as_itself(data: st.DataObject):
    sheet = data.draw(st.sampled_from(list(SHEETS.values())))
    for column in sheet.columns:
        strategy = values_of.get(column.read.__name__)
        if strategy is not None:
            value = data.draw(strategy)
            assert column.read(written(value)) == value


@given(st.floats(-180, 180))
def test_degrees_keep_every_digit(degrees: float):
    column = TEAMS.column("lon")
    assert column
    assert column.read(written(degrees)) == degrees


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"staff_no": None}, "staff_no"),
        ({"name_zh": ""}, "name_zh"),
        ({"since": None}, "since"),
        ({"grid_id": "G9"}, "grid_id"),
        ({"until": date(2025, 12, 31)}, "until"),
        ({"party_form": "branch"}, "party_form"),
        ({"post": "party_secretary"}, "party_form"),
        ({"body_id": "F"}, "body_id"),
        ({"post": "coast_guard"}, "body_id"),
        ({"post": "coast_guard", "body_id": "F"}, "body_id"),
    ],
)
def test_term_of_office_that_makes_no_sense_is_refused(changes: dict[str, Any], column: str):
    sound = line(PEOPLE, staff_no="S1", name_zh="王五", grid_id="G1", post="leader", since=date(2026, 1, 1))
    assert complaints("people", sound, None, KNOWN) == []
    assert [c for c, _, _ in complaints("people", {**sound, **changes}, None, KNOWN)] == [column]


def test_body_may_take_part_before_its_liaison_is_named():
    values = line(PEOPLE, grid_id="G1", post="coast_guard", body_id="G", since=date(2026, 1, 1), name_zh="")
    assert complaints("people", values, None, KNOWN) == []


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"parent": "C"}, "parent"),
        ({"parent": "T9"}, "parent"),
        ({"parent": None}, "parent"),
        ({"level": "city", "parent": None}, "level"),
    ],
)
def test_unit_hangs_below_one_of_the_level_above(changes: dict[str, Any], column: str):
    sound = line(UNITS, unit_id="V", level="village", parent="T", name_zh="村")
    assert complaints("units", sound, None, KNOWN) == []
    assert complaints("units", {**sound, **changes}, None, KNOWN)[0][0] == column


def test_unit_does_not_move():
    old = line(UNITS, unit_id="T", level="township", parent="K", name_zh="镇")
    assert complaints("units", {**old, "parent": "C", "level": "county"}, old, KNOWN)[0][0] == "parent"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"skills": ("fly",)}, "skills"),
        ({"members": ("S9",)}, "members"),
        ({"contact": "S9"}, "contact"),
        ({"lat": None}, "lon"),
        ({"unit_ids": ("X",)}, "unit_ids"),
    ],
)
def test_team_names_only_what_there_is(changes: dict[str, Any], column: str):
    sound = line(
        TEAMS,
        team_id="A",
        name_zh="队",
        skills=("tow",),
        unit_ids=("K",),
        contact="S1",
        members=("S2",),
        lon=122.0,
        lat=30.0,
    )
    assert complaints("teams", sound, None, KNOWN) == []
    assert [c for c, _, _ in complaints("teams", {**sound, **changes}, None, KNOWN)] == [column]


def test_lines_of_one_person_must_agree():
    same = [Record(2, {"staff_no": "S1", "name_zh": "王五"}), Record(3, {"staff_no": "S1", "name_zh": "王五"})]
    other = [*same, Record(4, {"staff_no": "S1", "name_zh": "王六"})]
    assert disagreements(PEOPLE, same) == []
    (fault,) = disagreements(PEOPLE, other)
    assert (fault.line, fault.column) == (4, "name_zh")


def test_choices_are_written_in_chinese_or_by_their_codes():
    for said, meant in (("网格长", "leader"), ("leader", "leader"), ("海警", "coast_guard"), ("", None)):
        (record,) = read(PEOPLE, ["staff_no", "post"], ["S1", said]).records
        assert record.values["post"] == meant
    (fault,) = faults(
        TRAINING, ["staff_no", "course", "held_on", "hours", "result"], ["S1", "x", "2026-05-01", "8", "好"]
    )
    assert "合格 passed, 不合格 failed, 参加 attended" in fault


def test_every_fault_is_told_in_whole_words_with_a_mend():
    words_of = {"value", "n", "most", "low", "high", "known", "line", "staff", "level", "kind", "post", "since",
                "issued", "said"}  # fmt: skip
    for kind in FAULTS:
        fault = Fault(2, "c", kind, dict.fromkeys(words_of, "x"))
        assert fault.what, kind
        assert fault.mend, kind


def test_fault_keeps_what_stood_in_its_cell_cut_to_a_line():
    (fault,) = read(PEOPLE, ["staff_no", "since"], ["S1", "x" * 500]).faults
    assert fault.value == "x" * 59 + "…"
