"""Spreadsheets in the page of people: a bad sheet is told line by line, a good one is judged, agreed to, and in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from maritime_grid.cli.sheet_files import write_xlsx
from maritime_grid.domain.people_sheets import SHEETS
from tests.integration.store import case_build as cb
from tests.integration.web import grid_world as gw
from tests.integration.web import people_world as pw
from tests.integration.web.desks import DeskSite, desk_site

from .conftest import Wall
from .desk_browser import *  # noqa: F403  (its fixtures)
from .desk_browser import PHONE

pytestmark = pytest.mark.needs_chromium
DESK = (1920, 1080)
CHINESE = re.compile(r"[\u3400-\u9fff]")
HEAD = ("staff_no", "name_zh", "phone", "unit_id", "grid_id", "post", "since")
RESULT = "(document.querySelector('#people-sheet-result')?.innerText ?? '')"
READY = "document.querySelector('#people-sheet-pick')"
GOOD = [
    ("S1", "王五", "13811112222", "T1", "G1", "网格指导员", "2026-05-01"),
    ("S2", "赵六", "13811113333", "T1", "", "", ""),
    ("P9", "林小渔一", "13987650000", "", "", "", ""),
]
BAD = [
    ("S1", "王五", "138****2222", "T1", "G1", "网格指导员", "2026-05-01"),
    ("S2", "赵六<img src=x onerror=X()>", "13811113333", "T2", "", "", ""),
    ("S3", "", "", "T1", "G1", "班长", "去年"),
]


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    pw.staff(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def sheet(rows: list[tuple[str, ...]]) -> bytes:
    out = BytesIO()
    write_xlsx(out, SHEETS["people"], HEAD, rows)
    return out.getvalue()


def choose(window: Wall, file: Any) -> None:
    with window.page.expect_file_chooser() as chooser:
        window.page.locator("#people-sheet-pick").click()
    chooser.value.set_files(file)


def xlsx(name: str, rows: list[tuple[str, ...]]) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": sheet(rows)}


def test_bad_sheet_is_told_line_by_line_and_a_good_one_is_agreed_to_and_taken_in(desk, open_desk):
    town = open_desk("town1", "/people?view=sheets", *DESK)
    town.wait(READY)
    town.shot("people-sheets-1920")
    choose(town, xlsx("坏.xlsx", BAD))
    town.wait(f"{RESULT}.includes('有 3 行不能导入')")
    told = town.text("#people-sheet-result")
    assert all(part in told for part in ("打了星号", "T2 不在您的辖区", "“班长”不在可选的里面", "“去年”不是日期"))
    assert "赵六<img" not in town.page.locator("#people-sheet-result").inner_html()
    assert town.page.locator("#people-sheet-do").count() == 0
    town.shot("people-sheets-bad-1920")
    choose(town, xlsx("好.xlsx", GOOD))
    town.wait("document.querySelector('#people-sheet-do')")
    told = town.text("#people-sheet-result")
    assert all(part in told for part in ("确认导入 3 行", "林小渔一", "138****2222", "139****0000"))
    assert "13811112222" not in told
    town.shot("people-sheets-good-1920")
    assert cb.ask(desk.dsn, "select count(*) from mg.person where staff_no in ('S1', 'S2')") == [(0,)]
    town.page.locator("#people-sheet-do").click()
    town.wait("document.querySelector('#people-sheet-done')")
    assert "新增 2 行,修改 1 行" in town.text("#people-sheet-result")
    assert cb.ask(desk.dsn, "select name_zh from mg.person where staff_no in ('S1', 'S2') order by 1") == [
        ("王五",), ("赵六",),
    ]  # fmt: skip
    assert town.errors == []
    assert town.outside == []


def test_file_that_another_hand_changes_after_the_check_is_not_taken_in(desk, open_desk, tmp_path: Path):
    town, file = open_desk("town1", "/people?view=sheets", *DESK), tmp_path / "人员.xlsx"
    town.wait(READY)
    file.write_bytes(sheet(GOOD))
    choose(town, file)
    town.wait("document.querySelector('#people-sheet-do')")
    file.write_bytes(sheet([*GOOD, ("S3", "钱七", "", "T1", "", "", "")]))
    town.page.locator("#people-sheet-do").click()
    town.wait("document.querySelector('#people-sheet-state .say.bad')?.innerText.includes('被改动') || "
              f"{RESULT}.includes('重新核对')")  # fmt: skip
    assert cb.ask(desk.dsn, "select count(*) from mg.person where staff_no in ('S1', 'S3')") == [(0,)]


def test_store_that_changed_since_the_check_is_shown_anew(desk, open_desk):
    town = open_desk("town1", "/people?view=sheets", *DESK)
    town.wait(READY)
    choose(town, xlsx("好.xlsx", GOOD))
    town.wait("document.querySelector('#people-sheet-do')")
    assert cb.ask(desk.dsn, "update mg.person set name_zh = '林大渔' where person_id = 9 returning 1")
    town.page.locator("#people-sheet-do").click()
    town.wait(f"{RESULT}.includes('数据又有变化') && {RESULT}.includes('林大渔')")
    town.page.locator("#people-sheet-do").click()
    town.wait("document.querySelector('#people-sheet-done')")


def test_template_follows_the_choice_and_other_files_are_refused_at_once(desk, open_desk):
    town = open_desk("town1", "/people?view=sheets&lang=en", *PHONE)
    town.wait(READY)
    assert town.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert not CHINESE.search(town.text("#desk-main"))
    town.page.locator("#people-sheet-name").select_option("items")
    with town.page.expect_download() as download:
        town.page.locator("#people-sheet-template").click()
    book = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    assert [cell.value.split()[-1] for cell in book.worksheets[0][1]] == [c.name for c in SHEETS["items"].columns]
    choose(town, {"name": "a.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"})
    town.wait("document.querySelector('#people-sheet-state .say.bad')?.innerText.includes('Only Excel')")
    town.page.locator("#people-sheet-name").select_option("people")
    choose(town, xlsx("bad.xlsx", BAD))
    town.wait(f"{RESULT}.includes('3 lines cannot be imported')")
    assert town.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    town.shot("people-sheets-phone-en")
    assert town.outside == []


def test_page_offers_no_sheets_to_who_may_neither_send_nor_export(desk, open_desk):
    village = open_desk("village1", "/people", *DESK)
    village.wait("document.querySelector('#people-body table')")
    assert village.page.locator(".people-views .part").count() == 3
    village.page.goto(f"{desk.address}/people?view=sheets")
    village.wait("document.querySelector('#people-body .sheet-split')")
    assert village.page.locator("#people-sheet-pick, .sheet-form").count() == 0
