"""Lists of cases as spreadsheets: text only; with the names of officers for a purpose alone. Each leaves a line in the
access log.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO

from fastapi import Response

from maritime_grid.cli.sheet_files import write_csv, write_xlsx
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.sheets import Column, Sheet
from maritime_grid.store.case_desk import list_page
from maritime_grid.store.case_lateness import LateLine, late_lines
from maritime_grid.store.case_reads import bodies
from maritime_grid.store.case_rows import CaseRow

from .auth import Account
from .case_query import ListQuery
from .desk import Desk
from .standing import standing_of
from .views.case_parts import Told, cause_text, clock_state, grid_name, holder, kind_words, unit_name
from .views.times import BEIJING
from .words import Words

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST = 10_000  # lines of a file
COLUMNS = (
    "case_id", "kind", "title", "vessels", "grid", "unit", "step", "holder", "priority", "severity", "major",
    "opened_at", "due_at", "clock", "paused_until", "pause_cause", "paused_by", "escalated",
)  # fmt: skip
LATE_COLUMNS = ("case_id", "title", "step", "unit", "body", "since", "due_at", "until", "late_h")
NAMED_COLUMNS = (*LATE_COLUMNS, "account", "post")
HOUR_S = 3_600


def export(desk: Desk, account: Account, query: ListQuery, words: Words, ending: str) -> Response:
    """What the list shows with this query, all pages of it, at most 10,000 cases; its name says where there are more.

    Names and telephones of parties are not among the columns, so no purpose is asked for.
    """
    now = desk.now()
    with desk.reads.as_account(account.account_id) as conn:
        standing = standing_of(conn, account, desk.plan)
        mine, by_deadline = query.show == "mine", query.by_deadline
        found = list_page(conn, standing.asker, query.filter(), now, mine=mine, by_deadline=by_deadline, most=MOST)
    told = Told(words, desk.case_settings, standing, now)
    rows = [line(row, told) for row in found.rows]
    desk.cases.log_export("cases:list", COLUMNS, len(rows), account.account_id, now)
    return _file("cases", COLUMNS, rows, told, ending, cut=found.more)


def export_late(desk: Desk, account: Account, query: ListQuery, purpose: str, words: Words, ending: str) -> Response:
    """The late steps that the view of them shows, at most 10,000, a line each.

    By account it has the names of officers, for a purpose.

    Raises: UsageError: names are asked for without a purpose.
    """
    now = desk.now()
    since = now - timedelta(days=query.days)
    named = query.by == "account"
    if named and not purpose.strip():
        raise UsageError("an export has no purpose", "say what it is for")
    with desk.reads.as_account(account.account_id) as conn:
        standing = standing_of(conn, account, desk.plan)
        found = late_lines(conn, query.by, query.filter(), since, now, most=MOST + 1)
        known = {body: zh if words.is_chinese else en or zh for body, zh, en in bodies(conn)}
    told = Told(words, desk.case_settings, standing, now)
    rows = [late_line(row, told, known.get(row.body_id or "", row.body_id or ""), named=named) for row in found[:MOST]]
    columns = NAMED_COLUMNS if named else LATE_COLUMNS
    desk.cases.log_export("cases:late", columns, len(rows), account.account_id, now, purpose if named else "")
    return _file("late", columns, rows, told, ending, cut=len(found) > MOST)


def late_line(row: LateLine, told: Told, body: str, *, named: bool) -> list[str]:
    """One late step as cells, in the order of LATE_COLUMNS or NAMED_COLUMNS."""
    cells = [
        row.case_id,
        row.title,
        told.words(f"case.step.{row.step}"),
        unit_name(row.unit_id, told) if row.unit_id else "",
        body,
        _local(row.since),
        _local(row.due_at),
        _local(row.until),
        f"{row.late_s / HOUR_S:.1f}",
    ]
    return [*cells, row.account_name or "", row.account_post or ""] if named else cells


def _file(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], told: Told, ending: str, *, cut: bool
) -> Response:
    """The file; `cut`: there are more lines than it has, which its name says."""
    title = told.words("cases.title" if name == "cases" else "cases.view.late")
    sheet = Sheet(name, title, ("case_id",), tuple(_column(column, told.words) for column in columns))
    out = BytesIO()
    (write_csv if ending == "csv" else write_xlsx)(out, sheet, columns, rows)
    part = f"-first-{MOST}" if cut else ""
    shown = f"{name}-{told.now.astimezone(BEIJING):%Y%m%d-%H%M}{part}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{shown}"', "Cache-Control": "private, no-store"}
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
        grid_name(row, told),
        unit_name(row.unit_id, told) if row.unit_id else "",
        words(f"case.step.{row.state}"),
        holder(row, told),
        words(f"case.priority.{row.priority}"),
        words(f"case.severity.{row.severity}"),
        words("case.yes") if row.major else "",
        _local(row.opened_at),
        _local(row.due_at),
        words(f"case.clock.{state}") if state else "",
        *(
            (_local(row.paused_until), cause_text(row.pause_cause, told), row.paused_by or "")
            if state == "paused"
            else ("", "", "")
        ),
        " > ".join(unit_name(unit, told) for unit in row.escalated_through),
    ]


def _column(name: str, words: Words) -> Column:
    return Column(name, words(f"cases.export.col.{name}"), str)


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if at else ""
