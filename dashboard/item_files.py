"""The list of work items as a spreadsheet: what holds and what is to come, or all that was ever published."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from fastapi import Response

from maritime_grid.cli.sheet_files import write_csv, write_xlsx
from maritime_grid.domain.sheets import Column, Sheet
from maritime_grid.store.item_reads import PublishedItem

from .case_export import TYPES
from .item_lists import Entry, Listed, class_name
from .views.times import BEIJING
from .words import Words

ENDINGS = ("xlsx", "csv")
COLUMNS = (
    "class", "item_id", "title", "text", "basis", "version", "in_force", "until", "published", "dropped", "sample",
)  # fmt: skip


def items_file(whole: Listed, words: Words, ending: str, *, every: bool) -> Response:
    """The file.

    Args:
        whole: what is shown.
        words: of its heads.
        ending: one of ENDINGS.
        every: with earlier versions and items that were dropped.
    """
    rows = [_line(one, words) for entry in _entries(whole, every=every) for one in _versions(entry, every=every)]
    columns = tuple(Column(name, words(f"items.col.{name}"), str) for name in COLUMNS)
    out = BytesIO()
    sheet = Sheet("items", words("items.short"), ("item_id",), columns)
    (write_csv if ending == "csv" else write_xlsx)(out, sheet, COLUMNS, rows)
    shown = f"work-items-{whole.on:%Y%m%d}{'-all' if every else ''}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{shown}"', "Cache-Control": "no-cache"}
    return Response(out.getvalue(), media_type=TYPES[ending], headers=headers)


def _entries(whole: Listed, *, every: bool) -> Iterator[Entry]:
    found = [*whole.entries, *whole.coming, *(whole.dropped if every else ())]
    yield from sorted(found, key=lambda one: one.class_no)


def _versions(entry: Entry, *, every: bool) -> Iterator[PublishedItem]:
    yield from reversed(entry.coming)
    if entry.now:
        yield entry.now
    yield from entry.earlier if every else ()


def _line(one: PublishedItem, words: Words) -> list[str]:
    day = f"{one.published_at.astimezone(BEIJING):%Y-%m-%d}" if one.published_at else ""
    yes = words("case.yes")
    return [
        class_name(one.class_no, words), one.item_id, one.title, one.text, one.basis, f"{one.version}",
        f"{one.in_force}", f"{one.superseded or ''}", day, yes if one.dropped else "", yes if one.sample else "",
    ]  # fmt: skip
