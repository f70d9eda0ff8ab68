"""Sheets sent by the page of people: judged first, taken in when agreed to; hostile files, stale agreements."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx
import openpyxl
import pytest

from dashboard.people_import import AGREED_S
from dashboard.sheet_template import EXAMPLES, choices, template_of
from dashboard.views.people_sheets import LIMITS
from dashboard.words import Catalogues
from maritime_grid.cli.sheet_files import read_bytes, write_csv, write_xlsx
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheets import parse
from tests.integration.store import case_build as cb

from . import grid_world as gw
from . import people_world as pw
from .attack_calls import dump, told_nothing
from .desks import DeskSite, desk_site

HEAD = ("staff_no", "name_zh", "phone", "unit_id")
WANG = ("S1", "王五", "13811112222", "T1")
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    pw.staff(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def csv(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> bytes:
    return "\n".join(",".join(row) for row in (head, *rows)).encode("utf-8-sig")


def post(
    client: httpx.Client, content: bytes, name: str = "people.csv", sheet: str = "people", agreed: str = "", **more: str
) -> httpx.Response:
    headers = {"X-Name": quote(name, safe=""), **({"X-Agreed": agreed} if agreed else {})}
    return client.post("/api/v1/people/import", params={"sheet": sheet, **more}, content=content, headers=headers)


def told(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"].startswith("application/x-ndjson"), answer.text[:300]
    return json.loads(answer.text.splitlines()[-1])


def people(site: DeskSite) -> int:
    return cb.ask(site.dsn, "select count(*) from mg.person")[0][0]


def test_file_is_judged_then_taken_in_by_one_press_and_logged(site: DeskSite):
    town, before = site.browser("town1"), people(site)
    first = told(post(town, csv(WANG)))
    assert (first["done"], people(site)) == (False, before)
    assert all(part in str(first["view"]) for part in ("确认导入 1 行", "王五", "138****2222"))
    assert "13811112222" not in str(first["view"])
    done = told(post(town, csv(WANG), agreed=first["agreed"]))
    assert (done["done"], people(site)) == (True, before + 1)
    assert "新增 1 行" in str(done["view"])
    acts = cb.ask(site.dsn, "select act from mg.people_log where by = 'town1' order by n")
    assert acts == [("people.new",), ("people.import",)]
    again = told(post(town, csv(WANG)))
    assert (again["agreed"], "没有要导入的" in str(again["view"])) == ("", True)


def test_faults_are_told_with_line_column_value_and_mend_and_nothing_is_taken_in(site: DeskSite):
    town, before = site.browser("town1"), dump(site.dsn, "access_log", "session")
    rows = (WANG, ("S2", "赵六", "138****1234", "T1"), ("S3", "", "", "T1"), ("S4", "钱七", "1380000000", "T2"))
    answer = told(post(town, csv(*rows)))
    view = str(answer["view"])
    assert answer["agreed"] == ""
    assert all(part in view for part in ("有 3 行不能导入", "138****1234", "打了星号", "没有姓名", "T2 不在您的辖区"))
    assert all(part in view for part in ("不改就删掉整列", "写上姓名", "交给那里的单位去改"))
    english = str(told(post(town, csv(*rows), lang="en"))["view"])
    assert all(part in english for part in ("3 lines cannot be imported", "It is masked", "T2 lies outside your units"))
    assert dump(site.dsn, "access_log", "session") == before
    forced = told(post(town, csv(*rows), agreed="1.x"))
    assert not forced["done"]
    assert dump(site.dsn, "access_log", "session") == before


def test_another_file_sheet_account_or_hour_than_was_shown_is_judged_again(site: DeskSite):
    town, before = site.browser("town1"), people(site)
    agreed = told(post(town, csv(WANG)))["agreed"]
    assert agreed
    other = csv((*WANG[:2], "13811119999", "T1"))
    for client, content in ((town, other), (town, csv(WANG) + b"\n"), (site.browser("county"), csv(WANG))):
        answer = told(post(client, content, agreed=agreed))
        assert not answer["done"]
        assert "重新核对" in str(answer["view"])
    late, digits = agreed.partition(".")[2], str(int(agreed.partition(".")[0]) + 9)
    for forged in ("x", ".", f"{digits}.{late}", f"{digits}.", "1" * 400, agreed[:-1], agreed.upper(), "²." + late):
        assert not told(post(town, csv(WANG), agreed=quote(forged)))["done"], forged
    site.clock.forward(seconds=AGREED_S + 1)
    assert not told(post(town, csv(WANG), agreed=agreed))["done"]
    assert people(site) == before


def test_store_that_changed_since_is_judged_again_and_then_agreed_to_anew(site: DeskSite):
    town = site.browser("town1")
    assert told(post(town, csv(WANG), agreed=told(post(town, csv(WANG)))["agreed"]))["done"]
    renamed = csv(("S1", "王五一", "13811112222", "T1"))
    agreed = told(post(town, renamed))["agreed"]
    assert cb.ask(site.dsn, "update mg.person set name_zh = '王伍' where staff_no = 'S1' returning 1")
    late = told(post(town, renamed, agreed=agreed))
    assert not late["done"]
    assert all(part in str(late["view"]) for part in ("数据又有变化", "王伍", "王五一"))
    assert told(post(town, renamed, agreed=late["agreed"]))["done"]
    assert cb.ask(site.dsn, "select name_zh from mg.person where staff_no = 'S1'") == [("王五一",)]


def test_who_may_not_edit_sends_nothing_and_no_sheet_beyond_the_list(site: DeskSite):
    before = dump(site.dsn, "session")
    for name, *_ in cb.ACCOUNTS:
        client = site.browser(name)
        for sheet in SHEETS:
            status = post(client, csv(WANG), sheet=sheet).status_code
            assert (status in {401, 403}) == (name not in {"town1", "town2", "county", "city"}), (name, sheet, status)
    for sheet in ("person", "", "mg.person", "../people", "people;drop"):
        assert post(site.browser("county"), csv(WANG), sheet=sheet).status_code == 404
    assert site.browser().post("/api/v1/people/import", content=csv(WANG)).status_code == 401
    assert {k: v for k, v in dump(site.dsn, "session").items() if k != "access_log"} == {
        k: v for k, v in before.items() if k != "access_log"
    }


def test_form_of_another_site_or_without_the_token_is_refused(site: DeskSite):
    town = site.browser("town1")
    for headers in ({"Origin": "https://evil.example"}, {"X-CSRFToken": ""}, {"X-CSRFToken": "x"}):
        answer = town.post("/api/v1/people/import", content=csv(WANG), headers=headers)
        assert answer.status_code == 403, headers
    assert cb.ask(site.dsn, "select count(*) from mg.person where staff_no = 'S1'") == [(0,)]


def _book(*parts: tuple[str, bytes]) -> bytes:
    out = BytesIO()
    sheet = SHEETS["people"]
    write_xlsx(out, sheet, HEAD, [WANG])
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts:
            packed.writestr(name, content)
    return out.getvalue()


def _formula() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(HEAD)
    page.append(("S1", FORMULA, "", "T1"))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


HOSTILE: dict[str, tuple[str, bytes, str]] = {  # name, content, what is said of it
    "a bomb": ("a.xlsx", _book(("x", b"\0" * (LIMITS.most_unpacked + 1))), "解开后超过"),
    "macros": ("a.xlsx", _book(("xl/vbaProject.bin", b"\xd0\xcf")), "宏或程序"),
    "an object within": ("a.xlsx", _book(("xl/embeddings/oleObject1.bin", b"MZ")), "宏或程序"),
    "a formula": ("a.xlsx", _formula(), "有公式"),
    "a formula in CSV": ("a.csv", csv(("S1", FORMULA, "", "T1")), "有公式"),
    "a program by another name": ("a.xlsx", b"MZ" + b"\0" * 99, "读不出"),
    "a page": ("a.csv", b"<html><script>X()</script></html>", "没有这一列"),
    "bytes": ("a.csv", bytes(range(256)), "UTF-8"),
    "Chinese of an old Excel": ("a.csv", "工号 staff_no\n王".encode("gbk"), "CSV UTF-8"),
    "a workbook of another kind": ("a.xlsm", _book(), "不能读 .xlsm"),
    "no ending": ("people", csv(WANG), "不能读"),
    "another ending behind": ("a.csv\x00.exe", csv(WANG), "不能读 .exe"),
    "too many lines": ("a.csv", csv(*[WANG] * LIMITS.most_lines), "行"),
    "quotes that do not end": ("a.csv", b'staff_no,name_zh\n"S1,x', "引号"),
    "nothing": ("a.csv", b"", "缺这一列|没有要导入的"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_file_is_refused_in_words_and_changes_nothing(site: DeskSite, what: str):
    name, content, said = HOSTILE[what]
    town, before = site.browser("town1"), dump(site.dsn, "access_log", "session")
    answer = post(town, content, name)
    assert answer.status_code in {200, 422}
    assert told_nothing(answer)
    last = told(answer)
    assert (last["done"], last["agreed"]) == (False, "")
    assert any(word in answer.text for word in said.split("|")), answer.text[:400]
    assert dump(site.dsn, "access_log", "session") == before


def test_file_that_is_too_large_is_not_read_to_its_end(site: DeskSite):
    town = site.browser("town1")
    assert post(town, b"x" * (LIMITS.most_bytes + 1)).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(LIMITS.most_bytes // 65_536 + 2):
            yield b"\0" * 65_536

    answer = town.post("/api/v1/people/import", params={"sheet": "people"}, content=endless())
    assert answer.status_code == 413


@pytest.mark.parametrize("name", SHEETS)
def test_template_with_its_examples_written_below_its_heads_is_read_without_fault(name: str):
    sheet, words = SHEETS[name], Catalogues().pick("zh")
    book = openpyxl.load_workbook(BytesIO(template_of(sheet, words)))
    page, guide = book.worksheets
    assert [cell.value.split()[-1] for cell in page[1]] == [column.name for column in sheet.columns]
    assert guide.max_row > len(sheet.columns)
    for n, example in enumerate(EXAMPLES[name], 2):
        for at, column in enumerate(sheet.columns, 1):
            page.cell(n, at, example.get(column.name, ""))
    out = BytesIO()
    book.save(out)
    parsed = parse(sheet, read_bytes(out.getvalue(), ".xlsx", "t"))
    assert (parsed.faults, len(parsed.records)) == ([], len(EXAMPLES[name]))
    for column in sheet.columns:
        assert all(column.read(choice) for choice in choices(column))


def test_templates_and_exports_are_given_to_who_may_have_them(site: DeskSite):
    for name, status in (("town1", 200), ("village1", 200), ("lin", 403), ("root", 403)):
        answer = site.browser(name).get("/api/v1/people/template.xlsx", params={"sheet": "people", "lang": "en"})
        assert answer.status_code == status, name
    town = site.browser("town1")
    assert town.get("/api/v1/people/template.xlsx", params={"sheet": "x"}).status_code == 404
    for name, sheet in SHEETS.items():
        answer = town.get("/api/v1/people/export.xlsx", params={"sheet": name})
        assert answer.status_code == 200
        back = told(post(town, answer.content, f"{name}.xlsx", name))
        assert (back["agreed"], "不能导入" in str(back["view"][0])) == ("", False), (name, back["view"][0])
        assert parse(sheet, read_bytes(answer.content, ".xlsx", name)).faults == []


def test_long_work_says_how_far_it_is(site: DeskSite):
    rows = [(f"N{n}", f"人{n}", "", "T1") for n in range(250)]
    answer = post(site.browser("town1"), csv(*rows))
    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert [step["step"] for step in steps[:-1]] == [0, 100, 200]
    assert {step["of"] for step in steps[:-1]} == {250}
    assert "确认导入 250 行" in str(steps[-1]["view"])


def test_texts_of_a_file_come_back_as_text(site: DeskSite):
    out = BytesIO()
    evil = "<img src=x onerror=X()>"
    write_csv(out, SHEETS["people"], HEAD, [["S1", evil, "", "T1"], [evil, "x", "", "T1"]])
    view = told(post(site.browser("town1"), out.getvalue(), f"{evil}.csv"))["view"]
    assert evil in str(view)
    assert "dangerously" not in str(view) and "Markdown" not in str(view)
