"""Sheets as files, CSV or Excel: text in, text out, and never a formula either way."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.sheets import Sheet, written

Line = tuple[int, list[str]]

MOST_COLUMNS = 200  # a cell far out would be a line of thousands
EXACT = 10**15  # Excel keeps fifteen digits of a number
ENDINGS = (".csv", ".xlsx")
# Programs within a workbook, by parts of the names of its files
PROGRAMS = ("vbaproject", "macrosheets", "activex", "embeddings", "customui")
FAULTS = {
    "ending": ("cannot read {ending}", "name a .csv or .xlsx file"),
    "bytes": ("more than {most} MiB", "cut it into several files"),
    "unpacked": ("more than {most} MiB unpacked", "cut it into several files"),
    "lines": ("more than {most:,} lines", "cut it into several files"),
    "columns": ("more than {most} columns", "keep those of the sheet alone"),
    "utf8": ("not UTF-8 at byte {at}", "save it as CSV UTF-8 (逗号分隔), or as .xlsx"),
    "csv": ("line {line}: {said}", "quote cells that hold commas or quotes"),
    "formula": ("line {line}: {value!r} is a formula", "write its value as text"),
    "error": ("line {line}: the cell says {value}", "write its value as text"),
    "digits": ("line {line}: {value} has lost digits in Excel", "format the column as text and type the number again"),
    "program": ("it holds a program ({value})", "save it as an Excel workbook without macros (.xlsx)"),
    "broken": ("cannot be read as a workbook ({said})", "save it again as an Excel workbook (.xlsx)"),
}


class SheetFileFault(UsageError):  # noqa: N818 (as others of its kind are named)
    """A file that is not taken. Exit code 2.

    Args:
        name: of the file.
        kind: key of FAULTS.
        given: values of its words.
    """

    def __init__(self, name: str, kind: str, **given: object) -> None:
        what, mend = FAULTS[kind]
        glue = ", " if what.startswith("line ") else ": "
        super().__init__(f"{name}{glue}{what.format(**given)}", mend)
        self.kind, self.given = kind, given


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read: bytes, bytes of a workbook unpacked (it is a zip), lines."""

    most_bytes: int = 20 * 2**20
    most_unpacked: int = 200 * 2**20
    most_lines: int = 100_000


AT_THE_MACHINE = Limits()
_FORMULA = "[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]"  # Excel takes the full-width ones for the same in some countries
_RISKY = re.compile(f"'*{_FORMULA}")  # what a spreadsheet may run, and what was made harmless already
_TAMED = re.compile(f"'+{_FORMULA}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?", re.ASCII)
_TYPED = re.compile(r"[+-][\d\s().-]*\d", re.ASCII)  # a telephone or a longitude may begin like this
_TAME = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def read_file(path: Path) -> list[Line]:
    """Numbers and cells of the lines of a .csv or .xlsx file.

    Raises: UsageError: it cannot be read, is too large, or a cell holds a formula.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise SheetFileFault(str(path), "ending", ending=ending or "a file without an ending")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "name a readable file") from None
    return read_bytes(data, ending, str(path))


def read_bytes(data: bytes, ending: str, name: str, limits: Limits = AT_THE_MACHINE) -> list[Line]:
    """As `read_file`, of the content of a file that was sent.

    Raises: SheetFileFault.
    """
    if len(data) > limits.most_bytes:
        raise SheetFileFault(name, "bytes", most=limits.most_bytes >> 20)
    lines = _xlsx(data, name, limits) if ending == ".xlsx" else _csv(data, name)
    kept: list[Line] = []
    for line in lines:
        if len(kept) >= limits.most_lines:
            raise SheetFileFault(name, "lines", most=limits.most_lines)
        if len(line[1]) > MOST_COLUMNS:
            raise SheetFileFault(name, "columns", most=MOST_COLUMNS)
        kept.append(line)
    return kept


def _csv(data: bytes, name: str) -> Iterator[Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetFileFault(name, "utf8", at=error.start) from None
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [_untamed(cell, name, reader.line_num) for cell in cells]
    except csv.Error as error:
        raise SheetFileFault(name, "csv", line=reader.line_num, said=error) from None


def _untamed(cell: str, name: str, line: int) -> str:
    """The text that `tamed` was given."""
    if _TAMED.match(cell):
        return cell[1:]
    if cell.startswith(("=", "@")) or (cell.startswith(("+", "-")) and not _TYPED.fullmatch(cell)):
        raise _formula(name, line, cell)
    return cell


def _formula(name: str, line: int, cell: str) -> SheetFileFault:
    return SheetFileFault(name, "formula", line=line, value=cell[:40])


def _xlsx(data: bytes, name: str, limits: Limits) -> Iterator[Line]:
    from openpyxl import load_workbook  # noqa: PLC0415 (slow to load, and seldom needed)

    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > limits.most_unpacked:
                raise SheetFileFault(name, "unpacked", most=limits.most_unpacked >> 20)
            for part in packed.namelist():
                if any(word in part.lower() for word in PROGRAMS):
                    raise SheetFileFault(name, "program", value=part[-40:])
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its own size may be wrong
        for number, row in enumerate(sheet.iter_rows(), 1):
            yield number, [_text(cell, name, number) for cell in row]
        book.close()
    except UsageError:
        raise
    except Exception as error:  # whatever openpyxl makes of a broken file
        raise SheetFileFault(name, "broken", said=type(error).__name__) from None


def _text(cell: Any, name: str, line: int) -> str:
    """The text of a cell of Excel, as it would be typed."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        raise _formula(name, line, str(value))
    if cell.data_type == "e":
        raise SheetFileFault(name, "error", line=line, value=value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= EXACT:
        raise SheetFileFault(name, "digits", line=line, value=f"{value:.0f}")
    return written(value)


def titles(sheet: Sheet, columns: Iterable[str]) -> list[str]:
    """Heads of columns: what they are in Chinese, and the name by which they are read again."""
    return [f"{column.zh} {name}" for name in columns if (column := sheet.column(name))]


def write_csv(out: BinaryIO, sheet: Sheet, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with a mark by which Excel knows it."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(titles(sheet, columns))
    writer.writerows([tamed(written(value)) for value in row] for row in rows)
    out.write(text.getvalue().encode("utf-8-sig"))


def tamed(text: str) -> str:
    """Text as a spreadsheet will not run it; numbers stay as they are."""
    return f"'{text}" if runs(text) and not _NUMBER.fullmatch(text) else text


def runs(text: str) -> bool:
    """Whether a spreadsheet may take it for a formula, or for one that was made harmless already."""
    return _RISKY.match(text) is not None


def write_xlsx(out: BinaryIO, sheet: Sheet, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Every cell is text, so that long numbers keep their digits and nothing is a formula."""
    whole = BytesIO()
    book = xlsxwriter.Workbook(whole, _TAME)
    page = book.add_worksheet(sheet.zh)
    heading, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    page.set_column(0, len(columns) - 1, 16, plain)
    for n, title in enumerate(titles(sheet, columns)):
        page.write_string(0, n, title, heading)
    for r, row in enumerate(rows, 1):
        for n, value in enumerate(row):
            page.write_string(r, n, written(value), plain)
    page.freeze_panes(1, 0)
    book.close()
    out.write(whole.getvalue())
