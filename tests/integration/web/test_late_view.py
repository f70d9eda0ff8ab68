"""The view of who was late: everyone sees what is theirs to see, and takes it away as a file, names for a purpose."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO

import openpyxl
import pytest

from dashboard.case_export import NAMED_COLUMNS
from dashboard.case_lists import show
from dashboard.case_page import changing_parts, look
from dashboard.case_query import ListQuery, read_query
from maritime_grid.cases.kinds import Act
from tests.integration.store import case_build as cb

from .desks import DeskSite, desk_site
from .test_case_pages import WORDS, account, text

FORMULA = '=HYPERLINK("http://x","网")'
CASE = "2026-000001"


@pytest.fixture
def late(fresh_dsn: str) -> Iterator[DeskSite]:
    """The village was two hours late, the fishery department has its case a day too long."""
    cb.people(fresh_dsn)
    with desk_site(fresh_dsn) as site:
        cases = site.desk.cases
        cases.file(cb.dispute(title=FORMULA), "lin", cb.NOW)
        cases.act(CASE, 1, Act.COLLATE, "village1", {}, cb.NOW + 7 * cb.HOUR)
        cases.act(CASE, 2, Act.DISPATCH, "town1", {"body_id": "F"}, cb.NOW + 7 * cb.HOUR)
        cases.act(CASE, 3, Act.ACCEPT, "fishery", {}, cb.NOW + 7 * cb.HOUR)
        ((due,),) = cb.ask(fresh_dsn, "select due_at from mg.case_file")
        site.clock.at = due + 24 * cb.HOUR
        yield site


def view(site: DeskSite, name: str, **asked: object) -> str:
    return text(show(site.desk, account(name), read_query({"view": "late", "days": "365", **asked}), WORDS).children)


def test_township_sees_units_bodies_and_officers_with_their_late_steps(late: DeskSite):
    units = view(late, "town1")
    assert "单位T1-V" in units
    assert "其中 1 个由部门办理" in units
    assert "受理 超时 2 小时" in units
    bodies = view(late, "town1", by="body")
    assert "部门F" in bodies
    assert "办理 超时 1 天" in bodies
    assert "单位T1-V" not in bodies
    officers = view(late, "town1", by="account")
    assert "名fishery" in officers
    assert "名village1" in officers
    assert "部门F" in officers  # where that officer works
    assert f"/case/{CASE}" in officers


def test_others_see_their_own_lateness_and_are_told_so(late: DeskSite):
    own = view(late, "fishery", by="account")
    assert "名fishery" in own
    assert "名village1" not in own
    assert "只列出您本人" in own
    for name in ("town2", "police", "shop"):
        assert "没有超时的环节" in view(late, name)


def test_period_and_filters_narrow_what_is_listed(late: DeskSite):
    assert "受理 超时" in view(late, "town1", step="received", show="over")
    late.clock.forward(days=60)
    assert "受理 超时" not in view(late, "town1", days="30")
    assert "办理 超时" in view(late, "town1", days="30")  # what stands late counts, whenever it began
    assert "没有超时的环节" in view(late, "town1", kind="hazard")
    assert read_query({"view": "late", "by": "x", "days": "31"}) == ListQuery(view="late")


def test_case_page_says_of_each_step_whose_it_was_and_how_late(late: DeskSite):
    parts = changing_parts(look(late.desk, account("town1"), CASE, WORDS), late.desk)
    steps = text(parts["steps"])
    assert steps.count("超时") == 2
    assert "按时" in steps
    assert "单位T1-V · 名village1(单位T1-V)" in steps
    assert "部门F · 名fishery(部门F)" in steps
    assert "超时 2 小时" in text(parts["head"])


def test_clocks_that_stand_are_told_in_the_view_the_list_the_board_and_the_file(late: DeskSite):
    assert "暂停计时" not in view(late, "county", by="body")
    late.desk.cases.act(CASE, 4, Act.PAUSE, "fishery", {"cause": "at_sea"}, late.clock.at - 72 * cb.HOUR)
    late.clock.at -= 48 * cb.HOUR
    told = view(late, "county", by="body")
    assert all(part in told for part in ("仍在暂停", "部门F", "1 件已暂停", "1 天", "出海未归"))
    for asked in ({"show": "paused"}, {"view": "board"}):
        shown = text(show(late.desk, account("town1"), read_query(asked), WORDS).children)
        assert "已暂停" in shown
    assert show(late.desk, account("town1"), read_query({}), WORDS).counts["paused"] == 1
    file = late.browser("town1").get("/api/v1/cases/export.csv").content.decode("utf-8-sig")
    assert "当事人或当事船出海未归,部门F" in file


def test_file_of_late_steps_is_text_that_no_spreadsheet_runs(late: DeskSite):
    answer = late.browser("town1").get("/api/v1/cases/late.csv", params={"days": "365", "by": "body"})
    assert answer.status_code == 200
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert [title.split()[-1] for title in rows[0]] == [
        "case_id", "title", "step", "unit", "body", "since", "due_at", "until", "late_h",
    ]  # fmt: skip
    assert rows[1][0] == CASE
    assert rows[1][1] == f"'{FORMULA}"
    assert rows[1][4:5] + rows[1][8:] == ["部门F", "24.0"]
    answer = late.browser("town1").get("/api/v1/cases/late.xlsx", params={"days": "365"})
    cells = [c for line in openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows() for c in line]
    assert FORMULA in [c.value for c in cells]
    assert {c.data_type for c in cells if c.value is not None} == {"s"}


def test_list_of_cases_leaves_as_text_too(late: DeskSite):
    answer = late.browser("town1").get("/api/v1/cases/export.csv")
    assert f"'{FORMULA}".replace('"', '""') in answer.content.decode("utf-8-sig")


def test_names_leave_for_a_purpose_alone_and_the_log_says_who_took_them(late: DeskSite):
    browser = late.browser("town1")
    where = "/api/v1/cases/late.csv"
    assert browser.get(where, params={"by": "account"}).status_code == 400
    assert browser.get(where, params={"by": "account", "purpose": " 　"}).status_code == 400
    assert cb.ask(late.dsn, "select 1 from mg.access_log where act = 'export'") == []
    answer = browser.get(where, params={"by": "account", "days": "365", "purpose": "月度考评"})
    assert "名village1" in answer.content.decode("utf-8-sig")
    logged = cb.ask(late.dsn, "select account_id, subject, fields, purpose from mg.access_log where act = 'export'")
    assert logged == [("town1", "cases:late", list(NAMED_COLUMNS), "月度考评")]


def test_file_holds_what_its_reader_may_see(late: DeskSite):
    def lines(name: str) -> int:
        answer = late.browser(name).get("/api/v1/cases/late.csv", params={"days": "365"})
        return len(answer.text.splitlines()) - 1

    assert [lines(name) for name in ("county", "fishery", "village1", "town2")] == [2, 1, 1, 0]
    for name, status in (("root", 403), ("wall", 403), (None, 401)):
        assert late.browser(name).get("/api/v1/cases/late.csv").status_code == status
    assert late.browser("town1").get("/api/v1/cases/late.exe").status_code == 404
