"""Sheets as files: what is written comes back, and no cell is ever a formula."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.cli.sheet_files import Limits, SheetFileFault, read_bytes, read_file, tamed, write_csv, write_xlsx
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.people_sheets import TRAINING

COLUMNS = ["staff_no", "course", "held_on"]
FORMULAS = ["=1+1", "+1+1|cmd", "-cmd|' /C calc'!A0", "@SUM(1)", "＝HYPERLINK(1)", "'=1+1"]
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20).map(str.strip)
risky = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "'", "＝", "+86 138", "-5"]), texts)
writers = pytest.mark.parametrize(
    ("write", "ending"), [(write_csv, ".csv"), (write_xlsx, ".xlsx")], ids=["csv", "xlsx"]
)


def through(write: Callable[..., None], ending: str, rows: list[list[Any]]) -> list[list[str]]:
    out = BytesIO()
    write(out, TRAINING, COLUMNS, rows)
    return [cells for _, cells in read_bytes(out.getvalue(), ending, "f")]


def book(fill: Callable[[Any, Any], None]) -> bytes:
    out = BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(made, made.add_worksheet())
    made.close()
    return out.getvalue()


@writers
def test_heads_say_in_chinese_what_a_column_is_and_end_in_its_name(write: Callable[..., None], ending: str):
    assert through(write, ending, []) == [["工号 staff_no", "课程 course", "日期 held_on"]]


@writers
@pytest.mark.parametrize("text", [*FORMULAS, "+86 138-0000-0000", "-122.5", "王五", "a,b", 'say "x"', "0012"])
def test_text_comes_back_as_it_was(write: Callable[..., None], ending: str, text: str):
    assert through(write, ending, [["S1", text, date(2026, 5, 1)]])[1] == ["S1", text, "2026-05-01"]


@given(texts | risky)
def test_any_text_survives_csv(text: str):
    rows = through(write_csv, ".csv", [["S1", text, None]])
    assert rows[1:] == [["S1", text, ""]]


@pytest.mark.parametrize("text", FORMULAS)
def test_csv_holds_no_cell_that_a_spreadsheet_runs(text: str):
    out = BytesIO()
    write_csv(out, TRAINING, ["course"], [[text]])
    cell = out.getvalue().decode("utf-8-sig").splitlines()[1].strip('"')
    assert cell.startswith("'")


@pytest.mark.parametrize("text", FORMULAS)
def test_workbook_holds_text_and_no_formulas(text: str):
    out = BytesIO()
    write_xlsx(out, TRAINING, ["course"], [[text]])
    cell = openpyxl.load_workbook(BytesIO(out.getvalue())).worksheets[0]["A2"]
    assert (cell.data_type, cell.value) == ("s", text)


def test_csv_begins_with_the_mark_by_which_excel_knows_utf_8():
    out = BytesIO()
    write_csv(out, TRAINING, COLUMNS, [])
    assert out.getvalue().startswith(b"\xef\xbb\xbf")


def test_numbers_are_not_tamed():
    assert [tamed(text) for text in ("-122.5", "29.9", "-1e-07")] == ["-122.5", "29.9", "-1e-07"]


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(1)", "+cmd|x", "-1+x"])
def test_formula_in_csv_is_refused_with_its_line(cell: str):
    data = f"staff_no,course\nS1,网格\nS2,{cell}\n".encode()
    with pytest.raises(UsageError, match=r"f, line 3: .* is a formula; write its value as text"):
        read_bytes(data, ".csv", "f")


def test_telephone_typed_with_its_country_is_no_formula():
    assert read_bytes(b"phone\n+86 138-0000-0000\n", ".csv", "f")[1] == (2, ["+86 138-0000-0000"])


def test_formula_in_a_workbook_is_refused_whatever_its_value():
    data = book(lambda _, page: (page.write_string("A1", "course"), page.write_formula("A2", "=1+1", None, "x")))
    with pytest.raises(UsageError, match="f, line 2: '=1\\+1' is a formula"):
        read_bytes(data, ".xlsx", "f")


def test_cells_of_excel_read_as_they_would_be_typed():
    def fill(made: Any, page: Any) -> None:
        page.write_row("A1", ["a", "b", "c", "d", "e"])
        page.write_datetime("A2", date(2026, 5, 1), made.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_number("B2", 13800001234)
        page.write_number("C2", 29.9449)
        page.write_boolean("D2", True)

    assert read_bytes(book(fill), ".xlsx", "f")[1] == (2, ["2026-05-01", "13800001234", "29.9449", "true"])


def test_identity_number_that_excel_has_cut_is_refused():
    data = book(lambda _, page: (page.write_string("A1", "id_number"), page.write_number("A2", 330900190001010001)))
    with pytest.raises(UsageError, match=r"line 2: .* has lost digits in Excel; format the column as text"):
        read_bytes(data, ".xlsx", "f")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.csv", "工号\n".encode("gbk"), "not UTF-8 at byte 0; save it as CSV UTF-8"),
        ("a.csv", b'x,"y\n', "line 1: unexpected end of data"),
        ("a.xlsx", b"PK\x03\x04 nothing", "cannot be read as a workbook"),
        ("a.xlsx", b"staff_no\n", "cannot be read as a workbook"),
        ("a.ods", b"", "cannot read .ods; name a .csv or .xlsx file"),
    ],
)
def test_file_that_cannot_be_read_is_one_line(tmp_path: Path, name: str, data: bytes, said: str):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError, match=said):
        read_file(tmp_path / name)


def test_file_that_is_not_there_is_one_line(tmp_path: Path):
    with pytest.raises(UsageError, match=r"none\.csv: No such file"):
        read_file(tmp_path / "none.csv")


def test_workbook_with_a_program_in_it_is_refused():
    out = BytesIO(book(lambda _, page: page.write_string("A1", "course")))
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    with pytest.raises(SheetFileFault, match="it holds a program") as caught:
        read_bytes(out.getvalue(), ".xlsx", "f")
    assert caught.value.kind == "program"


def test_cell_far_out_does_not_make_thousands_of_cells():
    data = book(lambda _, page: (page.write_string("A1", "course"), page.write_string(1, 16_000, "x")))
    with pytest.raises(SheetFileFault, match="more than 200 columns"):
        read_bytes(data, ".xlsx", "f")


@pytest.mark.parametrize(
    ("limits", "kind"),
    [(Limits(most_bytes=500), "bytes"), (Limits(most_unpacked=500), "unpacked"), (Limits(most_lines=1), "lines")],
)
def test_file_beyond_the_limits_of_where_it_is_read_is_refused(limits: Limits, kind: str):
    data = book(lambda _, page: (page.write_string("A1", "course"), page.write_string("A2", "x")))
    with pytest.raises(SheetFileFault) as caught:
        read_bytes(data, ".xlsx", "f", limits)
    assert caught.value.kind == kind
