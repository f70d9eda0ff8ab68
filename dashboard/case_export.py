"""The list of cases as a spreadsheet: text only, without the names of people."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO

from fastapi import Response

from maritime_grid.cli.sheet_files import write_csv, write_xlsx
from maritime_grid.domain.sheets import Column, Sheet
from maritime_grid.store.case_desk import list_page
from maritime_grid.store.case_rows import CaseRow

from .auth import Account
from .case_query import ListQuery
from .desk import Desk
from .standing import standing_of
from .views.case_parts import Told, clock_state, holder, kind_words, unit_name
from .views.times import BEIJING
from .words import Words

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST = 10_000  # lines of a file
COLUMNS = (
    "case_id", "kind", "title", "vessels", "grid", "unit", "step", "holder", "severity", "major", "opened_at",
    "due_at", "clock", "escalated",
)  # fmt: skip


def export(desk: Desk, account: Account, query: ListQuery, words: Words, ending: str) -> Response:
    """What the list shows with this query, all pages of it, at most 10,000 cases.

    Names and telephones of parties are not among the columns, so nothing is logged as read.
    """
    now = desk.now()
    with desk.reads.as_account(account.account_id) as conn:
        standing = standing_of(conn, account, desk.plan)
        found = list_page(conn, standing.asker, query.filter(), now, mine=query.show == "mine", most=MOST)
    told = Told(words, desk.case_settings, standing, now)
    sheet = Sheet("cases", words("cases.title"), ("case_id",), tuple(_column(name, words) for name in COLUMNS))
    rows = [line(row, told) for row in found.rows]
    out = BytesIO()
    (write_csv if ending == "csv" else write_xlsx)(out, sheet, COLUMNS, rows)
    name = f"cases-{now.astimezone(BEIJING):%Y%m%d-%H%M}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(out.getvalue(), media_type=TYPES[ending], headers=headers)


def line(row: CaseRow, told: Told) -> list[str]:
    """One case as cells, in the order of COLUMNS."""
    words = told.words
    state = clock_state(row, told.now)
    return [
        row.case_id,
        kind_words(row, told),
        row.title,
        " ".join(row.vessels),
        row.grid_name or "",
        row.unit_name or "",
        words(f"case.step.{row.state}"),
        holder(row, told),
        words(f"case.severity.{row.severity}"),
        words("case.yes") if row.major else "",
        _local(row.opened_at),
        _local(row.due_at),
        words(f"case.clock.{state}") if state else "",
        unit_name(row.escalated, told) if row.escalated else "",
    ]


def _column(name: str, words: Words) -> Column:
    return Column(name, words(f"cases.export.col.{name}"), str)


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if at else ""
