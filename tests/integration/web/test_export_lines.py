"""Every account at every route that gives a file: what is taken away leaves one line in the access log, with its
columns and how many rows; what gives none leaves none. The routes come from the server: none can be
forgotten."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from io import BytesIO, StringIO

import httpx
import pytest
from openpyxl import load_workbook

from tests.integration.conftest import fresh_database
from tests.integration.store import case_build as cb

from . import grid_world as gw
from . import people_world as pw
from .desks import DeskSite, desk_site
from .test_route_access import concrete, routes

CASE = "2026-000001"
ASK = {"purpose": "核对", "sheet": "people"}
NO_EXPORT = {  # files that take nothing of the archive or of people away, and why
    "/api/v1/people/template.xlsx",  # empty, to be filled
    "/api/v1/cases/{case_id}/attachments/{seq}",  # one picture of a page that is open
    "/api/v1/items/export.{ending}",  # public
}
Line = tuple[str, str, list[str], int | None, str]
LINES = "select account_id, subject, fields, lines, purpose from mg.access_log where act = 'export' order by n"


@pytest.fixture(scope="module")
def site(plain_server: str, migrated: str) -> Iterator[DeskSite]:
    for dsn in fresh_database(plain_server, migrated):
        cb.people(dsn)
        gw.grids(dsn)
        pw.staff(dsn)
        with desk_site(dsn) as running:
            running.desk.cases.file(cb.dispute(), "lin", cb.NOW)
            assert running.desk.grids
            running.desk.grids.propose(gw.MOVED, [], gw.TOMORROW, "码头扩建", "town1", cb.NOW)
            yield running


def table_of(answer: httpx.Response) -> list[list[str]] | None:
    """Cells of a file; None: it is no table."""
    kind = answer.headers["content-type"]
    if kind.startswith("text/csv"):
        return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    if "spreadsheetml" in kind:
        sheet = load_workbook(BytesIO(answer.content)).active
        assert sheet is not None
        return [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    return None


def test_every_file_that_an_account_takes_leaves_one_line_with_its_columns_and_rows(site: DeskSite):
    taken: dict[str, set[str]] = {}
    known: list[Line] = cb.ask(site.dsn, LINES)  # pyright: ignore[reportAssignmentType]
    for name, *_ in cb.ACCOUNTS:
        browser = site.browser(name)
        for method, path in routes(site):
            if method != "GET":
                continue
            answer = browser.get(concrete(path), params=ASK)
            file = answer.status_code == 200 and "attachment" in answer.headers.get("content-disposition", "")
            lines: list[Line] = cb.ask(site.dsn, LINES)[len(known) :]  # pyright: ignore[reportAssignmentType]
            known += lines
            if not file or path in NO_EXPORT:
                assert lines == [], (path, name)
                continue
            assert [line[0] for line in lines] == [name], (path, name)
            cells = table_of(answer)
            if cells is not None:
                assert (len(lines[0][2]), lines[0][3]) == (len(cells[0]), len(cells) - 1), (path, name)
                assert [title.split()[-1] for title in cells[0]] == lines[0][2], (path, name)
            taken.setdefault(path, set()).add(name)
    assert set(taken) == {
        "/api/v1/cases/export.{ending}", "/api/v1/cases/late.{ending}", "/api/v1/cases/{case_id}/dossier",
        "/api/v1/grids/changes/{change_id}/moved.xlsx", "/api/v1/grids/in-force.geojson", "/api/v1/people/export.xlsx",
    }  # fmt: skip
    assert all(len(names) > 1 for names in taken.values()), taken


@pytest.mark.parametrize("name", ["lin", "village1", "town1", "city"])
def test_line_of_a_dossier_names_the_personal_data_that_are_in_it(site: DeskSite, name: str):
    before = len(cb.ask(site.dsn, LINES))
    answer = site.browser(name).get(f"/api/v1/cases/{CASE}/dossier", params=ASK)
    whole = zipfile.ZipFile(BytesIO(answer.content)).read("case.json").decode()
    ((_who, subject, fields, lines, _purpose),) = cb.ask(site.dsn, LINES)[before:]
    assert (subject, lines) == (f"case:{CASE}", None)
    shown = {"name": "person_name", "phone": "phone", "id_number": "id_number"}
    parties = json.loads(whole)["parties"]
    assert fields == [field for field, key in shown.items() if any(party[key] for party in parties)]
    assert fields
