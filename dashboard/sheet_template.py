"""A sheet to be filled: heads that say what goes below them, lists to choose from, and a page that explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from maritime_grid.cli.sheet_files import titles
from maritime_grid.domain.sheet_faults import Wrong
from maritime_grid.domain.sheets import Column, Sheet

from .words import Words

LINES = 2000  # that have lists and hints
MOST_HINT = 255  # characters of a hint, as Excel has it
_UNREADABLE = "?"  # what no reader of a cell takes, so that each says what it wants
_TAME = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}

EXAMPLES: Mapping[str, Sequence[Mapping[str, str]]] = {
    "units": [
        {"unit_id": "ZS-PT-DJ-X", "level": "村(社区)", "parent": "ZS-PT-DJ", "name_zh": "示例村", "sample": "是"}
    ],
    "bodies": [
        {"body_id": "ZS-PT-X", "kind": "职能部门", "unit_id": "ZS-PT", "name_zh": "示例部门", "hotline": "0580-6090000",
         "competences": "fishery", "sample": "是"},
    ],
    "grid_leads": [{"grid_id": "G-X", "unit_id": "ZS-PT-DJ"}],
    "people": [
        {"staff_no": "X001", "name_zh": "王五", "phone": "13800001234", "unit_id": "ZS-PT-DJ", "grid_id": "G-X",
         "post": "专职网格员", "work_phone": "0580-6090001", "since": "2026-05-01", "sample": "是"},
        {"staff_no": "X002", "name_zh": "赵六", "unit_id": "ZS-PT-DJ", "sample": "是"},
    ],
    "teams": [
        {"team_id": "T-X", "name_zh": "示例拖带队", "skills": "tow;diver", "craft": "拖轮 1 艘", "contact": "X001",
         "phone": "0580-6090002", "unit_ids": "ZS-PT-DJ", "paid": "否", "members": "X001;X002", "sample": "是"},
    ],
    "badges": [
        {"staff_no": "X001", "grid_id": "G-X", "post": "专职网格员", "name_shown": "王五", "issued": "2026-05-01",
         "expires": "2027-05-01"},
    ],
    "training": [{"staff_no": "X001", "course": "海上救护", "held_on": "2026-05-01", "hours": "8", "result": "合格"}],
    "items": [{"item_id": "9.9", "class": "9", "title": "示例事项", "text": "做什么,怎么做", "basis": "第二十四条"}],
}  # fmt: skip


def template_of(sheet: Sheet, words: Words) -> bytes:
    """An Excel workbook; what is filled into its first page is read again, its second is for people."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, _TAME)
    page, guide = book.add_worksheet(sheet.zh), book.add_worksheet(words("people.template.guide"))
    names = [column.name for column in sheet.columns]
    plain = book.add_format({"num_format": "@"})
    heads = {needed: book.add_format({"bold": True, "bg_color": colour, "border": 1, "text_wrap": True})
             for needed, colour in ((True, "#FFE9AD"), (False, "#E8EDF1"))}  # fmt: skip
    page.set_column(0, len(names) - 1, 18, plain)
    for n, (column, title) in enumerate(zip(sheet.columns, titles(sheet, names), strict=True)):
        page.write_string(0, n, title, heads[column.needed])
        page.data_validation(1, n, LINES, n, _validation(column, words))
    page.freeze_panes(1, 0)
    _guide(guide, sheet, words, book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"}))
    book.close()
    return out.getvalue()


def _guide(page: Any, sheet: Sheet, words: Words, bold: Any, wrapped: Any) -> None:
    heads = [words(f"people.template.{name}") for name in ("column", "needed", "how")]
    examples = EXAMPLES[sheet.name]
    heads += [words("people.template.example", n=n + 1) for n in range(len(examples))]
    page.set_column(0, 1, 18, wrapped)
    page.set_column(2, 2, 60, wrapped)
    page.set_column(3, 2 + len(examples), 24, wrapped)
    for n, head in enumerate(heads):
        page.write_string(0, n, head, bold)
    for row, (column, title) in enumerate(
        zip(sheet.columns, titles(sheet, [c.name for c in sheet.columns]), strict=True), 1
    ):
        needed = words("people.template.yes") if column.needed else ""
        for n, text in enumerate([title, needed, hint(column, words), *(e.get(column.name, "") for e in examples)]):
            page.write_string(row, n, text, wrapped)
    page.write_string(len(sheet.columns) + 2, 0, words("people.import.rules"))


def _validation(column: Column, words: Words) -> dict[str, Any]:
    """A hint at the cell; of a choice its list, which does not hold back who types a code."""
    shown = {"input_title": column.zh[:32], "input_message": hint(column, words)[:MOST_HINT], "ignore_blank": True}
    options = choices(column)
    if options:
        return {"validate": "list", "source": options, "show_error": False, **shown}
    return {"validate": "any", **shown}


def choices(column: Column) -> list[str]:
    """Of a column that takes a word of a few: what people write, else the codes."""
    wrong = _refusal(column)
    if wrong is None or wrong.kind != "choice":
        return []
    return [option.split()[0] for option in str(wrong.given["known"]).split(", ")]


def hint(column: Column, words: Words) -> str:
    """What may stand in a cell: the mend of what would be wrong with one."""
    wrong = _refusal(column)
    if wrong is not None:
        return words(f"people.mend_sheet.{wrong.kind}").format(**wrong.given)
    return words("people.template.words" if isinstance(column.read(_UNREADABLE), tuple) else "people.template.text")


def _refusal(column: Column) -> Wrong | None:
    try:
        column.read(_UNREADABLE)
    except Wrong as wrong:
        return wrong
    return None
